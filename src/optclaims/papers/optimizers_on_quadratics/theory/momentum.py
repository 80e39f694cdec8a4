r"""Heavy ball and Nesterov's method on one eigendirection: borders of stability and of complex roots, and mistakes.

``x = alpha l`` is the curvature times lr. Source: thesis, chapter on momentum; the range of Nesterov's simplified
condition, the shares and the corrected rate are derived.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optclaims.science import domain

__all__ = [
    "best_momentum_at",
    "gradient_descent_share",
    "heavy_ball_rate_at",
    "heavy_ball_stable",
    "nesterov_stable",
    "power_bound",
    "ripple_borders",
]

Array = NDArray[np.float64]


def heavy_ball_stable(x: ArrayLike, momentum: ArrayLike) -> NDArray[np.bool_]:
    r"""Tell where ``0 < x < 2 (1 + beta)`` and ``|beta| < 1``; arguments broadcast.

    Raises ValueError for numbers that are not finite.
    Domain: x, momentum signed any shape.

    >>> heavy_ball_stable([1.9, 2.1, 2.1], [0.0, 0.0, 0.1])
    array([ True, False,  True])
    """
    x, beta = (np.asarray(domain.finite(*pair)) for pair in (("x", x), ("momentum", momentum)))
    domain.broadcastable(x=x, momentum=beta)
    return (x > 0) & (x < 2 * (1 + beta)) & (np.abs(beta) < 1)


def nesterov_stable(x: ArrayLike, momentum: ArrayLike) -> NDArray[np.bool_]:
    r"""Tell where Nesterov's method is stable: ``x > 0``, with ``b = beta (1 - x)``, ``x < 2 (1 + b)``, ``|b| < 1``.

    For ``beta > -1/2`` the second reads ``x < 1 + 1/(1 + 2 beta)``; below it the inequality turns round, and the thesis
    does not say so. Raises ValueError for numbers that are not finite.
    Domain: x, momentum signed any shape.

    >>> nesterov_stable([1.3, 1.4, 2.5], [0.9, 0.9, -0.6])
    array([ True, False,  True])
    """
    x, beta = (np.asarray(domain.finite(*pair)) for pair in (("x", x), ("momentum", momentum)))
    domain.broadcastable(x=x, momentum=beta)
    b = beta * (1 - x)
    return (x > 0) & (x < 2 * (1 + b)) & (np.abs(b) < 1)


def ripple_borders(momentum: ArrayLike) -> tuple[Array, Array]:
    r"""Return ``(1 - sqrt(beta))^2`` and ``(1 + sqrt(beta))^2``: between them the roots of a heavy ball are complex.

    Raises ValueError for momentum below 0.
    Domain: momentum any shape.

    >>> [float(border) for border in ripple_borders(0.25)]
    [0.25, 2.25]
    """
    root = np.sqrt(domain.nonnegative("momentum", momentum))
    return (1 - root) ** 2, (1 + root) ** 2


def best_momentum_at(lr: float, eigenvalues: ArrayLike) -> float:
    r"""Return the best momentum of a heavy ball at a given lr, ``max_i (1 - sqrt(lr l_i))^2``.

    Raises ValueError for an lr or eigenvalues that are not positive.
    Domain: lr, eigenvalues any shape.

    >>> best_momentum_at(0.25, [1.0, 4.0])
    0.25
    """
    return float(heavy_ball_rate_at(lr, eigenvalues) ** 2)


def heavy_ball_rate_at(lr: float, eigenvalues: ArrayLike) -> float:
    r"""Return the rate with that momentum, ``max_i |1 - sqrt(lr l_i)|`` (the absolute value is missing in print).

    Raises ValueError for an lr or eigenvalues that are not positive.
    Domain: lr, eigenvalues any shape.

    >>> heavy_ball_rate_at(1.0, [1.0, 2.25])
    0.5
    """
    x = domain.positive("lr", lr) * np.asarray(domain.positive("eigenvalues", eigenvalues))
    return float(np.max(np.abs(1 - np.sqrt(x))))


def gradient_descent_share(kappa: float) -> float:
    r"""Return ``(kappa + 1) / (sqrt(kappa) + 1)^2``: the share of eigenvalues that gradient descent contracts faster.

    Each method has its best parameters; the eigenvalues are uniform on ``[mu, L]``. Raises ValueError below 1.

    >>> gradient_descent_share(9.0)
    0.625
    """
    return float((domain.at_least("kappa", kappa, 1, shape=()) + 1) / (np.sqrt(kappa) + 1) ** 2)


def power_bound(n: ArrayLike, momentum: ArrayLike) -> Array:
    r"""Return ``rho^{n-1} (rho + n (1 + rho^2))``, rho = sqrt(beta), above ``||R^n||`` where the roots are complex.

    Raises ValueError for momentum outside [0, 1] or n below 1. Source: thesis.
    Domain: n, momentum any shape.

    >>> float(power_bound(1, 0.25))
    1.75
    """
    n, rho = np.asarray(domain.at_least("n", n, 1)), np.sqrt(domain.probability("momentum", momentum))
    return rho ** (n - 1) * (rho + n * (1 + rho**2))
