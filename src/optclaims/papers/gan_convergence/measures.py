"""Rates and radii of training paths in the plane, and the distance of two clouds of points."""

import numpy as np
from numpy.typing import ArrayLike
from scipy.spatial.distance import cdist, pdist

from optclaims.science import domain

__all__ = ["characteristic_gap", "energy_distance", "log_distances", "matrix_rate", "path_rate", "radii"]

# What a run counts whose points are not finite, far above any distance of a run that stayed in the plane's picture.
DIVERGED = 100.0


def radii(points: ArrayLike) -> np.ndarray:
    """Return the distances (...) of points (..., 2) from the origin.

    Raises ValueError unless they are finite.

    Domain: points signed, any shape

    >>> float(radii([3.0, 4.0]))
    5.0

    """
    return np.hypot(*np.moveaxis(np.asarray(domain.finite("points", points, (..., 2))), -1, 0))


def path_rate(points: ArrayLike, low: int, high: int) -> float:
    """Return the least-squares slope of the logarithm of the radius against the step, over steps low to high.

    points: (steps + 1, 2). Raises ValueError unless 0 <= low < high <= steps and the radius is positive.

    Domain: points signed

    >>> bool(np.isclose(path_rate(np.outer(0.5 ** np.arange(9), [1.0, 0.0]), 2, 8), np.log(0.5)))
    True

    """
    radius = radii(domain.shape("points", np.asarray(points, float), (None, 2)))
    low = domain.integer("low", low, low=0, shape=())
    high = domain.integer("high", high, low=low + 1, high=len(radius) - 1, shape=())
    return float(np.polyfit(np.arange(low, high + 1), np.log(domain.positive("radius", radius[low : high + 1])), 1)[0])


def matrix_rate(matrix: ArrayLike, steps: int) -> float:
    """Return the logarithm of the spectral radius of the derivative of so many steps, for one step.

    matrix: (2, 2). Raises ValueError for other shapes and fewer steps than 1.

    Domain: matrix signed

    >>> bool(np.isclose(matrix_rate(0.25 * np.eye(2), 2), np.log(0.5)))
    True

    """
    matrix = domain.finite("matrix", matrix, (2, 2))
    return float(np.log(np.abs(np.linalg.eigvals(matrix)).max()) / domain.integer("steps", steps, low=1, shape=()))


def energy_distance(x: ArrayLike, y: ArrayLike) -> float:
    r"""Return $2 E|X - Y| - E|X - X'| - E|Y - Y'|$ of two samples (n, d) and (m, d), without bias.

    The pairs of a point with itself are left out, so that equal laws give 0 on average. Raises ValueError for fewer
    than two points, and unless they are finite.

    Domain: x, y signed; x, y any length

    >>> energy_distance([[0.0], [0.0]], [[1.0], [1.0]])
    2.0

    """
    x, y = (np.atleast_2d(domain.finite(name, value, ("n", "d"))) for name, value in (("x", x), ("y", y)))
    if min(len(x), len(y)) < 2 or x.shape[1] != y.shape[1]:
        raise ValueError(f"x and y must hold at least two points of one dimension, got {x.shape} and {y.shape}")
    return float(2 * cdist(x, y).mean() - pdist(x).mean() - pdist(y).mean())


def log_distances(generated: ArrayLike, real: ArrayLike) -> np.ndarray:
    """Return log10 of the energy distance of each run (runs,), its mean over records; infinite points are at 100.

    generated: (records, runs, n, 2). real: (records, runs, m, 2). A distance is not counted below 1e-4, which is what
    two samples of 500 points of one law differ by.

    Domain: generated signed, infinite; real signed

    >>> float(log_distances(np.full((1, 1, 3, 2), np.inf), np.zeros((1, 1, 3, 2)))[0])
    2.0

    """
    generated = domain.shape("generated", np.asarray(generated, float), ("records", "runs", None, 2))
    if np.isnan(generated).any():
        raise ValueError("generated must hold numbers or infinity, got NaN")
    real = domain.finite("real", np.asarray(real, float), (len(generated), generated.shape[1], None, 2))
    values = [
        [energy_distance(x, y) if np.isfinite(x).all() else DIVERGED for x, y in zip(a, b, strict=True)]
        for a, b in zip(generated, real, strict=True)
    ]
    return np.log10(np.clip(values, 1e-4, DIVERGED).mean(axis=0))


def characteristic_gap(matrix: ArrayLike, eigenvalues: ArrayLike) -> float:
    """Return the larger error of trace and determinant of a matrix (2, 2) against eigenvalues (2,).

    Eigenvalues themselves lose half of the digits where both meet. Raises ValueError for other shapes.

    Domain: matrix, eigenvalues signed

    >>> characteristic_gap([[1.0, 0.0], [0.0, 2.0]], [1.0, 2.0])
    0.0

    """
    matrix = domain.finite("matrix", matrix, (2, 2))
    values = domain.shape("eigenvalues", np.asarray(eigenvalues, complex), (2,))
    domain.finite("eigenvalues", np.abs(values))
    return float(max(abs(np.trace(matrix) - values.sum()), abs(np.linalg.det(matrix) - values.prod())))
