"""Closed forms of the full-batch quadrants: block instance, quadratics in the eigenbasis, diagonal logistic
regression.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optclaims.science.domain import at_least, one_of, positive, within

__all__ = [
    "best_factor", "critical_rate", "gn_steps", "logistic_steps", "scalar_steps",
]  # fmt: skip


def scalar_steps(eigenvalues: ArrayLike, lr: float, shrink: float) -> int:
    """Steps of c <- (1 - eta lambda) c until every |c| has fallen by the factor `shrink`; at least one.

    Raises ValueError for a rate at which some |c| does not fall.

    >>> scalar_steps([1.0, 0.5], lr=1.0, shrink=1000.0), scalar_steps([1.0, 1.0], lr=1.0, shrink=1000.0)
    (10, 1)
    """
    eigenvalues, lr = positive("eigenvalues", eigenvalues, shape=(None,)), positive("lr", lr, shape=())
    shrink = at_least("shrink", shrink, 1, shape=())
    factor = np.abs(1 - lr * eigenvalues).max()
    if factor >= 1:
        raise ValueError(f"lr must be below the critical rate, got {lr:g}: divergence")
    return max(1, int(np.ceil(np.log(shrink) / -np.log(max(factor, 1e-300)))))


def best_factor(condition: float) -> float:
    """Best contraction of constant-rate descent, (kappa - 1) / (kappa + 1), reached at eta = 2 / (lambda_1 +
    lambda_d).

    >>> best_factor(3.0)
    0.5
    """
    condition = at_least("condition", condition, 1, shape=())
    return (condition - 1) / (condition + 1)


def gn_steps(condition: float, shrink: float) -> float:
    """Steps of GN (or GD) on the block instance to shrink every coefficient: (kappa / 2) ln(shrink), to leading
    order.

    >>> gn_steps(10.0, shrink=np.e)
    5.0
    """
    condition, shrink = at_least("condition", condition, 1, shape=()), at_least("shrink", shrink, 1, shape=())
    return float(condition / 2 * np.log(shrink))


def _power(power: float) -> float:
    """The power of GN^-1 or GN^(-1/2)."""
    return one_of("power", float(within("power", power, -1, 0, shape=())), (-1.0, -0.5))


def critical_rate(W: ArrayLike, power: float, c: float = 1.0) -> NDArray[np.float64]:
    """Largest stable eta from |z| = W: 2 W / sinh W for GN^-1, 2 W / (c sinh(W / 2)) for GN^(-1/2); c = a sqrt(pi).

    z <- z - eta sinh z and z <- z - eta c sinh(z / 2); at equality |z| stays at W, an orbit of period 2.
    Source: derived. Raises ValueError for another power.

    Domain: W any shape; power signed

    >>> critical_rate([1.0, 2.0], power=-1).round(4)
    array([1.7018, 1.1029])
    """
    W, power, c = np.asarray(positive("W", W)), _power(power), positive("c", c, shape=())
    return 2 * W / np.sinh(W) if power == -1 else 2 * W / (c * np.sinh(W / 2))


def logistic_steps(
    W: ArrayLike, power: float, second: float, accuracy: float, ratio: float = 1.0
) -> NDArray[np.float64]:
    """Steps until a second coordinate, at first z_2, is within `accuracy`, at the critical rate of the first one, W.

    GN^-1: sinh W / (2 W) ln(2 tanh(z_2 / 2) / eps);  GN^(-1/2): sinh(W / 2) / (W c_2 / c_1) ln(4 tanh(z_2 / 4) / eps).
    ratio: c_2 / c_1. Source: derived from the flow at rate eta_c. Raises ValueError for another power.

    Domain: W any shape; power signed

    >>> round(float(logistic_steps(8.0, power=-1, second=1.0, accuracy=1e-3)))
    636
    """
    W, power = np.asarray(positive("W", W)), _power(power)
    second, accuracy = positive("second", second, shape=()), positive("accuracy", accuracy, shape=())
    ratio = positive("ratio", ratio, shape=())
    if power == -1:
        return np.sinh(W) / (2 * W) * np.log(2 * np.tanh(second / 2) / accuracy)
    return np.sinh(W / 2) / (W * ratio) * np.log(4 * np.tanh(second / 4) / accuracy)
