"""Rules on quadratics with vectors: points, and how far their support has come."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optclaims.science import domain
from optclaims.science.optimizers import Rule

__all__ = ["points", "support"]

Array = NDArray[np.float64]


def points(rule: Rule, gradient: Callable[[Array], Array], start: ArrayLike, steps: int) -> Array:
    """Return the points of a rule, shape (steps + 1, d).

    Raises ValueError for a start that is not finite and a negative number of steps.
    Domain: start signed.

    >>> from optclaims.science.optimizers import SGD
    >>> points(SGD(lr=0.5), lambda w: w, [1.0, 2.0], 1)
    array([[1. , 2. ],
           [0.5, 1. ]])
    """
    w = np.asarray(domain.vector("start", start), dtype=float)
    out, state = [w], rule.start(w)
    for t in range(1, domain.integer("steps", steps, low=0, shape=()) + 1):
        w, state = rule.step(w, gradient(w), state, t)
        out.append(w)
    return np.array(out)


def support(path: Array) -> NDArray[np.int64]:
    """Return the number of leading coordinates outside of which a point is exactly 0, for each point (points, d).

    Domain: path signed.

    >>> support(np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 2.0]]))
    array([0, 1, 2])
    """
    path = domain.finite("path", path, (None, None))
    return np.max(np.where(path != 0, np.arange(1, path.shape[1] + 1), 0), axis=1)
