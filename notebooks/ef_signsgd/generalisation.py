# %% [markdown]
# # Which of many solutions: the span of the gradients
#
# The virtual point $x_t - e_t$ moves by gradients alone, so $\mathrm{dist}(x_t, \mathrm{span}) \le \lVert e_t\rVert$
# (Theorem IV, recalled): as gradients vanish, error feedback ends at the minimum-norm solution, as SGD does. Sign
# methods leave the span. The authors' data: 100 training and 100 test points in 1200 dimensions; feature 0 is the
# label, each point has one (label 1) or five (label -1) features of its own. Full-batch least squares,
# $\mathrm{sign}(0) = 0$.

# %% tags=["parameters"]
seeds = 8
steps = 1500

# %%
import numpy as np
import pandas as pd

from optclaims import statistics
from optclaims.experiment import Experiment
from optclaims.papers.ef_signsgd import figures, measures, problems, simulation
from optclaims.papers.ef_signsgd.problems import ARMS, Arm

experiment = Experiment("ef_signsgd", "generalisation")
ARMS_HERE = {  # arm, rate, decay, steps; the authors' rates for the first three, but error feedback to convergence
    "SGD": (ARMS["SGD"], 0.5, False, 80),
    "scaled sign": (ARMS["scaled sign"], 10.0, False, 80),
    "sign": (ARMS["sign"], 0.05, True, 1000),
    "sign, momentum": (Arm("sign", keep=0, momentum=0.9), 0.05, True, 1000),
    "EF, scaled sign": (ARMS["EF, scaled sign"], 1.0, False, steps),
}
data = [problems.artificial(experiment.rng("points", seed=seed)) for seed in range(seeds)]
records = {name: np.unique(np.r_[0, np.geomspace(1, own[3], 30).round()]) for name, own in ARMS_HERE.items()}


def follow(points, arm, lr, decay, count, at=None):
    at = [0, count] if at is None else at
    return measures.quality(points, *simulation.fit(points, arm, lr, at, decay=decay)).assign(step=at)


runs = {
    name: pd.concat([follow(p, *own, records[name]).assign(seed=s) for s, p in enumerate(data)])
    for name, own in ARMS_HERE.items()
}
frame = pd.concat(runs, names=["method"]).reset_index("method")
middle = frame.groupby(["method", "step"], sort=False)[["distance", "train", "test"]].mean().reset_index()
experiment.figure("span", middle, draw=figures.span)

# %% [markdown]
# ## Checks, over the seeds
# Error feedback, and the same with a memory that decays; signs with $\mathrm{sign}(0) = 0$, and the scaled sign with
# $\mathrm{sign}(0) = 1$, which moves the columns of the test points too and generalises.

# %%
last = {name: run[run.step == run.step.max()] for name, run in runs.items()}


def slipped(arm, lr=1.0, decay=False, count=steps):
    return pd.concat([follow(p, arm, lr, decay, count).iloc[[-1]] for p in data])


forgets = {keep: slipped(Arm(keep=keep)) for keep in (0.99, 0.9)}
ones = slipped(Arm(keep=0, zero=1.0), 10.0, count=80)
signs = ("scaled sign", "sign")
claim = experiment.claim("span-and-generalisation")
claim.exact(
    "distance of error feedback from the minimum-norm solution over its norm, largest over seeds",
    last["EF, scaled sign"].from_minimum.max(),
    (None, 1e-6),
    origin="Theorem IV: tends to 0",
    controls={f"memory decayed by {keep}": list(run.from_minimum) for keep, run in forgets.items()},
)
early = runs["EF, scaled sign"]
claim.exact(
    "distance from the span minus the norm of the memory, largest over seeds and steps",
    (early.distance - early.memory).max(),
    (None, 1e-9),
    origin="Theorem IV, rounding",
    controls={f"memory decayed by {keep}": (run.distance - run.memory).max() for keep, run in forgets.items()},
)
claim.exact(
    "training error, largest over seeds and the methods SGD, sign, scaled sign, error feedback",
    max(last[name].train.max() for name in ("SGD", *signs, "EF, scaled sign")),
    (None, 1e-4),
    origin="all of them interpolate: 1e-4 of the error at 0",
    controls={"sign with constant steps 0.05": slipped(ARMS["sign"], 0.05, count=1000).train.max()},
)
for name in signs:
    claim.within(
        f"test error of {name}, mean over seeds",
        statistics.mean(last[name].test),
        (0.4, None),
        origin="half of 0.81, the test error of the interpolator with entries +-1/4",
        controls={
            "scaled sign with sign(0) = 1": statistics.mean(ones.test),
            "memory, decayed by 0.99": statistics.mean(forgets[0.99].test),
        },
    )
    claim.exact(
        f"test accuracy of {name} minus the share of the class +1, largest size over seeds",
        (last[name].accuracy - last[name].share).abs().max(),
        (None, 0),
        origin="it predicts +1 for every test point",
        controls={"scaled sign with sign(0) = 1": (ones.accuracy - ones.share).abs().max()},
    )
claim.exact(
    "test accuracy of SGD and error feedback, smallest over seeds",
    min(last[name].accuracy.min() for name in ("SGD", "EF, scaled sign")),
    (1, None),
    origin="feature 0 decides",
    controls={"no feedback": last["scaled sign"].accuracy.max()},
)

# %% [markdown]
# The sign methods end near the interpolator of equal magnitudes, $\pm 1/4$ on every column seen in training, which
# gives unseen points $3/4$ or $1/4$: always positive. This is about these data and about $\mathrm{sign}(0) = 0$: with
# $\mathrm{sign}(0) = 1$ the scaled sign moves unseen columns as well and classifies all test points. What holds
# beyond them is the bound of the distance from the span by the memory.

# %%
experiment.finish()
