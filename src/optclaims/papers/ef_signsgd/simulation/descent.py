"""Compressed descent on the counterexamples, on noisy quadratics and on the artificial least squares."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optclaims.papers.ef_signsgd.problems import Arm, Forms, Points
from optclaims.papers.ef_signsgd.simulation import compiled
from optclaims.science import domain
from optclaims.science.optimizers import Rule

__all__ = ["FormsRun", "Histories", "drift_on_interval", "fit", "on_forms", "on_quadratic"]


class FormsRun(NamedTuple):
    """The last point (d,), the mean of all points before their steps, f at the records, the smallest f, and the largest
    distance from start + span(s)."""

    x: NDArray[np.float64]
    mean: NDArray[np.float64]
    losses: NDArray[np.float64]
    smallest: float
    off_line: float


class Histories(NamedTuple):
    """Squared norms (runs, steps) of the gradient, of the sampled gradient and of the memory, delta of the step, f."""

    gradient: NDArray[np.float64]
    sampled: NDArray[np.float64]
    memory: NDArray[np.float64]
    delta: NDArray[np.float64]
    value: NDArray[np.float64]


def _arm(arm: Arm) -> tuple:
    if not isinstance(arm, Arm):
        raise ValueError(f"arm must be an Arm, got {arm!r}")
    return arm.numbers


def on_forms(
    forms: Forms, arm: Arm, lr: float, steps: int, rng: np.random.Generator | None, *, decay: bool = False,
    at_zero: float = 1.0, records: Sequence[int] = (),
) -> FormsRun:  # fmt: skip
    r"""Descent on linear forms with one of them, drawn by rng, at a step, or with all of them where rng is None.

    decay: steps $\mathrm{lr}/\sqrt t$;  at_zero: the derivative of $|u|$ at 0

    Domain: at_zero signed; records any length.

    >>> from optclaims.papers.ef_signsgd.problems import ARMS, nonsmooth_pair
    >>> on_forms(nonsmooth_pair(0.5), ARMS["sign"], 0.1, 100, None).x.sum().round(9)
    np.float64(2.0)
    """
    if not isinstance(forms, Forms):
        raise ValueError(f"forms must be Forms, got {type(forms).__name__}")
    lr = float(domain.positive("lr", lr, shape=()))
    steps = domain.integer("steps", steps, low=1, high=10**9, shape=())
    at_zero = float(domain.within("at_zero", at_zero, -1, 1, shape=()))
    times = np.asarray(domain.integer("records", np.asarray(records, float), low=0, high=steps), np.int64)
    every = np.full(steps, -1)
    drawn = every if rng is None else domain.generator("rng", rng).integers(len(forms.rows), size=steps)
    x, mean, losses = forms.start.copy(), np.zeros(forms.start.size), np.zeros(times.size)
    summary = np.array([np.inf, 0.0])
    problem = forms.rows, forms.weights, bool(forms.square), at_zero
    compiled.linear_forms(*problem, drawn, lr, bool(decay), _arm(arm), x, mean, times, losses, summary)
    return FormsRun(x, mean, losses, float(summary[0]), float(summary[1]))


def on_quadratic(curvatures: ArrayLike, noise: ArrayLike, lr: ArrayLike, arm: Arm, start: ArrayLike) -> Histories:
    r"""Descent on $\sum_i h_i x_i^2 / 2$ with additive noise (runs, steps, k) on the first k entries of the gradient.

    curvatures (d,);  lr: a number or (runs,);  start: broadcasts to (runs, d). Equal noise pairs methods.

    Domain: noise, start signed, any length; start any shape; lr any shape; curvatures any length.

    >>> found = on_quadratic([1.0, 2.0], np.zeros((1, 2, 2)), 0.5, Arm("none"), 1.0)
    >>> found.value
    array([[1.5  , 0.125]])
    """
    h = np.ascontiguousarray(domain.vector("curvatures", domain.nonnegative("curvatures", curvatures)), float)
    noise = np.ascontiguousarray(domain.finite("noise", np.asarray(noise), (None, None, None)))
    runs, steps, k = noise.shape
    domain.integer("noise", k, low=1, high=len(h))
    lr = np.asarray(domain.nonnegative("lr", lr), float)
    domain.broadcastable(lr=lr, noise=noise[:, 0, 0])
    lr = np.broadcast_to(lr, (runs,)).copy()
    domain.finite("start", start)
    domain.broadcastable(start=start, noise=np.empty((runs, len(h))))
    starts = np.broadcast_to(np.asarray(start, float), (runs, len(h))).copy()
    out = Histories(*(np.empty((runs, steps)) for _ in Histories._fields))
    compiled.noisy_quadratic(h, noise, lr, _arm(arm), starts, *out)
    return out


def fit(points: Points, arm: Arm, lr: float, records: Sequence[int], *, decay: bool = False) -> tuple[NDArray, NDArray]:
    r"""Full-batch descent on the training half, $\lVert Aw - y\rVert^2/(2n)$ from 0: w (records, d), memory norms.

    Domain: records any length.

    >>> from optclaims.papers.ef_signsgd.problems import ARMS, artificial
    >>> w, memory = fit(artificial(np.random.default_rng(0), n=2), ARMS["EF, scaled sign"], 0.1, [0, 5])
    >>> w.shape, memory[0]
    ((2, 24), np.float64(0.0))
    """
    if not isinstance(points, Points):
        raise ValueError(f"points must be Points, got {type(points).__name__}")
    lr = float(domain.positive("lr", lr, shape=()))
    records = domain.integer("records", np.asarray(domain.increasing("records", np.asarray(records, float), low=0)))
    train = slice(None, len(points.labels) // 2)
    w, memory = np.zeros((records.size, points.d)), np.zeros(records.size)
    data = points.columns[train], points.values[train], points.labels[train], points.d
    compiled.least_squares(*data, lr, bool(decay), _arm(arm), records, w, memory)
    return w, memory


def drift_on_interval(
    rule: Rule, large: float, probability: float, rng: np.random.Generator, *, runs: int, records: Sequence[int],
) -> NDArray[np.float64]:  # fmt: skip
    """Positions (runs, records) on [-1, 1] from 0 under gradients `large` with the given probability, else -1.

    rule: of `science.optimizers`; only the position is projected, the memory is left alone.

    Domain: records any length.

    >>> from optclaims.science.optimizers import SGD
    >>> drift_on_interval(SGD(0.5), 1.0, 1.0, np.random.default_rng(0), runs=1, records=[1, 9])
    array([[-0.5, -1. ]])
    """
    if not isinstance(rule, Rule):
        raise ValueError(f"rule must be an optimizer of this package, got {rule!r}")
    large = domain.positive("large", large, shape=())
    probability = domain.probability("probability", probability, shape=())
    rng, runs = domain.generator("rng", rng), domain.integer("runs", runs, low=1, shape=())
    records = domain.integer("records", np.asarray(domain.increasing("records", np.asarray(records, float), low=1)))
    x = np.zeros((runs, 1))
    state, kept = rule.start(x), []
    for t in range(1, int(records[-1]) + 1):
        g = np.where(rng.random((runs, 1)) < probability, large, -1.0)
        x, state = rule.step(x, g, state, t)
        x = np.clip(x, -1, 1)
        if t == records[len(kept)]:
            kept.append(x[:, 0])
    return np.stack(kept, axis=1)
