r"""Online linear problems ``f_t(x) = g_t x`` on ``[-1, 1]^d``, given by their gradients.

A *source* is a function ``source(start, n)`` that returns the gradients ``(d, n)`` of steps ``start + 1 .. start + n``,
and is asked for them in order. Rows are independent: they are the coordinates of one problem, or independent runs of a
scalar problem.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from optclaims.science import domain

__all__ = ["Source", "drifting", "given", "periodic", "random_signs", "sample", "sparse_signs", "two_valued"]

Source = Callable[[int, int], np.ndarray]


def periodic(large: float, period: int, small: float = 1.0) -> Source:
    """``g_t = large`` if ``t mod period == 1``, else ``-small`` (Theorems 1 and 2; section 3 with 1010, 101, 10).

    >>> periodic(5.0, 3)(0, 4)
    array([[ 5., -1., -1.,  5.]])
    """
    period = domain.integer("period", period, low=2, shape=())
    pattern = np.full(period, -float(domain.nonnegative("small", small, shape=())))
    pattern[0] = domain.positive("large", large, shape=())
    return lambda start, n: np.tile(np.roll(pattern, -(start % period)), n // period + 1)[None, :n]


def two_valued(large: float, probability: float, rngs: Sequence[np.random.Generator], small: float = 1.0) -> Source:
    """``g_t = large`` with the given probability, else ``-small``, i.i.d.; one independent row for each generator.

    >>> two_valued(9.0, 0.5, np.random.default_rng(0).spawn(2))(0, 1000).shape
    (2, 1000)
    """
    large = domain.positive("large", large, shape=())
    small = domain.nonnegative("small", small, shape=())
    probability = domain.probability("probability", probability, shape=())
    rngs = [domain.generator("rngs", rng) for rng in rngs]
    return lambda start, n: np.stack([np.where(rng.random(n) < probability, large, -small) for rng in rngs])


def random_signs(rngs: Sequence[np.random.Generator]) -> Source:
    """Independent fair signs, one row for each generator.

    >>> np.unique(random_signs(np.random.default_rng(0).spawn(1))(0, 100))
    array([-1.,  1.])
    """
    return two_valued(1.0, 0.5, rngs)


def sparse_signs(densities: Sequence[float], rngs: Sequence[np.random.Generator]) -> Source:
    """Row i: a fair sign with probability ``densities[i]``, else 0.

    >>> np.abs(sparse_signs([1.0, 0.0], np.random.default_rng(0).spawn(2))(0, 100)).mean(axis=1)
    array([1., 0.])
    """
    rngs = [domain.generator("rngs", rng) for rng in rngs]
    densities = domain.probability("densities", densities, shape=(len(rngs),))

    def source(start: int, n: int) -> np.ndarray:
        draws = [(rng.random(n), p) for rng, p in zip(rngs, densities, strict=True)]
        return np.stack([np.where(u < p, np.where(u < p / 2, 1.0, -1.0), 0.0) for u, p in draws])

    return source


def drifting(mean: float, rngs: Sequence[np.random.Generator]) -> Source:
    """Gaussian gradients of variance 1 around ``mean``, one row for each generator.

    Domain: mean signed.

    >>> drifting(0.3, np.random.default_rng(0).spawn(3))(0, 5).shape
    (3, 5)
    """
    mean = domain.finite("mean", mean, shape=())
    rngs = [domain.generator("rngs", rng) for rng in rngs]
    return lambda start, n: np.stack([mean + rng.standard_normal(n) for rng in rngs])


def given(gradients: ArrayLike) -> Source:
    """The rows of an array ``(d, T)``, contiguous in memory; an array ``(T,)`` is one row.

    Domain: gradients signed, any shape.

    >>> given([1.0, -2.0, 3.0])(1, 2)
    array([[-2.,  3.]])
    """
    gradients = domain.shape("gradients", np.atleast_2d(domain.finite("gradients", gradients)), ("d", "T"))
    return lambda start, n: np.ascontiguousarray(gradients[:, start : start + n])


def sample(source: Source, T: int) -> np.ndarray:
    """The first T gradients ``(d, T)`` of a source, for problems short enough to be held in memory.

    >>> sample(periodic(5.0, 3), 2)
    array([[ 5., -1.]])
    """
    domain.function("source", source)
    return source(0, domain.integer("T", T, low=1, high=10**9, shape=()))
