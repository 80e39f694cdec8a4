"""Figures, each drawn from the long table of its experiment: of the quadratics and of the networks."""

from optclaims.papers.adam_vs_gauss_newton.figures.networks import comparison
from optclaims.papers.adam_vs_gauss_newton.figures.quadratics import (
    curves,
    exponents,
    full_batch_block,
    full_batch_logistic,
    geodesic,
    logistic_rates,
    powers,
    quadrants,
    ratios,
    spectra,
    steps,
    trajectory_gap,
)

__all__ = [
    "comparison",
    "curves",
    "exponents",
    "full_batch_block",
    "full_batch_logistic",
    "geodesic",
    "logistic_rates",
    "powers",
    "quadrants",
    "ratios",
    "spectra",
    "steps",
    "trajectory_gap",
]
