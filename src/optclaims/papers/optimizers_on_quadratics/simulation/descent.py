"""Gradient descent and a heavy ball on functions of one variable, many starts side by side."""

from collections import deque

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optclaims.papers.optimizers_on_quadratics.problems.scalar import Scalar
from optclaims.science import domain
from optclaims.science.optimizers import SGD, Rule

__all__ = ["backtracking_count", "domination", "path", "step_ratios"]


def path(rule: Rule, function: Scalar, start: ArrayLike, steps: int, keep: int | None = None) -> NDArray[np.float64]:
    """Return the points of a rule on a function of one variable, shape (steps + 1, starts), or the last ``keep``.

    Raises ValueError for starts that are not finite, a negative number of steps and keep below 1.
    Domain: start signed.

    >>> from optclaims.papers.optimizers_on_quadratics.problems.scalar import quadratic
    >>> path(SGD(lr=0.5), quadratic(1.0), [4.0], 2).ravel()
    array([4., 2., 1.])
    """
    w = domain.vector("start", np.atleast_1d(np.asarray(start, dtype=float)))
    steps = domain.integer("steps", steps, low=0, shape=())
    kept = deque([w], maxlen=steps + 1 if keep is None else domain.integer("keep", keep, low=1))
    state = rule.start(w)
    for t in range(1, steps + 1):
        w, state = rule.step(w, function.slope(w), state, t)
        kept.append(w)
    return np.array(kept)


def step_ratios(function: Scalar, points: ArrayLike) -> NDArray[np.float64]:
    """Return the ratio of losses before and after one step ``1 / lipschitz`` from each point.

    Domain: points signed.

    >>> from optclaims.papers.optimizers_on_quadratics.problems.scalar import sine
    >>> step_ratios(sine(), [2.248]).round(4)
    array([0.9553])
    """
    points = domain.vector("points", points)
    first, second = path(SGD(1 / function.lipschitz), function, points, 1)
    return function.value(second) / function.value(first)


def domination(function: Scalar, points: ArrayLike) -> float:
    """Return ``min f'^2 / f`` over the points, the largest c of ``f'^2 >= c f`` there.

    Domain: points signed any shape.

    >>> from optclaims.papers.optimizers_on_quadratics.problems.scalar import quadratic
    >>> domination(quadratic(3.0), [1.0, 2.0])
    6.0
    """
    points = np.asarray(domain.finite("points", points), dtype=float)
    return float(np.min(function.slope(points) ** 2 / function.value(points)))


def backtracking_count(function: Scalar, start: float, guess: float, factor: float) -> int:
    """Return how often the guess of the Lipschitz constant grows by ``1 / factor`` until the step decreases enough.

    Enough: ``f(w - f'/M) <= f(w) - f'^2 / (2 M)`` for the guess M. Raises ValueError unless ``0 < factor < 1``.
    Domain: start signed.

    >>> from optclaims.papers.optimizers_on_quadratics.problems.scalar import quadratic
    >>> backtracking_count(quadratic(100.0), 1.0, 1.0, 0.5)
    7
    """
    start = domain.finite("start", start, ())
    domain.probability("factor", factor, "()", shape=())
    w, g, M = float(start), float(function.slope(start)), domain.positive("guess", guess, ())
    for count in range(10_000):
        if function.value(w - g / M) <= function.value(w) - g**2 / (2 * M):
            return count
        M /= factor
    raise ValueError(f"function must have a Lipschitz slope, got no end of the search from start = {start}")
