"""How often a path winds around its limit."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optclaims.science import domain

__all__ = ["sign_changes"]


def sign_changes(values: ArrayLike, high: float | None = None, low: float = 0.0) -> NDArray[np.int64]:
    """Return how often each series (steps, ...) changes sign, shape (...); zeros change nothing.

    high: counted from the last value above it in size, where a series has come near its limit; low: values of at most
    this size, where rounding begins, are left out. Raises ValueError for values that are not finite.

    Domain: values signed, any shape.

    >>> sign_changes([1.0, -0.5, 0.2, -1e-20], low=1e-12)
    np.int64(2)
    """
    values = np.asarray(domain.finite("values", values))
    size, steps = np.abs(values), np.arange(len(values)).reshape(-1, *[1] * (values.ndim - 1))
    counted = size > domain.nonnegative("low", low, shape=())
    if high is not None:
        above = size > domain.positive("high", high, shape=())
        counted &= steps >= np.where(above, steps, 0).max(axis=0)
    last = np.maximum.accumulate(np.where(counted, steps, 0), axis=0)  # the latest counted step, at each step
    signs = np.where(np.maximum.accumulate(counted, axis=0), np.sign(np.take_along_axis(values, last, axis=0)), 0)
    return np.sum(signs[1:] * signs[:-1] < 0, axis=0)
