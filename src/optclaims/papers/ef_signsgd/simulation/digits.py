r"""A perceptron on handwritten digits: momentum, error feedback and the scaled sign at several batch sizes.

As in the authors' protocol the rate is tuned at batch 128 and scaled by batch/128, falls by 10 at half and at three
quarters of the epochs, and the scale of the sign is that of each tensor. A tenth of the training labels is redrawn.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from optclaims.papers.ef_signsgd.problems import ARMS
from optclaims.papers.ef_signsgd.simulation import compiled
from optclaims.science import datasets, domain, networks, perceptron_runs, training
from optclaims.science.optimizers import SGD, ErrorFeedback, HeavyBall, Rule, ScaledSign, Signum, compressors
from optclaims.science.optimizers.schedules import Drops

__all__ = ["Split", "densities", "descend", "rules", "schedule", "split", "train"]

WIDTHS = (64, 100, 10)
TRAIN, WEIGHT_DECAY, REDRAWN = 1000, 5e-4, 0.1


class Split(NamedTuple):
    """Images (n, 64), labels (runs, n) as each run sees them, rows (runs, ...) of training and of test images."""

    x: NDArray[np.float32]
    y: NDArray[np.int64]
    train: NDArray[np.int64]
    test: NDArray[np.int64]


# Of the compiled loop: the compressed step, and the momentum with the share of the gradient in it.
FORMS = {
    "SGD, momentum": (ARMS["SGD"], 0.9, 1.0),
    "EF, scaled sign": (ARMS["EF, scaled sign"], 0.0, 1.0),
    "scaled sign": (ARMS["scaled sign"], 0.0, 1.0),
    "sign, momentum": (ARMS["sign"], 0.9, 0.1),
}


def rules(rates: Mapping[str, float], batch: int, epochs: int) -> dict[str, Rule]:
    """The methods by name with their rates at batch 128, scaled by batch/128, with their drops.

    Names: "SGD, momentum", "EF, scaled sign", "scaled sign", "sign, momentum".

    >>> rules({"EF, scaled sign": 1.0}, 64, 4)["EF, scaled sign"].rule.lr
    Drops(start=0.5, after=(30, 45), factor=0.1)
    """
    sizes = perceptron_runs.tensors(WIDTHS)
    make = {
        "SGD, momentum": lambda lr: HeavyBall(lr, 0.9),
        "EF, scaled sign": lambda lr: ErrorFeedback(SGD(lr), compressors.ScaledSign(sizes)),
        "scaled sign": lambda lr: ScaledSign(lr, sizes),
        "sign, momentum": lambda lr: Signum(lr, 0.9),
    }
    return {
        domain.one_of("rates", name, make): make[name](schedule(domain.positive("rates", lr), batch, epochs))
        for name, lr in rates.items()
    }


def schedule(lr: float, batch: int, epochs: int) -> Drops:
    """The rate at batch 128, scaled by batch/128, a tenth of it after half and after three quarters of the epochs.

    >>> schedule(1.0, 64, 4)(31)
    0.05
    """
    lr = domain.positive("lr", lr, shape=())
    batch = domain.integer("batch", batch, low=1, high=TRAIN, shape=())
    epochs = domain.integer("epochs", epochs, low=4, shape=())
    return Drops(lr * batch / 128, tuple(TRAIN // batch * round(share * epochs) for share in (0.5, 0.75)))


def split(rngs: Sequence[np.random.Generator]) -> Split:
    """A split of the 1797 digits for each generator: 1000 to train, a tenth of whose labels is redrawn, and the rest.

    >>> split([np.random.default_rng(0)]).test.shape
    (1, 797)
    """
    rngs = [domain.generator("rngs", rng) for rng in rngs]
    x, labels = datasets.digits()
    orders = np.stack([rng.permutation(len(x)) for rng in rngs])
    y = np.tile(labels, (len(rngs), 1))
    for run, rng in enumerate(rngs):
        wrong = orders[run, : round(REDRAWN * TRAIN)]
        y[run, wrong] = rng.integers(10, size=len(wrong))
    return Split(x.astype(np.float32), y, orders[:, :TRAIN], orders[:, TRAIN:])


def densities(vectors: NDArray) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    r"""$\lVert v\rVert_1^2/(d\lVert v\rVert_2^2)$ of vectors (runs, d), and the wrong $\lVert v\rVert_1/(d\lVert v\rVert_\infty)$.

    Domain: vectors signed.

    >>> densities(np.array([[3.0, -1.0]]))
    (array([0.8]), array([0.66666667]))
    """  # noqa: E501
    v = np.abs(domain.finite("vectors", vectors, (None, None)))
    total = domain.positive("vectors", v.sum(axis=1))
    return total**2 / (v.shape[1] * np.einsum("ij,ij->i", v, v)), total / (v.shape[1] * v.max(axis=1))


def train(
    data: Split, rates: Mapping[str, float], rngs: Sequence[np.random.Generator], batch: int, *, epochs: int = 40,
    every: int = 5,
) -> tuple[pd.DataFrame, pd.DataFrame]:  # fmt: skip
    """Train every method from the same starts and batches, one run for each generator.

    Returns method, run, epoch, train_loss, train_accuracy, test_loss, test_accuracy after every so many epochs; and of
    error feedback, for every run and step, epoch and the densities of the first matrix: of the gradient (g), of the
    corrected step (p), of that with the wrong norm (wrong).

    >>> data = split([np.random.default_rng(0)])
    >>> scores, phi = train(data, {"EF, scaled sign": 1.0}, [np.random.default_rng(1)], 500, epochs=4, every=4)
    >>> scores["epoch"].tolist(), len(phi)
    ([0, 4], 8)
    """
    if not isinstance(data, Split):
        raise ValueError(f"data must be a Split, got {type(data).__name__}")
    rngs = [domain.generator("rngs", rng) for rng in rngs]
    domain.shape("rngs", np.empty(len(rngs)), (len(data.y),))
    epochs = domain.integer("epochs", epochs, low=4, shape=())
    every = domain.integer("every", every, low=1, high=epochs, shape=())
    if not rates:
        raise ValueError("rates must name a method at least, got none")
    theta = networks.perceptron(WIDTHS, "relu").initial(rngs).numpy()
    steps, marks = TRAIN // domain.integer("batch", batch, low=1, high=TRAIN, shape=()), range(0, epochs + 1, every)
    stream = training.shuffled(rngs, data.train, batch)
    rows = np.stack([next(stream) for _ in range(steps * marks[-1])], axis=1)
    curves, phi = [], pd.DataFrame(columns=["run", "epoch", "g", "p", "wrong"])
    for name, lr in rates.items():
        domain.one_of("rates", name, FORMS)
        points, watched = descend(data, theta, rows, name, schedule(lr, batch, epochs), [steps * e for e in marks])
        for epoch, w in zip(marks, points, strict=True):
            row = {"method": name, "run": np.arange(len(w)), "epoch": epoch}
            for part, taken in (("train", data.train), ("test", data.test)):
                row[f"{part}_loss"], row[f"{part}_accuracy"] = perceptron_runs.scores(WIDTHS, w, data.x, data.y, taken)
            curves.append(pd.DataFrame(row))
        if name == "EF, scaled sign":
            phi = pd.DataFrame(watched.reshape(-1, 3), columns=["g", "p", "wrong"])
            run, t = np.divmod(np.arange(len(phi)), rows.shape[1])
            phi = phi.assign(run=run, epoch=t // steps)
    return pd.concat(curves, ignore_index=True), phi


def descend(
    data: Split, theta: ArrayLike, rows: ArrayLike, method: str, lr: Drops, records: Sequence[int]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Weights (records, runs, parameters) of one method after so many steps, and (runs, steps, 3) densities of the
    first matrix: of the gradient (or momentum), of the corrected step p, of p with the wrong norm.

    theta (runs, parameters): the start;  rows (runs, steps, batch);  lr: the rate by step;  records: up to `steps`

    Domain: theta signed; rows, records any length.

    >>> data, theta = split([np.random.default_rng(0)]), np.zeros((1, 7510))
    >>> points, phi = descend(data, theta, data.train[:, None, :4], "scaled sign", schedule(1.0, 128, 4), [0, 1])
    >>> points.shape, phi.shape
    ((2, 1, 7510), (1, 1, 3))
    """
    sizes = perceptron_runs.tensors(WIDTHS)
    theta = np.array(domain.finite("theta", theta, (len(data.y), sum(sizes))), np.float32)
    rows = np.ascontiguousarray(domain.integer("rows", np.asarray(rows), 0, len(data.x) - 1, (len(theta), None, None)))
    steps = rows.shape[1]
    records = np.asarray(
        domain.integer("records", np.asarray(domain.increasing("records", records, low=0, high=steps), float))
    )
    rows = rows[:, : records[-1]]
    arm, momentum, fresh = FORMS[domain.one_of("method", method, FORMS)]
    rates = np.array([domain.function("lr", lr)(t) for t in range(1, rows.shape[1] + 1)])
    points = np.empty((len(records), *theta.shape), np.float32)
    phi = np.empty((len(theta), rows.shape[1], 3), np.float32)
    shape = np.array(WIDTHS), np.cumsum(sizes)
    shrink = np.float32(WEIGHT_DECAY) * perceptron_runs.weights(WIDTHS)
    own = rates, momentum, fresh, arm.numbers, records, points, phi
    compiled.perceptrons(theta, *shape, data.x, data.y, rows, shrink, *own)
    return points, phi
