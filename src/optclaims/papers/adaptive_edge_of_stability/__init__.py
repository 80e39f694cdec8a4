"""Adaptive gradient methods at the edge of stability: thresholds of momentum, preconditioned sharpness of networks."""
