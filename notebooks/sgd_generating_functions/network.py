# %% [markdown]
# # A wide network
# A two-layer ReLU network of a thousand hidden units in the tangent-kernel parametrisation, trained by mini-batch SGD
# on the digit's number as a regression. Does the recursion with $\tau_2 = 1$, fed with the network's own kernel and
# error at the start, predict its loss? And does SGD on the linearised network, with the same kernel and error?
#
# Learning rates are in units of $N/\lambda_{max}(K)$. Two of the authors' scripts leave this factor out for the
# network. Here $\lambda_{max}(K)/N$ is only 1.36, and a network trained at the raw rate stays within a quarter of the
# prediction, so that slip cannot be a control of this check; leaving out N alone can.
# %% tags=["parameters"]
DATA = "digits"
SAMPLES = 500
WIDTH = 1000
COMPARED = [100, 500, 1000, 2000]
RUNS = 16
RATE = 0.8
BATCH = 10
# %%
import numpy as np
import pandas as pd

from optclaims import datasets, moments
from optclaims.experiment import Experiment
from optclaims.papers.sgd_generating_functions import kernels
from optclaims.papers.sgd_generating_functions.figures import curves
from optclaims.papers.sgd_generating_functions.simulation import linearised, network
from optclaims.papers.sgd_generating_functions.theory import spectra
from optclaims.statistics import mean, stderr

experiment = Experiment("sgd_generating_functions", "network")
try:
    images, labels = datasets.digits() if DATA == "digits" else datasets.mnist()[:2]
except datasets.Missing as missing:
    experiment.not_run(str(missing))
inputs, targets = kernels.regression(images, labels, SAMPLES, experiment.rng("subset"))
# %% [markdown]
# Each time of the comparison is a window of six losses over ten steps, which averages the noise of single batches.
# %%
windows = np.array(COMPARED)[:, None] - np.arange(0, 12, 2)
times = np.unique(np.append(windows, np.geomspace(1, COMPARED[-1], 25).round().astype(int)))
gamma = moments.noise_factor(BATCH, SAMPLES)
training = {"batch": BATCH, "width": WIDTH}
runs = [
    network.train(inputs, targets, times, lr=RATE, rng=r, **training) for r in experiment.rng("networks").spawn(RUNS)
]
slow = [
    network.train(inputs, targets, times, lr=RATE / SAMPLES, rng=r, **training)
    for r in experiment.rng("slow networks").spawn(4)
]


def recursion(run, tau2):
    spectrum = spectra.from_kernel(kernels.normalised(run.kernel), run.error)
    return moments.losses(times=times, **spectrum.arrays, lr=RATE, momentum=0.0, gamma=gamma, tau2=tau2)


def linear(run, rng):
    kernel = kernels.normalised(run.kernel)
    return linearised.sampled_losses(kernel, run.error, times, lr=RATE, momentum=0.0, batch=BATCH, rng=rng)[0]


measured, image, gaussian = (
    np.array([r.losses for r in runs]),
    np.array([recursion(r, 1) for r in runs]),
    np.array([recursion(r, -1) for r in runs]),
)
lines = np.array([linear(run, rng) for run, rng in zip(runs, experiment.rng("linearised").spawn(RUNS), strict=True)])
gap = np.log(measured / image)
slow_gap = np.log(np.array([r.losses for r in slow]) / np.array([recursion(r, 1) for r in slow]))
# %%
panel = f"{DATA}, N = {SAMPLES}, width {WIDTH}, b = {BATCH}"
shown = np.isin(times, np.geomspace(1, COMPARED[-1], 25).round().astype(int))
sets = [
    ("network", "sampled", measured),
    ("linearised network", "sampled", lines),
    (r"recursion, $\tau_2 = 1$", "recursion", image),
    (r"recursion, $\tau_2 = -1$", "theory", gaussian),
]
frame = pd.concat(curves.line(panel, c, k, times[shown], y.mean(0)[shown], stderr(y)[shown]) for c, k, y in sets)
experiment.figure("training", frame, draw=curves.losses)
# %%
claim = experiment.claim("nn-vs-linearised")
for window in windows:
    inside = np.isin(times, window)
    claim.within(
        f"mean log of the network's loss over the recursion's, t = {window[0]}",
        mean(gap[:, inside].mean(axis=1)),
        (-0.25, 0.25),
        origin="a quarter: finite width, one kernel per network",
        controls={
            "learning rate divided by lambda_max(K), the factor N left out": mean(slow_gap[:, inside].mean(axis=1))
        },
    )
experiment.finish()
# %% [markdown]
# The band of agreement, from the noise of batches to the slow modes, is what makes the paper's quadratic theory
# relevant to networks of this kind.
