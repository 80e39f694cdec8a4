"""Gradient descent and gradient flow from the same start, at the same times."""

from collections.abc import Callable

import numpy as np

from optclaims.science import domain, flows

__all__ = ["descent", "first_below", "gradient_flow"]

Gradient = Callable[[np.ndarray], np.ndarray]


def descent(gradient: Gradient, start: np.ndarray, lr: float, steps: int, *, every: int = 1) -> np.ndarray:
    r"""Return $\theta_0, \theta_{\mathrm{every}}, \dots$ of $\theta_{k+1} = \theta_k - \eta \nabla f(\theta_k)$.

    start: (..., n); the result is (steps // every + 1, ..., n). Raises ValueError for lr that is not positive and
    numbers of steps below one.
    Domain: start signed, any shape

    >>> descent(lambda x: x, np.array([1.0]), 0.5, 4, every=2).ravel()
    array([1.    , 0.25  , 0.0625])
    """
    domain.function("gradient", gradient), domain.positive("lr", lr, ())
    steps, every = (domain.integer(name, n, low=1, shape=()) for name, n in (("steps", steps), ("every", every)))
    theta = np.array(domain.finite("start", start), dtype=float)
    records = [theta.copy()]
    for k in range(1, steps + 1):
        theta -= lr * gradient(theta)
        if k % every == 0:
            records.append(theta.copy())
    return np.array(records)


def gradient_flow(
    gradient: Gradient, start: np.ndarray, times: np.ndarray, *, rtol: float = 1e-10, kinks: bool = False
) -> np.ndarray:
    r"""Return $\theta(t)$ of $\dot\theta = -\nabla f(\theta)$ at the times, (records, ..., n), the first one start.

    kinks: the gradient jumps somewhere, as a ReLU network's; then steps of 0.05 of a method of order 3, whatever rtol.
    Raises ValueError as `flows.integrate`.
    Domain: start signed, any shape

    >>> gradient_flow(lambda x: x, np.array([1.0]), np.array([0.0, 1.0])).ravel().round(6)
    array([1.      , 0.367879])
    """
    domain.function("gradient", gradient)
    steps = {"method": "RK23", "rtol": 1e-2, "atol": 1e-3, "max_step": 0.05} if kinks else {"rtol": rtol, "atol": 1e-13}
    return flows.integrate(lambda theta: -gradient(theta), start, times, **steps)


def first_below(
    gradient: Gradient, loss: Gradient, start: np.ndarray, lr: float, level: float, steps: int, *, every: int = 10
) -> np.ndarray:
    """Return for each run (runs,) the step, a multiple of `every`, at which descent's loss is below level; -1: never.

    loss maps weights (runs, n) to losses (runs,). Runs that have arrived are not followed further.
    Raises ValueError for lr and level that are not positive and numbers of steps below one.
    Domain: start signed

    >>> half = lambda x: (x**2).sum(-1) / 2
    >>> first_below(lambda x: x, half, np.array([[1.0], [0.0]]), 0.5, 1e-6, 100)
    array([10,  0])
    """
    domain.function("gradient", gradient), domain.function("loss", loss)
    domain.positive("lr", lr, ()), domain.positive("level", level, ())
    steps, every = (domain.integer(name, n, low=1, shape=()) for name, n in (("steps", steps), ("every", every)))
    theta = np.array(domain.finite("start", start, (None, None)), dtype=float)
    arrived = np.where(loss(theta) < level, 0, -1)
    for k in range(1, steps + 1):
        going = arrived < 0
        if not going.any():
            break
        theta[going] -= lr * gradient(theta[going])
        if k % every == 0:
            arrived[going] = np.where(loss(theta[going]) < level, k, -1)
    return arrived
