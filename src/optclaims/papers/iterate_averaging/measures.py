"""Test scores of many runs, as rows of a figure's frame."""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from optclaims.science import domain
from optclaims.statistics import stderr

__all__ = ["path", "summary"]


def summary(rates: ArrayLike, kinds: dict[str, ArrayLike], **labels: object) -> pd.DataFrame:
    """Return mean accuracy and standard error over the runs, a row for each kind and learning rate.

    rates: (rates,); kinds: name -> accuracies (rates, runs); labels: further columns. Raises ValueError where shapes
    do not fit.

    Domain: rates any length; method any name

    >>> summary([0.1], {"last": [[0.5, 0.7]]}, method="SGD").round(3).to_dict("records")
    [{'method': 'SGD', 'lr': 0.1, 'kind': 'last', 'accuracy': 0.6, 'stderr': 0.1}]
    """
    rates = domain.vector("rates", domain.positive("rates", rates))
    rows = []
    for kind, values in kinds.items():
        values = domain.finite("kinds", values, (len(rates), None))
        means, errors = values.mean(axis=1), stderr(values, axis=1)
        rows.append(pd.DataFrame({**labels, "lr": rates, "kind": kind, "accuracy": means, "stderr": errors}))
    return pd.concat(rows, ignore_index=True)


def path(losses: ArrayLike, accuracies: ArrayLike) -> pd.DataFrame:
    """Return means and standard errors over the runs of test loss and accuracy after every epoch, without NaN.

    losses, accuracies: (2, epochs, runs), of last iterate and average. Raises ValueError where shapes do not fit.

    Domain: losses, accuracies signed, NaN

    >>> found = path(np.ones((2, 3, 4)), np.ones((2, 3, 4)))
    >>> found.columns.tolist(), len(found)
    (['kind', 'epoch', 'loss', 'loss_stderr', 'accuracy', 'accuracy_stderr'], 6)
    """
    losses = _finite_or_missing("losses", losses, (2, None, None))
    accuracies = _finite_or_missing("accuracies", accuracies, losses.shape)
    parts = []
    for kind, loss, accuracy in zip(("last", "average"), losses, accuracies, strict=True):
        part = {"kind": kind, "epoch": np.arange(1, len(loss) + 1)}
        for name, values in (("loss", loss), ("accuracy", accuracy)):
            part |= {name: values.mean(axis=1), f"{name}_stderr": stderr(values, axis=1)}
        parts.append(pd.DataFrame(part))
    return pd.concat(parts, ignore_index=True).dropna()


def _finite_or_missing(name: str, values: ArrayLike, shape: tuple) -> NDArray:
    values = np.asarray(values, float)
    domain.finite(name, np.where(np.isnan(values), 0.0, values), shape)
    return values
