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

from optclaims.science import domain, networks
from optclaims.science.networks import VGG11, Network

__all__ = ["ARCHITECTURES", "Images", "accuracy", "outputs", "training_loss"]

ARCHITECTURES: dict[str, tuple[Callable[[], Network], int]] = {
    "vgg11": (lambda: networks.convolutional((3, 32, 32), VGG11, None, bias=False, normalisation="batch"), 512),
    "resnet20": (lambda: networks.residual((3, 3, 3), 16, None), 64),
}
"""Each with the number of its features."""


@dataclass(frozen=True)
class Images:
    """images (n, 3, 32, 32), labels (n,); the first `trained` are the training set; readout (classes, features).

    Raises ValueError for shapes that do not fit and labels that are no class.
    Domain: images, readout signed.

    >>> images = torch.arange(4 * 3 * 16.0).sin().view(4, 3, 4, 4)
    >>> data = Images(images, torch.tensor([0, 1, 0, 1]), readout=torch.eye(32)[:2], trained=2)
    >>> data.images.shape
    torch.Size([4, 3, 4, 4])
    """

    images: Tensor
    labels: Tensor
    readout: Tensor
    trained: int

    def __post_init__(self) -> None:
        n = len(domain.finite("images", self.images, (None, 3, "size", "size")))
        domain.finite("readout", self.readout, (None, None))
        domain.integer("labels", self.labels, low=0, high=len(self.readout) - 1, shape=(n,))
        domain.integer("trained", self.trained, low=1, high=n, shape=())


def outputs(network: Network, w: Tensor, data: Images, examples: int | None = None) -> Tensor:
    """Return outputs (n, classes) for weights w (1, parameters), of all or of the first examples.

    Domain: w signed, infinite, NaN.

    >>> images = torch.arange(4 * 3 * 16.0).sin().view(4, 3, 4, 4)
    >>> data = Images(images, torch.tensor([0, 1, 0, 1]), readout=torch.eye(32)[:2], trained=2)
    >>> network = networks.convolutional((3, 4, 4), (2,), None, bias=False, normalisation="batch")
    >>> import numpy as np
    >>> w = network.initial([np.random.default_rng(0)])
    >>> outputs(network, w, data, 3).shape
    torch.Size([3, 2])
    """
    domain.shape("w", w, (1, network.parameters))
    if examples is not None:
        domain.integer("examples", examples, low=data.trained, high=len(data.images), shape=())
    return network(w, data.images[None, :examples], data.trained)[0] @ data.readout.T


def training_loss(network: Network, data: Images) -> Callable[[Tensor], Tensor]:
    """Return w (1, parameters) -> half the squared distance to one-hot labels (1,), mean over training images.

    >>> images = torch.arange(4 * 3 * 16.0).sin().view(4, 3, 4, 4)
    >>> data = Images(images, torch.tensor([0, 1, 0, 1]), readout=torch.eye(32)[:2], trained=2)
    >>> network = networks.convolutional((3, 4, 4), (2,), None, bias=False, normalisation="batch")
    >>> import numpy as np
    >>> w = network.initial([np.random.default_rng(0)])
    >>> training_loss(network, data)(w).shape
    torch.Size([1])
    """
    labels = functional.one_hot(data.labels[: data.trained], len(data.readout)).to(data.images.dtype)
    return lambda w: 0.5 * (outputs(network, w, data, data.trained) - labels).square().sum(1).mean().view(1)


@torch.no_grad()
def accuracy(network: Network, data: Images, w: Tensor) -> tuple[float, float]:
    """Return training and test accuracy in per cent for weights w (1, parameters).

    Domain: w signed, infinite, NaN.

    >>> images = torch.arange(4 * 3 * 16.0).sin().view(4, 3, 4, 4)
    >>> data = Images(images, torch.tensor([0, 1, 0, 1]), readout=torch.eye(32)[:2], trained=2)
    >>> network = networks.convolutional((3, 4, 4), (2,), None, bias=False, normalisation="batch")
    >>> import numpy as np
    >>> w = network.initial([np.random.default_rng(0)])
    >>> [0 <= share <= 100 for share in accuracy(network, data, w)]
    [True, True]
    """
    right = (outputs(network, w, data).argmax(1) == data.labels).double()
    return 100 * float(right[: data.trained].mean()), 100 * float(right[data.trained :].mean())
