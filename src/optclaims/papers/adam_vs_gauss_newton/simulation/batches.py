"""Second moments of minibatch gradients by plain Monte Carlo over batches, with their standard errors."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit

from optclaims.science.domain import finite, function, integer, nonnegative, one_of, probability, vector

__all__ = ["FEATURES", "least_squares_moment", "logistic_draws", "one_hot_draws", "product_moment"]

Array = NDArray[np.float64]
Draw = Callable[[np.random.Generator, int], Array]
CHUNK = 20_000  # samples held at a time

FEATURES = {
    "Gaussian": (3.0, lambda rng, shape: rng.standard_normal(shape)),
    "Rademacher": (1.0, lambda rng, shape: 2.0 * rng.integers(0, 2, shape) - 1),
    "uniform": (1.8, lambda rng, shape: rng.uniform(-(3**0.5), 3**0.5, shape)),
    "Laplace": (6.0, lambda rng, shape: rng.laplace(0, 0.5**0.5, shape)),
}
"""Name -> (kurtosis, sampler) of features with mean zero and variance one."""


def product_moment(draw: Draw, batches: int, rng: np.random.Generator, batch: int) -> tuple[Array, Array]:
    """E[g g'] (d, d) and its standard errors; draw(rng, n) gives n gradients (n, d) of one batch each.

    >>> draw = lambda rng, n: rng.choice([-1.0, 1.0], (n, 2))
    >>> np.diag(product_moment(draw, batches=50, rng=np.random.default_rng(0), batch=1)[0])
    array([1., 1.])
    """
    batches, batch = integer("batches", batches, low=1, shape=()), integer("batch", batch, low=1, shape=())
    function("draw", draw)
    total = square = 0.0
    chunk = max(1, CHUNK // batch)
    for done in range(0, batches, chunk):
        g = draw(rng, min(chunk, batches - done))
        total, square = total + g.T @ g, square + (g * g).T @ (g * g)
    mean = total / batches
    return mean, np.sqrt(np.maximum(square / batches - mean**2, 0) / batches)


def least_squares_moment(
    root: ArrayLike, delta: ArrayLike, sigma: float, batch: int, features: str, batches: int, rng: np.random.Generator
) -> tuple[Array, Array]:
    """Moment (d, d) and standard errors for x = root z, z of independent features of the named kind; root (d, d).

    Domain: root, delta signed

    >>> rng = np.random.default_rng(0)
    >>> least_squares_moment(np.eye(2), [1.0, 0.0], 0.5, 4, "uniform", batches=20, rng=rng)[0].shape
    (2, 2)
    """
    root = finite("root", root, shape=("d", "d"))
    delta, sigma = finite("delta", delta, shape=(len(root),)), nonnegative("sigma", sigma, shape=())
    batch, features = integer("batch", batch, low=1, shape=()), one_of("features", features, FEATURES)
    sample = FEATURES[features][1]

    def draw(rng: np.random.Generator, n: int) -> Array:
        x = sample(rng, (n, batch, len(delta))) @ root.T
        residual = x @ delta - sigma * rng.standard_normal((n, batch))
        return np.einsum("nb,nbd->nd", residual, x) / batch

    return product_moment(draw, batches, rng, batch)


def one_hot_draws(frequencies: ArrayLike, delta: ArrayLike, sigma: float, batch: int) -> Draw:
    """Sampler of batch gradients for x = e_i with probability pi_i.

    Domain: delta signed

    >>> one_hot_draws([0.5, 0.5], [1.0, 0.0], sigma=0.5, batch=4)(np.random.default_rng(0), 3).shape
    (3, 2)
    """
    pi = vector("frequencies", probability("frequencies", frequencies))
    delta, sigma = finite("delta", delta, shape=pi.shape), nonnegative("sigma", sigma, shape=())
    batch = integer("batch", batch, low=1, shape=())
    if not np.isclose(pi.sum(), 1):
        raise ValueError(f"frequencies must add up to 1, got {pi.sum():g}")

    def draw(rng: np.random.Generator, n: int) -> Array:
        which = rng.choice(pi.size, (n, batch), p=pi)
        residual = delta[which] - sigma * rng.standard_normal((n, batch))
        g = np.zeros((n, pi.size))
        np.add.at(g, (np.arange(n)[:, None], which), residual / batch)
        return g

    return draw


def logistic_draws(X: ArrayLike, q: ArrayLike, w: ArrayLike, batch: int) -> Draw:
    """Sampler of batch gradients of the logistic loss: inputs (n, d) with replacement, labels Bernoulli(q).

    Domain: X, w signed

    >>> logistic_draws([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]], [0.5, 0.2, 0.9], [0.1, 0.3], batch=4)(
    ...     np.random.default_rng(0), 5
    ... ).shape
    (5, 2)
    """
    X = finite("X", X, shape=(None, None))
    q, w = probability("q", q, shape=(len(X),)), finite("w", w, shape=(X.shape[1],))
    batch, p = integer("batch", batch, low=1, shape=()), expit(X @ w)

    def draw(rng: np.random.Generator, n: int) -> Array:
        rows = rng.integers(0, len(X), (n, batch))
        residual = p[rows] - (rng.random((n, batch)) < q[rows])
        return np.einsum("nb,nbd->nd", residual, X[rows]) / batch

    return draw
