r"""A network with one hidden layer of tanh under cross-entropy, with products of its per-sample Hessians.

Written out (the R-operator of Pearlmutter 1994), because products with every sample's own Hessian are needed for many
directions at once.
"""

from typing import NamedTuple

import numpy as np

from optclaims.science import domain

__all__ = ["Classifier", "classifier"]


class Classifier(NamedTuple):
    r"""The loss $-\log p_{y}(x)$ of $p = \mathrm{softmax}(W_2 \tanh(W_1 x + c_1) + c_2)$, made by `classifier`.

    inputs: (n, d); labels: one-hot (n, classes); hidden: number of hidden units. Weights are flat vectors
    $(W_1, c_1, W_2, c_2)$; v: directions (k, parameters); curvature: "hessian" or "gauss-newton".
    """

    inputs: np.ndarray
    labels: np.ndarray
    hidden: int

    @property
    def parameters(self) -> int:
        """The number of weights."""
        return self.hidden * (self.inputs.shape[1] + 1 + self.labels.shape[1]) + self.labels.shape[1]

    def part(self, chosen: np.ndarray) -> "Classifier":
        """Return the loss of some of the samples."""
        return self._replace(inputs=self.inputs[chosen], labels=self.labels[chosen])

    def _layers(self, v: np.ndarray) -> tuple[np.ndarray, ...]:
        """Split (..., parameters) into W1 (..., h, d), c1 (..., h), W2 (..., classes, h), c2 (..., classes)."""
        h, d, c = self.hidden, self.inputs.shape[1], self.labels.shape[1]
        ends = np.cumsum([h * d, h, c * h])
        W1, c1, W2, c2 = np.split(v, ends, axis=-1)
        return W1.reshape(*v.shape[:-1], h, d), c1, W2.reshape(*v.shape[:-1], c, h), c2

    def _forward(self, w: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return W2, hidden values (n, h) and class probabilities (n, classes)."""
        W1, c1, W2, c2 = self._layers(w)
        a = np.tanh(self.inputs @ W1.T + c1)
        z = a @ W2.T + c2
        p = np.exp(z - z.max(axis=-1, keepdims=True))
        return W2, a, p / p.sum(axis=-1, keepdims=True)

    def loss(self, w: np.ndarray) -> float:
        """Return the mean loss at w (parameters,)."""
        return float(-np.log((self._forward(w)[2] * self.labels).sum(axis=-1)).mean())

    def gradient(self, w: np.ndarray) -> np.ndarray:
        """Return the gradient (parameters,) of the mean loss at w (parameters,)."""
        W2, a, p = self._forward(w)
        last = (p - self.labels) / len(a)
        first = (last @ W2) * (1 - a**2)
        return np.concatenate([(first.T @ self.inputs).ravel(), first.sum(0), (last.T @ a).ravel(), last.sum(0)])

    def product(self, w: np.ndarray, v: np.ndarray, curvature: str) -> np.ndarray:
        """Return the mean curvature times each direction, (k, parameters)."""
        first, last, second = self._second(w, v, curvature)
        n = len(self.inputs)
        parts = [np.einsum("knh,nd->khd", first, self.inputs, optimize=True), first.sum(1), second.sum(1), last.sum(1)]
        return np.concatenate([part.reshape(len(v), -1) for part in parts], axis=1) / n

    def products(self, w: np.ndarray, v: np.ndarray, curvature: str) -> np.ndarray:
        """Return every sample's curvature times each direction, (n, k, parameters)."""
        first, last, second = self._second(w, v, curvature)
        parts = [first[..., None] * self.inputs[None, :, None, :], first, second, last]
        flat = [part.reshape(len(v), len(self.inputs), -1) for part in parts]
        return np.concatenate(flat, axis=2).swapaxes(0, 1)

    def _second(self, w: np.ndarray, v: np.ndarray, curvature: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return derivatives, along v, of the gradient by z1 (k, n, h), by z2 (k, n, c), by W2 (k, n, c, h)."""
        W2, a, p = self._forward(w)
        V1, d1, V2, d2 = self._layers(v)
        slope = 1 - a**2
        along = slope * (self.inputs @ V1.swapaxes(-1, -2) + d1[:, None])  # of the hidden values
        z = a @ V2.swapaxes(-1, -2) + along @ W2.T + d2[:, None]
        last = p * (z - (p * z).sum(axis=-1, keepdims=True))
        back = last @ W2
        second = last[..., None] * a[None, :, None, :]
        if domain.one_of("curvature", curvature, ("hessian", "gauss-newton")) == "gauss-newton":
            return slope * back, last, second
        residual = p - self.labels
        first = slope * (residual @ V2 + back) - 2 * a * along * (residual @ W2)
        return first, last, second + residual[None, :, :, None] * along[:, :, None, :]


def classifier(images: np.ndarray, labels: np.ndarray, hidden: int) -> Classifier:
    """Return the loss on images (n, d), centred and divided by their common standard deviation, with labels (n,).

    Raises ValueError for shapes that do not fit, labels that are not integers from 0, and images that are all equal.
    Domain: images signed

    >>> classifier(np.eye(3), np.array([0, 1, 1]), 4).parameters
    26
    """
    images = domain.finite("images", images, (None, None))
    labels = domain.integer("labels", labels, low=0, shape=(len(images),))
    centred = images - images.mean(axis=0)
    if not centred.any():
        raise ValueError(f"images must not all be equal, got {len(images)} equal ones")
    hidden = domain.integer("hidden", hidden, low=1, shape=())
    return Classifier(centred / centred.std(), np.eye(int(labels.max()) + 1)[labels], int(hidden))
