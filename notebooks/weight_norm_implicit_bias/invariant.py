# %% [markdown]
# # What weight normalization conserves
#
# Least squares with fewer rows than columns, $x = g\hat w$, $\hat w = w/\|w\|$, with the step size of g c times that of
# w. The gradient has no part in the kernel of A, so the kernel part of w only shrinks or grows with the radial part of
# the gradient, which also drives g. The flow therefore conserves
# $$\|\hat w_\perp\|\,\exp\Bigl(\frac{g^2}{2c\|w\|^2}\Bigr),$$
# and descent, by weight normalization (WN) or projected onto $\|w\| = 1$ (rPGD), to first order in the step size.

# %% tags=["parameters"]
seeds = 2  # of each design

# %%
import itertools

import numpy as np
import pandas as pd

from optclaims.experiment import Experiment
from optclaims.papers.weight_norm_implicit_bias import figures, measures, simulation, theory
from optclaims.papers.weight_norm_implicit_bias.problems import direction, ensemble

experiment = Experiment("weight_norm_implicit_bias", "invariant")
problems = ensemble(experiment.rng, seeds)
cells = list(itertools.product(problems, (0.1, 1.0, 2.0), (1.0, 0.1)))
T = 30.0

# %% [markdown]
# ## The flow
# To time 30, also from $\|w\| = 1.5$; beside the invariant what it would be with a mistake in the exponent.

# %%
mistakes = {
    "exponent without 1/2": lambda run, c: np.log(run.kernel) + run.g**2 / (c * run.norm**2),
    "c left out, at c = 0.1": lambda run, c: theory.invariant(run.g, run.kernel, run.norm**2),
    "g / c in place of g^2 / 2c": lambda run, c: np.log(run.kernel) + run.g / (c * run.norm**2),
}
times, drifts, wrong = np.linspace(0, T, 301), [], {label: [] for label in mistakes}
for (key, g, c), length in itertools.product(cells, (1.0, 1.5)):
    problem, w = problems[key]
    run = simulation.flow(problem, g, length * w, times, c=c)
    drifts.append(measures.drift(theory.invariant(run.g, run.kernel, c * run.norm**2)))
    for label, mistaken in mistakes.items():
        if c < 1 or "left out" not in label:
            wrong[label].append(measures.drift(mistaken(run, c)))

# %% [markdown]
# ## Descent
# The drift up to the same time with three step sizes, each half of the one before.


# %%
def descent_drift(key, g, c, method, lr):
    problem, w = problems[key]
    run = simulation.descend(problem, g, w, method=method, lr=lr, c=c, steps=round(T / lr), every=1, loss=0.0)
    return measures.drift(theory.invariant(run.g, np.minimum(run.kernel, 1), c * run.norm**2))


rates, rows = (0.004, 0.002, 0.001), []
for method, (key, g, c), lr in itertools.product(("wn", "rpgd", "raw"), cells, rates):
    rows.append((method, *key, g, c, lr, descent_drift(key, g, c, method, lr)))
table = pd.DataFrame(rows, columns=["method", "design", "seed", "g", "c", "lr", "drift"])
finest = table.pivot(index=["method", "design", "seed", "g", "c"], columns="lr", values="drift")
orders = np.log2(finest[0.002] / finest[0.001]).groupby("method")
experiment.figure("drift", table, draw=figures.drift)

# %% [markdown]
# The paths in the plane of $g$ and $\|\hat w_\perp\|$: flows along the invariant's level lines to $g^2(1 -
# \|\hat w_\perp\|^2) = g^{\star 2}$.

# %%
problem, w = problems["gaussian", 0]
paths = []
for g, kernel, c in itertools.product((0.1, 1.0, 2.0, 3.0), (0.5, 0.85), (1.0, 0.3)):
    aimed = direction(experiment.rng("portrait", g=g, kernel=kernel, c=c), problem, kernel)
    run = simulation.flow(problem, g, aimed, np.geomspace(0.01, 400, 60), c=c)
    level = theory.invariant(g, kernel, c) - theory.invariant(run.g, 1.0, c)
    path = {"g": run.g, "kernel": run.kernel, "level": np.exp(level)}
    paths.append(pd.DataFrame(path).assign(c=c, start=f"{g:g}, {kernel:g}", norm=problem.norm))
experiment.figure("portrait", pd.concat(paths), draw=figures.portrait)

# %% [markdown]
# ## Checks

# %%
claim = experiment.claim("wn-invariant")
claim.exact(
    "flow: largest drift of the logarithm of the invariant, to time 30",
    max(drifts),
    (None, 1e-6),
    origin="rounding and the integrator's tolerance of 1e-12 a step, accumulated",
    controls=wrong,
)
claim.exact(
    "descent: largest distance from 1 of the order of the drift in the step size, WN and rPGD",
    max(orders.get_group(method).sub(1).abs().max() for method in ("wn", "rpgd")),
    (None, 0.1),
    origin="first order, with the next one at a step of 0.002",
    controls={"w not normalised": list(orders.get_group("raw").sub(1).abs())},
)

# %% [markdown]
# The conservation is exact in continuous time and independent of the matrix: nothing but the split into row space and
# kernel enters. At a finite step the drift is of first order but not always small; it is largest where c is small and g
# large beside it.

# %%
experiment.finish()
