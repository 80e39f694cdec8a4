"""Shares, mean heights and the correlation of height and index, from weighted samples."""

import numpy as np
from numpy.typing import NDArray

from optclaims.science import domain

__all__ = ["correlation", "mean_height", "share"]

Array = NDArray[np.float64]


def share(weights: Array, index: int = 0) -> tuple[float, float]:
    """Return the share of an index and its standard error; weights (samples, indices).

    The shares of an index and its mirror image are averaged: they are equal by symmetry.

    >>> share(np.array([[1.0, 2.0, 1.0], [1.0, 2.0, 1.0]]))
    (0.25, 0.0)
    """
    weights = domain.nonnegative("weights", weights, (None, None))
    index = domain.integer("index", index, low=0, high=weights.shape[1] - 1, shape=())
    ends = (weights[:, index] + weights[:, -1 - index]) / 2
    return _ratio(ends, weights.sum(axis=1))


def mean_height(heights: Array, weights: Array, index: int) -> tuple[float, float]:
    """Return the mean height at an index and its standard error; heights, weights (samples, indices).

    Domain: heights signed.

    >>> mean_height(np.array([[2.0, 1.0], [4.0, 1.0]]), np.ones((2, 2)), 0)[0]
    3.0
    """
    heights, weights = _samples(heights, weights)
    index = domain.integer("index", index, low=0, high=weights.shape[1] - 1, shape=())
    return _ratio(heights[:, index] * weights[:, index], weights[:, index])


def correlation(heights: Array, weights: Array) -> float:
    """Return the weighted correlation of height and index.

    Domain: heights signed.

    >>> round(correlation(np.array([[-1.0, 0.0, 1.0]]), np.ones((1, 3))), 12)
    1.0
    """
    heights, weights = _samples(heights, weights)
    index = np.broadcast_to(np.arange(weights.shape[1]), weights.shape)
    total = weights.sum()
    a, b = (x - (x * weights).sum() / total for x in (heights, index))
    return float((weights * a * b).sum() / np.sqrt((weights * a**2).sum() * (weights * b**2).sum()))


def _samples(heights: Array, weights: Array) -> tuple[Array, Array]:
    weights = domain.nonnegative("weights", weights, (None, None))
    return domain.finite("heights", heights, weights.shape), weights


def _ratio(top: Array, bottom: Array) -> tuple[float, float]:
    ratio = top.sum() / bottom.sum()
    return float(ratio), float(np.std(top - ratio * bottom) / bottom.mean() / np.sqrt(len(top)))
