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
    r"""Return $W_1$ between the law that puts weights on x (n,) and $\pi \propto e^{-\beta u}$ on a grid of [-6, 6].

    weights: (n,), equal ones (a sample) unless given; the grid has `points` nodes.
    Raises ValueError for weights that are negative.

    Domain: x signed, any length.

    >>> round(distance_to_target(Potential(1.0, 0.0, 0.0), 1.0, [0.0]), 3)  # E|x|
    0.691
    """
    x = domain.vector("x", x)
    if weights is not None:
        weights = domain.nonnegative("weights", weights, (len(x),))
    beta = domain.positive("beta", beta, ())
    nodes = np.linspace(-6.0, 6.0, domain.integer("points", points, low=101, high=10**6, shape=()))
    exponent = -beta * energy(potential, nodes)
    return float(wasserstein_distance(x, nodes, weights, np.exp(exponent - exponent.max())))


def local_slopes(lr: ArrayLike, distance: ArrayLike) -> NDArray[np.float64]:
    r"""Return $\ln(W_{i+1}/W_i)/\ln(\lambda_{i+1}/\lambda_i)$ between neighbours, (n - 1,).

    >>> local_slopes([1.0, 4.0, 16.0], [1.0, 2.0, 4.0])
    array([0.5, 0.5])
    """
    lr, distance = domain.positive("lr", lr, ("n",)), domain.positive("distance", distance, ("n",))
    domain.shape("distance", distance, lr.shape)
    return np.diff(np.log(distance)) / np.diff(np.log(lr))
