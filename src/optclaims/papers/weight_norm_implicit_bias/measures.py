"""Slopes and orders of runs."""

import numpy as np
from numpy.typing import ArrayLike

from optclaims.science import domain

__all__ = ["drift", "order", "slope", "window_slope"]


def drift(values: ArrayLike) -> float:
    r"""Return $\max_t |v_t - v_0|$ of a record (records,). Raises ValueError unless it is finite and not empty.

    Domain: values signed

    >>> drift([1.0, 1.5, 0.75])
    0.5

    """
    values = domain.vector("values", values)
    return float(np.abs(values - values[0]).max())


def order(coarse: float, fine: float) -> float:
    r"""Return $\log_2(\mathrm{coarse}/\mathrm{fine})$, the order of an error whose step size was halved.

    coarse, fine: positive. Raises ValueError otherwise.

    >>> order(0.4, 0.1)
    2.0

    """
    return float(np.log2(domain.positive("coarse", coarse, ()) / domain.positive("fine", fine, ())))


def slope(x: ArrayLike, y: ArrayLike) -> float:
    """Return the least-squares slope of y (n,) on x (n,). Raises ValueError unless x holds two different numbers.

    Domain: x, y signed

    >>> round(slope([0.0, 1.0, 2.0], [1.0, 3.0, 5.0]), 12)
    2.0

    """
    x = domain.vector("x", x)
    y = domain.vector("y", y, len(x))
    if np.ptp(x) == 0:
        raise ValueError(f"x must hold two different numbers, got {x[0]} alone")
    return float(np.polyfit(x - x[0], y, 1)[0])


def window_slope(times: ArrayLike, values: ArrayLike, low: float, high: float) -> float:
    r"""Return the slope of $\log v$ on t over the records with low < v < high.

    times, values: (records,), values positive. low < high. Raises ValueError for fewer than 10 such records.

    Domain: times signed

    >>> round(window_slope(np.arange(60), 0.5 ** np.arange(60), 1e-12, 1e-3), 9)
    -0.693147181

    """
    times = domain.vector("times", times)
    values = domain.positive("values", values, (len(times),))
    low, high = domain.positive("low", low, ()), domain.positive("high", high, ())
    kept = (values > low) & (values < high)
    if kept.sum() < 10:
        raise ValueError(f"low and high must enclose at least 10 records, got {kept.sum()}")
    return slope(times[kept], np.log(values[kept]))
