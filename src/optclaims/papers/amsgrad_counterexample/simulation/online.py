r"""Long runs of the algorithms on online linear problems ``f_t(x) = g_t x`` on ``[-1, 1]^d``.

Gradients come in chunks and only the times asked for are recorded, so memory does not grow with the number of steps.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from optclaims.papers.amsgrad_counterexample.problems import Source
from optclaims.papers.amsgrad_counterexample.simulation.compiled import ALGORITHMS, COLUMNS, STATE, X, advance
from optclaims.science import domain

__all__ = ["Run", "displacements", "every", "run", "thinned"]

CHUNK = 2**18  # gradients held at once


class Run(NamedTuple):
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
        """Mean of x over the last part of the run (d,); the recorded times must contain its start.

        >>> from optclaims.papers.amsgrad_counterexample import problems
        >>> run("adam", problems.periodic(4.0, 3), [9, 10], alpha=0.5, beta1=0.0, beta2=0.1).tail_mean(0.1).round(3)
        array([1.])
        """
        domain.probability("fraction", fraction, "()", shape=())
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

    Steps ``alpha_t = alpha / sqrt(t)`` (alpha if constant), momentum ``beta1_t = beta1 decay^(t-1)``, first point x1,
    a number or one for each row. The algorithms are `optclaims.science.optimizers`' Adam (without bias correction, eps
    inside the root), AMSGrad and AdamNc, and the two libraries' AMSGrad, each followed by a clip to [-1, 1].

    Domain: x1 signed, any shape; times any length.

    >>> from optclaims.papers.amsgrad_counterexample import problems
    >>> end = run("adam", problems.periodic(4.0, 3), [1, 3000], alpha=0.5, beta1=0.0, beta2=1 / 17)
    >>> end.final  # Theorem 1: back at the worst point
    array([1.])
    """
    domain.one_of("algorithm", algorithm, ALGORITHMS)
    domain.function("source", source)
    times = domain.integer("times", domain.increasing("times", times, low=1))
    domain.positive("alpha", alpha, shape=())
    for name, beta in (("beta1", beta1), ("beta2", beta2)):
        domain.probability(name, beta, "[)", shape=())
    domain.probability("decay", decay, "(]", shape=())
    domain.nonnegative("eps", eps, shape=())
    # One type for each argument: every other combination would be compiled, and cached, on its own.
    constants = (float(alpha), bool(constant), float(beta1), float(decay), float(beta2), float(eps))
    rows = source(0, 0).shape[0]
    state = np.zeros((rows, STATE))
    state[:, X] = domain.within("x1", x1, -1, 1, shape=() if np.ndim(x1) == 0 else (rows,))
    records = np.empty((times.size, rows, STATE))
    length = max(1, CHUNK // rows)
    for start in range(0, int(times[-1]), length):
        gradients = np.ascontiguousarray(source(start, min(length, int(times[-1]) - start)), dtype=float)
        if not np.isfinite(gradients).all():
            raise ValueError(f"source must give finite gradients, got others after step {start}")
        advance(ALGORITHMS[algorithm], gradients, start, state, *constants, times, records)
    columns = {name: records[:, :, column].T for name, column in COLUMNS.items()}
    return Run(t=times, final=state[:, X].copy(), **columns)


def displacements(
    algorithm: str, source: Source, blocks: int, length: int, *, beta1: float, beta2: float, step: float = 1e-9
) -> np.ndarray:
    """Mean displacement per step and unit step size in consecutive blocks (blocks,) of a scalar problem, walls not met.

    The constant step is so small that x stays near 0; the first block begins when the start is forgotten to rounding,
    after ``36 / (1 - max(beta1, beta2))`` steps, rounded up to a multiple of the length of a block.

    >>> from optclaims.papers.amsgrad_counterexample import problems
    >>> displacements("adam", problems.periodic(1010.0, 101, 10.0), 2, 101, beta1=0.9, beta2=0.99).round(6)
    array([0.01882, 0.01882])
    """
    blocks = domain.integer("blocks", blocks, low=1, shape=())
    length = domain.integer("length", length, low=1, shape=())
    domain.positive("step", step, shape=())
    for name, beta in (("beta1", beta1), ("beta2", beta2)):
        domain.probability(name, beta, "[)", shape=())
    start = 1 + length * int(np.ceil(36 / (1 - max(beta1, beta2)) / length))
    times = start + length * np.arange(blocks + 1)
    moved = run(algorithm, source, times, alpha=step, beta1=beta1, beta2=beta2, x1=0.0, constant=True)
    return np.diff(moved.x[0]) / (length * step)


def every(period: int, T: int, offset: int = 1) -> np.ndarray:
    """Times ``offset, offset + period, ...`` up to T.

    >>> every(3, 8)
    array([1, 4, 7])
    """
    period = domain.integer("period", period, low=1, shape=())
    offset = domain.integer("offset", offset, low=1, shape=())
    T = domain.integer("T", T, low=offset, high=10**10, shape=())
    return np.arange(offset, T + 1, period)


def thinned(T: int, points: int = 500, log: bool = False) -> np.ndarray:
    """About ``points`` times from 1 to T, evenly or logarithmically spaced, always with 1, 0.1 T, 0.9 T and T.

    >>> thinned(100, 3)
    array([  1,  10,  50,  90, 100])
    """
    T = domain.integer("T", T, low=10, high=10**15, shape=())
    points = domain.integer("points", points, low=1, high=10**7, shape=())
    spaced = np.geomspace(1, T, points) if log else np.linspace(1, T, points)
    return np.unique(np.concatenate([np.round(spaced).astype(np.int64), [1, round(0.1 * T), round(0.9 * T), T]]))
