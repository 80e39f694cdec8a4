"""Intervals for statistics of whole runs that have no formula: jackknife (smooth ones) and bootstrap."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr

from optclaims.statistics.estimates import CONFIDENCE, Estimate, from_stderr, t_quantile

FEWEST_RUNS = 8


def jackknife(statistic: Callable[..., float], *samples: ArrayLike, paired: bool = True) -> Estimate:
    r"""Return a smooth statistic of whole runs with Student's t interval from leaving out one run at a time.

    $s^2 = \frac{n-1}{n} \sum_i (\theta_{(i)} - \bar\theta_{(\cdot)})^2$, summed over independent samples with
    Welch's degrees of freedom. samples: arrays whose first axis counts independent runs, at least 8; with ``paired``
    the same run is left out of each. For smooth functions of means (exponents, logarithms, differences); norms, maxima
    and medians have estimators of their own.

    >>> found = jackknife(lambda x: np.log(x.mean()), np.arange(1.0, 11.0))
    >>> round(found.value, 3), found.low < 1.7 < found.high
    (1.705, True)
    """
    arrays = _arrays(samples, paired)
    value = float(statistic(*arrays))
    groups = [range(len(arrays))] if paired else [[k] for k in range(len(arrays))]
    variances, dofs = [], []
    for group in groups:
        runs = len(arrays[group[0]])
        left = np.array(
            [
                statistic(*(np.delete(a, i, axis=0) if k in group else a for k, a in enumerate(arrays)))
                for i in range(runs)
            ]
        )
        variances.append((runs - 1) / runs * float(np.sum((left - left.mean()) ** 2)))
        dofs.append(runs - 1)
    total = sum(variances)
    if total == 0:
        return Estimate.exact(value)
    return from_stderr(value, math.sqrt(total), total**2 / sum(v**2 / d for v, d in zip(variances, dofs, strict=True)))


def bootstrap(
    statistic: Callable[..., float],
    *samples: ArrayLike,
    rng: np.random.Generator,
    resamples: int = 2000,
    paired: bool = True,
) -> Estimate:
    r"""Return a statistic of whole runs with its BCa bootstrap interval, widened for few runs.

    The level is raised to $2\Phi(\sqrt{n/(n-1)}\,t_{0.975,n-1}) - 1$, which makes up for the variance that resampling n
    runs loses and for its being estimated. samples: arrays whose first axis counts independent runs, at least 8; with
    ``paired`` the same runs are drawn from each. statistic: maps the (re)sampled arrays to a number. Runs that are all
    alike give an interval of zero width.
    Raises ValueError for fewer runs, and where resampling does not bracket the estimate (norms, maxima, medians of few
    values: see `rms`, `maximum`, `median`).
    """
    from scipy import stats

    arrays = _arrays(samples, paired)
    value, runs = float(statistic(*arrays)), min(map(len, arrays))
    if all((array == array[:1]).all() for array in arrays):
        return Estimate.exact(value)
    indices = tuple(np.arange(len(array)) for array in arrays)

    def of_indices(*drawn: np.ndarray) -> float:
        drawn = drawn * len(arrays) if paired else drawn
        return float(statistic(*(array[index] for array, index in zip(arrays, drawn, strict=True))))

    level = 2 * float(ndtr(math.sqrt(runs / (runs - 1)) * t_quantile((1 + CONFIDENCE) / 2, runs - 1))) - 1
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # BCa is undefined when nearly all resamples agree: refused below
        result = stats.bootstrap(
            indices[:1] if paired else indices,
            of_indices,
            n_resamples=resamples,
            vectorized=False,
            confidence_level=level,
            method="BCa",
            rng=rng,
        )
    low, high = result.confidence_interval
    if not low <= value <= high:
        raise ValueError(
            f"resampling gives [{low:.4g}, {high:.4g}] around {value:.4g}: it is no interval for this statistic; "
            "norms, maxima and medians have estimators of their own (rms, maximum, median)"
        )
    return Estimate(value, low, high)


def _arrays(samples: Sequence[ArrayLike], paired: bool) -> list[np.ndarray]:
    arrays = [np.asarray(array) for array in samples]
    if paired and len({len(array) for array in arrays}) > 1:
        raise ValueError(f"paired samples need equal numbers of runs, got {[len(array) for array in arrays]}")
    if any(len(array) < FEWEST_RUNS for array in arrays):
        raise ValueError(f"resampling needs at least {FEWEST_RUNS} runs, got {[len(array) for array in arrays]}")
    return arrays
