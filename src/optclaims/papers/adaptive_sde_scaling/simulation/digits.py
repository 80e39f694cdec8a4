"""A 64-32-10 tanh network on digits with label noise, trained from several seeds by compiled Adam (or RMSprop).

Stock Adam: bias corrections on, divided by the root of v after its update; beta1 = 0 is RMSprop with bias correction.
Batches are drawn with replacement. A network's weights are one vector theta, (parameters,): W1, b1, W2, b2.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optclaims.papers.adaptive_sde_scaling.problems.hyperparameters import Hyperparameters
from optclaims.science import datasets
from optclaims.science.kernels import njit

__all__ = ["PARAMETERS", "Task", "draw_samples", "gradient", "initial", "load", "noise_ratio", "statistics_of", "train"]

INPUTS, HIDDEN, CLASSES = 64, 32, 10
W1, B1, W2 = INPUTS * HIDDEN, INPUTS * HIDDEN + HIDDEN, INPUTS * HIDDEN + HIDDEN + HIDDEN * CLASSES
PARAMETERS = W2 + CLASSES
f32 = np.float32


@dataclass(frozen=True)
class Task:
    """Images X (n, 64) float32 and labels y (n,) for training, and those for testing."""

    X: NDArray[np.float32]
    y: NDArray[np.int64]
    test_X: NDArray[np.float32]
    test_y: NDArray[np.int64]


def load(rng: np.random.Generator, train: int = 1536) -> Task:
    """Split scikit-learn's digits at random; pixels are shifted by -0.3."""
    X, y = datasets.digits()
    X, order = (X - 0.3).astype(f32), rng.permutation(len(y))
    rows, rest = order[:train], order[train:]
    return Task(X[rows], y[rows], X[rest], y[rest])


def initial(rngs: Sequence[np.random.Generator]) -> NDArray[np.float32]:
    """Initial weights (seeds, parameters): N(0, 1 / fan-in), zero biases."""
    theta = np.zeros((len(rngs), PARAMETERS), f32)
    for row, rng in zip(theta, rngs, strict=True):
        row[:W1] = rng.standard_normal(W1) / np.sqrt(INPUTS)
        row[B1:W2] = rng.standard_normal(W2 - B1) / np.sqrt(HIDDEN)
    return theta


def draw_samples(
    task: Task, rngs: Sequence[np.random.Generator], samples: int, noise: float
) -> tuple[NDArray, NDArray]:
    """Return rows and labels (seeds, samples): drawn with replacement, each label uniform with probability `noise`."""
    rows = np.stack([rng.integers(len(task.y), size=samples) for rng in rngs])
    wrong = np.stack([rng.random(samples) < noise for rng in rngs])
    uniform = np.stack([rng.integers(CLASSES, size=samples) for rng in rngs])
    return rows, np.where(wrong, uniform, task.y[rows])


@njit(cache=True, error_model="numpy", fastmath={"reassoc", "contract", "nsz", "arcp", "afn"})
def gradient(theta: Any, x: Any, labels: Any, weights: Any, out: Any) -> None:
    """Gradient of the weighted sum of cross-entropies: samples x (n, 64), labels, weights (n,); out (parameters,)."""
    # Matrix products and explicit loops: an expression would allocate, which costs more than the arithmetic here.
    first, second = theta[:W1].reshape(INPUTS, HIDDEN), theta[B1:W2].reshape(HIDDEN, CLASSES)
    hidden, logits = np.empty((len(x), HIDDEN), f32), np.empty((len(x), CLASSES), f32)
    delta, out[W1:B1], out[W2:] = np.empty_like(hidden), 0, 0
    np.dot(x, first, hidden)
    for n in range(len(x)):
        for j in range(HIDDEN):
            # tanh, at a third of its cost
            hidden[n, j] = f32(1) - f32(2) / (np.exp(f32(2) * (hidden[n, j] + theta[W1 + j])) + f32(1))
    np.dot(hidden, second, logits)
    for n in range(len(x)):
        total = f32(0)
        for c in range(CLASSES):
            logits[n, c] += theta[W2 + c]
        top = logits[n].max()
        for c in range(CLASSES):
            logits[n, c] = np.exp(logits[n, c] - top)
            total += logits[n, c]
        for c in range(CLASSES):
            logits[n, c] = weights[n] * (logits[n, c] / total - f32(c == labels[n]))
            out[W2 + c] += logits[n, c]
    np.dot(logits, second.T, delta)
    for n in range(len(x)):
        for j in range(HIDDEN):
            delta[n, j] *= f32(1) - hidden[n, j] * hidden[n, j]
            out[W1 + j] += delta[n, j]
    np.dot(x.T, delta, out[:W1].reshape(INPUTS, HIDDEN))
    np.dot(hidden.T, logits, out[B1:W2].reshape(HIDDEN, CLASSES))


@njit(cache=True, error_model="numpy", fastmath={"reassoc", "contract", "nsz", "arcp", "afn"})
def _adam(theta, m, v, g, rate, beta1, beta2, root, eps):
    """theta -= rate m / (root sqrt(v) + eps) after updating m and v; rate and root hold the bias corrections."""
    new1, new2 = f32(1) - beta1, f32(1) - beta2
    for i in range(theta.size):
        m[i] = beta1 * m[i] + new1 * g[i]
        v[i] = beta2 * v[i] + new2 * g[i] * g[i]
        theta[i] -= rate * m[i] / (root * np.sqrt(v[i]) + eps)


@njit(cache=True, error_model="numpy")
def _train(theta, m, v, done, X, rows, labels, eta, beta1, beta2, eps, weights):
    """rows, labels: (seeds, steps, samples of a step); weights: those of the samples of a step."""
    seeds, steps, _ = rows.shape
    g = np.empty(PARAMETERS, f32)
    for seed in range(seeds):
        for k in range(steps):
            gradient(theta[seed], X[rows[seed, k]], labels[seed, k], weights, g)
            age = done + k + 1
            rate, root = f32(eta / (1 - beta1**age)), f32(1 / np.sqrt(1 - beta2**age))
            _adam(theta[seed], m[seed], v[seed], g, rate, f32(beta1), f32(beta2), root, f32(eps))


def train(
    task: Task,
    theta: NDArray[np.float32],
    rows: NDArray,
    labels: NDArray,
    hyper: Hyperparameters,
    batch: int,
    records: Sequence[int],
    weights: Sequence[float] = (1.0,),
) -> NDArray[np.float32]:
    """Train every seed on its stream of samples; return the weights after the recorded numbers of steps.

    rows, labels: (seeds, samples), consumed in order, len(weights) batches a step (two in SVAG). records: increasing.
    Returns (records, seeds, parameters). Raises ValueError where the samples do not suffice.
    """
    gradients, records = len(weights), np.asarray(records)
    used = records[-1] * gradients * batch
    if used > rows.shape[1] or np.any(np.diff(records) <= 0) or records[0] < 0:
        raise ValueError(f"records must increase and need {used} samples a seed, of {rows.shape[1]}")
    rows, labels = (a[:, :used].reshape(len(a), -1, gradients * batch) for a in (rows, labels))
    theta, out = theta.copy(), []
    m, v, done = np.zeros_like(theta), np.zeros_like(theta), 0
    shares = np.repeat(np.asarray(weights, f32) / f32(batch), batch)
    constants = (hyper.lr, hyper.beta1, hyper.beta2, hyper.eps, shares)
    for record in records:
        _train(theta, m, v, done, task.X, rows[:, done:record], labels[:, done:record], *constants)
        out.append(theta.copy())
        done = int(record)
    return np.stack(out)


def _forward(theta: NDArray, X: NDArray) -> tuple[NDArray, NDArray]:
    """Hidden units (..., n, 32) and logits (..., n, 10) of weights (..., parameters)."""
    first, second = theta[..., :W1], theta[..., B1:W2]
    first, second = (
        first.reshape(*theta.shape[:-1], INPUTS, HIDDEN),
        second.reshape(*theta.shape[:-1], HIDDEN, CLASSES),
    )
    hidden = np.tanh(X @ first + theta[..., None, W1:B1])
    return hidden, hidden @ second + theta[..., None, W2:]


def statistics_of(task: Task, theta: NDArray) -> tuple[NDArray, NDArray]:
    """Log of the clean training loss and the test accuracy of weights (..., parameters), each (...)."""
    logits = _forward(theta, task.X)[1].astype(float)
    top = logits.max(-1)
    loss = np.log(np.exp(logits - top[..., None]).sum(-1)) + top
    loss -= np.take_along_axis(logits, np.broadcast_to(task.y, loss.shape)[..., None], -1)[..., 0]
    accuracy = (_forward(theta, task.test_X)[1].argmax(-1) == task.test_y).mean(-1)
    return np.log(loss.mean(-1)), accuracy


def noise_ratio(task: Task, theta: NDArray, noise: float, batch: int) -> float:
    r"""Return $\|\nabla f\|^2 / (\mathrm{tr\,Cov}/B)$, exactly, for one network (parameters,) under label noise."""
    hidden, logits = _forward(theta.astype(float), task.X.astype(float))
    p = np.exp(logits - logits.max(-1, keepdims=True))
    p /= p.sum(-1, keepdims=True)
    chance = np.full((len(task.y), CLASSES), noise / CLASSES)
    chance[np.arange(len(task.y)), task.y] += 1 - noise
    W, slope = theta[B1:W2].reshape(HIDDEN, CLASSES).astype(float), 1 - hidden**2
    residual = p[:, None, :] - np.eye(CLASSES)  # (n, label, class)
    back = residual @ W.T * slope[:, None, :]
    square = (residual**2).sum(-1) * (1 + (hidden**2).sum(-1))[:, None]
    square += (back**2).sum(-1) * (1 + (task.X.astype(float) ** 2).sum(-1))[:, None]
    mean_out, mean_back = (p - chance) / len(task.y), (p - chance) @ W.T * slope / len(task.y)
    parts = (task.X.T @ mean_back, mean_back.sum(0), hidden.T @ mean_out, mean_out.sum(0))
    signal = sum(float((part**2).sum()) for part in parts)
    return signal / ((float((square * chance).sum(1).mean()) - signal) / batch)
