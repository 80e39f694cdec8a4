r"""What is read from a regret: how it grows, and how far a bound lies above it."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optclaims.science import domain

__all__ = ["growth_exponent", "linear_part", "smallest_ratio"]


def smallest_ratio(bound: ArrayLike, regret: ArrayLike) -> float:
    """Smallest bound / regret over the steps with a positive regret; both (T,).

    Domain: bound signed.

    >>> smallest_ratio([1.0, 6.0, 8.0], [-1.0, 2.0, 4.0])
    2.0
    """
    regret = domain.vector("regret", regret)
    bound = domain.finite("bound", bound, regret.shape)
    positive = regret > 0
    if not positive.any():
        raise ValueError(f"regret must be positive at some step, got at most {regret.max()}")
    return float((bound[positive] / regret[positive]).min())


def growth_exponent(times: ArrayLike, regret: ArrayLike, last: float = 0.1) -> float:
    r"""Slope of ``ln R_t`` against ``ln t`` over the times from ``last * T`` on, by least squares; both (r,).

    >>> round(growth_exponent([1, 10, 20, 50, 100], [1, 10, 20, 50, 100]), 6)
    1.0
    """
    times = domain.increasing("times", times, low=1)
    regret = domain.positive("regret", regret, times.shape)
    late = _late("times", times, domain.probability("last", last, "()", shape=()), 3)
    return float(np.polyfit(np.log(times[late]), np.log(regret[late]), 1)[0])


def linear_part(cycles: ArrayLike, regret: ArrayLike, first: float = 0.25) -> float:
    r"""The a of ``R_k = a k + b sqrt(k) + c`` over the cycles from ``first * K`` on, by least squares; both (r,).

    With steps ``alpha / sqrt(t)`` the regret of a limit cycle is its limit times k, plus the oscillation, which grows
    like the root: a is the limit of the regret per cycle long before the average regret shows it.

    >>> k = np.arange(1, 100)
    >>> round(linear_part(k, 2 * k + 30 * np.sqrt(k)), 6)
    2.0
    """
    cycles = domain.increasing("cycles", cycles, low=0)
    regret = domain.nonnegative("regret", regret, cycles.shape)
    late = _late("cycles", cycles, domain.probability("first", first, "[)", shape=()), 4)
    k = cycles[late]
    return float(np.linalg.lstsq(np.c_[k, np.sqrt(k), np.ones_like(k)], regret[late], rcond=None)[0][0])


def _late(name: str, times: NDArray[np.float64], share: float, least: int) -> NDArray[np.bool_]:
    """Which times are at least a share of the last one; ValueError where fewer than `least` are."""
    late = times >= share * times[-1]
    if late.sum() < least:
        raise ValueError(f"{name} must hold at least {least} from {share:g} of the last one on, got {late.sum()}")
    return late
