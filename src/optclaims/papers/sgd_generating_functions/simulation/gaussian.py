"""Sampled mini-batch SGD with momentum on fresh Gaussian features."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optclaims.science.domain import increasing, integer, nonnegative, positive, within
from optclaims.science.kernels import njit

__all__ = ["sampled_losses"]


def sampled_losses(
    eigenvalues: ArrayLike,
    density: ArrayLike,
    times: ArrayLike,
    *,
    lr: float,
    momentum: float,
    batch: int,
    runs: int,
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """Losses ``1/2 sum_k lambda_k w_k^2`` at the given times, shape ``(runs, len(times))``.

    ``v' = beta v - (alpha/b) sum_i psi_i (psi_i . w)``, ``w' = w + v'`` with b fresh ``psi ~ N(0, diag(lambda))`` a
    step, from ``w_k = sqrt(q_k / lambda_k)``, ``v = 0``.

    With ``psi_i = sqrt(lambda) g_i`` and ``u = sqrt(lambda) w`` the sum is ``sum_i g_i (g_i . u)``.  Only the
    projections ``p_i = g_i . u`` and one normal vector are drawn: given the projections, the part of the sum orthogonal
    to u is normal with variance ``P = sum_i p_i^2``, so the sum is ``P u / |u|^2 + sqrt(P) (xi - u (xi . u) / |u|^2)``,
    in law exactly.

    Args:
        eigenvalues: lambda, shape ``(d,)``.
        density: q, shape ``(d,)``.
        times: increasing numbers of steps, 0 being the start.
        lr: alpha.
        momentum: beta.
        batch: b.
        runs: independent runs.
        rng: random stream of all runs.

    Domain: momentum signed

    Raises:
        ValueError: eigenvalues and density of two lengths or negative, times that do not increase, parameters out of
            range.

    >>> rng = np.random.default_rng(0)
    >>> losses = sampled_losses([1.0, 0.5], [1.0, 1.0], [0, 5, 10], lr=0.1, momentum=0.5, batch=4, runs=7, rng=rng)
    >>> losses.shape, float(losses[0, 0])
    ((7, 3), 1.0)
    """
    eigenvalues = nonnegative("eigenvalues", eigenvalues, shape=(None,))
    start = np.sqrt(nonnegative("density", density, shape=eigenvalues.shape))
    steps = integer("times", increasing("times", times, low=0))
    lr, momentum = positive("lr", lr, shape=()), within("momentum", momentum, -1, 1, "()", shape=())
    batch, runs = integer("batch", batch, low=1, shape=()), integer("runs", runs, low=1, shape=())
    out = np.empty((runs, steps.size))
    _run_all(eigenvalues, start, lr, momentum, batch, steps, rng, out)
    return out


@njit(cache=True, fastmath={"reassoc", "contract", "nsz"})
def _run(eigenvalues, start, lr, momentum, batch, steps, stream, out):
    u, p, xi = start.copy(), np.zeros_like(start), np.empty_like(start)
    t = 0
    for i in range(steps.size):
        while t < steps[i]:
            square = 0.0
            for _ in range(batch):
                square += stream.standard_normal() ** 2
            for k in range(u.size):
                xi[k] = stream.standard_normal()
            norm, along = np.sum(u * u), np.sum(xi * u)
            spread = np.sqrt(square * norm)
            drift = square - spread * along / norm
            for k in range(u.size):
                p[k] = momentum * p[k] - lr / batch * eigenvalues[k] * (drift * u[k] + spread * xi[k])
                u[k] += p[k]
            t += 1
        out[i] = 0.5 * np.sum(u * u)


@njit(cache=True)
def _run_all(eigenvalues, start, lr, momentum, batch, steps, stream, out):
    for run in range(out.shape[0]):
        _run(eigenvalues, start, lr, momentum, batch, steps, stream, out[run])
