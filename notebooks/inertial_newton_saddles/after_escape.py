# %% [markdown]
# # Spirals after the escape
# A run that has left the saddle of $x^4 - 4x^2 + y^2$ ends at a minimum, and there the roots of
# $s^2 + (\alpha+\beta\lambda)s + \lambda = 0$ decide between spirals and lines. Along $y$ (curvature 2) the path is
# linear throughout; along $x$ (curvature 16) it is not, and the law of the linearisation is a statement (Hartman and
# Grobman). Settings near the border are left out: there the winding is too slow to be seen before rounding.

# %% tags=["parameters"]
steps = 6000
rates = [0.02, 0.01]
after = 14_000  # steps of the runs that are followed to 1e-12 of the minimum

# %%
import numpy as np
import pandas as pd

from optclaims.experiment import Experiment
from optclaims.papers.inertial_newton_saddles.figures.spirals import spirals_at_the_minimum
from optclaims.papers.inertial_newton_saddles.measures.spirals import sign_changes
from optclaims.papers.inertial_newton_saddles.problems import valley
from optclaims.papers.inertial_newton_saddles.simulation.paths import path
from optclaims.papers.inertial_newton_saddles.theory import modes
from optclaims.science.optimizers import InertialNewton

experiment = Experiment("inertial_newton_saddles", "after_escape")
starts = {(1, 1.3): (-0.05, 1.9), (0.3, 0.9): (0.05, -1.9)}  # the author's
steep, flat = valley.CURVATURES["minimum"]

# %% [markdown]
# ## Along x: the nonlinear coordinate
# Changes of sign of $x - \sqrt2$ from its last distance above 0.1 down to $10^{-12}$, at ten settings at
# which $|\mathrm{Im}\,s| > 0.4\,|\mathrm{Re}\,s|$ or the roots are real.
# %%
pairs = np.array(
    [(0.5, 0.1), (0.5, 0.2), (0.5, 0.3), (2, 0.1), (0.5, 0.6), (0.5, 1), (0.3, 0.9), (7, 0.1), (8.5, 0.02), (1, 1.3)]
)
alpha, beta = pairs.T
lr = np.minimum(0.005, 0.1 / np.abs(modes.roots(alpha, beta, steep)).max(axis=0))
rule = InertialNewton(*(column[:, None] for column in (lr, alpha, beta)))
x = path(rule, valley.gradient, np.tile(starts[0.3, 0.9], (len(pairs), 1)), after)[:, :, 0] - valley.MINIMUM
turns, winds = sign_changes(x, high=0.1, low=1e-12), modes.spirals(alpha, beta, steep)


def wrong(turns, winds, least):  # cells that do not turn as predicted; a single turn needs no spiral
    return int(np.sum(np.where(winds, turns < least, turns > 1)))


claim = experiment.claim("spiral-vs-escape-nonlinear")
claim.exact(
    "settings of ten whose x - sqrt 2 does not wind (3 changes of sign or more) just where predicted",
    wrong(turns, winds, 3),
    (None, 0),
    origin="none of ten",
    controls={
        "heavy ball's condition, alpha^2 < 4 lambda": wrong(turns, alpha**2 < 4 * steep, 3),
        "alpha beta < 1 alone": wrong(turns, alpha * beta < 1, 3),
        "alpha dropped": wrong(turns, (beta * steep) ** 2 < 4 * steep, 3),
    },
)

# %% [markdown]
# ## Along y: the linear coordinate, from the author's two starts
# %%
a, b, h, flats = np.array([(*pair, rate, modes.spirals(*pair, flat)) for pair in starts for rate in rates]).T
rule = InertialNewton(*(column[:, None] for column in (h, a, b)))
y = sign_changes(path(rule, valley.gradient, np.repeat(list(starts.values()), len(rates), axis=0), steps)[:, :, 1])
claim.exact(
    "author's two starts, two steps: y does not wind (10 changes of sign or more) just where predicted",
    wrong(y, flats > 0, 10),
    (None, 0),
    origin="none of four",
    controls={"heavy ball's condition, alpha^2 < 4 lambda": wrong(y, a**2 < 4 * flat, 10)},
)
shown = [
    pd.DataFrame(
        {
            "setting": f"({a:g}, {b:g})",
            "predicted": "spirals" if wind else "lines",
            "time": np.arange(0, after, 20) * h,
            "distance": np.maximum(np.abs(column[:after:20]), 1e-12),
        }
    )
    for (a, b), wind, h, column in zip(pairs, winds, lr, x.T, strict=True)
]
shown = [frame[frame.time < 10] for frame in shown]
experiment.figure("spirals_at_the_minimum", pd.concat(shown), draw=spirals_at_the_minimum)

# %% [markdown]
# Where the roots are complex the distance has the dips of a spiral, down to rounding, and where they are real it falls
# along a line after at most one change of sign. The heavy ball's condition forgets that $\beta$ damps the steep
# direction: it predicts spirals at five settings that have none. Nearer the border of the law the ratio
# $\mathrm{Im}\,s/\mathrm{Re}\,s$ is small and double precision ends before the third turn.

# %%
experiment.finish()
