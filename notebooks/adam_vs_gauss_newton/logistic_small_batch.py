# %% [markdown]
# # Logistic regression: Adam and GN$^{-1/2}$ at small batches
#
# 600 Gaussian inputs in 10 dimensions, labels resampled from a logistic teacher, start at zero,
# $\eta_t = \eta_0(1 - t/T)$. The basis is the identity or the eigenbasis of the current Gauss-Newton matrix
# $\mathbb E[p(1-p)xx^\top]$. Each run draws a problem of its own. Losses are excess losses.

# %% tags=["parameters"]
runs = 5
T = 300
instances = 5

# %%
import numpy as np
import pandas as pd

from optclaims import statistics
from optclaims.experiment import Experiment
from optclaims.papers.adam_vs_gauss_newton import figures, simulation
from optclaims.papers.adam_vs_gauss_newton.measures import tuning

experiment = Experiment("adam_vs_gauss_newton", "logistic_small_batch")
rounding = 1e-15  # of an excess loss: a difference of numbers of order one
methods = {"Adam": "adam", "GN^-1/2": -0.5, "GN^-1": -1, "GD": 0}
grids = {
    "Adam": np.geomspace(3e-3, 1, 11),
    "GN^-1/2": np.geomspace(1e-2, 16.6, 14),
    "GN^-1": np.geomspace(1e-2, 2, 11),
    "GD": np.geomspace(5e-2, 50, 12),
}

# %%
problems = [simulation.logistic.problem(10, 600, 0.02, 3.0, experiment.rng("problem", i=i)) for i in range(instances)]


def trained(B, eigenbasis, name):
    each = 1 if np.isinf(B) else runs // instances
    settings = methods[name], eigenbasis, grids[name], B, T, each
    parts = [
        simulation.logistic.train(p, *settings, np.random.default_rng(int(s)))
        for p, s in zip(problems, streams[B], strict=True)
    ]
    return np.maximum(np.concatenate(parts, axis=1), rounding)


sizes = [1, 8, np.inf]
streams = {B: experiment.rng("batches", B=str(B)).integers(2**32, size=instances) for B in sizes}
arms = [(b, B, n) for b in ("I", "E") for B in sizes for n in methods]
losses = {(b, B, n): trained(B, b == "E", n) for b, B, n in experiment.progress(arms, "grids of rates")}
start = float(np.median([simulation.logistic.excess_loss(p, np.zeros(10)) for p in problems]))
best = {key: tuning.tuned(values, grids[key[2]]) for key, values in losses.items()}
rows = [
    {"basis": b, "batch": "full" if np.isinf(B) else str(B), "method": n, "lr": r, "loss": v}
    for (b, B, n), values in losses.items()
    for r, v in zip(grids[n], tuning.typical(values, start, rounding), strict=True)
]
experiment.figure("logistic_quadrants", pd.DataFrame(rows), draw=figures.quadrants)


# %% [markdown]
# ## Gaps in decades, averaged over problems


# %%
def gap(basis, B, other):
    difference = best[basis, B, "Adam"].log_loss - best[basis, B, other].log_loss
    return statistics.mean(difference.reshape(instances, -1).mean(axis=1))


claim = experiment.claim("logistic-small-batch")
for B in (1, 8):
    for b in ("I", "E"):
        wrong = {"full batch": gap(b, np.inf, "GN^-1/2")} | ({"GD": gap("E", B, "GD")} if b == "E" else {})
        claim.within(
            f"gap of Adam to GN^(-1/2), basis {b}, B = {B}",
            gap(b, B, "GN^-1/2"),
            (-0.15, 0.15),
            origin="0.15 decades",
            controls=wrong,
        )
experiment.finish()
