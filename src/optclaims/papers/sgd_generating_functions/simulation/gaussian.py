"""Sampled mini-batch SGD with momentum on fresh Gaussian features."""

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

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

    ``v' = beta v - (alpha/b) sum_i psi_i (psi_i . w)``, ``w' = w + v'`` with b fresh ``psi ~ N(0, diag(lambda))`` a step, from
    ``w_k = sqrt(q_k / lambda_k)``, ``v = 0``.

    Args:
        eigenvalues: lambda, shape ``(d,)``.
        density: q, shape ``(d,)``.
        times: increasing numbers of steps.
        lr: alpha.
        momentum: beta.
        batch: b.
        runs: independent runs, each with a stream of its own.
        rng: generator that spawns the streams.
    """
    scale = np.sqrt(np.asarray(eigenvalues, dtype=float))
    start = np.sqrt(np.asarray(density, dtype=float))
    steps = np.asarray(times, dtype=np.int64)
    out = np.empty((runs, steps.size))
    for run, stream in enumerate(rng.spawn(runs)):
        _run(scale, start, lr, momentum, batch, steps, stream, out[run])
    return out


@njit(cache=True, fastmath={"reassoc", "contract", "nsz"})
def _run(scale, start, lr, momentum, batch, steps, stream, out):
    # In the whitened variable u = sqrt(lambda) w the features are sqrt(lambda) times standard normals g.
    u, p, g, gradient = start.copy(), np.zeros_like(start), np.empty_like(start), np.empty_like(start)
    t = 0
    for i in range(steps.size):
        while t < steps[i]:
            gradient[:] = 0
            for _ in range(batch):
                projection = 0.0
                for k in range(u.size):
                    g[k] = stream.standard_normal()
                for k in range(u.size):
                    projection += g[k] * u[k]
                for k in range(u.size):
                    gradient[k] += projection * g[k]
            for k in range(u.size):
                p[k] = momentum * p[k] - lr / batch * scale[k] ** 2 * gradient[k]
                u[k] += p[k]
            t += 1
        out[i] = 0.5 * np.sum(u * u)
