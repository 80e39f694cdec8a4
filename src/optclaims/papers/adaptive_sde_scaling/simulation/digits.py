"""A 64-32-10 tanh network on digits with label noise, trained from several seeds by compiled Adam (or RMSprop).

Stock Adam: bias corrections on, divided by the root of v after its update; beta1 = 0 is RMSprop with bias correction.
Batches are drawn with replacement. A network's weights are one vector theta, (parameters,): W1, b1, W2, b2.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from optclaims.papers.adaptive_sde_scaling.problems.hyperparameters import Hyperparameters
from optclaims.science import datasets, domain, networks, perceptrons
from optclaims.science.optimizers import Adam

__all__ = ["NETWORK", "Task", "draw_samples", "initial", "load", "noise_ratio", "statistics_of", "train"]

WIDTHS = INPUTS, HIDDEN, CLASSES = 64, 32, 10
NETWORK = networks.perceptron(WIDTHS, "tanh")


@dataclass(frozen=True)
class Task:
    """Images X (n, 64) float32 and labels y (n,) for training, and those for testing.

    Raises ValueError for shapes that do not fit and labels that are no digit.
    Domain: X, test_X signed.

    >>> task = Task(np.eye(4, 64, dtype=np.float32), np.arange(4), np.eye(2, 64, dtype=np.float32), test_y=np.arange(2))
    >>> task.X.shape
    (4, 64)
    """

    X: NDArray[np.float32]
    y: NDArray[np.int64]
    test_X: NDArray[np.float32]
    test_y: NDArray[np.int64]

    def __post_init__(self) -> None:
        for X, y in (("X", "y"), ("test_X", "test_y")):
            n = len(domain.finite(X, getattr(self, X), (None, INPUTS)))
            domain.integer(y, getattr(self, y), low=0, high=CLASSES - 1, shape=(n,))


def load(rng: np.random.Generator, train: int = 1536) -> Task:
    """Split scikit-learn's digits at random; pixels are shifted by -0.3.

    >>> load(np.random.default_rng(0)).test_X.shape
    (261, 64)
    """
    X, y = datasets.digits()
    train = domain.integer("train", train, low=1, high=len(y) - 1, shape=())
    X, order = (X - 0.3).astype(np.float32), rng.permutation(len(y))
    rows, rest = order[:train], order[train:]
    return Task(X[rows], y[rows], X[rest], y[rest])


def initial(rngs: Sequence[np.random.Generator]) -> NDArray[np.float32]:
    """Initial weights (seeds, parameters): N(0, 1 / fan-in), zero biases.

    >>> initial([np.random.default_rng(0)]).shape
    (1, 2410)
    """
    return NETWORK.initial(rngs).numpy()


def draw_samples(
    task: Task, rngs: Sequence[np.random.Generator], samples: int, noise: float
) -> tuple[NDArray, NDArray]:
    """Return rows and labels (seeds, samples): drawn with replacement, each label uniform with probability `noise`.

    >>> task = Task(np.eye(4, 64, dtype=np.float32), np.arange(4), np.eye(2, 64, dtype=np.float32), test_y=np.arange(2))
    >>> rows, labels = draw_samples(task, [np.random.default_rng(0)], 6, noise=0.0)
    >>> rows.shape, bool((labels == task.y[rows]).all())
    ((1, 6), True)
    """
    samples = domain.integer("samples", samples, low=1, shape=())
    noise = domain.probability("noise", noise, shape=())
    rows = np.stack([rng.integers(len(task.y), size=samples) for rng in rngs])
    wrong = np.stack([rng.random(samples) < noise for rng in rngs])
    uniform = np.stack([rng.integers(CLASSES, size=samples) for rng in rngs])
    return rows, np.where(wrong, uniform, task.y[rows])


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

    Domain: theta, weights signed.

    >>> task = Task(np.eye(4, 64, dtype=np.float32), np.arange(4), np.eye(2, 64, dtype=np.float32), test_y=np.arange(2))
    >>> theta, hyper = initial([np.random.default_rng(0)]), Hyperparameters(lr=1e-3, beta2=0.9, eps=1e-8)
    >>> rows = np.array([[0, 1, 2, 3]])
    >>> train(task, theta, rows, labels=rows, hyper=hyper, batch=2, records=[0, 2]).shape
    (2, 1, 2410)
    """
    theta = domain.finite("theta", theta, (None, NETWORK.parameters))
    rows = domain.integer("rows", rows, low=0, high=len(task.y) - 1, shape=(len(theta), None))
    labels = domain.integer("labels", labels, low=0, high=CLASSES - 1, shape=rows.shape)
    batch, weights = domain.integer("batch", batch, low=1, shape=()), domain.vector("weights", weights)
    step, records = len(weights) * batch, domain.increasing("records", np.asarray(records), low=0)
    used = int(records[-1]) * step
    if used > rows.shape[1]:
        raise ValueError(f"records need {used} samples a seed, got {rows.shape[1]}")
    rows, labels = (a[:, :used].reshape(len(a), -1, step) for a in (rows, labels))
    rule = Adam(hyper.lr, hyper.beta1, hyper.beta2, hyper.eps)
    shares = np.repeat(np.asarray(weights) / batch, batch)
    return perceptrons.train(
        WIDTHS, theta, task.X, labels, rows, rule, records.astype(int), activation="tanh", shares=shares
    )


@torch.no_grad()
def statistics_of(task: Task, theta: NDArray) -> tuple[NDArray, NDArray]:
    """Log of the clean training loss and the test accuracy of weights (..., parameters), each (...).

    Domain: theta signed, infinite, NaN, any shape.

    >>> task = Task(np.eye(4, 64, dtype=np.float32), np.arange(4), np.eye(2, 64, dtype=np.float32), test_y=np.arange(2))
    >>> log_loss, accuracy = statistics_of(task, initial([np.random.default_rng(0)]))
    >>> log_loss.shape, accuracy.shape
    ((1,), (1,))
    """
    domain.shape("theta", theta, (..., NETWORK.parameters))
    losses, rights = [], []
    X, y, test_X, test_y = (torch.as_tensor(part) for part in (task.X, task.y, task.test_X, task.test_y))
    for w in torch.as_tensor(theta, dtype=torch.float32).reshape(-1, NETWORK.parameters).split(64):
        logits = NETWORK(w, X[None]).double()
        losses.append(networks.CROSS_ENTROPY.value(logits, y[None]).mean(-1))
        rights.append((NETWORK(w, test_X[None]).argmax(-1) == test_y).double().mean(-1))
    log_loss, accuracy = (torch.cat(part).numpy().reshape(theta.shape[:-1]) for part in (losses, rights))
    return np.log(log_loss), accuracy


def noise_ratio(task: Task, theta: NDArray, noise: float, batch: int) -> float:
    r"""Return $\|\nabla f\|^2 / (\mathrm{tr\,Cov}/B)$, exactly, for one network (parameters,) under label noise.

    Domain: theta signed.

    >>> task = Task(np.eye(4, 64, dtype=np.float32), np.arange(4), np.eye(2, 64, dtype=np.float32), test_y=np.arange(2))
    >>> theta = initial([np.random.default_rng(0)])[0]
    >>> noise_ratio(task, theta, 0.1, batch=4) > 0
    True
    """
    theta = domain.vector("theta", theta, NETWORK.parameters)
    noise, batch = domain.probability("noise", noise, shape=()), domain.integer("batch", batch, low=1, shape=())
    first, second = (layer[0].double().numpy() for layer in NETWORK.unpacked(torch.as_tensor(theta[None])))
    hidden = np.tanh(task.X @ first[:-1] + first[-1])
    W, slope, logits = second[:-1], 1 - hidden**2, hidden @ second[:-1] + second[-1]
    p = np.exp(logits - logits.max(-1, keepdims=True))
    p /= p.sum(-1, keepdims=True)
    chance = np.full((len(task.y), CLASSES), noise / CLASSES)
    chance[np.arange(len(task.y)), task.y] += 1 - noise
    residual = p[:, None, :] - np.eye(CLASSES)  # (n, label, class)
    back = residual @ W.T * slope[:, None, :]
    square = (residual**2).sum(-1) * (1 + (hidden**2).sum(-1))[:, None]
    square += (back**2).sum(-1) * (1 + (task.X.astype(float) ** 2).sum(-1))[:, None]
    mean_out, mean_back = (p - chance) / len(task.y), (p - chance) @ W.T * slope / len(task.y)
    parts = (task.X.T @ mean_back, mean_back.sum(0), hidden.T @ mean_out, mean_out.sum(0))
    signal = sum(float((part**2).sum()) for part in parts)
    return signal / ((float((square * chance).sum(1).mean()) - signal) / batch)
