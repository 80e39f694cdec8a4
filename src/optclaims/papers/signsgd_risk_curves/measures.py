"""What the notebooks measure on curves, as functions of runs that can be resampled."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optclaims.experiment import Claim
from optclaims.statistics import Estimate, stderr

__all__ = ["crossing_time", "follows", "log_slope", "median_log_gap", "rms_gap", "sup_gap"]


def rms_gap(curves: ArrayLike, predicted: ArrayLike, rng: np.random.Generator, resamples: int = 200) -> Estimate:
    """Root mean square over time of mean(curves) / predicted - 1; curves (runs, times), predicted (times,).

    The interval is the value -+ the 95 % quantile of the same norm of the sampling error (whole runs resampled): by the
    triangle inequality it holds the true gap with at least that probability. A bootstrap of the norm itself would not,
    since near zero noise only adds to it.
    """
    relative = np.asarray(curves, float) / np.asarray(predicted, float)
    mean = relative.mean(axis=0)
    weights = rng.multinomial(len(relative), np.full(len(relative), 1 / len(relative)), resamples) / len(relative)
    error = np.quantile(np.sqrt(np.mean((weights @ relative - mean) ** 2, axis=1)), 0.95)
    value = np.sqrt(np.mean((mean - 1) ** 2))
    return Estimate(value, max(0.0, value - error), value + error)


def follows(
    claim: Claim,
    name: str,
    curves: ArrayLike,
    predicted: ArrayLike,
    wrong: Mapping[str, ArrayLike],
    rms_bound: float,
    max_bound: float,
    rng: np.random.Generator,
) -> None:
    """Check twice that mean curves (runs, times) follow a predicted curve (times,), the first time being the start.

    The rms over time of the relative gap is at most rms_bound, and every single time lies within max_bound up to
    standard errors. wrong: label -> wrong curve (times,), judged at the time at which it is furthest from the measured
    one.
    """
    curves, predicted = np.asarray(curves, float), np.asarray(predicted, float)
    mean, error = curves.mean(axis=0)[1:], stderr(curves)[1:]
    claim.within(
        f"rms over time of mean risk / curve - 1, {name}",
        rms_gap(curves, predicted, rng),
        (None, rms_bound),
        origin=f"{rms_bound:g} of the risk, stated before running",
        controls={label: rms_gap(curves, w, rng) for label, w in wrong.items()},
    )
    worst = {label: int(np.argmax(np.abs(mean / np.asarray(w)[1:] - 1))) for label, w in wrong.items()}
    entry = lambda w, j: {"measured": mean[j], "predicted": w, "stderr": error[j], "bias": max_bound * w}  # noqa: E731
    claim.consistent(
        f"mean risk at {mean.size} times, {name}",
        mean,
        predicted[1:],
        error,
        bias=max_bound * predicted[1:],
        origin=f"a bias of {max_bound:g} of the risk, and standard errors over {len(curves)} runs",
        controls={label: entry(np.asarray(wrong[label])[1 + j], j) for label, j in worst.items()},
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
