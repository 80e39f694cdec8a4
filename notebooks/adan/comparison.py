# %% [markdown]
# # Adan on digits
#
# The comparison of the Adam family trains a perceptron and a small convolutional network on digits with every
# optimizer, each at the learning rate that one policy chose on other runs. Here is what it says about Adan:
# the logarithm of the final training loss over that of other methods, paired over runs with the same start and the same
# batches. At scale paper the networks are deep ones on CIFAR-10.

# %% tags=["parameters"]
advantage = 0.1

# %%
from optclaims import comparison
from optclaims.experiment import Experiment

experiment = Experiment("adan", "comparison")

# %% [markdown]
# ## Check
# The method and its baseline, each at its own rate, on the same runs. Two arms that differ by nothing but a grid
# shifted by half a step must not show an advantage, and must show one of thirty per cent where it is planted.

# %%
leads = comparison.judge(experiment, "adan-large-batch", method="Adan", baseline="AdamW", advantage=advantage)
experiment.figure("comparison", leads, draw=comparison.forest)

# %% [markdown]
# With two hundred judged runs Adan is ahead of AdamW on both networks, by 12 and 13 %, but whether by a tenth is not
# decided; with fifty runs the verdict changes with the seed, so it is asked at scale default only. SGD with
# momentum is heavy ball, whose steps on a quadratic grow with the condition number exactly as Adan's rewritten momentum
# does: that slope is no advantage of Adan's. On digits Adan is ahead of it, but so is Adam, which has no difference of
# gradients either. Two small networks, a fixed number of gradients and constant learning rates: what comes out holds
# for that, and does not speak for the large networks and long trainings of the paper.

# %%
experiment.finish()
