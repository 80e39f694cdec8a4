# %% [markdown]
# # A network on digits
#
# The paper reports that ACProp matches or beats SGD, AdaBelief and Adam on CIFAR-10 (by 2 to 2.9 points over Adam in
# the authors' curves; AdaBelief is ahead on two of three networks). Here a perceptron 64-100-10 on 1000 digits, batch
# 128, 40 epochs, $\beta = (0.9, 0.999)$, $\epsilon = 10^{-8}$, weight decay $5\cdot10^{-4}$, rate divided by 10 at
# epoch 30. Every method has five rates, half a decade apart, chosen on other seeds.

# %% tags=["parameters"]
images = "digits"
seeds_tuning = 8
seeds = 96
epochs = 40
device = "cpu"
architecture = "vgg11"
limit = 0

# %%
from functools import partial

import numpy as np
import pandas as pd

from optclaims import statistics
from optclaims.experiment import Experiment
from optclaims.papers.acprop import figures
from optclaims.papers.acprop.simulation import cifar, digits
from optclaims.science import datasets, tuning

experiment = Experiment("acprop", "networks")
LOWEST = {"ACProp": -3.0, "AdaBelief": -2.5, "Adam": -2.5, "SGD": -1.5}
if images == "digits":
    train = digits.train
else:
    data = experiment.data(datasets.cifar10)
    train = partial(cifar.train, data, architecture=architecture, device=device, limit=limit)
tune, judge = (experiment.rng(f"runs that {what}").spawn(n) for what, n in (("tune", seeds_tuning), ("judge", seeds)))


def grid(method):
    return 10 ** (LOWEST[method] + np.arange(5) / 2)


parts = {m: train(m, grid(m), tune, epochs=epochs, every=epochs) for m in experiment.progress(LOWEST, "tuning")}
tried = pd.concat(parts, names=["method"]).reset_index("method").query("epoch == @epochs")
tried["error"] = 1 - tried.accuracy
best = tuning.choose(tried, by="error", over="lr", baselines=["SGD"]).set_index("method").lr
parts = {m: train(m, [best[m]], judge, epochs=epochs, every=2) for m in LOWEST}
judged = pd.concat(parts, names=["method"]).reset_index("method")
best

# %%
left = tried.groupby(["method", "lr"], sort=False).accuracy.agg(mean="mean", stderr="sem").reset_index()
right = judged.groupby(["method", "epoch"], sort=False).accuracy.agg(mean="mean", stderr="sem").reset_index()
panels = {"learning rate": left.rename(columns={"lr": "x"}), "epoch": right.rename(columns={"epoch": "x"})}
experiment.figure("networks", pd.concat(panels, names=["panel"]).reset_index("panel"), draw=figures.networks)

# %% [markdown]
# ## Checks
# Paired differences of the final test accuracy (a seed has one split, start and order of batches). The mistake is an
# $\epsilon$ of $10^{-6}$ in place of $10^{-8}$; a lead of two points, the smallest over Adam in the authors' curves,
# has to be accepted.

# %%
last = judged[judged.epoch == epochs].pivot(index="run", columns="method", values="accuracy")
slip = train("ACProp", [best["ACProp"]], judge, epochs=epochs, every=epochs, eps=1e-6)
slip = slip[slip.epoch == epochs].accuracy.to_numpy()
claim = experiment.claim("cifar-acprop")
for other in ("Adam", "AdaBelief", "SGD"):
    lead = (last["ACProp"] - last[other]).to_numpy()
    claim.within(
        f"test accuracy of ACProp minus that of {other}",
        statistics.mean(lead),
        (0, None),
        null=0,
        origin="ACProp is better",
        controls={"ACProp with eps 1e-6": statistics.mean(slip - last[other].to_numpy())},
        positive={"a lead of two points": statistics.mean(lead + 0.02)},
    )

# %% [markdown]
# On digits ACProp is not ahead: over 96 runs it ends 0.2 points behind Adam and 0.1 behind AdaBelief, level with SGD.
# Such small differences need that many runs (the deviation of a paired one is 0.3 to 0.5 points; with eight runs the
# verdict hangs on the seed), and a finer grid of rates could move them as much. A lead of two points is excluded. The
# network is small, the images easy: the published lead over Adam on CIFAR-10 remains untested here.

# %%
experiment.finish()
