"""What is read off the runs: excess over SGD, quality of a linear fit."""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from optclaims import statistics
from optclaims.papers.ef_signsgd import theory
from optclaims.papers.ef_signsgd.problems import Points
from optclaims.science import domain

__all__ = ["excess_slope", "means", "quality"]


def excess_slope(first: ArrayLike, last: ArrayLike, sgd_first: ArrayLike, sgd_last: ArrayLike, factor: float) -> float:
    r"""Slope of $\ln(\bar a / \bar b - 1)$ on $\ln T$ between two horizons whose ratio is `factor`; each (runs,).

    An excess below 0 has no logarithm: its slope is that of an excess of $10^{-9}$.

    Domain: first, last, sgd_first, sgd_last any shape, any length.

    >>> excess_slope([1.4], [1.2], [1.0], [1.0], 4.0)
    -0.5
    """
    arrays = {"first": first, "last": last, "sgd_first": sgd_first, "sgd_last": sgd_last}
    means = {name: float(np.mean(domain.positive(name, values))) for name, values in arrays.items()}
    factor = domain.within("factor", factor, 1, np.inf, "()", shape=())
    before = max(means["first"] / means["sgd_first"] - 1, 1e-9)
    after = max(means["last"] / means["sgd_last"] - 1, 1e-9)
    return round(float(np.log(after / before) / np.log(factor)), 12)


def means(*samples: ArrayLike) -> dict[str, list[float]]:
    """Means of samples (runs,) and their standard errors, as `consistent` takes them.

    >>> means([1.0, 3.0], [2.0, 2.0])
    {'measured': [2.0, 2.0], 'stderr': [1.0, 0.0]}
    """
    arrays = [domain.vector("samples", domain.finite("samples", sample)) for sample in samples]
    errors = [float(statistics.stderr(sample)) for sample in arrays]
    return {"measured": [float(np.mean(sample)) for sample in arrays], "stderr": errors}


def quality(points: Points, w: NDArray[np.float64], memory: ArrayLike) -> pd.DataFrame:
    """Errors of weights w (records, d) with memory norms (records,), one row a record.

    Columns: train, test (mean squared errors), accuracy (of signs on the test half), share (of label 1 there), distance
    (from the span of the training points), from_minimum (from the minimum-norm solution, over its norm), memory.

    Domain: w signed.

    >>> from optclaims.papers.ef_signsgd.problems import artificial
    >>> quality(artificial(np.random.default_rng(0), n=2), np.zeros((1, 24)), [0.0])[["train", "test", "from_minimum"]]
       train  test  from_minimum
    0    1.0   1.0           1.0
    """
    if not isinstance(points, Points):
        raise ValueError(f"points must be Points, got {type(points).__name__}")
    w = np.asarray(domain.finite("w", w, (None, points.d)), float)
    memory = np.asarray(domain.nonnegative("memory", memory, (len(w),)), float)
    matrix, n = points.dense(), len(points.labels) // 2
    train, test = matrix[:n], matrix[n:]
    y_train, y_test = points.labels[:n], points.labels[n:]
    basis = np.linalg.qr(train.T)[0]
    outside = w - (w @ basis) @ basis.T
    target = theory.minimum_norm(train, y_train)
    return pd.DataFrame(
        {
            "train": ((w @ train.T - y_train) ** 2).mean(axis=1),
            "test": ((w @ test.T - y_test) ** 2).mean(axis=1),
            "accuracy": (np.sign(w @ test.T) == y_test).mean(axis=1),
            "share": (y_test > 0).mean(),
            "distance": np.linalg.norm(outside, axis=1),
            "from_minimum": np.linalg.norm(w - target, axis=1) / np.linalg.norm(target),
            "memory": memory,
        }
    )
