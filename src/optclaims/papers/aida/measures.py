"""Rates along a run, and whether it came back to a cycle."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optclaims.science import domain

__all__ = ["away", "late_rate"]


def late_rate(x: ArrayLike, part: float) -> NDArray:
    """Return the factor a step (cells,) by which |x| changed over the last part of each run, before it ended at 0.

    x: (cells, steps + 1), as `simulation.paths` returns it. Raises ValueError for a run of fewer than 20 steps.

    Domain: x signed

    >>> late_rate([0.5 ** np.arange(60)], 0.4).round(9)
    array([0.5])
    """
    x = domain.finite("x", np.asarray(x, float), (None, None))
    part = domain.probability("part", part, "()", ())
    last = np.where((x == 0).any(axis=1), np.argmax(x == 0, axis=1), x.shape[1]) - 1
    if last.min() < 20:
        raise ValueError(f"x must hold runs of at least 20 steps, got one of {last.min()}")
    first = np.floor(last * (1 - part)).astype(int)
    row = np.arange(len(x))
    return (np.abs(x[row, last] / x[row, first])) ** (1 / (last - first))


def away(x: ArrayLike, width: ArrayLike) -> NDArray:
    """Return the larger relative distance (cells,) of the last two points from the cycle of a half width.

    x: (cells, steps + 1); width: (cells,). Raises ValueError where shapes do not fit.

    Domain: x signed

    >>> away([[5.0, 1.0, -1.5]], [1.0])
    array([0.5])
    """
    x = domain.finite("x", np.asarray(x, float), (None, None))
    width = domain.positive("width", np.asarray(width, float), (len(x),))
    return np.abs(np.abs(x[:, -2:]) / width[:, None] - 1).max(axis=1)
