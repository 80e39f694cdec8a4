r"""Networks of tanh units under squared error, with the product of their Hessian and a vector written out.

The R-operator of Pearlmutter (1994) in single precision: a product costs about three gradients, so that the sharpness
can be recorded many times along a run.
"""

from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optclaims.science import domain

__all__ = ["Regression", "pictures", "regression", "sampled"]

Vector = NDArray[np.float32]


class Regression(NamedTuple):
    r"""The loss $\frac{1}{2n}\sum_i |f(x_i) - y_i|^2$ of a tanh network with biases, made by `regression`.

    inputs: (n, d); targets: (n, outputs); hidden: numbers of hidden units. Weights are flat vectors, layer by layer
    a matrix (inputs, outputs) and its biases.
    """

    inputs: Vector
    targets: Vector
    hidden: tuple[int, ...]

    @property
    def widths(self) -> tuple[int, ...]:
        """Units of every layer, the inputs first."""
        return self.inputs.shape[1], *self.hidden, self.targets.shape[1]

    @property
    def parameters(self) -> int:
        """The number of weights and biases."""
        return sum((a + 1) * b for a, b in pairwise(self.widths))

    def initial(self, rng: np.random.Generator) -> Vector:
        """Return weights of variance one over the inputs of their layer, and biases of zero."""
        parts = [np.append(rng.standard_normal(a * b) * a**-0.5, np.zeros(b)) for a, b in pairwise(self.widths)]
        return np.concatenate(parts).astype(np.float32)

    def part(self, chosen: NDArray[np.int64]) -> "Regression":
        """Return the loss of some of the samples."""
        return self._replace(inputs=self.inputs[chosen], targets=self.targets[chosen])

    def _layers(self, w: Vector) -> list[tuple[Vector, Vector]]:
        layers, at = [], 0
        for a, b in pairwise(self.widths):
            layers.append((w[at : at + a * b].reshape(a, b), w[at + a * b : at + a * b + b]))
            at += (a + 1) * b
        return layers

    def _forward(self, layers: list[tuple[Vector, Vector]]) -> tuple[list[Vector], Vector]:
        """Return what every layer is given, and the residual."""
        given = [self.inputs]
        for W, c in layers[:-1]:
            given.append(np.tanh(given[-1] @ W + c))
        W, c = layers[-1]
        return given, given[-1] @ W + c - self.targets

    def loss(self, w: Vector) -> float:
        """Return the loss at w (parameters,)."""
        return float((self._forward(self._layers(w))[1] ** 2).sum() / (2 * len(self.inputs)))

    def gradient(self, w: Vector) -> Vector:
        """Return the gradient (parameters,) at w (parameters,)."""
        layers = self._layers(w)
        given, back = self._forward(layers)
        back, parts = back / np.float32(len(self.inputs)), []
        for (W, _), a in zip(layers[::-1], given[::-1], strict=True):
            parts += [back.sum(axis=0), (a.T @ back).ravel()]
            if a is not self.inputs:
                back = (back @ W.T) * (1 - a * a)
        return np.concatenate(parts[::-1])

    def hessian(self, w: Vector) -> Callable[[Vector], Vector]:
        """Return the product of the Hessian at w (parameters,) with a vector v (parameters,), as a function of v.

        What does not depend on v is computed once.
        """
        layers = self._layers(w)
        given, residual = self._forward(layers)
        slopes = [1 - a * a for a in given[1:]]  # of the units of every hidden layer
        backs, bends = [residual], []  # derivatives of the loss by what every layer gives, and its second derivatives
        for (W, _), a, slope in zip(layers[:0:-1], given[:0:-1], slopes[::-1], strict=True):
            through = backs[-1] @ W.T
            backs.append(slope * through)
            bends.append(-2 * a * slope * through)

        def product(v: Vector) -> Vector:
            directions = self._layers(v)
            along = []  # derivatives along v of what every hidden layer gives, before its units and after them
            below = None
            for (W, _), (V, d), a, slope in zip(layers, directions, given, [*slopes, 1], strict=True):
                before = a @ V + d if below is None else a @ V + below @ W + d
                below = slope * before
                along.append((before, below))
            back, parts = along[-1][1], []
            for layer in range(len(layers) - 1, -1, -1):
                weights = given[layer].T @ back
                if layer:
                    weights += along[layer - 1][1].T @ backs[len(layers) - 1 - layer]
                parts += [back.sum(axis=0), weights.ravel()]
                if layer:
                    (W, _), (V, _), i = layers[layer], directions[layer], len(layers) - 1 - layer
                    back = slopes[layer - 1] * (back @ W.T + backs[i] @ V.T) + bends[i] * along[layer - 1][0]
            return np.concatenate(parts[::-1]) / np.float32(len(self.inputs))

        return product


def regression(images: ArrayLike, labels: ArrayLike, hidden: ArrayLike, classes: int = 10) -> Regression:
    """Return the loss on images (n, d), centred and divided by their common standard deviation, labels (n,) one-hot.

    Raises ValueError for shapes that do not fit, labels beyond the classes, and images that are all equal.
    Domain: images signed

    >>> regression(np.eye(3), [0, 1, 1], [4], classes=2).parameters
    26
    """
    images = np.asarray(domain.finite("images", np.asarray(images), (None, None)))
    classes = domain.integer("classes", classes, low=1, shape=())
    labels = domain.integer("labels", np.asarray(labels), 0, classes - 1, (len(images),))
    hidden = domain.integer("hidden", np.asarray(hidden, float), 1, shape=(None,))
    centred = images - images.mean(axis=0) if len(images) else images
    if not centred.any():
        raise ValueError(f"images must not all be equal, got {len(images)} equal ones")
    inputs = (centred / centred.std()).astype(np.float32)
    return Regression(inputs, np.eye(classes, dtype=np.float32)[labels], tuple(int(h) for h in hidden))


def sampled(
    images: ArrayLike, labels: ArrayLike, n: int, hidden: ArrayLike, rng: np.random.Generator, random: float = 0.0
) -> Regression:
    """Return the loss on n images drawn without replacement, a share `random` of their labels replaced by random ones.

    Replaced labels are uniform over the classes, so some come out right.
    Domain: images signed

    >>> digits = np.eye(4), [0, 1, 2, 1]
    >>> sampled(*digits, 3, [5], np.random.default_rng(0)).targets.shape
    (3, 10)
    """
    images, labels = np.asarray(images), np.array(labels)
    domain.shape("labels", labels, (len(domain.shape("images", images, (None, None))),))
    chosen = domain.generator("rng", rng).permutation(len(images))[
        : domain.integer("n", n, low=1, high=len(images), shape=())
    ]
    labels = labels[chosen]
    wrong = round(domain.probability("random", random, "[]", ()) * n)
    if wrong:
        labels[:wrong] = rng.integers(10, size=wrong)
    return regression(images[chosen], labels, hidden)


def pictures(images: ArrayLike, labels: ArrayLike, n: int, rng: np.random.Generator) -> tuple[Vector, Vector]:
    """Return pictures (n, channels, height, width), drawn and scaled as in `sampled`, and their one-hot labels (n, 10).

    images: (all, channels, height, width), or (all, pixels) of square pictures. Raises ValueError for others.
    Domain: images signed

    >>> found, targets = pictures(np.eye(4), [0, 1, 2, 1], 3, np.random.default_rng(0))
    >>> found.shape, targets.shape
    ((3, 1, 2, 2), (3, 10))
    """
    images = np.asarray(domain.finite("images", np.asarray(images)))
    if images.ndim not in (2, 4) or not len(images):
        raise ValueError(f"images must have two dimensions or four, got shape {images.shape}")
    domain.shape("labels", np.asarray(labels), (len(images),))
    flat = images.reshape(len(images), -1)
    side = round(flat.shape[1] ** 0.5)
    shape = images.shape[1:] if images.ndim == 4 else (1, side, side)
    if np.prod(shape) != flat.shape[1]:
        raise ValueError(f"images must be pictures or have a square number of pixels, got shape {images.shape}")
    drawn = sampled(flat, labels, n, [1], rng)
    return drawn.inputs.reshape(n, *shape), drawn.targets
