# %% [markdown]
# # Training without regularisation does not converge
#
# With simultaneous steps of the plain Dirac-GAN the radius grows at every step,
# $$r_{k+1}^2 = r_k^2\,\bigl(1 + h^2 f'(\theta_k\psi_k)^2\bigr).$$
# With alternating steps a run from $(1, 1)$ circles in a ring: the linearised map conserves
# $\theta^2 - \tfrac h2\theta\psi + \psi^2$, and the nonlinear one has extreme radii that are known to first order in
# h.

# %% tags=["parameters"]
steps = 500

# %%
import numpy as np
import pandas as pd

from optclaims.experiment import Experiment
from optclaims.papers.gan_convergence import figures, measures, problems, simulation, theory

experiment = Experiment("gan_convergence", "trajectories")
START, LR = np.array([1.0, 1.0]), 0.2

# %% [markdown]
# ## Nine methods
# The fields, and the first 60 steps of three schemes in each.

# %%
schemes = {"SimGD": (simulation.simultaneous, {})}
schemes |= {f"AltGD 1:{count}": (simulation.alternating, {"discriminator_steps": count}) for count in (1, 5)}
axis, shown = np.linspace(-2, 2, 6), 60
grid = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
pieces, radii = [], []
for name, method in problems.nine_methods().items():
    arrows = {"field": np.hstack([grid, method.field(grid)])}
    for kind, (run, setting) in schemes.items():
        path = run(method.field, START, LR, steps, clip=method.clip, **setting)
        arrows[kind] = np.pad(path[: shown + 1], [(0, 0), (0, 2)])
        if kind == "SimGD":
            times = range(0, steps + 1, 5)
            radii.append(pd.DataFrame({"method": name, "step": times, "radius": measures.radii(path[::5])}))
    for kind, values in arrows.items():
        pieces.append(pd.DataFrame(values, columns=["theta", "psi", "v_theta", "v_psi"]).assign(method=name, kind=kind))
experiment.figure("vector_fields", pd.concat(pieces).round(2), draw=figures.vector_fields)
experiment.figure("radii", pd.concat(radii), draw=figures.radii)

# %% [markdown]
# ## Plain GAN
# The identity for the growth of the radius at random points; and the ring of first order, widened by $h^2/2$, the next
# order. The ring of the linearised map alone misses the outer radius at first order ($0.04 h$).

# %%
at = experiment.rng("points").uniform(-3, 3, (200, 2))
after = simulation.simultaneous(problems.gan(), at, LR, 1)[1]
grown = (after**2).sum(-1) / (at**2).sum(-1) - 1
slope = problems.slope(at.prod(-1))
second = slope * (1 - slope)


def outside(ring=theory.first_order_ring, steps_tried=(0.05, 0.15, 0.2), **setting):  # by how much a run leaves a ring
    runs = [simulation.alternating(problems.gan(), START, lr, steps, **setting) for lr in steps_tried]
    widened = [ring(lr) + np.array([-1, 1]) * lr**2 / 2 for lr in steps_tried]
    return [measures.outside_ring(run, *ends) for run, ends in zip(runs, widened, strict=True)]


claim = experiment.claim("unregularised-not-convergent")
claim.exact(
    "largest error of the growth of the squared radius at 200 random points",
    np.abs(grown - LR**2 * slope**2).max(),
    (None, 1e-12),
    origin="an identity: rounding",
    controls={"f'' in place of f'": np.abs(grown - LR**2 * second**2).max()},
)
claim.exact(
    "largest distance by which a run with alternating steps leaves the ring of first order",
    max(outside()),
    (None, 0),
    origin="the ring widened by h^2/2, the next order",
    controls={
        "discriminator uses the field from before the generator's step": outside(stale=True),
        "ring of the linearised map, at h = 0.05": outside(theory.invariant_ring, steps_tried=(0.05,)),
        "two generator steps a round": outside(generator_steps=2),
    },
)

# %% [markdown]
# The radius of the first scheme grows without end, that of the second stays for hundreds of rounds near where it began:
# neither converges. The plain fields only turn about the equilibrium; every method that converges adds something that
# points inward, and the two WGANs add it at the wrong place. That the ring is left again after very many rounds is
# measured in the experiment on drift.

# %%
experiment.finish()
