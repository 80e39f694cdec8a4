"""The networks of the comparison on digits: starts, gradients of stacked runs, outputs of one."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

from optclaims.papers.adam_family.simulation import convolution
from optclaims.science import domain, networks, perceptrons
from optclaims.science.networks import Layer, Network

__all__ = ["MODELS", "Convolutional", "Perceptron"]


class Model(Protocol):
    """What training needs to know of a network; x is what `inputs` makes of the images (n, pixels)."""

    @property
    def network(self) -> Network:
        """The same network for torch, on the same x, with the same order of weights."""

    def inputs(self, images: NDArray) -> NDArray:
        """What the network reads."""

    def gradient(self, theta: NDArray, x: NDArray, y: NDArray, rows: NDArray) -> NDArray:
        """Gradients (runs, parameters) of the mean cross-entropy on rows (runs, batch)."""

    def scores(self, theta: NDArray, x: NDArray) -> Iterator[NDArray]:
        """Yield the outputs (n, classes) of one run after the other."""


@dataclass(frozen=True)
class Perceptron:
    """Dense layers of `widths`, relu between them.

    >>> Perceptron((64, 16, 10)).network.parameters
    1210
    """

    widths: tuple[int, ...]

    def __post_init__(self) -> None:
        """Raise ValueError for widths of no perceptron."""
        perceptrons.size(self.widths)

    @property
    def network(self) -> Network:
        """As `Model` has it."""
        return networks.perceptron(self.widths)

    def inputs(self, images: ArrayLike) -> NDArray[np.float32]:
        """The pixels.

        Domain: images signed.

        >>> Perceptron((4, 2)).inputs(np.ones((1, 4)))
        array([[1., 1., 1., 1.]], dtype=float32)
        """
        return np.asarray(domain.finite("images", images, (None, self.widths[0])), np.float32)

    def gradient(self, theta: ArrayLike, x: ArrayLike, y: ArrayLike, rows: ArrayLike) -> NDArray[np.float32]:
        """As `Model` has it.

        Domain: theta, x signed; rows any length.

        >>> Perceptron((1, 2)).gradient(np.zeros((1, 4)), [[1.0]], [0], [[0]])
        array([[-0.5,  0.5, -0.5,  0.5]], dtype=float32)
        """
        return perceptrons.gradient(self.widths, theta, x, y, rows)

    def scores(self, theta: ArrayLike, x: ArrayLike) -> Iterator[NDArray[np.float32]]:
        """As `Model` has it.

        Domain: theta, x signed; theta infinite; theta NaN.

        >>> list(Perceptron((1, 2)).scores([[1.0, 0, 0, 0]], [[2.0]]))
        [array([[2., 0.]], dtype=float32)]
        """
        theta = domain.shape("theta", np.asarray(theta, np.float32), (None, perceptrons.size(self.widths)))
        x = np.asarray(domain.finite("x", np.asarray(x), (None, self.widths[0])), np.float32)
        return (self._outputs(weights, x) for weights in theta)

    def _outputs(self, weights: NDArray, hidden: NDArray) -> NDArray[np.float32]:
        at = 0
        for layer, (a, b) in enumerate(pairwise(self.widths)):
            w, at = weights[at : at + (a + 1) * b].reshape(a + 1, b), at + (a + 1) * b
            hidden = hidden @ w[:-1] + w[-1]
            hidden = np.maximum(hidden, 0) if layer < len(self.widths) - 2 else hidden
        return hidden


@dataclass(frozen=True)
class Convolutional:
    """`filters` kernels of 3 x 3 pixels at every second pixel of a square image, relu, and a dense layer.

    >>> Convolutional(side=8, filters=8, classes=10).network.parameters
    1370
    """

    side: int
    filters: int
    classes: int

    def __post_init__(self) -> None:
        """Raise ValueError for sizes of no network."""
        for name in ("side", "filters", "classes"):
            domain.integer(name, getattr(self, name), low=1, shape=())

    @property
    def network(self) -> Network:
        """As `Model` has it; on patches a convolution is a dense layer. Starts as those of science.networks."""
        units = ((self.side + 1) // 2) ** 2 * self.filters
        layers = Layer(9, self.filters, (2 / 9) ** 0.5), Layer(units, self.classes, units**-0.5)
        return Network(layers, lambda w, x: w.linear(1, torch.relu(w.linear(0, x)).flatten(2)))

    def inputs(self, images: ArrayLike) -> NDArray[np.float32]:
        """The patches of images (n, side * side).

        Domain: images signed.

        >>> Convolutional(2, 1, 2).inputs(np.ones((1, 4))).shape
        (1, 1, 9)
        """
        images = domain.finite("images", np.asarray(images), (None, self.side**2))
        return convolution.patches(images.reshape(-1, self.side, self.side))

    def gradient(self, theta: ArrayLike, x: ArrayLike, y: ArrayLike, rows: ArrayLike) -> NDArray[np.float32]:
        """As `Model` has it.

        Domain: theta, x signed; rows any length.

        >>> Convolutional(2, 1, 2).gradient(np.zeros((1, 14)), np.ones((1, 1, 9)), [0], [[0]])[0, -2:]
        array([-0.5,  0.5], dtype=float32)
        """
        return convolution.gradient(theta, x, y, rows, self.filters, self.classes)

    def scores(self, theta: ArrayLike, x: ArrayLike) -> Iterator[NDArray[np.float32]]:
        """As `Model` has it.

        Domain: theta, x signed; theta infinite; theta NaN.

        >>> list(Convolutional(2, 1, 2).scores(np.zeros((1, 14)), np.ones((1, 1, 9))))
        [array([[0., 0.]], dtype=float32)]
        """
        return convolution.scores(theta, x, self.filters, self.classes)


MODELS: dict[str, Model] = {"perceptron": Perceptron((64, 16, 10)), "convolutional": Convolutional(8, 8, 10)}
