"""Tables of trained networks: curves, densities along training, and what a method leads by."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optclaims.science import domain

__all__ = ["density_bands", "lead", "learning_curves"]

MEASURES = ["train_loss", "train_accuracy", "test_loss", "test_accuracy"]


def learning_curves(scores: Mapping[int, pd.DataFrame]) -> pd.DataFrame:
    """Mean and deviation (`_std`) over runs of losses and accuracies, from the frames of `digits.train` by batch size.

    >>> one = {"method": "SGD", "epoch": 0, "train_accuracy": [0.5, 0.7]}
    >>> frame = pd.DataFrame(one | dict.fromkeys(["train_loss", "test_loss", "test_accuracy"], 1.0))
    >>> learning_curves({8: frame})[["batch", "train_accuracy", "test_loss_std"]].to_numpy().tolist()
    [[8.0, 0.6, 0.0]]
    """
    curves = pd.concat(scores, names=["batch"]).reset_index("batch")
    groups = curves.groupby(["batch", "method", "epoch"], sort=False)[MEASURES]
    spread = groups.std().rename(columns=lambda name: f"{name}_std")
    return groups.mean().join(spread).reset_index()


def density_bands(densities: Mapping[int, pd.DataFrame]) -> pd.DataFrame:
    """Median and smallest density of each epoch, of the gradient and of the corrected step, by batch size.

    >>> seen = pd.DataFrame({"epoch": [0, 0], "g": [0.2, 0.4], "p": [0.5, 0.7]})
    >>> density_bands({8: seen})["low"].tolist()
    [0.2, 0.5]
    """
    parts = []
    for batch, seen in densities.items():
        for column, label in (("g", "g"), ("p", "g + e")):
            by_epoch = seen.groupby("epoch")[column]
            bands = {"batch": batch, "quantity": label, "median": by_epoch.median(), "low": by_epoch.min()}
            parts.append(pd.DataFrame(bands).reset_index())
    return pd.concat(parts)


def lead(scores: pd.DataFrame, method: str, measure: str) -> NDArray[np.float64]:
    """What a method has more than SGD with momentum at the end, run by run (runs,); measure: a column of the scores.

    >>> rows = [["scaled sign", 0, 1, 0.4], ["SGD, momentum", 0, 1, 0.5]]
    >>> lead(pd.DataFrame(rows, columns=["method", "run", "epoch", "loss"]), "scaled sign", "loss").round(3)
    array([-0.1])
    """
    domain.one_of("measure", measure, scores.columns)
    domain.one_of("method", method, set(scores.method))
    last = scores.query("epoch == epoch.max()").pivot(index="run", columns="method", values=measure)
    return (last[method] - last["SGD, momentum"]).to_numpy()
