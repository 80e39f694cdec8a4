r"""Networks of tanh units under squared error, with the product of their Hessian and a vector written out.

The R-operator of Pearlmutter (1994) in single precision: a product costs about three gradients, so that the sharpness
can be recorded many times along a run.
"""

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optclaims.science import domain

__all__ = ["Regression", "regression"]

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

    def product(self, w: Vector, v: Vector) -> Vector:
        """Return the Hessian at w (parameters,) times v (parameters,)."""
        layers, directions = self._layers(w), self._layers(v)
        given, back = self._forward(layers)
        along = [np.zeros_like(self.inputs)]  # derivatives along v of what every layer is given
        for (W, _), (V, d), a, after in zip(layers[:-1], directions[:-1], given[:-1], given[1:], strict=True):
            along.append((1 - after * after) * (a @ V + along[-1] @ W + d))
        (W, _), (V, d) = layers[-1], directions[-1]
        back_along = given[-1] @ V + along[-1] @ W + d
        parts = []
        for (W, _), (V, _), a, r in zip(layers[::-1], directions[::-1], given[::-1], along[::-1], strict=True):
            parts += [back_along.sum(axis=0), (a.T @ back_along + r.T @ back).ravel()]
            if a is not self.inputs:
                slope, through = 1 - a * a, back @ W.T
                back_along = slope * (back_along @ W.T + back @ V.T) - 2 * a * r * through
                back = slope * through
        return np.concatenate(parts[::-1]) / np.float32(len(self.inputs))


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
