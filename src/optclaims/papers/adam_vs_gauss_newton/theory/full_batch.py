"""Closed forms of the full-batch quadrants: block instance, quadratics in the eigenbasis, diagonal logistic
regression.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "best_factor", "critical_rate", "gn_steps", "logistic_steps", "scalar_steps",
]  # fmt: skip


def scalar_steps(eigenvalues: ArrayLike, rate: float, shrink: float) -> int:
    """Steps of c <- (1 - eta lambda) c until every |c| has fallen by the factor `shrink`."""
    factor = np.abs(1 - rate * np.asarray(eigenvalues, float)).max()
    if factor >= 1:
        raise ValueError(f"rate {rate:g} is beyond the critical one: divergence")
    return int(np.ceil(np.log(shrink) / -np.log(factor)))


def best_factor(condition: float) -> float:
    """Best contraction of constant-rate descent, (kappa - 1) / (kappa + 1), reached at eta = 2 / (lambda_1 +
    lambda_d).
    """
    return (condition - 1) / (condition + 1)


def gn_steps(condition: float, shrink: float) -> float:
    """Steps of GN (or GD) on the block instance to shrink every coefficient: (kappa / 2) ln(shrink), to leading
    order.
    """
    return condition / 2 * np.log(shrink)


def critical_rate(W: ArrayLike, power: float, c: float = 1.0) -> NDArray[np.float64]:
    """Largest stable eta from |z| = W: 2 W / sinh W for GN^-1, 2 W / (c sinh(W / 2)) for GN^(-1/2); c = a sqrt(pi).

    z <- z - eta sinh z and z <- z - eta c sinh(z / 2); at equality |z| stays at W, an orbit of period 2.
    Source: derived. Raises ValueError for another power.
    """
    W = np.asarray(W, float)
    if power not in (-1, -0.5):
        raise ValueError(f"no critical rate for power {power:g}")
    return 2 * W / np.sinh(W) if power == -1 else 2 * W / (c * np.sinh(W / 2))


def logistic_steps(
    W: ArrayLike, power: float, second: float, accuracy: float, ratio: float = 1.0
) -> NDArray[np.float64]:
    """Steps until a second coordinate, at first z_2, is within `accuracy`, at the critical rate of the first one, W.

    GN^-1: sinh W / (2 W) ln(2 tanh(z_2 / 2) / eps);  GN^(-1/2): sinh(W / 2) / (W c_2 / c_1) ln(4 tanh(z_2 / 4) / eps).
    ratio: c_2 / c_1. Source: derived from the flow at rate eta_c.
    """
    W = np.asarray(W, float)
    if power == -1:
        return np.sinh(W) / (2 * W) * np.log(2 * np.tanh(second / 2) / accuracy)
    return np.sinh(W / 2) / (W * ratio) * np.log(4 * np.tanh(second / 4) / accuracy)
