"""What the equations predict: moments of the limiting SDEs, moments of the linear companion, laws of single claims."""

from optclaims.papers.adaptive_sde_scaling.theory.companion import companion_moments
from optclaims.papers.adaptive_sde_scaling.theory.equations import adam_sde, rmsprop_sde
from optclaims.papers.adaptive_sde_scaling.theory.rules import displacement_ratio, noise_floor, root_correction

__all__ = ["adam_sde", "companion_moments", "displacement_ratio", "noise_floor", "rmsprop_sde", "root_correction"]
