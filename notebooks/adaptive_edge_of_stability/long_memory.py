# %% [markdown]
# # A long memory delays the edge of stability
#
# While the gradients are small beside those of the start, Adam's second moment forgets exponentially,
# $v_t \propto \beta_2^t$, and $P_t \propto \beta_2^{t/2}$. The preconditioned sharpness then grows at a rate that has
# nothing to do with the network:
# $$\log \lambda_1(P_t^{-1}H_t) = \mathrm{const} - \tfrac12 t \log\beta_2 .$$
# With $\beta_2$ close to one the edge of stability is therefore far away.

# %% tags=["parameters"]
seeds = 5

# %%
import itertools

import numpy as np
import pandas as pd

from optclaims import statistics
from optclaims.experiment import Experiment
from optclaims.papers.adaptive_edge_of_stability import figures, measures, problems, simulation, theory
from optclaims.science import datasets
from optclaims.science.optimizers import Adam

experiment = Experiment("adaptive_edge_of_stability", "long_memory")
images, labels = datasets.digits()
LR, EVERY = 3e-4, {0.995: 50, 0.998: 100}

# %% [markdown]
# ## Runs
# 500 digits, tanh network 64-32-32-10, squared error, full-batch Adam with $\eta$ = 0.0003: 44 records a run.


# %%
def run(beta2, seed):
    rng = experiment.rng("network", beta2=beta2, number=seed)
    net, rule = problems.sampled(images, labels, 500, [32, 32], rng), Adam(LR, 0.9, beta2)
    points = simulation.run(net, rule, net.initial(rng), EVERY[beta2] * np.arange(1, 45))
    return measures.follow(net, rule, points, rng).assign(beta2=beta2, seed=seed)


cells = list(itertools.product(EVERY, range(seeds)))
frame = pd.concat([run(*cell) for cell in experiment.progress(cells, "runs")])
frame["height"] = LR * frame.preconditioned
frame["rate"] = theory.approach_rate(frame.beta2)
experiment.figure("approach", frame.drop(columns="preconditioned"), draw=figures.approach)

# %% [markdown]
# ## Checks
# Slopes of the logarithm between a first passage of the lower height, from step 200 on, and one of the upper height,
# over two ranges of heights.


# %%
def rates(beta2, low, high):  # one a run
    part = frame[(frame.beta2 == beta2) & (frame.step >= 200)]
    return np.array([measures.growth_rate(run.step, run.height, low, high) for _, run in part.groupby("seed")])


claim = experiment.claim("aeos-slow-beta2")
for beta2, (low, high) in itertools.product(EVERY, ((2, 12), (3, 9))):
    (other,) = set(EVERY) - {beta2}
    predicted = theory.approach_rate(beta2)
    claim.within(
        f"rate of growth over predicted, beta2 = {beta2}, heights {low} to {high}",
        statistics.mean(rates(beta2, low, high) / predicted),
        (0.75, 1.25),
        origin="1, with less than half of what forgetting the root changes",
        controls={
            "-log(beta2), the root forgotten": statistics.mean(rates(beta2, low, high) / (2 * predicted)),
            f"runs with beta2 = {other}": statistics.mean(rates(other, low, high) / predicted),
        },
    )

# %% [markdown]
# The approach to the edge is a matter of the optimizer's memory, not of the network's sharpening: with
# $\beta_2 = 0.998$ it takes some thousands of steps at this rate. A run that is stopped before has never been near the
# edge, and says nothing about it. The rate is one of a small network at one learning rate; where gradients stay
# large, as with mini-batches, the second moment does not decay like this.

# %%
experiment.finish()
