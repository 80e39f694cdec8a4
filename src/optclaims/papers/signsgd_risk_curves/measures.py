"""What the notebooks measure on curves, as functions of runs that can be resampled."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optclaims.experiment import Claim
from optclaims.statistics import Estimate, maximum, rms

__all__ = ["crossing_time", "follows", "largest_gap", "log_slope", "median_log_gap", "rms_gap", "sup_gap"]


def rms_gap(curves: ArrayLike, predicted: ArrayLike) -> Estimate:
    """Root mean square over time of E curve / predicted - 1; curves (runs, times), predicted (times,)."""
    return rms(np.asarray(curves, float) / np.asarray(predicted, float) - 1)


def largest_gap(curves: ArrayLike, predicted: ArrayLike) -> Estimate:
    """Largest |E curve / predicted - 1| over time; curves (runs, times), predicted (times,)."""
    return maximum(np.asarray(curves, float) / np.asarray(predicted, float) - 1)


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
    """Median over time of |log(mean(curves) / predicted)|; curves (runs, times), predicted (times,)."""
    return float(np.median(np.abs(np.log(np.mean(curves, axis=0) / np.asarray(predicted)))))


def sup_gap(curves: ArrayLike, predicted: ArrayLike) -> NDArray[np.float64]:
    """Largest |curve - predicted| over time of each run, (runs,)."""
    return np.max(np.abs(np.asarray(curves) - np.asarray(predicted)), axis=1)


def log_slope(x: ArrayLike, y: ArrayLike) -> float:
    """Least-squares slope of log y against log x."""
    return float(np.polyfit(np.log(x), np.log(y), 1)[0])


def crossing_time(times: ArrayLike, curve: ArrayLike, level: float) -> float:
    """First time at which a curve falls to the level, interpolated in the logarithm; the last time if it never does."""
    times, curve = np.asarray(times, float), np.asarray(curve, float)
    below = np.flatnonzero(curve <= level)
    if below.size == 0:
        return float(times[-1])
    j = int(below[0])
    if j == 0:
        return float(times[0])
    high, low = np.log(curve[j - 1]), np.log(curve[j])
    return float(times[j - 1] + (high - np.log(level)) / (high - low) * (times[j] - times[j - 1]))
