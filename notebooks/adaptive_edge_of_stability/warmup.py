# %% [markdown]
# # Warm-up and the sharpness in the middle of training
#
# Warm-up of the learning rate is said to keep the curvature lower in the middle of training, which was found for a
# transformer that translates. That network and its data are not here. A perceptron on digits is: whether it shows the
# same is asked below, but not judged, since the size of the effect in the paper is not known to us.

# %% tags=["parameters"]
seeds = 4
lr = 0.01
warmup = 1000

# %%
import pandas as pd

from optclaims.experiment import Experiment
from optclaims.papers.adaptive_edge_of_stability import figures, measures, problems, simulation
from optclaims.science import datasets
from optclaims.science.optimizers import SGD, Adam

experiment = Experiment("adaptive_edge_of_stability", "warmup")
STEPS, EVERY = 2000, 50

# %% [markdown]
# ## Runs
# 300 digits, half of their labels random, tanh network 64-64-64-10, squared error; Adam at lr 0.01 from the start, or
# reached linearly within 1000 steps.

# %%
own = [experiment.rng("images", number=seed) for seed in range(seeds)]
nets = [problems.sampled(*datasets.digits(), 300, [64, 64], rng, random=0.5) for rng in own]
starts = [net.initial(rng) for net, rng in zip(nets, own, strict=True)]


def run(steps, seed):
    rule = Adam(lambda t: lr * min(1, t / steps) if steps else lr, 0.9, 0.99)
    points = simulation.run(nets[seed], rule, starts[seed], range(EVERY, STEPS + 1, EVERY))
    frame = measures.follow(nets[seed], SGD(1.0), points, own[seed]).rename(columns={"preconditioned": "sharpness"})
    return frame.assign(warmup=steps, seed=seed)


arms = [(steps, seed) for steps in (0, warmup) for seed in range(seeds)]
frame = pd.concat([run(*arm) for arm in experiment.progress(arms, "runs")])
experiment.figure("warmup", frame, draw=figures.warmup)
largest = frame[frame.step <= warmup].groupby(["warmup", "seed"]).sharpness.max().unstack()
larger = int((largest.loc[warmup] > largest.loc[0]).sum())

# %% [markdown]
# ## No check
# In how many networks the largest sharpness of the first 1000 steps is larger with warm-up is counted and told.

# %%
experiment.claim("warmup-lowers-curvature").not_run(
    "largest sharpness of the first 1000 steps, with warm-up less without it, on a transformer that translates",
    f"needs a transformer and WMT; on digits it is larger with warm-up in {larger} of {seeds} networks",
)

# %% [markdown]
# On digits, in a pilot, warm-up did the opposite in most networks: with it the sharpness rises towards the high edge of
# small learning rates first. A perceptron of some thousand weights is no transformer, and nothing here contradicts the
# paper.

# %%
experiment.finish()
