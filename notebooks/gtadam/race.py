# %% [markdown]
# # A race on ill-conditioned problems
#
# Ten agents in six dimensions with spectra over three decades. Where the axes of the quadratics are those of the
# coordinates, Adam's root rescales each coordinate by itself; in a rotated basis with the same spectra it cannot, while
# gradient tracking (GT) has exactly the same errors in both.

# %% tags=["parameters"]
tune = 8  # problems that choose the step sizes
judge = 16  # problems that are judged
steps = 200

# %%
import itertools

import numpy as np
import pandas as pd

from optclaims import statistics
from optclaims.experiment import Experiment
from optclaims.papers.gtadam import figures, measures, simulation
from optclaims.papers.gtadam.problems import ill_conditioned, turned
from optclaims.science import divergence, tuning
from optclaims.science.optimizers import SGD, EMAMomentum, SaturatedAdam

experiment = Experiment("gtadam", "race")
grid = 10 ** np.linspace(-5, 1, 25)
arms = {
    "GT": (SGD, {}, "tracking"),
    "GT momentum": (EMAMomentum, {}, "tracking"),
    "DGD": (SGD, {}, "local"),
    "GTAdam 0.01": (SaturatedAdam, {"eps": 0.01}, "tracking"),
    "GTAdam 1": (SaturatedAdam, {"eps": 1.0}, "tracking"),
    "no tracker": (SaturatedAdam, {"eps": 0.01}, "local"),
}
problems = {"axes": [], "rotated": [], "isotropic": []}
for run in range(tune + judge):
    problems["axes"].append(ill_conditioned(experiment.rng("problem", run=run)))
    problems["rotated"].append(turned(problems["axes"][-1], experiment.rng("basis", run=run)))
    problems["isotropic"].append(ill_conditioned(experiment.rng("isotropic", run=run), decades=0.0))


def errors(problem, method, lr, every):
    make, details, tracker = arms[method]
    path = simulation.run(problem, make(lr=lr, **details), steps, np.zeros(6), tracker=tracker, every=every)
    with np.errstate(over="ignore", invalid="ignore"):
        return divergence.capped(measures.tracking_errors(problem, path.times, path.points))


# %% [markdown]
# ## Step sizes
# One grid of quarter decades for all, the best geometric mean over the tuning problems, the optimum inside the grid.

# %%
chosen, tried = {}, []
for kind in problems:
    points = itertools.product(arms, grid, range(tune))
    rows = [(method, lr, run, errors(problems[kind][run], method, lr, steps)[-1]) for method, lr, run in points]
    frame = pd.DataFrame(rows, columns=["method", "lr", "run", "error"])
    chosen[kind] = tuning.choose(frame, "error", "lr", baselines=["GT", "DGD"])
    mean = frame.assign(error=np.log(frame.error)).groupby(["method", "lr"], sort=False).error.mean()
    tried.append(np.exp(mean).reset_index().assign(problem=kind))
tried = pd.concat(tried)
experiment.figure("rates", tried[tried.error < 1e3], draw=figures.rates)

# %% [markdown]
# ## The race

# %%
curves, final = [], {}
for kind, best in chosen.items():
    for method, lr in zip(best.method, best.lr, strict=True):
        logs = np.log10([errors(problem, method, lr, 5) for problem in problems[kind][tune:]])
        final[kind, method] = logs[:, -1]
        mean, stderr = logs.mean(0), statistics.stderr(logs)
        step = 5 * np.arange(len(mean))
        curves.append(
            pd.DataFrame({"problem": kind, "method": method, "step": step, "log10_error": mean, "stderr": stderr})
        )
experiment.figure("race", pd.concat(curves), draw=figures.race)


def lead(kind, method):  # mean over problems of the paired difference to gradient tracking
    return statistics.mean(final[kind, method] - final[kind, "GT"])


claim = experiment.claim("beats-gt-ill-conditioned")
claim.within(
    "log10 of GTAdam's error (eps = 0.01) over that of gradient tracking, axis-aligned problems",
    lead("axes", "GTAdam 0.01"),
    (None, -1),
    origin="an effect of a factor ten",
    controls={
        "rotated basis, same spectra": lead("rotated", "GTAdam 0.01"),
        "local gradient in place of the tracker": lead("axes", "no tracker"),
    },
)
for kind, method in itertools.product(problems, arms):
    print(f"{kind:10s} {method:12s} log10 of the error over GT's: {lead(kind, method).value:.2f}")

# %% [markdown]
# The lead is Adam's diagonal scaling, not the tracking: it shrinks to less than a decade in a rotated basis, where
# plain momentum gains as much, and on isotropic problems tuned gradient tracking is ahead of all others. Two hundred
# steps are few for gradient tracking here, whose step the largest eigenvalue limits.

# %%
experiment.finish()
