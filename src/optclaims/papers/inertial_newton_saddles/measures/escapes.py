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


def share_left(counts: ArrayLike, times: ArrayLike) -> Array:
    """Return the share of runs that leave after each of the times (n,); counts (steps + 1,): runs that leave at step k.

    Domain: times any length.

    >>> share_left([0, 1, 1, 1, 1], [0, 2])
    array([1. , 0.5])
    """
    counts = domain.integer("counts", counts, low=0, shape=(None,))
    times = domain.integer("times", times, low=0, high=len(counts) - 1, shape=(None,))
    return 1 - np.cumsum(counts)[times] / domain.positive("counts' sum", float(counts.sum()))


def decay_rate(counts: ArrayLike, below: float) -> Estimate:
    r"""Return the rate at which the share of runs left falls, once it is below a share, with its interval.

    With $k_q$ the first step with a share below q, the excess $T - k_q$ of the runs that are left is geometric for an
    exponential law, and the rate is $-\ln(1 - 1/\overline{T-k_q})$, its error from that of the mean.
    counts: (steps + 1,), runs that leave at step k. Raises ValueError unless ten runs are left and not all go together.

    >>> round(decay_rate([0, 4000, 2000, 1000, 500, 250, 250], 0.6).value, 1)
    0.7
    """
    counts = domain.integer("counts", counts, low=0, shape=(None,))
    q = domain.probability("below", below, "()", shape=())
    left = counts.sum() - np.cumsum(counts)
    begin = int(np.argmax(left < q * counts.sum()))
    runs, excess = counts[begin + 1 :], np.arange(1.0, len(counts) - begin)
    n = int(runs.sum())
    mean = float(runs @ excess) / max(n, 1)
    if n < 10 or mean <= 1:
        raise ValueError(f"counts must leave at least 10 runs below a share of {q}, not all at once, got {n}")
    error = np.sqrt(float(runs @ (excess - mean) ** 2) / (n - 1) / n)
    return from_stderr(-np.log1p(-1 / mean), error / (mean * (mean - 1)), n - 1)
