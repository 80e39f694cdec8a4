"""Runs of the rules: stacks of scalar problems, i.i.d. gradients, and perceptrons on data."""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optclaims.science import domain, perceptrons
from optclaims.science.optimizers import DiffGrad, Rule

__all__ = ["WIDTHS", "Run", "final", "frictions", "largest", "path", "trained"]

WIDTHS = (64, 32, 10)


class Run(NamedTuple):
    """Points (steps + 1, runs), the start included, and frictions (steps, runs): 1 for rules that have none."""

    x: NDArray
    friction: NDArray


def _steps(
    gradient: Callable[[NDArray], NDArray], rule: Rule, start: NDArray, steps: int
) -> Iterable[tuple[NDArray, NDArray]]:
    """Yield the point and the friction of every step."""
    x, state, one = start, rule.start(start), np.ones_like(start)
    for t in range(1, steps + 1):
        g = gradient(x)
        x, new = rule.step(x, g, state, t)
        yield x, rule.friction(g, state, new, t) if isinstance(rule, DiffGrad) else one
        state = new


def path(gradient: Callable[[NDArray], NDArray], rule: Rule, start: ArrayLike, steps: int) -> Run:
    """Return the runs of a rule on a function of one variable, side by side.

    gradient: entrywise; rule: hyperparameters are numbers or (runs,); start: (runs,). Raises ValueError for no steps.

    Domain: start signed, any length

    >>> from optclaims.science.optimizers import SGD
    >>> path(lambda x: x, SGD(0.5), [1.0], 2).x.ravel()
    array([1.  , 0.5 , 0.25])
    """
    start = domain.vector("start", np.asarray(start, float))
    domain.function("gradient", gradient)
    seen = list(_steps(gradient, rule, start, domain.integer("steps", steps, low=1, shape=())))
    return Run(np.stack([start, *(x for x, _ in seen)]), np.stack([friction for _, friction in seen]))


def final(gradient: Callable[[NDArray], NDArray], rule: Rule, start: ArrayLike, steps: int) -> NDArray:
    """Return the last points (runs,) of `path`, whose arguments and errors it has.

    Domain: start signed, any length

    >>> from optclaims.science.optimizers import SGD
    >>> final(lambda x: x, SGD(0.5), [1.0], 2)
    array([0.25])
    """
    start = domain.vector("start", np.asarray(start, float))
    domain.function("gradient", gradient)
    for x, _ in _steps(gradient, rule, start, domain.integer("steps", steps, low=1, shape=())):
        end = x
    return end


def largest(gradient: Callable[[NDArray], NDArray], rule: Rule, start: ArrayLike, window: Sequence[int]) -> NDArray:
    """Return the largest |x| (runs,) after the first number of steps of the window up to the second.

    Further arguments as `path`. Raises ValueError unless the two numbers increase.

    Domain: start signed, any length

    >>> from optclaims.science.optimizers import SGD
    >>> largest(lambda x: x, SGD(1.5), [1.0], [2, 4])
    array([0.125])
    """
    start = domain.vector("start", np.asarray(start, float))
    domain.function("gradient", gradient)
    domain.integer("window", np.asarray(window), low=0, shape=(2,))
    first, last = (int(t) for t in domain.increasing("window", np.asarray(window)))
    best = np.zeros_like(start)
    for t, (x, _) in enumerate(_steps(gradient, rule, start, last), start=1):
        if t > first:
            best = np.maximum(best, np.abs(x))
    return best


def frictions(rule: DiffGrad, gradients: ArrayLike) -> NDArray:
    """Return the frictions (steps - 1, runs) that a rule has on given gradients (steps, runs), from the second step on.

    The first one sees no difference, but the gradient itself. Raises ValueError for fewer than two steps.

    Domain: gradients signed

    >>> frictions(DiffGrad(lr=0.1), [[1.0], [1.0]])
    array([[0.5]])
    """
    g = domain.finite("gradients", np.asarray(gradients, float), (None, None))
    domain.integer("steps", len(g), low=2)
    state, seen = rule.start(g[0]), []
    for t, gradient in enumerate(g, start=1):
        _, new = rule.step(np.zeros_like(gradient), gradient, state, t)
        seen.append(rule.friction(gradient, state, new, t))
        state = new
    return np.stack(seen[1:])


def trained(
    rule: Rule, theta: ArrayLike, x: ArrayLike, y: ArrayLike, rows: ArrayLike, scale: float = 1.0
) -> tuple[NDArray, NDArray]:
    """Return last weights (runs, parameters) of perceptrons 64-32-10, and mean frictions (runs,) after the first step.

    The loss is `scale` times the cross-entropy. theta: (runs, parameters); x: (n, 64); y: (n,); rows: (runs, steps,
    batch). Weights and memory in double precision, gradients in single. Raises ValueError where shapes do not fit.

    Domain: theta, x signed

    >>> from optclaims.science.optimizers import Adam
    >>> theta, rows = np.zeros((2, 2410)), np.zeros((2, 3, 1), int)
    >>> trained(Adam(lr=0.1), theta, np.ones((1, 64)), [3], rows)[1]
    array([1., 1.])
    """
    rows, theta = np.asarray(rows), domain.finite("theta", np.asarray(theta, float))
    domain.shape("theta", theta, (None, perceptrons.size(WIDTHS)))
    domain.shape("rows", rows, (None, None, None))
    if len(theta) != len(rows):
        raise ValueError(f"theta and rows must have as many runs, got {len(theta)} and {len(rows)}")
    shares = np.full(rows.shape[2], domain.positive("scale", scale, ()) / rows.shape[2])
    state, total = rule.start(theta), np.zeros(len(theta))
    for t in range(1, rows.shape[1] + 1):
        g = perceptrons.gradient(WIDTHS, theta, x, y, rows[:, t - 1], shares=shares).astype(float)
        theta, new = rule.step(theta, g, state, t)
        if t > 1:
            total += rule.friction(g, state, new, t).mean(1) if isinstance(rule, DiffGrad) else 1.0
        state = new
    return theta, total / (rows.shape[1] - 1)
