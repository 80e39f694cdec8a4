r"""Gradient descent, heavy ball and Nesterov's method on a quadratic: one linear recursion in each eigendirection.

With the Hessian diagonal, ``L(w) = 1/2 sum_i l_i e_i^2``, every method that extrapolates from its last two points,

    w_{n+1} = w_n + beta (w_n - w_{n-1}) - lr grad L(w_n + nu (w_n - w_{n-1})),

multiplies each start ``e_0`` by a polynomial in ``l`` (its residual polynomial).  ``nu`` is the look-ahead of the
gradient:

    gradient descent   momentum = 0     lookahead = 0
    heavy ball         momentum = beta  lookahead = 0          (Polyak)
    Nesterov           momentum = beta  lookahead = beta

In the scale-free curvature ``x = lr l`` the recursion is ``e_{n+1} = trace e_n - det e_{n-1}`` with
``trace = 1 + beta - x (1 + nu)`` and ``det = beta - x nu``, trace and determinant of its companion matrix.
Other parametrisations come down to this one: momentum as a running mean of gradients, ``m' = b m + (1-b) g`` and
``w' = w - h m'``, is a heavy ball with ``lr = (1-b) h``; a velocity ``v' = b v + g`` with ``w' = w - h (g + b v')``
(PyTorch and Keras) follows the look-ahead points of Nesterov's method at ``lr = h``.
Source: textbook algebra (Benning 2021, chapter on momentum; Polyak 1964; Nesterov 1983), derived anew.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optclaims.science import domain

__all__ = ["companion", "largest_stable", "radius", "residuals", "stable", "trace_and_determinant"]

Array = NDArray[np.float64]


def trace_and_determinant(x: ArrayLike, momentum: ArrayLike = 0.0, lookahead: ArrayLike = 0.0) -> tuple[Array, Array]:
    r"""Return ``1 + beta - x (1 + nu)`` and ``beta - x nu``, the coefficients of the recursion.

    x: curvature times learning rate, of either sign; momentum, lookahead: beta, nu; all broadcast.
    Raises ValueError for numbers that are not finite.
    Domain: x, momentum, lookahead signed any shape.

    >>> trace_and_determinant(0.5, 0.9, 0.9)
    (np.float64(0.95), np.float64(0.45))
    """
    x, beta, nu = _finite(x=x, momentum=momentum, lookahead=lookahead)
    domain.broadcastable(x=x, momentum=beta, lookahead=nu)
    return 1 + beta - x * (1 + nu), beta - x * nu


def companion(x: ArrayLike, momentum: ArrayLike = 0.0, lookahead: ArrayLike = 0.0) -> Array:
    r"""Return ``[[0, 1], [-det, trace]]``, which maps ``(e_{n-1}, e_n)`` to ``(e_n, e_{n+1})``; shape (..., 2, 2).

    Arguments and errors as for `trace_and_determinant`.
    Domain: x, momentum, lookahead signed any shape.

    >>> companion(0.5, 0.9)
    array([[ 0. ,  1. ],
           [-0.9,  1.4]])
    """
    trace, det = np.broadcast_arrays(*trace_and_determinant(x, momentum, lookahead))
    matrix = np.zeros((*trace.shape, 2, 2))
    matrix[..., 0, 1], matrix[..., 1, 0], matrix[..., 1, 1] = 1.0, -det, trace
    return matrix


def radius(x: ArrayLike, momentum: ArrayLike = 0.0, lookahead: ArrayLike = 0.0) -> Array:
    r"""Return the spectral radius of the companion matrix: ``sqrt(det)``, or ``(|trace| + sqrt(trace^2 - 4 det))/2``.

    The first where the roots are complex (``trace^2 < 4 det``): for a heavy ball it is ``sqrt(beta)`` whatever x is.
    At a double root it has the sensitivity of a square root. Arguments and errors as for `trace_and_determinant`.
    Domain: x, momentum, lookahead signed any shape.

    >>> float(radius(0.5, 0.81))
    0.9
    """
    trace, det = trace_and_determinant(x, momentum, lookahead)
    square = trace**2 - 4 * det
    return np.where(square < 0, np.sqrt(np.maximum(det, 0)), (np.abs(trace) + np.sqrt(np.maximum(square, 0))) / 2)


def stable(x: ArrayLike, momentum: ArrayLike = 0.0, lookahead: ArrayLike = 0.0) -> NDArray[np.bool_]:
    r"""Tell where the radius is below 1, by the conditions of Schur and Jury: ``|det| < 1`` and ``|trace| < 1 + det``.

    For a heavy ball that is ``0 < x < 2 (1 + beta)`` and ``|beta| < 1``.
    Arguments and errors as for `trace_and_determinant`.
    Domain: x, momentum signed any shape; lookahead signed.

    >>> stable([1.9, 2.1, 3.7, 3.9], [0, 0, 0.9, 0.9])
    array([ True, False,  True, False])
    """
    trace, det = trace_and_determinant(x, momentum, lookahead)
    return (np.abs(det) < 1) & (np.abs(trace) < 1 + det)


def largest_stable(momentum: ArrayLike = 0.0, lookahead: ArrayLike = 0.0) -> Array:
    r"""Return ``2 (1 + beta) / (1 + 2 nu)``, below which a positive x is `stable`, for ``nu >= 0``.

    Divided by lr the largest stable curvature, divided by a curvature the largest stable lr: for a heavy ball
    ``2 (1 + beta)``, for Nesterov's method ``2 (1 + beta) / (1 + 2 beta)``. For momentum as a running mean of
    gradients, as in Adam, it is that of the heavy ball over ``1 - beta``.
    Raises ValueError for momentum outside (-1, 1) and a negative look-ahead.
    Domain: momentum signed any shape; lookahead any shape.

    >>> float(largest_stable(0.5)), float(largest_stable(0.5, 0.5))
    (3.0, 1.5)
    """
    beta = np.asarray(domain.within("momentum", momentum, -1, 1, "()"))
    nu = np.asarray(domain.nonnegative("lookahead", lookahead))
    domain.broadcastable(momentum=beta, lookahead=nu)
    return 2 * (1 + beta) / (1 + 2 * nu)


def residuals(
    eigenvalues: ArrayLike,
    steps: int,
    lr: ArrayLike,
    momentum: ArrayLike = 0.0,
    lookahead: ArrayLike = 0.0,
) -> Array:
    r"""Return ``e_n / e_0`` for ``n = 0 .. steps`` from a start at rest (``w_{-1} = w_0``), shape (steps + 1, modes).

    eigenvalues: of either sign, shape (modes,). lr, momentum, lookahead: a number, or one for each step, (steps,).
    Raises ValueError for numbers that are not finite and schedules of another length.
    Domain: eigenvalues signed; lr any shape; momentum, lookahead signed any shape.

    >>> residuals([1.0, 4.0], 2, lr=0.25, momentum=0.5)
    array([[ 1.    ,  1.    ],
           [ 0.75  ,  0.    ],
           [ 0.4375, -0.5   ]])
    """
    steps = domain.integer("steps", steps, low=0, shape=())
    eigenvalues = domain.vector("eigenvalues", np.atleast_1d(eigenvalues))
    domain.nonnegative("lr", lr)
    h, beta, nu = (
        schedule(name, values, steps)
        for name, values in {"lr": lr, "momentum": momentum, "lookahead": lookahead}.items()
    )
    out = np.ones((steps + 1, eigenvalues.size))
    for n in range(steps):
        before = out[max(n - 1, 0)]
        ahead = out[n] + nu[n] * (out[n] - before)
        out[n + 1] = out[n] + beta[n] * (out[n] - before) - h[n] * eigenvalues * ahead
    return out


def schedule(name: str, values: ArrayLike, steps: int) -> Array:
    """Return one number for each step: a number is repeated, an array must have shape (steps,)."""
    values = np.asarray(domain.finite(name, values), dtype=float)
    if values.shape not in ((), (steps,)):
        raise ValueError(f"{name} must be a number or one for each of {steps} steps, got shape {values.shape}")
    return np.broadcast_to(values, (steps,))


def _finite(**values: ArrayLike) -> list[Array]:
    return [np.asarray(domain.finite(name, value), dtype=float) for name, value in values.items()]
