"""The algorithm at work: chains (`chains`), their invariant law (`laws`) and networks of sigmoids (`networks`)."""

from optclaims.papers.theopoula.simulation.chains import Descent, superlinear, well
from optclaims.papers.theopoula.simulation.laws import invariant

__all__ = ["Descent", "invariant", "superlinear", "well"]
