r"""Proximal maps of the losses of the margin."""

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit

from optclaims.science import domain

__all__ = ["proximal"]

STEPS = 80  # at most; some seven are used
ROUNDING = 1e-14


def proximal(loss: str, g: ArrayLike, Q: float) -> tuple[np.ndarray, np.ndarray]:
    r"""Return $u = \arg\min_u \ell(u) + \frac Q2u^2 - gu$ and $\partial u/\partial g$, each of the shape of g.

    Losses of the margin u: "square" $(1-u)^2/2$, "logistic" $\log(1 + e^{-u})$, "hinge" $\max(0, 1-u)$. The logistic
    map is found by Newton's method in the bracket $[g/Q, (g+1)/Q]$, which is halved where a step is not half as long as
    the last (alone it may cycle where Q is small). Exact to rounding.
    Raises ValueError for an unknown loss and Q that is not positive.
    Domain: g signed; g any shape

    >>> u, slope = proximal("hinge", [-3.0, 0.5, 4.0], 1.0)
    >>> u.tolist(), slope.tolist()
    ([-2.0, 1.0, 4.0], [1.0, 0.0, 1.0])
    """
    domain.one_of("loss", loss, ("square", "logistic", "hinge"))
    g, Q = np.asarray(domain.finite("g", g)), domain.positive("Q", Q, ())
    if loss == "square":
        return (1 + g) / (1 + Q), np.full_like(g, 1 / (1 + Q))
    if loss == "hinge":
        u = np.clip(1.0, g / Q, (g + 1) / Q)
        return u, np.where((g >= Q - 1) & (g <= Q), 0.0, 1 / Q)
    low, high = g / Q, (g + 1) / Q
    u, change = (low + high) / 2, high - low
    for _ in range(STEPS):
        share = expit(-u)
        slope, excess = Q + share * (1 - share), Q * u - g - share
        low, high = np.where(excess < 0, u, low), np.where(excess < 0, high, u)
        new = np.clip(u - excess / slope, low, high)
        small = np.abs(new - u) <= ROUNDING * (1 + np.abs(u))
        new = np.where(small | (2 * np.abs(new - u) <= change), new, (low + high) / 2)
        change, u = np.abs(new - u), new
        if small.all():
            break
    return u, 1 / (Q + expit(u) * expit(-u))
