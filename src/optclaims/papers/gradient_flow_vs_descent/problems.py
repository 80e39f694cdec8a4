r"""Networks without biases under the squared error, their gradients, and starts; deep linear networks among them.

Weights of many runs are stacked: theta (..., parameters), the layers' matrices flattened one after another.
"""

import itertools
from typing import NamedTuple

import numpy as np

from optclaims.science import domain

__all__ = [
    "ACTIVATIONS",
    "Regression",
    "aligned_start",
    "antiparallel_start",
    "balanced_start",
    "end_to_end",
    "factorisation",
    "gaussian_start",
    "image_regression",
    "quadratic_gradient",
    "random_target",
]

# The activation and its derivative, from the activation's value.
ACTIVATIONS = {
    "linear": (lambda z: z, lambda a: np.ones_like(a)),
    "relu": (lambda z: np.maximum(z, 0), lambda a: (a > 0).astype(a.dtype)),
    "tanh": (np.tanh, lambda a: 1 - a**2),
}


def _widths(widths: tuple[int, ...]) -> tuple[int, ...]:
    widths = domain.integer("widths", widths, low=1, shape=(None,))
    if len(widths) < 2:
        raise ValueError(f"widths must hold the input and the output at least, got {tuple(widths)}")
    return tuple(int(width) for width in widths)


class Regression(NamedTuple):
    r"""The loss $f(\theta) = \frac{1}{2 s} \sum_i |N_\theta(x_i) - y_i|^2$ of a network without biases.

    Made by `factorisation` and `image_regression`, which check. widths: input, hidden layers, output. inputs:
    (n, widths[0]); targets: (n, widths[-1]); share: s, the number of inputs for a mean.
    """

    widths: tuple[int, ...]
    activation: str
    inputs: np.ndarray
    targets: np.ndarray
    share: float = 1.0

    @property
    def parameters(self) -> int:
        """The number of weights."""
        return sum(i * o for i, o in zip(self.widths, self.widths[1:], strict=False))

    def layers(self, theta: np.ndarray) -> list[np.ndarray]:
        """Return the matrices (..., out, in) of the layers, the first layer first, as views of theta (..., p)."""
        matrices, at = [], 0
        for i, o in zip(self.widths, self.widths[1:], strict=False):
            matrices.append(theta[..., at : at + i * o].reshape(*theta.shape[:-1], o, i))
            at += i * o
        return matrices

    def _forward(self, matrices: list[np.ndarray]) -> list[np.ndarray]:
        act = ACTIVATIONS[self.activation][0]
        values = [self.inputs]
        for number, matrix in enumerate(matrices, start=1):
            z = values[-1] @ matrix.swapaxes(-1, -2)
            values.append(act(z) if number < len(matrices) else z)
        return values

    def loss(self, theta: np.ndarray) -> np.ndarray:
        """Return the loss (...) at theta (..., p)."""
        output = self._forward(self.layers(theta))[-1]
        return ((output - self.targets) ** 2).sum((-1, -2)) / (2 * self.share)

    def gradient(self, theta: np.ndarray) -> np.ndarray:
        """Return the gradient (..., p) at theta (..., p)."""
        matrices = self.layers(theta)
        slope = ACTIVATIONS[self.activation][1]
        values = self._forward(matrices)
        gradient = np.empty_like(theta)
        parts = self.layers(gradient)
        delta = (values[-1] - self.targets) / self.share
        for number in range(len(matrices) - 1, -1, -1):
            parts[number][...] = delta.swapaxes(-1, -2) @ values[number]
            if number:
                delta = (delta @ matrices[number]) * slope(values[number])
        return gradient


def factorisation(widths: tuple[int, ...], target: np.ndarray) -> Regression:
    r"""Return the deep linear network $f = \frac12 \|W_n \cdots W_1 - \Lambda\|_F^2$ (whitened inputs).

    target: $\Lambda$, (widths[-1], widths[0]). Raises ValueError for another shape.
    Domain: target signed

    >>> factorisation((2, 2, 1), np.ones((1, 2))).loss(np.zeros(6))
    np.float64(1.0)
    """
    widths = _widths(widths)
    target = domain.finite("target", target, (widths[-1], widths[0]))
    return Regression(widths, "linear", np.eye(widths[0]), target.T)


def image_regression(inputs: np.ndarray, labels: np.ndarray, widths: tuple[int, ...], activation: str) -> Regression:
    """Return the mean squared error (halved, summed over outputs) of a network on images with one-hot labels.

    inputs: (n, widths[0]), centred pixel by pixel here and divided by their common standard deviation; labels: (n,)
    integers below widths[-1]. Raises ValueError where they do not fit, or where all inputs are equal.
    Domain: inputs signed; widths any length

    >>> image_regression(np.eye(3)[:, :2], np.array([0, 1, 1]), (2, 4, 2), "tanh").parameters
    16
    """
    widths = _widths(widths)
    inputs = domain.finite("inputs", inputs, (None, widths[0]))
    labels = domain.integer("labels", labels, low=0, high=widths[-1] - 1, shape=(len(inputs),))
    domain.one_of("activation", activation, ACTIVATIONS)
    centred = inputs - inputs.mean(axis=0)
    if not centred.any():
        raise ValueError("inputs must not all be equal")
    return Regression(widths, activation, centred / centred.std(), np.eye(widths[-1])[labels], len(inputs))


def quadratic_gradient(theta: np.ndarray, curvatures: np.ndarray) -> np.ndarray:
    r"""Return the gradient $\lambda_i \theta_i$ of $\frac12\sum_i\lambda_i\theta_i^2$; negative curvatures repel.

    Domain: theta signed, any shape, any length; curvatures signed, any shape, any length

    >>> quadratic_gradient(np.array([1.0, 2.0]), np.array([3.0, -1.0]))
    array([ 3., -2.])
    """
    return domain.finite("curvatures", curvatures) * domain.finite("theta", theta)


def random_target(rng: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
    r"""Return a Gaussian matrix scaled to $\|\Lambda\|_F = 1$.

    >>> round(float(np.linalg.norm(random_target(np.random.default_rng(0), (2, 4)))), 12)
    1.0
    """
    domain.generator("rng", rng)
    target = rng.standard_normal(domain.integer("shape", shape, low=1, shape=(2,)))
    return target / np.linalg.norm(target)


def gaussian_start(
    rng: np.random.Generator, widths: tuple[int, ...], scale: float, *, runs: int = 1, by_fan_in: bool = False
) -> np.ndarray:
    """Return independent Gaussian weights (runs, parameters) with standard deviation scale.

    by_fan_in: that deviation over the square root of each layer's inputs. Raises ValueError for a scale that is not
    positive.

    >>> gaussian_start(np.random.default_rng(0), (4, 4, 2), 0.3, runs=5).shape
    (5, 24)
    """
    domain.generator("rng", rng), domain.positive("scale", scale, ())
    runs = domain.integer("runs", runs, low=1, shape=())
    widths = _widths(widths)
    parts = [
        rng.standard_normal((runs, i * o)) * (scale / np.sqrt(i) if by_fan_in else scale)
        for i, o in itertools.pairwise(widths)
    ]
    return np.concatenate(parts, axis=1)


def balanced_start(
    rng: np.random.Generator, widths: tuple[int, ...], scale: float, noise: float, *, runs: int = 1
) -> np.ndarray:
    r"""Return nearly balanced weights (runs, parameters): $W_{i+1}^\top W_{i+1} = W_i W_i^\top$ up to Gaussian noise.

    The product is that of Gaussian weights of standard deviation scale; its singular value decomposition
    $U \Sigma V^\top$ is spread over n layers, each with $\Sigma^{1/n}$ (Arora et al. 2019, balanced initialisation).
    Raises ValueError for a scale that is not positive or negative noise.

    >>> balanced_start(np.random.default_rng(0), (3, 3, 2), 0.3, 0.0, runs=2).shape
    (2, 15)
    """
    domain.nonnegative("noise", noise, ())
    theta = gaussian_start(rng, widths, scale, runs=runs)
    net = factorisation(widths, np.zeros((widths[-1], widths[0])))
    product = end_to_end(net, theta)
    u, s, vt = np.linalg.svd(product, full_matrices=False)
    root, matrices = s ** (1 / (len(widths) - 1)), net.layers(np.zeros_like(theta))
    rank = s.shape[-1]
    for number, matrix in enumerate(matrices):
        left = u if number == len(matrices) - 1 else np.eye(matrix.shape[-2], rank)
        right = vt if number == 0 else np.eye(rank, matrix.shape[-1])
        matrix[...] = (left * root[:, None, :]) @ right
    theta = np.concatenate([m.reshape(runs, -1) for m in matrices], axis=1)
    return theta + noise * rng.standard_normal(theta.shape)


def aligned_start(vectors: list[np.ndarray], scale: float) -> np.ndarray:
    r"""Return aligned layers of rank one, $W_i = a\, u_i u_{i-1}^\top$, flattened (parameters,).

    vectors: the unit vectors $u_0, \dots, u_n$; scale: a. The flow towards $u_n u_0^\top$ keeps them aligned.
    Raises ValueError for fewer than two vectors or a scale that is not positive.
    Domain: vectors signed

    >>> aligned_start([np.array([1.0, 0.0]), np.array([0.0, 1.0])], 0.5)
    array([0. , 0. , 0.5, 0. ])
    """
    domain.positive("scale", scale, ())
    if len(vectors) < 2:
        raise ValueError(f"vectors must be at least two, got {len(vectors)}")
    units = [domain.finite("vectors", u, (None,)) for u in vectors]
    return np.concatenate([scale * np.outer(o, i).ravel() for i, o in itertools.pairwise(units)])


def antiparallel_start(
    rng: np.random.Generator, target: np.ndarray, scale: float, layers: int, noise: float, *, runs: int = 1
) -> np.ndarray:
    r"""Return balanced layers of rank one whose product is $-a^n \Lambda/\|\Lambda\|$, for one output, (runs, p).

    target: $\Lambda$, (1, d); all hidden layers have d units; hidden directions are random. Gaussian noise is added.
    From there the flow shrinks the product to the saddle at zero. Raises ValueError for another shape of the target,
    a scale that is not positive or negative noise.
    Domain: target signed

    >>> antiparallel_start(np.random.default_rng(0), np.ones((1, 4)) / 2, 0.5, 3, 0.0).shape
    (1, 36)
    """
    domain.nonnegative("noise", noise, ()), domain.positive("scale", scale, ())
    layers, runs = domain.integer("layers", layers, low=2, shape=()), domain.integer("runs", runs, low=1, shape=())
    target = domain.finite("target", target, (1, None))
    d = target.shape[1]
    starts = []
    for _ in range(runs):
        hidden = rng.standard_normal((layers - 1, d))
        units = [-target[0] / np.linalg.norm(target), *(hidden / np.linalg.norm(hidden, axis=1, keepdims=True)), [1.0]]
        starts.append(aligned_start([np.asarray(u) for u in units], scale))
    starts = np.array(starts)
    return starts + noise * rng.standard_normal(starts.shape)


def end_to_end(net: Regression, theta: np.ndarray) -> np.ndarray:
    """Return the product of the layers (..., out, in).

    Domain: theta signed, any shape

    >>> end_to_end(factorisation((1, 1, 1), np.array([[2.0]])), np.array([3.0, 0.5]))
    array([[1.5]])
    """
    theta = domain.finite("theta", theta, (..., net.parameters))
    product, *rest = net.layers(theta)
    for matrix in rest:
        product = matrix @ product
    return product
