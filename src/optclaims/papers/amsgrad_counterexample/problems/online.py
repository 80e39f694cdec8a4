r"""Online linear problems ``f_t(x) = g_t x`` on ``[-1, 1]^d``, given by their gradients.

A *source* is a function ``source(start, n)`` that returns the gradients ``(d, n)`` of steps ``start + 1 .. start + n``,
and is asked for them in order. Rows are independent: they are the coordinates of one problem, or independent runs of a
scalar problem.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike

__all__ = ["Source", "drifting", "given", "periodic", "random_signs", "sample", "sparse_signs", "two_valued"]

Source = Callable[[int, int], np.ndarray]


def periodic(large: float, period: int, small: float = 1.0) -> Source:
    """``g_t = large`` if ``t mod period == 1``, else ``-small`` (Theorems 1 and 2; section 3 with 1010, 101, 10)."""
    pattern = np.full(period, -float(small))
    pattern[0] = large
    return lambda start, n: np.tile(np.roll(pattern, -(start % period)), n // period + 1)[None, :n]


def two_valued(large: float, probability: float, rngs: Sequence[np.random.Generator], small: float = 1.0) -> Source:
    """``g_t = large`` with the given probability, else ``-small``, i.i.d.; one independent row for each generator."""
    return lambda start, n: np.stack([np.where(rng.random(n) < probability, large, -small) for rng in rngs])


def random_signs(rngs: Sequence[np.random.Generator]) -> Source:
    """Independent fair signs, one row for each generator."""
    return two_valued(1.0, 0.5, rngs)


def sparse_signs(densities: Sequence[float], rngs: Sequence[np.random.Generator]) -> Source:
    """Row i: a fair sign with probability ``densities[i]``, else 0."""

    def source(start: int, n: int) -> np.ndarray:
        draws = [(rng.random(n), p) for rng, p in zip(rngs, densities, strict=True)]
        return np.stack([np.where(u < p, np.where(u < p / 2, 1.0, -1.0), 0.0) for u, p in draws])

    return source


def drifting(mean: float, rngs: Sequence[np.random.Generator]) -> Source:
    """Gaussian gradients of variance 1 around ``mean``, one row for each generator."""
    return lambda start, n: np.stack([mean + rng.standard_normal(n) for rng in rngs])


def given(gradients: ArrayLike) -> Source:
    """The rows of an array ``(d, T)``, contiguous in memory."""
    gradients = np.atleast_2d(np.asarray(gradients, dtype=float))
    return lambda start, n: np.ascontiguousarray(gradients[:, start : start + n])


def sample(source: Source, T: int) -> np.ndarray:
    """The first T gradients ``(d, T)`` of a source, for problems short enough to be held in memory."""
    return source(0, T)
