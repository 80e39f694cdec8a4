"""VGG-11 and ResNet-20 in which all trainable weights together are one scale-invariant vector, for one run.

Convolutions without bias, batch normalisation without affine parameters, ReLU; the last layer is fixed, its outputs are
fitted to one-hot labels by least squares. Normalisation uses the statistics of the training images, also for test
images.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from optclaims.science import networks
from optclaims.science.networks import VGG11, Network

__all__ = ["ARCHITECTURES", "Images", "accuracy", "outputs", "training_loss"]

ARCHITECTURES: dict[str, tuple[Callable[[], Network], int]] = {
    "vgg11": (lambda: networks.convolutional((3, 32, 32), VGG11, None, bias=False, normalisation="batch"), 512),
    "resnet20": (lambda: networks.residual(3, 16, None), 64),
}
"""Each with the number of its features."""


@dataclass(frozen=True)
class Images:
    """images (n, 3, 32, 32), labels (n,); the first `trained` are the training set; readout (classes, features)."""

    images: Tensor
    labels: Tensor
    readout: Tensor
    trained: int


def outputs(network: Network, w: Tensor, data: Images, examples: int | None = None) -> Tensor:
    """Return outputs (n, classes) for weights w (1, parameters), of all or of the first examples."""
    return network(w, data.images[None, :examples], data.trained)[0] @ data.readout.T


def training_loss(network: Network, data: Images) -> Callable[[Tensor], Tensor]:
    """Return w (1, parameters) -> half the squared distance to one-hot labels (1,), mean over training images."""
    labels = functional.one_hot(data.labels[: data.trained], len(data.readout)).to(data.images.dtype)
    return lambda w: 0.5 * (outputs(network, w, data, data.trained) - labels).square().sum(1).mean().view(1)


@torch.no_grad()
def accuracy(network: Network, data: Images, w: Tensor) -> tuple[float, float]:
    """Return training and test accuracy in per cent for weights w (1, parameters)."""
    right = (outputs(network, w, data).argmax(1) == data.labels).double()
    return 100 * float(right[: data.trained].mean()), 100 * float(right[data.trained :].mean())
