"""The policy of `science.tuning` on arrays of losses: grids alike for all methods, an optimum inside the grid."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from optclaims import statistics
from optclaims.science import divergence, domain, tuning

__all__ = ["FLOOR", "Tuned", "curve", "log_losses", "per_run_best", "rounding", "tuned", "typical"]

FLOOR = 1e-300
"""Losses below it count as this number."""


@dataclass(frozen=True)
class Tuned:
    """The best of a grid: its position and learning rate, and log10 of the final losses there, one for each run.

    Raises ValueError for a position below 0, an lr that is not positive and losses that are not finite.
    Domain: log_loss signed

    >>> Tuned(1, 0.1, log_loss=np.array([-3.0, -2.0])).lr
    0.1
    """

    index: int
    lr: float
    log_loss: NDArray[np.float64]

    def __post_init__(self) -> None:
        domain.integer("index", self.index, low=0, shape=()), domain.positive("lr", self.lr, ())
        domain.vector("log_loss", self.log_loss)


def log_losses(losses: ArrayLike) -> NDArray[np.float64]:
    """log10 of the losses, floored at `FLOOR`; what diverged counts as the cap of `science.divergence`.

    Domain: losses infinite, NaN, any shape

    >>> log_losses([0.0, 0.1, np.inf])
    array([-300.,   -1.,   30.])
    """
    values = np.asarray(losses, float)
    lost = ~(values <= divergence.CAP)
    domain.nonnegative("losses", np.where(lost, divergence.CAP, values))
    return np.log10(np.maximum(np.where(lost, divergence.CAP, values), FLOOR))


def tuned(losses: ArrayLike, lr: Sequence[float], *, what: str = "the method") -> Tuned:
    """The learning rate of the lowest geometric mean over the runs; losses (lr, runs).

    Raises ValueError, naming `what` was tuned, if every one diverges, or if the best lies at an end of the grid.
    Domain: losses infinite, NaN, any length; lr any length; what any name

    >>> tuned([[1.0], [1e-3], [np.inf]], [0.1, 1.0, 10.0])
    Tuned(index=1, lr=1.0, log_loss=array([-3.]))
    """
    lr = domain.increasing("lr", domain.positive("lr", lr, (None,)))
    logs = log_losses(domain.shape("losses", losses, (len(lr), None)))
    best = float(tuning.choose(tuning.long(10.0**logs, what, lr=lr), "loss", "lr")["lr"].iloc[0])
    index = int(np.flatnonzero(lr == best)[0])
    return Tuned(index, best, logs[index])


def curve(losses: ArrayLike, panel: str, method: str) -> pd.DataFrame:
    """Table for `figures.curves`: mean log10 of losses (T + 1, runs) over the runs and its standard error.

    Domain: losses infinite, NaN; panel, method any name.

    >>> curve([[1.0, 1.0], [0.1, 0.1]], "a panel", "Adam").log_loss.tolist()
    [0.0, -1.0]
    """
    logs = log_losses(domain.shape("losses", losses, (None, None)))
    columns = {"log_loss": logs.mean(axis=1), "stderr": statistics.stderr(logs, 1)}
    return pd.DataFrame({"panel": panel, "method": method, "step": np.arange(len(logs)), **columns})


def rounding(path: ArrayLike) -> NDArray[np.float64]:
    r"""What rounding alone leaves of the losses of runs where coordinates mix, $\epsilon^2 \max_t L_t$, (lr, runs).

    path: (T + 1, lr, runs). Every coordinate that mixes with one of size $\sqrt L$ receives an error of $\epsilon
    \sqrt L$, with $\epsilon$ that of double precision. A run that was above $\epsilon^{-2}$ of its start has forgotten
    where it began. Where coordinates stay apart each keeps its digits, and nothing is lost.
    Domain: path signed, infinite, NaN.

    >>> float(rounding([[[1.0]], [[2.0**104]], [[0.1]]])[0, 0])
    1.0
    """
    return np.finfo(float).eps ** 2 * np.max(domain.shape("path", np.asarray(path, float), (None, None, None)), axis=0)


def typical(losses: ArrayLike, start: float, lowest: ArrayLike) -> NDArray[np.float64]:
    """Median final loss at every rate, (lr,), between `lowest`, its rounding, and that of the start.

    losses: (lr, runs), lr ascending; lowest: one number, or one for each run. At the edge of divergence rounding
    decides whether a run is lost. The median does not follow a single run, and where most are lost, or were at a lower
    rate, there is no progress, however far they went: every rate keeps its place in a figure, and its value on any
    processor.
    Domain: losses signed, infinite, NaN; lowest infinite, any shape.

    >>> typical([[1e-3, 1e-4, np.inf], [np.inf, np.inf, 1e-3], [0.1, 0.2, np.inf]], start=1.0, lowest=1e-16)
    array([0.001, 1.   , 1.   ])
    """
    domain.positive("start", start, ()), domain.nonnegative("lowest", lowest, infinite=True)
    domain.shape("losses", np.asarray(losses, float), (None, None))
    values = np.maximum(np.nan_to_num(np.asarray(losses, float), nan=np.inf, posinf=np.inf), lowest)
    middle = np.median(values, axis=1)
    return np.where(np.logical_or.accumulate(middle >= start), start, middle)


def per_run_best(losses: ArrayLike, lr: Sequence[float]) -> NDArray[np.float64]:
    """log10 of the best final loss of each run, over the grid and the schedules; losses (..., lr, runs).

    For runs without noise, each a problem of its own. Raises ValueError if a run is best at an end of the grid.
    Domain: losses infinite, NaN, any shape, any length; lr any length

    >>> per_run_best([[1.0, 1.0], [1e-3, 1e-2], [np.inf, 1.0]], [0.1, 1.0, 10.0])
    array([-3., -2.])
    """
    lr = domain.increasing("lr", domain.positive("lr", lr, (None,)))
    logs = log_losses(domain.shape("losses", losses, (..., len(lr), None)))
    logs = logs.min(axis=tuple(range(logs.ndim - 2)))
    tuning.choose(tuning.long(10.0**logs, lr=lr), "loss", "lr", per="run")
    return logs.min(axis=0)
