# %% [markdown]
# # Stability on real data
# The boundary $\tilde U(1) = 1$ on the tangent kernel of real images: maps of the loss after many steps of the
# recursion with the boundary and its two asymptotes, the same map of sampled SGD, and sampled SGD on either side of the
# boundary. (On finite data $\gamma = (N-b)/((N-1)b)$, not $1/b$.)
#
# Sampled losses are heavy-tailed near the boundary, where the mean diverges before the typical run does: the median is
# judged, 5 % away and more.
# %% tags=["parameters"]
DATA = "digits"
SAMPLES = 500
MAP_BATCHES = [1, 10, 100]
MAP_STEPS = 1000
GRID = [25, 18]
SAMPLED_GRID = [25, 18]
SAMPLED_MAP = [5, 1000]
BATCH = 10
MOMENTA = [-0.5, 0.0, 0.5, 0.9]
FACTORS = [0.8, 0.95, 1.05, 1.2]
INSIDE = [20, 1500]
OUTSIDE = [80, 10_000]
# %%
import numpy as np
import pandas as pd

from optclaims.science import datasets, moments
from optclaims import statistics
from optclaims.experiment import Experiment
from optclaims.papers.sgd_generating_functions import problems
from optclaims.papers.sgd_generating_functions.figures import curves, maps
from optclaims.papers.sgd_generating_functions.simulation import linearised
from optclaims.papers.sgd_generating_functions.theory import spectra, stability

experiment = Experiment("sgd_generating_functions", "stability_map")
images, labels = experiment.data(lambda: datasets.digits() if DATA == "digits" else datasets.mnist()[:2])
inputs, targets = problems.regression(images, labels, SAMPLES, experiment.rng("subset"))
kernel = problems.normalised(problems.relu_ntk(inputs))
spectrum = spectra.from_kernel(kernel, -targets)
start = spectrum.signal() / 2
# %% [markdown]
# ## Maps
# Stars mark the smallest loss: this problem is signal-dominated and wants positive momentum.
# %%
scan = np.linspace(-0.98, 0.98, 40)


def grid(rates, momenta):
    axes = np.linspace(0, 4, rates)[1:], np.linspace(-1, 1, momenta)[1:-1]
    return [axis.ravel() for axis in np.meshgrid(*axes)]


def recursion(lr, beta, gamma, steps):
    stable = stability.status(spectrum, lr=lr, momentum=beta, gamma=gamma) == stability.CONVERGES
    motion, loss = {"lr": lr[stable], "momentum": beta[stable], "gamma": gamma}, np.full(lr.size, start)
    loss[stable] = moments.losses(times=[steps], **spectrum.arrays, **motion)[:, 0]
    return pd.DataFrame({"lr": lr, "momentum": beta, "loss": loss, "stable": stable})


def panel(name, batch, cells):
    gamma = float(moments.noise_factor(batch, SAMPLES))
    return maps.panel(name, cells, scan, stability.stability_lines(spectrum, scan, gamma))


all_maps = {b: recursion(*grid(*GRID), float(moments.noise_factor(b, SAMPLES)), MAP_STEPS) for b in MAP_BATCHES}
experiment.figure(
    "stability_maps", pd.concat(panel(f"$b = {b}$", b, cells) for b, cells in all_maps.items()), draw=maps.loss_maps
)
# %% [markdown]
# Sampled SGD, median of a few runs in each cell, beside the recursion on the same cells and after as many steps. A cell
# diverges where the median run ends above its start: nearly the same cells as in theory (counted below). Close to the
# boundary the typical loss lies below the mean, which rare large losses carry; and medians of a few runs show the
# region of the minimum, not its place.
# %%
gamma = float(moments.noise_factor(BATCH, SAMPLES))
runs, steps = SAMPLED_MAP
lr, beta = grid(*SAMPLED_GRID)
expected = recursion(lr, beta, gamma, steps)
motion = {"lr": lr, "momentum": beta, "batch": BATCH}
median = np.median(
    linearised.sampled_losses(kernel, -targets, [steps], **motion, runs=runs, rng=experiment.rng("map")), axis=1
)[:, 0]
drawn = expected.assign(loss=median.clip(max=start), stable=median < start)
print((drawn["stable"] != expected["stable"]).sum(), "of", lr.size, "cells diverge in one map and not in the other")
both = [panel("recursion", BATCH, expected), panel("sampled", BATCH, drawn)]
experiment.figure("sampled_real_map", pd.concat(both), draw=maps.loss_maps)
# %% [markdown]
# ## Sampled runs at 0.8, 0.95, 1.05 and 1.2 times the boundary
# Outside, at large momentum, growth is slow and erratic: more runs and more steps.
# %%
beta_tested = np.array(MOMENTA)
critical = np.array([stability.critical_lr(spectrum, b, gamma) for b in MOMENTA])
noisier = np.array([stability.critical_lr(spectrum, b, 1.0) for b in MOMENTA])


def sampled(rates, momentum, runs, steps, arm):
    times = np.unique(np.append(np.geomspace(1, steps, 40).round().astype(int), steps))
    rng, motion = experiment.rng("batches", arm=arm), {"lr": rates, "momentum": momentum, "batch": BATCH}
    return times, linearised.sampled_losses(kernel, -targets, times, **motion, runs=runs, rng=rng)


arms = {
    f: sampled(f * critical, beta_tested, *(INSIDE if f < 1 else OUTSIDE), arm=f"{f} of the boundary") for f in FACTORS
}
_, naive = sampled(0.95 * 2 * (1 + beta_tested[-1:]), beta_tested[-1:], *INSIDE, arm="noiseless limit")
_, early = sampled(1.05 * noisier, beta_tested, *INSIDE, arm="boundary of b = 1")


def growth(losses):
    return [statistics.median(np.log10(row[:, -1] / start)) for row in losses]


inside = [e for f in FACTORS if f < 1 for e in growth(arms[f][1])]
outside = [e for f in FACTORS if f > 1 for e in growth(arms[f][1])]
claim = experiment.claim("sampled-stability-on-real-kernel")
claim.within(
    "largest median log10 of L(end) / L(0) at 0.8 and 0.95 of the boundary",
    max(inside, key=lambda e: e.high),
    (None, 0),
    null=0,
    origin="runs inside the boundary lose loss",
    controls={"0.95 of the noiseless limit 2 (1 + beta) at beta = 0.9": growth(naive)},
)
claim.within(
    "smallest median log10 of L(end) / L(0) at 1.05 and 1.2 of the boundary",
    min(outside, key=lambda e: e.low),
    (0, None),
    null=0,
    origin="runs outside gain loss",
    controls={"1.05 of the boundary of b = 1": growth(early)},
)
# %%
medians = {f: (times, np.median(losses, axis=1).clip(max=1e6)) for f, (times, losses) in arms.items()}
frames = [
    pd.DataFrame({"panel": rf"$\beta = {b:g}$", "curve": f"{f:g} of the boundary", "t": times, "loss": median[i]})
    for i, b in enumerate(MOMENTA)
    for f, (times, median) in medians.items()
]
experiment.figure("stability_medians", pd.concat(frames), draw=curves.medians)
experiment.finish()
# %% [markdown]
# A criterion about the mean loss of an approximate recursion tells, to a few per cent, which learning rates real
# mini-batch runs survive.
