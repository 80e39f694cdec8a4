"""The covariances and starting points of the experiments, in the form that the theory and the simulation each take."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from optclaims.science import streaming

__all__ = ["Setting", "flat_start", "log_uniform", "lognormal", "power_law", "rotated", "uniform_spectrum"]


@dataclass(frozen=True, eq=False)
class Setting:
    """Features with variances K_ii, (d,), and correlations rho^|i-j|, for the theory and for the simulation."""

    variances: NDArray[np.float64]
    correlation: float = 0.0

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
    """Variances proportional to i^-exponent with mean 1, (d,)."""
    variances = np.arange(1, d + 1) ** -exponent
    return variances / variances.mean()


def uniform_spectrum(d: int, low: float, high: float) -> NDArray[np.float64]:
    """Variances evenly spaced in [low, high], (d,)."""
    return np.linspace(low, high, d)


def log_uniform(d: int, condition: float) -> NDArray[np.float64]:
    """Variances evenly spaced in the logarithm, largest over smallest = condition, with mean 1, (d,)."""
    variances = np.geomspace(1, condition, d)
    return variances / variances.mean()


def lognormal(d: int, sigma: float) -> NDArray[np.float64]:
    """Variances D^2 with D = exp(sigma z) at the d normal quantiles z, in a fixed random order, with mean 1, (d,)."""
    z = ndtri((np.arange(d) + 0.5) / d)
    variances = np.exp(2 * sigma * np.random.default_rng(0).permutation(z))
    return variances / variances.mean()


def rotated(variances: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    """Covariance with these eigenvalues and uniformly random eigenvectors, (d, d)."""
    from scipy.stats import ortho_group  # takes most of a second to import

    Q = ortho_group.rvs(variances.size, random_state=rng)
    K = Q * variances @ Q.T
    return (K + K.T) / 2


def flat_start(d: int, length: float = 1.0) -> NDArray[np.float64]:
    """Delta with equal entries and the given Euclidean norm, (d,): delocalised, as the theory assumes."""
    return np.full(d, length / np.sqrt(d))
