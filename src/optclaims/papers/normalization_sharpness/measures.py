"""What is read off recorded runs: edge distances, periods, slopes; arrays in, numbers out."""

import numpy as np
from numpy.typing import ArrayLike

__all__ = ["angle_on_equator", "crossing_period", "first_passage", "loglog_slope", "windows"]


def angle_on_equator(w: np.ndarray) -> np.ndarray:
    """Return the longitude (...,) of iterates (..., 3) of the toy."""
    return np.arctan2(w[..., 1], w[..., 0])


def first_passage(values: np.ndarray, level: float, times: np.ndarray) -> float:
    """Return the first time at which values reach the level, the last time if they never do."""
    reached = np.nonzero(values >= level)[0]
    return float(times[reached[0]] if len(reached) else times[-1])


def crossing_period(series: ArrayLike) -> float:
    """Return the mean distance of upward zero crossings, interpolated between samples.

    Raises ValueError with fewer than two crossings.
    """
    series = np.asarray(series, float)
    before = np.nonzero((series[:-1] < 0) & (series[1:] >= 0))[0]
    if len(before) < 2:
        raise ValueError("the series crosses zero upwards fewer than two times: no period can be measured")
    times = before - series[before] / (series[before + 1] - series[before])
    return float(np.diff(times).mean())


def loglog_slope(x: ArrayLike, y: ArrayLike) -> float:
    """Return the least-squares slope of log y against log x."""
    return float(np.polyfit(np.log(x), np.log(y), 1)[0])


def windows(values: np.ndarray, count: int) -> np.ndarray:
    """Return means (..., count) over equal consecutive windows of the last axis; a remainder at the end is dropped."""
    length = values.shape[-1] // count
    return values[..., : count * length].reshape(*values.shape[:-1], count, length).mean(axis=-1)
