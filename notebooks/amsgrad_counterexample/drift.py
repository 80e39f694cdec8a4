# %% [markdown]
# # The drift of Adam, and its phase diagram
#
# Our sharpening of Theorems 1 and 2. The gradients are periodic: $C$ once, then $P-1$ times $-n$. They do not depend on
# $x$, so $m$ and $v$ become periodic,
# $$m_k = -n + (C+n)\frac{(1-\beta_1)\beta_1^k}{1-\beta_1^P}, \qquad
# v_k = n^2 + (C^2-n^2)\frac{(1-\beta_2)\beta_2^k}{1-\beta_2^P}, \qquad
# \Delta = -\sum_{k=0}^{P-1}\frac{m_k}{\sqrt{v_k}} .$$
# $\Delta$ is the displacement per period and unit step size. With $\alpha_t \to 0$ and $\sum\alpha_t = \infty$ Adam
# ends at the wall $\mathrm{sign}\,\Delta$, at $+1$ where it is wrong (the mean gradient is positive in all problems
# here).

# %% tags=["parameters"]
problems = [[3, 3, 200_000], [4, 3, 200_000], [6, 5, 200_000]]  # C, P, number of steps
beta1 = [0, 0.3, 0.6, 0.9]
points = 16
T_critical = 1_000_000

# %%
import itertools

import numpy as np
import pandas as pd

from optclaims.experiment import Experiment
from optclaims.papers.amsgrad_counterexample import simulation, theory
from optclaims.papers.amsgrad_counterexample.figures import online as figures
from optclaims.papers.amsgrad_counterexample.problems import periodic

experiment = Experiment("amsgrad_counterexample", "drift")

# %% [markdown]
# ## Prediction and simulation on a grid
# From $x_1 = 0$ with $\alpha_t = 2/\sqrt t$ to the end point; and with a tiny constant step, so that no wall is met,
# the displacement over 100 periods once $v$ has forgotten its start.


# %%
def end_point(C, P, T, b1, b2, n=1.0, alpha=2.0):
    return simulation.run("adam", periodic(C, P, n), [T], alpha=alpha, beta1=b1, beta2=b2, x1=0).final[0]


def measured_drift(C, P, b1, b2):
    source = periodic(C, P)
    return P * simulation.displacements("adam", source, 1, 100 * P, beta1=b1, beta2=b2, step=1e-6)[0]


def without_momentum(C, P, b1, b2):
    return float(theory.drift("adam", C, P, 0.0, b2))


def one_impulse(C, P, b1, b2):  # the wrong formula that forgets the impulses of earlier periods
    k = np.arange(P)
    m, v = -1 + (C + 1) * (1 - b1) * b1**k, 1 + (C**2 - 1) * (1 - b2) * b2**k
    return float(-(m / np.sqrt(v)).sum())


grid = pd.DataFrame(
    [
        (C, P, T, b1, 1 - rest)
        for (C, P, T), b1, rest in itertools.product(problems, beta1, np.geomspace(1e-4, 0.98, points))
    ],
    columns=["C", "P", "T", "beta1", "beta2"],
)
keys = list(zip(grid.C, grid.P, grid.beta1, grid.beta2, strict=True))
grid["x"] = [end_point(C, P, T, b1, b2) for T, (C, P, b1, b2) in zip(grid["T"], keys, strict=True)]
grid["measured"] = [measured_drift(*key) for key in keys]
grid["predicted"] = [float(theory.drift("adam", *key)) for key in keys]
grid["without_momentum"] = [without_momentum(*key) for key in keys]
grid["one_impulse"] = [one_impulse(*key) for key in keys]
largest = grid.predicted.abs().groupby([grid.C, grid.P, grid.beta1]).transform("max")
clear = grid[grid.predicted.abs() > 0.02 * largest]

# %% [markdown]
# The diagram for the family of Theorem 2 ($P = C$, $n = 1$): colour is $\Delta$ scaled by its largest size for that
# $C$, markers are simulated end points.

# %%
C_axis, rest_axis = np.unique(np.geomspace(3, 200, 22).round().astype(int)), np.geomspace(1e-3, 0.95, 30)
colour = [
    {"kind": "drift", "beta1": b1, "C": C, "one_minus_beta2": rest_axis, "value": d / np.abs(d).max()}
    for b1 in (0.0, 0.9)
    for C in C_axis
    for d in [theory.drift("adam", C, int(C), b1, 1 - rest_axis)]
]
markers = [
    {
        "kind": "end point",
        "beta1": b1,
        "C": C,
        "one_minus_beta2": [rest],
        "value": end_point(C, int(C), 400 * 400 * 5, b1, 1 - rest),
    }
    for b1, C, rest in itertools.product((0.0, 0.9), C_axis[1::5], rest_axis[2::5])
]
experiment.figure("phase_diagram", pd.concat(map(pd.DataFrame, colour + markers)), draw=figures.phase_diagram)

# %% [markdown]
# ## Checks
# The sign of $\Delta$ against the end point wherever $|\Delta|$ exceeds 2 % of its maximum over $\beta_2$; $\Delta$
# itself against the displacement; and the critical $\beta_2^*$ of the paper's problem ($C = 1010$, $n = 10$, $P = 101$)
# lies between $1 - \beta_2 = 0.95\,(1-\beta_2^*)$, where Adam converges, and $1.05\,(1-\beta_2^*)$, where it does not
# (the drift is slow there: $\alpha = 10$).


# %%
def agreement(column):
    return float((np.sign(clear.x) == np.sign(clear[column])).mean())


def largest_error(column):
    return float((clear[column] / clear.measured - 1).abs().max())


claim = experiment.claim("drift-phase-diagram")
claim.exact(
    "fraction of end points on the side that the sign of the drift predicts",
    agreement("predicted"),
    (1, None),
    origin="every one",
    controls={"gradient in place of m": agreement("without_momentum"), "one impulse only": agreement("one_impulse")},
)
claim.exact(
    "largest relative error of the predicted drift",
    largest_error("predicted"),
    (None, 1e-6),
    origin="exact up to the rounding of x",
    controls={
        "gradient in place of m": largest_error("without_momentum"),
        "one impulse only": largest_error("one_impulse"),
    },
)


def sides(b1, root):  # 1 where the end points on both sides of the root are as predicted
    right, wrong = (end_point(1010, 101, T_critical, b1, 1 - f * (1 - root), 10.0, alpha=10.0) for f in (0.95, 1.05))
    return float(right < -0.5 and wrong > 0.5)


roots = {b1: theory.critical_beta2(1010, 101, b1, 10.0)[-1] for b1 in (0, 0.5, 0.9)}
claim.exact(
    "fraction of beta1 for which Adam's limit changes within 5 % of the critical 1 - beta2",
    np.mean([sides(b1, root) for b1, root in roots.items()]),
    (1, None),
    origin="beta1 = 0, 0.5 and 0.9, the paper's problem",
    controls={"critical beta2 of beta1 = 0 used at 0.9": sides(0.9, roots[0])},
)

# %% [markdown]
# The formula leaves nothing open: Adam fails for large $C$ at any $\beta_2 < 1$, and any $C$ is cured by $\beta_2$
# close enough to 1. Momentum moves the boundary only where $1/(1-\beta_1)$ is comparable to the period.

# %%
experiment.finish()
