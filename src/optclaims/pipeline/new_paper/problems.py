"""The problem: minimise f(x) = x^2 / 2 from noisy gradients (replace by the problems of the paper)."""

from dataclasses import dataclass

import numpy as np

from optclaims.science import domain


@dataclass(frozen=True)
class NoisyQuadratic:
    r"""$f(x) = x^2 / 2$, whose gradients carry Gaussian noise of standard deviation sigma.

    Raises ValueError for a sigma below zero.

    >>> NoisyQuadratic(sigma=0.0).gradient(np.array([2.0]), np.random.default_rng(0))
    array([2.])
    """

    sigma: float

    def __post_init__(self) -> None:
        domain.nonnegative("sigma", self.sigma)

    def gradient(self, x: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        r"""Return $x + \sigma \xi$ at every x, with independent noise; x: any shape."""
        return x + self.sigma * rng.standard_normal(x.shape)
