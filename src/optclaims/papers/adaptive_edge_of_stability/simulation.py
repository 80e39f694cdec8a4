"""Runs of optimizers on a quadratic and on networks, with records of their sharpness."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optclaims.papers.adaptive_edge_of_stability.problems import Regression, Vector
from optclaims.science import domain
from optclaims.science.optimizers import Rule

__all__ = ["Point", "growth", "walk"]

OVERFLOW = 1e100  # a run that has grown so far stays there


def growth(rule: Rule, curvature: ArrayLike, steps: int) -> NDArray[np.float64]:
    r"""Return $\log_{10}$ of the growth of $|(\theta_t, \theta_{t-1})|$ over `steps` steps (100 at most).

    From $\theta_0 = 1$, on quadratics $s\theta^2/2$. curvature: s (cells,);
    the rule's numbers may be arrays (cells,) too.
    Domain: curvature any length.

    >>> from optclaims.science.optimizers import SGD
    >>> growth(SGD(lr=1.0), [1.9, 2.1], 500).round()
    array([-23.,  21.])
    """
    if not isinstance(rule, Rule):
        raise ValueError(f"rule must be an optimizer of this package, got {rule!r}")
    s = np.asarray(domain.nonnegative("curvature", curvature, (None,)), float)
    theta = before = np.ones(len(s))
    state = rule.start(theta)
    for t in range(1, domain.integer("steps", steps, low=1, shape=()) + 1):
        new, state = rule.step(theta, s * theta, state, t)
        before, theta = theta, np.where(np.abs(theta) < OVERFLOW, new, theta)
    return np.log10(np.hypot(theta, before) / 2**0.5 + np.finfo(float).tiny)


class Point(NamedTuple):
    """Where a run is after t steps: its weights and the memory of its rule."""

    t: int
    w: Vector
    state: dict


def walk(
    net: Regression, rule: Rule, start: Point, every: int, rng: np.random.Generator | None = None, batch: int = 0
) -> Iterator[Point]:
    r"""Yield the point after every `every` steps, without end: the caller takes as many as are wanted.

    batch: samples a step, drawn from rng without replacement; 0 for all of them. A start in the middle of another run
    goes on from its memory and its number of steps.

    >>> from optclaims.papers.adaptive_edge_of_stability.problems import regression
    >>> from optclaims.science.optimizers import SGD
    >>> net, w = regression(np.eye(2), [0, 1], [], classes=2), np.zeros(6, np.float32)
    >>> points = walk(net, SGD(0.5), Point(0, w, {}), every=10)
    >>> round(net.loss(w), 3), round(net.loss(next(points).w), 3)
    (0.5, 0.0)
    """
    if not isinstance(rule, Rule):
        raise ValueError(f"rule must be an optimizer of this package, got {rule!r}")
    every = domain.integer("every", every, low=1, shape=())
    n = len(net.inputs)
    batch = domain.integer("batch", batch, low=0, high=n, shape=())
    if batch:
        domain.generator("rng", rng)
    return _walk(net, rule, start, every, rng, batch)


def _walk(
    net: Regression, rule: Rule, start: Point, every: int, rng: np.random.Generator | None, batch: int
) -> Iterator[Point]:
    t, w, state = start
    while True:
        for _ in range(every):
            t += 1
            part = net.part(rng.choice(len(net.inputs), batch, replace=False)) if batch else net
            w, state = rule.step(w, part.gradient(w), state, t)
        yield Point(t, w, state)
