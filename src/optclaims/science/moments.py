"""Second moments of mini-batch SGD with momentum on a quadratic, one compiled recursion for many settings at once.

Mini-batch SGD ``v' = -alpha grad L_B(w) + beta v``, ``w' = w + v'`` on ``L(w) = 1/2 sum_k lambda_k w_k^2`` keeps the
second moments closed when the covariance of the gradient noise is replaced by ``gamma (tau1 Tr[H C] H - tau2 H C H)``
(Velikanov, Kuznedelev, Yarotsky, ICLR 2023, "spectrally expressible" noise).  With ``c, j, p = lambda_k E(w_k^2, w_k
v_k, v_k^2)`` and ``x = alpha lambda_k``::

    h = beta j - x c        m = x^2 c - 2 beta x j + beta^2 p + gamma x^2 (tau1 sum_l c_l - tau2 c)
    c' = c + 2 h + m        j' = h + m        p' = m        L(t) = 1/2 sum_k c_k

Position and velocity are kept, not two positions: slow modes move by less than a rounding error of their position a
step.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optclaims.science.domain import (
    at_least,
    broadcastable,
    finite,
    increasing,
    integer,
    nonnegative,
    positive,
    probability,
    vector,
    within,
)
from optclaims.science.kernels import njit

__all__ = ["CAP", "losses", "noise_factor"]

CAP = 1e250
"""A loss above this many times the starting loss ends its row; the rest of the row is infinite."""

# Sums may be reordered (that is what vectorises them); infinities must survive, so the remaining fast-math flags stay
# off.
_REORDER = {"reassoc", "contract", "nsz"}


def noise_factor(batch: ArrayLike, samples: float | None = None) -> NDArray[np.float64]:
    """Share ``gamma`` of the one-sample gradient noise that a batch leaves.

    ``gamma = (N - b) / ((N - 1) b)`` for ``b`` of ``N`` samples drawn without replacement, ``gamma = 1/b`` for fresh
    samples (``samples=None``).

    Domain: batch any shape

    Raises:
        ValueError: a batch below 1 or larger than the data set.

    >>> noise_factor([1, 5, 10], samples=10).round(3), float(noise_factor(4))
    (array([1.   , 0.111, 0.   ]), 0.25)
    """
    batch = np.asarray(at_least("batch", batch, 1))
    if samples is None:
        return 1 / batch
    samples = at_least("samples", samples, 1, shape=())
    if np.any(batch > samples):
        raise ValueError(f"batch must be at most the {samples:g} samples of the data set, got {batch.max():g}")
    return (samples - batch) / (max(samples - 1, 1) * batch)


def losses(
    eigenvalues: ArrayLike,
    density: ArrayLike,
    times: ArrayLike,
    *,
    lr: ArrayLike,
    momentum: ArrayLike,
    gamma: ArrayLike,
    tau1: ArrayLike = 1.0,
    tau2: ArrayLike = 1.0,
    weights: ArrayLike | None = None,
) -> NDArray[np.float64]:
    """Mean losses ``L(t)`` of the spectrally expressible recursion at the given times, shape ``rows + (len(times),)``.

    Args:
        eigenvalues: ``lambda_k >= 0``, shape ``(n,)``.
        density: initial loss density ``q_k = lambda_k E w_k(0)^2``, so that ``L(0) = 1/2 sum_k weights_k q_k``.
        times: increasing numbers of steps; memory does not depend on them, only on how many there are.
        lr: ``alpha > 0``; it is broadcast with momentum, gamma, tau1 and tau2 to the shape ``rows``.
        momentum: ``beta`` in (-1, 1); the learning rate stands inside the velocity.
        gamma: noise factor in [0, 1], see `noise_factor`.
        tau1: weight of ``Tr[H C] H`` in the noise.
        tau2: weight of ``-H C H`` in the noise.
        weights: multiplicity of each eigenvalue (quadrature weights of a compressed spectrum), 1 by default.

    Returns:
        Losses in float64; a row that exceeds `CAP` times its start is infinite from then on, never NaN.

    Domain: lr, momentum, gamma, tau1, tau2 any shape; momentum, tau2 signed

    Raises:
        ValueError: parameters outside their range, arrays that do not match, times that are not increasing integers.

    >>> losses([1.0, 0.5], [1.0, 1.0], times=[0, 1, 10], lr=0.5, momentum=0.0, gamma=0.0, weights=[1.0, 1.0])
    array([1.        , 0.40625   , 0.00158608])
    """
    eigenvalues = vector("eigenvalues", nonnegative("eigenvalues", eigenvalues))
    density = nonnegative("density", density, shape=eigenvalues.shape)
    weights = np.ones_like(eigenvalues) if weights is None else positive("weights", weights, shape=eigenvalues.shape)
    eigenvalues, weights = np.ascontiguousarray(eigenvalues), np.ascontiguousarray(weights)
    steps = integer("times", increasing("times", times, low=0))
    setting = {
        "lr": positive("lr", lr),
        "momentum": within("momentum", momentum, -1, 1, "()"),
        "gamma": probability("gamma", gamma),
        "tau1": nonnegative("tau1", tau1),
        "tau2": finite("tau2", tau2),
    }
    broadcastable(**setting)
    rows = [np.asarray(a, dtype=float) for a in np.broadcast_arrays(*setting.values())]
    start = weights * density
    columns = [np.ascontiguousarray(a.ravel()) for a in rows]
    out = np.empty((columns[0].size, steps.size))
    _run_rows(eigenvalues, start, weights, *columns, steps, CAP, out)
    return out.reshape((*rows[0].shape, steps.size))


@njit(cache=True, fastmath=_REORDER, error_model="numpy")
def _step(c, j, p, x, own, kick, beta, total):
    """One step of every mode in place, returns the new sum of c (the weights are folded into the state)."""
    square, double, sum_c = beta * beta, -2 * beta, 0.0
    for k in range(c.size):
        h = beta * j[k] - x[k] * c[k]
        m = own[k] * c[k] + double * (x[k] * j[k]) + square * p[k] + kick[k] * total
        new = c[k] + 2 * h + m
        c[k], j[k], p[k] = new, h + m, m
        sum_c += new
    return sum_c


@njit(cache=True, fastmath=_REORDER, error_model="numpy")
def _run_rows(eigenvalues, start, weights, lr, momentum, gamma, tau1, tau2, steps, cap, out):
    for row in range(lr.size):
        x = lr[row] * eigenvalues
        own = x * x * (1 - gamma[row] * tau2[row])
        kick = gamma[row] * tau1[row] * x * x * weights
        c, j, p = start.copy(), np.zeros_like(start), np.zeros_like(start)
        total = start.sum()
        limit, t = cap * total, 0
        out[row] = np.inf
        for i in range(steps.size):
            while t < steps[i] and total <= limit:
                total = _step(c, j, p, x, own, kick, momentum[row], total)
                t += 1
            if not total <= limit:
                break
            out[row, i] = total / 2
