r"""Second moments of stochastic methods on a quadratic: additive noise, averaged iterates, Gaussian least squares.

In one eigendirection a two-step method with noise of variance ``s^2`` in each gradient is

    e_{n+1} = trace e_n - det e_{n-1} + lr xi_n,      E xi^2 = s^2,

so the three second moments of ``(e_n, e_{n-1})`` obey an exact linear recursion: nothing has to be sampled.
Noise that grows with the distance (mini-batches) keeps the moments closed for Gaussian inputs; `optclaims.science.
moments` has the family of noises for which they stay diagonal.
Sources: textbook algebra (Benning 2021, chapter on SGD; Polyak and Juditsky 1992), derived anew.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optclaims.science import domain
from optclaims.science.kernels import njit
from optclaims.science.quadratics.two_step import schedule, stable, trace_and_determinant

__all__ = [
    "averaged_variances",
    "least_squares_covariance",
    "least_squares_factor",
    "stationary_variance",
    "variances",
]

Array = NDArray[np.float64]


def stationary_variance(
    eigenvalues: ArrayLike, lr: ArrayLike, momentum: ArrayLike = 0.0, lookahead: ArrayLike = 0.0, noise: ArrayLike = 1.0
) -> Array:
    r"""Return ``lim E e_n^2 = lr^2 s^2 (1 + det) / [(1 - det) ((1 + det)^2 - trace^2)]``.

    For gradient descent ``lr s^2 / (l (2 - lr l))``, for a heavy ball
    ``lr (1 + beta) s^2 / [l (1 - beta) (2 (1 + beta) - lr l)]``.
    eigenvalues: curvatures l; noise: variance ``s^2 >= 0`` of the gradient; all arguments broadcast.
    Raises ValueError where the method is not `stable` (there is no stationary law) or noise is negative.
    Domain: eigenvalues, lr, noise any shape; momentum, lookahead signed any shape.

    >>> float(stationary_variance(1.0, 0.5))
    0.3333333333333333
    """
    given = {"eigenvalues": eigenvalues, "lr": lr, "momentum": momentum, "lookahead": lookahead, "noise": noise}
    domain.broadcastable(**given)
    x = np.asarray(domain.positive("eigenvalues", eigenvalues)) * np.asarray(domain.positive("lr", lr))
    if not np.all(stable(x, momentum, lookahead)):
        raise ValueError(f"lr, momentum and lookahead must be stable at all eigenvalues, got {given}; see `stable`")
    trace, det = trace_and_determinant(x, momentum, lookahead)
    kick = np.asarray(lr, dtype=float) ** 2 * np.asarray(domain.nonnegative("noise", noise))
    return kick * (1 + det) / ((1 - det) * ((1 + det) ** 2 - trace**2))


def variances(
    eigenvalues: ArrayLike,
    times: ArrayLike,
    lr: ArrayLike,
    momentum: ArrayLike = 0.0,
    lookahead: ArrayLike = 0.0,
    noise: ArrayLike = 1.0,
    start: ArrayLike = 0.0,
) -> Array:
    r"""Return ``E e_n^2`` at the given times, shape (times, modes), from a start at rest; exact.

    eigenvalues, noise (variance ``s^2`` of the gradient), start (``e_0^2``): numbers or (modes,); times: increasing
    numbers of steps; lr, momentum, lookahead: numbers, or one a step, shape (times[-1],).
    Raises ValueError for values that are not finite, negative lr, noise or start, times that do not increase.
    Domain: eigenvalues signed any shape; momentum, lookahead signed; noise, start any shape.

    >>> variances(1.0, [0, 1, 200], lr=0.5, noise=1.0, start=4.0).ravel()
    array([4.        , 1.25      , 0.33333333])
    """
    times, columns = _arguments(times, eigenvalues, noise=noise, start=start)
    rates = _schedules(times, lr=lr, momentum=momentum, lookahead=lookahead)
    out = np.empty((times.size, columns[0].size))
    _variances(*columns, *rates, times, out)
    return out


def averaged_variances(
    eigenvalues: ArrayLike, times: ArrayLike, lr: ArrayLike, noise: ArrayLike = 1.0, start: ArrayLike = 0.0
) -> Array:
    r"""Return ``E ((e_1 + ... + e_N) / N)^2`` of SGD at the given times ``N >= 1``, shape (times, modes); exact.

    Its limit times N is ``s^2 / l^2`` for constant steps and for ``n^{-a}``, ``1/2 <= a < 1``. Arguments and errors
    as for `variances`, and times start at 1.
    Domain: eigenvalues signed any shape; noise, start any shape.

    >>> (averaged_variances(1.0, [1000, 100000], lr=0.1).ravel() * [1000, 100000]).round(4)
    array([0.9863, 0.9999])
    """
    times, columns = _arguments(times, eigenvalues, noise=noise, start=start)
    if times[0] < 1:
        raise ValueError(f"times of an average must start at 1 or later, got {times[0]}")
    (rates,) = _schedules(times, lr=lr)
    out = np.empty((times.size, columns[0].size))
    _averages(*columns, rates, times, out)
    return out


def least_squares_factor(lr: ArrayLike, batch: ArrayLike, dimension: int) -> Array:
    r"""Return ``E |e_{n+1}|^2 / |e_n|^2 = 1 - 2h + h^2 (1 + (d + 1) / m)`` of SGD on least squares without label noise.

    The loss is ``1/2 E (x.e)^2``, ``x ~ N(0, I_d)``, with m fresh samples a step.
    Stable iff ``h < 2m / (m + d + 1)``; least at half of that: ``(d + 1) / (m + d + 1)``.
    Raises ValueError for values out of range. Source: fourth moments of normals (Wick), derived.
    Domain: lr, batch any shape.

    >>> float(least_squares_factor(0.5, 1, 2))
    1.0
    """
    h, m = (np.asarray(domain.positive(name, value)) for name, value in (("lr", lr), ("batch", batch)))
    domain.broadcastable(lr=h, batch=m)
    return 1 - 2 * h + h**2 * (1 + (domain.integer("dimension", dimension, low=1, shape=()) + 1) / m)


def least_squares_covariance(
    eigenvalues: ArrayLike, start: ArrayLike, times: ArrayLike, lr: float, batch: float, noise: float = 0.0
) -> Array:
    r"""Return the diagonal of ``C = E e e^T`` at the given times for SGD on Gaussian least squares, (times, modes).

    ``C' = C - h (S C + C S) + h^2 [(1 + 1/m) S C S + S tr(S C) / m + s^2 S / m]`` with ``S = diag(eigenvalues)`` the
    covariance of the inputs, m fresh samples a batch and labels with noise of variance ``s^2``.
    start: diagonal of C at the start, (modes,); a C that is not diagonal changes neither the diagonal nor the loss.
    Raises ValueError for values out of range. Source: fourth moments of normals (Wick), derived.
    Domain: eigenvalues signed.

    >>> least_squares_covariance([1.0], [1.0], [1], lr=0.1, batch=1)
    array([[0.83]])
    """
    times, (S, C) = _arguments(times, eigenvalues, start=start)
    h, m = (float(domain.positive(name, value, ())) for name, value in (("lr", lr), ("batch", batch)))
    s2 = float(domain.nonnegative("noise", noise, ()))
    out = np.empty((times.size, S.size))
    n = 0
    for i, time in enumerate(times):
        for _ in range(n, time):
            C = C - 2 * h * S * C + h**2 * ((1 + 1 / m) * S**2 * C + S * (S @ C) / m + s2 * S / m)
        n, out[i] = time, C
    return out


def _arguments(times, eigenvalues, **moments) -> tuple[NDArray[np.int64], list[Array]]:
    """Check, and return times and the vectors of one length."""
    steps = domain.integer("times", domain.increasing("times", np.atleast_1d(times), low=0))
    columns = {"eigenvalues": domain.vector("eigenvalues", np.atleast_1d(eigenvalues))}
    columns |= {name: domain.nonnegative(name, np.atleast_1d(moment), (None,)) for name, moment in moments.items()}
    domain.broadcastable(**columns)
    return steps, [np.array(column, dtype=float) for column in np.broadcast_arrays(*columns.values())]


def _schedules(times, **rates) -> list[Array]:
    domain.nonnegative("lr", rates["lr"])
    return [np.ascontiguousarray(schedule(name, values, int(times[-1]))) for name, values in rates.items()]


@njit(cache=True)
def _variances(eigenvalues, noise, start, lr, momentum, lookahead, times, out):
    for k in range(eigenvalues.size):
        p = c = q = start[k]  # E e_n^2, E e_n e_{n-1}, E e_{n-1}^2
        n = 0
        for i in range(times.size):
            while n < times[i]:
                x = lr[n] * eigenvalues[k]
                trace, det = 1 + momentum[n] - x * (1 + lookahead[n]), momentum[n] - x * lookahead[n]
                kick = lr[n] * lr[n] * noise[k]
                p, c, q = trace * trace * p - 2 * trace * det * c + det * det * q + kick, trace * p - det * c, p
                n += 1
            out[i, k] = p


@njit(cache=True)
def _averages(eigenvalues, noise, start, lr, times, out):
    for k in range(eigenvalues.size):
        p, c, total = start[k], 0.0, 0.0  # E e_n^2, E e_n S_n, E S_n^2 with S_n = e_1 + ... + e_n
        n = 0
        for i in range(times.size):
            while n < times[i]:
                keep = 1 - lr[n] * eigenvalues[k]
                p = keep * keep * p + lr[n] * lr[n] * noise[k]
                total += 2 * keep * c + p
                c = keep * c + p
                n += 1
            out[i, k] = total / (n * n)
