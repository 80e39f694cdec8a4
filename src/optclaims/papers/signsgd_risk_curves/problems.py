"""The covariances and starting points of the experiments, in the form that the theory and the simulation each take."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from optclaims.science import streaming
from optclaims.science.domain import at_least, finite, integer, nonnegative, positive, vector, within

__all__ = ["Setting", "flat_start", "log_uniform", "lognormal", "power_law", "rotated", "uniform_spectrum"]


@dataclass(frozen=True, eq=False)
class Setting:
    """Features with variances K_ii, (d,), and correlations rho^|i-j|, for the theory and for the simulation.

    Domain: correlation signed

    Raises ValueError for a variance that is not positive and a correlation outside (-1, 1).

    >>> Setting(variances=[4.0, 1.0], correlation=0.5).covariance
    array([[4., 1.],
           [1., 1.]])
    """

    variances: NDArray[np.float64]
    correlation: float = 0.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "variances", vector("variances", positive("variances", self.variances)))
        within("correlation", self.correlation, -1, 1, "()", shape=())

    @cached_property
    def covariance(self) -> NDArray[np.float64]:
        """K: its diagonal, (d,), without correlations, otherwise (d, d)."""
        if self.correlation == 0:
            return self.variances
        index = np.arange(self.variances.size)
        C = self.correlation ** np.abs(index[:, None] - index)
        return C * np.sqrt(np.outer(self.variances, self.variances))

    @property
    def features(self) -> streaming.Features:
        """What `streaming.run` draws its samples from."""
        if self.correlation == 0:
            return streaming.diagonal(self.variances)
        return streaming.autoregressive(self.variances, self.correlation)


def power_law(d: int, exponent: float = 0.5) -> NDArray[np.float64]:
    """Variances proportional to i^-exponent with mean 1, (d,).

    Domain: exponent signed

    >>> power_law(2, exponent=1.0).round(4)
    array([1.3333, 0.6667])
    """
    d, exponent = integer("d", d, low=1, shape=()), finite("exponent", exponent, shape=())
    variances = np.arange(1, d + 1) ** -exponent
    return variances / variances.mean()


def uniform_spectrum(d: int, low: float, high: float) -> NDArray[np.float64]:
    """Variances evenly spaced in [low, high], (d,).

    >>> uniform_spectrum(3, low=0.5, high=1.5)
    array([0.5, 1. , 1.5])
    """
    d, low = integer("d", d, low=1, shape=()), positive("low", low, shape=())
    high = at_least("high", high, low, shape=())
    return np.linspace(low, high, d)


def log_uniform(d: int, condition: float) -> NDArray[np.float64]:
    """Variances evenly spaced in the logarithm, largest over smallest = condition, with mean 1, (d,).

    >>> log_uniform(2, condition=4.0)
    array([0.4, 1.6])
    """
    d, condition = integer("d", d, low=1, shape=()), at_least("condition", condition, 1, shape=())
    variances = np.geomspace(1, condition, d)
    return variances / variances.mean()


def lognormal(d: int, sigma: float) -> NDArray[np.float64]:
    """Variances D^2 with D = exp(sigma z) at the d normal quantiles z, in a fixed random order, with mean 1, (d,).

    >>> round(float(lognormal(9, sigma=0.5).mean()), 6)
    1.0
    """
    d, sigma = integer("d", d, low=1, shape=()), nonnegative("sigma", sigma, shape=())
    z = ndtri((np.arange(d) + 0.5) / d)
    variances = np.exp(2 * sigma * np.random.default_rng(0).permutation(z))
    return variances / variances.mean()


def rotated(variances: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    """Covariance with these eigenvalues and uniformly random eigenvectors, (d, d).

    >>> np.linalg.eigvalsh(rotated([1.0, 4.0], np.random.default_rng(0))).round(6)
    array([1., 4.])
    """
    variances = vector("variances", positive("variances", variances))
    from scipy.stats import ortho_group  # takes most of a second to import

    Q = ortho_group.rvs(variances.size, random_state=rng)
    K = Q * variances @ Q.T
    return (K + K.T) / 2


def flat_start(d: int, length: float = 1.0) -> NDArray[np.float64]:
    """Delta with equal entries and the given Euclidean norm, (d,): delocalised, as the theory assumes.

    >>> flat_start(4, length=2.0)
    array([1., 1., 1., 1.])
    """
    d, length = integer("d", d, low=1, shape=()), nonnegative("length", length, shape=())
    return np.full(d, length / np.sqrt(d))
