"""Gradient descent with weight decay on the toy, on regression, on matrix completion and on networks."""

from optclaims.papers.normalization_sharpness.simulation.compiled import (
    regression,
    regression_gradient,
    toy,
    toy_gradient,
    toy_rms,
)
from optclaims.papers.normalization_sharpness.simulation.curvature import regression_top
from optclaims.papers.normalization_sharpness.simulation.sphere import directions, effective_rates, projected_descent

__all__ = [
    "directions",
    "effective_rates",
    "projected_descent",
    "regression",
    "regression_gradient",
    "regression_top",
    "toy",
    "toy_gradient",
    "toy_rms",
]
