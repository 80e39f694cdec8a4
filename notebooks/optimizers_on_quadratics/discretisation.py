# %% [markdown]
# # Flow, SDE, batch and step
# SGD on $w^2/2$ with additive noise, $N = T/h$ steps. In mean square it is $O(h)$ from gradient descent. For the test
# function $w^2$ both the gradient flow and $dW = -W dt + \sqrt h\, s\, dB$ are first order in $h$; the SDE is second
# order from the minimum, and from $w_0^2 = s^2(e^{2T}-1)/(2T)$ it is the *flow* that is. A batch of $m$ with step $h$
# has less bias than $m$ steps of $h/m$ just for $h\lambda < x_c(m)$, and always a larger floor, by the factor
# $(2-h\lambda/m)/(2-h\lambda)$.

# %% tags=["parameters"]
steps = [10, 20, 40, 80, 160, 320]
paths = 200_000

# %%
import numpy as np
import pandas as pd

from optclaims.experiment import Experiment
from optclaims.papers.optimizers_on_quadratics.figures import noise as figures
from optclaims.papers.optimizers_on_quadratics.simulation import chains as simulation
from optclaims.papers.optimizers_on_quadratics.theory import descent, noise as theory
from optclaims.science.quadratics import noise
from optclaims.statistics import stderr

experiment = Experiment("optimizers_on_quadratics", "discretisation")
claim = experiment.claim("flow-versus-sde")
lr = 1 / np.array(steps)
starts = {"minimum": 0.0, "vanishing": theory.vanishing_start(), "2": 2.0}

# %% [markdown]
# ## Weak errors at $T = 1$, $s = 1$
# The second moment of SGD by its recursion, and by sampling with noise $\pm1$ at the coarsest step.


# %%
def second_moment(start):
    return np.array([noise.variances(1.0, [n], 1 / n, start=start**2)[0, 0] for n in steps])


def errors(start, scale=lr):  # of flow and SDE, each (len(steps),)
    flow = np.exp(-2.0) * start**2
    return second_moment(start) - flow, second_moment(start) - flow - scale * (1 - np.exp(-2.0)) / 2


def slope(values):  # between the two finest steps
    return float(np.log2(np.abs(values[-2] / values[-1])))


def order_gaps(start, wanted):
    return [abs(slope(values) - order) for values, order in zip(errors(start), wanted, strict=True)]


orders = {"minimum": (1, 2), "vanishing": (2, 1), "2": (1, 1)}
claim.exact(
    "dyadic slopes of the errors of (flow, SDE) against (1, 2), (2, 1) and (1, 1), largest distance",
    max(max(order_gaps(starts[name], wanted)) for name, wanted in orders.items()),
    (None, 0.03),
    origin="next order, O(h): the slope changes by about as much as from one pair of steps to the next",
    controls={
        "start 1.77, 1 % below": max(order_gaps(1.77, (2, 1))),
        "start 1.80, 1 % above": max(order_gaps(1.80, (2, 1))),
        "SDE with noise s, not sqrt(h) s": [
            abs(slope(errors(start, 1.0)[1]) - orders[name][1]) for name, start in starts.items()
        ],
    },
)


def prefactor(index, start, formula):
    return abs(errors(start)[index][-1] / lr[-1] / formula - 1)


claim.exact(
    "error over h at the finest step against the expansion, relative, where the first order does not vanish",
    max(
        [prefactor(0, starts[s], theory.flow_first_order(starts[s])) for s in ("minimum", "2")]
        + [prefactor(1, starts[s], theory.sde_first_order(starts[s])) for s in ("vanishing", "2")]
    ),
    (None, 0.02),
    origin="next order: a few times h = 1/320",
    controls={
        "flow without the noise term": prefactor(0, 2.0, theory.sde_first_order(2.0)),
        "noise term without its factor 1/2": prefactor(0, 2.0, theory.flow_first_order(2.0, noise=2.0)),
    },
)
flow, sde = errors(starts["vanishing"])
claim.exact(
    "largest ratio of the errors of flow and SDE at the vanishing start, any N >= 10",
    np.max(np.abs(flow) / np.abs(sde)),
    (None, 1),
    origin="the flow is nearer",
    null=1,
    controls={
        "from the minimum": np.max(np.abs(errors(0.0)[0] / errors(0.0)[1])),
        "from half the vanishing start": np.max(np.abs(np.divide(*errors(starts["vanishing"] / 2)))),
    },
    positive={"from twice the vanishing start": np.max(np.abs(np.divide(*errors(2 * starts["vanishing"]))))},
)
squares = {
    name: simulation.rademacher_squares(start, lr[0], steps[0], experiment.rng("paths", start=name), paths)
    for name, start in starts.items()
}
claim.consistent(
    "E w_N^2 of sampled SGD with noise +-1, ten steps, three starts",
    [s.mean() for s in squares.values()],
    [second_moment(start)[0] for start in starts.values()],
    [float(stderr(s)) for s in squares.values()],
    controls={
        "the SDE's second moment": {"predicted": [second_moment(s)[0] - errors(s)[1][0] for s in starts.values()]},
        "one step fewer": {"predicted": [noise.variances(1.0, [9], 0.1, start=s**2)[0, 0] for s in starts.values()]},
    },
)


def distance(formula):  # of SGD from gradient descent: the variance of SGD from 0
    return np.abs([noise.variances(1.0, [n], 1 / n)[0, 0] / formula(1 / n) - 1 for n in steps]).max()


claim.exact(
    "E (w_N - W_N)^2 from gradient descent against h (1 - (1 - h)^2N) / (2 - h), relative",
    distance(lambda h: theory.sgd_distance(h, 1.0)),
    (None, 1e-12),
    origin="rounding",
    controls={"h T s^2, the bound for convex losses": distance(lambda h: h)},
)
frame = [
    pd.DataFrame({"start": name, "against": kind, "h": lr, "error": np.abs(e)})
    for name, s in starts.items()
    for kind, e in zip(("flow", "SDE"), errors(s), strict=True)
]
experiment.figure("weak_errors", pd.concat(frame), draw=figures.weak_errors)

# %% [markdown]
# ## Batch or step, on the same samples
# %%
claim = experiment.claim("batch-versus-step")
cells = [(m, h) for m in (2, 4, 8) for h in (0.1, 0.5, 1.0, 1.15)]


def bias(h, m, small_steps=None):  # after 8 large steps: batch m with h, and 8 m steps of h / m
    large, small = (
        noise.variances(1.0, [n], step, noise=0.0, start=1.0)[0, 0]
        for n, step in ((8, h), (small_steps or 8 * m, h / m))
    )
    return large / small


def floor(h, m, averaged=True):
    return noise.stationary_variance(1.0, h, noise=1 / m if averaged else 1.0) / noise.stationary_variance(1.0, h / m)


def gaps(**slip):
    return [
        abs(bias(h, m, **slip) - theory.bias_ratio(h, m, 8)) / max(theory.bias_ratio(h, m, 8), 1e-30)
        for m, h in cells
        if h < 1
    ]


claim.exact(
    "bias ratio of the recursions against its formula, relative, m = 2, 4, 8",
    max(gaps()),
    (None, 1e-12),
    origin="rounding of 64 products",
    controls={"8 small steps instead of 8 m": gaps(small_steps=8)},
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
    {"m": m, "h": x, "bias": bias(x, m) ** (1 / 16), "floor": floor(x, m)}
    for m in (2, 4, 8)
    for x in np.linspace(0.05, 1.4, 55)
]
experiment.figure("batch_or_step", pd.DataFrame(frame), draw=figures.batch_or_step)

# %% [markdown]
# The inequality which the thesis leaves unproven (the SDE's error is below the flow's) is false for this test function:
# at the vanishing start noise and drift errors of the flow cancel. To first order the flow is nearer from every start
# beyond that one over $\sqrt2$, 1.264 here. "Halving the step is slightly worse than doubling
# the batch" is true of the bias up to $h\lambda = x_c(m)$, and false of the noise at every step.

# %%
experiment.finish()
