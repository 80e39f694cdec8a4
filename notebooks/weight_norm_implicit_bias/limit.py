# %% [markdown]
# # Where weight normalization ends
#
# A run that fits the data has $g_\infty^2 (1 - \|\hat w_{\perp,\infty}\|^2) = g^{\star 2}$. With the invariant, $G =
# g_\infty^2$ solves
# $$G\,\bigl(1 - \|\hat w_{\perp,0}\|^2\, e^{(g_0^2 - G)/c}\bigr) = g^{\star 2},\qquad
# \|x_\infty - x^\star\| = \sqrt G\,\|\hat w_{\perp,0}\|\, e^{(g_0^2 - G)/2c} \quad (\|w\| = 1),$$
# whatever the spectrum of A. A slow g (small c) ends exponentially close to the solution of least norm.

# %% tags=["parameters"]
seeds = 5  # of each design

# %%
import itertools

import numpy as np
import pandas as pd

from optclaims.experiment import Experiment
from optclaims.papers.weight_norm_implicit_bias import figures, measures, simulation, theory
from optclaims.papers.weight_norm_implicit_bias.problems import direction, kernel_part, random_problem

experiment = Experiment("weight_norm_implicit_bias", "limit")
problems = {}
for design, seed in itertools.product(("gaussian", "orthonormal"), range(seeds)):
    problem = random_problem(experiment.rng("problem", design=design, seed=seed), 20, 50, design)
    w = direction(experiment.rng("start", design=design, seed=seed), problem)
    problems[design, seed] = problem, w, np.linalg.norm(kernel_part(problem, w))


def error(key, g, c, method, lr):
    problem, w, _ = problems[key]
    return simulation.descend(problem, g, w, method=method, lr=lr, c=c).error[-1]


# %% [markdown]
# ## The closed form
# Step sizes 0.01 and 0.005, extrapolated to 0; $g^\star = 2$.

# %%
rows = []
for key, g, c, method in itertools.product(problems, (0.5, 1.0, 2.0), (1.0, 0.3), ("wn", "rpgd")):
    coarse, fine = (error(key, g, c, method, lr) for lr in (0.01, 0.005))
    p, target = problems[key][2], problems[key][0].norm
    at_target = target * p * np.exp((g**2 - target**2) / (2 * c))
    predictions = theory.limit(g, p, target, c).error, g * p, theory.limit(g, p, target, c / 2).error
    rows.append((*key, g, c, method, coarse, fine, *predictions, theory.limit(g, p, target).error, at_target))
columns = ["design", "seed", "g", "c", "method", "coarse", "fine", "formula", "descent", "doubled", "no_c", "at_target"]
table = pd.DataFrame(rows, columns=columns)
extrapolated = 2 * table.fine - table.coarse
ratios = (table.coarse - table.formula) / (table.fine - table.formula)


def off(column, kept=slice(None)):  # smallest distance of the runs from a prediction that is mistaken
    return (extrapolated / table[column] - 1).abs()[kept].min()


claim = experiment.claim("wn-limit-formula")
claim.exact(
    "largest relative distance of the extrapolated error from the closed form",
    (extrapolated / table.formula - 1).abs().max(),
    (None, 0.005),
    origin="second order in the step size, 0.4 % from steps of 0.02 and 0.01 in a trial",
    controls={
        "gradient descent's error": off("descent"),
        "factor 2 in the exponent": off("doubled"),
        "c left out, at c = 0.3": off("no_c", table.c < 1),
        "g* in place of the limit of g, at c = 1 and a start of 2": off("at_target", (table.c == 1) & (table.g == 2)),
    },
)
claim.exact(
    "median ratio of the distances from the closed form at steps of 0.01 and 0.005",
    ratios.median(),
    (1.9, 2.1),
    origin="first order in the step size",
    controls={
        "against the formula with a factor 2 in the exponent": (
            (table.coarse - table.doubled) / (table.fine - table.doubled)
        ).median()
    },
)

# %% [markdown]
# ## A slow g
# The logarithm of the error against $1/c$ from $g_0 = 1$: slope $-(g^{\star 2} - g_0^2)/2 = -1.5$.

# %%
ratios_c, rows = (0.5, 0.3, 0.2, 0.15, 0.1), []
for key, c in itertools.product(problems, ratios_c):
    problem, w, p = problems[key]
    swapped = simulation.descend(problem, 1.0, w, method="rpgd", lr=0.01 * c, c=1 / c).error[-1]
    runs = {method: error(key, 1.0, c, method, 0.01) for method in ("rpgd", "wn")} | {"roles swapped": swapped}
    formula = theory.limit(1.0, p, problem.norm, c).error
    rows += [(*key, c, method, value, formula) for method, value in runs.items()]
slow = pd.DataFrame(rows, columns=["design", "seed", "c", "method", "error", "formula"])
experiment.figure("error_by_c", slow, draw=figures.error_by_c)


def slopes(method):  # one a problem
    groups = slow[slow.method == method].groupby(["design", "seed"])
    return np.array([measures.slope(1 / part.c, np.log(part.error)) for _, part in groups])


last = slow[(slow.c == 0.1) & (slow.method == "rpgd")]
claim = experiment.claim("rpgd-slow-g")
claim.exact(
    "largest relative distance of the slope of log error on 1/c from -(g*^2 - g0^2)/2, rPGD",
    np.abs(slopes("rpgd") / -1.5 - 1).max(),
    (None, 0.03),
    origin="first order in the step size of 0.01, and the corrections of the closed form at c = 0.5",
    controls={
        "step sizes of g and w swapped": np.abs(slopes("roles swapped") / -1.5 - 1).min(),
        "start g0 left out of the prediction": np.abs(slopes("rpgd") / -2 - 1).min(),
        "exponent without 1/2": np.abs(slopes("rpgd") / -3 - 1).min(),
    },
)
claim.exact(
    "largest relative distance of the error at c = 0.1 from the closed form, rPGD",
    (last.error / last.formula - 1).abs().max(),
    (None, 0.1),
    origin="first order in the step size over c, 0.01/0.1",
    controls={
        "step sizes of g and w swapped": (
            slow[(slow.c == 0.1) & (slow.method == "roles swapped")].error.to_numpy() / last.formula.to_numpy() - 1
        ).min()
    },
)
print(f"WN: slopes {slopes('wn').min():.3f} to {slopes('wn').max():.3f}")

# %% [markdown]
# The bias towards least norm is that of the slow g: the direction is found while g still stands, and the kernel part of
# w dies in the meantime. Below $c = 0.1$ the error meets rounding. WN, whose w grows at a finite step, is a little
# further from the limit of small steps than rPGD.

# %%
experiment.finish()
