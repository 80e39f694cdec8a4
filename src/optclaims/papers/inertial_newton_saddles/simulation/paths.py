"""Paths of any rule on a landscape, for stacks of starts."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optclaims.science import domain
from optclaims.science.optimizers import Rule

__all__ = ["newton", "path"]

Array = NDArray[np.float64]


def path(
    rule: Rule, gradient: Callable[[Array], Array], theta: ArrayLike, steps: int, *, memory: dict | None = None
) -> Array:
    """Return the points of a rule, (steps + 1, ..., parameters), from the starts theta (..., parameters).

    memory: state to begin with instead of the rule's own start; then no first step is made of it (t begins at 2).
    Raises ValueError for starts that are not finite and a negative number of steps.

    Domain: theta signed, any shape.

    >>> from optclaims.science.optimizers import SGD
    >>> path(SGD(lr=0.5), lambda theta: theta, [4.0], 2)
    array([[4.],
           [2.],
           [1.]])
    """
    theta = np.asarray(domain.finite("theta", theta, (..., None)))
    out = np.empty((domain.integer("steps", steps, low=0, shape=()) + 1, *theta.shape))
    out[0], state, first = theta, rule.start(theta) if memory is None else memory, 1 if memory is None else 2
    for k in range(steps):
        out[k + 1], state = rule.step(out[k], gradient(out[k]), state, first + k)
    return out


def newton(
    gradient: Callable[[Array], Array], hessian: Callable[[Array], Array], theta: ArrayLike, lr: float, steps: int
) -> Array:
    r"""Return the last points of Newton's method with steps $\mathrm{lr}\,H^{-1}\nabla J$, for a diagonal Hessian.

    theta, and what gradient and hessian return: (..., parameters). Raises ValueError for an lr outside (0, 1].

    Domain: theta signed, any shape.

    >>> newton(lambda theta: theta**3, lambda theta: 3 * theta**2, [3.0], 1.0, 1)
    array([2.])
    """
    theta, lr = np.asarray(domain.finite("theta", theta, (..., None))), domain.probability("lr", lr, "(]", shape=())
    for _ in range(domain.integer("steps", steps, low=0, shape=())):
        theta = theta - lr * gradient(theta) / hessian(theta)
    return theta
