"""The tuned runs of two algorithms compared run by run; frames in, numbers out.

A frame of runs has the columns alpha, beta2, algorithm ("Adam" or "AMSGrad"), run, step, train, holdout, test
(losses). Every difference is ln(loss of Adam / loss of AMSGrad), paired by run: positive where AMSGrad is better.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from optclaims import statistics
from optclaims.science import tuning
from optclaims.statistics import Estimate

CONFIGURATION = ["alpha", "beta2"]


def tuned(runs: pd.DataFrame, by: str) -> pd.DataFrame:
    """Return the runs of each algorithm at the configuration of its lowest final loss `by`, by the common policy.

    The ends of the grid are allowed: a loss that falls up to the largest step size is part of what is seen.
    """
    return tuning.at(
        runs, tuning.choose(runs, by, CONFIGURATION, "algorithm", edge="allow"), CONFIGURATION, "algorithm"
    )


def difference(runs: pd.DataFrame, loss: str, *, stopped: int | None = None) -> Estimate:
    """Return the mean over the runs of ln(Adam / AMSGrad) of the final loss, with its interval; runs from `tuned`.

    stopped: recorded step at which Adam's loss is read, in place of the last one: a run stopped too soon.
    """
    rows = tuning.final(runs)
    if stopped is not None:
        early = runs[(runs["algorithm"] == "Adam") & (runs["step"] == stopped)]
        rows = pd.concat([rows[rows["algorithm"] == "AMSGrad"], early.assign(step=rows["step"].max())])
    return statistics.mean(tuning.log_ratio(rows, loss, "Adam", "AMSGrad", "algorithm"))


def itself(runs: pd.DataFrame, loss: str) -> Estimate:
    """Return the difference between Adam and Adam."""
    return statistics.mean(tuning.log_ratio(runs, loss, "Adam", "Adam", "algorithm"))


def planted(runs: pd.DataFrame, loss: str, size: float) -> Estimate:
    """Return what a true difference of `size` would look like among these runs: their scatter about it."""
    differences = tuning.log_ratio(runs, loss, "Adam", "AMSGrad", "algorithm")
    return statistics.mean(differences - differences.mean() + size)


def cost(runs: pd.DataFrame, algorithm: str, loss: str) -> np.ndarray:
    """Return how much an algorithm loses by a configuration of the grid at random, (runs,): mean of ln(loss / best)."""
    return tuning.regret(runs, loss, CONFIGURATION, algorithm, "algorithm")


def matched(runs: pd.DataFrame, alphas: Sequence[float], loss: str, *, adam_below: int = 0) -> list[Estimate]:
    """Return the difference at each (alpha, beta2) with alpha in `alphas`, both algorithms at the same one.

    adam_below: gives Adam the step size that many places further down the grid: an unequal comparison, a mistake that
    a check has to notice.
    """
    rows = tuning.final(runs)
    table = np.log(rows.pivot(index="run", columns=["algorithm", *CONFIGURATION], values=loss))
    grid, beta2s = np.unique(rows["alpha"]), np.unique(rows["beta2"])
    pairs = [(grid[np.flatnonzero(grid == alpha)[0] - adam_below], alpha) for alpha in alphas]
    return [
        statistics.mean(table["Adam", lower, beta2] - table["AMSGrad", alpha, beta2])
        for lower, alpha in pairs
        for beta2 in beta2s
    ]


def weakest(estimates: Sequence[Estimate]) -> Estimate:
    """Return the estimate whose interval reaches highest: the one that speaks least for a negative difference."""
    return max(estimates, key=lambda estimate: estimate.high)


def curves(runs: pd.DataFrame, by: dict[str, str]) -> pd.DataFrame:
    """Return mean and standard error of the losses along the tuned runs: algorithm, loss, alpha, beta2, step, mean, ...

    by: loss to draw -> loss that the configuration is tuned for.
    """
    parts = [tuning.curves(tuned(runs, criterion), loss, CONFIGURATION, "algorithm") for loss, criterion in by.items()]
    return pd.concat(parts, ignore_index=True)


def landscape(runs: pd.DataFrame, losses: Sequence[str]) -> pd.DataFrame:
    """Return mean and standard error over the runs of the final losses at every configuration, in long format."""
    return tuning.landscape(runs, losses, CONFIGURATION, "algorithm")
