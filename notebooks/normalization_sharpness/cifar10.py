# %% [markdown]
# # VGG-11 on CIFAR-10
#
# A network of the paper (ResNet-20 is `architecture: resnet20`) in its fully scale-invariant form: batch normalisation
# without affine parameters, a fixed last layer, no biases. Full-batch gradient descent with a constant learning rate on
# a part of the training images, without augmentation, squared loss on one-hot labels. The paper's own settings are not
# known to us; these are ours.

# %% tags=["parameters"]
architecture = "vgg11"
device = "auto"
trained = 5000
tested = 5000
lr = 0.5
wd = 5.0e-4
steps = 10_001
control_steps = 4001
spacing = 250

# %%
import numpy as np
import pandas as pd
import torch

from optclaims.science import datasets, training
from optclaims.experiment import Experiment
from optclaims.papers.normalization_sharpness import figures
from optclaims.papers.normalization_sharpness.simulation import cifar, networks, tracking

experiment = Experiment("normalization_sharpness", "cifar10")
device = training.device_of(device)

# %%
pixels, classes, test_pixels, test_classes = experiment.data(datasets.cifar10)

build, features = cifar.ARCHITECTURES[architecture]
network, rng = build(), experiment.rng("start")
images = np.concatenate([pixels[:trained], test_pixels[:tested]]).reshape(-1, 3, 32, 32)
images = (images - images.mean(axis=(0, 2, 3), keepdims=True)).astype(np.float32)
labels = np.concatenate([classes[:trained], test_classes[:tested]])
readout = (rng.standard_normal((10, features)) / np.sqrt(features)).astype(np.float32)
data = cifar.Images(*(torch.as_tensor(array, device=device) for array in (images, labels, readout)), trained)
w0, loss = network.initial([rng]).to(device), cifar.training_loss(network, data)

# %%
rows = []
for kind, decay, length in (("weight decay", wd, steps), ("no weight decay", 0.0, control_steps)):
    at = range(0, length, spacing)
    kept, middle, raw = networks.descend(loss, w0, lr=lr, wd=decay, steps=length, records=at)
    sharpness = tracking.sharpness_along(loss, middle, experiment.rng("lanczos", kind=kind))[:, 0]
    rate = lr / ((1 - lr * decay) * kept.double().square().sum(-1)[:, 0].cpu().numpy())
    accuracies = np.array([cifar.accuracy(network, data, w) for w in middle])
    values = {"train_loss": [float(loss(w)) for w in middle], "raw_loss": raw[:, 0]}
    values |= {"train_accuracy": accuracies[:, 0], "test_accuracy": accuracies[:, 1]}
    values |= {"sharpness": sharpness, "rate": rate, "product": rate * sharpness}
    rows.append(pd.DataFrame({"kind": kind, "step": list(at), **values}))
table = pd.concat(rows, ignore_index=True).assign(tau=lambda f: lr * wd * f["step"])
columns = ["train_loss", "raw_loss", "train_accuracy", "test_accuracy", "sharpness", "rate"]
experiment.figure("cifar10", figures.summary(table, columns), draw=figures.training)

# %% [markdown]
# ## After the first record at which all training images are right

# %%
claim = experiment.claim("cifar10-resnet20-vgg11")
fitted = {kind: part[part["train_accuracy"] >= part["train_accuracy"].max()] for kind, part in table.groupby("kind")}
decayed, still = fitted["weight decay"], fitted["no weight decay"]
claim.exact(
    "median of rate * lambda_1",
    decayed["product"].median(),
    (1.8, 2.5),
    origin="the edge of stability, with room for the higher orders of the loss",
    controls={"learning rate in place of the effective rate": (lr * decayed["sharpness"]).median()},
)
claim.exact(
    "sharpness at the end over sharpness at the fit",
    decayed["sharpness"].iloc[-1] / decayed["sharpness"].iloc[0],
    (None, 0.5),
    origin="a factor of two",
    controls={"no weight decay": still["sharpness"].iloc[-1] / still["sharpness"].iloc[0]},
)
claim.exact(
    "test accuracy at the end minus at the fit, in points",
    decayed["test_accuracy"].iloc[-1] - decayed["test_accuracy"].iloc[0],
    (0.0, None),
    null=0.0,
    origin="it rises",
    controls={"no weight decay": still["test_accuracy"].iloc[-1] - still["test_accuracy"].iloc[0]},
)
experiment.finish()

# %% [markdown]
# One network, one start: a look, no estimate. Not run so far.
