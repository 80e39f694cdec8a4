r"""SGD with additive noise: floors, its distance from gradient descent, errors of flow and SDE, batch against step.

One eigendirection with curvature l and noise variance ``s^2``; T = N h. Sources: thesis, chapter on SGD; the expansions
of the weak errors and the variances of batch and small steps are derived.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optclaims.science import domain

__all__ = [
    "area_bound",
    "best_least_squares_rate",
    "bias_ratio",
    "floor_ratio",
    "flow_error",
    "flow_first_order",
    "sde_error",
    "sde_first_order",
    "sde_floor",
    "sgd_distance",
    "vanishing_start",
]

Array = NDArray[np.float64]


def sde_floor(lr: ArrayLike, curvature: float = 1.0, noise: float = 1.0) -> Array:
    r"""Return ``h s^2 / (2 l)``, the stationary variance of ``dW = -l W dt + sqrt(h) s dB``; noise is ``s^2``.

    Raises ValueError for values that are not positive.
    Domain: lr, curvature, noise any shape.

    >>> float(sde_floor(0.5))
    0.25
    """
    return (
        np.asarray(domain.positive("lr", lr))
        * domain.positive("noise", noise)
        / (2 * domain.positive("curvature", curvature))
    )


def area_bound(mu: float, L: float, lr: float, sigma2: float) -> float:
    r"""Return ``sigma^2 h (mu + L) / 2``, above ``limsup E |w - w*|^2`` when ``E |xi|^2 <= sigma^2 mu L``.

    Attained by noise in the mu-direction at ``h = 2 / (mu + L)``. Raises ValueError unless values are positive.
    Source: thesis (sigma is squared: its print has sigma).
    Domain: mu, L, lr, sigma2 any shape.

    >>> area_bound(1.0, 3.0, 0.5, 2.0)
    2.0
    """
    for name, value in {"mu": mu, "L": L, "lr": lr, "sigma2": sigma2}.items():
        domain.positive(name, value)
    return sigma2 * lr * (mu + L) / 2


def best_least_squares_rate(batch: int, dimension: int) -> tuple[float, float]:
    r"""Return ``h = m / (m + d + 1)`` and its factor ``(d + 1) / (m + d + 1)`` for noiseless least squares.

    Raises ValueError for a batch or dimension below 1. Source: ours.
    Domain: batch, dimension any shape.

    >>> best_least_squares_rate(1, 1)
    (0.3333333333333333, 0.6666666666666666)
    """
    m, d = domain.integer("batch", batch, low=1), domain.integer("dimension", dimension, low=1)
    return m / (m + d + 1), (d + 1) / (m + d + 1)


def sgd_distance(lr: ArrayLike, time: float, curvature: float = 1.0, noise: float = 1.0) -> Array:
    r"""Return ``E (w_N - W_N)^2 = h s^2 (1 - (1 - h l)^{2N}) / (l (2 - h l))`` of SGD from gradient descent.

    N = time / lr. Raises ValueError for values that are not positive.
    Domain: lr, time, curvature, noise any shape.

    >>> float(sgd_distance(1.0, 1.0))
    1.0
    """
    h, l = np.asarray(domain.positive("lr", lr)), domain.positive("curvature", curvature)  # noqa: E741
    shrink = (1 - h * l) ** (2 * np.round(domain.positive("time", time) / h))
    return h * domain.positive("noise", noise) * (1 - shrink) / (l * (2 - h * l))


def flow_error(lr: ArrayLike, start: float, time: float = 1.0, noise: float = 1.0) -> Array:
    r"""Return ``E w_N^2 - w(T)^2`` of SGD against the gradient flow on ``w^2 / 2``.

    Raises ValueError for an lr or time that is not positive.
    Domain: lr, time, noise any shape; start signed any shape.

    >>> round(float(flow_error(1.0, 2.0, 1.0)), 3)
    0.459
    """
    domain.finite("start", start)
    h = np.asarray(domain.positive("lr", lr))
    steps = np.round(domain.positive("time", time) / h)
    return (1 - h) ** (2 * steps) * start**2 + sgd_distance(h, time, noise=noise) - np.exp(-2 * time) * start**2


def sde_error(
    lr: ArrayLike, start: float, time: float = 1.0, noise: float = 1.0, scale: ArrayLike | None = None
) -> Array:
    r"""Return ``E w_N^2 - E W_T^2`` of SGD against ``dW = -W dt + sqrt(h) s dB``.

    scale: the h inside the SDE's noise; lr by default. Raises ValueError for an lr or time that is not positive.
    Domain: lr, time, noise any shape; start signed any shape.

    >>> round(float(sde_error(1.0, 2.0, 1.0)), 3)
    0.026
    """
    h = np.asarray(domain.positive("lr", lr))
    inside = h if scale is None else np.asarray(domain.positive("scale", scale))
    return flow_error(h, start, time, noise) - inside * noise * (1 - np.exp(-2 * time)) / 2


def flow_first_order(start: float, time: float = 1.0, noise: float = 1.0) -> float:
    r"""Return the coefficient of h in the flow's error: ``-T e^{-2T} w_0^2 + s^2 (1 - e^{-2T}) / 2``.

    Domain: start signed.

    >>> round(flow_first_order(0.0), 6)
    0.432332
    """
    noise = domain.nonnegative("noise", noise, ())
    return float(sde_first_order(start, time) + noise * (1 - np.exp(-2 * time)) / 2)


def sde_first_order(start: float, time: float = 1.0) -> float:
    r"""Return the coefficient of h in the SDE's error: ``-T e^{-2T} w_0^2``; it vanishes at the minimum.

    Domain: start signed.

    >>> sde_first_order(1.0, 0.5) == float(-0.5 * np.exp(-1.0))
    True
    """
    return float(-domain.positive("time", time, ()) * np.exp(-2 * time) * domain.finite("start", start, ()) ** 2)


def vanishing_start(time: float = 1.0, noise: float = 1.0) -> float:
    r"""Return ``w_0 = sqrt(s^2 (e^{2T} - 1) / (2 T))``, from which the flow is second order and the SDE is not.

    >>> round(vanishing_start(), 6)
    1.787324
    """
    time = domain.positive("time", time, ())
    return float(np.sqrt(domain.positive("noise", noise, ()) * np.expm1(2 * time) / (2 * time)))


def bias_ratio(x: ArrayLike, m: int, steps: int) -> Array:
    r"""Return ``(1 - x)^{2N} / (1 - x/m)^{2 N m}``: bias of batch m with step h over batch 1 with h/m, x = h l.

    Raises ValueError for m or steps below 1.
    Domain: x signed any shape; m, steps any shape.

    >>> float(bias_ratio(1.0, 2, 3))
    0.0
    """
    x, m = np.asarray(domain.finite("x", x)), domain.integer("m", m, low=1)
    n = domain.integer("steps", steps, low=1)
    return (1 - x) ** (2 * n) / (1 - x / m) ** (2 * n * m)


def floor_ratio(x: ArrayLike, m: int) -> Array:
    r"""Return ``(2 - x/m) / (2 - x)``, the ratio of the floors of the same two methods.

    Raises ValueError for x outside (0, 2).
    Domain: x, m any shape.

    >>> float(floor_ratio(1.0, 2))
    1.5
    """
    x = np.asarray(domain.within("x", x, 0, 2, "()"))
    return (2 - x / domain.integer("m", m, low=1)) / (2 - x)
