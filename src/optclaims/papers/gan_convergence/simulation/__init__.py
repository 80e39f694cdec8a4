"""Training of the Dirac-GAN (`planar`, and compiled `dirac`: their functions are here too) and of small networks
(`toy_gan`, needs torch)."""

from optclaims.papers.gan_convergence.simulation.dirac import dirac_run
from optclaims.papers.gan_convergence.simulation.planar import (
    alternating,
    bisected_step,
    drifting_squares,
    flow,
    monodromy,
    simultaneous,
)

__all__ = [
    "alternating",
    "bisected_step",
    "dirac_run",
    "drifting_squares",
    "flow",
    "monodromy",
    "simultaneous",
]
