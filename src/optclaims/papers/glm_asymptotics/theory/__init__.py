"""Scalar equations of the teacher-student problem: proximal maps, spectra, channels, and their fixed point."""

from optclaims.papers.glm_asymptotics.theory.channels import output_moments, prior_moments
from optclaims.papers.glm_asymptotics.theory.equations import Solution, anchor_angle, decoupled, solve
from optclaims.papers.glm_asymptotics.theory.proximal import proximal
from optclaims.papers.glm_asymptotics.theory.spectra import Spectrum, marchenko_pastur, orthogonal

__all__ = [
    "Solution",
    "Spectrum",
    "anchor_angle",
    "decoupled",
    "marchenko_pastur",
    "orthogonal",
    "output_moments",
    "prior_moments",
    "proximal",
    "solve",
]
