r"""Adan as a linear system: modes, thresholds, two-cycle and noise; and Nesterov's momentum as the paper rewrites it.

Adan's direction is $m + w\,d$ with the averages m of the gradients and d of their differences, and $w = \beta_2$.
Near a minimum, or with a frozen preconditioner P, its step is linear with the rate $a = \mathrm{lr}/P$.
NME is Nesterov rewritten, $\bar m_k = q\bar m_{k-1} + g_k + q(g_k - g_{k-1})$, $y_{k+1} = y_k - \eta\bar m_k$, with
$q = 1 - \beta$ in the paper's notation. All formulas are derived here and exact; the rewriting is the paper's.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optclaims.science import domain
from optclaims.science.quadratics import two_step

__all__ = [
    "direction_variance",
    "drift_ratio",
    "flip_gain",
    "mode_radius",
    "nesterov_limit",
    "nesterov_radius",
    "second_moment",
    "steps_to",
    "threshold",
    "two_cycle",
]

Array = NDArray[np.float64]


def _betas(**betas: ArrayLike) -> list[Array]:
    return [np.asarray(domain.probability(name, beta, "[)"), float) for name, beta in betas.items()]


def _weight(weight: ArrayLike | None, beta2: Array) -> Array:
    return beta2 if weight is None else np.asarray(domain.nonnegative("weight", weight), float)


def flip_gain(beta1: ArrayLike, beta2: ArrayLike, weight: ArrayLike | None = None) -> Array:
    r"""Return the size of Adan's direction over that of a gradient that flips its sign at every step,

    $$S = \frac{1-\beta_1}{1+\beta_1} + \frac{2 w (1-\beta_2)}{1+\beta_2}.$$

    weight: w in front of the averaged difference, beta2 unless given. Raises ValueError for betas outside [0, 1).

    Domain: beta1, beta2, weight any shape.

    >>> flip_gain(0.98, 0.92).round(6), flip_gain(0.9, 0.0).round(6)
    (np.float64(0.086768), np.float64(0.052632))
    """
    beta1, beta2 = _betas(beta1=beta1, beta2=beta2)
    return (1 - beta1) / (1 + beta1) + 2 * _weight(weight, beta2) * (1 - beta2) / (1 + beta2)


def threshold(beta1: ArrayLike, beta2: ArrayLike, weight: ArrayLike | None = None) -> Array:
    r"""Return the largest stable $\mathrm{lr}\,h/P$ of a mode of curvature h, $2/S$ with `flip_gain` S.

    Where a root leaves the unit circle at -1 first; with beta2 = 0 it is Adam's $2(1+\beta_1)/(1-\beta_1)$.

    Domain: beta1, beta2, weight any shape.

    >>> threshold(0.98, 0.92).round(3), threshold(0.9, 0.0).round(3)
    (np.float64(23.05), np.float64(38.0))
    """
    return 2 / flip_gain(beta1, beta2, weight)


def two_cycle(
    lr: ArrayLike, beta1: ArrayLike, beta2: ArrayLike, eps: ArrayLike, curvature: ArrayLike,
    weight: ArrayLike | None = None,
) -> Array:  # fmt: skip
    r"""Return the half width X of the cycle $\pm X$ of Adan on $h x^2/2$, without weight decay:

    $$X = \frac{\mathrm{lr}\, h S/2 - \epsilon}{(1 + 2\beta_2) h}.$$

    Positive only where the minimum is unstable. beta3 has no part in it.

    Domain: lr, beta1, beta2, eps, curvature, weight any shape.

    >>> two_cycle(1.0, 0.98, 0.92, 0.0, 1.0).round(6)
    np.float64(0.015276)
    """
    gain, beta2 = flip_gain(beta1, beta2, weight), np.asarray(beta2, float)
    lr, h = domain.positive("lr", lr), np.asarray(domain.positive("curvature", curvature), float)
    return (lr * h * gain / 2 - domain.nonnegative("eps", eps)) / ((1 + 2 * beta2) * h)


def mode_radius(rate: ArrayLike, beta1: ArrayLike, beta2: ArrayLike, weight: ArrayLike | None = None) -> Array:
    r"""Return the factor a step by which Adan with a frozen preconditioner shrinks a mode: the largest root of

    $$(z-1)(z-\beta_1)(z-\beta_2) + r\bigl[(1-\beta_1) z (z-\beta_2) + w(1-\beta_2)(z-1)(z-\beta_1)\bigr] = 0.$$

    rate: $r = \mathrm{lr}\,h/P$;  weight: w, beta2 unless given, 0 for no difference. All broadcast.

    Domain: rate, beta1, beta2, weight any shape.

    >>> mode_radius(2.0, 0.0, 0.0), mode_radius(0.5, 0.0, 0.0)  # gradient descent
    (np.float64(1.0), np.float64(0.5))
    """
    beta1, beta2 = _betas(beta1=beta1, beta2=beta2)
    rate = np.asarray(domain.nonnegative("rate", rate), float)
    domain.broadcastable(rate=rate, beta1=beta1, beta2=beta2)
    w = _weight(weight, beta2)
    gain, slope = rate * (1 - beta1), rate * w * (1 - beta2)
    square = -(1 + beta1 + beta2) + gain + slope
    linear = beta1 + beta2 + beta1 * beta2 - gain * beta2 - slope * (1 + beta1)
    constant = -beta1 * beta2 + slope * beta1
    return _largest_root(square, linear, constant)


def nesterov_radius(rate: ArrayLike, q: ArrayLike, factor: ArrayLike | None = None) -> Array:
    r"""Return the factor a step by which NME shrinks a mode, the largest root of

    $$z^2 - (1 + q - r - r f) z + q - r f = 0,\qquad r = \eta h,$$

    $\sqrt{q(1-\eta h)}$ where the roots are complex. factor: f in front of the difference of gradients, q unless given;
    0 is heavy ball, $\sqrt q$.

    Domain: rate, q, factor any shape.

    >>> nesterov_radius(0.19, 0.9).round(9), np.sqrt(0.9 * 0.81).round(9)
    (np.float64(0.853814968), np.float64(0.853814968))
    """
    (q,) = _betas(q=q)
    rate = np.asarray(domain.nonnegative("rate", rate), float)
    domain.broadcastable(rate=rate, q=q)
    f = q if factor is None else np.asarray(domain.nonnegative("factor", factor), float)
    return _largest_root(-(1 + q - rate - rate * f), q - rate * f)


def _largest_root(*coefficients: Array) -> Array:
    """Largest modulus of the roots of $z^n + c_1 z^{n-1} + ...$, by companion matrices."""
    coefficients = np.broadcast_arrays(*coefficients)
    n = len(coefficients)
    matrices = np.zeros((*coefficients[0].shape, n, n))
    matrices[..., 0, :] = -np.stack(coefficients, axis=-1)
    matrices[..., range(1, n), range(n - 1)] = 1.0
    return np.abs(np.linalg.eigvals(matrices)).max(axis=-1)


def nesterov_limit(q: ArrayLike, difference: bool = True) -> Array:
    r"""Return the largest stable $\eta h$: $2(1+q)/(1+2q)$ for NME, $2(1+q)$ for heavy ball (no `difference`).

    Domain: q any shape.

    >>> nesterov_limit(0.5), nesterov_limit(0.5, difference=False)
    (np.float64(1.5), np.float64(3.0))
    """
    (q,) = _betas(q=q)
    domain.one_of("difference", difference, (True, False))
    return two_step.largest_stable(q, q if difference else 0.0)


def steps_to(radius: ArrayLike, accuracy: float = 1e-8) -> Array:
    r"""Return $\ln(\mathrm{accuracy})/\ln\rho$, the steps after which $\rho^t$ is the accuracy; infinity from 1 on.

    Domain: radius any shape.

    >>> steps_to([0.1, 1.0], 1e-8)
    array([ 8., inf])
    """
    radius = np.asarray(domain.positive("radius", radius), float)
    domain.probability("accuracy", accuracy, "()", ())
    with np.errstate(divide="ignore"):
        return np.where(radius < 1, np.log(accuracy) / np.minimum(np.log(radius), -0.0), np.inf)


def second_moment(beta2: ArrayLike, weight: ArrayLike | None = None, cross: bool = True) -> Array:
    r"""Return $\mathbb E\,n/\sigma^2 = (1+w)^2 + w^2$ for white gradient noise of variance $\sigma^2$, w = beta2.

    cross: without it the gradient and its difference are taken as uncorrelated, $1 + 2 w^2$.

    Domain: beta2, weight any shape.

    >>> second_moment(0.92).round(4), second_moment(0.0)
    (np.float64(4.5328), np.float64(1.0))
    """
    (beta2,) = _betas(beta2=beta2)
    domain.one_of("cross", cross, (True, False))
    w = _weight(weight, beta2)
    return (1 + w) ** 2 + w**2 if cross else 1 + 2 * w**2


def direction_variance(
    beta1: ArrayLike, beta2: ArrayLike, weight: ArrayLike | None = None, covariance: bool = True
) -> Array:
    r"""Return the variance of $m + w\,d$ over $\sigma^2$ in white noise, w = beta2:

    $$\frac{1-\beta_1}{1+\beta_1} + \frac{2 w^2 (1-\beta_2)^2}{1+\beta_2}
    + \frac{2 w (1-\beta_1)^2 (1-\beta_2)}{1-\beta_1\beta_2}.$$

    covariance: without it the last term, that of m and d, is left out.

    Domain: beta1, beta2, weight any shape.

    >>> direction_variance(0.98, 0.92).round(6), direction_variance(0.0, 0.0)
    (np.float64(0.016342), np.float64(1.0))
    """
    beta1, beta2 = _betas(beta1=beta1, beta2=beta2)
    domain.one_of("covariance", covariance, (True, False))
    w = _weight(weight, beta2)
    alone = (1 - beta1) / (1 + beta1) + 2 * w**2 * (1 - beta2) ** 2 / (1 + beta2)
    return alone + covariance * 2 * w * (1 - beta1) ** 2 * (1 - beta2) / (1 - beta1 * beta2)


def drift_ratio(drift: ArrayLike, beta2: ArrayLike, weight: ArrayLike | None = None, cross: bool = True) -> Array:
    r"""Return how far Adan moves over how far Adam does, at one lr, in gradients $\delta + \xi$ with unit noise:

    $$\sqrt{(1+\delta^2)/(\mathbb E n + \delta^2)},$$

    to leading order in 1 - beta3. weight, cross: as in `second_moment`.

    Domain: drift signed; drift, beta2, weight any shape.

    >>> drift_ratio(0.1, 0.92).round(4)
    np.float64(0.4715)
    """
    drift = np.asarray(domain.finite("drift", drift), float)
    return np.sqrt((1 + drift**2) / (second_moment(beta2, weight, cross) + drift**2))
