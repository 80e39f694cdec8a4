"""A wide two-layer ReLU network in the tangent-kernel parametrisation, trained by mini-batch SGD."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["Run", "empirical_kernel", "train"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Run:
    """One training run: ``losses`` (len(times),), the tangent ``kernel`` (N, N) and ``error`` (N,) at the start."""

    losses: Array
    kernel: Array
    error: Array


def _initialise(inputs: ArrayLike, width: int, rng: np.random.Generator) -> tuple[NDArray, NDArray, NDArray]:
    """Inputs ``[x / sqrt(d), 1]``, first layer with its bias (width, d + 1), second layer (width,), in single
    precision.
    """
    inputs = np.asarray(inputs, dtype=np.float32)
    features = np.column_stack([inputs / np.sqrt(inputs.shape[1]), np.ones(len(inputs))]).astype(np.float32)
    first = rng.standard_normal((width, features.shape[1]), dtype=np.float32)
    return features, first, rng.standard_normal(width, dtype=np.float32)


def _kernel(features: NDArray, first: NDArray, second: NDArray) -> Array:
    hidden = features @ first.T
    active = (hidden > 0) * second
    upper = np.maximum(hidden, 0)
    return ((upper @ upper.T + (active @ active.T) * (features @ features.T)) / second.size).astype(float)


def empirical_kernel(inputs: ArrayLike, width: int, rng: np.random.Generator) -> Array:
    """Tangent kernel of a random network, ``sum_parameters df(x_i) df(x_j)``, shape (N, N)."""
    return _kernel(*_initialise(inputs, width, rng))


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
    """Train ``f(x) = a' relu(W x / sqrt(d) + b) / sqrt(h)`` on ``mean (f - y)^2 / 2`` of a batch; losses are over all
    samples.

    Args:
        inputs: shape ``(N, d)``.
        targets: shape ``(N,)``.
        times: increasing numbers of steps.
        lr: learning rate in units of ``N / lambda_max(K)``, K the network's own kernel at the start.
        batch: b distinct samples a step.
        width: hidden units h.
        rng: stream of the run (weights, then batches).
        rescale: False takes lr as it stands (a control: two of the authors' scripts do this).
    """
    features, first, second = _initialise(inputs, width, rng)
    targets = np.asarray(targets, dtype=np.float32)
    kernel, root = _kernel(features, first, second), np.float32(np.sqrt(width))
    n = len(targets)
    rate = lr * n / np.linalg.eigvalsh(kernel)[-1] if rescale else lr
    error = (np.maximum(features @ first.T, 0) @ second / root - targets).astype(float)
    losses, t = np.empty(len(times)), 0
    for i, time in enumerate(times):
        for _ in range(time - t):
            chosen = rng.choice(n, batch, replace=False, shuffle=False)
            x = features[chosen]
            hidden = np.maximum(x @ first.T, 0)
            push = np.float32(rate / batch) * (hidden @ second / root - targets[chosen]) / root
            change = hidden.T @ push
            first -= ((hidden > 0).T * push * second[:, None]) @ x
            second -= change
        t = time
        losses[i] = np.mean((np.maximum(features @ first.T, 0) @ second / root - targets) ** 2) / 2
    return Run(losses, kernel, error)
