"""ResNet and VGG with batch normalisation on CIFAR-10 at scale paper (settings recalled from the authors' code)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch
from torch import Tensor
from torch.nn import functional

from optclaims.papers.adaptive_sde_scaling.problems.hyperparameters import Hyperparameters
from optclaims.science import domain, networks, training
from optclaims.science.datasets import Split
from optclaims.science.networks import VGG16, Network
from optclaims.science.optimizers import Adam

__all__ = ["ARCHITECTURES", "learning_rate", "train"]


ARCHITECTURES: dict[str, Callable[[], Network]] = {
    "resnet56": lambda: networks.residual((9, 9, 9), 16, 10, bias=True),
    "resnet8": lambda: networks.residual((1, 1, 1), 16, 10, bias=True),
    "vgg16": lambda: networks.convolutional((3, 32, 32), VGG16, 10, normalisation="batch"),
}
"""With the shift of batch normalisation, but not its scale, which the next convolution has anyway."""

WEIGHT_DECAY, KNOWN = 1e-4, 1024  # KNOWN: training images whose statistics normalise test images


def learning_rate(eta: float, epoch: float, epochs: int) -> float:
    """Learning rate at a (fractional) epoch: log-linear warm-up from eta / 1000 over 2 % of the epochs, then steps.

    It falls by a factor of 10 at 60 % and again at 80 %: epochs 10, 300 and 400 of 500.

    >>> learning_rate(0.1, 10.0, 500), round(learning_rate(0.1, 300.0, 500), 12)
    (0.1, 0.01)
    """
    domain.positive("eta", eta, ()), domain.nonnegative("epoch", epoch, ()), domain.positive("epochs", epochs, ())
    share = epoch / epochs
    if share < 0.02:
        return eta * 10 ** (-3 * (1 - share / 0.02))
    return eta * 0.1 ** ((share >= 0.6) + (share >= 0.8))


@dataclass(frozen=True)
class Schedule:
    """Learning rate of step t = 1, 2, ... when a step is `share` of an epoch; see `learning_rate`."""

    lr: float
    share: float
    epochs: int

    def __call__(self, t: int) -> float:
        """Return the learning rate of step t."""
        return learning_rate(self.lr, (t - 1) * self.share, self.epochs)


def _augment(images: Tensor, rng: np.random.Generator) -> Tensor:
    """Random flips and crops after padding by 4 pixels, one draw an image."""
    n, device = len(images), images.device
    flip = torch.as_tensor(rng.random(n) < 0.5, device=device).view(-1, 1, 1, 1)
    images = functional.pad(torch.where(flip, images.flip(-1), images), (4, 4, 4, 4))
    dy, dx = torch.as_tensor(rng.integers(9, size=(2, n, 1)), device=device) + torch.arange(32, device=device)
    rows = torch.arange(n, device=device).view(-1, 1, 1)
    return images.movedim(1, -1)[rows, dy.unsqueeze(2), dx.unsqueeze(1)].movedim(-1, 1)


def train(
    data: Split,
    hyper: Hyperparameters,
    batch: int,
    rng: np.random.Generator,
    *,
    epochs: int,
    architecture: str = "resnet56",
    device: str = "auto",
    limit: int = 0,
) -> pd.DataFrame:
    """Train by bias-corrected RMSprop or Adam, return epoch and test accuracy (25 times in all).

    architecture: a key of ARCHITECTURES. device: "cpu", "cuda" or "auto". limit: stop after so many steps, 0 for none
    (a trial). The loss is the mean over the batch; weight decay 1e-4 is part of the gradient. Samples
    are drawn with replacement.

    >>> rng = np.random.default_rng(0)
    >>> images, labels = rng.random((4, 3, 32, 32), np.float32), np.arange(4)
    >>> data, hyper = (images, labels, images[:2], labels[:2]), Hyperparameters(lr=1e-3, beta2=0.9, eps=1e-8)
    >>> train(data, hyper, 2, rng, epochs=1, architecture="resnet8", device="cpu", limit=1).epoch.tolist()
    [0.5]
    """
    batch, epochs = domain.integer("batch", batch, low=1, shape=()), domain.integer("epochs", epochs, low=1, shape=())
    limit = domain.integer("limit", limit, low=0, shape=())
    domain.one_of("architecture", architecture, ARCHITECTURES)
    device = training.device_of(device)
    images, labels, test_images, test_labels = (torch.as_tensor(part, device=device) for part in data)
    images, test_images = (part.float().view(-1, 3, 32, 32) for part in (images, test_images))
    centre, spread = images.mean((0, 2, 3), keepdim=True), images.std((0, 2, 3), keepdim=True)
    images, test_images = (images - centre) / spread, (test_images - centre) / spread
    network = ARCHITECTURES[architecture]()
    fit = networks.mean_loss(network, networks.CROSS_ENTROPY)
    steps = max(epochs * len(images) // batch, 1)
    steps = min(steps, limit) if limit else steps
    every = max(steps // 25, 1)
    rule = Adam(Schedule(hyper.lr, batch / len(images), epochs), hyper.beta1, hyper.beta2, hyper.eps)
    frame = training.train(
        lambda w, x, y: fit(w, x, y) + WEIGHT_DECAY / 2 * w.square().sum(1), rule, network.initial([rng]).to(device),
        _batches(images, labels, rng, batch), sorted({*range(every, steps + 1, every), steps}),
        lambda w: {"accuracy": _accuracy(network, w, images[:KNOWN], test_images, test_labels)},
    )  # fmt: skip
    return pd.DataFrame({"epoch": frame["step"] * batch / len(images), "accuracy": frame["accuracy"]})


def _batches(images: Tensor, labels: Tensor, rng: np.random.Generator, batch: int) -> Iterator[tuple[Tensor, Tensor]]:
    for rows in training.drawn([rng], len(images), batch):
        taken = torch.as_tensor(rows[0], device=images.device)
        yield _augment(images[taken], rng)[None], labels[taken][None]


@torch.no_grad()
def _accuracy(network: Network, w: Tensor, known: Tensor, images: Tensor, labels: Tensor) -> Tensor:
    n, right = len(known), 0
    for x, y in zip(images.split(512), labels.split(512), strict=True):
        outputs = network(w, torch.cat([known, x])[None], n)[0, n:]
        right += (outputs.argmax(1) == y).sum()
    return (right / len(labels)).view(1)
