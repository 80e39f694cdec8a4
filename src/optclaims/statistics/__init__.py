"""Numbers with 95 % confidence intervals, one estimator for each kind of statistic.

Means, differences and ratios (`mean`, `difference`, `ratio`, `block_mean`), norms of curves (`rms`, `rms_ratio`),
their largest value (`maximum`), `median`, `proportion`; for other statistics `jackknife` (smooth ones) and `bootstrap`.
That each covers 95 % is tested on synthetic data with known truth.
"""

from optclaims.statistics.estimates import CONFIDENCE, Estimate, from_stderr, t_quantile
from optclaims.statistics.norms import rms, rms_ratio
from optclaims.statistics.resampling import bootstrap, jackknife
from optclaims.statistics.runs import block_mean, difference, maximum, mean, median, proportion, ratio, stderr

__all__ = [
    "CONFIDENCE",
    "Estimate",
    "block_mean",
    "bootstrap",
    "difference",
    "from_stderr",
    "jackknife",
    "maximum",
    "mean",
    "median",
    "proportion",
    "ratio",
    "rms",
    "rms_ratio",
    "stderr",
    "t_quantile",
]
