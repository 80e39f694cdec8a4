"""The tuned runs of two algorithms compared run by run; frames in, numbers out.

A frame of runs has the columns alpha, beta2, algorithm ("Adam" or "AMSGrad"), run, step, train, holdout, test
(losses). Tuning is that of `science.tuning`. Every difference is ln(loss of Adam / loss of AMSGrad), paired by run:
positive where AMSGrad is better.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from optclaims import statistics
from optclaims.science import domain, tuning
from optclaims.statistics import Estimate

CONFIGURATION = ["alpha", "beta2"]


def tuned(runs: pd.DataFrame, by: str) -> pd.DataFrame:
    """Return the runs of each algorithm at the configuration of its lowest final loss `by`, by the common policy.

    Raises ValueError where the best step size lies at an end of the grid.

    >>> sorted(tuned(_example(), "train").groupby("algorithm").alpha.first().items())
    [('AMSGrad', 0.1), ('Adam', 0.1)]
    """
    domain.one_of("by", by, tuple(runs))
    return tuning.at(runs, tuning.choose(runs, by, CONFIGURATION, "algorithm"), CONFIGURATION, "algorithm")


def difference(runs: pd.DataFrame, loss: str, *, stopped: int | None = None) -> Estimate:
    """Return the mean over the runs of ln(Adam / AMSGrad) of the final loss, with its interval; runs from `tuned`.

    stopped: recorded step at which Adam's loss is read, in place of the last one: a run stopped too soon.

    >>> round(difference(tuned(_example(), "train"), "train").value, 6)
    0.693147
    """
    domain.one_of("loss", loss, tuple(runs))
    if stopped is not None:
        domain.one_of("stopped", stopped, tuple(runs["step"].unique().tolist()))
    rows = tuning.final(runs)
    if stopped is not None:
        early = runs[(runs["algorithm"] == "Adam") & (runs["step"] == stopped)]
        rows = pd.concat([rows[rows["algorithm"] == "AMSGrad"], early.assign(step=rows["step"].max())])
    return statistics.mean(tuning.log_ratio(rows, loss, "Adam", "AMSGrad", "algorithm"))


def itself(runs: pd.DataFrame, loss: str) -> Estimate:
    """Return the difference between Adam and Adam.

    >>> itself(tuned(_example(), "train"), "train").value
    0.0
    """
    domain.one_of("loss", loss, tuple(runs))
    return statistics.mean(tuning.log_ratio(runs, loss, "Adam", "Adam", "algorithm"))


def planted(runs: pd.DataFrame, loss: str, size: float) -> Estimate:
    """Return what a true difference of `size` would look like among these runs: their scatter about it.

    Domain: size signed.

    >>> round(planted(tuned(_example(), "train"), "train", size=0.5).value, 6)
    0.5
    """
    domain.one_of("loss", loss, tuple(runs)), domain.finite("size", size, ())
    differences = tuning.log_ratio(runs, loss, "Adam", "AMSGrad", "algorithm")
    return statistics.mean(differences - differences.mean() + size)


def cost(runs: pd.DataFrame, algorithm: str, loss: str) -> np.ndarray:
    """Return how much an algorithm loses by a configuration of the grid at random, (runs,): mean of ln(loss / best).

    >>> cost(_example(), "Adam", "train").round(3)
    array([1.535, 1.535])
    """
    domain.one_of("algorithm", algorithm, tuple(runs["algorithm"].unique())), domain.one_of("loss", loss, tuple(runs))
    return tuning.regret(runs, loss, CONFIGURATION, algorithm, "algorithm")


def matched(runs: pd.DataFrame, alphas: Sequence[float], loss: str, *, adam_below: int = 0) -> list[Estimate]:
    """Return the difference at each (alpha, beta2) with alpha in `alphas`, both algorithms at the same one.

    adam_below: gives Adam the step size that many places further down the grid: an unequal comparison, a mistake that
    a check has to notice.

    >>> [round(pair.value, 6) for pair in matched(_example(), [0.1], "train")]
    [0.693147]
    """
    domain.one_of("loss", loss, tuple(runs))
    adam_below = domain.integer("adam_below", adam_below, low=0, shape=())
    for alpha in domain.positive("alphas", alphas, (None,)):
        domain.one_of("alphas", float(alpha), tuple(runs["alpha"].unique().tolist()))
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
    """Return the estimate whose interval reaches highest: the one that speaks least for a negative difference.

    >>> round(weakest(matched(_example(), [0.01, 0.1], "train")).value, 6)
    0.693147
    """
    return max(estimates, key=lambda estimate: estimate.high)


def curves(runs: pd.DataFrame, by: dict[str, str]) -> pd.DataFrame:
    """Return mean and standard error of the losses along the tuned runs: algorithm, loss, alpha, beta2, step, mean, ...

    by: loss to draw -> loss that the configuration is tuned for.

    >>> curves(_example(), {"test": "holdout"}).algorithm.tolist()
    ['AMSGrad', 'Adam']
    """
    parts = [tuning.curves(tuned(runs, criterion), loss, CONFIGURATION, "algorithm") for loss, criterion in by.items()]
    return pd.concat(parts, ignore_index=True)


def landscape(runs: pd.DataFrame, losses: Sequence[str]) -> pd.DataFrame:
    """Return mean and standard error over the runs of the final losses at every configuration, in long format.

    >>> len(landscape(_example(), ["train"]))  # two algorithms at three step sizes
    6
    """
    return tuning.landscape(runs, losses, CONFIGURATION, "algorithm")


def _example() -> pd.DataFrame:
    """Two runs at three step sizes, 0.1 the best; Adam ends at twice the losses of AMSGrad."""
    losses = {0.01: 10.0, 0.1: 1.0, 1.0: 10.0}
    rows = [
        {"algorithm": name, "alpha": alpha, "beta2": 0.9, "run": run, "step": 5, "train": size * loss}
        for name, size in {"Adam": 2.0, "AMSGrad": 1.0}.items()
        for alpha, loss in losses.items()
        for run in (0, 1)
    ]
    frame = pd.DataFrame(rows)
    return frame.assign(holdout=frame["train"], test=frame["train"])
