r"""The conditions of Theorems 1 and 2, as recalled from the paper."""

import numpy as np
from numpy.typing import ArrayLike

from optclaims.science import domain

__all__ = ["smallest_theorem2_period", "theorem1_beta2", "theorem1_limit", "theorem2_conditions"]


def below_root(beta1: float, beta2: float) -> tuple[float, float]:
    """Return the betas if ``0 <= beta1 < sqrt(beta2) < 1``, which the theorems need."""
    beta1 = domain.probability("beta1", beta1, "[)", shape=())
    beta2 = domain.probability("beta2", beta2, "[)", shape=())
    if not beta1 < np.sqrt(beta2):
        raise ValueError(f"beta1 must be below sqrt(beta2), got beta1 = {beta1}, beta2 = {beta2}")
    return beta1, beta2


def theorem1_beta2(large: ArrayLike) -> np.ndarray:
    """``beta2 = 1 / (1 + C^2)`` of Theorem 1 (recalled), which needs C > 2.

    Domain: large any shape.

    >>> float(theorem1_beta2(3.0))
    0.1
    """
    domain.within("large", large, 2, np.inf, "()")
    return 1 / (1 + np.asarray(large, dtype=float) ** 2)


def theorem1_limit(large: ArrayLike) -> np.ndarray:
    """Limit of ``R_T / T`` in Theorem 1, ``(2C - 4) / 3`` for C > 2; in Theorem 6 it is multiplied by sqrt(eps).

    The paper states it as a lower bound (recalled); that it is the limit is ours.

    Domain: large any shape.

    >>> float(theorem1_limit(5.0))
    2.0
    """
    domain.within("large", large, 2, np.inf, "()")
    return (2 * np.asarray(large, dtype=float) - 4) / 3


def theorem2_conditions(C: ArrayLike, beta1: float, beta2: float) -> np.ndarray:
    r"""Whether the period C meets the three conditions of Theorem 2 (recalled): boolean (3, ...).

    (i) ``(1-beta1) beta1^(C-1) C <= 1 - beta1^(C-1)``; (ii) ``beta2^((C-2)/2) C^2 <= 1``;
    (iii) with gamma = beta1 / sqrt(beta2),
    ``3 (1-beta1) / (2 sqrt(1-beta2)) (1 + gamma (1-gamma^(C-1)) / (1-gamma)) + beta1^(C/2-1) / (1-beta1) < C/3``.
    Raises ValueError unless beta1 < sqrt(beta2).

    Domain: C any shape.

    >>> theorem2_conditions([18, 20], 0.5, 0.5).all(axis=0)
    array([False,  True])
    """
    beta1, beta2 = below_root(beta1, beta2)
    C = np.asarray(domain.at_least("C", C, 2), dtype=float)
    gamma = beta1 / np.sqrt(beta2)
    geometric = 1 + gamma * (1 - gamma ** (C - 1)) / (1 - gamma)
    left = 1.5 * (1 - beta1) / np.sqrt(1 - beta2) * geometric + beta1 ** (C / 2 - 1) / (1 - beta1)
    first = (1 - beta1) * beta1 ** (C - 1) * C <= 1 - beta1 ** (C - 1)
    return np.stack([first, beta2 ** ((C - 2) / 2) * C**2 <= 1, left < C / 3])


def smallest_theorem2_period(beta1: float, beta2: float) -> int:
    """Return the smallest even C > 2 that meets all three conditions of Theorem 2; ValueError if none below 2^24 does.

    >>> smallest_theorem2_period(0.9, 0.99)
    3218
    """
    start, stop = 4, 1024
    while start < 2**24:
        C = np.arange(start, stop, 2)
        met = theorem2_conditions(C, beta1, beta2).all(axis=0)
        if met.any():
            return int(C[met.argmax()])
        start, stop = stop, min(4 * stop, 2**24)
    raise ValueError(f"beta2 must leave a C below 2^24 that meets the conditions, got {beta1=}, {beta2=}")
