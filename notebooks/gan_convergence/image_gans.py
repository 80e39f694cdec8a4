# %% [markdown]
# # GANs of images
#
# The paper trains generators of faces, rooms and ImageNet's classes with the penalty R1 and simultaneous or alternating
# RMSprop and Adam. The claim is about images that people judge, on data that is not public in the form used, and takes
# weeks of GPU time. It is listed so that nobody takes the checks of the small problems for it.

# %% tags=["parameters"]
resolution = 1024

# %%
from optclaims.experiment import Experiment

experiment = Experiment("gan_convergence", "image_gans")

# %% [markdown]
# No check is written: there is no agreed number that would tell "trained without further tricks" from its opposite.

# %%
experiment.not_run(f"needs CelebA-HQ at {resolution} pixels, weeks of GPU time, and a measure of success")
