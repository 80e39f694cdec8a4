"""What the theory predicts: second moments, full-batch closed forms, the risk recursion, the geodesic."""

from optclaims.papers.adam_vs_gauss_newton.theory.full_batch import (
    best_factor,
    critical_rate,
    gn_steps,
    logistic_steps,
    scalar_steps,
)
from optclaims.papers.adam_vs_gauss_newton.theory.geodesic import conditioning, geodesic
from optclaims.papers.adam_vs_gauss_newton.theory.risk import RISK_CAP, matrix_risk, mode_risk
from optclaims.papers.adam_vs_gauss_newton.theory.second_moments import (
    average_excess,
    effective_exponent,
    gaussian_moment,
    kurtosis_moment,
    logistic_moment,
    one_hot_moment,
    ratios,
    slope,
)

__all__ = [
    "RISK_CAP",
    "average_excess",
    "best_factor",
    "conditioning",
    "critical_rate",
    "effective_exponent",
    "gaussian_moment",
    "geodesic",
    "gn_steps",
    "kurtosis_moment",
    "logistic_moment",
    "logistic_steps",
    "matrix_risk",
    "mode_risk",
    "one_hot_moment",
    "ratios",
    "scalar_steps",
    "slope",
]
