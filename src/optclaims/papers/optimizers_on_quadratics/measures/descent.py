"""What is read off gradient descent: the best step of a grid, the worst factor, how much of a bound is used."""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from optclaims.papers.optimizers_on_quadratics.problems import scalar
from optclaims.papers.optimizers_on_quadratics.simulation import descent
from optclaims.science import domain
from optclaims.science.optimizers import SGD
from optclaims.science.quadratics import two_step

__all__ = [
    "best_step",
    "endless",
    "huber_excess",
    "huber_shares",
    "miscounts",
    "pl_excess",
    "share_curves",
    "worst_factor",
]

SEARCHES = ((100.0, 1.0, 0.5), (37.0, 1.0, 0.8), (1000.0, 3.0, 0.3))
"""Line searches: curvature, first guess of it, factor of a reduction."""


def best_step(spectrum: ArrayLike, points: int) -> float:
    """Return the step of an even grid on (0, 2 / max l] with the least worst factor ``|1 - h l|`` of one step.

    Raises ValueError for a spectrum that is not positive.

    >>> round(best_step([1.0, 3.0], 40), 12)
    0.5
    """
    spectrum = np.atleast_1d(domain.positive("spectrum", spectrum, (None,)))
    steps = np.linspace(0, 2 / spectrum.max(), domain.integer("points", points, low=1, shape=()) + 1)[1:]
    return float(steps[np.argmin(np.abs(1 - steps[:, None] * spectrum).max(axis=1))])


def worst_factor(kappa: float, lr: float, steps: int = 50, points: int = 2001) -> float:
    """Return the largest residual of gradient descent after so many steps over an even spectrum in [1, kappa].

    >>> round(worst_factor(3.0, 0.5, steps=2), 12)
    0.25
    """
    domain.at_least("kappa", kappa, 1, ()), domain.positive("lr", lr, ())
    points = domain.integer("points", points, low=2, shape=())
    return float(np.abs(two_step.residuals(np.linspace(1, kappa, points), steps, lr)[steps]).max())


def huber_excess(knee: float, steps: int, distance: float) -> float:
    """Return the loss of the Huber function after so many steps of size 1 from the given distance.

    >>> huber_excess(1.0, 1, 3.0)
    1.5
    """
    domain.positive("knee", knee, ()), domain.nonnegative("distance", distance, ())
    steps = domain.integer("steps", steps, low=0, shape=())
    function = scalar.huber(knee)
    return float(function.value(descent.path(SGD(lr=1.0), function, distance, steps)[-1])[0])


def huber_shares(
    worst_knee: Callable[[int, float], float], worst: Callable[[int, float], float]
) -> Callable[[int, float], float]:
    """Return the function that gives the excess loss for n and a knee as a share of the worst one, from a distance 3.

    worst_knee, worst: the knee and the excess loss that theory says for n and a distance; the knee is in units of it.

    >>> huber_shares(lambda n, distance: distance, lambda n, distance: distance**2 / 2)(0, 1.0)
    1.0
    """
    domain.function("worst_knee", worst_knee), domain.function("worst", worst)
    return lambda n, knee: huber_excess(knee * worst_knee(n, 3.0), n, 3.0) / worst(n, 3.0)


def share_curves(share: Callable[[int, float], float], counts: Sequence[int]) -> pd.DataFrame:
    """Return shares as of `huber_shares` by number of steps for 41 knees from 0.4 to 2.5: columns n, knee, share.

    >>> share_curves(lambda n, knee: knee / n, [2]).share.iloc[[0, -1]].tolist()
    [0.2, 1.25]
    """
    domain.function("share", share)
    knees = np.sort(np.append(np.geomspace(0.4, 2.5, 40), 1.0))
    counts = domain.integer("counts", counts, low=0, shape=(None,))
    return pd.DataFrame([(int(n), k, share(int(n), k)) for n in counts for k in knees], columns=["n", "knee", "share"])


def miscounts(formula: Callable[[float, float, float], float]) -> int:
    """Return how many of three line searches from 1 on ``L w^2 / 2`` end after another number than a formula says.

    The formula is one of reductions: a function of L, the guess and the factor of a reduction, see `SEARCHES`.

    >>> miscounts(lambda L, guess, factor: 7)
    2
    """
    domain.function("formula", formula)
    counts = [descent.backtracking_count(scalar.quadratic(L), 1.0, guess, factor) for L, guess, factor in SEARCHES]
    return int(sum(n != formula(*search) for n, search in zip(counts, SEARCHES, strict=True)))


def endless(lr: float, steps: int) -> tuple[float, float]:
    r"""Return ``|n L(w_n) - 1|`` after n steps on ``exp(-w)`` from 0, and the sum of the squared gradients on the way.

    >>> endless(1.0, 1) == (1 - float(np.exp(-1.0)), 1.0)
    True
    """
    rule = SGD(lr=domain.positive("lr", lr, ()))
    points = descent.path(rule, scalar.exponential(), 0.0, domain.integer("steps", steps, low=1, shape=()))[:, 0]
    return float(abs(steps * np.exp(-points[-1]) - 1)), float(np.sum(np.exp(-2 * points[:-1])))


def pl_excess(
    rate: Callable[[float, float], float], function: scalar.Scalar, points: ArrayLike, dominated: ArrayLike
) -> float:
    """Return the largest ratio of losses in one step from the points, less the rate that the domination of slopes says.

    rate: from the constant c of domination, read off at the points dominated, and the Lipschitz constant.
    Domain: points signed; dominated signed any shape.

    >>> pl_excess(lambda c, L: 1 - c / (2 * L), scalar.quadratic(2.0), [1.0], [1.0])
    0.0
    """
    domain.function("rate", rate)
    c = descent.domination(function, domain.finite("dominated", dominated))
    return float(np.max(descent.step_ratios(function, points)) - rate(c, function.lipschitz))
