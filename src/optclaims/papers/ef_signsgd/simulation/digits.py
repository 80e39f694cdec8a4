r"""A perceptron on handwritten digits: momentum, error feedback and the scaled sign at several batch sizes.

As in the authors' protocol the rate is tuned at batch 128 and scaled by batch/128, falls by 10 at half and at three
quarters of the epochs, and the scale of the sign is that of each tensor. A tenth of the training labels is redrawn.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optclaims.science import datasets, domain, networks, perceptron_runs, training
from optclaims.science.optimizers import SGD, ErrorFeedback, HeavyBall, Rule, ScaledSign, Signum, compressors
from optclaims.science.optimizers.schedules import Drops

__all__ = ["Split", "densities", "rules", "split", "train"]

WIDTHS = (64, 100, 10)
TRAIN, WEIGHT_DECAY, REDRAWN = 1000, 5e-4, 0.1
FIRST = 6400  # parameters of the first weight matrix


class Split(NamedTuple):
    """Images (n, 64), labels (runs, n) as each run sees them, rows (runs, ...) of training and of test images."""

    x: NDArray[np.float32]
    y: NDArray[np.int64]
    train: NDArray[np.int64]
    test: NDArray[np.int64]


def rules(rates: Mapping[str, float], batch: int, epochs: int) -> dict[str, Rule]:
    """The methods by name with their rates at batch 128, scaled by batch/128, with their drops.

    Names: "SGD, momentum", "EF, scaled sign", "scaled sign", "sign, momentum".

    >>> rules({"EF, scaled sign": 1.0}, 64, 4)["EF, scaled sign"].rule.lr
    Drops(start=0.5, after=(30, 45), factor=0.1)
    """
    batch = domain.integer("batch", batch, low=1, high=TRAIN, shape=())
    epochs = domain.integer("epochs", epochs, low=4, shape=())
    sizes = perceptron_runs.tensors(WIDTHS)
    make = {
        "SGD, momentum": lambda lr: HeavyBall(lr, 0.9),
        "EF, scaled sign": lambda lr: ErrorFeedback(SGD(lr), compressors.ScaledSign(sizes)),
        "scaled sign": lambda lr: ScaledSign(lr, sizes),
        "sign, momentum": lambda lr: Signum(lr, 0.9),
    }
    drops = tuple(TRAIN // batch * round(share * epochs) for share in (0.5, 0.75))
    return {
        domain.one_of("rates", name, make): make[name](Drops(domain.positive("rates", lr) * batch / 128, drops))
        for name, lr in rates.items()
    }


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
    epochs = domain.integer("epochs", epochs, low=1, shape=())
    every = domain.integer("every", every, low=1, high=epochs, shape=())
    arms = rules(rates, batch, epochs)
    theta = networks.perceptron(WIDTHS, "relu").initial(rngs).numpy()
    steps = TRAIN // batch
    marks = list(range(0, epochs + 1, every))
    stream = training.shuffled(rngs, data.train, batch)
    rows = [next(stream) for _ in range(steps * marks[-1])]
    curves, watched = [], []
    for name, rule in arms.items():
        feedback = isinstance(rule, ErrorFeedback)

        def watch(t: int, g: NDArray, state: dict, rule: Rule = rule) -> None:
            p = rule.rule.lr(t) * g[:, :FIRST] + state["error"][:, :FIRST]
            watched.append((np.full(len(g), (t - 1) // steps), densities(g[:, :FIRST])[0], *densities(p)))

        own = {"weight_decay": WEIGHT_DECAY, "watch": watch if feedback else None}
        points = perceptron_runs.descend(WIDTHS, theta, data.x, data.y, rows, rule, [steps * e for e in marks], **own)
        for epoch, w in zip(marks, points, strict=True):
            row = {"method": name, "run": np.arange(len(w)), "epoch": epoch}
            for part, taken in (("train", data.train), ("test", data.test)):
                row[f"{part}_loss"], row[f"{part}_accuracy"] = perceptron_runs.scores(WIDTHS, w, data.x, data.y, taken)
            curves.append(pd.DataFrame(row))
    table = np.moveaxis(np.array(watched), 1, 2).reshape(-1, 4) if watched else np.empty((0, 4))
    phi = pd.DataFrame(table, columns=["epoch", "g", "p", "wrong"])
    phi.insert(0, "run", np.tile(np.arange(len(rngs)), len(watched)))
    return pd.concat(curves, ignore_index=True), phi
