"""What the notebooks measure on curves, as functions of runs that can be resampled."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optclaims.experiment import Claim
from optclaims.science.domain import finite, increasing, positive, vector
from optclaims.statistics import Estimate, maximum, rms

__all__ = ["crossing_time", "follows", "largest_gap", "log_slope", "median_log_gap", "rms_gap", "sup_gap"]


def _pair(curves: ArrayLike, predicted: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Curves (runs, times) and what is predicted for them (times,), all positive."""
    predicted = vector("predicted", positive("predicted", predicted))
    return positive("curves", curves, shape=(None, predicted.size)), predicted


def rms_gap(curves: ArrayLike, predicted: ArrayLike) -> Estimate:
    """Root mean square over time of E curve / predicted - 1; curves (runs, times), predicted (times,).

    Domain: curves, predicted any length

    >>> gap = rms_gap([[1.0, 2.2], [1.0, 2.2], [1.0, 2.2], [1.0, 2.2]], predicted=[1.0, 2.0])
    >>> round(gap.value, 4)  # 0.1 at one of two times
    0.0707
    """
    curves, predicted = _pair(curves, predicted)
    return rms(curves / predicted - 1)


def largest_gap(curves: ArrayLike, predicted: ArrayLike) -> Estimate:
    """Largest |E curve / predicted - 1| over time; curves (runs, times), predicted (times,).

    Domain: curves, predicted any length

    >>> largest_gap([[1.0, 2.2], [1.0, 2.2]], predicted=[1.0, 2.0]).value.__round__(4)
    0.1
    """
    curves, predicted = _pair(curves, predicted)
    return maximum(curves / predicted - 1)


def follows(
    claim: Claim,
    name: str,
    curves: ArrayLike,
    predicted: ArrayLike,
    wrong: Mapping[str, ArrayLike],
    rms_bound: float,
    max_bound: float,
    origin: str,
) -> None:
    """Check twice that mean curves (runs, times) follow a predicted curve (times,), the first time being the start.

    The rms over time of the relative gap is at most rms_bound, and the largest one at most max_bound. wrong: label ->
    wrong curve (times,), which both must reject.
    """
    curves, predicted = np.asarray(curves, float)[:, 1:], np.asarray(predicted, float)[1:]
    mistakes = {label: np.asarray(curve, float)[1:] for label, curve in wrong.items()}
    for kind, gap, bound in (("rms", rms_gap, rms_bound), ("largest", largest_gap, max_bound)):
        claim.within(
            f"{kind} over {predicted.size} times of mean risk / curve - 1, {name}",
            gap(curves, predicted),
            (None, bound),
            origin=origin,
            controls={label: gap(curves, curve) for label, curve in mistakes.items()},
        )


def median_log_gap(curves: ArrayLike, predicted: ArrayLike) -> float:
    """Median over time of |log(mean(curves) / predicted)|; curves (runs, times), predicted (times,).

    Domain: curves, predicted any length

    >>> round(median_log_gap([[1.0, 2.0], [1.0, 4.0], [1.0, 3.0]], predicted=[1.0, 1.0]), 4)  # log(3) / 2
    0.5493
    """
    curves, predicted = _pair(curves, predicted)
    return float(np.median(np.abs(np.log(np.mean(curves, axis=0) / predicted))))


def sup_gap(curves: ArrayLike, predicted: ArrayLike) -> NDArray[np.float64]:
    """Largest |curve - predicted| over time of each run, (runs,).

    Domain: curves, predicted any length, signed

    >>> sup_gap([[1.0, 2.0], [1.0, 4.0], [2.0, 1.0]], predicted=[1.0, 1.0])
    array([1., 3., 1.])
    """
    predicted = vector("predicted", predicted)
    return np.max(np.abs(finite("curves", curves, shape=(None, predicted.size)) - predicted), axis=1)


def log_slope(x: ArrayLike, y: ArrayLike) -> float:
    """Least-squares slope of log y against log x, both (n,).

    >>> round(log_slope([1.0, 2.0, 4.0], [3.0, 12.0, 48.0]), 6)
    2.0
    """
    x = vector("x", positive("x", x))
    y = positive("y", y, shape=x.shape)
    return float(np.polyfit(np.log(x), np.log(y), 1)[0])


def crossing_time(times: ArrayLike, curve: ArrayLike, level: float) -> float:
    """First time at which a curve falls to the level, interpolated in the logarithm; the last time if it never does.

    >>> crossing_time([0.0, 1.0, 2.0], [4.0, 2.0, 0.5], level=1.0)
    1.5
    """
    times = increasing("times", times, low=0)
    curve, level = positive("curve", curve, shape=times.shape), positive("level", level, shape=())
    below = np.flatnonzero(curve <= level)
    if below.size == 0:
        return float(times[-1])
    j = int(below[0])
    if j == 0:
        return float(times[0])
    high, low = np.log(curve[j - 1]), np.log(curve[j])
    return float(times[j - 1] + (high - np.log(level)) / (high - low) * (times[j] - times[j - 1]))
