"""Training of all runs of an arm at once: compiled gradients, the shared rules, any of them."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optclaims.science import domain, perceptrons
from optclaims.science.optimizers import Rule

__all__ = ["evaluate", "trained"]


def trained(
    widths: Sequence[int], theta: ArrayLike, x: ArrayLike, y: ArrayLike, rows: ArrayLike, rule: Rule,
    records: Sequence[int],
) -> NDArray[np.float32]:  # fmt: skip
    """Return the weights (records, runs, parameters) of perceptrons after the numbers of steps in `records`.

    theta: (runs, parameters), the start;  x: (n, inputs);  y: classes (n,);  rows: (runs, steps, batch), rows of x, a
    batch a step
    A rule that wants two gradients is given that of the batch at its last point too. A run that diverges goes on with
    gradient 0 at whatever it has reached.

    Domain: theta, x signed.

    >>> from optclaims.science.optimizers import SGD
    >>> trained((1, 2), [[0.0, 0, 0, 0]], [[1.0]], [0], np.zeros((1, 1, 1), int), SGD(1.0), [1]).ravel()
    array([ 0.5, -0.5,  0.5, -0.5], dtype=float32)
    """
    if not isinstance(rule, Rule):
        raise ValueError(f"rule must be a Rule, got {type(rule).__name__}")
    theta = np.asarray(domain.finite("theta", theta, (None, perceptrons.size(widths))), np.float32)
    rows = domain.integer("rows", np.asarray(rows), low=0, shape=(len(theta), None, None))
    records = domain.increasing("records", np.asarray(records), low=1, high=rows.shape[1])
    state, last, out = rule.start(theta), theta, []
    for t in range(1, int(records[-1]) + 1):
        batch = rows[:, t - 1]
        before = {"before": _gradient(widths, last, x, y, batch)} if rule.two_points and t > 1 else {}
        with np.errstate(over="ignore", invalid="ignore"):
            last, (theta, state) = theta, rule.step(theta, _gradient(widths, theta, x, y, batch), state, t, **before)
        if t in records:
            out.append(theta)
    return np.stack(out)


def _gradient(widths: Sequence[int], theta: NDArray, x: ArrayLike, y: ArrayLike, rows: NDArray) -> NDArray[np.float32]:
    """Gradients, 0 where weights are not finite or beyond any use."""
    alive = (np.abs(theta) < 1e6).all(axis=1)
    g = perceptrons.gradient(widths, np.where(alive[:, None], theta, 0), x, y, rows)
    return np.where(alive[:, None], g, np.float32(0))


def evaluate(
    widths: Sequence[int], theta: ArrayLike, x: ArrayLike, y: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the mean cross-entropy and the accuracy of relu perceptrons, each (runs,); infinity and 0 where lost.

    Domain: theta, x signed; theta NaN; theta infinite.

    >>> loss, accuracy = evaluate((1, 2), [[1.0, 0, 0, 0]], [[2.0], [-2.0]], [0, 1])
    >>> loss.round(4), accuracy
    (array([0.1269]), array([1.]))
    """
    theta = np.asarray(theta, np.float32)
    domain.shape("theta", theta, (None, perceptrons.size(widths)))
    x, y = np.asarray(domain.finite("x", x, (None, widths[0])), np.float32), domain.integer("y", y, 0, widths[-1] - 1)
    domain.shape("y", np.asarray(y), (len(x),))
    losses, accuracies = [], []
    for weights in theta:
        hidden, at = x, 0
        with np.errstate(over="ignore", invalid="ignore"):
            for layer, (a, b) in enumerate(pairwise(widths)):
                w, at = weights[at : at + (a + 1) * b].reshape(a + 1, b), at + (a + 1) * b
                hidden = hidden @ w[:-1] + w[-1]
                hidden = np.maximum(hidden, 0) if layer < len(widths) - 2 else hidden
            scores = hidden.astype(float)
            top = scores.max(axis=1, keepdims=True)
            logs = np.log(np.exp(scores - top).sum(axis=1)) + top[:, 0] - scores[np.arange(len(y)), y]
        lost = not np.isfinite(logs).all()
        losses.append(np.inf if lost else logs.mean())
        accuracies.append(0.0 if lost else (scores.argmax(axis=1) == y).mean())
    return np.array(losses), np.array(accuracies)
