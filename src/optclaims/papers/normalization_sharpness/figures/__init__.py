"""The figures, each drawn from the frame that stands in its CSV."""

from optclaims.papers.normalization_sharpness.figures.networks import completion, summary, training
from optclaims.papers.normalization_sharpness.figures.toy import (
    edge_distance,
    entry,
    flow_error,
    identity,
    longitude,
    mean_square,
    min_norm,
    orbits,
    rmsprop,
    sphere,
    test_error,
)

__all__ = [
    "completion",
    "edge_distance",
    "entry",
    "flow_error",
    "identity",
    "longitude",
    "mean_square",
    "min_norm",
    "orbits",
    "rmsprop",
    "sphere",
    "summary",
    "test_error",
    "training",
]
