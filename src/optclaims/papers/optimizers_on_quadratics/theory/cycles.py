r"""Cycles of the heavy ball with the parameters that are optimal on quadratics.

Sources: Lessard, Recht, Packard 2016 (three-cycle; read in the thesis); the polygons are derived.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from optclaims.science import domain
from optclaims.science.quadratics import optimal

__all__ = ["polygon_slack", "polygon_threshold", "three_cycle", "three_cycle_threshold"]


def three_cycle(lr: float = 1 / 9, momentum: float = 4 / 9) -> NDArray[np.float64]:
    r"""Return the cycle on the function with slopes 25, 1, 25: 792/1225, -2208/1225, 2592/1225 by default.

    The first two points lie where ``f' = 25 w``, the third where ``f' = 25 w - 24``. Raises ValueError where the
    solution of these linear equations leaves these pieces.

    >>> (three_cycle() * 1225).round(9)
    array([  792., -2208.,  2592.])
    """
    h, beta = domain.positive("lr", lr, ()), domain.finite("momentum", momentum, ())
    turn = 1 + beta - 25 * h
    step = np.array([[-turn, 1, beta], [beta, -turn, 1], [1, beta, -turn]])  # w_{n+1} - turn w_n + beta w_{n-1}
    points = np.linalg.solve(step, [0.0, 0.0, 24 * h])
    if not (points[0] < 1 and points[1] < 1 and points[2] >= 2):
        raise ValueError(f"lr and momentum must have the cycle on its pieces, got the points {points}")
    return points


def polygon_slack(corners: int, kappa: float) -> float:
    r"""Return how far the K-cycle is from failing (positive: it exists) for the best heavy ball on S(1, kappa).

    The corner ``p z_t`` of P is the nearest point to ``z_t`` just where ``1 - p`` lies in the normal cone of the corner
    p: ``Re[conj(1 - p) p (1 - w)] >= 0`` for ``w = exp(+-2 pi i / K)``. Raises ValueError for K < 3 or kappa <= 1.

    >>> polygon_slack(3, 18.5) > 0 > polygon_slack(3, 17.5)
    True
    """
    kappa = domain.positive("kappa", kappa, ())
    corners = domain.integer("corners", corners, low=3, shape=())
    best = optimal.heavy_ball(1.0, kappa)
    turn = np.exp(2j * np.pi / corners)
    gradient = (1 + best.momentum - best.momentum / turn - turn) / best.lr
    p = (gradient - 1) / (kappa - 1)
    return float(min(np.real(np.conj(1 - p) * p * (1 - w)) for w in (turn, np.conj(turn))))


def polygon_threshold(corners: int) -> float:
    r"""Return the kappa from which on the best heavy ball has a K-cycle on some function of S(1, kappa).

    Raises ValueError for K < 3.

    >>> round(polygon_threshold(4), 3)
    25.274
    """
    corners = domain.integer("corners", corners, low=3, shape=())
    return float(brentq(lambda kappa: polygon_slack(corners, kappa), 2.0, 1e5, xtol=1e-12, rtol=1e-14))


def three_cycle_threshold() -> float:
    r"""Return ``(2 + sqrt 5)^2 = 9 + 4 sqrt 5``, the threshold for K = 3.

    >>> round(three_cycle_threshold(), 4)
    17.9443
    """
    return float((2 + np.sqrt(5)) ** 2)
