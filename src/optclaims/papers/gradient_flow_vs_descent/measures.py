"""Distances between paths, and how they scale."""

import numpy as np
from numpy.typing import ArrayLike

from optclaims.science import domain

__all__ = ["distance", "farthest", "log_slope", "orders", "reached"]


def distance(path: ArrayLike, other: ArrayLike) -> np.ndarray:
    """Return the Euclidean distance (records, ...) of two paths (records, ..., n) at equal times.

    Raises ValueError for shapes that differ and values that are not finite.
    Domain: path signed, any shape; other signed

    >>> distance([[0.0, 0.0], [3.0, 4.0]], [[0.0, 0.0], [0.0, 0.0]])
    array([0., 5.])
    """
    path, other = domain.finite("path", path), domain.finite("other", other)
    if path.shape != other.shape or path.ndim < 2:
        raise ValueError(f"path and other must have one shape (records, ..., n), got {path.shape} and {other.shape}")
    return np.linalg.norm(path - other, axis=-1)


def farthest(path: ArrayLike, other: ArrayLike) -> np.ndarray:
    """Return the largest distance over the records, (...,); raises as `distance`.

    Domain: path signed, any shape; other signed

    >>> farthest([[0.0, 0.0], [3.0, 4.0]], [[0.0, 0.0], [0.0, 0.0]])
    np.float64(5.0)
    """
    return distance(path, other).max(axis=0)


def reached(distances: ArrayLike, share: float) -> int:
    """Return the first index at which distances (records,) are at least that share of their largest.

    NaN stands for what was not recorded. Raises ValueError for negative distances and a share outside (0, 1].
    Domain: distances NaN, any shape

    >>> reached([0.1, float("nan"), 0.6, 1.0, 0.2], 0.5)
    2
    """
    distances = np.asarray(distances, dtype=float)
    domain.nonnegative("distances", distances[~np.isnan(distances)], (None,))
    return int(np.argmax(distances >= np.nanmax(distances) * domain.probability("share", share, "(]", ())))


def orders(errors: ArrayLike, factor: float = 2.0) -> np.ndarray:
    r"""Return the observed orders $\log(\epsilon_i/\epsilon_{i+1}) / \log(\mathrm{factor})$, (steps - 1, ...).

    errors: (steps, ...), positive, each at a step `factor` times smaller than the one before.
    Raises ValueError for errors that are not positive and a factor of one or less.
    Domain: errors any shape

    >>> orders([0.4, 0.1])
    array([2.])
    """
    errors = np.log(domain.positive("errors", errors))
    return (errors[:-1] - errors[1:]) / np.log(domain.at_least("factor", factor, 1 + 1e-9, ()))


def log_slope(x: ArrayLike, y: ArrayLike) -> float:
    """Return the least-squares slope of log y against log x, for positive x and y of equal length.

    >>> round(log_slope([1.0, 2.0, 4.0], [3.0, 6.0, 12.0]), 12)
    1.0
    """
    x = domain.positive("x", x, (None,))
    return float(np.polyfit(np.log(x), np.log(domain.positive("y", y, x.shape)), 1)[0])
