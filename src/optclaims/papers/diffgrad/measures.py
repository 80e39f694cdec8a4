"""Which learning rates reach a point, how far two runs are apart, and how a distance scales."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optclaims.science import domain

__all__ = ["distance", "exponent", "reach", "relative_distance"]


def distance(x: ArrayLike, other: ArrayLike, steps: int) -> NDArray:
    """Return the largest distance (runs,) of two stacks of paths (points, runs) over their first steps.

    Raises ValueError for paths of other shapes or fewer steps.

    Domain: x, other signed

    >>> distance([[0.0], [1.0], [9.0]], [[0.0], [1.5], [0.0]], steps=1)
    array([0.5])
    """
    x = domain.finite("x", np.asarray(x, float), (None, None))
    other = domain.finite("other", np.asarray(other, float), x.shape)
    steps = domain.integer("steps", steps, low=1, high=len(x) - 1, shape=())
    return np.abs(x - other)[: int(steps) + 1].max(axis=0)


def exponent(scale: ArrayLike, size: ArrayLike) -> float:
    """Return the slope of log(size) over log(scale) by least squares; both (n,), positive, at least two.

    >>> round(exponent([1.0, 2.0, 4.0], [1.0, 4.0, 16.0]), 12)
    2.0
    """
    scale = domain.positive("scale", np.asarray(scale, float), (None,))
    size = domain.positive("size", np.asarray(size, float), scale.shape)
    x, y = np.log(scale), np.log(size)
    spread = np.sum((x - x.mean()) ** 2)
    if not spread > 0:
        raise ValueError(f"scale must hold at least two numbers, got {scale}")
    return float(np.sum((x - x.mean()) * (y - y.mean())) / spread)


def reach(lr: ArrayLike, reached: ArrayLike) -> float:
    """Return the largest learning rate up to which all of an increasing grid reached; 0 where the first did not.

    lr, reached: (n,). Raises ValueError for a grid that does not increase.

    >>> reach([0.1, 0.2, 0.3, 0.4], [True, True, False, True])
    0.2
    """
    lr = domain.increasing("lr", np.asarray(lr, float), low=0)
    reached = np.asarray(domain.integer("reached", np.asarray(reached), low=0, high=1, shape=lr.shape), bool)
    return float(np.concatenate([[0.0], lr])[len(lr) if reached.all() else np.argmin(reached)])


def relative_distance(theta: ArrayLike, near: ArrayLike, far: ArrayLike) -> NDArray:
    r"""Return $\lVert\theta - \mathrm{near}\rVert / \lVert\theta - \mathrm{far}\rVert$ (runs,); all (runs, parameters).

    Raises ValueError where theta is far itself.

    Domain: theta, near, far signed

    >>> relative_distance([[1.0, 0.0]], [[0.0, 0.0]], [[1.0, 2.0]])
    array([0.5])
    """
    theta = domain.finite("theta", np.asarray(theta, float), (None, None))
    near, far = (
        domain.finite(name, np.asarray(value, float), theta.shape) for name, value in (("near", near), ("far", far))
    )
    away = domain.positive("distance of theta from far", np.linalg.norm(theta - far, axis=1))
    return np.linalg.norm(theta - near, axis=1) / away
