r"""Exact second moments of SUPER-ADAM on a noisy quadratic of one dimension, and their limits for slow schedules.

With tau = 1 the point and the error of the estimate, $e = g - h x$, obey
$$x' = (1-\eta h)x - \eta e,\qquad e' = (1-\alpha)e + \alpha\sigma\xi + s z\,(x' - (1-\alpha)x),$$
with tau = 0 the point and the estimate
$$x' = x - \eta g,\qquad g' = \alpha(h x' + \sigma\xi + s z x') + (1-\alpha)g .$$
Both are linear, so the second moments obey a linear recursion of three numbers: nothing is sampled. Derived here.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optclaims.papers.super_adam.problems import Setting
from optclaims.science import domain
from optclaims.science.kernels import njit

__all__ = ["Moments", "climb_time", "combined_code", "crossover", "limit_error", "limit_rms", "moments", "slopes"]

Array = NDArray[np.float64]
ESTIMATES = ("momentum", "variance-reduced", "fresh")


class Moments(NamedTuple):
    """Root mean square gradient h sqrt(E x^2), and mean square error E (g - h x)^2 of the estimate, each (records,)."""

    rms: Array
    error: Array


def moments(
    setting: Setting, records: ArrayLike, *, estimate: str | None = None, alpha_low: float = 0.0, start: float = 1.0
) -> Moments:
    r"""Return the exact moments at the steps `records`: of $x_t$ and of the estimate $g_t$ at it, t = 1 the start.

    estimate: "momentum" (that of tau = 0), "variance-reduced" (tau = 1), or "fresh", where the two gradients of
        tau = 1 see different samples; that of the setting's tau unless given.  alpha_low: alpha is at least that

    Domain: start signed.

    >>> moments(Setting(tau=0, c=5.0), [1]).rms  # |x| = 1 at the start
    array([1.])
    """
    if not isinstance(setting, Setting):
        raise ValueError(f"setting must be a Setting, got {type(setting).__name__}")
    records = domain.integer("records", domain.increasing("records", records, low=1))
    estimate = domain.one_of("estimate", estimate or ESTIMATES[setting.tau], ESTIMATES)
    domain.probability("alpha_low", alpha_low, shape=()), domain.finite("start", start, ())
    numbers = (setting.gamma, setting.k, setting.m, setting.p, setting.c, 1 + setting.tau)
    noise = (setting.curvature, setting.sigma, setting.spread)
    kernel = _momentum if estimate == "momentum" else _corrected
    fresh = () if estimate == "momentum" else (estimate == "fresh",)
    squares = kernel(records, *map(float, (*numbers, *noise, alpha_low, start)), *fresh)
    return Moments(setting.curvature * np.sqrt(np.maximum(squares[0], 0)), squares[1])


@njit(cache=True)
def _corrected(records, gamma, k, m, p, c, power, h, sigma, s, low, start, fresh):
    """E x^2 and E e^2 of the variance-reduced estimate."""
    xx, xe, ee = start**2, 0.0, sigma**2 + (s * start) ** 2
    out, i = np.empty((2, len(records))), 0
    for t in range(1, records[-1] + 1):
        if records[i] == t:
            out[0, i], out[1, i] = xx, ee
            i += 1
        mu = k * (m + t) ** -p
        eta, alpha = gamma * mu, max(low, min(1.0, c * (mu if power == 1 else mu * mu)))
        a, b, keep = 1 - eta * h, -eta, 1 - alpha
        moved = a * a * xx + 2 * a * b * xe + b * b * ee  # E x'^2
        if fresh:
            noise = sigma**2 * (1 + keep**2) + s**2 * (moved + keep**2 * xx)
        else:
            u = a - keep
            noise = (alpha * sigma) ** 2 + s**2 * (u * u * xx + 2 * u * b * xe + b * b * ee)
        xe = keep * (a * xe + b * ee)
        ee = keep * keep * ee + noise
        xx = moved
    return out


@njit(cache=True)
def _momentum(records, gamma, k, m, p, c, power, h, sigma, s, low, start):
    """E x^2 and E (g - h x)^2 of momentum."""
    xx, xg, gg = start**2, h * start**2, (h * start) ** 2 + sigma**2 + (s * start) ** 2
    out, i = np.empty((2, len(records))), 0
    for t in range(1, records[-1] + 1):
        if records[i] == t:
            out[0, i], out[1, i] = xx, gg - 2 * h * xg + h * h * xx
            i += 1
        mu = k * (m + t) ** -p
        eta, alpha = gamma * mu, max(low, min(1.0, c * (mu if power == 1 else mu * mu)))
        keep = 1 - alpha
        moved = xx - 2 * eta * xg + eta**2 * gg  # E x'^2
        cross = xg - eta * gg  # E x' g
        xg = alpha * h * moved + keep * cross
        gg = (alpha * h) ** 2 * moved + 2 * alpha * keep * h * cross + keep**2 * gg
        gg += alpha**2 * (sigma**2 + s**2 * moved)
        xx = moved
    return out


def slopes(records: ArrayLike, values: ArrayLike) -> Array:
    r"""Return $\Delta\ln\mathrm{values}/\Delta\ln t$ between neighbouring records.

    Domain: records, values any length.

    >>> slopes([1, 10], [1.0, 0.1])
    array([-1.])
    """
    records, values = domain.positive("records", records, (None,)), domain.positive("values", values, (None,))
    domain.shape("values", np.asarray(values), (len(records),))
    return np.diff(np.log(values)) / np.diff(np.log(records))


def limit_rms(setting: Setting, t: ArrayLike, filtered: bool = True) -> Array:
    r"""Return the rms gradient for slow schedules and additive noise: for tau = 1 and 0

    $$\sigma\sqrt{\frac{\alpha\,\eta h}{2(\alpha + \eta h)}}\qquad\text{and}\qquad \sigma\sqrt{\eta h/2}.$$

    filtered: without it the factor $\eta h/(\alpha + \eta h)$, by which x filters the error, is left out.

    Domain: t any shape.

    >>> limit_rms(Setting(tau=0, c=5.0), 300.0)
    np.float64(0.05)
    """
    domain.one_of("filtered", filtered, (True, False))
    eta_h = setting.eta(t) * setting.curvature
    if setting.tau == 0:
        return setting.sigma * np.sqrt(eta_h / 2)
    alpha = setting.alpha(np.asarray(t) + 1)
    return setting.sigma * np.sqrt(alpha / 2 * (eta_h / (alpha + eta_h) if filtered else 1.0))


def limit_error(setting: Setting, t: ArrayLike) -> Array:
    r"""Return the mean square error of the estimate for slow schedules and additive noise, $\alpha\sigma^2/2$.

    Domain: t any shape.

    >>> limit_error(Setting(tau=0, c=5.0), 300.0)
    np.float64(0.125)
    """
    return setting.alpha(np.asarray(domain.at_least("t", t, 1), float) + 1) * setting.sigma**2 / 2


def crossover(setting: Setting, leading: bool = False) -> float:
    r"""Return the step from which tau = 1 has the smaller rms gradient than tau = 0, at equal gamma, k, m:

    $$T = \Bigl[\tfrac12\bigl(r + \sqrt{r^2 - 4r}\bigr)\Bigr]^6 - m,\qquad r = \frac{c k}{\gamma h},$$

    for r > 4, c that of tau = 1; `leading`: $r^6 - m$. Where `limit_rms` of the two agree for the last time.

    >>> round(crossover(Setting(tau=1, c=0.8)))  # r = 8
    101273
    """
    domain.one_of("leading", leading, (True, False))
    r = setting.c * setting.k / (setting.gamma * setting.curvature)
    domain.at_least("c k / (gamma h)", r, 4)
    return float((r if leading else (r + np.sqrt(r * r - 4 * r)) / 2) ** 6 - setting.m)


def _published_alphas(t: ArrayLike, k: float, m: float, c: float) -> tuple[Array, Array]:
    base = m + np.asarray(t, float)
    return c * k / base**0.5, np.minimum(c * k**2 / base ** (2 / 3), 0.99)


def combined_code(
    records: ArrayLike, *, gamma: float, k: float, m: float, c: float, matrix: float = 1.0, start: float = 1.0
) -> Array:
    r"""Return the rms gradient of what the training script of the authors' code runs, h = sigma = 1:

    $$g' = \alpha_0 \nabla f(x';\xi') + (1-\alpha_0)(1-\alpha_1)\bigl(g - \nabla f(x;\xi')\bigr),\quad
    \alpha_0 = \frac{ck}{(m+t)^{1/2}},\quad \alpha_1 = \min\Bigl(\frac{ck^2}{(m+t)^{2/3}}, 0.99\Bigr),$$

    momentum and correction at once, $x' = x - \gamma\mu_t g/H$ with $\mu_t = k/(m+t)^{1/2}$. matrix: H, constant

    Domain: start signed.

    >>> combined_code([1], gamma=0.003, k=3.0, m=2400.0, c=40.0)
    array([1.])
    """
    records = domain.integer("records", domain.increasing("records", records, low=1))
    named = {"gamma": gamma, "k": k, "m": m, "c": c, "matrix": matrix}
    numbers = [float(domain.positive(name, value, ())) for name, value in named.items()]
    return np.sqrt(_combined(records, *numbers, float(domain.finite("start", start, ()))))


@njit(cache=True)
def _combined(records, gamma, k, m, c, matrix, start):
    xx, xg, gg = start**2, start**2, start**2 + 1.0
    out, i = np.empty(len(records)), 0
    for t in range(1, records[-1] + 1):
        if records[i] == t:
            out[i] = xx
            i += 1
        eta, a0 = gamma * k * (m + t) ** -0.5 / matrix, c * k * (m + t) ** -0.5
        kept = (1 - a0) * (1 - min(c * k**2 * (m + t) ** (-2 / 3), 0.99))
        of_x, of_g, noise = a0 - kept, kept - a0 * eta, a0 - kept  # g' in x, g, xi
        moved, cross = xx - 2 * eta * xg + eta**2 * gg, of_x * (xx - eta * xg) + of_g * (xg - eta * gg)
        gg = of_x**2 * xx + 2 * of_x * of_g * xg + of_g**2 * gg + noise**2
        xx, xg = moved, cross
    return out


def climb_time(k: float, m: float, c: float, corrected: bool = True) -> float:
    r"""Return the step from which `combined_code` climbs: the last with $(1-\alpha_0)(1-\alpha_1) \le \alpha_0$.

    For a slowly moving x its estimate is $(\alpha_0 - b)/(1 - b)\,h x$ with $b = (1-\alpha_0)(1-\alpha_1)$.
    corrected: without it $\alpha_1 = 0$, so that it is $(2ck)^2 - m$

    >>> climb_time(3.0, 2400.0, 40.0)
    71039.0
    """
    for name, value in (("k", k), ("m", m), ("c", c)):
        domain.positive(name, value, ())
    domain.one_of("corrected", corrected, (True, False))
    t = np.arange(1, int(np.ceil((2 * c * k) ** 2)) * 4)
    a0, a1 = _published_alphas(t, k, m, c)
    return float(t[(1 - a0) * (1 - a1 * corrected) <= a0][-1])
