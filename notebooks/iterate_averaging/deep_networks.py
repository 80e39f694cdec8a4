# %% [markdown]
# # Deep networks on CIFAR and ImageNet
#
# The paper's experiments: Gadam (AdamW with averaging) and GadamX (partial adaptivity, with averaging) against tuned
# SGD on VGG-16, PreResNet-110 and ResNeXt. They need the data and days of GPU time, batch statistics recomputed for
# the averaged weights, and SGD with its decayed schedule among the arms. They are listed so that nobody takes digits
# and quadratics for them.

# %% tags=["parameters"]
networks = ["VGG-16", "PreResNet-110", "ResNeXt"]

# %%
from optclaims.experiment import Experiment

experiment = Experiment("iterate_averaging", "deep_networks")

# %% [markdown]
# No check is written: the tuned rates and decays of the paper's arms were not at hand.

# %%
experiment.not_run(f"needs CIFAR-10, CIFAR-100 and ImageNet, days of GPU time for {', '.join(networks)}")
