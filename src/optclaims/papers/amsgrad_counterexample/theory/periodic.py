r"""Periodic linear problems: ``P`` steps with one gradient C and then P - 1 gradients -n, for ever.

The losses are linear, so m and v do not depend on x: in the periodic regime both are periodic, and with steps that tend
to 0 the sign of the displacement per period decides where the algorithm ends. The formulas are ours (sums of a
geometric series); they sharpen Theorems 1 and 2.
"""

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq

from optclaims.science import domain, periodic

__all__ = [
    "average_regret",
    "critical_beta2",
    "drift",
    "kappa",
    "moments",
    "regret_limit",
    "smallest_failing_period",
]

ALGORITHMS = ("adam", "amsgrad", "adamnc")


def moments(
    large: ArrayLike, period: int, beta1: ArrayLike, beta2: ArrayLike, small: float = 1.0
) -> tuple[np.ndarray, np.ndarray]:
    r"""Return ``m_k, v_k`` (..., period) after the k-th gradient of a period, k = 0 being the large one.

    ``m_k = -n + (C + n) (1 - beta1) beta1^k / (1 - beta1^P)``,
    ``v_k = n^2 + (C^2 - n^2) (1 - beta2) beta2^k / (1 - beta2^P)``;
    large, beta1, beta2 broadcast. Source: ours.

    Domain: large, beta1, beta2 any shape.

    >>> m, v = moments(4.0, 3, 0.0, 0.5)
    >>> m
    array([ 4., -1., -1.])
    >>> v.round(3)
    array([9.571, 5.286, 3.143])
    """
    domain.positive("large", large)
    domain.integer("period", period, low=2, shape=())
    domain.probability("beta1", beta1, "[)")
    domain.probability("beta2", beta2, "[)")
    domain.nonnegative("small", small, shape=())
    domain.broadcastable(large=large, beta1=beta1, beta2=beta2)
    m = periodic.pulse(large, -small, period, beta1)
    v = periodic.pulse(np.square(np.asarray(large, float)), small**2, period, beta2)
    return tuple(np.broadcast_arrays(m, v))


def directions(algorithm: str, large, period, beta1, beta2, small=1.0, eps=0.0) -> np.ndarray:
    """``m_k / sqrt(vhat_k + eps)`` (..., period) of "adam", "amsgrad" (vhat = max v) or "adamnc" (vhat = mean g^2)."""
    domain.one_of("algorithm", algorithm, ALGORITHMS)
    domain.nonnegative("eps", eps, shape=())
    m, v = moments(large, period, beta1, beta2, small)
    vhat = {
        "adam": lambda: v,
        "amsgrad": lambda: v.max(axis=-1, keepdims=True),
        "adamnc": lambda: (np.asarray(large, dtype=float)[..., None] ** 2 + (period - 1) * small**2) / period,
    }[algorithm]()
    return periodic.directions(m, vhat, eps)


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

    Domain: large, beta1, beta2 any shape.

    >>> float(drift("adam", 1010, 101, 0.9, 0.99, small=10).round(6))  # the paper's problem: to the wrong side
    1.900855
    >>> float(drift("amsgrad", 1010, 101, 0.9, 0.99, small=10).round(6))
    -0.078819
    """
    return -directions(algorithm, large, period, beta1, beta2, small, eps).sum(axis=-1)


def kappa(algorithm: str, large: float, period: int, beta1: float, beta2: float, small: float = 1.0) -> float:
    r"""Average regret per step and unit step size of the limit cycle at the wall ``s = sign(drift)``.

    ``kappa = -(s/P) sum_k g_k y_k`` with the distance from the wall ``y_{k+1} = max(0, y_k + s m_k / sqrt(vhat_k))``,
    iterated until it repeats. Raises ValueError where the drift is 0: there is no limit cycle. Source: ours.

    >>> round(kappa("adam", 1010, 101, 0.9, 0.99, small=10), 5)
    29.99302
    """
    steps = directions(algorithm, *scalars(large, beta1, beta2, period), small)
    g = np.full(period, -float(small))
    g[0] = large
    wall = -np.sign(steps.sum())
    if wall == 0:
        raise ValueError(f"large must give a drift other than 0 (no limit cycle at a wall), got {large}")
    y, start = np.zeros(period), None
    while y[0] != start:  # after two periods at most: y touches the wall once a period
        start = y[0]
        for k in range(period):
            y[(k + 1) % period] = max(0.0, y[k] + wall * steps[k])
    return float(-wall * np.mean(g * y))


def scalars(large: float, beta1: float, beta2: float, period: int) -> tuple[float, int, float, float]:
    """Return (large, period, beta1, beta2), the first and the betas single numbers."""
    betas = (domain.probability(name, b, "[)", shape=()) for name, b in (("beta1", beta1), ("beta2", beta2)))
    return domain.positive("large", large, shape=()), period, *betas


def regret_limit(algorithm: str, large: float, period: int, beta1: float, beta2: float, small: float = 1.0) -> float:
    """Limit of ``R_T / T`` for ``alpha_t -> 0``: ``(s + sign S) S / P``, wall s, ``S = C - (P-1) n``. Source: ours.

    >>> round(regret_limit("adam", 1010, 101, 0.9, 0.99, small=10), 6)  # 20 / 101
    0.19802
    """
    wall = np.sign(drift(algorithm, *scalars(large, beta1, beta2, period), small))
    total = large - (period - 1) * small
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

    Domain: T any shape.

    >>> float(average_regret("adam", 1010, 101, 0.9, 0.99, 0.5, 5e6, small=10).round(6))
    0.211433
    """
    domain.nonnegative("alpha", alpha, shape=())
    T = np.asarray(domain.at_least("T", T, 1))
    problem = (algorithm, large, period, beta1, beta2, small)
    return regret_limit(*problem) + 2 * alpha * kappa(*problem) / np.sqrt(T)


def critical_beta2(large: float, period: int, beta1: float, small: float = 1.0) -> np.ndarray:
    r"""All beta2 at which Adam's drift changes its sign, increasing; none, one or several. Source: ours.

    The sign is looked at on a grid whose ends lie beyond every scale of the problem: ``v_1`` leaves ``n^2`` at
    ``beta2 = (n/C)^2``, and for ``beta2 -> 1`` the drift takes the sign of ``-S``, ``S = C - (P-1) n``, at
    ``1 - beta2`` about ``|S| / (C P)``; not below 1e-13, where ``1 - beta2`` has lost its digits. Two roots between
    neighbours of the grid (80 a decade) are not seen.

    >>> critical_beta2(3.0, 3, 0.0).round(6)
    array([0.472313])
    """
    large, period, beta1, _ = scalars(large, beta1, 0.0, period)
    domain.positive("small", small, shape=())
    domain.integer("period", period, low=2, shape=())
    total = abs(large - (period - 1) * small)
    low = 1e-3 * min(1.0, small / large) ** 2
    high = max(1e-13, 1e-3 * min(1.0, total / (large * period)))
    decades = [int(80 * np.log10(0.5 / end)) for end in (low, high)]
    grid = np.concatenate([np.geomspace(low, 0.5, decades[0])[:-1], 1 - np.geomspace(0.5, high, decades[1])])
    values = np.concatenate([drift("adam", large, period, beta1, part, small) for part in np.array_split(grid, 20)])
    crossings = np.flatnonzero(np.sign(values[1:]) != np.sign(values[:-1]))

    def objective(beta2: float) -> float:
        return float(drift("adam", large, period, beta1, beta2, small))

    return np.array([brentq(objective, grid[i], grid[i + 1], xtol=1e-300, rtol=1e-14) for i in crossings])


def smallest_failing_period(beta1: float, beta2: float, limit: int = 1000) -> int:
    """Return the smallest integer C = P (n = 1) with which Adam drifts the wrong way, below the limit. Source: ours.

    Raises ValueError if there is none.

    >>> smallest_failing_period(0.9, 0.99)
    30
    """
    limit = domain.integer("limit", limit, low=3, high=100_000, shape=())
    for C in range(2, limit):
        if drift("adam", *scalars(float(C), beta1, beta2, C)) > 0:
            return C
    raise ValueError(f"limit must be above the first C with which Adam fails, got {limit}")
