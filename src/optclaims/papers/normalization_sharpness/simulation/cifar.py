"""VGG-11 and ResNet-20 in which all trainable weights together are one scale-invariant vector, for one run.

Convolutions without bias, batch normalisation without affine parameters, ReLU; the last layer is fixed, its outputs are
fitted to one-hot labels by least squares. Normalisation uses the statistics of the training images, also for test
images.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import prod

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

__all__ = ["ARCHITECTURES", "Architecture", "Images", "accuracy", "resnet20", "training_loss", "vgg11"]

VGG11 = (64, "pool", 128, "pool", 256, 256, "pool", 512, 512, "pool", 512, 512, "pool")


@dataclass(frozen=True)
class Images:
    """images (n, 3, 32, 32), labels (n,); the first `trained` are the training set; readout (classes, features)."""

    images: Tensor
    labels: Tensor
    readout: Tensor
    trained: int


@dataclass(frozen=True)
class Architecture:
    """shapes: of the convolutions; forward: (weights, images, trained) -> features (n, features)."""

    shapes: tuple[tuple[int, int, int, int], ...]
    features: int
    forward: Callable[[list[Tensor], Tensor, int], Tensor]

    def initial(self, rng: np.random.Generator) -> np.ndarray:
        """Return He-normal weights as one vector (1, parameters), float32."""
        scaled = [rng.standard_normal(prod(s)) * np.sqrt(2 / prod(s[1:])) for s in self.shapes]
        return np.concatenate(scaled).astype(np.float32)[None]

    def outputs(self, w: Tensor, data: Images, examples: int | None = None) -> Tensor:
        """Return outputs (n, classes) for weights w (1, parameters)."""
        pieces = w[0].split([prod(shape) for shape in self.shapes])
        weights = [piece.view(shape) for piece, shape in zip(pieces, self.shapes, strict=True)]
        return self.forward(weights, data.images[:examples], data.trained) @ data.readout.T


def _normalised(z: Tensor, trained: int) -> Tensor:
    variance, mean = torch.var_mean(z[:trained], dim=(0, 2, 3), keepdim=True, correction=0)
    return (z - mean) * variance.rsqrt()


def vgg11() -> Architecture:
    """Return VGG-11 for 32 x 32 images: eight convolutions, five 2 x 2 maximum poolings."""
    widths = [width for width in VGG11 if width != "pool"]
    shapes = tuple((b, a, 3, 3) for a, b in zip([3, *widths[:-1]], widths, strict=True))

    def forward(weights: list[Tensor], x: Tensor, trained: int) -> Tensor:
        remaining = iter(weights)
        for layer in VGG11:
            if layer == "pool":
                x = functional.max_pool2d(x, 2)
            else:
                x = _normalised(functional.conv2d(x, next(remaining), padding=1), trained).relu()
        return x.flatten(1)

    return Architecture(shapes, widths[-1], forward)


def resnet20() -> Architecture:
    """Return ResNet-20 for 32 x 32 images: three stages of three blocks, shortcuts without parameters."""
    blocks = [
        (a, b) for width in (16, 32, 64) for a, b in ((max(16, width // 2), width), (width, width), (width, width))
    ]
    pairs = [(3, 16), *((a, b) for one in blocks for a, b in (one, (one[1], one[1])))]

    def forward(weights: list[Tensor], x: Tensor, trained: int) -> Tensor:
        x = _normalised(functional.conv2d(x, weights[0], padding=1), trained).relu()
        for (a, b), first, second in zip(blocks, weights[1::2], weights[2::2], strict=True):
            stride = b // a
            z = _normalised(functional.conv2d(x, first, stride=stride, padding=1), trained).relu()
            z = _normalised(functional.conv2d(z, second, padding=1), trained)
            shortcut = functional.pad(x[:, :, ::stride, ::stride], (0, 0, 0, 0, 0, b - a))
            x = (z + shortcut).relu()
        return x.mean(dim=(2, 3))

    return Architecture(tuple((b, a, 3, 3) for a, b in pairs), 64, forward)


ARCHITECTURES = {"vgg11": vgg11, "resnet20": resnet20}


def training_loss(architecture: Architecture, data: Images) -> Callable[[Tensor], Tensor]:
    """Return w (1, parameters) -> half the squared distance to one-hot labels (1,), mean over training images."""
    labels = functional.one_hot(data.labels[: data.trained], len(data.readout)).to(data.images.dtype)
    return lambda w: 0.5 * (architecture.outputs(w, data, data.trained) - labels).square().sum(1).mean().view(1)


@torch.no_grad()
def accuracy(architecture: Architecture, data: Images, w: Tensor) -> tuple[float, float]:
    """Return training and test accuracy in per cent for weights w (1, parameters)."""
    right = (architecture.outputs(w, data).argmax(1) == data.labels).double()
    return 100 * float(right[: data.trained].mean()), 100 * float(right[data.trained :].mean())
