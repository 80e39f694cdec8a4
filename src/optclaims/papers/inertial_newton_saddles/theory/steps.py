r"""Admissible steps: where INNA is a local diffeomorphism, and where it contracts a mode. Derived, checked numerically.

$\det(I+\gamma M) = 1 - \gamma(\alpha+\beta\lambda) + \gamma^2\lambda$. The author's code writes the plus root of
`diffeomorphism_limit` inside a minimum whose other entry, 1/L, is what binds.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optclaims.science import domain

__all__ = ["contracts", "determinant", "diffeomorphism_limit", "sharpness_limit"]

Array = NDArray[np.float64]


def determinant(alpha: ArrayLike, beta: ArrayLike, curvature: ArrayLike, lr: ArrayLike) -> Array:
    r"""Return $1 - \gamma(\alpha+\beta\lambda) + \gamma^2\lambda$, the determinant of one step along a mode.

    Domain: alpha, beta, lr any shape; curvature signed, any shape.

    >>> float(determinant(0.5, 1.0, 2.0, 0.1))
    0.77
    """
    alpha, beta, lr = _positive(alpha, beta, lr)
    curvature = np.asarray(domain.finite("curvature", curvature))
    return 1 - lr * (alpha + beta * curvature) + lr**2 * curvature


def diffeomorphism_limit(alpha: float, beta: float, lipschitz: float, *, root: int = -1) -> float:
    r"""Return the least step at which the determinant vanishes for some $|\lambda| \le L$.

    The minimum of $\beta$, $1/\alpha$ (curvatures $\lambda \le 0$) and, where $(\alpha+\beta L)^2 \ge 4L$, of
    $((\alpha+\beta L) - \sqrt{(\alpha+\beta L)^2-4L})/(2L)$. root = +1 takes the other root, as the author's code does.

    >>> round(diffeomorphism_limit(0.5, 1.0, 50.0), 6)
    0.020206
    """
    L = domain.positive("lipschitz", lipschitz, shape=())
    alpha, beta, _ = _positive(domain.nonnegative("alpha", alpha, shape=()), domain.positive("beta", beta, shape=()), 1)
    a = alpha + beta * L
    limits = [float(beta), 1 / float(alpha) if alpha > 0 else np.inf]
    if a**2 >= 4 * L:
        limits.append(float((a + domain.one_of("root", root, (-1, 1)) * np.sqrt(a**2 - 4 * L)) / (2 * L)))
    return min(limits)


def contracts(alpha: ArrayLike, beta: ArrayLike, curvature: ArrayLike, lr: ArrayLike) -> NDArray[np.bool_]:
    r"""Tell where INNA contracts a mode $\lambda > 0$: $\gamma < \beta + \alpha/\lambda$ and
    $4 - 2\gamma(\alpha+\beta\lambda) + \gamma^2\lambda > 0$ (Jury).

    Domain: alpha, beta, curvature, lr any shape.

    >>> contracts(0.5, 0.1, [389.0, 391.0], 0.1)
    array([ True, False])
    """
    alpha, beta, lr = _positive(alpha, beta, lr)
    curvature = np.asarray(domain.positive("curvature", curvature))
    return (lr < beta + alpha / curvature) & (4 - 2 * lr * (alpha + beta * curvature) + lr**2 * curvature > 0)


def sharpness_limit(alpha: ArrayLike, beta: ArrayLike, lr: ArrayLike) -> Array:
    r"""Return $(4-2\alpha\gamma)/(\gamma(2\beta-\gamma))$, the largest contracted curvature for $\gamma \le \beta$.

    Gradient descent's $2/\gamma$ at $\alpha=\beta=1$. Raises ValueError for lr above beta and for alpha lr >= 2.

    Domain: alpha, beta, lr any shape.

    >>> round(float(sharpness_limit(0.5, 0.1, 0.1)), 9)
    390.0
    """
    alpha, beta, lr = _positive(alpha, beta, lr)
    if np.any(lr > beta) or np.any(alpha * lr >= 2):
        raise ValueError(f"lr must be at most beta and below 2 / alpha, got lr {lr}, beta {beta}, alpha {alpha}")
    return (4 - 2 * alpha * lr) / (lr * (2 * beta - lr))


def _positive(alpha: ArrayLike, beta: ArrayLike, lr: ArrayLike) -> tuple[Array, Array, Array]:
    return (
        np.asarray(domain.nonnegative("alpha", alpha)),
        np.asarray(domain.positive("beta", beta)),
        np.asarray(domain.positive("lr", lr)),
    )
