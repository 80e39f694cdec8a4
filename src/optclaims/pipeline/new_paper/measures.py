"""What is measured on runs, each with its interval (replace by the paper's quantities)."""

import numpy as np

from optclaims import statistics
from optclaims.statistics import Estimate


def mean_square_over(x: np.ndarray, predicted: float) -> Estimate:
    """Return the mean square of independent iterates, (runs,), over what is predicted for it."""
    return statistics.mean(x**2) / predicted
