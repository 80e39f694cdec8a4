"""ResNet and VGG with batch normalisation on CIFAR-10 at scale paper (settings recalled from the authors' code)."""

from itertools import pairwise

import numpy as np
import pandas as pd
import torch
from torch import Tensor, nn
from torch.nn import functional

from optclaims.papers.adaptive_sde_scaling.problems.hyperparameters import Hyperparameters
from optclaims.science.datasets import Split

__all__ = ["ARCHITECTURES", "VGG", "ResNet", "learning_rate", "train"]


class Block(nn.Module):
    """Two 3 x 3 convolutions beside the identity; a change of size pads channels with zeros and skips pixels."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.stride, self.extra = outputs // inputs, outputs - inputs
        self.first = nn.Conv2d(inputs, outputs, 3, self.stride, 1, bias=False)
        self.second = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.norms = nn.ModuleList([nn.BatchNorm2d(outputs), nn.BatchNorm2d(outputs)])

    def forward(self, x: Tensor) -> Tensor:
        """Return relu(identity + convolutions)."""
        inner = self.norms[1](self.second(self.norms[0](self.first(x)).relu()))
        identity = functional.pad(x[..., :: self.stride, :: self.stride], (0, 0, 0, 0, 0, self.extra))
        return (identity + inner).relu()


class ResNet(nn.Module):
    """Residual network for 32 x 32 images with 6 depth + 2 layers (depth 9: ResNet-56)."""

    def __init__(self, depth: int = 9, width: int = 16) -> None:
        super().__init__()
        sizes = [width] * (depth + 1) + [2 * width] * depth + [4 * width] * depth
        blocks = [Block(a, b) for a, b in pairwise(sizes)]
        self.start = nn.Sequential(nn.Conv2d(3, width, 3, 1, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU())
        self.blocks, self.readout = nn.Sequential(*blocks), nn.Linear(4 * width, 10)

    def forward(self, x: Tensor) -> Tensor:
        """Return logits (batch, 10) of images (batch, 3, 32, 32)."""
        return self.readout(self.blocks(self.start(x)).mean((2, 3)))


class VGG(nn.Module):
    """VGG-16 for 32 x 32 images: thirteen 3 x 3 convolutions with batch normalisation, five poolings, one readout."""

    def __init__(self, width: int = 64) -> None:
        super().__init__()
        layers, inputs = [], 3
        for outputs, count in ((width, 2), (2 * width, 2), (4 * width, 3), (8 * width, 3), (8 * width, 3)):
            for _ in range(count):
                layers += [nn.Conv2d(inputs, outputs, 3, 1, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()]
                inputs = outputs
            layers.append(nn.MaxPool2d(2))
        self.features, self.readout = nn.Sequential(*layers), nn.Linear(inputs, 10)

    def forward(self, x: Tensor) -> Tensor:
        """Return logits (batch, 10) of images (batch, 3, 32, 32)."""
        return self.readout(self.features(x).flatten(1))


ARCHITECTURES = {"resnet56": ResNet, "resnet8": lambda: ResNet(1), "vgg16": VGG}


def learning_rate(eta: float, epoch: float, epochs: int) -> float:
    """Learning rate at a (fractional) epoch: log-linear warm-up from eta / 1000 over 2 % of the epochs, then steps.

    It falls by a factor of 10 at 60 % and again at 80 %: epochs 10, 300 and 400 of 500.
    """
    share = epoch / epochs
    if share < 0.02:
        return eta * 10 ** (-3 * (1 - share / 0.02))
    return eta * 0.1 ** ((share >= 0.6) + (share >= 0.8))


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
    (a trial). The loss is the mean over
    the batch; weight decay 1e-4 is part of the gradient. Samples are drawn with replacement.
    """
    device = ("cuda" if torch.cuda.is_available() else "cpu") if device == "auto" else device
    images, labels, test_images, test_labels = (torch.as_tensor(part, device=device) for part in data)
    images, test_images = (part.float().view(-1, 3, 32, 32) for part in (images, test_images))
    centre, spread = images.mean((0, 2, 3), keepdim=True), images.std((0, 2, 3), keepdim=True)
    images, test_images = (images - centre) / spread, (test_images - centre) / spread
    torch.manual_seed(int(rng.integers(2**31)))
    network = ARCHITECTURES[architecture]().to(device)
    betas = (hyper.beta1, hyper.beta2)
    optimizer = torch.optim.Adam(network.parameters(), hyper.lr, betas, hyper.eps, weight_decay=1e-4)
    steps = max(epochs * len(images) // batch, 1)
    steps = min(steps, limit) if limit else steps
    rows = []
    for k in range(steps):
        epoch = k * batch / len(images)
        optimizer.param_groups[0]["lr"] = learning_rate(hyper.lr, epoch, epochs)
        taken = torch.as_tensor(rng.integers(len(images), size=batch), device=device)
        optimizer.zero_grad()
        functional.cross_entropy(network(_augment(images[taken], rng)), labels[taken]).backward()
        optimizer.step()
        if (k + 1) % max(steps // 25, 1) == 0 or k + 1 == steps:
            rows.append(
                {"epoch": (k + 1) * batch / len(images), "accuracy": _accuracy(network, test_images, test_labels)}
            )
    return pd.DataFrame(rows)


@torch.no_grad()
def _accuracy(network: nn.Module, images: Tensor, labels: Tensor) -> float:
    network.eval()
    right = sum(
        int((network(x).argmax(1) == y).sum()) for x, y in zip(images.split(512), labels.split(512), strict=True)
    )
    network.train()
    return right / len(labels)
