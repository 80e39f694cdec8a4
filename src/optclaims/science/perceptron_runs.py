r"""Training of perceptrons by any rule: gradients compiled, the rule as it is written.

For rules that `science.perceptrons.train` has no compiled form of (centred denominators), with labels of each run's own
and decay of the weights alone. relu units and cross-entropy.
"""

from collections.abc import Iterable, Sequence
from itertools import islice, pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optclaims.science import domain, perceptrons
from optclaims.science.optimizers import Rule

__all__ = ["descend", "scores", "tensors", "weights"]


def tensors(widths: Sequence[int]) -> tuple[int, ...]:
    """Numbers of parameters of the tensors in the order of theta: weights and biases, layer by layer.

    Domain: widths any length.

    >>> tensors((64, 100, 10))
    (6400, 100, 1000, 10)
    """
    perceptrons.size(widths)  # refuses what are no widths
    return tuple(int(size) for a, b in pairwise(widths) for size in (a * b, b))


def weights(widths: Sequence[int]) -> NDArray[np.float32]:
    """1 for the weights and 0 for the biases, in the order of theta (parameters,).

    Domain: widths any length.

    >>> weights((2, 1))
    array([1., 1., 0.], dtype=float32)
    """
    sizes = tensors(widths)
    return np.repeat(np.tile(np.float32([1, 0]), len(sizes) // 2), sizes)


def descend(
    widths: Sequence[int], theta: ArrayLike, x: ArrayLike, y: ArrayLike, rows: Iterable[NDArray], rule: Rule,
    records: Sequence[int], *, weight_decay: float = 0.0,
) -> NDArray[np.float32]:  # fmt: skip
    r"""Weights (records, runs, parameters) after the numbers of steps in `records` (0: the start).

    theta (runs, parameters);  x (n, inputs);  y (runs, n): the labels as each run sees them
    rows: one array (runs, batch) a step;  weight_decay: $\lambda w$ is added to the gradient, not for biases
    A run that is not finite any more stays so. Raises ValueError where rows end before the last record.

    Domain: theta, x signed; rows, records any length.

    >>> from optclaims.science.optimizers import SGD
    >>> theta, x, y = np.zeros((1, 4)), np.ones((1, 1)), [[1]]
    >>> descend((1, 2), theta, x, y, [np.array([[0]])], SGD(1.0), [0, 1])[-1]
    array([[-0.5,  0.5, -0.5,  0.5]], dtype=float32)
    """
    theta = np.array(domain.finite("theta", theta, (None, perceptrons.size(widths))), np.float32)
    y = domain.integer("y", np.asarray(y), 0, widths[-1] - 1, (len(theta), len(x)))
    if not isinstance(rule, Rule):
        raise ValueError(f"rule must be an optimizer of this package, got {rule!r}")
    records = domain.integer("records", np.asarray(domain.increasing("records", np.asarray(records, float), low=0)))
    taken = list(islice(rows, int(records[-1])))
    if len(taken) < records[-1]:
        raise ValueError(f"rows must last for {records[-1]} steps, got {len(taken)}")
    taken = np.stack(taken, axis=1) if taken else np.zeros((len(theta), 0, 1), int)
    taken = domain.integer("rows", taken, 0, len(x) - 1, (len(theta), None, None))
    gradients = perceptrons.stepwise(widths, x, y[np.arange(len(theta))[:, None, None], taken], taken)
    shrink = domain.nonnegative("weight_decay", weight_decay, shape=()) * weights(widths)
    state, out = rule.start(theta), [theta] if records[0] == 0 else []
    for t in range(1, int(records[-1]) + 1):
        alive = np.isfinite(theta).all(axis=1, keepdims=True)
        g = gradients(theta if alive.all() else np.where(alive, theta, 0), t)
        if weight_decay:
            g += shrink * theta
        theta, state = rule.step(theta, g, state, t)
        if t in records:
            out.append(theta)
    return np.stack(out)


def scores(
    widths: Sequence[int], theta: ArrayLike, x: ArrayLike, y: ArrayLike, rows: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean cross-entropy and accuracy (runs,) of theta (runs, parameters) on the rows (runs, n) of x, labels y (runs,
    all).

    Domain: theta, x signed; rows any length.

    >>> scores((1, 2), np.zeros((1, 4)), np.ones((1, 1)), [[1]], [[0]])
    (array([0.69314718]), array([0.]))
    """
    theta = np.asarray(domain.finite("theta", theta, (None, perceptrons.size(widths))), np.float32)
    x = np.asarray(domain.finite("x", np.asarray(x), (None, widths[0])), np.float32)
    y = domain.integer("y", np.asarray(y), 0, widths[-1] - 1, (len(theta), len(x)))
    rows = domain.integer("rows", np.asarray(rows), 0, len(x) - 1, (len(theta), None))
    losses, right = np.empty(len(theta)), np.empty(len(theta))
    for run, (w, taken) in enumerate(zip(theta, rows, strict=True)):
        out, at = x[taken], 0
        for layer, (a, b) in enumerate(pairwise(widths)):
            out = np.maximum(out, 0) if layer else out
            out, at = out @ w[at : at + a * b].reshape(a, b) + w[at + a * b : at + a * b + b], at + a * b + b
        out = out.astype(float) - out.max(axis=1, keepdims=True)
        chosen, labels = np.arange(len(taken)), y[run, taken]
        losses[run] = np.mean(np.log(np.exp(out).sum(axis=1)) - out[chosen, labels])
        right[run] = np.mean(out.argmax(axis=1) == labels)
    return losses, right
