# %% [markdown]
# # The largest curvature that INNA can stand
# A minimum is stable for INNA just where all its curvatures satisfy $\gamma < \beta + \alpha/\lambda$ and
# $4 - 2\gamma(\alpha+\beta\lambda) + \gamma^2\lambda > 0$ (Jury's criterion for $I + \gamma M$). For
# $\gamma \leq \beta$ that is a limit of the sharpness, $\lambda < (4-2\alpha\gamma)/(\gamma(2\beta-\gamma))$, and for
# $\alpha=\beta=1$ it is gradient descent's $2/\gamma$.

# %% tags=["parameters"]
cells = 20_000
steps = 3000

# %%
import numpy as np
import pandas as pd

from optclaims.experiment import Experiment
from optclaims.papers.inertial_newton_saddles.figures import steps as figures
from optclaims.papers.inertial_newton_saddles.simulation.modes import matrix
from optclaims.papers.inertial_newton_saddles.simulation.paths import path
from optclaims.papers.inertial_newton_saddles.theory import steps as theory
from optclaims.science.optimizers import InertialNewton

experiment = Experiment("inertial_newton_saddles", "sharpness")

# %% [markdown]
# ## Both inequalities against eigenvalues
# In random cells of $\alpha$ (0.01 to 10), $\beta$ (0.01 to 3), $\lambda$ (0.01 to 1000) and $\gamma$ (0.001 to 3).
# %%
rng = experiment.rng("cells")
a, b, h, lr = (10 ** rng.uniform(*ends, cells) for ends in ((-2, 1), (-2, 0.5), (-2, 3), (-3, 0.5)))
radius = np.abs(np.linalg.eigvals(matrix(a, b, h, lr))).max(axis=-1)
first, second = lr < b + a / h, 4 - 2 * lr * (a + b * h) + lr**2 * h > 0


def mismatches(stable):
    return int(np.sum((radius < 1) != stable))


claim = experiment.claim("stability-step")
claim.exact(
    "random cells whose spectral radius is below 1 against both inequalities",
    mismatches(theory.contracts(a, b, h, lr)),
    (None, 0),
    origin="none of them",
    controls={
        "lambda < 2 / (gamma beta)": mismatches(first & (h < 2 / (lr * b))),
        "alpha dropped": mismatches((lr < b) & (4 - 2 * lr * b * h + lr**2 * h > 0)),
        "first inequality alone": mismatches(first),
        "second inequality alone": mismatches(second),
    },
)

# %% [markdown]
# ## Runs on both sides of the limit
# %%
tried = np.array([(0.5, 0.1, 0.1), (0.5, 0.1, 0.02), (0.5, 1, 0.02), (2, 0.1, 0.02), (1, 1.1, 0.02)]).T


def decades(curvature):  # by which the coordinate grows from 1
    alpha, beta, lr = tried[:, :, None]
    points = path(InertialNewton(lr, alpha, beta), lambda x: x * curvature[:, None], np.ones((5, 1)), steps)
    return np.log10(np.abs(points[-50:]).max(axis=(0, 2)))


sharpest = {
    "stated": theory.sharpness_limit(*tried),
    "2 / (gamma beta)": 2 / (tried[2] * tried[1]),
    "alpha dropped": theory.sharpness_limit(0.0 * tried[0], *tried[1:]),
}
claim.exact(
    "decades of growth at 0.99 of the limiting curvature, the most of five settings",
    decades(0.99 * sharpest["stated"]).max(),
    (None, 0),
    null=0,
    origin="decay",
    controls={"limit with alpha dropped": decades(0.99 * sharpest["alpha dropped"]).max()},
)
claim.exact(
    "decades of growth at 1.01 of the limiting curvature, the least of five settings",
    decades(1.01 * sharpest["stated"]).min(),
    (0, None),
    null=0,
    origin="growth",
    controls={"2 / (gamma beta)": decades(1.01 * sharpest["2 / (gamma beta)"]).min()},
)
multiples, rows = np.linspace(0.5, 1.2, 36), []
for alpha, beta, rate in tried.T:
    limit = theory.sharpness_limit(alpha, beta, rate)
    radii = np.abs(np.linalg.eigvals(matrix(alpha, beta, multiples * limit, rate))).max(axis=-1)
    rows.append(pd.DataFrame({"setting": f"({alpha:g}, {beta:g}), {rate:g}", "multiple": multiples, "radius": radii}))
experiment.figure("sharpness_limits", pd.concat(rows), draw=figures.sharpness_limits)

# %% [markdown]
# The limit is sharp to the hundredth tried. It is not gradient descent's with the gradient's coefficient
# $\gamma\beta$ in place of $\gamma$: at $(0.5, 0.1)$ and $\gamma = 0.1$ it is 390, not 200, so that a small $\beta$
# does not cost stability in proportion. These are modes of a quadratic; whether training runs into the limit is open.

# %%
experiment.finish()
