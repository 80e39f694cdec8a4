"""The author's landscape: two minima, and a strict saddle between them at the origin. Source: the author's code."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optclaims.science import domain

__all__ = ["CURVATURES", "MINIMUM", "gradient", "hessian", "loss", "quadratic"]

Array = NDArray[np.float64]
CURVATURES = {"saddle": (-8.0, 2.0), "minimum": (16.0, 2.0)}  # along the two coordinates
MINIMUM = float(np.sqrt(2.0))  # the minima are (+-sqrt 2, 0)


def loss(theta: ArrayLike) -> Array:
    """Return ``x^4 - 4 x^2 + y^2`` for points theta (..., 2), shape (...).

    Raises ValueError for points that are not finite or of another length.

    Domain: theta signed, any shape.

    >>> float(loss([1.0, 2.0]))
    1.0
    """
    x, y = np.moveaxis(np.asarray(domain.finite("theta", theta, (..., 2))), -1, 0)
    return x**4 - 4 * x**2 + y**2


def gradient(theta: ArrayLike) -> Array:
    """Return ``(4 x^3 - 8 x, 2 y)`` for points theta (..., 2), of the same shape.

    Raises ValueError for points that are not finite or of another length.

    Domain: theta signed, any shape.

    >>> gradient([1.0, 2.0])
    array([-4.,  4.])
    """
    theta = np.asarray(domain.finite("theta", theta, (..., 2)))
    x, out = theta[..., 0], np.empty(theta.shape)  # faster than a stack, and called at every step
    out[..., 0], out[..., 1] = 4 * x**3 - 8 * x, 2 * theta[..., 1]
    return out


def hessian(theta: ArrayLike) -> Array:
    """Return the diagonal ``(12 x^2 - 8, 2)`` of the Hessian (there is nothing beside it) at theta (..., 2).

    The loss is concave along x where ``|x| < sqrt(2/3)``. Raises ValueError for points that are not finite.

    Domain: theta signed, any shape.

    >>> hessian([1.0, 2.0])
    array([4., 2.])
    """
    x, _ = np.moveaxis(np.asarray(domain.finite("theta", theta, (..., 2))), -1, 0)
    return np.stack([12 * x**2 - 8, np.full_like(x, 2.0)], axis=-1)


def quadratic(theta: ArrayLike) -> Array:
    """Return ``x^2 + 2 y^2`` (curvatures 2 and 4) for points theta (..., 2), shape (...).

    Raises ValueError for points that are not finite or of another length.

    Domain: theta signed, any shape.

    >>> float(quadratic([1.0, 2.0]))
    9.0
    """
    return np.asarray(domain.finite("theta", theta, (..., 2))) ** 2 @ np.array([1.0, 2.0])
