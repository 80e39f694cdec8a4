"""Rates and radii of training paths in the plane, and the distance of two clouds of points."""

from collections.abc import Callable, Iterable, Mapping

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.spatial.distance import cdist, pdist

from optclaims.science import domain

__all__ = [
    "characteristic_gap",
    "eigenvalue_frame",
    "eigenvalue_row",
    "energy_distance",
    "late_radii",
    "log_distances",
    "matrix_rate",
    "outside_ring",
    "path_rate",
    "radii",
]

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


def outside_ring(points: ArrayLike, low: float, high: float) -> float:
    """Return by how much points (..., 2) leave the ring of radii low to high; not positive where they stay inside.

    Raises ValueError unless 0 <= low <= high.

    Domain: points signed, any shape

    >>> outside_ring([[3.0, 4.0], [0.0, 6.0]], 4.5, 5.5)
    0.5

    """
    low = domain.nonnegative("low", low, ())
    high = domain.within("high", high, low, np.inf, "[)", shape=())
    radius = radii(points)
    return float(max(low - radius.min(), radius.max() - high))


def late_radii(points: ArrayLike, lr: ArrayLike, time: float) -> pd.DataFrame:
    """Return the extreme radii over the last fifth of a time, for runs of several step sizes side by side.

    points: (steps + 1, lrs, runs, 2), of which the step size lr (lrs,) uses the first time / lr. Returns lr, low and
    high, a row for each step size and run. Raises ValueError where a step size has fewer steps than it uses, or 5.

    Domain: points signed; lr any length

    >>> late_radii(np.arange(12.0)[:, None, None, None] * np.array([0.6, 0.8]), [1.0], 10.0)
        lr  low  high
    0  1.0  9.0  10.0

    """
    lr = domain.positive("lr", domain.vector("lr", lr))
    points = domain.finite("points", points, (None, len(lr), None, 2))
    steps = np.round(domain.positive("time", time, ()) / lr).astype(int)
    if not (steps.min() >= 5 and steps.max() < len(points)):
        raise ValueError(f"time must be at least 5 steps and at most {len(points) - 1}, got {steps.tolist()} steps")
    rows = []
    for i, (size, last) in enumerate(zip(lr, steps, strict=True)):
        radius = radii(points[last + 1 - last // 5 : last + 1, i])
        rows += [(size, *ends) for ends in zip(radius.min(0), radius.max(0), strict=True)]
    return pd.DataFrame(rows, columns=["lr", "low", "high"])


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


def eigenvalue_row(predicted: ArrayLike, measured: ArrayLike) -> dict[str, float]:
    """Return the slower eigenvalue of each pair (2,) as a row: re, im, measured_re, measured_im, im not negative.

    Raises ValueError for other shapes.

    Domain: predicted, measured signed

    >>> eigenvalue_row([-2.0, -1.0], [-0.5 - 1j, -0.5 + 1j])
    {'re': -1.0, 'im': 0.0, 'measured_re': -0.5, 'measured_im': 1.0}

    """
    ends = [_ordered(name, x)[-1] for name, x in (("predicted", predicted), ("measured", measured))]
    parts = [float(part) for z in ends for part in (z.real, abs(z.imag))]
    return dict(zip(("re", "im", "measured_re", "measured_im"), parts, strict=True))


def eigenvalue_frame(
    cells: Iterable[tuple[str, float]], sources: Mapping[str, Callable[[str, float], ArrayLike]]
) -> pd.DataFrame:
    """Return the eigenvalues of every cell (family, strength) from every source: method, strength, kind, re, im.

    sources: by kind, functions (family, strength) -> eigenvalues (2,) or derivative (2, 2). Raises ValueError for
    other shapes.

    >>> turn = {"typed": lambda family, strength: [[0.0, -0.5], [0.5, 0.0]]}
    >>> eigenvalue_frame([("gan", 0.0)], turn).im.round(9).tolist()
    [-0.5, 0.5]

    """
    rows = []
    for family, strength in cells:
        for kind, source in sources.items():
            found = np.asarray(source(family, strength))
            values = _ordered(kind, np.linalg.eigvals(found) if found.ndim == 2 else found)
            rows += [(family, strength, kind, z.real, z.imag) for z in values]
    return pd.DataFrame(rows, columns=["method", "strength", "kind", "re", "im"])


def _ordered(name: str, values: ArrayLike) -> np.ndarray:
    """Return two complex numbers by imaginary, then real part; equal up to rounding in one, they go by the other."""
    values = domain.shape(name, np.asarray(values, complex), (2,))
    domain.finite(name, np.abs(values))
    return values[np.argsort(values.imag + 1e-6 * values.real)]
