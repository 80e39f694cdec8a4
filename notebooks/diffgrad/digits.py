# %% [markdown]
# # A perceptron on digits
#
# In a network the gradients of single weights are small, and so are their differences from step to step: $\xi_t$ is
# about $1/2$ nearly everywhere, and diffGrad should train as Adam at half the learning rate does. The first published
# code kept a reference to the gradient in place of a copy; where gradients are zeroed in place its $\xi_t$ is exactly
# $1/2$ from the second step on. Does the correction change the training?

# %% tags=["parameters"]
seeds = 8
steps = 300

# %%
import itertools

import pandas as pd

from optclaims.experiment import Experiment
from optclaims.papers.diffgrad import figures, measures, problems, simulation
from optclaims.science.optimizers import Adam, DiffGrad
from optclaims.statistics import mean

experiment = Experiment("diffgrad", "digits")
LR = 0.01
x, y, theta, rows = problems.digits(experiment.rng("seeds").spawn(seeds), steps, batch=128)

# %% [markdown]
# ## Runs
# Perceptrons 64-32-10 from the same weights on the same batches of 128: Adam, Adam at half the rate, diffGrad, and
# diffGrad as first published. Then all again with the loss times 100, which changes Adam by $\epsilon$ alone.

# %%
rules = {
    "Adam": Adam(LR),
    "Adam, lr/2": Adam(LR / 2),
    "diffGrad": DiffGrad(LR),
    "diffGrad, published code": DiffGrad(LR, friction_of="aliased"),
}
wanted = [*itertools.product([1.0], rules), *itertools.product([100.0], list(rules)[:3])]
ends = {(factor, arm): simulation.trained(rules[arm], theta, x, y, rows, factor) for factor, arm in wanted}
distances = {
    (factor, arm): measures.relative_distance(weights, ends[factor, "Adam, lr/2"][0], ends[factor, "Adam"][0])
    for (factor, arm), (weights, _) in ends.items()
    if arm.startswith("diffGrad")
}
frame = pd.concat(
    pd.DataFrame({"arm": arm, "loss_scale": factor, "seed": range(seeds), "relative_distance": values})
    for (factor, arm), values in distances.items()
)
experiment.figure("digits", frame, draw=figures.digits)
friction = {factor: ends[factor, "diffGrad"][1] for factor in (1.0, 100.0)}
print("published code:", mean(distances[1.0, "diffGrad, published code"]), "mean friction:", mean(friction[1.0]))

# %% [markdown]
# ## Checks

# %%
claim = experiment.claim("networks-use-half")
claim.within(
    "distance of the final weights to Adam at half the rate over that to Adam",
    mean(distances[1.0, "diffGrad"]),
    (None, 0.2),
    origin="a pilot of eight other seeds: 0.046 with a standard error of 0.016",
    controls={"loss times 100": mean(distances[100.0, "diffGrad"])},
)
claim.within(
    "mean friction",
    mean(friction[1.0]),
    (None, 0.51),
    origin="1/2, and a pilot of eight other seeds: 0.502",
    controls={"loss times 100": mean(friction[100.0])},
)

# %% [markdown]
# The corrected diffGrad is within a few hundredths of Adam at half the rate, like the published code. A comparison of
# the two at one learning rate compares Adam with itself at another one, so they have to be tuned first. How small
# gradients are depends on the loss: with a sum over samples in place of a mean the friction would matter.

# %%
experiment.finish()
