"""The process itself (`events`), its discretisation (`schemes`) and networks trained with it (`networks`)."""

from optclaims.papers.pdmp_momentum.simulation.events import (
    harmonic,
    integrated,
    largest_gap,
    reciprocal_waits,
    sojourns,
    switched,
)
from optclaims.papers.pdmp_momentum.simulation.schemes import bisected_step, escapes, grows, scheme

__all__ = [
    "bisected_step",
    "escapes",
    "grows",
    "harmonic",
    "integrated",
    "largest_gap",
    "reciprocal_waits",
    "scheme",
    "sojourns",
    "switched",
]
