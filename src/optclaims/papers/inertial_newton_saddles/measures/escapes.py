"""When runs leave a neighbourhood, and how fast the share of those that stay falls."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optclaims.science import domain
from optclaims.statistics import Estimate, from_stderr

__all__ = ["decay_rate", "first_above", "share_left"]

Array = NDArray[np.float64]


def first_above(sizes: ArrayLike, radius: float) -> NDArray[np.int64]:
    """Return the first step at which sizes (steps + 1, runs) exceed the radius, (runs,); -1 where they never do.

    Domain: sizes signed.

    >>> first_above([[0.1, 0.1], [0.3, 0.1], [0.9, 0.2]], 0.25)
    array([ 1, -1])
    """
    above = np.asarray(domain.finite("sizes", sizes, (None, None))) > domain.positive("radius", radius, shape=())
    return np.where(above.any(axis=0), above.argmax(axis=0), -1)


def share_left(steps: ArrayLike, times: ArrayLike) -> Array:
    """Return the share of runs with exit steps (runs,) above each of the times (n,).

    Domain: times any length.

    >>> share_left([1, 2, 3, 4], [0, 2])
    array([1. , 0.5])
    """
    steps = np.sort(domain.integer("steps", steps, low=1, shape=(None,)))
    times = domain.integer("times", times, low=0, shape=(None,))
    return 1 - np.searchsorted(steps, times, side="right") / len(steps)


def decay_rate(steps: ArrayLike, below: float) -> Estimate:
    r"""Return the rate at which the share of runs left falls, once it is below a share, with its interval.

    With $k_q$ the first step with a share below q, the excess $T - k_q$ of the runs that are left is geometric for an
    exponential law, and the rate is $-\ln(1 - 1/\overline{T-k_q})$, its error from that of the mean.
    steps: exit steps (runs,). Raises ValueError unless ten runs are left.

    >>> round(decay_rate(np.random.default_rng(0).geometric(0.5, 20000), 0.5).value, 1)
    0.7
    """
    steps = np.sort(domain.integer("steps", steps, low=1, shape=(None,)))
    q = domain.probability("below", below, "()", shape=())
    begin = steps[len(steps) - int(np.ceil(q * len(steps)))] if len(steps) else 0
    excess = (steps[steps > begin] - begin).astype(float)
    if len(excess) < 10:
        raise ValueError(f"steps must leave at least 10 runs below a share of {q}, got {len(excess)}")
    mean = float(excess.mean())
    if mean <= 1:
        raise ValueError("steps must not all end together, got a mean excess of 1")
    error = float(excess.std(ddof=1)) / np.sqrt(len(excess))
    return from_stderr(-np.log1p(-1 / mean), error / (mean * (mean - 1)), len(excess) - 1)
