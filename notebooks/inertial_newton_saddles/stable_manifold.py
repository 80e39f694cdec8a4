# %% [markdown]
# # The stable set of the saddle
# The starts that converge to a strict saddle form a surface in the space of $(\theta, \psi)$, of measure zero. On
# $x^4 - 4x^2 + y^2$ with the author's initial velocity $-\nabla J$ its section is the line $x = 0$: starts on it
# converge to the saddle, and a displacement of $10^{-9}$, of $x$ or of $\psi_x$, is enough for a minimum.

# %% tags=["parameters"]
steps = 6000
rates = [0.02, 0.01]

# %%
import numpy as np
import pandas as pd

from optclaims.experiment import Experiment
from optclaims.papers.inertial_newton_saddles.figures import saddles as figures
from optclaims.papers.inertial_newton_saddles.problems import valley
from optclaims.papers.inertial_newton_saddles.simulation.paths import path
from optclaims.science.optimizers import InertialNewton

experiment = Experiment("inertial_newton_saddles", "stable_manifold")
on = {(2, 1): (0.0, 1.9), (0.5, 1): (0.0, -1.9)}
off = {(1, 1.3): (-0.05, 1.9), (0.3, 0.9): (0.05, -1.9)}

# %% [markdown]
# ## On the line and beside it
# Four runs side by side: two settings, each with two steps.
# %%


def ends(starts, x=0.0, psi=0.0, rest=False):  # x added to the start, psi to (1 - alpha beta) theta; rest: psi_0 = 0
    alpha, beta, lr = np.array([(*pair, h) for pair in starts for h in rates]).T[:, :, None]
    rule, theta = InertialNewton(lr, alpha, beta), np.repeat(list(starts.values()), len(rates), axis=0)
    theta = theta + np.array([x, 0.0])
    memory = {"psi": (rule.start(theta)["psi"] + [psi, 0.0]) * (not rest)} if psi or rest else None
    return path(rule, valley.gradient, theta, steps, memory=memory)[-1]


claim = experiment.claim("stable-manifold-measure-zero")
claim.exact(
    "largest distance from the saddle after starts on x = 0, two settings, two steps, two kinds of psi",
    np.linalg.norm([ends(on), ends(on, rest=True)], axis=-1).max(),
    (None, 1e-10),
    origin="convergence: at the smaller step the slowest mode shrinks to 5e-16 of its start",
    controls={
        "1e-9 added to x": np.linalg.norm(ends(on, x=1e-9), axis=-1),
        "1e-9 added to psi": np.linalg.norm(ends(on, psi=1e-9), axis=-1),
    },
)


def from_minimum(points):
    return np.linalg.norm(np.abs(points) - [valley.MINIMUM, 0.0], axis=-1)


claim.exact(
    "largest distance from a minimum after the author's starts beside the line, two steps",
    from_minimum(ends(off)).max(),
    (None, 1e-8),
    origin="convergence, as above",
    controls={"x = 0 instead": from_minimum(ends({pair: (0.0, y) for pair, (_, y) in off.items()}))},
)
frames = [
    pd.DataFrame({"setting": str(pair), "kind": where, "x": points[:420:3, 0], "y": points[:420:3, 1]})
    for where, group in (("x = 0", on), ("beside it", off))
    for pair, start in group.items()
    for points in [path(InertialNewton(rates[0], *pair), valley.gradient, start, 420)]
]
x, y = np.meshgrid(np.linspace(-2.1, 2.1, 43), np.linspace(-2.1, 2.1, 29))
surface = {"setting": "J", "kind": "loss", "x": x.ravel(), "y": y.ravel()}
surface["loss"] = valley.loss(np.stack([x, y], axis=-1)).ravel()
experiment.figure("valley", pd.concat([pd.DataFrame(surface), *frames]).fillna({"loss": 0}), draw=figures.valley)

# %% [markdown]
# The line belongs to this initial velocity: with $\psi_0 = 0$ starts on it converge too, since $x$ and $\psi_x$ stay 0
# together, but elsewhere the stable set is a curve of the plane $(x, \psi_x)$, which `trapped_volume` draws. That
# almost nothing off it converges to the saddle is the theorem; these are four starts of the author's.

# %%
experiment.finish()
