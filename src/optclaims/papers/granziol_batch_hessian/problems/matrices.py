r"""Random matrices with one spike, populations of samples, and the spectra of linear regression."""

import numpy as np
from numpy.typing import ArrayLike

from optclaims.science import domain

__all__ = ["bulk_spectrum", "gaussian_samples", "population", "spiked_wigner"]


def spiked_wigner(rng: np.random.Generator, dimension: int, spike: float, variance: float) -> np.ndarray:
    r"""Return $\lambda e_1 e_1^\top$ plus a symmetric Gaussian matrix with entries of that variance (d, d).

    Diagonal entries have twice the variance of the others (GOE). Raises ValueError for a variance that is not
    positive.
    Domain: spike signed

    >>> spiked_wigner(np.random.default_rng(0), 3, 5.0, 0.1).shape
    (3, 3)
    """
    domain.generator("rng", rng)
    dimension = domain.integer("dimension", dimension, low=1, shape=())
    spike, variance = domain.finite("spike", spike, ()), domain.positive("variance", variance, ())
    half = rng.standard_normal((dimension, dimension))
    matrix = (half + half.T) * np.sqrt(variance / 2)
    matrix[0, 0] += spike
    return matrix


def gaussian_samples(rng: np.random.Generator, count: int, spectrum: ArrayLike) -> np.ndarray:
    """Return independent Gaussian samples (count, d) with covariance diag(spectrum), spectrum (d,) positive.

    >>> gaussian_samples(np.random.default_rng(0), 5, [4.0, 1.0]).shape
    (5, 2)
    """
    domain.generator("rng", rng)
    spectrum = domain.positive("spectrum", spectrum, (None,))
    return rng.standard_normal((domain.integer("count", count, low=1, shape=()), len(spectrum))) * np.sqrt(spectrum)


def population(rng: np.random.Generator, count: int, spectrum: ArrayLike) -> np.ndarray:
    """Return samples (count, d) in the eigenbasis of their own second moment, the largest eigenvalue first.

    Raises ValueError as `gaussian_samples`.

    >>> X = population(np.random.default_rng(0), 50, [4.0, 1.0])
    >>> bool(abs((X.T @ X)[0, 1]) < 1e-9)
    True
    """
    samples = gaussian_samples(rng, count, spectrum)
    return samples @ np.linalg.eigh(samples.T @ samples)[1][:, ::-1]


def bulk_spectrum(outliers: ArrayLike, bulk: float, dimension: int) -> np.ndarray:
    """Return a spectrum (dimension,) of some outliers and equal eigenvalues for the rest.

    Raises ValueError where the outliers are more than the dimension, or an eigenvalue is not positive.

    >>> bulk_spectrum([4.0, 2.0], 0.4, 4)
    array([4. , 2. , 0.4, 0.4])
    """
    outliers, bulk = domain.positive("outliers", outliers, (None,)), domain.positive("bulk", bulk, ())
    dimension = domain.integer("dimension", dimension, low=len(outliers), shape=())
    return np.concatenate([outliers, np.full(dimension - len(outliers), bulk)])
