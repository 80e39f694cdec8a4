"""SGD with its last iterate and its average: under white noise, in frozen random fields, on digits."""

from optclaims.papers.iterate_averaging.simulation.white import descend

__all__ = ["descend"]
