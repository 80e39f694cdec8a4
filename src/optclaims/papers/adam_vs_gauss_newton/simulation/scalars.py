"""Full-batch instances that decouple into scalars: the block instance and diagonal logistic regression."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "SCHEDULES",
    "block_run",
    "coefficients",
    "converges",
    "log_cosh",
    "logistic_path",
    "logistic_run",
    "logistic_time",
    "sign_descent",
]

Array = NDArray[np.float64]
SCHEDULES = ("constant", "linear")


def schedule(name: str, t: int, steps: int) -> float:
    """Factor of eta_0 at step t: 1, or 1 - t / T."""
    return {"constant": 1.0, "linear": 1 - t / steps}[name]


def coefficients(
    eigenvalues: ArrayLike, start: ArrayLike, rates: ArrayLike, steps: int, decay: str, method: str
) -> Array:
    """Block coefficients c_k, (rates, runs, blocks), after T steps of "gn" (c - eta lambda c) or "adam" (c - eta sign
    c).
    """
    lam, eta0 = np.asarray(eigenvalues, float), np.asarray(rates, float)[:, None, None]
    c = np.tile(np.asarray(start, float), (eta0.size, 1, 1))
    with np.errstate(over="ignore", invalid="ignore"):
        for t in range(steps):
            c -= eta0 * schedule(decay, t, steps) * (lam * c if method == "gn" else np.sign(c))
    return c


def block_run(eigenvalues: ArrayLike, start: ArrayLike, rates: ArrayLike, steps: int, method: str) -> Array:
    """Final loss over the initial one, (schedules, rates, runs): sum of lambda c^2; start (runs, blocks)."""
    lam, start = np.asarray(eigenvalues, float), np.asarray(start, float)
    with np.errstate(over="ignore", invalid="ignore"):
        ends = [(coefficients(lam, start, rates, steps, s, method) ** 2) @ lam / (start**2 @ lam) for s in SCHEDULES]
    return np.stack(ends)


def sign_descent(start: ArrayLike, rate: float, steps: int) -> Array:
    """Largest |c| after every step of c <- c - eta_0 (1 - t / T) sign c, (T + 1, ...); the last axis is maximised
    over.
    """
    c = np.array(start, float)
    history = [np.abs(c).max(axis=-1)]
    for t in range(steps):
        c = c - rate * (1 - t / steps) * np.sign(c)
        history.append(np.abs(c).max(axis=-1))
    return np.stack(history)


def log_cosh(z: ArrayLike) -> Array:
    """log cosh(z / 2), exact for small z and finite for large z."""
    half = np.abs(np.asarray(z, float)) / 2
    small = np.log1p(2 * np.sinh(np.minimum(half, 1) / 2) ** 2)
    return np.where(half < 1, small, half + np.log1p(np.exp(-2 * half)) - np.log(2))


def direction(z: Array, method: str | float, scales: Array, frequencies: Array) -> Array:
    """Move of z = a w per unit of eta: Adam a sign z, GN^-1 sinh z, GN^(-1/2) a sqrt(pi) sinh(z / 2), GD a^2 pi
    tanh(z / 2) / 2.
    """
    if method == "adam":
        return scales * np.sign(z)
    if method == 0:
        return scales**2 * frequencies * np.tanh(z / 2) / 2
    return np.sinh(z) if method == -1 else scales * np.sqrt(frequencies) * np.sinh(z / 2)


def logistic_run(
    start: ArrayLike, scales: ArrayLike, frequencies: ArrayLike, rates: ArrayLike, steps: int, method: str | float
) -> Array:
    """Final excess loss sum pi log cosh(z / 2) over the initial one, (schedules, rates, runs); start z_0, (runs, d).

    Orthogonal features of scale a_i and frequency pi_i, label fraction 1/2; overflow is divergence, an infinite loss.
    """
    a, pi, z0 = (np.asarray(x, float) for x in (scales, frequencies, start))
    eta0 = np.asarray(rates, float)[:, None, None]
    ends = []
    with np.errstate(over="ignore", invalid="ignore"):
        for decay in SCHEDULES:
            z = np.tile(z0, (eta0.size, 1, 1))
            for t in range(steps):
                z -= eta0 * schedule(decay, t, steps) * direction(z, method, a, pi)
            loss = log_cosh(z) @ pi / (log_cosh(z0) @ pi)
            ends.append(np.where(np.isfinite(loss), loss, np.inf))
    return np.stack(ends)


def logistic_path(
    start: ArrayLike,
    scales: ArrayLike,
    frequencies: ArrayLike,
    rate: float,
    steps: int,
    method: str | float,
    decay: str,
) -> Array:
    """Relative excess loss after every step of one learning rate and schedule, (T + 1, runs); as `logistic_run`."""
    a, pi, z = (np.array(x, float) for x in (scales, frequencies, start))
    losses = [log_cosh(z) @ pi]
    for t in range(steps):
        z = z - rate * schedule(decay, t, steps) * direction(z, method, a, pi)
        losses.append(log_cosh(z) @ pi)
    return np.stack(losses) / losses[0]


def converges(W: ArrayLike, rates: ArrayLike, power: float, steps: int = 4000) -> NDArray[np.bool_]:
    """Whether |z| has fallen below its start W after T steps at a constant rate (c = 1 for GN^(-1/2))."""
    start = np.asarray(W, float)
    z, rates = start + np.zeros(np.broadcast_shapes(start.shape, np.shape(rates))), np.asarray(rates, float)
    with np.errstate(over="ignore", invalid="ignore"):
        for _ in range(steps):
            z = z - rates * (np.sinh(z) if power == -1 else np.sinh(z / 2))
        return np.abs(z) < start * (1 - 1e-3)


def logistic_time(
    W: float, power: float, rates: ArrayLike, second: float, ratio: float, accuracy: float, limit: int
) -> Array:
    """Steps until both coordinates, from W and z_2, are within `accuracy` at each constant rate; `limit` if never."""
    eta, scale = np.asarray(rates, float)[:, None], np.array([1.0, ratio])
    z, times = np.tile([W, second], (eta.size, 1)), np.full(eta.size, limit, float)
    with np.errstate(over="ignore", invalid="ignore"):
        for t in range(1, limit + 1):
            z = z - eta * (np.sinh(z) if power == -1 else scale * np.sinh(z / 2))
            done = (np.abs(z) <= accuracy).all(axis=1) & (times == limit)
            times[done] = t
            if t > times.min() + 1:  # only the fastest rate is asked for
                break
    return times
