# %% [markdown]
# # The same for a convolutional network
#
# Three 3 x 3 convolutions with batch normalisation and GELU, mean pooling after the first two, and a fixed last
# layer: a
# small stand-in for the residual and VGG networks on CIFAR-10. Full-batch gradient descent tells even from odd digits.
# Everything trainable is again one scale-invariant vector.

# %% tags=["parameters"]
seeds = 2
trained = 150
channels = [8, 12, 12]
lr = 0.5
wd = 1.5e-3
steps = 4001
control_steps = 1001
spacing = 250

# %%
import numpy as np
import pandas as pd

from optclaims import statistics
from optclaims.science import datasets
from optclaims.experiment import Experiment
from optclaims.papers.normalization_sharpness import figures
from optclaims.papers.normalization_sharpness.simulation import networks, tracking

experiment = Experiment("normalization_sharpness", "digits_conv")

# %%
images, digits = datasets.digits()
task = networks.parity_task(
    images.reshape(-1, 8, 8), digits, experiment.rng("splits").spawn(seeds), trained=trained, features=4 * channels[-1]
)
network = networks.convolutional(channels)
w0 = network.initial(experiment.rng("weights").spawn(seeds))
arms = {"weight decay": (wd, steps), "no weight decay": (0.0, control_steps)}
runs = [
    tracking.follow(
        *(network, task, w0, experiment.rng("lanczos", kind=kind)),
        **dict(lr=lr, wd=decay, steps=length, records=range(0, length, spacing)),
    ).assign(kind=kind)
    for kind, (decay, length) in experiment.progress(arms.items(), "arms")
]
table = pd.concat(runs, ignore_index=True).assign(tau=lambda f: lr * wd * f["step"])
columns = ["train_loss", "raw_loss", "train_accuracy", "test_accuracy", "sharpness", "rate"]
experiment.figure("digits_conv", figures.summary(table, columns), draw=figures.training)

# %% [markdown]
# ## Sharpness, edge, test accuracy
#
# With this $\epsilon$ a run is thrown off its minimum now and then (a catapult), so medians over the second half of the
# run are compared.

# %%
by_kind = {kind: part for kind, part in table.groupby("kind")}


def half(part):
    return part[part["step"] >= part["step"].max() / 2].groupby("run")["sharpness"].median()


level = {kind: np.log(half(part)) for kind, part in by_kind.items()}
fitted = np.log(by_kind["no weight decay"].query("step == @spacing").set_index("run")["sharpness"])
claim = experiment.claim("bn-conv-digits")
claim.within(
    "mean of log(sharpness with weight decay / without), medians over the second half",
    statistics.mean(level["weight decay"] - level["no weight decay"]),
    (None, np.log(0.4)),
    origin="a factor 2.5",
    controls={"no weight decay, second half against its fit": statistics.mean(level["no weight decay"] - fitted)},
)
decayed = by_kind["weight decay"].query("tau > 0.3")
product = {"effective": decayed["product"], "lr": lr * decayed["sharpness"]}
typical = {name: values.groupby(decayed["run"]).median() for name, values in product.items()}
claim.within(
    "mean of the median of rate * lambda_1 from tau = 0.3 on",
    statistics.mean(typical["effective"]),
    (1.85, 2.4),
    origin="2 with a swing of several sqrt(eps) = 0.03; the higher orders of the loss lift it a little",
    controls={"learning rate in place of the effective rate": statistics.mean(typical["lr"])},
)
accuracy = {
    kind: part[part["tau"] >= part["tau"].max() / 2].groupby("run")["test_accuracy"].median()
    for kind, part in by_kind.items()
}
early = by_kind["no weight decay"].query("step == @spacing").set_index("run")["test_accuracy"]
claim.within(
    "mean gain in test accuracy over no weight decay, medians over the second half, in points",
    statistics.mean(accuracy["weight decay"] - accuracy["no weight decay"]),
    (0.3, None),
    origin="a third of a point: five of 1647 images",
    controls={"no weight decay, second half against its fit": statistics.mean(accuracy["no weight decay"] - early)},
)
experiment.finish()

# %% [markdown]
# Sharpness and edge behave as in the perceptron. Whether the test accuracy gains is open: at this weight decay a run is
# thrown off its minimum now and then, and with twelve runs the gain cannot be told from a third of a point. About 48
# paired runs at half the $\epsilon$ would tell; this is no contradiction to the perceptron's gain.
