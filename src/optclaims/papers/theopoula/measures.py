"""Distances to the target law and how they shrink."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import wasserstein_distance

from optclaims.papers.theopoula.problems import Potential, energy
from optclaims.science import domain

__all__ = ["distance_to_target", "local_slopes"]


def distance_to_target(
    potential: Potential, beta: float, x: ArrayLike, weights: ArrayLike | None = None, points: int = 4001
) -> float:
    r"""Return $W_1$ between a law on x (n,) and the target $\pi \propto e^{-\beta u}$.

    weights: of a law on equidistant nodes x, which then carry the target too, so that the spacing leaves no distance of
    its own; without them x is a sample, and the target stands on `points` nodes of [-6, 6].
    Raises ValueError for weights that are negative, and for weighted nodes that do not increase.

    Domain: x signed, any length.

    >>> round(distance_to_target(Potential(1.0, 0.0, 0.0), 1.0, [0.0]), 3)  # E|x|
    0.691
    """
    x = domain.vector("x", x)
    nodes = np.linspace(-6.0, 6.0, domain.integer("points", points, low=101, high=10**6, shape=()))
    if weights is not None:
        nodes = domain.increasing("x", x)
        weights = domain.nonnegative("weights", weights, (len(x),))
    exponent = -domain.positive("beta", beta, ()) * energy(potential, nodes)
    return float(wasserstein_distance(x, nodes, weights, np.exp(exponent - exponent.max())))


def local_slopes(lr: ArrayLike, distance: ArrayLike) -> NDArray[np.float64]:
    r"""Return $\ln(W_{i+1}/W_i)/\ln(\lambda_{i+1}/\lambda_i)$ between neighbours, (n - 1,).

    >>> local_slopes([1.0, 4.0, 16.0], [1.0, 2.0, 4.0])
    array([0.5, 0.5])
    """
    lr, distance = domain.positive("lr", lr, ("n",)), domain.positive("distance", distance, ("n",))
    domain.shape("distance", distance, lr.shape)
    return np.diff(np.log(distance)) / np.diff(np.log(lr))
