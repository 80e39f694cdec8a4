r"""Inertial Newton along one Hessian eigenvector: its matrix, and how often a run changes sign."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optclaims.science import domain
from optclaims.science.kernels import njit

__all__ = ["matrix", "sign_changes"]

Array = NDArray[np.float64]


def matrix(alpha: ArrayLike, beta: ArrayLike, curvature: ArrayLike, lr: ArrayLike) -> Array:
    r"""Return the matrices $I + \gamma M$ of one step on $(\theta, \psi)$, (..., 2, 2); arguments broadcast.

    Domain: alpha, beta, lr any shape; curvature signed, any shape.

    >>> matrix(1.0, 1.0, 4.0, 0.25)
    array([[ 0.  , -0.25],
           [-0.  ,  0.75]])
    """
    alpha, beta = domain.nonnegative("alpha", alpha), domain.positive("beta", beta)
    curvature, lr = domain.finite("curvature", curvature), domain.positive("lr", lr)
    domain.broadcastable(alpha=alpha, beta=beta, curvature=curvature, lr=lr)
    alpha, beta, curvature, lr = np.broadcast_arrays(alpha, beta, curvature, lr)
    spring = alpha - 1 / beta
    rows = [[1 - lr * (beta * curvature + spring), -lr / beta], [-lr * spring, 1 - lr / beta]]
    return np.moveaxis(np.array(rows), (0, 1), (-2, -1))


def sign_changes(
    alpha: ArrayLike,
    beta: ArrayLike,
    curvature: ArrayLike,
    lr: ArrayLike,
    *,
    floor: float = 1e-250,
    limit: int = 20_000_000,
) -> NDArray[np.int64]:
    r"""Return how often $\theta$ changes sign from $\theta_0 = 1$ until $|\theta|+|\psi| \le$ floor, for each mode.

    The start has the velocity $-\nabla J$. Arguments broadcast to (modes,). Raises ValueError where a mode is not below
    the floor after `limit` steps.

    Domain: alpha, beta, curvature, lr any shape; floor any shape.

    >>> sign_changes([0.5, 1.0], 1.0, 1.0, 0.1)
    array([173,   0])
    """
    alpha, beta = domain.nonnegative("alpha", alpha), domain.positive("beta", beta)
    curvature, lr = domain.positive("curvature", curvature), domain.positive("lr", lr)
    domain.broadcastable(alpha=alpha, beta=beta, curvature=curvature, lr=lr)
    cells = [np.ravel(cell).astype(float) for cell in np.broadcast_arrays(alpha, beta, curvature, lr)]
    counts = _count(
        *cells, float(domain.positive("floor", floor, shape=())), domain.integer("limit", limit, low=1, shape=())
    )
    if np.any(counts < 0):
        raise ValueError(f"limit must be more steps for the modes {np.flatnonzero(counts < 0)}, got {limit}")
    return counts


@njit(cache=True)
def _count(alpha, beta, curvature, lr, floor, limit):
    counts = np.full(alpha.size, -1)
    for i in range(alpha.size):
        a, b, h, step = alpha[i], beta[i], curvature[i], lr[i]
        theta = 1.0
        psi = (1 - a * b) * theta - b * (b - 1) * h * theta
        changes, sign = 0, 1.0
        for _ in range(limit):
            u = (1 / b - a) * theta - psi / b
            theta, psi = theta + step * (u - b * h * theta), psi + step * u
            if theta * sign < 0:
                changes += 1
                sign = -sign
            if abs(theta) + abs(psi) <= floor:
                counts[i] = changes
                break
    return counts
