"""Choosing step sizes and comparing two algorithms run by run; frames in, numbers out.

A frame of runs has the columns alpha, beta2, algorithm ("Adam" or "AMSGrad"), seed, step, train, holdout, test
(losses). Every difference is ln(loss of Adam / loss of AMSGrad), paired by seed: positive where AMSGrad is better.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from optclaims import statistics
from optclaims.statistics import Estimate

CONFIGURATION = ["alpha", "beta2"]


def final(runs: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the last recorded step."""
    return runs[runs["step"] == runs["step"].max()]


def best(runs: pd.DataFrame, algorithm: str, by: str) -> tuple[float, float]:
    """Return the (alpha, beta2) at which an algorithm's final loss `by`, averaged over the seeds, is lowest."""
    rows = final(runs)
    return rows[rows["algorithm"] == algorithm].groupby(CONFIGURATION)[by].mean().idxmin()


def at(runs: pd.DataFrame, algorithm: str, configuration: tuple[float, float]) -> pd.DataFrame:
    """Return the runs of an algorithm at one (alpha, beta2)."""
    alpha, beta2 = configuration
    return runs[(runs["algorithm"] == algorithm) & (runs["alpha"] == alpha) & (runs["beta2"] == beta2)]


def tuned(runs: pd.DataFrame, algorithm: str, by: str, loss: str, *, step: int | None = None) -> np.ndarray:
    """Return the `loss` (seeds,) of an algorithm at the configuration that is best for `by` after the last step.

    step: recorded step at which the loss is read, by default the last one; an earlier one is a run stopped too soon.
    """
    chosen = at(runs, algorithm, best(runs, algorithm, by))
    return chosen[chosen["step"] == (step or runs["step"].max())].sort_values("seed")[loss].to_numpy()


def difference(adam: np.ndarray, amsgrad: np.ndarray) -> Estimate:
    """Return the mean over seeds of ln(adam / amsgrad) with its interval; both (seeds,)."""
    return statistics.mean(np.log(adam) - np.log(amsgrad))


def spread(runs: pd.DataFrame, algorithm: str, loss: str) -> np.ndarray:
    """Return how much an algorithm loses by a wrong configuration, (seeds,): mean over the grid of ln(loss / best)."""
    rows = final(runs)
    table = np.log(rows[rows["algorithm"] == algorithm].pivot(index="seed", columns=CONFIGURATION, values=loss))
    return (table.mean(axis=1) - table.min(axis=1)).to_numpy()


def matched(runs: pd.DataFrame, alphas: Sequence[float], loss: str, *, adam_below: int = 0) -> list[Estimate]:
    """Return the difference at each (alpha, beta2) with alpha in `alphas`, both algorithms at the same one.

    adam_below: gives Adam the step size that many places further down the grid: an unequal comparison, a mistake that
    a check has to notice.
    """
    rows = final(runs)
    table = rows.pivot(index="seed", columns=["algorithm", *CONFIGURATION], values=loss)
    grid, beta2s = np.unique(rows["alpha"]), np.unique(rows["beta2"])
    pairs = [(grid[np.flatnonzero(grid == alpha)[0] - adam_below], alpha) for alpha in alphas]
    return [
        difference(table["Adam", lower, beta2], table["AMSGrad", alpha, beta2])
        for lower, alpha in pairs
        for beta2 in beta2s
    ]


def weakest(estimates: Sequence[Estimate]) -> Estimate:
    """Return the estimate whose interval reaches highest: the one that speaks least for a negative difference."""
    return max(estimates, key=lambda estimate: estimate.high)


def curves(runs: pd.DataFrame, by: dict[str, str]) -> pd.DataFrame:
    """Return mean and standard error over the seeds of the losses along the tuned runs, in long format.

    by: loss to draw -> loss that the configuration is tuned for.
    Columns: algorithm, loss, alpha, beta2, step, mean, stderr.
    """
    parts = []
    for loss, criterion in by.items():
        for algorithm in ("Adam", "AMSGrad"):
            alpha, beta2 = best(runs, algorithm, criterion)
            column = at(runs, algorithm, (alpha, beta2)).groupby("step")[loss]
            part = column.agg(mean="mean", stderr="sem").reset_index()
            parts.append(part.assign(algorithm=algorithm, loss=loss, alpha=alpha, beta2=beta2))
    return pd.concat(parts)[["algorithm", "loss", "alpha", "beta2", "step", "mean", "stderr"]]


def landscape(runs: pd.DataFrame, losses: Sequence[str]) -> pd.DataFrame:
    """Return mean and standard error over the seeds of the final losses at every configuration, in long format."""
    rows = final(runs).melt(["algorithm", "seed", *CONFIGURATION], list(losses), var_name="loss", value_name="value")
    groups = rows.groupby(["algorithm", "loss", *CONFIGURATION], sort=True)["value"]
    return groups.agg(mean="mean", stderr="sem").reset_index()
