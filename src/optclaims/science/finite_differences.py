r"""Second derivatives of a loss from its gradient by central differences, for stacked runs, in float64.

The error is of order $\delta^2$ times the fourth derivative plus rounding over $\delta$: with $\delta = 10^{-5}$ about
nine digits of a Hessian of size one.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from optclaims.science import domain

__all__ = ["hessian", "hessian_product"]

Gradient = Callable[[np.ndarray], np.ndarray]
"""Maps weights (..., n) to gradients of the same shape, each run by itself."""


def hessian_product(gradient: Gradient, theta: ArrayLike, v: ArrayLike, *, step: float = 1e-5) -> np.ndarray:
    r"""Return $\nabla^2 f(\theta)\, v \approx |v| (g(\theta + \delta \hat v) - g(\theta - \delta \hat v)) / 2\delta$.

    theta, v: (..., n); step: $\delta$, the length of the displacement. Where v is zero the product is zero.
    Raises ValueError for shapes that differ, values that are not finite or a step that is not positive.
    Domain: theta signed, any shape; v signed

    >>> hessian_product(lambda x: x**3, np.array([1.0, 2.0]), np.array([1.0, 1.0])).round(6)
    array([ 3., 12.])
    """
    domain.function("gradient", gradient), domain.positive("step", step, ())
    theta = domain.finite("theta", theta)
    v = domain.finite("v", v)
    if theta.shape != v.shape:
        raise ValueError(f"theta and v must have one shape (..., n), got {theta.shape} and {v.shape}")
    size = np.linalg.norm(v, axis=-1, keepdims=True)
    shift = v * (step / np.where(size > 0, size, 1.0))
    return (gradient(theta + shift) - gradient(theta - shift)) * (size / (2 * step))


def hessian(gradient: Gradient, theta: ArrayLike, *, step: float = 1e-5) -> np.ndarray:
    r"""Return the symmetric Hessians (..., n, n) at theta (..., n), all columns of all runs in two calls of gradient.

    Raises ValueError for values that are not finite or a step that is not positive.
    Domain: theta signed, any shape

    >>> hessian(lambda x: x[..., ::-1], np.array([1.0, 2.0])).round(6)
    array([[0., 1.],
           [1., 0.]])
    """
    domain.function("gradient", gradient), domain.positive("step", step, ())
    theta = domain.finite("theta", theta)
    shift = step * np.eye(theta.shape[-1])
    at = theta[..., None, :]
    columns = (gradient(at + shift) - gradient(at - shift)) / (2 * step)
    return (columns + columns.swapaxes(-1, -2)) / 2
