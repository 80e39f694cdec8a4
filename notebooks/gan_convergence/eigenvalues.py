# %% [markdown]
# # Eigenvalues of nine training methods
#
# The Dirac-GAN has one generator parameter $\theta$ and one discriminator parameter $\psi$; its equilibrium is
# $(0, 0)$. Near it a training method does what the eigenvalues $\lambda$ of its field's derivative say: continuous
# training converges if their real parts are negative, simultaneous steps $h$ if all $|1 + h\lambda| < 1$. Without
# regularisation $\lambda = \pm i/2$: a rotation.

# %% tags=["parameters"]
points = 7  # strengths between nothing and twice the critical one

# %%
import numpy as np
import pandas as pd

from optclaims.experiment import Experiment
from optclaims.papers.gan_convergence import figures, measures, problems, simulation, theory

experiment = Experiment("gan_convergence", "eigenvalues")


def jacobian(field):
    return simulation.monodromy(lambda start: field(start)[None], 1e-5)


# %% [markdown]
# ## By formula and by differences of the field

# %%
built = {
    "gan": lambda _: problems.gan(),
    "non_saturating": lambda _: problems.non_saturating(),
    "wgan": lambda _: problems.wgan(),
    "instance_noise": problems.instance_noise,
    "gradient_penalty": problems.gradient_penalty,
    "consensus": problems.consensus,
}
strengths = {"instance_noise": np.linspace(0, 2.5, points), "consensus": np.linspace(0, 3, points)}
strengths["gradient_penalty"] = np.linspace(0, 3, points)
rows, errors = [], {"formula": [], "penalty without its half": [], "noise on the fake points only": []}
for method, field in built.items():
    for strength in strengths.get(method, [0.0]):
        measured, values = jacobian(field(strength)), theory.eigenvalues(method, strength)
        errors["formula"].append(measures.characteristic_gap(measured, values))
        for label, wrong in (("formula", values), ("measured", np.linalg.eigvals(measured))):
            order = np.argsort(wrong.imag + 1e-6 * wrong.real)
            rows += [(method, strength, label, v.real, v.imag) for v in wrong[order]]
        if method == "gradient_penalty" and strength > 0:
            twice = theory.eigenvalues(method, 2 * strength)
            errors["penalty without its half"].append(measures.characteristic_gap(measured, twice))
        if method == "instance_noise" and strength > 0:
            one_sided = jacobian(problems.instance_noise(strength, fake_only=True))
            errors["noise on the fake points only"].append(measures.characteristic_gap(one_sided, values))
frame = pd.DataFrame(rows, columns=["method", "strength", "kind", "re", "im"])
experiment.figure("eigenvalue_paths", frame, draw=figures.eigenvalue_paths)

# %% [markdown]
# The consensus field against the numerical gradient of $\tfrac12\|v\|^2$ at random points: its linearisation would not
# notice a wrong factor in the term that is of third order.

# %%
at = experiment.rng("points").uniform(-2, 2, (100, 2))
step = 1e-5 * np.eye(2)
energy = [0.5 * (problems.gan()(at[:, None] + sign * step) ** 2).sum(-1) for sign in (1, -1)]
gradient = (energy[0] - energy[1]) / 2e-5
subtracted = problems.gan()(at) - problems.consensus(1.0)(at)
u = (at[:, 0] * at[:, 1])[:, None]
third = (at**2).sum(-1, keepdims=True) * problems.slope(u) ** 2 * (problems.slope(u) - 1) * at[:, ::-1]
half_missing = subtracted - 0.5 * third * np.array([0.0, 1.0])

# %% [markdown]
# ## Where decay is fastest
# The spectral radius of twenty simultaneous steps over a grid of strengths.

# %%
penalties, variances = np.arange(80, 121) / 100, np.arange(80, 121) / 50


def rate(field, lr):
    return measures.matrix_rate(simulation.monodromy(lambda x: simulation.simultaneous(field, x, lr, 20)), 20)


lines = []
for lr in (0.02, 0.1, 0.2, 0.4):
    for relative in np.linspace(0.1, 2.5, 25):
        decays = rate(problems.gradient_penalty(relative), lr), rate(problems.instance_noise((2 * relative) ** 0.5), lr)
        lines += [
            (m, lr, relative, d / lr) for m, d in zip(("gradient penalty", "instance noise"), decays, strict=True)
        ]
experiment.figure("decay", pd.DataFrame(lines, columns=["method", "lr", "relative", "rate"]), draw=figures.decay)


def fastest(build, grid):
    return [grid[np.argmin([rate(build(value), lr) for value in grid])] for lr in (0.02, 0.1, 0.2, 0.4)]


best_penalty = np.array(fastest(problems.gradient_penalty, penalties))
best_variance = np.array(fastest(lambda s2: problems.instance_noise(s2**0.5), variances))
full_penalty = np.array(fastest(lambda g: problems.gradient_penalty(2 * g), np.arange(40, 121) / 100))
one_sided = fastest(lambda s2: problems.instance_noise(s2**0.5, fake_only=True), np.arange(80, 221) / 50)

# %% [markdown]
# ## Checks

# %%
claim = experiment.claim("dirac-eigenvalues")
claim.exact(
    "largest error of trace and determinant",
    max(errors["formula"]),
    (None, 1e-8),
    origin="differences of width 1e-5: its square, and rounding over it",
    controls={label: values for label, values in errors.items() if label != "formula"},
)
claim.exact(
    "largest difference of the consensus field from v minus the numerical gradient",
    np.abs(subtracted - gradient).max(),
    (None, 1e-8),
    origin="differences of width 1e-5: its square, and rounding over it",
    controls={"half of the second term of the gradient": np.abs(half_missing - gradient).max()},
)
claim = experiment.claim("critical-regularisation")
for name, best, critical, grid_step, wrong in (
    ("penalty", best_penalty, theory.critical_penalty(), 0.01, {"penalty without its half": full_penalty}),
    ("noise variance", best_variance, theory.critical_variance(), 0.02, {"noise on the fake points only": one_sided}),
):
    claim.exact(
        f"largest distance of the fastest {name} from the critical one",
        np.abs(best - critical).max(),
        (None, 1.001 * grid_step),
        origin="one step of the grid",
        controls={label: list(np.abs(np.array(values) - critical)) for label, values in wrong.items()},
    )

# %% [markdown]
# Eigenvalues first walk on a circle of radius $f'(0)$, meet on the real axis at the critical strength, and part again:
# more regularisation than that makes the slower one slower. Consensus optimisation never meets the axis. The
# linearisation says nothing of where the equilibrium's neighbourhood ends, and nothing about AltGD without penalty,
# whose multipliers lie on the unit circle.

# %%
experiment.finish()
