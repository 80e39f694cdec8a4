"""Numbers with 95 % confidence intervals, the only form in which a measurement reaches a check."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import stdtrit

__all__ = [
    "CONFIDENCE",
    "Estimate",
    "block_mean",
    "bootstrap",
    "difference",
    "from_stderr",
    "mean",
    "proportion",
    "stderr",
    "t_quantile",
]

CONFIDENCE = 0.95


@dataclass(frozen=True)
class Estimate:
    """A measured value with its 95 % confidence interval [low, high]; an exact number has low = value = high.

    Raises ValueError for NaN or infinity, and unless low <= value <= high.
    """

    value: float
    low: float
    high: float

    def __post_init__(self) -> None:
        for field in ("value", "low", "high"):
            object.__setattr__(self, field, float(getattr(self, field)))
        if not all(map(math.isfinite, (self.value, self.low, self.high))):
            raise ValueError(f"an estimate must be finite, got {self.value} in [{self.low}, {self.high}]")
        if not self.low <= self.value <= self.high:
            raise ValueError(f"the interval [{self.low}, {self.high}] does not hold its estimate {self.value}")

    @classmethod
    def exact(cls, value: float) -> Estimate:
        """Return a number that has no error."""
        return cls(value, value, value)

    def __neg__(self) -> Estimate:
        return Estimate(-self.value, -self.high, -self.low)

    def __add__(self, constant: float) -> Estimate:
        return Estimate(self.value + constant, self.low + constant, self.high + constant)

    def __sub__(self, constant: float) -> Estimate:
        return self + (-constant)

    def __mul__(self, factor: float) -> Estimate:
        ends = sorted((self.low * factor, self.high * factor))
        return Estimate(self.value * factor, *ends)

    def __truediv__(self, divisor: float) -> Estimate:
        return self * (1 / divisor)


def t_quantile(probability: float, dof: float) -> float:
    """Return the quantile of Student's t distribution; ``dof=np.inf`` is the normal distribution."""
    return float(stdtrit(dof, probability))  # scipy.special: a job that needs no more than this starts a second sooner


def from_stderr(value: float, stderr: float, dof: float) -> Estimate:
    r"""Return value $\pm\, t_{0.975,\mathrm{dof}} \cdot$ stderr; ``dof=np.inf`` is the normal interval."""
    half_width = t_quantile((1 + CONFIDENCE) / 2, dof) * stderr
    return Estimate(value, value - half_width, value + half_width)


def stderr(samples: ArrayLike, axis: int = 0) -> np.ndarray:
    r"""Return the standard error of the mean, $s/\sqrt n$, of independent samples along an axis."""
    samples = np.asarray(samples, float)
    return np.std(samples, axis=axis, ddof=1) / np.sqrt(samples.shape[axis])


def mean(samples: ArrayLike) -> Estimate:
    """Return the mean of independent runs (1-D, at least two) with Student's t interval."""
    samples = np.asarray(samples, float)
    if samples.ndim != 1 or len(samples) < 2:
        raise ValueError(f"need a 1-D array of at least two runs, got shape {samples.shape}")
    return from_stderr(float(samples.mean()), float(stderr(samples)), len(samples) - 1)


def difference(samples: ArrayLike, others: ArrayLike) -> Estimate:
    """Return mean(samples) - mean(others) of two independent sets of runs with Welch's interval."""
    from scipy import stats

    interval = stats.ttest_ind(samples, others, equal_var=False).confidence_interval(CONFIDENCE)
    return Estimate(np.mean(samples) - np.mean(others), interval.low, interval.high)


def block_mean(series: ArrayLike, blocks: int) -> Estimate:
    """Return the mean of a correlated series, its error taken from the means of equal consecutive blocks.

    Honest when a block is much longer than the correlation time; a remainder at the start is dropped.
    """
    series = np.asarray(series, float)
    length = len(series) // blocks
    if length == 0:
        raise ValueError(f"a series of {len(series)} cannot be cut into {blocks} blocks")
    return mean(series[len(series) - blocks * length :].reshape(blocks, length).mean(axis=1))


def proportion(successes: int, trials: int) -> Estimate:
    """Return successes / trials with the Clopper-Pearson interval, which covers at least 95 % for every truth."""
    from scipy import stats

    interval = stats.binomtest(int(successes), int(trials)).proportion_ci(CONFIDENCE, method="exact")
    return Estimate(successes / trials, interval.low, interval.high)


def bootstrap(
    statistic: Callable[..., np.ndarray],
    *samples: ArrayLike,
    rng: np.random.Generator,
    resamples: int = 2000,
    paired: bool = True,
) -> Estimate:
    """Return a statistic of whole runs with its BCa bootstrap interval.

    samples: arrays whose first axis counts independent runs; with ``paired`` the same runs are drawn from each.
    statistic: maps the (re)sampled arrays to a number. Runs that are all alike give an interval of zero width.
    """
    from scipy import stats

    arrays = [np.asarray(array) for array in samples]
    value = float(statistic(*arrays))
    if all((array == array[:1]).all() for array in arrays):
        return Estimate.exact(value)
    indices = tuple(np.arange(len(array)) for array in arrays)
    if paired and len({len(array) for array in arrays}) > 1:
        raise ValueError(f"paired samples need equal numbers of runs, got {[len(array) for array in arrays]}")

    def of_indices(*drawn: np.ndarray) -> float:
        return float(statistic(*(array[index] for array, index in zip(arrays, drawn, strict=True))))

    if paired:
        indices, of_runs = indices[:1], lambda drawn: of_indices(*[drawn] * len(arrays))
    else:
        of_runs = of_indices
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # BCa is undefined when nearly all resamples agree: handled below
        result = stats.bootstrap(
            indices,
            of_runs,
            n_resamples=resamples,
            vectorized=False,
            confidence_level=CONFIDENCE,
            method="BCa",
            rng=rng,
        )
    low, high = result.confidence_interval
    if not (math.isfinite(low) and math.isfinite(high)):
        low, high = np.quantile(result.bootstrap_distribution, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return Estimate(value, min(low, value), max(high, value))
