"""Slopes on logarithmic axes with their standard errors."""

import numpy as np
from numpy.typing import ArrayLike

from optclaims.science import domain
from optclaims.statistics import Estimate, from_stderr, ratio

__all__ = ["order", "rms_slope"]


def rms_slope(x: ArrayLike, squares: ArrayLike) -> Estimate:
    r"""Return the least-squares slope of $\log \sqrt{\overline{s}}$ against log x with its 95 % interval.

    x: (n,); squares: (n, runs), independent everywhere. The error of each logarithm is to first order that of the mean.

    >>> found = rms_slope([1.0, 4.0], [[0.9, 1.1], [3.6, 4.4]])
    >>> round(found.value, 6)
    0.5
    """
    x, squares = domain.positive("x", x, ("n",)), domain.nonnegative("squares", squares, (len(x), None))
    if len(x) < 2 or np.shape(squares)[1] < 2 or not (np.mean(squares, axis=1) > 0).all():
        raise ValueError(f"squares must have at least two x and runs and positive means, got {np.shape(squares)}")
    mean = np.mean(squares, axis=1)
    error = np.std(squares, axis=1, ddof=1) / np.sqrt(squares.shape[1]) / (2 * mean)
    centred = np.log(x) - np.log(x).mean()
    weights = centred / (centred @ centred)
    return from_stderr(float(weights @ np.log(mean) / 2), float(np.sqrt(weights**2 @ error**2)), squares.shape[1] - 1)


def order(gaps: ArrayLike, halved: ArrayLike) -> Estimate:
    """Return log2 of the ratio of two mean gaps on the same paths, (runs,) each, with its 95 % interval.

    >>> round(order([2.0, 2.2], [1.0, 1.1]).value, 6)
    1.0
    """
    gaps, halved = domain.positive("gaps", gaps, ("n",)), domain.positive("halved", halved, ("n",))
    domain.shape("halved", halved, np.shape(gaps))
    if len(gaps) < 2:
        raise ValueError(f"gaps must be of at least two runs, got {len(gaps)}")
    found = ratio(gaps, halved, paired=True)
    return Estimate(*np.log2([found.value, found.low, found.high]))
