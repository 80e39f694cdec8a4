r"""Stationary variances of the heavy ball and of Nesterov's method under additive noise. Source: derived."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optclaims.science import domain

__all__ = ["critical_momentum", "heavy_ball_variance", "nesterov_variance"]

Array = NDArray[np.float64]


def heavy_ball_variance(lr: ArrayLike, momentum: ArrayLike, curvature: float = 1.0, noise: float = 1.0) -> Array:
    r"""Return ``alpha (1 + beta) s^2 / [l (1 - beta)(2 (1 + beta) - alpha l)]``; noise is ``s^2``.

    Raises ValueError for an lr, curvature or noise that is not positive or momentum outside [0, 1).
    Domain: lr, momentum, curvature, noise any shape.

    >>> round(float(heavy_ball_variance(0.1, 0.9)), 6)
    0.513514
    """
    alpha, beta = np.asarray(domain.positive("lr", lr)), np.asarray(domain.probability("momentum", momentum, "[)"))
    l = domain.positive("curvature", curvature)  # noqa: E741
    return alpha * (1 + beta) * domain.positive("noise", noise) / (l * (1 - beta) * (2 * (1 + beta) - alpha * l))


def nesterov_variance(lr: ArrayLike, momentum: ArrayLike, curvature: float = 1.0, noise: float = 1.0) -> Array:
    r"""Return ``alpha s^2 (1 + beta c) / [l (1 - beta c)(1 + c + 2 beta c)]`` with ``c = 1 - alpha l``.

    Arguments and errors as for `heavy_ball_variance`.
    Domain: lr, momentum, curvature, noise any shape.

    >>> round(float(nesterov_variance(0.1, 0.9)), 6)
    0.270634
    """
    alpha, beta = np.asarray(domain.positive("lr", lr)), np.asarray(domain.probability("momentum", momentum, "[)"))
    l = domain.positive("curvature", curvature)  # noqa: E741
    c = 1 - alpha * l
    return alpha * domain.positive("noise", noise) * (1 + beta * c) / (l * (1 - beta * c) * (1 + c + 2 * beta * c))


def critical_momentum(lr: ArrayLike, curvature: float = 1.0) -> Array:
    r"""Return ``(1 - sqrt(alpha l))^2``, at which both roots of the heavy ball are ``1 - sqrt(alpha l)``.

    Raises ValueError for an lr or curvature that is not positive.
    Domain: lr, curvature any shape.

    >>> float(critical_momentum(0.25))
    0.25
    """
    x = np.asarray(domain.positive("lr", lr)) * domain.positive("curvature", curvature)
    return (1 - np.sqrt(x)) ** 2
