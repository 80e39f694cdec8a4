r"""A planar function of S(mu, L) on which a given heavy ball runs in circles: one visit to each corner of a K-gon.

With ``z_t = exp(2 pi i t / K)`` the heavy ball (lr, momentum) has the cycle ``z_t`` just where its gradients there are
``g_t = ((1 + beta) z_t - beta z_{t-1} - z_{t+1}) / lr``. The function

    f(x) = L |x|^2 / 2 - (L - mu)/2 dist(x, P)^2,      P = conv{(g_t - mu z_t) / (L - mu)},

has gradient ``L x - (L - mu)(x - proj_P x)``, so it is in S(mu, L), and it has these gradients where ``z_t`` projects
onto the t-th corner of P. Source: derived; the general result is Goujaud, Taylor, Dieuleveut 2023 (abstract read).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optclaims.science import domain

__all__ = ["PolygonFunction", "polygon_function"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class PolygonFunction:
    """The function; corner is the complex number that maps ``z_t`` to the t-th corner of P, points are (..., 2).

    Raises ValueError unless ``0 < mu < L`` and K >= 3, methods for points that are not finite pairs.
    Domain: corner signed.

    >>> f = PolygonFunction(mu=1.0, L=3.0, corners=4, corner=1.0)  # the square with corners 1, i, -1, -i
    >>> f.projection(np.array([[0.5, 0.0], [2.0, 0.0]]))
    array([[0.5, 0. ],
           [1. , 0. ]])
    >>> f.gradient(np.array([2.0, 0.0])), float(f.value(np.array([2.0, 0.0])))
    (array([4., 0.]), 5.0)
    """

    mu: float
    L: float
    corners: int
    corner: complex

    def __post_init__(self) -> None:
        domain.finite("corner", np.abs(self.corner), ())
        domain.integer("corners", self.corners, low=3, shape=())
        if not 0 < domain.positive("mu", self.mu, ()) < domain.positive("L", self.L, ()):
            raise ValueError(f"mu must lie in (0, L) = (0, {self.L}), got {self.mu}")

    def cycle(self) -> Array:
        """Return the points ``z_0 .. z_{K-1}``, shape (K, 2)."""
        angles = 2 * np.pi * np.arange(self.corners) / self.corners
        return np.stack([np.cos(angles), np.sin(angles)], axis=-1)

    def projection(self, points: Array) -> Array:
        """Return the nearest points of the regular polygon P.

        Domain: points signed, any shape.
        """
        points = domain.finite("points", points, (..., 2))
        x = (points[..., 0] + 1j * points[..., 1]) / self.corner
        turn = np.exp(2j * np.pi / self.corners)
        sector = turn ** np.floor(np.angle(x) % (2 * np.pi) / np.angle(turn))  # the edge in front of x
        x = x / sector
        along = np.clip(np.real((x - 1) * np.conj(turn - 1)) / abs(turn - 1) ** 2, 0, 1)
        inside = np.imag((x - 1) * np.conj(turn - 1)) > 0
        nearest = np.where(inside, x, 1 + along * (turn - 1)) * sector * self.corner
        return np.stack([nearest.real, nearest.imag], axis=-1)

    def gradient(self, points: Array) -> Array:
        """Return ``L x - (L - mu)(x - proj_P x)``.

        Domain: points signed, any shape.
        """
        points = domain.finite("points", points, (..., 2))
        return self.L * points - (self.L - self.mu) * (points - self.projection(points))

    def value(self, points: Array) -> Array:
        """Return the values, shape (...).

        Domain: points signed, any shape.
        """
        points = domain.finite("points", points, (..., 2))
        away = points - self.projection(points)
        return self.L / 2 * np.sum(points**2, axis=-1) - (self.L - self.mu) / 2 * np.sum(away**2, axis=-1)


def polygon_function(corners: int, mu: float, L: float, lr: float, momentum: float) -> PolygonFunction:
    """Return the function made for K corners and a heavy ball; raises ValueError unless ``0 < mu < L`` and K >= 3.

    Domain: momentum signed.

    >>> f = polygon_function(3, 1.0, 25.0, 1 / 9, 4 / 9)
    >>> bool(np.allclose(f.projection(np.zeros((1, 2))), 0))
    True
    """
    mu, L = domain.positive("mu", mu, ()), domain.positive("L", L, ())
    corners = domain.integer("corners", corners, low=3, shape=())
    if mu == L:
        raise ValueError(f"mu must be below L = {L}, got {mu}")
    return PolygonFunction(mu, L, corners, (cycle_gradient(corners, lr, momentum) - mu) / (L - mu))


def cycle_gradient(corners: int, lr: float, momentum: float) -> complex:
    """Return ``g_t / z_t``, by which the heavy ball turns from corner to corner.

    >>> complex(cycle_gradient(4, 1.0, 0.0))
    (1-1j)
    """
    turn = np.exp(2j * np.pi / domain.integer("corners", corners, low=3, shape=())).round(15)
    beta = domain.finite("momentum", momentum, ())
    return (1 + beta - beta / turn - turn) / domain.positive("lr", lr, ())
