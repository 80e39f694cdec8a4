"""Sampled chains: SGD with additive noise, heavy balls, Gaussian least squares, averages on convex functions."""

import numpy as np
from numpy.typing import NDArray

from optclaims.science import domain
from optclaims.science.kernels import njit

__all__ = ["additive", "averages", "least_squares_steps", "rademacher_squares"]

Array = NDArray[np.float64]


def additive(
    lr: float,
    momentum: float,
    lookahead: float,
    steps: int,
    rng: np.random.Generator,
    runs: int,
    curvature: float = 1.0,
) -> Array:
    """Return the last points of runs of a two-step method with standard normal gradient noise, (runs,), from 0.

    Raises ValueError for numbers out of range.
    Domain: momentum, lookahead, curvature signed.

    >>> additive(0.5, 0.0, 0.0, 2, np.random.default_rng(0), 3).shape
    (3,)
    """
    for name, value in {"momentum": momentum, "lookahead": lookahead, "curvature": curvature}.items():
        domain.finite(name, value, ())
    domain.positive("lr", lr, ())
    w = before = np.zeros(domain.integer("runs", runs, low=1, shape=()))
    for _ in range(domain.integer("steps", steps, low=0, shape=())):
        point = w + lookahead * (w - before)
        w, before = w + momentum * (w - before) - lr * (curvature * point + rng.standard_normal(runs)), w
    return w


def least_squares_steps(lr: float, batch: int, d: int, rng: np.random.Generator, runs: int) -> Array:
    """Return ``|e_1|^2`` after one SGD step from a unit vector on Gaussian least squares, (runs,).

    ``e' = e - lr mean_i x_i (x_i . e)``. By symmetry only ``u_i = x_i . e`` and the size of ``sum_i u_i x_i`` across e
    matter: given u, that sum is normal with variance ``|u|^2`` in each of the d - 1 other directions.
    Raises ValueError for numbers out of range.

    >>> least_squares_steps(0.1, 2, 5, np.random.default_rng(0), 4).shape
    (4,)
    """
    u = rng.standard_normal(
        (domain.integer("runs", runs, low=1, shape=()), domain.integer("batch", batch, low=1, shape=()))
    )
    across = rng.standard_normal((runs, domain.integer("d", d, low=1, shape=()) - 1))
    square = np.sum(u**2, axis=1)
    h = domain.positive("lr", lr, ()) / batch
    return (1 - h * square) ** 2 + h**2 * square * np.sum(across**2, axis=1)


def rademacher_squares(start: float, lr: float, steps: int, rng: np.random.Generator, runs: int) -> Array:
    """Return ``w_N^2`` of SGD on ``w^2 / 2`` with noise +-1 in each gradient, (runs,).

    Domain: start signed.

    >>> rademacher_squares(2.0, 1.0, 1, np.random.default_rng(0), 3)
    array([1., 1., 1.])
    """
    start = domain.finite("start", start, ())
    w = np.full(domain.integer("runs", runs, low=1, shape=()), float(start))
    for _ in range(domain.integer("steps", steps, low=0, shape=())):
        w = w - domain.positive("lr", lr, ()) * (w - (2.0 * rng.integers(0, 2, runs) - 1))
    return w**2


def averages(function: str, lr: float, steps: int, rng: np.random.Generator, runs: int, start: float) -> Array:
    """Return the mean iterate of SGD with standard normal noise on ``|w|`` or ``max(w, -w/3)``, (runs,).

    The mean is over ``w_0 .. w_{N-1}``, the points where gradients were taken. function: "absolute" or "lopsided".
    Raises ValueError for another function.
    Domain: start signed.

    >>> averages("absolute", 0.1, 5, np.random.default_rng(0), 3, 1.0).shape
    (3,)
    """
    start = domain.finite("start", start, ())
    steps, lr = domain.integer("steps", steps, low=1, shape=()), domain.positive("lr", lr, ())
    left = {"absolute": -1.0, "lopsided": -1 / 3}[domain.one_of("function", function, ("absolute", "lopsided"))]
    w, total = np.full(domain.integer("runs", runs, low=1, shape=()), float(start)), np.zeros(runs)
    done, block = 0, max(1, 2_000_000 // runs)
    while done < steps:
        noise = rng.standard_normal((min(block, steps - done), runs))
        _walk(w, total, noise, left, lr)
        done += len(noise)
    return total / steps


@njit(cache=True)
def _walk(w, total, noise, left, lr):
    for n in range(noise.shape[0]):
        for r in range(w.size):
            total[r] += w[r]
            w[r] -= lr * ((1.0 if w[r] > 0 else left) + noise[n, r])
