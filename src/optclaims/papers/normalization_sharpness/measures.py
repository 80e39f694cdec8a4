"""What is read off recorded runs: edge distances, periods, slopes; arrays in, numbers out."""

from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.optimize import brentq

from optclaims.science import domain

__all__ = ["angle_on_equator", "crossing_period", "energy_level", "first_passage", "loglog_slope", "windows"]


def angle_on_equator(w: np.ndarray) -> np.ndarray:
    """Return the longitude (...,) of iterates (..., 3) of the toy.

    Domain: w signed, any shape.

    >>> float(angle_on_equator(np.array([0.0, 2.0, 0.5])).round(4))  # pi / 2
    1.5708
    """
    w = domain.finite("w", w, (..., 3))
    return np.arctan2(w[..., 1], w[..., 0])


def first_passage(values: np.ndarray, level: float, times: np.ndarray) -> float:
    """Return the first time at which values reach the level, the last time if they never do.

    Domain: values, level signed.

    >>> first_passage(np.array([0.0, 1.0, 3.0]), 0.5, np.array([0.0, 10.0, 20.0]))
    10.0
    """
    times, level = domain.increasing("times", times), domain.finite("level", level, ())
    values = domain.vector("values", values, len(times))
    reached = np.nonzero(values >= level)[0]
    return float(times[reached[0]] if len(reached) else times[-1])


def crossing_period(series: ArrayLike) -> float:
    """Return the mean distance of upward zero crossings, interpolated between samples.

    Raises ValueError with fewer than two crossings.

    >>> crossing_period([-1.0, 1.0, -1.0, 1.0, -1.0, 1.0])
    2.0
    """
    series = domain.vector("series", series)
    before = np.nonzero((series[:-1] < 0) & (series[1:] >= 0))[0]
    if len(before) < 2:
        raise ValueError(f"series must cross zero upwards at least twice to have a period, got {len(before)} crossings")
    times = before - series[before] / (series[before + 1] - series[before])
    return float(np.diff(times).mean())


def loglog_slope(x: ArrayLike, y: ArrayLike) -> float:
    """Return the least-squares slope of log y against log x.

    >>> round(loglog_slope([1.0, 10.0], [3.0, 300.0]), 12)
    2.0
    """
    x = domain.positive("x", x, (None,))
    y = domain.positive("y", y, (len(x),))
    return float(np.polyfit(np.log(x), np.log(y), 1)[0])


def windows(values: np.ndarray, count: int) -> np.ndarray:
    """Return means (..., count) over equal consecutive windows of the last axis; a remainder at the end is dropped.

    Domain: values signed, any shape.

    >>> windows(np.array([1.0, 3.0, 5.0, 7.0, 100.0]), 2)
    array([2., 6.])
    """
    values = domain.finite("values", values, (..., None))
    count = domain.integer("count", count, low=1, high=values.shape[-1], shape=())
    length = values.shape[-1] // count
    return values[..., : count * length].reshape(*values.shape[:-1], count, length).mean(axis=-1)


def energy_level(multiple: float, level: float, energy: Callable[..., np.ndarray]) -> pd.DataFrame:
    """Return the closed curve of constant energy, level times eps, as rows kind, multiple, x, h in units of sqrt(eps).

    energy: (x, h, eps) -> values, eps times a function of x and h in these units; least at h = 0 and x = sqrt(1 / 2),
    and h^2 / 2 plus a function of x. Raises ValueError for a level that is not positive.

    Domain: multiple signed.

    >>> def toy(x, h, eps):
    ...     return h**2 / 2 + 4 * (x**2 - eps / 2) - 2 * eps * np.log(2 * x**2 / eps)
    >>> curve = energy_level(1.0, 2.0, toy)
    >>> bool(np.allclose(toy(curve.x, curve.h, 1.0), 2.0))
    True
    """
    domain.finite("multiple", multiple, ()), domain.positive("level", level, ())  # the least energy is 0

    def at_rest(x: ArrayLike) -> np.ndarray:
        return energy(0.5 * np.asarray(x), 0.0, 0.25) / 0.25  # the same for every eps

    centre, far = np.sqrt(0.5), 10.0 + np.sqrt(level)
    # x falls exponentially in the level towards the minimisers
    ends = [
        brentq(lambda x: float(at_rest(x)) - level, *side) for side in ((np.exp(-level / 4 - 5), centre), (centre, far))
    ]
    angle = np.linspace(0, 2 * np.pi, 401)
    middle, half = np.log(ends[0] * ends[1]) / 2, np.log(ends[1] / ends[0]) / 2
    x = np.exp(middle + half * np.cos(angle))
    h = np.sqrt(2 * np.maximum(level - at_rest(x), 0.0)) * np.sign(np.sin(angle))
    return pd.DataFrame({"kind": "level", "multiple": multiple, "x": x, "h": h})
