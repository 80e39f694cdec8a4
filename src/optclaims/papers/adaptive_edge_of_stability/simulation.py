"""Runs of optimizers on a quadratic and on networks, with records of their sharpness."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from optclaims.papers.adaptive_edge_of_stability.problems import Regression, Vector
from optclaims.science import domain, perceptrons, training
from optclaims.science.curvature import Loss
from optclaims.science.optimizers import Adam, EMAMomentum, Rule

__all__ = ["Point", "branches", "growth", "reach", "rest", "run", "stacked", "walk"]

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


def run(
    net: Regression, rule: Rule, w: ArrayLike, records: Sequence[int], rng: np.random.Generator | None = None,
    batch: int = 0,
) -> list[Point]:  # fmt: skip
    r"""Return the points of a run from weights w (parameters,) after the numbers of steps in `records`, compiled.

    batch: samples a step, drawn from rng without replacement; 0 for all of them. The rule is one that has a compiled
    form; the memory of a point holds its m and v.
    Domain: w signed; records any length.

    >>> from optclaims.papers.adaptive_edge_of_stability.problems import regression
    >>> from optclaims.science.optimizers import SGD
    >>> net, w = regression(np.eye(2), [0, 1], [], classes=2), np.zeros(6, np.float32)
    >>> round(net.loss(w), 3), round(net.loss(run(net, SGD(0.5), w, [10])[0].w), 3)
    (0.5, 0.0)
    """
    if not isinstance(rule, Rule):
        raise ValueError(f"rule must be an optimizer of this package, got {rule!r}")
    w = domain.finite("w", np.asarray(w, np.float32), (net.parameters,))
    records = [int(record) for record in domain.increasing("records", np.asarray(records), low=1)]
    n, steps = len(net.inputs), records[-1]
    if domain.integer("batch", batch, low=0, high=n, shape=()):
        domain.generator("rng", rng)
        rows = np.stack([rng.choice(n, batch, replace=False) for _ in range(steps)])
    else:
        rows = np.broadcast_to(np.arange(n), (steps, n))
    weights, m, v = perceptrons.train(
        net.widths, w[None], net.inputs, net.targets, rows[None], rule, records,
        activation="tanh", loss="squared", memory=True,
    )  # fmt: skip
    parts = zip(records, weights[:, 0], m[:, 0], v[:, 0], strict=True)
    return [Point(t, w, {"m": m, "v": v}) for t, w, m, v in parts]


def walk(net: Regression, rule: Rule, start: Point, every: int) -> Iterator[Point]:
    r"""Yield the point after every `every` full-batch steps, without end: the caller takes as many as are wanted.

    A start in the middle of another run goes on from its memory and its number of steps, be it with another rule,
    which may be one without a compiled form.

    >>> from optclaims.papers.adaptive_edge_of_stability.problems import regression
    >>> from optclaims.science.optimizers import SGD
    >>> net, w = regression(np.eye(2), [0, 1], [], classes=2), np.zeros(6, np.float32)
    >>> points = walk(net, SGD(0.5), Point(0, w, {}), every=10)
    >>> round(net.loss(w), 3), round(net.loss(next(points).w), 3)
    (0.5, 0.0)
    """
    if not isinstance(rule, Rule):
        raise ValueError(f"rule must be an optimizer of this package, got {rule!r}")
    return _walk(net, rule, start, domain.integer("every", every, low=1, shape=()))


def _walk(net: Regression, rule: Rule, start: Point, every: int) -> Iterator[Point]:
    t, w, state = start
    while True:
        for _ in range(every):
            t += 1
            w, state = rule.step(w, net.gradient(w), state, t)
        yield Point(t, w, state)


def rest(net: Regression, rule: Rule, start: Point, every: int, steps: int) -> list[Point]:
    """Return the points of a walk, `every` steps apart, until it has made `steps` steps, those before start included.

    >>> from optclaims.papers.adaptive_edge_of_stability.problems import regression
    >>> from optclaims.science.optimizers import SGD
    >>> net, w = regression(np.eye(2), [0, 1], [], classes=2), np.zeros(6, np.float32)
    >>> [point.t for point in rest(net, SGD(0.5), Point(10, w, {}), 5, 22)]
    [15, 20]
    """
    steps = domain.integer("steps", steps, low=0, shape=())
    return list(islice(walk(net, rule, start, every), max(0, (steps - start.t) // every)))


def branches(
    net: Regression, rule: Adam, edge: Point, early: Point, every: int, steps: int
) -> dict[str, tuple[Vector | None, Rule, list[Point]]]:
    r"""Return how a run of Adam goes on when its preconditioner P is changed: the fixed P or None, rule and points.

    "frozen": P stays that of the point `edge`;  "early": that of an earlier point, from where on it is fixed
    "slow": from the edge on the second moment forgets with $\beta_2 = 0.999$. Points as in `rest`.

    >>> from optclaims.papers.adaptive_edge_of_stability.problems import regression
    >>> net, rule = regression(np.eye(2), [0, 1], [], classes=2), Adam(0.1)
    >>> early, edge = run(net, rule, np.zeros(6, np.float32), [5, 10])
    >>> {name: points[0].t for name, (_, _, points) in branches(net, rule, edge, early, 5, 20).items()}
    {'slow': 15, 'frozen': 15, 'early': 10}
    """
    if not isinstance(rule, Adam):
        raise ValueError(f"rule must be Adam, got {rule!r}")
    slow = replace(rule, beta2=0.999, bias_correction=False)  # whose second moment has had its correction already
    found = {"slow": (None, slow, rest(net, slow, edge, every, steps))}
    for name, point in (("frozen", edge), ("early", early)):
        P = rule.preconditioner(point.state, point.t)
        momentum = EMAMomentum(rule.lr / P, rule.beta1)
        found[name] = (P, momentum, rest(net, momentum, point, every, steps))
    return found


def reach(net: Regression, rule: Rule, w: ArrayLike, loss: float, every: int = 25, most: int = 10_000) -> list[Point]:
    r"""Return the points of a full-batch run from w (parameters,), `every` steps apart, up to the first below a loss.

    Raises ValueError where `most` steps do not suffice.
    Domain: w signed.

    >>> from optclaims.papers.adaptive_edge_of_stability.problems import regression
    >>> from optclaims.science.optimizers import SGD
    >>> net = regression(np.eye(2), [0, 1], [], classes=2)
    >>> [point.t for point in reach(net, SGD(0.5), np.zeros(6, np.float32), 0.05, every=1)]
    [1, 2]
    """
    w = domain.finite("w", np.asarray(w, np.float32), (net.parameters,))
    domain.positive("loss", loss, ()), domain.integer("most", most, low=1, shape=())
    points = []
    for point in walk(net, rule, Point(0, w, rule.start(w)), every):
        points.append(point)
        if net.loss(point.w) < loss:
            return points
        if point.t >= most:
            raise ValueError(f"loss must be reached within {most} steps, got {net.loss(point.w):.3g} there")
    raise AssertionError  # a walk has no end


def stacked(loss: Loss, rule: Rule, theta: Tensor, records: Sequence[int]) -> Iterator[tuple[int, Tensor, dict]]:
    r"""Yield step, weights (runs, parameters) and memory after the numbers of steps in `records`, of any network.

    loss: theta (runs, parameters) -> (runs,), each run's own loss, such as that of a stack of convolutional networks.
    Domain: theta signed.

    >>> from optclaims.science.optimizers import SGD
    >>> import torch
    >>> points = stacked(lambda theta: theta.square().sum(1) / 2, SGD(0.5), torch.ones(1, 2), [1, 3])
    >>> [(t, theta.tolist()) for t, theta, _ in points]
    [(1, [[0.5, 0.5]]), (3, [[0.125, 0.125]])]
    """
    if not isinstance(rule, Rule):
        raise ValueError(f"rule must be an optimizer of this package, got {rule!r}")
    theta = domain.finite("theta", theta, (None, None))
    records = [int(record) for record in domain.increasing("records", np.asarray(records), low=1)]
    return _stacked(loss, rule, theta, records)


def _stacked(loss: Loss, rule: Rule, theta: Tensor, records: list[int]) -> Iterator[tuple[int, Tensor, dict]]:
    state, t = rule.start(theta), 0
    for record in records:
        while t < record:
            t += 1
            theta, state = rule.step(theta, training.gradient(loss, theta), state, t)
        yield t, theta, state
