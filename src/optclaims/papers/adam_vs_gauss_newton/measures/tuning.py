"""Learning rates tuned in the same way for every method: one grid, one rate for all runs, an optimum inside the
grid.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from optclaims import statistics

__all__ = ["FLOOR", "Tuned", "curve", "log_losses", "per_run_best", "rounding", "tuned", "typical"]

FLOOR = 1e-300
"""Losses below it count as this number; a diverged run counts as infinite and never wins."""


@dataclass(frozen=True)
class Tuned:
    """The best of a grid: its position and rate, and log10 of the final losses there, one for each run."""

    index: int
    rate: float
    log_loss: NDArray[np.float64]


def log_losses(losses: ArrayLike) -> NDArray[np.float64]:
    """log10 of the losses, floored at `FLOOR`; NaN and infinity (divergence) become +inf."""
    values = np.asarray(losses, float)
    return np.log10(np.maximum(np.where(np.isfinite(values), values, np.inf), FLOOR))


def tuned(losses: ArrayLike, rates: ArrayLike, *, edge: bool = False, what: str = "") -> Tuned:
    """The rate of the lowest geometric mean over the runs; losses (rates, runs).

    Raises ValueError, naming `what` was tuned, if all rates diverge, or if the best one lies at an end of the grid
    (unless edge=True).
    """
    logs, rates = log_losses(losses), np.asarray(rates, float)
    means = logs.mean(axis=1)
    best = int(np.argmin(means))
    of = what and f" of {what}"
    if not np.isfinite(means[best]):
        raise ValueError(f"every learning rate of the grid{of} diverges")
    if not edge and best in (0, rates.size - 1):
        raise ValueError(f"the best learning rate {rates[best]:g}{of} lies at the edge of the grid: extend it")
    return Tuned(best, float(rates[best]), logs[best])


def curve(losses: ArrayLike, panel: str, method: str) -> pd.DataFrame:
    """Table for `figures.curves`: mean log10 of losses (T + 1, runs) over the runs and its standard error."""
    logs = log_losses(losses)
    columns = {"log_loss": logs.mean(axis=1), "stderr": statistics.stderr(logs, 1)}
    return pd.DataFrame({"panel": panel, "method": method, "step": np.arange(len(logs)), **columns})


def rounding(path: ArrayLike) -> NDArray[np.float64]:
    r"""What rounding alone leaves of the losses of runs where coordinates mix, $\epsilon^2 \max_t L_t$, (rates, runs).

    path: (T + 1, rates, runs). Every coordinate that mixes with one of size $\sqrt L$ receives an error of $\epsilon
    \sqrt L$, with $\epsilon$ that of double precision. A run that was above $\epsilon^{-2}$ of its start has forgotten
    where it began. Where coordinates stay apart each keeps its digits, and nothing is lost.

    >>> float(rounding([[[1.0]], [[2.0**104]], [[0.1]]])[0, 0])
    1.0
    """
    return np.finfo(float).eps ** 2 * np.max(np.asarray(path, float), axis=0)


def typical(losses: ArrayLike, start: float, lowest: ArrayLike) -> NDArray[np.float64]:
    """Median final loss at every rate, (rates,), between `lowest`, its rounding, and that of the start.

    losses: (rates, runs), rates ascending; lowest: one number, or one for each run. At the edge of divergence rounding
    decides whether a run is lost. The median does not follow a single run, and where most are lost, or were at a lower
    rate, there is no progress, however far they went: every rate keeps its place in a figure, and its value on any
    processor.

    >>> typical([[1e-3, 1e-4, np.inf], [np.inf, np.inf, 1e-3], [0.1, 0.2, np.inf]], start=1.0, lowest=1e-16)
    array([0.001, 1.   , 1.   ])
    """
    values = np.maximum(np.nan_to_num(np.asarray(losses, float), nan=np.inf, posinf=np.inf), lowest)
    middle = np.median(values, axis=1)
    return np.where(np.logical_or.accumulate(middle >= start), start, middle)


def per_run_best(losses: ArrayLike) -> NDArray[np.float64]:
    """log10 of the best final loss of each run, over the grid and the schedules; losses (..., rates, runs).

    Raises ValueError if a run is best at an end of the rates.
    """
    logs = log_losses(losses)
    by_rate = logs.min(axis=tuple(range(logs.ndim - 2)))
    best = by_rate.argmin(axis=0)
    at_edge = np.flatnonzero((best == 0) | (best == len(by_rate) - 1))
    if at_edge.size:
        raise ValueError(f"run {at_edge[0] + 1} is best at the edge of the learning rates: extend the grid")
    return by_rate.min(axis=0)
