"""What is measured on runs, each with its interval (replace by the paper's quantities)."""

import pandas as pd

from optclaims import statistics
from optclaims.science import domain, tuning
from optclaims.statistics import Estimate


def log_ratio(runs: pd.DataFrame, method: str) -> Estimate:
    """Return the mean over the runs of ln(training loss of a method / of SGD), the runs paired, with its interval.

    >>> runs = pd.DataFrame({"method": ["SGD"] * 2 + ["other"] * 2, "run": [0, 1, 0, 1], "train": [1.0, 2.0, 1.0, 2.0]})
    >>> log_ratio(runs, "other").value
    0.0
    """
    domain.one_of("method", method, tuple(runs["method"].unique()))
    return statistics.mean(tuning.log_ratio(runs, "train", method, "SGD"))
