r"""Compiled training of many perceptrons: any widths, four kinds of units, squared error or cross-entropy.

    widths = (64, 32, 10)
    theta = networks.perceptron(widths, "tanh").initial(rngs)                      # the same layout of weights
    rows = training.stacked(training.drawn(rngs, len(x), batch=16), steps=1000)    # (runs, steps, batch)
    found = perceptrons.train(widths, theta, x, y, rows, Adam(lr=1e-3), records=[0, 500, 1000], activation="tanh")

Several times as fast as torch on all runs at once, 30 times as fast as a loop over torch modules. `rule` is one of
`science.optimizers` that acts on every coordinate alone; its hyperparameters may be (runs, 1) arrays or schedules. All
in float32. For anything else (other losses, layers, rules, measurements along the way) there is `science.training`.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optclaims.science import domain
from optclaims.science.compiled_rules import compiled, update
from optclaims.science.kernels import njit
from optclaims.science.optimizers import Rule

__all__ = ["FAST", "backpropagate", "gradient", "size", "stepwise", "train"]

f32 = np.float32
FAST = {"reassoc", "contract", "nsz", "arcp"}  # but NaN and infinity stay what they are
ACTIVATIONS = ("linear", "relu", "tanh", "sigmoid")
LOSSES = ("squared", "cross-entropy")
CHUNK = 512  # steps for which hyperparameters are tabulated at a time


def size(widths: Sequence[int], *, bias: bool = True) -> int:
    """Number of parameters of a perceptron.

    >>> size((64, 32, 10))
    2410
    """
    widths = domain.integer("widths", np.asarray(widths, float), low=1, shape=(None,))
    if len(widths) < 2:
        raise ValueError(f"widths must hold inputs and outputs at least, got {tuple(widths)}")
    return int(sum((a + bias) * b for a, b in pairwise(widths)))


def train(
    widths: Sequence[int], theta: ArrayLike, x: ArrayLike, y: ArrayLike, rows: ArrayLike, rule: Rule,
    records: Sequence[int], *, activation: str = "relu", loss: str = "cross-entropy", bias: bool = True,
    shares: ArrayLike | None = None, memory: bool = False,
) -> NDArray[np.float32] | tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:  # fmt: skip
    r"""Weights (records, runs, parameters) after the numbers of steps in `records` (0: the start).

    theta: (runs, parameters), as `networks.perceptron` has them;  x: (n, inputs), shared by all runs
    y: class numbers (n,) for cross-entropy, targets (n, outputs) for squared error, half the squared distance; or in
        the order in which samples are used, (runs, steps, batch[, outputs]), where labels are noisy
    rows: (runs, steps, batch), the samples of every step, rows of x;  records: increasing, at most `steps`
    shares: (batch,) weights of the samples of a step, 1 / batch each unless given
    memory: return also the rule's m and v after those steps, both like the weights, zeros where it has none
    Raises ValueError where shapes or names do not fit, or rows lie outside x.
    Domain: theta, x, y signed.

    >>> from optclaims.science.optimizers import SGD
    >>> rows = np.zeros((1, 2, 1), int)
    >>> train((1, 1), [[0.0]], [[1.0]], [[1.0]], rows, SGD(0.5), [0, 1, 2], loss="squared", bias=False).ravel()
    array([0.  , 0.5 , 0.75], dtype=float32)
    """
    problem = _Problem(widths, theta, x, y, rows, activation, loss, bias, shares)
    domain.increasing("records", np.asarray(records), low=0, high=problem.rows.shape[1])
    form = compiled(rule)
    theta = problem.theta.copy()
    m, v, top = np.zeros_like(theta), np.zeros_like(theta), np.zeros_like(theta)
    out, done = [], 0
    for record in records:
        while done < record:
            until = min(done + CHUNK, record)
            table = form.table(np.arange(done + 1, until + 1), len(theta))
            _train(theta, m, v, top, *problem.arrays(done, until), form.family, *form.flags, table)
            done = until
        out.append((theta.copy(), m.copy(), v.copy()) if memory else (theta.copy(),))
    weights, *memories = (np.stack(part) for part in zip(*out, strict=True))
    return (weights, *memories) if memory else weights


def gradient(
    widths: Sequence[int], theta: ArrayLike, x: ArrayLike, y: ArrayLike, rows: ArrayLike, *, activation: str = "relu",
    loss: str = "cross-entropy", bias: bool = True, shares: ArrayLike | None = None,
) -> NDArray[np.float32]:  # fmt: skip
    """Gradients (runs, parameters) of the weighted sum of losses of a step; rows (runs, batch), the rest as in `train`.

    Domain: theta, x, y signed.

    >>> gradient((1, 1), [[0.0, 0.0]], [[2.0]], [[1.0]], [[0]], loss="squared")
    array([[-2., -1.]], dtype=float32)
    """
    rows = domain.shape("rows", np.asarray(rows), ("runs", "batch"))[:, None]
    problem = _Problem(widths, theta, x, y, rows, activation, loss, bias, shares)
    out = np.zeros_like(problem.theta)
    _gradients(problem.theta, *problem.arrays(0, 1), out)
    return out


def stepwise(
    widths: Sequence[int], x: ArrayLike, y: ArrayLike, rows: ArrayLike, *, activation: str = "relu",
    loss: str = "cross-entropy", bias: bool = True,
) -> Callable[[NDArray[np.float32], int], NDArray[np.float32]]:  # fmt: skip
    """Gradients (runs, parameters) as a function of the weights and the step 1, 2, ...; rows (runs, steps, batch).

    Arguments, as in `train`, are checked here, once, and what the function is given is not: finite float32 weights
    (runs, parameters), contiguous.

    Domain: x, y signed.

    >>> descent = stepwise((1, 1), [[2.0]], [[1.0]], [[[0]]], loss="squared")
    >>> descent(np.zeros((1, 2), np.float32), 1)
    array([[-2., -1.]], dtype=float32)
    """
    runs = domain.shape("rows", np.asarray(rows), ("runs", "steps", "batch")).shape[0]
    start = np.zeros((runs, size(widths, bias=bias)))
    problem = _Problem(widths, start, x, y, rows, activation, loss, bias, None)

    def gradients(theta: NDArray[np.float32], t: int) -> NDArray[np.float32]:
        out = np.empty_like(theta)
        _gradients(theta, *problem.arrays(t - 1, t), out)
        return out

    return gradients


class _Problem:
    """Checked arrays in the form that the kernels take."""

    def __init__(self, widths, theta, x, y, rows, activation, loss, bias, shares) -> None:
        domain.one_of("activation", activation, ACTIVATIONS)
        domain.one_of("loss", loss, LOSSES)
        self.theta = np.ascontiguousarray(domain.finite("theta", theta, (None, size(widths, bias=bias))), f32)
        self.x = np.ascontiguousarray(domain.finite("x", np.asarray(x), (None, widths[0])), f32)
        self.rows = domain.integer("rows", np.asarray(rows), 0, len(self.x) - 1, (len(self.theta), None, None))
        batch = self.rows.shape[2]
        shares = np.full(batch, 1 / batch) if shares is None else domain.finite("shares", shares, (batch,))
        self.constants = np.array(widths), bias, ACTIVATIONS.index(activation)
        self.shares = shares.astype(f32)
        self.labels, self.values, self.picked = np.zeros(0, np.int64), np.zeros((0, 0), f32), self.rows
        tail = () if loss == "cross-entropy" else (widths[-1],)
        y = np.asarray(y)
        if y.shape[: y.ndim - len(tail)] == self.rows.shape:  # a target for every use of a sample
            self.picked = np.arange(self.rows.size).reshape(self.rows.shape)
            y = y.reshape(-1, *tail)
        domain.shape("y", y, (len(self.x) if self.picked is self.rows else None, *tail))
        if loss == "cross-entropy":
            self.labels = domain.integer("y", y, 0, widths[-1] - 1)
        else:
            self.values = np.ascontiguousarray(domain.finite("y", y), f32)

    def arrays(self, start: int, stop: int) -> tuple:
        """What the kernels take for the steps from start to stop."""
        steps = slice(start, stop)
        data = self.x, self.labels, self.values, self.rows[:, steps], self.picked[:, steps], self.shares
        return *self.constants, *data


@njit(inline="always")
def _exp(x):
    """e^x in single precision, without a call, so that loops over it are vectorised; relative error 2e-7.

    x = k ln 2 + r; Taylor's series at |r| < 0.35; 2^k by its bits. NaN and infinity give NaN.
    """
    inside = min(max(x, f32(-87)), f32(88))
    k = np.floor(inside * f32(1.4426950408889634) + f32(0.5))
    r = inside - k * f32(0.693359375) + k * f32(2.12194440e-4)  # ln 2 in two parts: k times the first is exact
    p = f32(1 / 5040) * r + f32(1 / 720)
    p = p * r + f32(1 / 120)
    p = p * r + f32(1 / 24)
    p = p * r + f32(1 / 6)
    p = p * r + f32(1 / 2)
    p = p * r + f32(1)
    p = p * r + f32(1)
    power = np.int32((np.int32(k) + np.int32(127)) << np.int32(23)).view(np.float32)
    return p * power + f32(0) * x


@njit(inline="always")
def backpropagate(theta, widths, bias, activation, x, labels, values, rows, picked, shares, held, back, g):
    """Gradient of the weighted sum of losses of one step of one run, into g.

    held: room for the activations of all layers, one after the other;  back: (2, room) for the deltas of two layers
    """
    depth, n = len(widths) - 1, len(rows)
    inputs = held[: n * widths[0]].reshape(n, widths[0])
    for s in range(n):
        for j in range(widths[0]):
            inputs[s, j] = x[rows[s], j]
    at, p = 0, 0
    for layer in range(depth):
        a, b = widths[layer], widths[layer + 1]
        below, above = held[at : at + n * a].reshape(n, a), held[at + n * a : at + n * (a + b)].reshape(n, b)
        np.dot(below, theta[p : p + a * b].reshape(a, b), above)
        at, p = at + n * a, p + a * b
        if bias:
            for s in range(n):
                for j in range(b):
                    above[s, j] += theta[p + j]
            p += b
        if layer < depth - 1:
            flat = held[at : at + n * b]
            if activation == 1:
                for i in range(flat.size):
                    flat[i] = flat[i] if not flat[i] <= 0 else f32(0)  # NaN stays
            elif activation == 2:
                for i in range(flat.size):
                    flat[i] = f32(1) - f32(2) / (_exp(f32(2) * flat[i]) + f32(1))
            elif activation == 3:
                for i in range(flat.size):
                    power = _exp(flat[i])
                    flat[i] = power / (power + f32(1))
    b = widths[depth]
    outputs, delta = held[at : at + n * b].reshape(n, b), back[0, : n * b].reshape(n, b)
    if len(labels):
        for s in range(n):
            top, total = outputs[s, 0], f32(0)
            for c in range(b):
                top = max(top, outputs[s, c])
            for c in range(b):
                outputs[s, c] = _exp(outputs[s, c] - top)
                total += outputs[s, c]
            for c in range(b):
                delta[s, c] = shares[s] * (outputs[s, c] / total)
            delta[s, labels[picked[s]]] -= shares[s]
    else:
        for s in range(n):
            for c in range(b):
                delta[s, c] = shares[s] * (outputs[s, c] - values[picked[s], c])
    side = 0
    for layer in range(depth - 1, -1, -1):
        a, b = widths[layer], widths[layer + 1]
        delta = back[side, : n * b].reshape(n, b)
        if bias:
            p -= b
            g[p : p + b] = 0
            for s in range(n):
                for j in range(b):
                    g[p + j] += delta[s, j]
        p, at = p - a * b, at - n * a
        below = held[at : at + n * a].reshape(n, a)
        np.dot(below.T, delta, g[p : p + a * b].reshape(a, b))
        if layer:
            side = 1 - side
            np.dot(delta, theta[p : p + a * b].reshape(a, b).T, back[side, : n * a].reshape(n, a))
            flat, slope = back[side, : n * a], held[at : at + n * a]
            if activation == 1:
                for i in range(flat.size):
                    flat[i] = flat[i] if slope[i] > 0 else f32(0)
            elif activation == 2:
                for i in range(flat.size):
                    flat[i] *= f32(1) - slope[i] * slope[i]
            elif activation == 3:
                for i in range(flat.size):
                    flat[i] *= slope[i] * (f32(1) - slope[i])


@njit(cache=True, error_model="numpy", fastmath=FAST)
def _train(theta, m, v, top, widths, bias, activation, x, labels, values, rows, picked, shares,
           family, amsgrad, previous, inside, table):  # fmt: skip
    """Run the steps of rows (runs, steps, batch), in place."""
    runs, steps, batch = rows.shape
    g = np.empty(theta.shape[1], f32)
    held, back = np.empty(batch * widths.sum(), f32), np.empty((2, batch * widths.max()), f32)
    for run in range(runs):
        w, m_run, v_run, top_run = theta[run], m[run], v[run], top[run]
        for k in range(steps):
            now, taken, numbers = rows[run, k], picked[run, k], table[k, run]
            backpropagate(w, widths, bias, activation, x, labels, values, now, taken, shares, held, back, g)
            update(w, g, m_run, v_run, top_run, family, amsgrad, previous, inside, numbers)


@njit(cache=True, error_model="numpy", fastmath=FAST)
def _gradients(theta, widths, bias, activation, x, labels, values, rows, picked, shares, out):
    """Gradients of one step of every run; rows (runs, 1, batch)."""
    batch = rows.shape[2]
    held, back = np.empty(batch * widths.sum(), f32), np.empty((2, batch * widths.max()), f32)
    for run in range(len(theta)):
        w, now, taken, g = theta[run], rows[run, 0], picked[run, 0], out[run]
        backpropagate(w, widths, bias, activation, x, labels, values, now, taken, shares, held, back, g)
