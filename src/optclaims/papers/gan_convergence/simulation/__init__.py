"""Training of the Dirac-GAN (`planar`, and compiled `dirac`: their functions are here too), its fields by automatic
differentiation (`differentiated`) and training of small networks (`toy_gan`); the last two need torch."""

from optclaims.papers.gan_convergence.simulation.dirac import dirac_run
from optclaims.papers.gan_convergence.simulation.planar import (
    alternating,
    bisected_step,
    drifting_squares,
    energy_gradient,
    flow,
    monodromy,
    simultaneous,
)

__all__ = [
    "alternating",
    "bisected_step",
    "dirac_run",
    "drifting_squares",
    "energy_gradient",
    "flow",
    "monodromy",
    "simultaneous",
]
