"""VGG11, ResNet34 and DenseNet121 on CIFAR-10 under the four methods (protocol read in the authors' script)."""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from optclaims.papers.acprop.simulation.digits import rule
from optclaims.science import domain, image_runs, networks
from optclaims.science.datasets import Split
from optclaims.science.networks import VGG11, Network

__all__ = ["ARCHITECTURES", "train"]

ARCHITECTURES: dict[str, Callable[[tuple[int, ...], int], Network]] = {
    "vgg11": lambda shape, classes: networks.convolutional(shape, VGG11, classes, normalisation="batch"),
    "small": lambda shape, classes: networks.convolutional(shape, (2, "pool"), classes, normalisation="batch"),
    "densenet121": lambda shape, classes: networks.dense((6, 12, 24, 16), 32, classes, colours=shape[0]),
    "resnet34": lambda shape, classes: networks.residual((3, 4, 6, 3), 64, classes, colours=shape[0], bias=True),
}
WEIGHT_DECAY = 5e-4


def train(
    data: Split, method: str, rates: Sequence[float], rngs: Sequence[np.random.Generator], *, epochs: int = 200,
    every: int = 10, architecture: str = "vgg11", batch: int = 128, device: str = "auto", limit: int = 0,
    eps: float = 1e-8,
) -> pd.DataFrame:  # fmt: skip
    """Train at every rate, one run for each generator, which stays as it is; the frame is as of `digits.train`.

    Domain: rates any length.

    >>> pixels, labels = np.random.default_rng(0).random((8, 3, 8, 8)), np.arange(8) % 2
    >>> own = {"epochs": 1, "every": 1, "architecture": "small", "batch": 4, "device": "cpu"}
    >>> data, rngs = (pixels, labels, pixels, labels), [np.random.default_rng(0)]
    >>> train(data, "ACProp", [0.01], rngs, **own)["epoch"].tolist()
    [1.0]
    """
    domain.one_of("architecture", architecture, ARCHITECTURES)
    rates = domain.vector("rates", domain.positive("rates", rates))
    epochs = domain.integer("epochs", epochs, low=1, shape=())
    batch = domain.integer("batch", batch, low=1, high=len(data[0]), shape=())
    network = ARCHITECTURES[architecture](tuple(data[0].shape[1:]), int(np.max(data[1])) + 1)
    frames = []
    for lr in rates:
        for run, rng in enumerate(rngs):
            made = rule(method, float(lr), len(data[0]) // batch * epochs, eps)
            again = np.random.default_rng(domain.generator("rngs", rng).bit_generator.seed_seq)
            frame = image_runs.classify(
                network, made, data, again, batch=batch, epochs=epochs, every=every, weight_decay=WEIGHT_DECAY,
                device=device, limit=limit,
            )  # fmt: skip
            frames.append(frame.assign(lr=lr, run=run, accuracy=frame.test_accuracy))
    return pd.concat(frames, ignore_index=True)[["lr", "run", "epoch", "accuracy"]]
