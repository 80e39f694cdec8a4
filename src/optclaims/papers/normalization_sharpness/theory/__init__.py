"""What the theory predicts: the dynamics near the edge of stability, and the flow along the minimisers."""

from optclaims.papers.normalization_sharpness.theory.edge import (
    edge_entry_time,
    edge_squared_norm,
    mean_square_offset,
    memory_decay,
    oscillation_energy,
    oscillation_period,
    rms_decay,
    sphere_rates,
)
from optclaims.papers.normalization_sharpness.theory.flow import (
    flow_speed,
    reduction_flow,
    regression_angle,
    regression_sharpness,
    toy_angle,
    toy_flow,
    toy_log_sharpness_slope,
    toy_sharpness,
)

__all__ = [
    "edge_entry_time",
    "edge_squared_norm",
    "flow_speed",
    "mean_square_offset",
    "memory_decay",
    "oscillation_energy",
    "oscillation_period",
    "reduction_flow",
    "regression_angle",
    "regression_sharpness",
    "rms_decay",
    "sphere_rates",
    "toy_angle",
    "toy_flow",
    "toy_log_sharpness_slope",
    "toy_sharpness",
]
