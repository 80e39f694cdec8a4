r"""Periodic linear problems: ``P`` steps with one gradient C and then P - 1 gradients -n, for ever.

The losses are linear, so m and v do not depend on x: in the periodic regime both are periodic, and with steps that tend
to 0 the sign of the displacement per period decides where the algorithm ends. The formulas are ours (sums of a
geometric series); they sharpen Theorems 1 and 2.
"""

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq

__all__ = [
    "average_regret",
    "critical_beta2",
    "drift",
    "kappa",
    "moments",
    "regret_limit",
    "smallest_failing_period",
    "smallest_theorem2_period",
    "theorem1_beta2",
    "theorem2_conditions",
]


def check_betas(beta1: ArrayLike, beta2: ArrayLike, *, theorem: bool = False) -> None:
    """Raise ValueError unless ``0 <= beta1, beta2 < 1`` and, where a theorem needs it, ``beta1 < sqrt(beta2)``."""
    beta1, beta2 = np.asarray(beta1), np.asarray(beta2)
    if not (np.all((beta1 >= 0) & (beta1 < 1)) and np.all((beta2 >= 0) & (beta2 < 1))):
        raise ValueError(f"beta1 and beta2 must lie in [0, 1), got {beta1} and {beta2}")
    if theorem and not np.all(beta1 < np.sqrt(beta2)):
        raise ValueError(f"the theorem needs beta1 < sqrt(beta2), got beta1 = {beta1}, beta2 = {beta2}")


def moments(
    large: ArrayLike, period: int, beta1: ArrayLike, beta2: ArrayLike, small: float = 1.0
) -> tuple[np.ndarray, np.ndarray]:
    r"""Return ``m_k, v_k`` (..., period) after the k-th gradient of a period, k = 0 being the large one.

    ``m_k = -n + (C + n) (1 - beta1) beta1^k / (1 - beta1^P)``,
    ``v_k = n^2 + (C^2 - n^2) (1 - beta2) beta2^k / (1 - beta2^P)``;
    large, beta1, beta2 broadcast. Raises ValueError for period < 2 or betas outside [0, 1). Source: ours.
    """
    check_betas(beta1, beta2)
    if period < 2:
        raise ValueError(f"a period needs at least 2 steps, got {period}")
    k = np.arange(period)
    large, b1, b2 = (np.asarray(a, dtype=float)[..., None] for a in (large, beta1, beta2))
    m = -small + (large + small) * (1 - b1) * b1**k / (1 - b1**period)
    v = small**2 + (large**2 - small**2) * (1 - b2) * b2**k / (1 - b2**period)
    return np.broadcast_arrays(m, v)


def directions(algorithm: str, large, period, beta1, beta2, small=1.0, eps=0.0) -> np.ndarray:
    """``m_k / sqrt(vhat_k + eps)`` (..., period) of "adam", "amsgrad" (vhat = max v) or "adamnc" (vhat = mean g^2)."""
    m, v = moments(large, period, beta1, beta2, small)
    if algorithm == "adam":
        vhat = v
    elif algorithm == "amsgrad":
        vhat = v.max(axis=-1, keepdims=True)
    elif algorithm == "adamnc":
        vhat = (np.asarray(large, dtype=float)[..., None] ** 2 + (period - 1) * small**2) / period
    else:
        raise ValueError(f"unknown algorithm {algorithm!r}, choose adam, amsgrad or adamnc")
    return m / np.sqrt(vhat + eps)


def drift(
    algorithm: str,
    large: ArrayLike,
    period: int,
    beta1: ArrayLike,
    beta2: ArrayLike,
    small: float = 1.0,
    eps: float = 0.0,
) -> np.ndarray:
    r"""Displacement of x per period and unit step size, away from the walls: ``-sum_k m_k / sqrt(vhat_k + eps)``.

    With ``alpha_t -> 0`` and ``sum alpha_t = infinity`` the algorithm ends at the wall ``sign(drift)``. Source: ours.
    """
    return -directions(algorithm, large, period, beta1, beta2, small, eps).sum(axis=-1)


def kappa(algorithm: str, large: float, period: int, beta1: float, beta2: float, small: float = 1.0) -> float:
    r"""Average regret per step and unit step size of the limit cycle at the wall ``s = sign(drift)``.

    ``kappa = -(s/P) sum_k g_k y_k`` with the distance from the wall ``y_{k+1} = max(0, y_k + s m_k / sqrt(vhat_k))``,
    iterated until it repeats. Source: ours.
    """
    steps = directions(algorithm, large, period, beta1, beta2, small)
    g = np.full(period, -float(small))
    g[0] = large
    wall = -np.sign(steps.sum())
    if wall == 0:
        raise ValueError("the drift is 0: there is no limit cycle at a wall")
    y, start = np.zeros(period), None
    while y[0] != start:
        start = y[0]
        for k in range(period):
            y[(k + 1) % period] = max(0.0, y[k] + wall * steps[k])
    return float(-wall * np.mean(g * y))


def regret_limit(algorithm: str, large: float, period: int, beta1: float, beta2: float, small: float = 1.0) -> float:
    """Limit of ``R_T / T`` for ``alpha_t -> 0``: ``(s + sign S) S / P``, wall s, ``S = C - (P-1) n``. Source: ours."""
    total = large - (period - 1) * small
    wall = np.sign(drift(algorithm, large, period, beta1, beta2, small))
    return float((wall + np.sign(total)) * total / period)


def average_regret(
    algorithm: str,
    large: float,
    period: int,
    beta1: float,
    beta2: float,
    alpha: float,
    T: ArrayLike,
    small: float = 1.0,
) -> np.ndarray:
    r"""``R_T / T = limit + 2 alpha kappa / sqrt(T) + O(1/T)`` for steps ``alpha / sqrt(t)``; T: (...). Source: ours.

    The 2 is ``sum_{t<=T} t^{-1/2} / sqrt(T)``. At a constant step the average tends to ``limit + alpha kappa`` instead.
    """
    problem = (algorithm, large, period, beta1, beta2, small)
    return regret_limit(*problem) + 2 * alpha * kappa(*problem) / np.sqrt(T)


def critical_beta2(large: float, period: int, beta1: float, small: float = 1.0) -> np.ndarray:
    """All beta2 in (0, 1) at which Adam's drift changes its sign, increasing; none, one or several. Source: ours."""
    grid = np.concatenate(
        [np.geomspace(1e-6, 0.1, 400), np.linspace(0.1, 0.9, 400)[1:-1], 1 - np.geomspace(0.1, 1e-9, 1200)]
    )
    values = drift("adam", large, period, beta1, grid, small)
    crossings = np.flatnonzero(np.sign(values[1:]) != np.sign(values[:-1]))

    def objective(beta2: float) -> float:
        return float(drift("adam", large, period, beta1, beta2, small))

    return np.array([brentq(objective, grid[i], grid[i + 1], xtol=1e-16, rtol=1e-14) for i in crossings])


def smallest_failing_period(beta1: float, beta2: float, limit: int = 1000) -> int:
    """Return the smallest integer C = P (n = 1) with which Adam drifts the wrong way, below the limit. Source: ours."""
    for C in range(2, limit):
        if drift("adam", C, C, beta1, beta2) > 0:
            return C
    raise ValueError(f"Adam drifts the right way for every C below {limit}")


def theorem1_beta2(large: ArrayLike) -> np.ndarray:
    """``beta2 = 1 / (1 + C^2)`` of Theorem 1 (recalled). Raises ValueError unless C > 2."""
    large = np.asarray(large, dtype=float)
    if np.any(large <= 2):
        raise ValueError(f"Theorem 1 needs C > 2, got {large}")
    return 1 / (1 + large**2)


def theorem2_conditions(C: ArrayLike, beta1: float, beta2: float) -> np.ndarray:
    r"""Whether the period C meets the three conditions of Theorem 2 (recalled): boolean (3, ...).

    (i) ``(1-beta1) beta1^(C-1) C <= 1 - beta1^(C-1)``; (ii) ``beta2^((C-2)/2) C^2 <= 1``;
    (iii) with gamma = beta1 / sqrt(beta2),
    ``3 (1-beta1) / (2 sqrt(1-beta2)) (1 + gamma (1-gamma^(C-1)) / (1-gamma)) + beta1^(C/2-1) / (1-beta1) < C/3``.
    Raises ValueError unless beta1 < sqrt(beta2).
    """
    check_betas(beta1, beta2, theorem=True)
    C = np.asarray(C, dtype=float)
    gamma = beta1 / np.sqrt(beta2)
    geometric = 1 + gamma * (1 - gamma ** (C - 1)) / (1 - gamma)
    left = 1.5 * (1 - beta1) / np.sqrt(1 - beta2) * geometric + beta1 ** (C / 2 - 1) / (1 - beta1)
    first = (1 - beta1) * beta1 ** (C - 1) * C <= 1 - beta1 ** (C - 1)
    return np.stack([first, beta2 ** ((C - 2) / 2) * C**2 <= 1, left < C / 3])


def smallest_theorem2_period(beta1: float, beta2: float) -> int:
    """Return the smallest even C > 2 that meets all three conditions of Theorem 2."""
    start, stop = 4, 1024
    while stop < 2**30:
        C = np.arange(start, stop, 2)
        met = theorem2_conditions(C, beta1, beta2).all(axis=0)
        if met.any():
            return int(C[met.argmax()])
        start, stop = stop, 4 * stop
    raise ValueError(f"no C below 2^30 meets the conditions for beta1 = {beta1}, beta2 = {beta2}")
