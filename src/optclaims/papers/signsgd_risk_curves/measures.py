"""What the notebooks measure on curves, as functions of runs that can be resampled."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optclaims.experiment import Claim
from optclaims.science.domain import finite, increasing, integer, positive, vector
from optclaims.statistics import Estimate, stderr

__all__ = ["crossing_time", "follows", "log_slope", "median_log_gap", "rms_gap", "sup_gap"]


def _pair(curves: ArrayLike, predicted: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Curves (runs, times) and what is predicted for them (times,), all positive."""
    predicted = vector("predicted", positive("predicted", predicted))
    return positive("curves", curves, shape=(None, predicted.size)), predicted


def rms_gap(curves: ArrayLike, predicted: ArrayLike, rng: np.random.Generator, resamples: int = 200) -> Estimate:
    """Root mean square over time of mean(curves) / predicted - 1; curves (runs, times), predicted (times,).

    The interval is the value -+ the 95 % quantile of the same norm of the sampling error (whole runs resampled): by the
    triangle inequality it holds the true gap with at least that probability. A bootstrap of the norm itself would not,
    since near zero noise only adds to it.

    Domain: curves, predicted any length

    >>> gap = rms_gap([[1.0, 2.2], [1.0, 2.2], [1.0, 2.2]], predicted=[1.0, 2.0], rng=np.random.default_rng(0))
    >>> round(gap.value, 4)  # 0.1 at one of two times
    0.0707
    """
    curves, predicted = _pair(curves, predicted)
    resamples = integer("resamples", resamples, low=1, shape=())
    relative = curves / predicted
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
    standard errors. wrong: label -> wrong curve (times,), put in the place of the predicted one.
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
    others = {label: np.asarray(w, float)[1:] for label, w in wrong.items()}
    claim.consistent(
        f"mean risk at {mean.size} times, {name}",
        mean,
        predicted[1:],
        error,
        bias=max_bound * predicted[1:],
        origin=f"a bias of {max_bound:g} of the risk, and standard errors over {len(curves)} runs",
        controls={label: {"predicted": w, "bias": max_bound * w} for label, w in others.items()},
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
