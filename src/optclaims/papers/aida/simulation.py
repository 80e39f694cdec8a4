r"""Runs of Aida: long ones on $h x^2 / 2$ in a compiled loop, and stacks of runs on functions of two variables."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optclaims.papers.aida.problems import Function
from optclaims.science import domain
from optclaims.science.kernels import njit
from optclaims.science.optimizers import Rule

__all__ = ["descend", "follow", "on_cycle", "paths", "steps_needed"]


def paths(
    starts: ArrayLike,
    steps: int,
    *,
    curvature: ArrayLike,
    lr: ArrayLike,
    beta1: ArrayLike,
    beta2: ArrayLike,
    eps: ArrayLike,
    weight_decay: ArrayLike,
    p: ArrayLike,
    q: ArrayLike,
    eps_inside_root: bool = True,
    floor: float = 0.0,
) -> NDArray:
    r"""Return x (cells, steps + 1) of Aida without bias correction on $h x^2/2$, from (m, r, x) in `starts` (cells, 3).

    The parameters broadcast to (cells,). A run ends once $|x|$ and $|m|$ are below `floor`; its x is 0 from there on.
    Raises ValueError for parameters out of range.

    Domain: starts signed; curvature, lr, beta1, beta2, eps, weight_decay, p, q any shape

    >>> setting = {"curvature": 1, "lr": 0.5, "beta1": 0, "beta2": 0, "eps": 1e-30, "weight_decay": 0, "p": 2, "q": 1}
    >>> paths([[0.0, 0.0, 1.25]], 2, **setting).round(12)
    array([[1.25, 0.75, 0.25]])
    """
    starts = np.atleast_2d(domain.finite("starts", np.asarray(starts, float)))
    domain.shape("starts", starts, (None, 3))
    steps = domain.integer("steps", steps, low=1, shape=())
    for name, value in (("curvature", curvature), ("lr", lr), ("eps", eps), ("p", p), ("q", q)):
        domain.positive(name, value)
    domain.probability("beta1", beta1, "[)")
    domain.probability("beta2", beta2, "[)")
    domain.nonnegative("weight_decay", weight_decay)
    domain.one_of("eps_inside_root", eps_inside_root, (True, False))
    floor = domain.nonnegative("floor", floor, ())
    cells = {"curvature": curvature, "lr": lr, "beta1": beta1, "beta2": beta2, "eps": eps}
    cells |= {"weight_decay": weight_decay, "p": p, "q": q}
    domain.broadcastable(starts=starts[:, 0], **cells)
    columns = [np.ascontiguousarray(np.broadcast_to(np.asarray(a, float), (len(starts),))) for a in cells.values()]
    x = np.zeros((len(starts), int(steps) + 1))
    _paths(starts, x, *columns, eps_inside_root, floor)
    return x


@njit(cache=True)
def _paths(starts, out, curvature, lr, beta1, beta2, eps, weight_decay, p, q, eps_inside_root, floor):
    for i in range(len(starts)):
        m, r, x = starts[i]
        keep, power = 1 - lr[i] * weight_decay[i], q[i] / p[i]
        out[i, 0] = x
        for t in range(1, out.shape[1]):
            g = curvature[i] * x
            m = beta1[i] * m + (1 - beta1[i]) * g
            r = beta2[i] * r + (1 - beta2[i]) * abs(g) ** p[i]
            root = (r + eps[i]) ** power if eps_inside_root else r**power + eps[i]
            x = keep * x - lr[i] * np.sign(m) * abs(m) ** q[i] / root
            out[i, t] = x
            if max(abs(x), abs(m)) < floor:
                break


def on_cycle(width: ArrayLike, beta1: ArrayLike, p: ArrayLike) -> NDArray:
    r"""Return (m, r, x) = $(-s W, W^p, W)$ (cells, 3), a point of the two-cycle at curvature 1.

    Arguments broadcast to (cells,). Raises ValueError for parameters out of range.

    Domain: width, beta1, p any shape

    >>> on_cycle([2.0], 0.5, 3.0).round(3)
    array([[-0.667,  8.   ,  2.   ]])
    """
    domain.positive("width", width)
    domain.positive("p", p)
    domain.probability("beta1", beta1, "[)")
    width, beta1, p = np.broadcast_arrays(*np.atleast_1d(width, beta1, p))
    return np.stack([-(1 - beta1) / (1 + beta1) * width, width**p, width], axis=1)


def follow(rule: Rule, gradients: ArrayLike) -> NDArray:
    """Return the points (steps, parameters) of a rule from ones, on given gradients (steps, parameters).

    Domain: gradients signed

    >>> from optclaims.science.optimizers import SGD
    >>> follow(SGD(0.5), [[1.0], [2.0]])
    array([[ 0.5],
           [-0.5]])
    """
    gradients = domain.finite("gradients", np.asarray(gradients, float), (None, None))
    theta = np.ones(gradients.shape[1])
    state, seen = rule.start(theta), []
    for t, gradient in enumerate(gradients, start=1):
        theta, state = rule.step(theta, gradient, state, t)
        seen.append(theta)
    return np.stack(seen)


def descend(function: Function, rule: Rule, starts: ArrayLike, steps: int) -> NDArray:
    """Return |f - lowest| (steps + 1, runs) of a rule from starts (runs, 2), infinite where it is no number.

    rule: hyperparameters are numbers or (runs, 1). Raises ValueError for no steps.

    Domain: starts signed

    >>> from optclaims.papers.aida.problems import FUNCTIONS
    >>> from optclaims.science.optimizers import SGD
    >>> descend(FUNCTIONS["Matyas"], SGD(0.5), [[1.0, 1.0]], 2).shape
    (3, 1)
    """
    theta = domain.finite("starts", np.asarray(starts, float), (None, 2))
    state, out = rule.start(theta), np.empty((domain.integer("steps", steps, low=1, shape=()) + 1, len(theta)))
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        for t in range(1, len(out) + 1):
            out[t - 1] = np.abs(function.value(*theta.T) - function.lowest)
            if t < len(out):
                theta, state = rule.step(theta, np.stack(function.gradient(*theta.T), axis=1), state, t)
    return np.where(np.isnan(out), np.inf, out)


def steps_needed(excess: ArrayLike, level: float) -> NDArray:
    """Return after how many steps (runs,) excess (steps + 1, runs) is below a level for good; steps + 1 if never.

    Domain: excess infinite

    >>> steps_needed([[3.0, 1.0], [0.1, 1.0], [2.0, 1.0], [0.1, 0.1], [0.1, 2.0]], 0.5)
    array([3, 5])
    """
    excess = domain.nonnegative("excess", np.asarray(excess, float), (None, None), infinite=True)
    above = excess >= domain.positive("level", level, ())
    return np.where(above.any(axis=0), len(excess) - np.argmax(above[::-1], axis=0), 0)
