"""What is read off the runs: tables of the counterexamples, excess over SGD, quality of a linear fit."""

from optclaims.papers.ef_signsgd.measures.comparisons import excess_slope, means, quality
from optclaims.papers.ef_signsgd.measures.counterexamples import (
    mistakes,
    nonsmooth_runs,
    pair_curves,
    shared_runs,
    smooth_run,
    smooth_runs,
    walks,
)
from optclaims.papers.ef_signsgd.measures.networks import density_bands, lead, learning_curves

__all__ = [
    "density_bands",
    "excess_slope",
    "lead",
    "learning_curves",
    "means",
    "mistakes",
    "nonsmooth_runs",
    "pair_curves",
    "quality",
    "shared_runs",
    "smooth_run",
    "smooth_runs",
    "walks",
]
