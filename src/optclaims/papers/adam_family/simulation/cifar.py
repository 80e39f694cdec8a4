"""Arms of the comparison on CIFAR-10 with deep networks, as the papers compare: flips and crops, whole epochs."""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from optclaims.papers.adam_family.problems import ARMS
from optclaims.papers.adam_family.simulation.transformer import vision_transformer
from optclaims.science import domain, image_runs, networks
from optclaims.science.datasets import Split
from optclaims.science.networks import Network

__all__ = ["DEEP", "finals"]

DEEP: dict[str, Callable[[tuple[int, int, int], int], Network]] = {
    "residual": lambda image, classes: networks.residual((3, 3, 3), 16, classes, colours=image[0]),  # ResNet-20
    "transformer": vision_transformer,
}


def finals(
    network: str, data: Split, rngs: Sequence[np.random.Generator], arm: str, rates: ArrayLike, runs: ArrayLike, *,
    epochs: int = 60, batch: int = 128, device: str = "auto", limit: int = 0,
) -> pd.DataFrame:  # fmt: skip
    """Train an arm at every rate (rates,) for the runs (runs,): method, lr, run, loss, accuracy, as `digits.finals`.

    network: one of `DEEP`;  limit: stop after so many steps, 0 for none
    rngs: a generator a run, which stays as it is: start, batches and augmentation are the same for all arms
    An arm that takes two gradients a step trains for half the epochs. A run that diverges has the loss 1e3.

    Domain: rates, runs any length.

    >>> pixels, labels = np.random.default_rng(0).random((8, 3, 8, 8)), np.arange(8) % 2
    >>> data, rngs = (pixels, labels, pixels, labels), [np.random.default_rng(0)]
    >>> few = {"epochs": 2, "batch": 4, "device": "cpu", "limit": 1}
    >>> finals("transformer", data, rngs, "SUPER-ADAM", [0.01], [0], **few)[["method", "lr", "run"]].values.tolist()
    [['SUPER-ADAM', 0.01, 0]]
    """
    made = ARMS[domain.one_of("arm", arm, tuple(ARMS))]
    rates = domain.vector("rates", domain.positive("rates", rates))
    rngs = [domain.generator("rngs", rng) for rng in rngs]
    runs = domain.integer("runs", np.asarray(domain.vector("runs", runs)), 0, len(rngs) - 1)
    epochs = domain.integer("epochs", epochs, low=made.gradients, shape=()) // made.gradients
    made_network = DEEP[domain.one_of("network", network, tuple(DEEP))](data[0].shape[1:], int(np.max(data[1])) + 1)
    rows = []
    for lr in rates:
        for run in runs:
            again = np.random.default_rng(rngs[run].bit_generator.seed_seq)
            end = image_runs.classify(
                made_network, made.make(float(lr)), data, again, batch=batch, epochs=epochs, every=epochs,
                device=device, limit=limit,
            ).iloc[-1]  # fmt: skip
            rows.append((arm, lr, run, min(end["train_loss"], 1e3), end["test_accuracy"]))
    return pd.DataFrame(rows, columns=["method", "lr", "run", "loss", "accuracy"])
