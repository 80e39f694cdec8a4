"""Simulation of the methods: scalar problems in compiled loops, and networks."""

from optclaims.papers.acprop.simulation.online import Blocks, Path, displacement, independent, run, tail_mean
from optclaims.papers.acprop.simulation.smooth import squared_gradients

__all__ = ["Blocks", "Path", "displacement", "independent", "run", "squared_gradients", "tail_mean"]
