"""Logistic regression with resampled labels: oracle Adam and GN powers, in the identity or the current eigenbasis."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit

from optclaims.science.domain import finite, integer, nonnegative, one_of, positive, vector

__all__ = ["Logistic", "excess_loss", "problem", "train"]

Array = NDArray[np.float64]


class Logistic(NamedTuple):
    """Inputs (n, d) and the probability q of a positive label at each, well specified: q = sigmoid(X w*)."""

    inputs: Array
    q: Array
    teacher: Array


def problem(d: int, samples: int, spread: float, deviation: float, rng: np.random.Generator) -> Logistic:
    """Gaussian inputs of covariance Q diag(geomspace(1, spread)) Q' and a teacher whose logits have that deviation.

    >>> problem(3, samples=50, spread=10.0, deviation=1.0, rng=np.random.default_rng(0)).inputs.shape
    (50, 3)
    """
    d, samples = integer("d", d, low=1, shape=()), integer("samples", samples, low=1, shape=())
    spread, deviation = positive("spread", spread, shape=()), nonnegative("deviation", deviation, shape=())
    Q = np.linalg.qr(rng.standard_normal((d, d)))[0]
    lam = np.geomspace(1, spread, d)
    X = rng.standard_normal((samples, d)) * np.sqrt(lam) @ Q.T
    teacher = deviation / np.sqrt(d) * Q @ (rng.standard_normal(d) / np.sqrt(lam))
    return Logistic(X, expit(X @ teacher), teacher)


def excess_loss(data: Logistic, w: ArrayLike) -> Array:
    r"""Mean over the inputs of KL(q || sigmoid(X w)), (...), for w (..., d): the loss above its minimum, >= 0.

    With u the logit less its best value this is $\log(1 + q (e^u - 1)) - q u$, or its series where that would cancel.

    Domain: w signed, any shape

    >>> data = problem(3, samples=50, spread=10.0, deviation=1.0, rng=np.random.default_rng(0))
    >>> float(excess_loss(data, data.teacher)), bool(0 < excess_loss(data, data.teacher + 1e-12) < 1e-22)
    (0.0, True)
    """
    u, q = (finite("w", w, shape=(..., data.teacher.size)) - data.teacher) @ data.inputs.T, data.q
    v = q * (1 - q)
    series = v * u**2 * (1 / 2 + (1 - 2 * q) * u / 6 + (1 - 6 * v) * u**2 / 24)
    best = data.inputs @ data.teacher
    exact = np.logaddexp(0, best + u) - np.logaddexp(0, best) - q * u
    return np.where(np.abs(u) < 1e-3, series, exact).mean(axis=-1)


def train(
    data: Logistic, method: str | float, eigenbasis: bool, lr: ArrayLike, batch: float, steps: int,
    runs: int, rng: np.random.Generator,
) -> Array:  # fmt: skip
    """Excess losses (lr, runs) after T steps from w = 0 with eta_0 (1 - t / T); all rates share the batches.

    method: "adam" or a power of diag(U' H U), H = E[p (1 - p) x x'], U its eigenvectors at every step or the identity.
    Adam's second moment is the exact expectation over a batch of inputs drawn with replacement and fresh labels.

    Domain: batch infinite; lr any length

    >>> data = problem(3, samples=50, spread=10.0, deviation=1.0, rng=np.random.default_rng(0))
    >>> train(data, "adam", False, [0.01, 0.1], batch=4, steps=5, runs=7, rng=np.random.default_rng(1)).shape
    (2, 7)
    """
    X, q, n, d = data.inputs, data.q, *data.inputs.shape
    method = one_of("method", method, ("adam",)) if isinstance(method, str) else finite("method", method, shape=())
    batch = positive("batch", batch, shape=(), infinite=True)
    batch = batch if np.isinf(batch) else integer("batch", batch, low=1)
    steps, runs = integer("steps", steps, low=1, shape=()), integer("runs", runs, low=1, shape=())
    eta0 = vector("lr", nonnegative("lr", lr))[:, None, None]
    w = np.zeros((eta0.size, runs, d))
    noise_of = q * (1 - q)
    products = (X[:, :, None] * X[:, None, :]).reshape(n, d * d) if eigenbasis else X**2
    for t in range(steps):
        p = expit(w @ X.T)
        mean = (p - q) @ X / n
        if np.isinf(batch):
            g = mean
        else:
            rows = rng.integers(0, n, (runs, int(batch)))
            labels = rng.random(rows.shape) < q[rows]
            taken = np.take_along_axis(p, np.broadcast_to(rows, (eta0.size, *rows.shape)), axis=2)
            g = (X[rows].swapaxes(1, 2) @ (taken - labels)[..., None])[..., 0] / batch
        curvature = p * (1 - p) @ products / n
        h, U = np.linalg.eigh(curvature.reshape(-1, runs, d, d)) if eigenbasis else (curvature, None)
        rotated = g if U is None else (g[..., None, :] @ U)[..., 0, :]
        if method != "adam":
            move = rotated * np.maximum(h, 1e-300) ** method
        elif np.isinf(batch):
            move = np.sign(rotated)
        else:
            along = mean if U is None else (mean[..., None, :] @ U)[..., 0, :]
            square = diagonal((noise_of + (p - q) ** 2) @ products / n, U)
            move = rotated / np.sqrt(square / batch + (1 - 1 / batch) * along**2)
        move = move if U is None else (U @ move[..., None])[..., 0]
        w = w - eta0 * (1 - t / steps) * move
        w = np.where(np.isfinite(w) & (np.abs(w) < 1e6), w, 1e6)
    return excess_loss(data, w)


def diagonal(moments: Array, U: Array | None) -> Array:
    """diag(U' M U), (..., d), from all entries of M (..., d^2), or without U M's diagonal itself."""
    return moments if U is None else ((moments.reshape(U.shape) @ U) * U).sum(axis=-2)
