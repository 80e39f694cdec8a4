r"""Limits of the spectrum of $F^\top F$, (d, d), zero eigenvalues included."""

from typing import NamedTuple

import numpy as np

from optclaims.science import domain

__all__ = ["Spectrum", "marchenko_pastur", "orthogonal"]


class Spectrum(NamedTuple):
    """Eigenvalues (k,) with their weights (k,), which sum to one."""

    values: np.ndarray
    weights: np.ndarray


def marchenko_pastur(alpha: float, nodes: int = 400) -> Spectrum:
    r"""Return the law of the eigenvalues for Gaussian entries of variance 1/n, $\alpha = n/d$.

    The density $\frac{\alpha}{2\pi\lambda}\sqrt{(\lambda_+-\lambda)(\lambda-\lambda_-)}$ on
    $\lambda_\pm = (1 \pm \alpha^{-1/2})^2$ by the midpoint rule in the angle, and a mass $1 - \alpha$ at zero for
    $\alpha < 1$. Raises ValueError for alpha that is not positive and less than one node.

    >>> law = marchenko_pastur(0.5)
    >>> round(float(law.weights @ law.values), 6), round(float(law.weights @ law.values**2), 6)
    (1.0, 3.0)
    """
    alpha, nodes = domain.positive("alpha", alpha, ()), domain.integer("nodes", nodes, low=1, shape=())
    low, high = (1 - alpha**-0.5) ** 2, (1 + alpha**-0.5) ** 2
    angle = (np.arange(nodes) + 0.5) * np.pi / nodes
    values = (low + high) / 2 + (high - low) / 2 * np.cos(angle)
    weights = np.sin(angle) ** 2 / values
    weights *= min(alpha, 1.0) / weights.sum()
    if alpha >= 1:
        return Spectrum(values, weights)
    return Spectrum(np.append(values, 0.0), np.append(weights, 1 - alpha))


def orthogonal(alpha: float) -> Spectrum:
    r"""Return the spectrum of min(n, d) singular values of one, $\alpha = n/d$.

    Raises ValueError for alpha that is not positive.

    >>> orthogonal(0.25).weights
    array([0.25, 0.75])
    """
    mass = min(domain.positive("alpha", alpha, ()), 1.0)
    return Spectrum(np.array([1.0, 0.0]), np.array([mass, 1 - mass]))
