"""Descent on the sphere with a prescribed effective rate, and what a run in ordinary space looks like from there."""

from collections.abc import Callable

import numpy as np

from optclaims.science import domain

__all__ = ["directions", "effective_rates", "projected_descent"]


def directions(w: np.ndarray) -> np.ndarray:
    """Return iterates (..., d) scaled to unit length; none may be the origin.

    Domain: w signed any shape.

    >>> directions(np.array([3.0, 4.0]))
    array([0.6, 0.8])
    """
    w = domain.finite("w", w, (..., None))
    return w / domain.positive("length of w", np.linalg.norm(w, axis=-1, keepdims=True))


def effective_rates(w: np.ndarray, lr: float, eps: float) -> np.ndarray:
    r"""Return $\tilde\eta = \hat\eta / ((1 - \epsilon) \|w\|^2)$ of iterates (..., d), none of them the origin.

    Domain: w signed any shape.

    >>> float(effective_rates(np.array([3.0, 4.0]), lr=5.0, eps=0.0))
    0.2
    """
    domain.positive("lr", lr, ()), domain.probability("eps", eps, "[)", ())
    w = domain.finite("w", w, (..., None))
    domain.positive("length of w", np.linalg.norm(w, axis=-1))
    return lr / ((1 - eps) * np.sum(w * w, axis=-1))


def projected_descent(
    theta: np.ndarray, gradient: Callable[[np.ndarray], np.ndarray], rate: float, eps: float, steps: int
) -> tuple[np.ndarray, np.ndarray]:
    r"""Run $\theta' = \Pi(\theta - \tilde\eta \nabla L(\theta))$ while the rate follows its own recursion.

    $\tilde\eta' = \tilde\eta / ((1-\epsilon)^2 (1 + \tilde\eta^2 \|\nabla L(\theta)\|^2))$.
    gradient: theta (d,) -> (d,). Returns directions (steps, d) and rates (steps,) before each step.
    Raises ValueError unless rate > 0, 0 <= eps < 1, steps >= 1 and theta is not the origin.
    Domain: theta signed.

    >>> projected_descent(np.array([1.0, 0.0]), lambda theta: 0 * theta, 0.25, 0.5, 2)[1]
    array([0.25, 1.  ])
    """
    domain.function("gradient", gradient), domain.positive("rate", rate, ()), domain.probability("eps", eps, "[)", ())
    theta, steps = domain.vector("theta", theta), domain.integer("steps", steps, 1, shape=())
    domain.positive("length of theta", float(np.linalg.norm(theta)))
    thetas, rates = np.empty((steps, len(theta))), np.empty(steps)
    for t in range(steps):
        thetas[t], rates[t] = theta, rate
        g = gradient(theta)
        theta = directions(theta - rate * g)
        rate = rate / ((1 - eps) ** 2 * (1 + rate**2 * (g @ g)))
    return thetas, rates
