r"""Proximal maps of the losses of the margin."""

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit

from optclaims.science import domain

__all__ = ["proximal"]

BISECTIONS = 16  # of a bracket of length 1/Q: Newton's method alone may cycle where Q is small
POLISHING = 6


def proximal(loss: str, g: ArrayLike, Q: float) -> tuple[np.ndarray, np.ndarray]:
    r"""Return $u = \arg\min_u \ell(u) + \frac Q2u^2 - gu$ and $\partial u/\partial g$, each of the shape of g.

    Losses of the margin u: "square" $(1-u)^2/2$, "logistic" $\log(1 + e^{-u})$, "hinge" $\max(0, 1-u)$. The logistic
    map is found by bisection of the bracket $[g/Q, (g+1)/Q]$, then by Newton's method within it. Exact to rounding.
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
    for _ in range(BISECTIONS):
        u = (low + high) / 2
        below = Q * u - g - expit(-u) < 0
        low, high = np.where(below, u, low), np.where(below, high, u)
    u = (low + high) / 2
    for _ in range(POLISHING):
        u = np.clip(u - (Q * u - g - expit(-u)) / (Q + expit(u) * expit(-u)), low, high)
    return u, 1 / (Q + expit(u) * expit(-u))
