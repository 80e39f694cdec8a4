# %% [markdown]
# # Networks: batch sizes, and how dense the steps are
#
# The paper trains VGG19 and ResNet18 on CIFAR at batch 128, 32 and 8: error feedback follows SGD with momentum to
# within 0.92 points of test accuracy, the scaled sign and Signum fall behind, most at batch 8 (20 to 36 points). Here
# a perceptron 64-100-10 on 1000 digits, a tenth of the training labels redrawn, 40 epochs, rate scaled by batch/128 and
# divided by 10 twice. What the scaled sign keeps of a step is $\phi(p) = \lVert p\rVert_1^2/(d\lVert p\rVert_2^2)$ of
# $p = \gamma g + e$; the authors say that it stays above 0.1 (smallest value they show: 0.134).

# %% tags=["parameters"]
images = "digits"
batches = [128, 32, 8]
rates = [{"SGD, momentum": 0.1, "EF, scaled sign": 1.0, "scaled sign": 1.0}]
seeds = 12
epochs = 40
device = "cpu"
limit = 0

# %%
import numpy as np

from optclaims import statistics
from optclaims.experiment import Experiment
from optclaims.papers.ef_signsgd import figures, measures
from optclaims.papers.ef_signsgd.simulation import cifar, digits
from optclaims.science import datasets

experiment = Experiment("ef_signsgd", "digits")
small = images == "digits"
data = digits.split(experiment.rng("splits").spawn(seeds)) if small else experiment.data(datasets.cifar10)


def train(batch, chosen):
    rngs = experiment.rng("runs", batch=batch, rates=chosen).spawn(seeds)
    if small:
        return digits.train(data, chosen, rngs, batch, epochs=epochs, every=10)
    return cifar.train(data, chosen, rngs, batch, epochs=epochs, device=device, limit=limit)


found = {(k, b): train(b, chosen) for k, chosen in enumerate(rates) for b in experiment.progress(batches, "batches")}
curves = measures.learning_curves({b: found[0, b][0] for b in batches})
experiment.figure("networks", curves, draw=figures.networks)
experiment.figure("phi", measures.density_bands({b: found[0, b][1] for b in batches}), draw=figures.phi)

# %% [markdown]
# ## Accuracies, paired with SGD with momentum
# Runs of a seed share split, start, batches. Error feedback: the largest difference over batch sizes, in training and
# test accuracy, with the interval of a maximum. The scaled sign: its deficit in training accuracy at batch 8, and how
# much larger that is than at batch 128. The control of each is the other method.


# %%
def lead(k, method, measure, batch):  # (seeds,)
    return measures.lead(found[k, batch][0], method, measure)


def gaps(k, method):
    columns = [lead(k, method, m, b) for m in ("train_accuracy", "test_accuracy") for b in batches]
    return statistics.maximum(np.stack(columns, axis=1))


claim = experiment.claim("deep-nets")
beyond = {"accept": (0.0092, None), "origin": "more than the paper's largest gap of error feedback"}
for k in range(len(rates)):
    label = "equal effective rates" if k == 0 else "own best rates"
    arms = ("scaled sign", "EF, scaled sign")
    sign, feedback = ([lead(k, method, "train_accuracy", b) for b in (8, 128)] for method in arms)
    claim.within(
        f"largest difference in accuracy between error feedback and momentum, {label}",
        gaps(k, "EF, scaled sign"),
        (None, 0.0092),
        origin="the paper's largest gap: ResNet18, batch 128",
        controls={"memory switched off": gaps(k, "scaled sign")},
    )
    claim.within(
        f"training accuracy that the scaled sign loses at batch 8, {label}",
        statistics.mean(-sign[0]),
        **beyond,
        controls={"error feedback": statistics.mean(-feedback[0])},
    )
    claim.within(
        f"how much more it loses at batch 8 than at 128, {label}",
        statistics.mean(sign[1] - sign[0]),
        **beyond,
        controls={"error feedback": statistics.mean(feedback[1] - feedback[0])},
    )

# %% [markdown]
# ## Density of the steps
# The smallest $\phi$ of a run against the authors' level 0.1, and the median over training; the control takes another
# norm, $\lVert p\rVert_1/(d\lVert p\rVert_\infty)$. $\phi$ of the gradient alone, above the level, has to be accepted.

# %%
claim = experiment.claim("phi-stays-large")
for b in batches:
    by_run = found[0, b][1].groupby("run")
    claim.within(
        f"smallest phi of the corrected step, mean over runs, batch {b}",
        statistics.mean(by_run["p"].min()),
        (0.1, None),
        origin="the authors' level",
        controls={"density by the wrong norm": statistics.mean(by_run["wrong"].min())},
        positive={"phi of the gradient alone": statistics.mean(by_run["g"].min())},
    )
    claim.within(
        f"median of phi over training, mean over runs, batch {b}",
        statistics.mean(by_run["p"].median()),
        (0.134, None),
        origin="the smallest value that the authors show",
        controls={"density by the wrong norm": statistics.mean(by_run["wrong"].median())},
    )

# %% [markdown]
# Error feedback follows momentum at every batch size; the scaled sign falls behind in training as batches shrink (its
# test loss is lower here, where a tenth of the labels is wrong). The published collapse of its test accuracy is about
# convolutional networks and is not seen. $\phi$ of the corrected step typically is 0.4, least after a drop of the rate,
# when the memory holds what larger steps have lost; at small batches it is below 0.1 there, never near $1/d$.

# %%
experiment.finish()
