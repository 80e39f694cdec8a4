"""Training of all runs of an arm at once: compiled gradients, the shared rules, any of them."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optclaims.papers.adam_family.simulation.models import Model
from optclaims.science import domain
from optclaims.science.optimizers import Rule

__all__ = ["evaluate", "trained"]


def trained(
    model: Model, theta: ArrayLike, x: ArrayLike, y: ArrayLike, rows: ArrayLike, rule: Rule, records: Sequence[int]
) -> NDArray[np.float32]:
    """Return the weights (records, runs, parameters) of networks after the numbers of steps in `records`.

    theta: (runs, parameters), the start;  x: what the model makes of its images;  y: classes (n,);  rows: (runs, steps,
    batch), rows of x, a batch a step
    A rule that wants two gradients is given that of the batch at its last point too. A run that diverges goes on with
    gradient 0 at whatever it has reached.

    Domain: theta, x signed.

    >>> from optclaims.papers.adam_family.simulation.models import Perceptron
    >>> from optclaims.science.optimizers import SGD
    >>> trained(Perceptron((1, 2)), [[0.0] * 4], [[1.0]], [0], np.zeros((1, 1, 1), int), SGD(1.0), [1]).ravel()
    array([ 0.5, -0.5,  0.5, -0.5], dtype=float32)
    """
    _refuse_no_model(model)
    if not isinstance(rule, Rule):
        raise ValueError(f"rule must be a Rule, got {type(rule).__name__}")
    theta = np.asarray(domain.finite("theta", theta, (None, model.network.parameters)), np.float32)
    rows = domain.integer("rows", np.asarray(rows), low=0, shape=(len(theta), None, None))
    records = domain.increasing("records", np.asarray(records), low=1, high=rows.shape[1])
    state, last, out = rule.start(theta), theta, []
    for t in range(1, int(records[-1]) + 1):
        batch = rows[:, t - 1]
        before = {"before": _gradient(model, last, x, y, batch)} if rule.two_points and t > 1 else {}
        with np.errstate(over="ignore", invalid="ignore"):
            last, (theta, state) = theta, rule.step(theta, _gradient(model, theta, x, y, batch), state, t, **before)
        if t in records:
            out.append(theta)
    return np.stack(out)


def _gradient(model: Model, theta: NDArray, x: ArrayLike, y: ArrayLike, rows: NDArray) -> NDArray[np.float32]:
    """Gradients, 0 where weights are not finite or beyond any use."""
    alive = (np.abs(theta) < 1e6).all(axis=1)
    g = model.gradient(np.where(alive[:, None], theta, 0), x, y, rows)
    return np.where(alive[:, None], g, np.float32(0))


def evaluate(
    model: Model, theta: ArrayLike, x: ArrayLike, y: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the mean cross-entropy and the accuracy of networks, each (runs,); infinity and 0 where lost.

    Domain: theta, x signed; theta NaN; theta infinite.

    >>> from optclaims.papers.adam_family.simulation.models import Perceptron
    >>> loss, accuracy = evaluate(Perceptron((1, 2)), [[1.0, 0, 0, 0]], [[2.0], [-2.0]], [0, 1])
    >>> loss.round(4), accuracy
    (array([0.1269]), array([1.]))
    """
    _refuse_no_model(model)
    theta, x = np.asarray(theta, np.float32), np.asarray(domain.finite("x", np.asarray(x)), np.float32)
    domain.shape("theta", theta, (None, model.network.parameters))
    y = domain.integer("y", np.asarray(y), 0, model.network.layers[-1].outputs - 1, (None,))
    if x.shape[:1] != y.shape:
        raise ValueError(f"x must hold {len(y)} images, one for each class of y, got shape {x.shape}")
    losses, accuracies = [], []
    with np.errstate(over="ignore", invalid="ignore"):
        for scores in model.scores(theta, x):
            top = scores.max(axis=1, keepdims=True)
            scores, own = scores - top, scores[np.arange(len(y)), y] - top[:, 0]
            logs = np.log(np.exp(scores).sum(axis=1, dtype=float)) - own
            lost = not np.isfinite(logs).all()
            losses.append(np.inf if lost else logs.mean())
            accuracies.append(0.0 if lost else (scores.argmax(axis=1) == y).mean())
    return np.array(losses), np.array(accuracies)


def _refuse_no_model(model: object) -> None:
    if not hasattr(model, "gradient"):
        raise ValueError(f"model must be a network of this comparison, got {type(model).__name__}")
