r"""Long runs of the algorithms on online linear problems ``f_t(x) = g_t x`` on ``[-1, 1]^d``.

Gradients come in chunks and only the times asked for are recorded, so memory does not grow with the number of steps.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from optclaims.papers.amsgrad_counterexample.problems import Source
from optclaims.papers.amsgrad_counterexample.simulation.compiled import ALGORITHMS, COLUMNS, STATE, X, advance

__all__ = ["Run", "displacements", "every", "run", "thinned"]

CHUNK = 2**18  # gradients held at once


@dataclass(frozen=True)
class Run:
    """Records of a run at the times t (r,): every other array is (d, r)."""

    t: np.ndarray
    x: np.ndarray  # x_t, before the update
    m: np.ndarray  # m_t
    denominator: np.ndarray  # sqrt(vhat_t)
    inverse_step: np.ndarray  # sqrt(vhat_t) / alpha_t
    loss: np.ndarray  # sum_{s<=t} g_s x_s
    gradient: np.ndarray  # sum_{s<=t} g_s
    position: np.ndarray  # sum_{s<=t} x_s
    decreases: np.ndarray  # number of s <= t with Gamma_s < 0
    final: np.ndarray  # (d,) position after the last step

    @property
    def regret(self) -> np.ndarray:
        """Regret of each row against its own best point, ``sum g_s x_s + |sum g_s|``; sum the rows of one problem."""
        return self.loss + np.abs(self.gradient)

    def tail_mean(self, fraction: float = 0.1) -> np.ndarray:
        """Mean of x over the last part of the run (d,); the recorded times must contain its start."""
        start = np.searchsorted(self.t, round((1 - fraction) * self.t[-1]))
        return (self.position[:, -1] - self.position[:, start]) / (self.t[-1] - self.t[start])


def run(
    algorithm: str,
    source: Source,
    times: ArrayLike,
    *,
    alpha: float,
    beta1: float,
    beta2: float,
    x1: float | Sequence[float] = 1.0,
    constant: bool = False,
    decay: float = 1.0,
    eps: float = 0.0,
) -> Run:
    """Run an algorithm up to the last of the increasing ``times`` and return what was recorded at them.

    Steps ``alpha_t = alpha / sqrt(t)`` (alpha if constant), momentum ``beta1_t = beta1 decay^(t-1)``, first point x1.
    Raises ValueError for an unknown algorithm, times that do not increase from 1 on, and parameters out of range.
    """
    times = np.asarray(times, dtype=np.int64)
    if algorithm not in ALGORITHMS:
        raise ValueError(f"unknown algorithm {algorithm!r}, choose one of {', '.join(ALGORITHMS)}")
    if times.size == 0 or times[0] < 1 or np.any(np.diff(times) <= 0):
        raise ValueError("times must be increasing integers from 1 on")
    if not (0 <= beta1 < 1 and 0 <= beta2 < 1 and alpha > 0 and 0 < decay <= 1 and eps >= 0):
        raise ValueError(
            "need 0 <= beta1, beta2 < 1, alpha > 0, 0 < decay <= 1 and eps >= 0, "
            f"got {beta1=}, {beta2=}, {alpha=}, {decay=}, {eps=}"
        )
    if np.any(np.abs(x1) > 1):
        raise ValueError(f"the first point must lie in [-1, 1], got {x1}")
    # One type for each argument: every other combination would be compiled, and cached, on its own.
    constants = (float(alpha), bool(constant), float(beta1), float(decay), float(beta2), float(eps))
    rows = source(0, 0).shape[0]
    state = np.zeros((rows, STATE))
    state[:, X] = x1
    records = np.empty((times.size, rows, STATE))
    length = max(1, CHUNK // rows)
    for start in range(0, int(times[-1]), length):
        gradients = np.ascontiguousarray(source(start, min(length, int(times[-1]) - start)), dtype=float)
        advance(ALGORITHMS[algorithm], gradients, start, state, *constants, times, records)
    columns = {name: records[:, :, column].T for name, column in COLUMNS.items()}
    return Run(t=times, final=state[:, X].copy(), **columns)


def displacements(
    algorithm: str, source: Source, blocks: int, length: int, *, beta1: float, beta2: float, step: float = 1e-9
) -> np.ndarray:
    """Mean displacement per step and unit step size in consecutive blocks (blocks,) of a scalar problem, walls not met.

    The constant step is so small that x stays near 0; the first block begins when the start is forgotten to rounding,
    after ``36 / (1 - max(beta1, beta2))`` steps, rounded up to a multiple of the length of a block.
    """
    start = 1 + length * int(np.ceil(36 / (1 - max(beta1, beta2)) / length))
    times = start + length * np.arange(blocks + 1)
    moved = run(algorithm, source, times, alpha=step, beta1=beta1, beta2=beta2, x1=0.0, constant=True)
    return np.diff(moved.x[0]) / (length * step)


def every(period: int, T: int, offset: int = 1) -> np.ndarray:
    """Times ``offset, offset + period, ...`` up to T."""
    return np.arange(offset, T + 1, period)


def thinned(T: int, points: int = 500, log: bool = False) -> np.ndarray:
    """About ``points`` times from 1 to T, evenly or logarithmically spaced, always with 1, 0.1 T, 0.9 T and T."""
    spaced = np.geomspace(1, T, points) if log else np.linspace(1, T, points)
    return np.unique(np.concatenate([np.round(spaced).astype(np.int64), [1, round(0.1 * T), round(0.9 * T), T]]))
