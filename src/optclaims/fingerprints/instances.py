"""Rules of the catalogue that are made of others."""

from optclaims.science.optimizers import SGD, ErrorFeedback
from optclaims.science.optimizers.compressors import ScaledSign

__all__ = ["ef_sign_sgd"]

ef_sign_sgd = ErrorFeedback(SGD(1e-3), ScaledSign())
