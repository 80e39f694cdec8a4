"""How the figures are drawn: functions from the table that was written to a matplotlib figure."""

from optclaims.papers.adaptive_sde_scaling.figures.networks import (
    ablation,
    cifar,
    curves,
    noise_ratio,
    svag,
    transformer,
)
from optclaims.papers.adaptive_sde_scaling.figures.toy import NAMES, displacement, floor, law, svag_error, weak_error

__all__ = [
    "NAMES",
    "ablation",
    "cifar",
    "curves",
    "displacement",
    "floor",
    "law",
    "noise_ratio",
    "svag",
    "svag_error",
    "transformer",
    "weak_error",
]
