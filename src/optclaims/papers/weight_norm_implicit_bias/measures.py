"""Slopes and orders of runs."""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from optclaims.science import domain

__all__ = ["drift", "order", "slope", "slopes", "window_slope"]


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


def slopes(frame: pd.DataFrame) -> np.ndarray:
    """Return the slope of log error on 1 / c of each problem, (problems,).

    frame: rows of a run each, with the columns design, seed, c and error, both positive. Raises ValueError otherwise.

    >>> rows = [("gaussian", 0, c, np.exp(-3 / c)) for c in (0.5, 0.2)]
    >>> slopes(pd.DataFrame(rows, columns=["design", "seed", "c", "error"])).round(9)
    array([-3.])

    """
    groups = frame.groupby(["design", "seed"])
    pairs = ((1 / domain.positive("c", part.c), np.log(domain.positive("error", part.error))) for _, part in groups)
    return np.array([slope(*pair) for pair in pairs])


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
