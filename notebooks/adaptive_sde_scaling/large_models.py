# %% [markdown]
# # ImageNet and language models
#
# The paper shows the square-root rule on ResNet-50 on ImageNet, on RoBERTa and on GPT. These need clusters and corpora
# that are not at hand; the runs on digits and on a small transformer are the stand-ins, and they say nothing about
# these models.

# %% tags=["parameters"]

# %%
from optclaims.experiment import Experiment

experiment = Experiment("adaptive_sde_scaling", "large_models")
experiment.not_run("needs a cluster and its data")
