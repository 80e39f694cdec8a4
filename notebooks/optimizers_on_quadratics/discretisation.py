# %% [markdown]
# # Flow or SDE
# SGD on $w^2/2$ with additive noise, $N = T/h$ steps (here $T = s = 1$). In mean square it is $O(h)$ from gradient
# descent. For the test function $w^2$ the gradient flow and $dW = -W dt + \sqrt h\, s\, dB$ are first order in $h$;
# the SDE is second order from the minimum, and from $w_0^2 = s^2(e^{2T}-1)/(2T)$ it is the *flow* that is.

# %% tags=["parameters"]
steps = [10, 20, 40, 80, 160, 320]
paths = 200_000

# %%
from functools import partial

import numpy as np
import pandas as pd

from optclaims.experiment import Experiment
from optclaims.papers.optimizers_on_quadratics.figures import noise as figures
from optclaims.papers.optimizers_on_quadratics.measures.weak_errors import last_slope, second_moments, weak_errors
from optclaims.papers.optimizers_on_quadratics.simulation import chains as simulation
from optclaims.papers.optimizers_on_quadratics.theory import noise as theory
from optclaims.science.quadratics import noise
from optclaims.statistics import stderr

experiment = Experiment("optimizers_on_quadratics", "discretisation")
claim = experiment.claim("flow-versus-sde")
lr = 1 / np.array(steps)
errors = partial(weak_errors, steps=steps)
starts = {"minimum": 0.0, "vanishing": theory.vanishing_start(), "2": 2.0}


def order_gap(start, wanted):
    return max(abs(last_slope(values) - order) for values, order in zip(errors(start), wanted, strict=True))


other = {name: errors(start, sde_noise=1.0)[1] for name, start in starts.items()}
orders = {"minimum": (1, 2), "vanishing": (2, 1), "2": (1, 1)}
claim.exact(
    "dyadic slopes of the errors of (flow, SDE) against (1, 2), (2, 1) and (1, 1), largest distance",
    max(order_gap(starts[name], wanted) for name, wanted in orders.items()),
    (None, 0.03),
    origin="next order, O(h): the slope changes by about as much as from one pair of steps to the next",
    controls={
        "start 1.77, 1 % below": order_gap(1.77, (2, 1)),
        "start 1.80, 1 % above": order_gap(1.80, (2, 1)),
        "SDE with noise s, not sqrt(h) s": [abs(last_slope(other[s]) - orders[s][1]) for s in starts],
    },
)


def prefactor(index, start, formula):
    return abs(errors(start)[index][-1] / lr[-1] / formula - 1)


claim.exact(
    "error over h at the finest step against the expansion, relative, where the first order does not vanish",
    max(
        *(prefactor(0, starts[s], theory.flow_first_order(starts[s])) for s in ("minimum", "2")),
        *(prefactor(1, starts[s], theory.sde_first_order(starts[s])) for s in ("vanishing", "2")),
    ),
    (None, 0.02),
    origin="next order: a few times h = 1/320",
    controls={
        "flow without the noise term": prefactor(0, 2.0, theory.sde_first_order(2.0)),
        "noise term without its factor 1/2": prefactor(0, 2.0, theory.flow_first_order(2.0, noise=2.0)),
    },
)


def worst(factor):  # ratio of the errors of flow and SDE, from a multiple of the vanishing start
    return np.max(np.abs(np.divide(*errors(factor * starts["vanishing"]))))


claim.exact(
    "largest ratio of the errors of flow and SDE at the vanishing start, any N >= 10",
    worst(1.0),
    (None, 1),
    origin="the flow is nearer",
    null=1,
    controls={"from the minimum": worst(0.0), "from half the vanishing start": worst(0.5)},
    positive={"from twice the vanishing start": worst(2.0)},
)
exact = [second_moments(start, steps)[0] for start in starts.values()]
squares = [
    simulation.rademacher_squares(start, lr[0], steps[0], experiment.rng("paths", start=name), paths)
    for name, start in starts.items()
]
claim.consistent(
    "E w_N^2 of sampled SGD with noise +-1, ten steps, three starts",
    [s.mean() for s in squares],
    exact,
    [float(stderr(s)) for s in squares],
    controls={
        "the SDE's second moment": {"predicted": np.array(exact) - [errors(s)[1][0] for s in starts.values()]},
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
cells = [(s, kind, e) for s in starts for kind, e in zip(("flow", "SDE"), errors(starts[s]), strict=True)]
frame = [pd.DataFrame({"start": s, "against": kind, "h": lr, "error": np.abs(e)}) for s, kind, e in cells]
experiment.figure("weak_errors", pd.concat(frame), draw=figures.weak_errors)

# %% [markdown]
# The inequality which the thesis leaves unproven (the SDE's error is below the flow's) is false for this test function:
# at the vanishing start the flow's errors cancel, and to first order it is nearer from any start beyond 1.264.

# %%
experiment.finish()
