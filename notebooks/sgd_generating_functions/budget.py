# %% [markdown]
# # Only the number of samples counts
# With a learning rate proportional to the batch, $\alpha = c\,b$, and $\gamma \approx 1/b$, both $\alpha t$ and $\tilde
# U(1)$ depend on the budget $t b$ alone (to first order in $\alpha\lambda_{max}$): loss curves of all batch sizes
# collapse when drawn against samples used. Tested on a synthetic spectrum by the recursion and on real images with
# sampled linearised SGD.
# %% tags=["parameters"]
DATA = "digits"
SAMPLES = 300
RUNS = 60
BATCHES = [1, 3, 10, 30]
BUDGET = 30_000
RATE = 0.02
SAMPLED_BUDGET = 10_000
# %%
import numpy as np
import pandas as pd

from optclaims.science import datasets, moments
from optclaims.experiment import Experiment
from optclaims.papers.sgd_generating_functions import problems
from optclaims.papers.sgd_generating_functions.figures import curves
from optclaims.papers.sgd_generating_functions.simulation import linearised
from optclaims.papers.sgd_generating_functions.theory import spectra
from optclaims.statistics import maximum, stderr

experiment = Experiment("sgd_generating_functions", "budget")
batch = np.array(BATCHES)
claim = experiment.claim("budget-independence")
# %% [markdown]
# ## Recursion
# Budgets from 300 samples on; the control keeps the learning rate of $b = 10$ for every batch size.
# %%
budgets = 300 * np.unique(np.geomspace(1, BUDGET // 300, 40).round().astype(int))
spectrum = spectra.power_law(1.4, 0.8, 2000)


def curve(lr, b, times):
    return moments.losses(times=times, **spectrum.arrays, lr=lr, momentum=0.0, gamma=moments.noise_factor(b))


rules = (lambda b: RATE * b, lambda b: 10 * RATE, lambda b: RATE * (10 * b) ** 0.5)
loss, fixed, root = (np.array([curve(lr(b), b, budgets // b) for b in BATCHES]) for lr in rules)
claim.exact(
    "largest spread of log L over batch sizes at equal budget (recursion)",
    np.ptp(np.log(loss), axis=0).max(),
    (None, 0.02),
    origin="second order in alpha lambda_max, 1.6 % at a budget of 300",
    controls={
        "one learning rate for all": np.ptp(np.log(fixed), axis=0).max(),
        "alpha ~ sqrt(b)": np.ptp(np.log(root), axis=0).max(),
    },
)
# %% [markdown]
# ## Sampled
# %%
images, labels = experiment.data(lambda: datasets.digits() if DATA == "digits" else datasets.mnist()[:2])
inputs, targets = problems.regression(images, labels, SAMPLES, experiment.rng("subset"))
kernel = problems.normalised(problems.relu_ntk(inputs))
shown = 300 * np.unique(np.geomspace(1, SAMPLED_BUDGET // 300, 12).round().astype(int))


def sample(lr, b, arm):
    rng = experiment.rng("batches", batch=b, arm=arm)
    return linearised.sampled_losses(kernel, -targets, shown // b, lr=lr, momentum=0.0, batch=b, runs=RUNS, rng=rng)


runs = [sample(RATE * b, b, "collapse") for b in BATCHES]
apart = [sample(10 * RATE, b, "one rate") for b in BATCHES]
roots = [sample(RATE * (10 * b) ** 0.5, b, "square root") for b in BATCHES]


def largest_gap(losses):  # relative to the smallest batch, over budgets and batch sizes
    return maximum(np.hstack([(r - losses[0]) / losses[0].mean(0) for r in losses[1:]]))


claim.within(
    f"largest relative gap of the mean loss to that of b = 1, over {len(shown)} budgets (sampled, {DATA})",
    largest_gap(runs),
    (None, 0.05),
    origin="2 % of second order in alpha lambda_max, and up to a tenth less noise in batches without replacement",
    controls={"one learning rate for all": largest_gap(apart), "alpha ~ sqrt(b)": largest_gap(roots)},
)
# %%
names = [f"b = {b}" for b in BATCHES]
frames = (
    [
        curves.line("power law, recursion", n, "recursion", budgets, y / spectrum.signal() * 2)
        for n, y in zip(names, loss, strict=True)
    ]
    + [
        curves.line(f"{DATA}, N = {SAMPLES}, sampled", n, "sampled", shown, r.mean(0) * 2, 2 * stderr(r))
        for n, r in zip(names, runs, strict=True)
    ]
    + [
        curves.line("control: one learning rate", n, "recursion", budgets, y / spectrum.signal() * 2)
        for n, y in zip(names, fixed, strict=True)
    ]
)
experiment.figure("collapse", pd.concat(frames), draw=curves.budget)
experiment.finish()
# %% [markdown]
# As long as $\alpha\lambda_{max}$ is small, batches only trade steps for samples.
