r"""One mode of the linearisation: $s^2 + (\alpha+\beta\lambda)s + \lambda = 0$; one INNA step is $1+\gamma s$.

$\lambda$ is the curvature along a Hessian eigenvector. Derived and checked numerically; the interval also in the
author's code. Source: Castera 2023, the section on the linearisation (its text was not available).
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optclaims.science import domain

__all__ = ["growing_share", "growth", "roots", "spiral_interval", "spirals"]

Array = NDArray[np.float64]


def roots(alpha: ArrayLike, beta: ArrayLike, curvature: ArrayLike) -> tuple[Array, Array]:
    r"""Return the roots $s_\pm = \frac12(-(\alpha+\beta\lambda) \pm \sqrt{(\alpha+\beta\lambda)^2 - 4\lambda})$.

    Complex, in units of one over the time $\gamma k$. Raises ValueError for alpha below 0 and beta not above 0.

    Domain: alpha, beta any shape; curvature signed, any shape.

    >>> roots(1.0, 1.0, -8.0)
    (np.complex128(8+0j), np.complex128(-1+0j))
    """
    a = np.asarray(domain.nonnegative("alpha", alpha)) + domain.positive("beta", beta) * np.asarray(
        domain.finite("curvature", curvature)
    )
    root = np.sqrt(a**2 - 4 * np.asarray(curvature) + 0j)
    return (-a + root) / 2, (-a - root) / 2


def growth(alpha: ArrayLike, beta: ArrayLike, curvature: ArrayLike, lr: ArrayLike) -> Array:
    r"""Return $\ln(1 + \gamma s_+)$, the growth per step along a direction of negative curvature.

    For $\alpha = \beta = 1$ this is gradient descent's $\ln(1 + \gamma|\lambda|)$. Raises ValueError for a curvature
    that is not negative.

    Domain: alpha, beta, lr any shape; curvature signed, any shape.

    >>> float(growth(1.0, 1.0, -8.0, 0.125))  # doctest: +ELLIPSIS
    0.693...
    """
    _saddle(curvature)
    return np.log1p(domain.positive("lr", lr) * roots(alpha, beta, curvature)[0].real)


def growing_share(alpha: ArrayLike, beta: ArrayLike, curvature: ArrayLike, velocity: ArrayLike = 1.0) -> Array:
    r"""Return $c = (v|\lambda| - s_-)/(s_+ - s_-)$: the share of a start x that grows, from the velocity $v|\lambda|x$.

    v = 1 is the author's start, the velocity $-\nabla J$. A velocity $s_- x$ gives 0: the stable curve.

    Domain: alpha, beta any shape; curvature, velocity signed, any shape.

    >>> float(growing_share(1.0, 1.0, -8.0))
    1.0
    """
    _saddle(curvature)
    plus, minus = (root.real for root in roots(alpha, beta, curvature))
    return (np.asarray(domain.finite("velocity", velocity)) * np.abs(curvature) - minus) / (plus - minus)


def spirals(alpha: ArrayLike, beta: ArrayLike, curvature: ArrayLike) -> NDArray[np.bool_]:
    r"""Tell where the roots are complex, $(\alpha+\beta\lambda)^2 < 4\lambda$.

    Domain: alpha, beta any shape; curvature signed, any shape.

    >>> spirals(2.0, [0.1, 1.0], 4.0)
    array([ True, False])
    """
    a = np.asarray(domain.nonnegative("alpha", alpha)) + domain.positive("beta", beta) * np.asarray(
        domain.finite("curvature", curvature)
    )
    return a**2 < 4 * np.asarray(curvature)


def spiral_interval(alpha: ArrayLike, beta: ArrayLike) -> tuple[Array, Array]:
    r"""Return the ends $(2 - \alpha\beta \mp 2\sqrt{1-\alpha\beta})/\beta^2$ of the curvatures with spirals.

    Raises ValueError where $\alpha\beta > 1$, where nothing spirals.

    Domain: alpha, beta any shape.

    >>> [float(end) for end in spiral_interval(0.0, 1.0)]
    [0.0, 4.0]
    """
    beta = np.asarray(domain.positive("beta", beta))
    product = np.asarray(domain.nonnegative("alpha", alpha)) * beta
    domain.within("alpha * beta", product, 0, 1)
    root = np.sqrt(1 - product)
    return (1 - root) ** 2 / beta**2, (1 + root) ** 2 / beta**2


def _saddle(curvature: ArrayLike) -> None:
    if not np.all(np.asarray(domain.finite("curvature", curvature)) < 0):
        raise ValueError(f"curvature must be negative at a saddle, got {curvature!r}")
