r"""Training of image classifiers as papers on optimizers do it: flips and shifted crops, epochs in shuffled batches.

For data that come as `datasets.Split` and networks with batch normalisation; on a GPU where there is one.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd
import torch
from torch import Tensor
from torch.nn import functional

from optclaims.science import domain, networks, training
from optclaims.science.datasets import Split
from optclaims.science.networks import CROSS_ENTROPY, Network
from optclaims.science.optimizers import Rule

__all__ = ["augmented", "classify"]

KNOWN = 1024  # training images whose statistics normalise the others in a test
SCORED = 10_000  # training images on which the training loss is measured


def augmented(images: Tensor, rng: np.random.Generator, padding: int = 4) -> Tensor:
    """Images (n, channels, height, width) flipped with probability 1/2 and cropped after padding, one draw an image.

    Domain: images signed.

    >>> augmented(torch.ones(2, 3, 8, 8), np.random.default_rng(0)).shape
    torch.Size([2, 3, 8, 8])
    """
    domain.finite("images", images, (None, None, None, None))
    rng, padding = domain.generator("rng", rng), domain.integer("padding", padding, low=0, shape=())
    n, _, height, width = images.shape
    flip = torch.as_tensor(rng.random(n) < 0.5, device=images.device).view(-1, 1, 1, 1)
    wide = functional.pad(torch.where(flip, images.flip(-1), images), (padding,) * 4)
    down, right = torch.as_tensor(rng.integers(2 * padding + 1, size=(2, n, 1)), device=images.device)
    rows = down + torch.arange(height, device=images.device)
    columns = right + torch.arange(width, device=images.device)
    every = torch.arange(n, device=images.device).view(-1, 1, 1)
    return wide.movedim(1, -1)[every, rows.unsqueeze(2), columns.unsqueeze(1)].movedim(-1, 1)


def classify(
    network: Network, rule: Rule, data: Split, rng: np.random.Generator, *, batch: int, epochs: int, every: int = 1,
    weight_decay: float = 0.0, device: str = "cpu", limit: int = 0,
) -> pd.DataFrame:  # fmt: skip
    """Train one network and return epoch, train_loss, train_accuracy, test_loss, test_accuracy after every so many epochs.

    network: images (1, n, channels, height, width) -> classes; its context is the number of images whose statistics
    normalise;  weight_decay: lambda theta is added to the gradient;  limit: stop after so many steps, 0 for none (a trial)

    >>> from optclaims.science.optimizers import SGD
    >>> pixels, labels = np.random.default_rng(0).random((8, 3, 8, 8)), np.arange(8) % 2
    >>> network = networks.convolutional((3, 8, 8), (2, "pool"), 2, normalisation="batch")
    >>> data = (pixels, labels, pixels, labels)
    >>> classify(network, SGD(0.1), data, np.random.default_rng(0), batch=4, epochs=1)["epoch"].tolist()
    [1.0]
    """  # noqa: E501
    rng, device = domain.generator("rng", rng), training.device_of(device)
    if not isinstance(rule, Rule):
        raise ValueError(f"rule must be an optimizer of this package, got {rule!r}")
    images, labels, others, answers = (torch.as_tensor(part, device=device) for part in data)
    batch = domain.integer("batch", batch, low=1, high=len(images), shape=())
    epochs = domain.integer("epochs", epochs, low=1, shape=())
    every = domain.integer("every", every, low=1, high=epochs, shape=())
    decay, limit = (
        domain.nonnegative("weight_decay", weight_decay, shape=()),
        domain.integer("limit", limit, low=0, shape=()),
    )
    images, others = images.float(), others.float()
    centre, spread = images.mean((0, 2, 3), keepdim=True), images.std((0, 2, 3), keepdim=True)
    images, others = (images - centre) / spread, (others - centre) / spread
    fit, steps = networks.mean_loss(network, CROSS_ENTROPY), len(images) // batch
    records = [steps * epoch for epoch in range(every, epochs + 1, every)]
    records = sorted({min(step, limit) for step in records}) if limit else records
    known = images[:KNOWN]

    def measure(w: Tensor) -> dict[str, Tensor]:
        train = _scores(network, w, known, images[:SCORED], labels[:SCORED])
        test = _scores(network, w, known, others, answers)
        names = ("train_loss", "train_accuracy", "test_loss", "test_accuracy")
        return dict(zip(names, (*train, *test), strict=True))

    frame = training.train(
        lambda w, x, y: fit(w, x, y) + decay / 2 * w.square().sum(1), rule, network.initial([rng]).to(device),
        _batches(images, labels, rng, batch), records, measure,
    )  # fmt: skip
    return frame.assign(epoch=frame["step"] / steps).drop(columns=["run", "step", "diverged"])


def _batches(images: Tensor, labels: Tensor, rng: np.random.Generator, batch: int) -> Iterator[tuple[Tensor, Tensor]]:
    for rows in training.shuffled([rng], len(images), batch):
        taken = torch.as_tensor(rows[0], device=images.device)
        yield augmented(images[taken], rng)[None], labels[taken][None]


@torch.no_grad()
def _scores(network: Network, w: Tensor, known: Tensor, images: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    loss, right, n = w.new_zeros(1), w.new_zeros(1), len(known)
    for x, y in zip(images.split(512), labels.split(512), strict=True):
        outputs = network(w, torch.cat([known, x])[None], n)[0, n:]
        loss += functional.cross_entropy(outputs, y, reduction="sum")
        right += (outputs.argmax(1) == y).sum()
    return loss / len(labels), right / len(labels)
