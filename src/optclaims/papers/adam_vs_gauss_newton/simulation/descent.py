"""Stochastic least squares: all learning rates and runs of a method at once, on common random numbers."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optclaims.papers.adam_vs_gauss_newton.problems import Quadratic
from optclaims.science.domain import finite, integer, nonnegative, one_of, positive, probability, vector

__all__ = ["Draws", "descend", "draws", "path"]

Array = NDArray[np.float64]
CAP = 1e250  # twice an excess loss above it has diverged: decaying rates bring back what passed 1e17, and far beyond


class Draws(NamedTuple):
    """Randomness of the minibatches, shared by methods and rates: chi^2_B / B, (T, runs); normals xi, (T, runs, d)."""

    chi: Array
    xi: Array
    batch: float


def draws(rng: np.random.Generator, steps: int, runs: int, d: int, batch: float) -> Draws:
    """Draw the randomness of T steps; a full batch (inf) has chi^2_B / B = 1 and draws nothing else.

    Domain: batch infinite

    >>> noise = draws(np.random.default_rng(0), steps=5, runs=3, d=2, batch=4)
    >>> noise.chi.shape, noise.xi.shape
    ((5, 3), (5, 3, 2))
    """
    batch = positive("batch", batch, shape=(), infinite=True)
    if batch < 1:
        raise ValueError(f"batch must be at least 1, got {batch:g}")
    steps, runs = integer("steps", steps, low=1, shape=()), integer("runs", runs, low=1, shape=())
    d = integer("d", d, low=1, shape=())
    if np.isinf(batch):
        return Draws(np.ones((steps, runs)), np.zeros((steps, 1, 1)), batch)
    normals, chi = rng.spawn(2)
    return Draws(chi.chisquare(batch, (steps, runs)) / batch, normals.standard_normal((steps, runs, d)), batch)


def batch_gradient(problem: Quadratic, y: Array, chi: Array, xi: Array, batch: float) -> Array:
    """Gradient (..., d) of a batch of B samples x ~ N(0, H), exactly distributed, at a cost that does not depend on B.

        g = chi H delta + sqrt(s chi / B) H^(1/2) (xi - a (u' xi) u),   s = |y|^2 + sigma^2,  u = y / sqrt(s),
        a = (1 - sqrt(1 - |u|^2)) / |u|^2,   y = H^(1/2) delta (..., d),  chi ~ chi^2_B / B (...),  xi ~ N(0, I) (...,
        d)

    Given its residual, x is its regression on the residual plus an independent Gaussian, so only the sum of squared
    residuals matters. Source: derived.

    Called once a step, so `descend` checks what it is given.

    >>> from optclaims.papers.adam_vs_gauss_newton.problems import quadratic
    >>> batch_gradient(quadratic(np.diag([4.0, 1.0])), y=np.ones(2), chi=1.0, xi=np.zeros(2), batch=np.inf)
    array([2., 1.])
    """
    excess = (y * y).sum(axis=-1)
    s = excess + problem.sigma**2
    if np.isinf(batch):
        return times_root(problem, y)
    safe = np.maximum(s, 1e-300)
    n2 = np.maximum(excess / safe, 1e-300)
    a = (1 - np.sqrt(np.maximum(1 - n2, 0))) / n2
    along = (y * xi).sum(axis=-1) * a / safe
    scale = np.sqrt(s * chi / batch)
    return times_root(problem, (chi - scale * along)[..., None] * y + scale[..., None] * xi)


def times_root(problem: Quadratic, y: Array) -> Array:
    """H^(1/2) y in the problem's basis: a scaling in the eigenbasis, a matrix product elsewhere."""
    diagonal = np.diag(problem.root)
    if np.count_nonzero(problem.root) == len(diagonal):
        return y * diagonal
    return (y.reshape(-1, len(diagonal)) @ problem.root).reshape(y.shape)


def descend(
    problem: Quadratic,
    start: Array,
    method: str | float,
    lr: ArrayLike,
    noise: Draws,
    *,
    decay: bool = True,
    normalised: bool = False,
    beta2: float | None = None,
    record: bool = False,
) -> Array:
    """Excess losses after T steps, (lr, runs), or with `record` after each, (T + 1, lr, runs).

    start: theta - theta* in the problem's basis, (runs, d); method: "adam" (expected second moment of the minibatch
    gradient at the current point), or the power p of diag(H); lr: eta_0, (lr,); decay: eta_t = eta_0 (1 - t / T).
    normalised: steps of GN multiplied by sqrt(B / 2L_t). beta2: Adam with a bias-corrected average of g^2 instead of
    the expectation. A full batch turns Adam into sign descent. A run whose loss passes 5e249 or is no number has
    diverged and is infinite from then on.

    Domain: start, method signed; lr any length

    Raises ValueError for an unknown method and starts that do not fit the problem.

    >>> from optclaims.papers.adam_vs_gauss_newton.problems import quadratic
    >>> full = draws(np.random.default_rng(0), steps=2, runs=1, d=2, batch=np.inf)
    >>> descend(quadratic(np.eye(2)), [[1.0, 1.0]], 0, [0.5, 1.0, 3.0], full, decay=False)  # w <- (1 - eta) w
    array([[ 0.0625],
           [ 0.    ],
           [16.    ]])
    """
    steps, B, h = len(noise.chi), noise.batch, problem.diagonal
    method = one_of("method", method, ("adam",)) if isinstance(method, str) else finite("method", method, shape=())
    start, lr = finite("start", start, shape=(None, len(h))), vector("lr", nonnegative("lr", lr))
    beta2 = None if beta2 is None else probability("beta2", beta2, "[)", shape=())
    eta0 = lr[:, None, None]
    w = np.tile(start, (eta0.size, 1, 1))
    average, dead = np.zeros_like(w), np.zeros(w.shape[:2], bool)
    history = []
    for t in range(steps):
        with np.errstate(over="ignore", invalid="ignore"):
            y = times_root(problem, w)
            excess = (y * y).sum(axis=-1)
        dead |= ~(excess < CAP)
        w[dead], y[dead], excess[dead] = 0.0, 0.0, 0.0
        history += [np.where(dead, np.inf, excess / 2)] if record else []
        g = batch_gradient(problem, y, noise.chi[t], noise.xi[t], B)
        twice = (excess + problem.sigma**2)[..., None]
        if method != "adam":
            move = g * h ** float(method)
            move = move * np.sqrt(B / np.maximum(twice, 1e-300)) if normalised else move
        elif np.isinf(B):
            move = np.sign(g)
        else:
            if beta2 is None:
                moment = twice / B * h + (1 + 1 / B) * times_root(problem, y) ** 2
            else:
                average = beta2 * average + (1 - beta2) * g * g
                moment = average / (1 - beta2 ** (t + 1))
            move = g / np.sqrt(np.maximum(moment, 1e-300))
        w -= eta0 * ((1 - t / steps) if decay else 1.0) * move
    with np.errstate(over="ignore", invalid="ignore"):
        last = (times_root(problem, w) ** 2).sum(axis=-1)
    last = np.where(~dead & (last < CAP), last / 2, np.inf)
    return np.stack([*history, last]) if record else last


def path(problem: Quadratic, start: Array, lr: float, noise: Draws) -> Array:
    """Iterates theta - theta* (T, d) of one run of idealised Adam, eta_0 (1 - t / T), before each step.

    Domain: start signed

    >>> from optclaims.papers.adam_vs_gauss_newton.problems import quadratic
    >>> noise = draws(np.random.default_rng(0), steps=5, runs=1, d=2, batch=4)
    >>> path(quadratic(np.eye(2)), [[1.0, 1.0]], lr=0.1, noise=noise).shape
    (5, 2)
    """
    start, lr = finite("start", start, shape=(None, len(problem.root))), nonnegative("lr", lr, shape=())
    w, steps, iterates = np.array(start[0], float), len(noise.chi), []
    for t in range(steps):
        iterates.append(w)
        y = times_root(problem, w)
        g = batch_gradient(problem, y, noise.chi[t, 0], noise.xi[t, 0], noise.batch)
        twice = y @ y + problem.sigma**2
        moment = twice / noise.batch * problem.diagonal + (1 + 1 / noise.batch) * times_root(problem, y) ** 2
        w = w - lr * (1 - t / steps) * g / np.sqrt(moment)
    return np.array(iterates)
