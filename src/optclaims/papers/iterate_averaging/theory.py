r"""Moments of the last SGD iterate and of the average of all iterates, on a quadratic with white noise.

One eigendirection of curvature $\lambda$: $w_k = a w_{k-1} - \alpha \xi_k$ with $a = 1 - \alpha\lambda$, independent
$\xi_k \sim N(0, \sigma^2)$, and $\bar w_n = \frac1n \sum_{k=1}^n w_k$, without the start. A preconditioner d multiplies
gradient and noise: `lr` is then $\alpha d$. All formulas are exact and derived here; the paper's own theorem was not
read. Arguments broadcast.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optclaims.science import domain

__all__ = ["Moments", "average", "inflation", "last", "recursion", "relative_deviation", "risk", "thinned"]


class Moments(NamedTuple):
    """Mean and variance of a coordinate, arrays of one shape."""

    mean: NDArray
    variance: NDArray


def _checked(lr: ArrayLike, curvature: ArrayLike, sigma: ArrayLike, steps: int, start: ArrayLike) -> tuple:
    lr = np.asarray(domain.positive("lr", lr), float)
    curvature = np.asarray(domain.positive("curvature", curvature), float)
    domain.broadcastable(lr=lr, curvature=curvature, sigma=sigma, start=start)
    if not (lr * curvature < 2).all():
        raise ValueError(f"lr must be below 2 / curvature, got lr * curvature = {(lr * curvature).max():g}")
    sigma = np.asarray(domain.nonnegative("sigma", sigma), float)
    start = np.asarray(domain.finite("start", start), float)
    return lr, curvature, sigma, int(domain.integer("steps", steps, low=1, shape=())), start


def last(lr: ArrayLike, curvature: ArrayLike, sigma: ArrayLike, steps: int, start: ArrayLike) -> Moments:
    r"""Return mean $a^n w_0$ and variance $\alpha^2\sigma^2 (1 - a^{2n})/(1 - a^2)$ of the last iterate.

    steps: n. Raises ValueError for $\alpha\lambda \ge 2$ and parameters out of range.

    Domain: lr, curvature, sigma any shape; start signed, any shape

    >>> last(0.5, 2.0, 1.0, 200, 1.0).variance.round(12)
    np.float64(0.25)
    """
    lr, curvature, sigma, n, start = _checked(lr, curvature, sigma, steps, start)
    a = 1 - lr * curvature
    return Moments(a**n * start, lr**2 * sigma**2 * (1 - a ** (2 * n)) / (lr * curvature * (2 - lr * curvature)))


def average(lr: ArrayLike, curvature: ArrayLike, sigma: ArrayLike, steps: int, start: ArrayLike) -> Moments:
    r"""Return mean $w_0\,a(1-a^n)/(n\alpha\lambda)$ and variance of the average of n iterates,

    $$\frac{\sigma^2}{n^2\lambda^2}\Bigl[n - 2a\frac{1-a^n}{1-a} + a^2\frac{1-a^{2n}}{1-a^2}\Bigr]
    \to \frac{\sigma^2}{n\lambda^2},$$

    whatever the learning rate. Arguments and errors as `last`.

    Domain: lr, curvature, sigma any shape; start signed, any shape

    >>> average(0.5, 2.0, 1.0, 200, 1.0).variance.round(12)
    np.float64(0.00125)
    """
    lr, curvature, sigma, n, start = _checked(lr, curvature, sigma, steps, start)
    x = lr * curvature
    a = 1 - x
    bracket = n - 2 * a * (1 - a**n) / x + a**2 * (1 - a ** (2 * n)) / (x * (2 - x))
    return Moments(start * a * (1 - a**n) / (n * x), sigma**2 / (n * curvature) ** 2 * bracket)


def recursion(
    lr: ArrayLike, curvature: ArrayLike, sigma: ArrayLike, steps: int, start: ArrayLike
) -> tuple[Moments, Moments]:
    """Return the same moments, of the last iterate and of the average, step by step.

    Variance V of the iterate, C of it with the sum, S of the sum: S + 2aC + V, aC + V. Errors as `last`.

    Domain: lr, curvature, sigma any shape; start signed, any shape

    >>> recursion(0.5, 2.0, 1.0, 200, 1.0)[1].variance.round(12)
    np.float64(0.00125)
    """
    lr, curvature, sigma, n, start = _checked(lr, curvature, sigma, steps, start)
    a, mean, total, variance, covariance, square = 1 - lr * curvature, start, 0.0, 0.0, 0.0, 0.0
    for _ in range(n):
        mean, variance = a * mean, a**2 * variance + lr**2 * sigma**2
        square, covariance = square + 2 * a * covariance + variance, a * covariance + variance
        total = total + mean
    return Moments(np.asarray(mean), np.asarray(variance)), Moments(np.asarray(total / n), np.asarray(square / n**2))


def risk(moments: Moments, curvature: ArrayLike) -> float:
    r"""Return $\frac12 \sum_i \lambda_i (m_i^2 + v_i)$ for independent coordinates. Raises ValueError for bad shapes.

    >>> risk(Moments(np.array([1.0]), np.array([2.0])), [2.0])
    3.0
    """
    curvature = domain.positive("curvature", np.asarray(curvature, float), (None,))
    mean = domain.finite("moments", np.asarray(moments[0], float), curvature.shape)
    variance = domain.nonnegative("moments", np.asarray(moments[1], float), curvature.shape)
    return float(np.sum(curvature * (mean**2 + variance)) / 2)


def relative_deviation(moments: Moments) -> float:
    r"""Return the standard deviation of $\lVert w\rVert^2$ over its mean, independent Gaussian coordinates (P,):
    $\sqrt{\sum 2v_i^2 + 4m_i^2 v_i} / \sum (m_i^2 + v_i)$.

    >>> round(relative_deviation(Moments(np.zeros(50), np.ones(50))), 12)  # the square root of 2 / P
    0.2
    """
    mean = domain.finite("moments", np.asarray(moments[0], float), (None,))
    variance = domain.nonnegative("moments", np.asarray(moments[1], float), mean.shape)
    return float(np.sqrt(np.sum(2 * variance**2 + 4 * mean**2 * variance)) / np.sum(mean**2 + variance))


def thinned(keep: ArrayLike, every: ArrayLike, samples: ArrayLike) -> NDArray:
    r"""Return the variance of the mean of m stationary iterates, each c steps after the last, over that of one:
    $$\frac1m\Bigl[\frac{1+q}{1-q} - \frac{2q(1-q^m)}{m(1-q)^2}\Bigr], \qquad q = a^c.$$

    keep: $a = 1 - \alpha\lambda$ in [0, 1), the correlation of neighbours;  every: c;  samples: m. Arguments broadcast.

    Domain: keep, every, samples any shape

    >>> thinned(0.5, 1, 2)
    np.float64(0.75)
    """
    domain.broadcastable(keep=keep, every=every, samples=samples)
    q = np.asarray(domain.probability("keep", keep, "[)"), float) ** domain.integer("every", every, low=1)
    m = domain.integer("samples", samples, low=1)
    return ((1 + q) / (1 - q) - 2 * q * (1 - q**m) / (m * (1 - q) ** 2)) / m


def inflation(x: ArrayLike) -> NDArray:
    r"""Return $\frac x2 \coth\frac x2 = 1 + x^2/12 - \dots$, by which averaging every c-th iterate raises the variance.

    x: $c\alpha\lambda > 0$; the limit of small $\alpha\lambda$ and long averages.

    Domain: x any shape

    >>> inflation(1.0).round(6)
    np.float64(1.081977)
    """
    half = np.asarray(domain.positive("x", x), float) / 2
    return half / np.tanh(half)
