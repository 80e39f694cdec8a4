"""A perceptron on handwritten digits under ACProp, AdaBelief, Adam and SGD with momentum, several rates at once."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from optclaims.science import datasets, domain, networks, perceptron_runs, training
from optclaims.science.optimizers import ACProp, AdaBelief, Adam, HeavyBall, Rule
from optclaims.science.optimizers.schedules import Drops

__all__ = ["METHODS", "rule", "train"]

WIDTHS = (64, 100, 10)
TRAIN, BATCH, WEIGHT_DECAY = 1000, 128, 5e-4
METHODS = ("ACProp", "AdaBelief", "Adam", "SGD")


def rule(method: str, lr: ArrayLike, steps: int, eps: float = 1e-8) -> Rule:
    """One of METHODS with betas (0.9, 0.999) or momentum 0.9, its rate divided by 10 after three quarters of the steps.

    lr: a number, or one for each run (runs, 1)

    Domain: lr any shape.

    >>> rule("ACProp", 0.1, 100).lr(76).round(3)
    np.float64(0.01)
    """
    domain.one_of("method", method, METHODS)
    domain.positive("lr", lr)
    steps = domain.integer("steps", steps, low=1, shape=())
    domain.nonnegative("eps", eps, shape=())
    schedule = Drops(np.asarray(lr, float), (steps * 3 // 4,))
    if method == "SGD":
        return HeavyBall(schedule, 0.9)
    return {"ACProp": ACProp, "AdaBelief": AdaBelief, "Adam": Adam}[method](schedule, eps=eps)


def train(
    method: str, rates: Sequence[float], rngs: Sequence[np.random.Generator], *, epochs: int = 40, every: int = 10,
    eps: float = 1e-8,
) -> pd.DataFrame:  # fmt: skip
    """Train at every rate from the same starts and batches, one run for each generator, and return lr, run, epoch and
    accuracy on the test images after every so many epochs.

    A generator decides its split of the digits (1000 to train, 797 to test), start and batches, and stays as it is.

    Domain: rates any length.

    >>> train("SGD", [0.1], [np.random.default_rng(0)], epochs=2, every=2)[["lr", "run", "epoch"]].to_numpy().tolist()
    [[0.1, 0.0, 0.0], [0.1, 0.0, 2.0]]
    """
    rngs = [np.random.default_rng(domain.generator("rngs", rng).bit_generator.seed_seq) for rng in rngs]
    rates = domain.vector("rates", domain.positive("rates", rates))
    epochs = domain.integer("epochs", epochs, low=1, shape=())
    every = domain.integer("every", every, low=1, high=epochs, shape=())
    x, labels = datasets.digits()
    orders = np.stack([rng.permutation(len(x)) for rng in rngs])
    theta = networks.perceptron(WIDTHS, "relu").initial(rngs).numpy()
    steps, marks = TRAIN // BATCH, list(range(0, epochs + 1, every))
    stream = training.shuffled(rngs, orders[:, :TRAIN], BATCH)
    copies = len(rates), 1  # all rates side by side
    rows = [np.tile(next(stream), copies) for _ in range(steps * marks[-1])]
    lr = np.repeat(rates, len(rngs))[:, None]
    theta, y, test = np.tile(theta, copies), np.tile(labels, (len(lr), 1)), np.tile(orders[:, TRAIN:], copies)
    own, records = rule(method, lr, steps * epochs, eps), [steps * epoch for epoch in marks]
    points = perceptron_runs.descend(WIDTHS, theta, x, y, rows, own, records, weight_decay=WEIGHT_DECAY)
    settings = {"lr": lr[:, 0], "run": np.tile(np.arange(len(rngs)), len(rates))}
    found = [
        pd.DataFrame(settings | {"epoch": epoch, "accuracy": perceptron_runs.scores(WIDTHS, w, x, y, test)[1]})
        for epoch, w in zip(marks, np.nan_to_num(points), strict=True)
    ]
    return pd.concat(found).sort_values(["lr", "epoch", "run"], ignore_index=True)
