"""Means and what follows from them: differences, ratios, proportions, medians, maxima of curves."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betaincinv

from optclaims.statistics.estimates import CONFIDENCE, Estimate, from_stderr, t_quantile

TAIL = (1 - CONFIDENCE) / 2


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
    """Return mean(samples) - mean(others) of two independent sets of runs with Welch's interval.

    Of paired runs (the same seeds) take ``mean(samples - others)``.
    """
    return _welch(
        float(np.mean(samples) - np.mean(others)), *((float(stderr(x)), len(np.asarray(x))) for x in (samples, others))
    )


def ratio(samples: ArrayLike, others: ArrayLike, *, paired: bool = False) -> Estimate:
    r"""Return mean(samples) / mean(others) with an interval that is symmetric for the logarithm.

    Standard error of $\ln \bar x - \ln \bar y$ to first order, Student's t (Welch's degrees of freedom unless
    ``paired``). samples, others: (runs,). Raises ValueError unless both means are positive.

    >>> found = ratio([2.0, 2.2, 1.8], [1.0, 1.1, 0.9])
    >>> round(found.value, 3), found.low < 2 < found.high
    (2.0, True)
    """
    above, below = np.asarray(samples, float), np.asarray(others, float)
    if not (above.mean() > 0 and below.mean() > 0):
        raise ValueError(f"a ratio needs positive means, got {above.mean()} and {below.mean()}")
    above, below = above / above.mean(), below / below.mean()
    if paired:
        log = from_stderr(0.0, float(stderr(above - below)), len(above) - 1)
    else:
        log = _welch(0.0, (float(stderr(above)), len(above)), (float(stderr(below)), len(below)))
    value = float(np.mean(samples) / np.mean(others))
    return Estimate(value, value * math.exp(log.low), value * math.exp(log.high))


def _welch(value: float, *parts: tuple[float, int]) -> Estimate:
    """Join independent parts, each with its standard error and number of runs (Welch and Satterthwaite)."""
    variances = [error**2 for error, _ in parts]
    total = sum(variances)
    if total == 0:
        return Estimate.exact(value)
    dof = total**2 / sum(v**2 / (runs - 1) for v, (_, runs) in zip(variances, parts, strict=True))
    return from_stderr(value, math.sqrt(total), dof)


def median(samples: ArrayLike) -> Estimate:
    r"""Return the median of independent runs with the interval of order statistics.

    It covers at least 95 % whatever the law: the rank of the true median is binomial, $(n, 1/2)$. samples: (runs,), at
    least 6, below which no order statistics reach 95 %.

    >>> median(range(1, 10))
    Estimate(value=5.0, low=2.0, high=8.0)
    """
    ordered = np.sort(np.asarray(samples, float))
    if ordered.ndim != 1 or len(ordered) < 6:
        raise ValueError(f"the interval of a median needs a 1-D array of at least 6 runs, got shape {ordered.shape}")
    below = np.cumsum([math.comb(len(ordered), k) / 2 ** len(ordered) for k in range(len(ordered))])
    rank = int(np.searchsorted(below, TAIL, side="right")) - 1  # the last k with P(X <= k) at most 2.5 %
    return Estimate(float(np.median(ordered)), ordered[rank], ordered[-1 - rank])


def maximum(curves: ArrayLike) -> Estimate:
    r"""Return the largest absolute value over points of the true mean curve, $\max_t |\mu_t|$.

    From a band that holds the whole mean curve in 95 % of cases (Student's t at Sidak's level, whatever the correlation
    of points): $[\max_t (|\bar x_t| - c s_t),\ \max_t (|\bar x_t| + c s_t)]$, not below 0. The largest of noisy means
    has no Gaussian error, and resampling it adds noise once more. curves: (runs, points), independent runs.

    >>> found = maximum([[0.9, -3.1], [1.1, -2.9], [1.0, -3.0]])
    >>> round(found.value, 2), found.low < 3 < found.high
    (3.0, True)
    """
    curves = np.asarray(curves, float)
    if curves.ndim != 2 or len(curves) < 2:
        raise ValueError(f"need curves (runs, points) of at least two runs, got shape {curves.shape}")
    single = -math.expm1(math.log(CONFIDENCE) / curves.shape[1])
    size, reach = np.abs(curves.mean(axis=0)), t_quantile(1 - single / 2, len(curves) - 1) * stderr(curves)
    return Estimate(size.max(), max(0.0, (size - reach).max()), (size + reach).max())


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
    """Return successes / trials with the Clopper-Pearson interval, which covers at least 95 % for every truth.

    >>> proportion(0, 10).low
    0.0
    """
    successes, trials = int(successes), int(trials)
    if not 0 <= successes <= trials or trials == 0:
        raise ValueError(f"need 0 <= successes <= trials and a trial, got {successes} of {trials}")
    low = betaincinv(successes, trials - successes + 1, TAIL) if successes else 0.0
    high = betaincinv(successes + 1, trials - successes, 1 - TAIL) if successes < trials else 1.0
    return Estimate(successes / trials, float(low), float(high))
