"""Training of the paper's networks with Adam and AMSGrad (Section 5, Figure 2; settings recalled from the paper).

The two algorithms of one seed share all its randomness (start, batches, dropout masks), so their difference is paired.
"""

from collections.abc import Iterator, Sequence
from copy import deepcopy
from functools import partial

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from optclaims.papers.amsgrad_counterexample.problems.splits import Data
from optclaims.science import domain, networks, training
from optclaims.science.networks import CROSS_ENTROPY, Network
from optclaims.science.optimizers import Adam
from optclaims.science.optimizers.schedules import InversePower

__all__ = ["batches", "compare", "convolutional", "evaluate", "train"]

EPS = 1e-8  # absent from the analysis, but in every implementation for networks


def convolutional(
    image: tuple[int, int, int], channels: int, kernel: int, hidden: tuple[int, int], classes: int, regularised: bool
) -> Network:
    """Two blocks of convolution, ReLU and 2 x 2 pooling, then three dense layers.

    regularised: response normalisation before each pooling, dropout with probability 1/2 after the first dense layer.
    CIFARNet as in the paper (recalled): image (3, 32, 32), channels 64, kernel 6, hidden (384, 192), regularised.

    >>> convolutional((1, 8, 8), 8, 3, (64, 32), 10, False).parameters
    5186
    """
    channels = domain.integer("channels", channels, low=1, shape=())
    normalisation = "response" if regularised else "none"
    own = {"kernel": kernel, "normalisation": normalisation, "dropout": regularised}
    return networks.convolutional(image, (channels, "pool", channels, "pool"), classes, hidden=hidden, **own)


def compare(
    network: Network, data: Data, rngs: Sequence[np.random.Generator], *, lr: float, beta2: float, **settings: object
) -> pd.DataFrame:
    """Train with Adam and AMSGrad from every seed; one row per algorithm, run and step in `records`.

    Returns columns algorithm, run (its seed), step, and the losses train, holdout, test; other arguments as in `train`.

    >>> images = np.random.default_rng(0).random((6, 1, 4, 4), np.float32)
    >>> data = Data(images, np.arange(6) % 2, {"train": np.array([[0, 1, 2, 3]]), "test": np.array([[4, 5]])})
    >>> network = networks.perceptron((16, 2))
    >>> own = {"beta1": 0.9, "batch": 2, "decay": False, "records": [0, 3]}
    >>> compare(network, data, [np.random.default_rng(0)], lr=0.1, beta2=0.99, **own).columns.tolist()
    ['algorithm', 'run', 'step', 'train', 'test']
    """
    domain.positive("lr", lr, ()), domain.probability("beta2", beta2, "[)", ())
    arms = {"Adam": False, "AMSGrad": True}
    runs = {name: train(network, data, rngs, lr=lr, beta2=beta2, amsgrad=arm, **settings) for name, arm in arms.items()}
    frame = pd.concat(runs, names=["algorithm"]).reset_index("algorithm")
    return frame.drop(columns="diverged").reset_index(drop=True)


def train(
    network: Network,
    data: Data,
    rngs: Sequence[np.random.Generator],
    *,
    lr: float,
    beta2: float,
    amsgrad: bool,
    beta1: float,
    batch: int,
    decay: bool,
    records: Sequence[int],
    device: str = "cpu",
) -> pd.DataFrame:
    r"""Train every seed by the paper's update, without bias correction and projection, and return its losses.

    rngs: one generator a seed, which alone decides that seed's weights, batches and dropout masks; they stay as they
    are, so that the next call has the same randomness
    decay: the learning rate is $\alpha/\sqrt t$ (the paper's logistic regression), else constant (its networks)
    records: increasing step counts; device: "cpu", "cuda", or "auto" for a GPU where there is one
    Returns run, step, the losses train, holdout, test, and diverged.

    >>> images = np.random.default_rng(0).random((6, 1, 4, 4), np.float32)
    >>> data = Data(images, np.arange(6) % 2, {"train": np.array([[0, 1, 2, 3]]), "test": np.array([[4, 5]])})
    >>> network = networks.perceptron((16, 2))
    >>> own = {"beta1": 0.9, "batch": 2, "decay": True, "records": [0, 3]}
    >>> train(network, data, [np.random.default_rng(0)], lr=0.1, beta2=0.99, amsgrad=True, **own).step.tolist()
    [0, 3]
    """
    domain.positive("lr", lr, ())
    for name, beta in {"beta1": beta1, "beta2": beta2}.items():
        domain.probability(name, beta, "[)", ())
    device, rngs = training.device_of(device), deepcopy(list(rngs))
    images, labels = torch.as_tensor(data.images, device=device), torch.as_tensor(data.labels, device=device)
    theta = network.initial(rngs).to(device)
    rule = Adam(InversePower(lr) if decay else lr, beta1, beta2, EPS, bias_correction=False, amsgrad=amsgrad)
    parts = {name: torch.as_tensor(rows, device=device) for name, rows in data.splits.items()}
    seen = partial(evaluate, network, images, labels)
    return training.train(
        networks.mean_loss(network, CROSS_ENTROPY), rule, theta,
        batches(images, labels, data.splits["train"], rngs, batch, network.dropout_units), records,
        lambda theta: {name: seen(theta, rows) for name, rows in parts.items()},
    )  # fmt: skip


def batches(
    images: Tensor, labels: Tensor, rows: np.ndarray, rngs: Sequence[np.random.Generator], batch: int, units: int
) -> Iterator[tuple[Tensor, ...]]:
    """Return an iterator over batches of shuffled epochs: images, labels (seeds, batch, ...), dropout masks if any.

    rows: (seeds, n), the images that each seed is trained on; units: masks are (seeds, batch, units), 0 for none.

    Domain: images signed, any shape; images, labels any length.

    >>> images, labels, rows = torch.eye(4).view(4, 1, 2, 2), torch.arange(4), np.array([[0, 1, 2]])
    >>> x, y, keep = next(batches(images, labels, rows, [np.random.default_rng(0)], batch=2, units=5))
    >>> x.shape, keep.shape
    (torch.Size([1, 2, 1, 2, 2]), torch.Size([1, 2, 5]))
    """
    domain.finite("images", images), domain.integer("labels", labels, low=0, shape=(len(images),))
    rows = domain.integer("rows", rows, low=0, high=len(images) - 1, shape=(len(rngs), None))
    batch = domain.integer("batch", batch, low=1, high=rows.shape[1], shape=())
    units = domain.integer("units", units, low=0, shape=())
    taken = training.taken((images, labels), training.shuffled(rngs, rows, batch))
    return ((x, y, _keep(rngs, batch, units).to(x.device)) if units else (x, y) for x, y in taken)


def _keep(rngs: Sequence[np.random.Generator], batch: int, units: int) -> Tensor:
    """Dropout masks (seeds, batch, units) with probability 1/2."""
    size = (batch * units + 7) // 8  # random bits, eight to a byte: sixteen times cheaper than uniforms
    bits = np.stack([np.unpackbits(np.frombuffer(rng.bytes(size), np.uint8), count=batch * units) for rng in rngs])
    return torch.as_tensor(bits).view(len(rngs), batch, units)


@torch.no_grad()
def evaluate(network: Network, images: Tensor, labels: Tensor, theta: Tensor, rows: Tensor, chunk: int = 512) -> Tensor:
    """Return the mean loss (seeds,) over the images in rows (seeds, n), without dropout.

    Domain: images signed; theta signed, infinite, NaN, any length; rows any length.

    >>> network = networks.perceptron((4, 2), last=0)
    >>> images, labels, rows = torch.eye(4).view(4, 1, 2, 2), torch.tensor([0, 1, 0, 1]), torch.tensor([[0, 1, 2]])
    >>> evaluate(network, images, labels, torch.zeros(1, 10), rows)  # ln 2
    tensor([0.6931])
    """
    domain.finite("images", images, (None, None, None, None))
    labels = domain.shape("labels", labels, (len(images),))
    (
        domain.integer("labels", labels, low=0),
        domain.integer("rows", rows, low=0, high=len(images) - 1, shape=(len(theta), None)),
    )
    chunk = domain.integer("chunk", chunk, low=1, shape=())
    total = theta.new_zeros(len(theta))
    for part in rows.split(chunk, dim=1):
        total += CROSS_ENTROPY.value(network(theta, images[part]), labels[part]).sum(-1)
    return total / rows.shape[1]
