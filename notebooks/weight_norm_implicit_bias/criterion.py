# %% [markdown]
# # Which of the two ends nearer
#
# From the same $x_0 = g_0 \hat w_0$ gradient descent on x ends with the error $g_0\|\hat w_{\perp,0}\|$. With $a =
# g_0^2$, $G = g^{\star 2} + a\|\hat w_{\perp,0}\|^2$ and $k = c\|w\|^2$, weight normalization ends nearer to $x^\star$
# if and only if $\log(G/a) < (G - a)/k$.

# %% tags=["parameters"]
lr = 0.02  # of the runs for the criterion

# %%
import itertools

import numpy as np
import pandas as pd

from optclaims.experiment import Experiment
from optclaims.papers.weight_norm_implicit_bias import figures, simulation, theory
from optclaims.papers.weight_norm_implicit_bias.problems import direction, random_problem

experiment = Experiment("weight_norm_implicit_bias", "criterion")


def final_error(problem, g, w, method, lr, c=1.0):
    start = (1.0, g * w) if method == "gd" else (g, w)
    return simulation.descend(problem, *start, method=method, lr=lr, c=c).error[-1]


# %% [markdown]
# ## Far beyond the solution
# Where the row part of the start is longer than $g^\star$, WN is the worse one; and for $g_0 \to \infty$ its error
# tends to $g_0$, $1/\|\hat w_{\perp,0}\|$ times that of gradient descent.

# %%
problem, rows = random_problem(experiment.rng("far problem"), 20, 50), []
for p, g in itertools.product((0.3, 0.5, 0.85), (3.0, 10.0)):
    w = direction(experiment.rng("far start", p=p, g=g), problem, p)
    errors = (final_error(problem, g, w, method, 0.01 if g == 3 else 0.002) for method in ("wn", "gd"))
    rows.append((p, g, *errors, theory.limit(g, p, 2.0).error))
large = pd.DataFrame(rows, columns=["p", "g", "wn", "gd", "formula"])
three, ten = large[large.g == 3], large[large.g == 10]
scaled = large.wn * large.p / large.gd

claim = experiment.claim("large-g-limit")
claim.exact(
    "start of 1.5 g*: largest relative distance from the closed form",
    (three.wn / three.formula - 1).abs().max(),
    (None, 0.02),
    origin="first order in the step size of 0.01",
    controls={"gradient descent's error": list((three.gd / three.formula - 1).abs())},
)
claim.exact(
    "start of 1.5 g*: fraction of kernel shares where WN is worse if and only if the row part exceeds g*",
    ((three.wn > three.gd) == (three.g * np.sqrt(1 - three.p**2) > 2)).mean(),
    (1, None),
    origin="every one of 0.3, 0.5, 0.85",
    controls={"rule: worse if and only if g0 > g*": ((three.wn > three.gd) == (three.g > 2)).mean()},
)
for end, value in (("smallest", scaled[large.g == 10].min()), ("largest", scaled[large.g == 10].max())):
    claim.exact(
        f"start of 5 g*: {end} error over gradient descent's, times the kernel share",
        value,
        (0.95, 1),
        null=1,
        origin="tends to 1 from below",
        controls={"start of 1.5 g*": list(scaled[large.g == 3])},
    )

# %% [markdown]
# ## The criterion
# 180 cells; those with a predicted log ratio within 0.02 of 0 are left out, where a finite step could decide.

# %%
grid = itertools.product((1.0, 2.0), (1.0, 0.3), (0.1, 0.25, 0.5, 1, 1.5, 2, 2.5, 3, 4), (0.3, 0.5, 0.7, 0.85, 0.95))
rows = []
for target, c, g, p in grid:
    problem = random_problem(experiment.rng("criterion", target=target, c=c, g=g, p=p), 20, 50, norm=target)
    w = direction(experiment.rng("criterion start", target=target, c=c, g=g, p=p), problem, p)
    predicted = np.log(theory.limit(g, p, target, c).error / (g * p))
    ratio = np.log(final_error(problem, g, w, "rpgd", lr, c) / (g * p))
    rules = theory.beats_descent(g, p, target, c), g <= target, g * np.sqrt(1 - p**2) < target
    rows.append((target, c, g, p, ratio, predicted, *rules, theory.beats_descent(g, p, target)))
columns = ["target", "c", "g", "p", "ratio", "predicted", "criterion", "by_g", "by_row", "no_c"]
cells = pd.DataFrame(rows, columns=columns)
experiment.figure("criterion", cells[columns[:7]], draw=figures.criterion)
clear = cells[cells.predicted.abs() >= 0.02]


def agreement(rule):
    return float(((clear.ratio < 0) == clear[rule]).mean())


experiment.claim("wn-gd-criterion").exact(
    f"fraction of {len(clear)} cells in which the criterion says who ends nearer",
    agreement("criterion"),
    (1, None),
    origin="every one",
    controls={
        "WN wins where g0 <= g*": agreement("by_g"),
        "WN wins where the row part of the start is below g*": agreement("by_row"),
        "c left out": agreement("no_c"),
    },
)

# %% [markdown]
# From tiny starts gradient descent hardly has an error to improve on; from starts beyond the solution weight
# normalization has to rotate while g shrinks, and keeps nearly all of its kernel part. A rule by $g_0$ alone, or by the
# row part alone, is wrong in a sixth to a quarter of the cells.

# %%
experiment.finish()
