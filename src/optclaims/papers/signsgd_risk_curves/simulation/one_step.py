"""One step at a fixed iterate, by plain Monte Carlo: the mean of sign(g) along the drift, and second moments."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optclaims.papers.signsgd_risk_curves.simulation.noise import Sampler
from optclaims.science.domain import covariance as checked_covariance
from optclaims.science.domain import finite, integer, positive, vector

__all__ = ["drift_coefficient", "gradient_moment", "sign_moment"]

BATCH = 2000  # samples held at a time


def gradients(
    covariance: ArrayLike, delta: ArrayLike, noise: Sampler, samples: int, rng: np.random.Generator
) -> Iterator[NDArray[np.float64]]:
    """Batches of gradients g = (<x, delta> - epsilon) x, (BATCH, d); x ~ N(0, K), K (d,) or (d, d)."""
    K, delta = _problem(covariance, delta)
    samples = integer("samples", samples, low=2, shape=())
    root = np.sqrt(K) if K.ndim == 1 else np.linalg.cholesky(K)

    for done in range(0, samples, BATCH):
        size = min(BATCH, samples - done)
        z = rng.standard_normal((size, delta.size))
        x = z * root if root.ndim == 1 else z @ root.T
        yield (x @ delta - noise(rng, size))[:, None] * x


def _problem(covariance: ArrayLike, delta: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """A checked covariance, (d,) or (d, d), and iterate (d,)."""
    if np.ndim(covariance) == 1:
        K = vector("covariance", positive("covariance", covariance))
    else:
        K = checked_covariance("covariance", covariance)
    return K, finite("delta", delta, shape=(len(K),))


def drift_coefficient(
    covariance: ArrayLike, delta: ArrayLike, noise: Sampler, samples: int, rng: np.random.Generator
) -> tuple[float, float]:
    """Coefficient c in E sign(g) = c b, b = D^-1 K delta: the mean of <sign(g), b> / |b|^2 and its standard error.

    Domain: delta signed

    Raises ValueError for an iterate at the optimum, where there is no drift.

    >>> from optclaims.papers.signsgd_risk_curves.simulation.noise import gaussian
    >>> mean, error = drift_coefficient(np.ones(20), np.full(20, 0.2), gaussian(0.5), 500, np.random.default_rng(0))
    >>> 0 < error < mean
    True
    """
    K, delta = _problem(covariance, delta)
    if not delta.any():
        raise ValueError("delta must not vanish, got zeros: there is no drift at the optimum")
    b = np.sqrt(K) * delta if K.ndim == 1 else K @ delta / np.sqrt(np.diag(K))
    draws = [np.sign(g) @ b / (b @ b) for g in gradients(K, delta, noise, samples, rng)]
    values = np.concatenate(draws)
    return float(values.mean()), float(values.std(ddof=1) / np.sqrt(values.size))


def sign_moment(
    covariance: ArrayLike, delta: ArrayLike, noise: Sampler, samples: int, rng: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """E sign(g) sign(g)' (d, d) and its standard errors, sqrt((1 - mean^2) / n) as each product is +1 or -1.

    Domain: delta signed

    >>> from optclaims.papers.signsgd_risk_curves.simulation.noise import gaussian
    >>> mean, error = sign_moment(np.ones(2), [1.0, -1.0], gaussian(0.5), 500, np.random.default_rng(0))
    >>> np.diag(mean), np.diag(error)
    (array([1., 1.]), array([0., 0.]))
    """
    total = sum(np.sign(g).T @ np.sign(g) for g in gradients(covariance, delta, noise, samples, rng))
    mean = total / samples
    return mean, np.sqrt(np.clip(1 - mean**2, 0, None) / samples)


def gradient_moment(
    covariance: ArrayLike, delta: ArrayLike, noise: Sampler, samples: int, rng: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """E g g' (d, d), the second moment of SGD's step, and its standard errors.

    Domain: delta signed

    >>> from optclaims.papers.signsgd_risk_curves.simulation.noise import gaussian
    >>> mean, error = gradient_moment(np.ones(2), [1.0, -1.0], gaussian(0.5), 500, np.random.default_rng(0))
    >>> mean.shape, error.shape
    ((2, 2), (2, 2))
    """
    first = second = 0.0
    for g in gradients(covariance, delta, noise, samples, rng):
        first = first + g.T @ g
        second = second + (g**2).T @ g**2
    mean = first / samples
    return mean, np.sqrt((second / samples - mean**2) / samples)
