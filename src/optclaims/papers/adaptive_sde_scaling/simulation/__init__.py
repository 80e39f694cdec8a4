"""Ensembles of one-dimensional paths, and training of networks whose runs share a leading axis."""

from optclaims.papers.adaptive_sde_scaling.simulation.ensembles import MOMENTS, Setting, ensemble, rates
from optclaims.papers.adaptive_sde_scaling.simulation.nonlinear import coupled

__all__ = ["MOMENTS", "Setting", "coupled", "ensemble", "rates"]
