"""Least squares on random features of images: streaming passes over real data."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optclaims.science import streaming

__all__ = ["Problem", "binary_labels", "random_features", "regression", "shuffled_passes"]


class Problem(NamedTuple):
    """Features (n, d), residuals (n,) of the least-squares solution theta*, and the covariance K = X'X / n, (d, d)."""

    features: NDArray[np.float64]
    residuals: NDArray[np.float64]
    covariance: NDArray[np.float64]


def random_features(
    images: ArrayLike, count: int, gain: float, spread: tuple[float, float], rng: np.random.Generator
) -> NDArray[np.float64]:
    """Saturating random features of images (n, pixels): tanh(gain * Gaussian projection of the centred pixels).

    Columns are then scaled log-uniformly within `spread`, (low, high): the scales make D matter. Recentred, and scaled
    so that Tr K = d. Returns (n, count).
    """
    pixels = np.asarray(images, float)
    pixels = pixels - pixels.mean(axis=0)
    X = np.tanh(gain * pixels @ rng.standard_normal((pixels.shape[1], count)))
    X *= np.exp(rng.uniform(np.log(spread[0]), np.log(spread[1]), count))
    X -= X.mean(axis=0)
    return X / np.sqrt(np.mean(X**2))


def binary_labels(labels: ArrayLike, positive: ArrayLike) -> NDArray[np.float64]:
    """+1 for the classes in `positive`, -1 for the others."""
    return np.where(np.isin(labels, positive), 1.0, -1.0)


def regression(features: ArrayLike, targets: ArrayLike) -> Problem:
    """The least-squares problem without intercept.

    Raises ValueError when a feature is constantly zero or the features are linearly dependent.
    """
    X, y = np.asarray(features, float), np.asarray(targets, float)
    dead = np.flatnonzero(np.mean(X**2, axis=0) == 0)
    if dead.size:
        raise ValueError(f"feature {dead[0]} is constantly zero: drop dead features")
    solution, _, rank, _ = np.linalg.lstsq(X, y)
    if rank < X.shape[1]:
        raise ValueError(f"the {X.shape[1]} features have rank {rank} only: the covariance is not positive definite")
    return Problem(X, y - X @ solution, X.T @ X / len(X))


def shuffled_passes(
    problem: Problem, start: ArrayLike, rate: float, times: ArrayLike, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Excess risks (runs, times) of signSGD in one pass over the data, freshly shuffled for each start (runs, d)."""
    start = np.asarray(start, float)
    n, d = problem.features.shape
    record = np.rint(np.asarray(times, float) * d).astype(int)
    if record[-1] > n:
        raise ValueError(f"one pass has {n} samples: time ends at {n / d:.3g}")
    order = np.stack([child.permutation(n)[: record[-1]] for child in rng.spawn(len(start))])
    features = streaming.samples(problem.features)
    return streaming.run(features, start, problem.residuals[order], rate, "sign", record, rng, order=order)
