# %% [markdown]
# # Batch or step, on the same samples
# SGD on $w^2/2$ with additive noise. A batch of $m$ with step $h$ has less bias than $m$ steps of $h/m$ just for
# $h\lambda < x_c(m)$, and always a larger floor, by the factor $(2-h\lambda/m)/(2-h\lambda)$.

# %% tags=["parameters"]
large_steps = 8

# %%
import numpy as np
import pandas as pd

from optclaims.experiment import Experiment
from optclaims.papers.optimizers_on_quadratics.figures import noise as figures
from optclaims.papers.optimizers_on_quadratics.theory import descent, noise as theory
from optclaims.science.quadratics import noise

experiment = Experiment("optimizers_on_quadratics", "batch_or_step")
claim = experiment.claim("batch-versus-step")
cells = [(m, h) for m in (2, 4, 8) for h in (0.1, 0.5, 1.0, 1.15)]


def bias(h, m, small_steps=None):  # after the large steps: batch m with h, and m times as many of h / m
    large, small = (
        noise.variances(1.0, [n], step, noise=0.0, start=1.0)[0, 0]
        for n, step in ((large_steps, h), (small_steps or large_steps * m, h / m))
    )
    return large / small


def floor(h, m, averaged=True):
    return noise.stationary_variance(1.0, h, noise=1 / m if averaged else 1.0) / noise.stationary_variance(1.0, h / m)


def gaps(**slip):
    return [
        abs(bias(h, m, **slip) - theory.bias_ratio(h, m, large_steps))
        / max(theory.bias_ratio(h, m, large_steps), 1e-30)
        for m, h in cells
        if h < 1
    ]


claim.exact(
    "bias ratio of the recursions against its formula, relative, m = 2, 4, 8",
    max(gaps()),
    (None, 1e-12),
    origin="rounding of 64 products",
    controls={"as many small steps as large ones": gaps(small_steps=large_steps)},
)
claim.exact(
    "floor ratio against (2 - h/m) / (2 - h), relative",
    max(abs(floor(h, m) / theory.floor_ratio(h, m) - 1) for m, h in cells),
    (None, 1e-12),
    origin="rounding",
    controls={
        "noise of the batch not averaged": [
            abs(floor(h, m, averaged=False) / theory.floor_ratio(h, m) - 1) for m, h in cells
        ]
    },
)


def wrong_orders(crossing):  # batch has less bias below the crossing and more above, in steps of 0.01 up to 2
    grid = [(m, x + 0.005) for m in (2, 4, 8) for x in np.arange(0, 1.99, 0.01)]
    return sum((bias(x, m) < 1) != (x < crossing(m)) for m, x in grid)


claim.exact(
    "cells of 597 (m = 2, 4, 8; h in (0, 2)) in which the order of the biases is not the sign of x_c(m) - h",
    wrong_orders(descent.crossing),
    (None, 0),
    origin="none",
    controls={
        "for all h < 2": wrong_orders(lambda m: 2.0),
        "the crossing with the flow": wrong_orders(lambda m: descent.crossing()),
        "1": wrong_orders(lambda m: 1.0),
    },
)
claim.exact(
    "least floor ratio minus 1 over h in (0, 2)",
    min(floor(x, m) - 1 for m in (2, 4, 8) for x in np.arange(0.01, 2, 0.01)),
    (0, None),
    origin="always larger",
    null=0,
    controls={
        "batch 1 against itself": min(floor(x, 1) - 1 for x in np.arange(0.01, 2, 0.01)),
        "the bias in its place": min(bias(x, 2) - 1 for x in np.arange(0.01, 2, 0.01)),
    },
)
frame = [
    {"m": m, "h": x, "bias": bias(x, m) ** (1 / (2 * large_steps)), "floor": floor(x, m)}
    for m in (2, 4, 8)
    for x in np.linspace(0.05, 1.4, 55)
]
experiment.figure("batch_or_step", pd.DataFrame(frame), draw=figures.batch_or_step)

# %% [markdown]
# "Halving the step is slightly worse than doubling the batch" is true of the bias up to $h\lambda = x_c(m)$, and false
# of the noise at every step. Both are of one mode and additive noise; `noise_floor` has multiplicative noise.

# %%
experiment.finish()
