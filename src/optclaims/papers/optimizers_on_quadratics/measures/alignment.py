"""The best step of each arm, and the loss of AdaGrad's advantage."""

import numpy as np
import pandas as pd

from optclaims.science import domain

__all__ = ["best_ratios", "installed_differences", "late_size"]


def best_ratios(frame: pd.DataFrame, limit: int) -> pd.DataFrame:
    """Return steps of the best lr of either arm and their ratio: columns kappa, seed, aligned, rotated, ratio, inside.

    frame: columns kappa, seed, lr, arm, steps (-1: not within the limit, which then stands for it). inside: whether
    the best lr of the rotated arm, whose steps are the larger ones, lies inside the grid.

    >>> rows = [(1.0, 0, lr, arm, n) for arm, n in (("aligned", 2), ("rotated", 6)) for lr in (0.5, 1.0, 2.0)]
    >>> best_ratios(pd.DataFrame(rows, columns=["kappa", "seed", "lr", "arm", "steps"]), 10).ratio.tolist()
    [3.0]
    """
    limit = domain.integer("limit", limit, low=1, shape=())
    frame = frame.assign(steps=frame.steps.where(frame.steps > 0, limit))
    best = frame.loc[frame.groupby(["kappa", "seed", "arm"]).steps.idxmin()]
    table = best.pivot(index=["kappa", "seed"], columns="arm", values="steps")
    rotated = best[best.arm == "rotated"].set_index(["kappa", "seed"])
    inside = ~rotated.lr.isin([frame.lr.min(), frame.lr.max()])
    return table.assign(ratio=table.rotated / table.aligned, inside=inside).reset_index()


def late_size(rule, curvature: float, steps: int = 3000) -> float:
    """Return ``log10 |w|`` after so many steps of a rule on ``curvature w^2 / 2`` from 1; a run ends beyond 1e100.

    Domain: curvature signed.

    >>> from optclaims.science.optimizers import SGD
    >>> round(late_size(SGD(lr=0.5), 1.8, steps=10), 6)
    -10.0
    """
    curvature = domain.finite("curvature", curvature, ())
    steps = domain.integer("steps", steps, low=1, shape=())
    w = np.ones(1)
    state = rule.start(w)
    for t in range(1, steps + 1):
        w, state = rule.step(w, curvature * w, state, t)
        if abs(w[0]) > 1e100:
            break
    return float(np.log10(max(abs(w[0]), 1e-300)))


def installed_differences(table: dict[str, dict[str, object]]) -> int:
    """Return how many entries of a table of defaults the installed PyTorch does not have.

    >>> installed_differences({"SGD": {"momentum": 0.5}})
    1
    """
    import torch

    parameter = torch.nn.Parameter(torch.zeros(1))
    installed = {name: getattr(torch.optim, name)([parameter]).defaults for name in table}
    return sum(installed[name].get(key, 0) != value for name, row in table.items() for key, value in row.items())
