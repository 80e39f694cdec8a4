"""Simulation of compressed descent: compiled loops for the convex problems, networks in batches of runs."""

from optclaims.papers.ef_signsgd.simulation.descent import (
    FormsRun,
    Histories,
    drift_on_interval,
    fit,
    on_forms,
    on_quadratic,
)

__all__ = ["FormsRun", "Histories", "drift_on_interval", "fit", "on_forms", "on_quadratic"]
