"""Full-batch instances that decouple into scalars: the block instance and diagonal logistic regression."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optclaims.science.domain import broadcastable, finite, integer, nonnegative, one_of, positive, vector

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


def _blocks(eigenvalues: ArrayLike, start: ArrayLike, lr: ArrayLike) -> tuple[Array, Array, Array]:
    """Eigenvalues (blocks,), lr (n, 1, 1) and starts (runs, blocks)."""
    lam = vector("eigenvalues", positive("eigenvalues", eigenvalues))
    lr = vector("lr", nonnegative("lr", lr))
    return lam, lr[:, None, None], finite("start", start, shape=(None, lam.size))


def coefficients(eigenvalues: ArrayLike, start: ArrayLike, lr: ArrayLike, steps: int, decay: str, method: str) -> Array:
    """Block coefficients c_k, (lr, runs, blocks), after T steps of "gn" (c - eta lambda c) or "adam" (c - eta sign
    c).

    start: (runs, blocks); decay: one of `SCHEDULES`.

    Domain: start signed; lr any length

    >>> coefficients([1.0, 0.5], [[1.0, 1.0]], lr=[0.5], steps=2, decay="constant", method="gn")
    array([[[0.25  , 0.5625]]])
    """
    lam, eta0, start = _blocks(eigenvalues, start, lr)
    steps, decay = integer("steps", steps, low=1, shape=()), one_of("decay", decay, SCHEDULES)
    method = one_of("method", method, ("gn", "adam"))
    c = np.tile(start, (eta0.size, 1, 1))
    with np.errstate(over="ignore", invalid="ignore"):
        for t in range(steps):
            c -= eta0 * schedule(decay, t, steps) * (lam * c if method == "gn" else np.sign(c))
    return c


def block_run(eigenvalues: ArrayLike, start: ArrayLike, lr: ArrayLike, steps: int, method: str) -> Array:
    """Final loss over the initial one, (schedules, lr, runs): sum of lambda c^2; start (runs, blocks).

    Infinite where the loss overflows, in both this and `descend`; a run that comes back is not lost.

    Domain: start signed; lr any length

    >>> block_run([1.0, 0.5], [[1.0, 1.0]], lr=[0.5, 1.0], steps=1, method="gn").round(4)
    array([[[0.3542],
            [0.0833]],
           [[0.3542],
            [0.0833]]])
    """
    lam, _, start = _blocks(eigenvalues, start, lr)
    with np.errstate(over="ignore", invalid="ignore"):
        ends = [(coefficients(lam, start, lr, steps, s, method) ** 2) @ lam / (start**2 @ lam) for s in SCHEDULES]
    return np.stack(ends)


def sign_descent(start: ArrayLike, lr: float, steps: int) -> Array:
    """Largest |c| after every step of c <- c - eta_0 (1 - t / T) sign c, (T + 1, ...); the last axis is maximised
    over.

    Domain: start signed, any shape

    >>> sign_descent([1.0, -0.5], lr=0.5, steps=2)
    array([1.  , 0.5 , 0.25])
    """
    c, lr = np.array(finite("start", start, shape=(..., None))), nonnegative("lr", lr, shape=())
    steps = integer("steps", steps, low=1, shape=())
    history = [np.abs(c).max(axis=-1)]
    for t in range(steps):
        c = c - lr * (1 - t / steps) * np.sign(c)
        history.append(np.abs(c).max(axis=-1))
    return np.stack(history)


def log_cosh(z: ArrayLike) -> Array:
    """log cosh(z / 2), exact for small z and finite for large z, infinite only where z is.

    Domain: z signed, any shape

    >>> log_cosh([0.0, 1e-8, 2000.0])
    array([0.00000000e+00, 1.25000000e-17, 9.99306853e+02])
    """
    return _log_cosh(finite("z", z))


def _log_cosh(z: ArrayLike) -> Array:
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


def _logistic(start: ArrayLike, scales: ArrayLike, frequencies: ArrayLike, method: str | float) -> tuple:
    """Starts (runs, d), scales (d,), frequencies (d,) and the method, checked."""
    a = vector("scales", positive("scales", scales))
    pi = positive("frequencies", frequencies, shape=a.shape)
    if not isinstance(method, str):
        method = float(finite("method", method, shape=()))
    method = one_of("method", method, ("adam", 0.0, -1.0, -0.5))
    return finite("start", start, shape=(None, a.size)), a, pi, method


def logistic_run(
    start: ArrayLike, scales: ArrayLike, frequencies: ArrayLike, lr: ArrayLike, steps: int, method: str | float
) -> Array:
    """Final excess loss sum pi log cosh(z / 2) over the initial one, (schedules, lr, runs); start z_0, (runs, d).

    Orthogonal features of scale a_i and frequency pi_i, label fraction 1/2; overflow is divergence, an infinite loss.
    method: "adam", or the power 0, -1/2 or -1.

    Domain: start signed; lr any length

    >>> logistic_run([[1.0, 1.0]], [1.0, 2.0], [0.5, 0.5], lr=[0.1, 0.2, 0.3], steps=4, method="adam").shape
    (2, 3, 1)
    """
    z0, a, pi, method = _logistic(start, scales, frequencies, method)
    steps = integer("steps", steps, low=1, shape=())
    eta0 = vector("lr", nonnegative("lr", lr))[:, None, None]
    ends = []
    with np.errstate(over="ignore", invalid="ignore"):
        for decay in SCHEDULES:
            z = np.tile(z0, (eta0.size, 1, 1))
            for t in range(steps):
                z -= eta0 * schedule(decay, t, steps) * direction(z, method, a, pi)
            loss = _log_cosh(z) @ pi / (_log_cosh(z0) @ pi)
            ends.append(np.where(np.isfinite(loss), loss, np.inf))
    return np.stack(ends)


def logistic_path(
    start: ArrayLike,
    scales: ArrayLike,
    frequencies: ArrayLike,
    lr: float,
    steps: int,
    method: str | float,
    decay: str,
) -> Array:
    """Relative excess loss after every step of one learning rate and schedule, (T + 1, runs); as `logistic_run`.

    Domain: start signed

    >>> path = logistic_path([[1.0, 1.0]], [1.0, 2.0], [0.5, 0.5], 0.1, steps=2, method="adam", decay="constant")
    >>> path.ravel().round(4)
    array([1.    , 0.7325, 0.5091])
    """
    z, a, pi, method = _logistic(start, scales, frequencies, method)
    lr, decay = nonnegative("lr", lr, shape=()), one_of("decay", decay, SCHEDULES)
    steps = integer("steps", steps, low=1, shape=())
    losses = [_log_cosh(z) @ pi]
    for t in range(steps):
        z = z - lr * schedule(decay, t, steps) * direction(z, method, a, pi)
        losses.append(_log_cosh(z) @ pi)
    return np.stack(losses) / losses[0]


def _half_or_whole(power: float) -> float:
    """The power of GN^-1 or GN^(-1/2)."""
    return one_of("power", float(finite("power", power, shape=())), (-1.0, -0.5))


def converges(W: ArrayLike, lr: ArrayLike, power: float, steps: int = 4000) -> NDArray[np.bool_]:
    """Whether |z| has fallen below its start W after T steps at a constant rate (c = 1 for GN^(-1/2)).

    power: -1 or -1/2.

    Domain: W, lr any shape; power signed

    >>> converges([2.0], lr=[0.5, 2.0, 9.0], power=-1)  # critical at 4 / sinh 2 = 1.1
    array([ True, False, False])
    """
    start, lr, power = np.asarray(positive("W", W)), np.asarray(nonnegative("lr", lr)), _half_or_whole(power)
    steps, z = integer("steps", steps, low=1, shape=()), start + np.zeros(broadcastable(W=start, lr=lr))
    with np.errstate(over="ignore", invalid="ignore"):
        for _ in range(steps):
            z = z - lr * (np.sinh(z) if power == -1 else np.sinh(z / 2))
        return np.abs(z) < start * (1 - 1e-3)


def logistic_time(
    W: float, power: float, lr: ArrayLike, second: float, ratio: float, accuracy: float, limit: int
) -> Array:
    """Steps until both coordinates, from W and z_2, are within `accuracy` at each constant rate; `limit` if never.

    power: -1 or -1/2.

    Domain: power signed; lr any length

    >>> logistic_time(2.0, power=-1, lr=[0.1, 0.5, 9.0], second=1.0, ratio=1.0, accuracy=1e-3, limit=500)
    array([ 70.,  10., 500.])
    """
    power, limit = _half_or_whole(power), integer("limit", limit, low=1, shape=())
    numbers = {"W": W, "second": second, "ratio": ratio, "accuracy": accuracy}
    W, second, ratio, accuracy = (positive(name, value, shape=()) for name, value in numbers.items())
    eta, scale = vector("lr", nonnegative("lr", lr))[:, None], np.array([1.0, ratio])
    z, times = np.tile([W, second], (eta.size, 1)), np.full(eta.size, limit, float)
    with np.errstate(over="ignore", invalid="ignore"):
        for t in range(1, limit + 1):
            z = z - eta * (np.sinh(z) if power == -1 else scale * np.sinh(z / 2))
            done = (np.abs(z) <= accuracy).all(axis=1) & (times == limit)
            times[done] = t
            if np.all((times < limit) | ~np.isfinite(z).all(axis=1)):
                break
    return times
