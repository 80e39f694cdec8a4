"""What is read off gradient descent: the best step of a grid, the worst factor, how much of a bound is used."""

import numpy as np
from numpy.typing import ArrayLike

from optclaims.papers.optimizers_on_quadratics.problems import scalar
from optclaims.papers.optimizers_on_quadratics.simulation import descent
from optclaims.science import domain
from optclaims.science.optimizers import SGD
from optclaims.science.quadratics import two_step

__all__ = ["best_step", "huber_excess", "worst_factor"]


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
