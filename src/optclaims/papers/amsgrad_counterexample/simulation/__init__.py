"""Long runs on the online problems; the networks are in `simulation.networks`."""

from optclaims.papers.amsgrad_counterexample.simulation.online import Run, displacements, every, run, thinned

__all__ = ["Run", "displacements", "every", "run", "thinned"]
