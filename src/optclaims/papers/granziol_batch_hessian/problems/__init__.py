"""Random matrices and populations of samples, and a small network with its curvature."""

from optclaims.papers.granziol_batch_hessian.problems.matrices import (
    bulk_spectrum,
    gaussian_samples,
    population,
    spiked_wigner,
)
from optclaims.papers.granziol_batch_hessian.problems.network import Classifier, classifier

__all__ = ["Classifier", "bulk_spectrum", "classifier", "gaussian_samples", "population", "spiked_wigner"]
