"""Descent on the sphere with a prescribed effective rate, and what a run in ordinary space looks like from there."""

from collections.abc import Callable

import numpy as np

__all__ = ["directions", "effective_rates", "projected_descent"]


def directions(w: np.ndarray) -> np.ndarray:
    """Return iterates (..., d) scaled to unit length."""
    return w / np.linalg.norm(w, axis=-1, keepdims=True)


def effective_rates(w: np.ndarray, lr: float, eps: float) -> np.ndarray:
    r"""Return $\tilde\eta = \hat\eta / ((1 - \epsilon) \|w\|^2)$ of iterates (..., d)."""
    return lr / ((1 - eps) * np.sum(w * w, axis=-1))


def projected_descent(
    theta: np.ndarray, gradient: Callable[[np.ndarray], np.ndarray], rate: float, eps: float, steps: int
) -> tuple[np.ndarray, np.ndarray]:
    r"""Run $\theta' = \Pi(\theta - \tilde\eta \nabla L(\theta))$ while the rate follows its own recursion.

    $\tilde\eta' = \tilde\eta / ((1-\epsilon)^2 (1 + \tilde\eta^2 \|\nabla L(\theta)\|^2))$. gradient: theta (d,) -> (d,).
    Returns directions (steps, d) and rates (steps,) before each step.
    """
    thetas, rates = np.empty((steps, len(theta))), np.empty(steps)
    for t in range(steps):
        thetas[t], rates[t] = theta, rate
        g = gradient(theta)
        theta = directions(theta - rate * g)
        rate = rate / ((1 - eps) ** 2 * (1 + rate**2 * (g @ g)))
    return thetas, rates
