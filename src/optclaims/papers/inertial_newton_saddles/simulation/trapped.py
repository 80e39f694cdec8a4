"""Starts near the saddle of the valley, position and velocity free: when they leave, and to which side."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optclaims.science import domain
from optclaims.science.kernels import njit

__all__ = ["exits", "threshold_velocity"]

Array = NDArray[np.float64]


def exits(
    x: ArrayLike, velocity: ArrayLike, alpha: float, beta: float, lr: float, radius: float, limit: int
) -> NDArray[np.int64]:
    r"""Return the first step k with $|x_k| >$ radius, negative where it leaves to the left, 0 if not within `limit`.

    Inertial Newton on $x^4 - 4x^2$. x, velocity: (starts,), the velocity $\dot x$ in units of x over time; the start's
    $\psi$ is $(1-\alpha\beta)x - \beta(\beta\nabla J(x) + \dot x)$. Raises ValueError for numbers out of range.

    Domain: x, velocity signed.

    >>> exits([0.1, -0.1, 0.0], [0.0, 0.0, 0.0], 0.5, 1.0, 0.02, 0.25, 1000)
    array([ 19, -19,   0])
    """
    x, velocity = (domain.vector(*pair) for pair in (("x", x), ("velocity", velocity)))
    domain.shape("velocity", velocity, np.shape(x))
    alpha, beta = domain.nonnegative("alpha", alpha, shape=()), domain.positive("beta", beta, shape=())
    lr, radius = domain.positive("lr", lr, shape=()), domain.positive("radius", radius, shape=())
    limit = domain.integer("limit", limit, low=1, shape=())
    return _leave(x, velocity, float(alpha), float(beta), float(lr), float(radius), limit)


def threshold_velocity(x: float, alpha: float, beta: float, lr: float, steps: int = 100_000) -> float:
    r"""Return the velocity at which starts at x > 0 change from leaving to the right to leaving to the left.

    By bisection to the rounding of doubles; a start that never leaves ends it. Raises ValueError unless x is in
    (0, 0.25), where the bracket $[-50 x, 0]$ holds the threshold of every setting with $s_- > -50$.

    >>> round(threshold_velocity(1e-3, 1.0, 1.0, 0.02) / 1e-3, 4)
    -1.0
    """
    steps = domain.integer("steps", steps, low=1, shape=())
    low, high = -50.0 * domain.within("x", x, 0, 0.25, "()", shape=()), 0.0
    for _ in range(60):
        middle = (low + high) / 2
        side = int(exits([x], [middle], alpha, beta, lr, 0.25, steps)[0])
        if side == 0:
            return middle
        low, high = (low, middle) if side > 0 else (middle, high)
    return (low + high) / 2


@njit(cache=True)
def _leave(x, velocity, alpha, beta, lr, radius, limit):
    out = np.zeros(x.size, dtype=np.int64)
    for i in range(x.size):
        theta = x[i]
        gradient = 4 * theta**3 - 8 * theta
        psi = (1 - alpha * beta) * theta - beta * (beta * gradient + velocity[i])
        for k in range(1, limit + 1):
            u = (1 / beta - alpha) * theta - psi / beta
            gradient = 4 * theta**3 - 8 * theta
            theta, psi = theta + lr * (u - beta * gradient), psi + lr * u
            if abs(theta) > radius:
                out[i] = k if theta > 0 else -k
                break
    return out
