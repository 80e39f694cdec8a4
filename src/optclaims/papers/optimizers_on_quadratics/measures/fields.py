"""Escapes from a quadratic saddle; shares, mean heights and correlation of height and index of critical points."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from optclaims.papers.optimizers_on_quadratics.simulation import fields
from optclaims.science import domain
from optclaims.science.quadratics import two_step
from optclaims.statistics import stderr

__all__ = [
    "correlation",
    "determinant_shares",
    "field_numbers",
    "indices",
    "mean_height",
    "plateau",
    "share",
    "steps_to_leave",
    "weighted_numbers",
]

Array = NDArray[np.float64]


def steps_to_leave(distances: ArrayLike, factor: float, limit: int = 200) -> NDArray[np.int64]:
    """Return the first step below the limit at which ``distance |factor|^n`` is 1 or more, (n,); -1: never.

    Domain: factor signed.

    >>> steps_to_leave([0.1, 0.001], -2.0, limit=5)
    array([ 4, -1])
    """
    distances, factor = domain.positive("distances", distances, (None,)), domain.finite("factor", factor, ())
    steps = np.arange(domain.integer("limit", limit, low=1, shape=()))
    reached = distances[:, None] * np.abs(factor) ** steps >= 1
    return np.where(reached.any(axis=1), reached.argmax(axis=1), -1)


def plateau(eigenvalues: ArrayLike, start: ArrayLike, lr: float, steps: int) -> pd.DataFrame:
    """Return the loss of gradient descent on a quadratic from a start in its eigenbasis: columns step, loss.

    Domain: eigenvalues, start signed.

    >>> plateau([-1.0, 2.0], [0.0, 1.0], 0.5, 1).loss.tolist()
    [1.0, 0.0]
    """
    eigenvalues = domain.vector("eigenvalues", eigenvalues)
    path = two_step.residuals(eigenvalues, steps, lr) * domain.vector("start", start, len(eigenvalues))
    return pd.DataFrame({"step": range(len(path)), "loss": 0.5 * path**2 @ eigenvalues})


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


def determinant_shares(rng: Callable[..., np.random.Generator], samples: int, **slip: bool) -> Array:
    """Return shares of minima in 3 and 4 dimensions by matrices weighted with determinants, and their errors, (2, 2).

    rng: gives the stream of a dimension by its names; slip: as for `simulation.fields.determinant_weights`.

    >>> determinant_shares(lambda *name, **cell: np.random.default_rng(0), 10).shape
    (2, 2)
    """
    domain.function("rng", rng)
    draws = [fields.determinant_weights(d, samples, rng("determinants", d=d, **slip), **slip) for d in (3, 4)]
    return np.array([share(weights) for _, weights in draws]).T


def indices(drawn: Mapping[int, tuple[Array, Array]]) -> pd.DataFrame:
    """Return mean heights and shares by index from (heights, weights) by dimension: columns d, index, height, share.

    index: the fraction of negative eigenvalues.

    >>> indices({1: (np.array([[-1.0, 1.0]]), np.array([[1.0, 3.0]]))}).to_numpy().tolist()
    [[1.0, 0.0, -1.0, 0.25], [1.0, 1.0, 1.0, 0.75]]
    """
    frames = []
    for d, (heights, weights) in drawn.items():
        means, shares = [mean_height(heights, weights, k)[0] for k in range(d + 1)], weights.mean(axis=0)
        columns = {"d": d, "index": np.arange(d + 1) / d, "height": means, "share": shares / shares.sum()}
        frames.append(pd.DataFrame(columns))
    return pd.concat(frames)


def field_numbers(points: Sequence[tuple[Array, NDArray[np.int64]]]) -> tuple[list[float], list[float]]:
    """Return half the share of minima and maxima and the mean height of each index, over fields, and their errors.

    points: heights and indices (n,) of the critical points of each field, in three dimensions; every field has all
    four indices.

    >>> one = (np.array([-2.0, -1.0, 1.0, 2.0]), np.array([0, 1, 2, 3]))
    >>> field_numbers([one] * 2)
    ([0.25, -2.0, -1.0, 1.0, 2.0], [0.0, 0.0, 0.0, 0.0, 0.0])
    """
    for u, index in points:
        domain.integer("points' indices", index, low=0, high=3, shape=np.shape(domain.vector("points", u)))
    ends = np.array([np.mean((index == 0) | (index == 3)) / 2 for _, index in points])
    heights = np.array([[u[index == k].mean() for k in range(4)] for u, index in points])
    return [float(ends.mean()), *heights.mean(axis=0).tolist()], [float(stderr(ends)), *stderr(heights).tolist()]


def weighted_numbers(heights: Array, weights: Array) -> list[float]:
    """Return the share of minima and the mean height of each index from weighted samples, as `field_numbers` does.

    Domain: heights signed.

    >>> weighted_numbers(np.array([[-1.0, 1.0]]), np.array([[1.0, 1.0]]))
    [0.5, -1.0, 1.0]
    """
    heights, weights = _samples(heights, weights)
    return [share(weights)[0], *(mean_height(heights, weights, k)[0] for k in range(weights.shape[1]))]


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
