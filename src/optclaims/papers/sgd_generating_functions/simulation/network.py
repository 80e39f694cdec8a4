r"""A wide two-layer ReLU network in the tangent-kernel parametrisation, trained by mini-batch SGD.

$f(x) = a^\top \mathrm{relu}(W x/\sqrt d + b)/\sqrt h$ with standard normal parameters. As relu is homogeneous, this is
the plain network $\theta_2^\top \mathrm{relu}(\theta_1 x)$ with both layers multiplied by $h^{-1/4}$, and a learning
rate for the former is one divided by $\sqrt h$ for the latter, which is what is trained.
"""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from optclaims.science import domain, perceptrons
from optclaims.science.networks import SQUARED, Layer, Network, factors, mean_loss, perceptron
from optclaims.science.optimizers import SGD

__all__ = ["empirical_kernel", "train"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Run:
    """One training run: ``losses`` (len(times),), the tangent ``kernel`` (N, N) and ``error`` (N,) at the start."""

    losses: Array
    kernel: Array
    error: Array


def _features(inputs: ArrayLike) -> Tensor:
    """Inputs ``[x / sqrt(d), 1]``, (N, d + 1), in single precision."""
    inputs = np.asarray(domain.finite("inputs", inputs, (None, None)), np.float32)
    stacked = np.column_stack([inputs / np.sqrt(inputs.shape[1]), np.ones(len(inputs))])
    return torch.as_tensor(stacked, dtype=torch.float32)


def _network(inputs: int, width: int) -> Network:
    scale = width**-0.25
    layers = Layer(inputs, width, scale, bias=False), Layer(width, 1, scale, bias=False)
    return Network(layers, perceptron((inputs, width, 1), bias=False).wire)


def _kernel(network: Network, theta: Tensor, features: Tensor) -> Array:
    """Sum over the parameters of the tangent parametrisation of df(x_i) df(x_j)."""
    kept = factors(network, theta, features[None], torch.ones_like)
    products = [[(part[0].double() @ part[0].double().T).numpy() for part in factor] for factor in kept]
    return sum(inputs * outputs for inputs, outputs in products) / network.layers[0].outputs ** 0.5


def empirical_kernel(inputs: ArrayLike, width: int, rng: np.random.Generator) -> Array:
    """Tangent kernel of a random network, ``sum_parameters df(x_i) df(x_j)``, shape (N, N).

    Domain: inputs signed.

    >>> kernel = empirical_kernel([[1.0], [-1.0]], 20_000, np.random.default_rng(0))
    >>> bool(abs(kernel[0, 0] - 2) < 0.1)
    True
    """
    features = _features(inputs)
    network = _network(features.shape[1], domain.integer("width", width, low=1, shape=()))
    return _kernel(network, network.initial([rng]), features)


def train(
    inputs: ArrayLike,
    targets: ArrayLike,
    times: ArrayLike,
    *,
    lr: float,
    batch: int,
    width: int,
    rng: np.random.Generator,
    rescale: bool = True,
) -> Run:
    """Train on ``mean (f - y)^2 / 2`` of a batch; losses are over all samples.

    Args:
        inputs: shape ``(N, d)``.
        targets: shape ``(N,)``.
        times: increasing numbers of steps.
        lr: learning rate in units of ``N / lambda_max(K)``, K the network's own kernel at the start.
        batch: b distinct samples a step.
        width: hidden units h.
        rng: stream of the run (weights, then batches).
        rescale: False takes lr as it stands (a control: two of the authors' scripts do this).

    Domain: inputs, targets signed.

    >>> x = np.eye(3)
    >>> train(x, [1, 0, -1], [0, 5], lr=0.5, batch=3, width=50, rng=np.random.default_rng(0)).losses.shape
    (2,)
    """
    features, times = _features(inputs), domain.integer("times", times, low=0, shape=(None,))
    n, network = len(features), _network(features.shape[1], domain.integer("width", width, low=1, shape=()))
    domain.positive("lr", lr, ()), domain.integer("batch", batch, low=1, high=n, shape=())
    y = torch.as_tensor(np.asarray(domain.finite("targets", targets, (n,)), np.float32))
    theta = network.initial([rng])
    kernel, error = _kernel(network, theta, features), (network(theta, features[None])[0, :, 0] - y).double().numpy()
    rate = lr * n / np.linalg.eigvalsh(kernel)[-1] if rescale else lr
    drawn = [rng.choice(n, batch, replace=False, shuffle=False) for _ in range(times[-1])]
    rows = np.reshape(drawn, (1, -1, batch)).astype(int)
    widths, rule = (features.shape[1], width, 1), SGD(rate / width**0.5)
    found = perceptrons.train(widths, theta, features, y[:, None], rows, rule, times, loss="squared", bias=False)
    objective = mean_loss(network, SQUARED)
    parts = torch.as_tensor(found[:, 0]).split(8)  # a few at a time: each needs n x width numbers
    losses = torch.cat([objective(part, features[None], y[None].expand(len(part), -1)) for part in parts])
    return Run(losses.double().numpy(), kernel, error)
