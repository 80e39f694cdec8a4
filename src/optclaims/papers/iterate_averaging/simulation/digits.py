"""A perceptron on digits with noisy labels: test accuracy of the last iterate and of averages of the weights."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optclaims.science import datasets, domain, perceptron_runs, perceptrons, training
from optclaims.science.optimizers import SGD, AdamW

__all__ = ["train"]

WIDTHS = (64, 64, 64, 10)
TRAIN, BATCH, REDRAWN = 600, 16, 0.2
DECAY = {"SGD": 0.01, "AdamW": 0.3}


def train(
    method: str, rates: ArrayLike, rngs: Sequence[np.random.Generator], *, epochs: int = 60,
    every: Sequence[int] = (1,), anneal: bool = False,
) -> tuple[NDArray, NDArray]:  # fmt: skip
    r"""Return test accuracies of the last iterate (rates, runs) and of averages over the second half (every, rates,
    runs), of the iterates at every so many steps.

    A run is 600 digits, a fifth of their labels redrawn once, batches of 16; 64-64-64-10 units; the other digits are
    the test. method: "SGD" (0.01 w added to the gradient) or "AdamW" (decay 0.3), on all parameters.
    rngs: one a run, which decides split, labels, start and batches, and stays as it is; all rates share them.
    anneal: the learning rate falls linearly to 0 over the second half. Raises ValueError for parameters out of range.

    Domain: rates any length; every any length

    >>> last, averages = train("SGD", [0.1], [np.random.default_rng(0)], epochs=2, every=(1, 5))
    >>> last.shape, averages.shape
    ((1, 1), (2, 1, 1))
    """
    domain.one_of("method", method, tuple(DECAY))
    rates = domain.vector("rates", domain.positive("rates", rates))
    rngs = [np.random.default_rng(domain.generator("rngs", rng).bit_generator.seed_seq) for rng in rngs]
    epochs = domain.integer("epochs", epochs, low=2, shape=())
    steps = epochs * (TRAIN // BATCH)
    half = steps // 2
    every = domain.integer("every", np.asarray(every), 1, steps - half, (None,))
    x, y, orders, theta = _problem(rngs)
    tile = len(rates)
    theta = np.tile(theta, (tile, 1))
    lr = np.repeat(rates, len(rngs))[:, None].astype(np.float32)
    own, totals = np.arange(len(rngs))[:, None], np.zeros((len(every), *theta.shape), np.float32)
    rows = training.shuffled(rngs, orders[:, :TRAIN], BATCH)
    state = AdamW(lr).start(theta)
    for t in range(1, steps + 1):
        taken = next(rows)
        now = lr * min(1.0, (steps - t + 1) / (steps - half)) if anneal else lr
        g = perceptrons.gradient(
            WIDTHS, theta, x, np.tile(y[own, taken], (tile, 1))[:, None], np.tile(taken, (tile, 1))
        )
        if method == "SGD":
            theta, _ = SGD(now).step(theta, g + np.float32(DECAY[method]) * theta, {}, t)
        else:
            theta, state = AdamW(now, weight_decay=DECAY[method]).step(theta, g, state, t)
        for i in np.flatnonzero((steps - t) % every == 0) if t > half else ():
            totals[i] += theta
    sizes = [len(range(steps, half, -each)) for each in every]
    ends = [theta, *(total / size for total, size in zip(totals, sizes, strict=True))]
    labels, test = np.tile(datasets.digits()[1], (len(theta), 1)), np.tile(orders[:, TRAIN:], (tile, 1))
    found = [perceptron_runs.scores(WIDTHS, w, x, labels, test)[1].reshape(tile, -1) for w in ends]
    return found[0], np.stack(found[1:])


def _problem(rngs: Sequence[np.random.Generator]) -> tuple[NDArray, NDArray, NDArray, NDArray]:
    """Images (n, 64), labels as each run sees them and orders of the images (runs, n), and starts (runs, weights)."""
    x, labels = datasets.digits()
    orders = np.stack([rng.permutation(len(x)) for rng in rngs])
    noisy = np.stack([np.where(rng.random(len(x)) < REDRAWN, rng.integers(0, 10, len(x)), labels) for rng in rngs])
    # Weights and biases uniform within 1 / sqrt(inputs), torch's default.
    scale = np.concatenate([np.full((a + 1) * b, a**-0.5) for a, b in pairwise(WIDTHS)])
    start = np.stack([rng.uniform(-1, 1, len(scale)) * scale for rng in rngs])
    return x, noisy, orders, start.astype(np.float32)
