# %% [markdown]
# # How many steps an escape takes
# Near the saddle of $x^4 - 4x^2 + y^2$ the first coordinate is a sum of two modes, with the roots $s_\pm$ of
# $s^2 + (\alpha+\beta\lambda)s + \lambda = 0$, $\lambda = -8$. From the author's start (velocity $-\nabla J$) the share
# $c$ of it grows, by $1+\gamma s_+$ a step, so that $|x_k|$ first exceeds $r$ at the next whole number after
# $$\frac{\ln(r/|x_0|) - \ln c}{\ln(1+\gamma s_+)}, \qquad c = \frac{|\lambda| - s_-}{s_+ - s_-} .$$
# Gradient descent is $\alpha=\beta=1$: $s_+ = |\lambda|$, $c=1$. INNA is faster just where
# $\alpha - 1 < (\beta - 1)|\lambda|$.

# %% tags=["parameters"]
runs = 1000
steps = 800
lr = 0.02

# %%
import numpy as np
import pandas as pd

from optclaims.experiment import Experiment
from optclaims.papers.inertial_newton_saddles.figures import saddles as figures
from optclaims.papers.inertial_newton_saddles.measures.escapes import first_above
from optclaims.papers.inertial_newton_saddles.problems import valley
from optclaims.papers.inertial_newton_saddles.simulation.paths import path
from optclaims.papers.inertial_newton_saddles.theory import modes
from optclaims.science.optimizers import SGD, InertialNewton
from optclaims.statistics import mean, ratio

experiment = Experiment("inertial_newton_saddles", "escape_time")
claim = experiment.claim("escape-time")
start = 1e-12 * experiment.rng("starts").standard_normal((runs, 2))
GD, curvature = "gradient descent", valley.CURVATURES["saddle"][0]
inna = {"(0.5, 1)": (0.5, 1), "(1, 1.1)": (1, 1.1), "(2, 0.1)": (2, 0.1), "(0.5, 2)": (0.5, 2)}
rules = {GD: SGD(lr)} | {name: InertialNewton(lr, *pair) for name, pair in inna.items()}
sizes = {name: np.abs(path(rule, valley.gradient, start, steps)[:, :, 0]) for name, rule in rules.items()}
near, far = ({name: first_above(x, radius) for name, x in sizes.items()} for radius in (1e-3, 0.5))

# %% [markdown]
# ## The formula, and the same with one mistake in it
# %%
speed = {name: float(modes.growth(*pair, curvature, lr)) for name, pair in ({GD: (1, 1)} | inna).items()}
share = {name: float(modes.growing_share(*pair, curvature)) for name, pair in ({GD: (1, 1)} | inna).items()}


def formula(speed, share, radius=1e-3):
    return (np.log(radius / np.abs(start[:, 0])) - np.log(share)) / speed


def swapped(alpha, beta):  # ln(1 + gamma s_+) with the wrong sign of beta lambda
    a = alpha - beta * curvature
    return np.log1p(lr * (np.sqrt(a**2 - 4 * curvature) - a) / 2)


speeds = {  # the growth a step, with one mistake in it
    "growth exp(gamma s_+), the flow's": {name: np.expm1(speed[name]) for name in inna},
    "gradient descent's growth": dict.fromkeys(inna, speed[GD]),
    "wrong sign of beta lambda": {name: swapped(*pair) for name, pair in inna.items()},
}
mistaken = {slip: {n: formula(other[n], share[n]) for n in inna} for slip, other in speeds.items()}
mistaken["without c"] = {name: formula(speed[name], 1.0) for name in inna}


def wrong(name, steps):  # runs that are not the formula rounded up; 1e-3 of a step is left to rounding
    return int(np.sum((near[name] < np.ceil(steps - 1e-3)) | (near[name] > np.ceil(steps + 1e-3))))


claim.exact(
    "runs of five methods whose first step above 1e-3 is not the formula rounded up",
    sum(wrong(name, formula(speed[name], share[name])) for name in rules),
    (None, 0),
    origin="none of them",
    controls={slip: [wrong(name, steps[name]) for name in inna] for slip, steps in mistaken.items()},
)
for name in inna:
    claim.within(
        f"{name}: mean excess over the formula, in steps",
        mean(near[name] - formula(speed[name], share[name])),
        (0.4, 0.6),
        origin="rounding up adds one half; a tenth of a step is eleven standard errors of 1000 roundings",
        controls={slip: mean(near[name] - steps[name]) for slip, steps in mistaken.items()},
    )

# %% [markdown]
# ## Against gradient descent on equal starts, at the table's radius 0.5
# %%
descent = np.mean(formula(speed[GD], 1.0, 0.5) + 0.5)
for name in inna:
    found = ratio(far[name], far[GD], paired=True)
    expected = {slip: np.mean(formula(other[name], share[name], 0.5) + 0.5) for slip, other in speeds.items()}
    claim.within(
        f"{name}: mean steps to 0.5 over gradient descent's, minus the formula's ratio",
        found - np.mean(formula(speed[name], share[name], 0.5) + 0.5) / descent,
        (-0.005, 0.005),
        origin="one step of gradient descent's 187: the landscape bends before 0.5, which delays all methods",
        controls={slip: found - steps / descent for slip, steps in expected.items()},
    )
columns = [(n, np.abs(start[:60, 0]), near[n][:60], formula(speed[n], share[n])[:60]) for n in rules]
shown = [pd.DataFrame(dict(zip(("setting", "start", "steps", "predicted"), c, strict=True))) for c in columns]
experiment.figure("escape_steps", pd.concat(shown), draw=figures.escape_steps)

# %% [markdown]
# The formula is exact run by run while the landscape is linear; at 0.5 the bend adds less than a step. At the author's
# two settings INNA leaves in 5 and 7 % fewer steps than gradient descent, at $(2, 0.1)$ in 3.2 times as many, so the
# advantage belongs to the settings. Of noise around other saddles this says as much as their curvatures do.

# %%
experiment.finish()
