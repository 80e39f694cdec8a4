# %% [markdown]
# # Losing momentum in a small network
#
# A network with one hidden layer of 48 relus on digits (not the convolutional network on CIFAR-10 of the paper). The
# scheme's heavy ball (reconstructed) has the effective rate $h/\alpha$ whatever its mass, so with $m = 9h$ and
# $\alpha = 1$ it is $\beta = 0.9$; losing momentum means $m_k = 9h/(1 + k/100)$. h is chosen for each method by the
# mean test accuracy of other runs.

# %% tags=["parameters"]
seeds = 32
tuning = 8

# %%
import numpy as np
import pandas as pd

from optclaims import statistics
from optclaims.experiment import Experiment
from optclaims.papers.pdmp_momentum import figures, problems
from optclaims.papers.pdmp_momentum.simulation import networks
from optclaims.science.optimizers import Underdamped

experiment = Experiment("pdmp_momentum", "digits")
STEPS, BATCH, GRID = 400, 32, (0.03, 0.1, 0.3, 1.0, 3.0)


def losing(h):
    return Underdamped(h, lambda k: 9 * h / (1 + k / 100))


def kept(h):
    return Underdamped(h, 9 * h)


methods = {"losing momentum": losing, "momentum 0.9": kept, "SGD": Underdamped}
images, labels, tests, truth = problems.digits_split(1200, experiment.rng("split"))
data = (images, labels), (tests, truth)

# %% [markdown]
# ## The step

# %%
candidates = {f"{name} {h}": make(h) for name, make in methods.items() for h in GRID}
tuned = networks.accuracies(candidates, *data, BATCH, [STEPS], experiment.rng("tuning").spawn(tuning))
table = {name: [tuned[f"{name} {h}"][0].mean() for h in GRID] for name in methods}
best = {name: int(np.argmax(row)) for name, row in table.items()}
for name, row in table.items():
    print(name, np.round(row, 4), "best step", GRID[best[name]])
assert all(0 < i < len(GRID) - 1 for i in best.values()), "the best step lies at an end of the grid"

# %% [markdown]
# ## Training

# %%
rules = {name: make(GRID[best[name]]) for name, make in methods.items()} | {
    "losing momentum, h = 0.1": losing(0.1),
    "losing momentum, h = 0.03": losing(0.03),
}
records = [0, 25, 50, 100, 200, 300, STEPS]
found = networks.accuracies(rules, *data, BATCH, records, experiment.rng("runs").spawn(seeds))
rows = [
    pd.DataFrame({"arm": arm, "step": records, "accuracy": a.mean(1), "stderr": statistics.stderr(a, 1)})
    for arm, a in found.items()
]
experiment.figure("accuracy", pd.concat(rows), draw=figures.accuracy)

# %% [markdown]
# ## Checks


# %%
def points(arm):
    return statistics.mean(100 * (found[arm][-1] - found["momentum 0.9"][-1]))


experiment.claim("cnn-classification").within(
    "test accuracy of losing momentum minus that of momentum 0.9, paired, in percentage points",
    points("losing momentum"),
    (-1.5, 1.5),
    origin="1.5 points, the size of a difference that would matter, set before these runs",
    controls={"h = 0.03, a step that was not tuned": points("losing momentum, h = 0.03")},
)
for arm in ("losing momentum, h = 0.1", "SGD"):
    print(f"{arm}: {points(arm)}")

# %% [markdown]
# Losing momentum costs less than the bound, at the step that suits both methods. Plain SGD at its own step is as near
# (above): at equal effective rate momentum plays a small part in this network, so this says little about deep ones.

# %%
experiment.finish()
