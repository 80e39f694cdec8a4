r"""What the friction $\xi = 1/(1+e^{-|g_{t-1} - g_t|})$ can do: thresholds, cycles, and its mean under noise.

All derived here; exact as stated. Near a minimum $\xi = 1/2$ up to the difference of two gradients, which enters the
step at second order: the linearised step is Adam's with half the learning rate.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit

from optclaims.science import domain

__all__ = ["critical_lr", "cycle_width", "mean_friction"]


def critical_lr(beta1: ArrayLike, eps: ArrayLike, curvature: ArrayLike, friction: float = 0.5) -> NDArray:
    r"""Return the learning rate up to which a quadratic's minimum attracts:
    $\xi\,\alpha\,c\,(1-\beta_1)/\epsilon < 2(1+\beta_1)$.

    With $\xi = 1/2$ twice Adam's; eps outside the root; friction=1 is Adam. Arguments broadcast. Raises ValueError for
    parameters out of range.

    Domain: beta1, eps, curvature any shape

    >>> critical_lr(0.5, 1e-2, 1.0).round(12)
    np.float64(0.12)
    """
    _check(beta1, eps, curvature, friction)
    beta1 = np.asarray(beta1, float)
    return 2 * (1 + beta1) * np.asarray(eps) / (friction * (1 - beta1) * np.asarray(curvature))


def cycle_width(
    lr: ArrayLike, beta1: ArrayLike, eps: ArrayLike, curvature: ArrayLike, friction: float = 0.5
) -> NDArray:
    r"""Return half the width of the two-cycle $x = \pm W$ at constant friction:
    $W = (\xi A - \epsilon)/c$ with $A = \alpha c (1-\beta_1)/(2(1+\beta_1))$; 0 where there is none.

    As $\xi \ge 1/2$, the cycle of diffGrad itself is at least that of $\xi = 1/2$. Errors as `critical_lr`.

    Domain: lr, beta1, eps, curvature any shape

    >>> cycle_width(0.24, 0.5, 1e-2, 1.0).round(12)
    np.float64(0.01)
    """
    domain.positive("lr", lr)
    _check(beta1, eps, curvature, friction)
    beta1, curvature = np.asarray(beta1, float), np.asarray(curvature, float)
    amplitude = np.asarray(lr) * curvature * (1 - beta1) / (2 * (1 + beta1))
    return np.maximum(friction * amplitude - eps, 0.0) / curvature


def mean_friction(sigma: ArrayLike) -> NDArray:
    r"""Return $E\,\xi = E\,\mathrm{logistic}(\sqrt2\,\sigma |Z|)$, Z normal: i.i.d. Gaussian gradients of any mean.

    sigma: their standard deviation, any shape, at most 1e6: 1 less the mean of logistic(-x), by Gauss-Legendre
    quadrature on panels of Z whose width doubles. Raises ValueError for other sigma.

    Domain: sigma any shape

    >>> mean_friction([0.0, 1.0, 1e4]).round(4)
    array([0.5   , 0.7252, 1.    ])
    """
    sigma = np.asarray(domain.within("sigma", np.asarray(sigma, float), 0, 1e6))
    z, weight = _half_line()
    return 1 - (2 * weight * np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi) * expit(-np.sqrt(2) * sigma[..., None] * z)).sum(
        -1
    )


def _half_line() -> tuple[NDArray, NDArray]:
    """Return nodes and weights for smooth functions on (0, 16), fine near 0."""
    x, w = np.polynomial.legendre.leggauss(12)
    edges = np.concatenate([[0.0], 16.0 * 2.0 ** np.arange(-30, 1)])
    half = np.diff(edges)[:, None] / 2
    return (edges[:-1, None] + half * (1 + x)).ravel(), (half * w).ravel()


def _check(beta1: ArrayLike, eps: ArrayLike, curvature: ArrayLike, friction: float) -> None:
    domain.probability("beta1", beta1, "[)")
    domain.positive("eps", eps)
    domain.positive("curvature", curvature)
    domain.probability("friction", friction, "(]", ())
