r"""One convention for runs that diverge and for losses at the floor of rounding.

A run has diverged once its loss is not finite or above a cap from which no run comes back; from then on its record is
the cap, a finite number, and the time is kept. A loss below the rounding of its own computation (about 1e-16 of its
start in double precision) stands at that floor and is called censored: two runs there cannot be compared.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optclaims.science import domain

__all__ = ["CAP", "capped", "diverged", "first", "floored"]

CAP = 1e30
"""Runs have been seen to pass 1e17 and come back; single precision ends at 3e38."""


def diverged(losses: ArrayLike, cap: float = CAP) -> NDArray[np.bool_]:
    """Whether a run has diverged by each time; losses (times, ...), the same shape comes back.

    Domain: losses signed, infinite, NaN, any shape

    >>> diverged([1.0, np.inf, 2.0])
    array([False,  True,  True])
    """
    cap = domain.positive("cap", cap, shape=())
    with np.errstate(invalid="ignore"):
        return np.logical_or.accumulate(~(np.abs(np.asarray(losses, float)) <= cap), axis=0)


def capped(losses: ArrayLike, cap: float = CAP) -> NDArray[np.float64]:
    """Losses (times, ...) with the cap from the time on at which a run diverges.

    Domain: losses signed, infinite, NaN, any shape

    >>> capped([1.0, np.nan, 2.0], cap=100.0)
    array([  1., 100., 100.])
    """
    return np.where(diverged(losses, cap), cap, np.asarray(losses, float))


def first(times: ArrayLike, losses: ArrayLike, cap: float = CAP) -> NDArray[np.float64]:
    """Recorded time (...) at which each run has diverged, infinite for one that has not; losses (times, ...).

    Domain: losses signed, infinite, NaN, any shape

    >>> first([0, 10, 20], [[1.0, 1.0], [2.0, np.inf], [3.0, 4.0]])
    array([inf, 10.])
    """
    lost, times = diverged(losses, cap), domain.increasing("times", times, low=0)
    domain.shape("times", times, (len(lost),))
    return np.where(lost.any(axis=0), times[lost.argmax(axis=0)], np.inf)


def floored(losses: ArrayLike, floor: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Losses raised to their floor, and where they are censored: at it or below; floor broadcasts against losses.

    Domain: losses signed, infinite, NaN, any shape; floor any shape

    >>> floored([1.0, 1e-20], 1e-16)
    (array([1.e+00, 1.e-16]), array([False,  True]))
    """
    values = np.asarray(losses, float)
    domain.positive("floor", floor)
    return np.maximum(values, floor), values <= floor
