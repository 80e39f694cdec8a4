"""Least squares on random features of images: streaming passes over real data."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optclaims.science import streaming
from optclaims.science.domain import finite, increasing, integer, positive

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

    Domain: images signed

    >>> images = np.arange(12.0).reshape(4, 3) ** 2
    >>> X = random_features(images, count=5, gain=0.1, spread=(0.5, 2.0), rng=np.random.default_rng(0))
    >>> X.shape, round(float(np.mean(X**2)), 6)
    ((4, 5), 1.0)
    """
    pixels, gain = finite("images", images, shape=(None, None)), positive("gain", gain, shape=())
    count, spread = integer("count", count, low=1, shape=()), positive("spread", spread, shape=(2,))
    if spread[1] < spread[0]:
        raise ValueError(f"spread must be (low, high), got {spread[0]:g} above {spread[1]:g}")
    pixels = pixels - pixels.mean(axis=0)
    X = np.tanh(gain * pixels @ rng.standard_normal((pixels.shape[1], count)))
    X *= np.exp(rng.uniform(np.log(spread[0]), np.log(spread[1]), count))
    X -= X.mean(axis=0)
    return X / np.sqrt(np.mean(X**2))


def binary_labels(labels: ArrayLike, chosen: ArrayLike) -> NDArray[np.float64]:
    """+1 for the classes in `chosen`, -1 for the others.

    Domain: labels, chosen any length

    >>> binary_labels([0, 1, 2, 3], chosen=[1, 3])
    array([-1.,  1., -1.,  1.])
    """
    labels = integer("labels", labels, low=0, shape=(None,))
    return np.where(np.isin(labels, integer("chosen", chosen, low=0, shape=(None,))), 1.0, -1.0)


def regression(features: ArrayLike, targets: ArrayLike) -> Problem:
    """The least-squares problem without intercept.

    Domain: features, targets signed

    Raises ValueError when a feature is constantly zero or the features are linearly dependent.

    >>> regression([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]], targets=[1.0, 1.0, -1.0]).residuals.round(6)
    array([ 1.,  1., -1.])
    """
    X = finite("features", features, shape=(None, None))
    y = finite("targets", targets, shape=(len(X),))
    dead = np.flatnonzero(np.mean(X**2, axis=0) == 0)
    if dead.size:
        raise ValueError(f"features must differ from zero, got the dead feature {dead[0]}, which is constantly zero")
    solution, _, rank, _ = np.linalg.lstsq(X, y)
    if rank < X.shape[1]:
        raise ValueError(f"features must be independent, got {X.shape[1]} of rank {rank}: not positive definite")
    return Problem(X, y - X @ solution, X.T @ X / len(X))


def shuffled_passes(
    problem: Problem, start: ArrayLike, lr: float, times: ArrayLike, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Excess risks (runs, times) of signSGD in one pass over the data, freshly shuffled for each start (runs, d).

    times: increasing, in units of d steps, of which 0 is the start.

    Domain: start signed; start any length

    Raises ValueError for times beyond one pass.

    >>> problem = regression(np.random.default_rng(0).standard_normal((40, 4)), targets=np.ones(40))
    >>> shuffled_passes(problem, np.ones((3, 4)), lr=0.1, times=[0.0, 5.0], rng=np.random.default_rng(1)).shape
    (3, 2)
    """
    n, d = problem.features.shape
    start, lr = finite("start", start, shape=(None, d)), positive("lr", lr, shape=())
    record = np.rint(increasing("times", times, low=0) * d).astype(int)
    if record[-1] > n:
        raise ValueError(f"times must end within one pass of {n} samples, {n / d:.3g}, got {record[-1] / d:.3g}")
    order = np.stack([child.permutation(n)[: record[-1]] for child in rng.spawn(len(start))])
    features = streaming.samples(problem.features)
    return streaming.run(features, start, problem.residuals[order], lr, "sign", record, rng, order=order)
