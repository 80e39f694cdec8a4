# %% [markdown]
# # Deep networks on CIFAR-100 and ImageNet
#
# The paper's figures on VGG-16 and wide residual networks: the largest learning rate that trains, against the batch
# size, for SGD and Adam, and Lanczos spectra of batch Hessians. They need CIFAR-100 and ImageNet at 32 pixels and days
# of GPU time, and "trains" is a threshold that the paper chose. They are listed so that nobody takes linear regression
# and a network of 1810 weights for them.

# %% tags=["parameters"]
networks = ["VGG-16", "WideResNet-28-10"]

# %%
from optclaims.experiment import Experiment

experiment = Experiment("granziol_batch_hessian", "deep_networks")

# %% [markdown]
# No check is written: a largest rate is a matter of the threshold for divergence, which was not at hand.

# %%
experiment.not_run(f"needs CIFAR-100 and ImageNet32, days of GPU time for {' and '.join(networks)}")
