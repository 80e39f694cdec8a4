# %% [markdown]
# # Transformer and Swin
#
# The paper trains a transformer for translation and a Swin transformer for images with AdamW and with Aida. Its
# settings were not read and no code of it is known; the functions of two variables here say nothing about these models.

# %% tags=["parameters"]

# %%
from optclaims.experiment import Experiment

experiment = Experiment("aida", "transformer_swin")
experiment.not_run("needs GPUs, its data and its settings")
