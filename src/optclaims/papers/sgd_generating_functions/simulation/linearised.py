"""Sampled mini-batch SGD with momentum in output space: a linear model on a finite data set, many runs."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optclaims.science.domain import broadcastable, increasing, integer, positive, shape, symmetric, vector, within
from optclaims.science.kernels import njit

__all__ = ["DIVERGED", "sampled_losses"]

DIVERGED = 1e30
"""A run whose loss exceeds this many times its start has diverged; it reports this multiple from then on."""


def sampled_losses(
    kernel: ArrayLike,
    error: ArrayLike,
    times: ArrayLike,
    *,
    lr: ArrayLike,
    momentum: ArrayLike,
    batch: ArrayLike,
    rng: np.random.Generator,
    runs: int = 1,
) -> NDArray[np.float64]:
    """Losses ``L = |d|^2 / (2N)`` of ``p <- beta p - alpha K[:, B] d[B] / b``, ``d <- d + p`` at the given times.

    Batches are b distinct samples, drawn anew each step.

    Args:
        kernel: K, shape ``(N, N)``, symmetric.
        error: initial error, shape ``(N,)``.
        times: increasing numbers of steps, 0 being the start.
        lr: alpha; broadcast with momentum and batch to the shape ``rows``.
        momentum: beta.
        batch: b.
        rng: random stream of all runs.
        runs: runs of each row.

    Returns:
        shape ``rows + (runs, len(times))``; finite, see `DIVERGED`.

    Domain: kernel, error, momentum signed; lr, momentum, batch any shape

    Raises:
        ValueError: a batch that is empty or larger than the data set, momentum outside (-1, 1), a kernel that is not
            symmetric or of another size than the error, times that do not increase.

    >>> kernel, rng = [[2.0, 1.0], [1.0, 2.0]], np.random.default_rng(0)
    >>> sampled_losses(kernel, [1.0, 1.0], [0, 1, 2], lr=0.5, momentum=0.0, batch=2, rng=rng)  # d' = d / 4
    array([[0.5      , 0.03125  , 0.00195312]])
    """
    error = vector("error", error)
    kernel = symmetric("kernel", shape("kernel", kernel, (error.size, error.size)))
    steps = integer("times", increasing("times", times, low=0))
    lr, momentum = positive("lr", lr), within("momentum", momentum, -1, 1, "()")
    batch, runs = integer("batch", batch, low=1, high=error.size), integer("runs", runs, low=1, shape=())
    broadcastable(lr=lr, momentum=momentum, batch=batch)
    lr, momentum, batch = np.broadcast_arrays(lr, momentum, batch)
    out = np.empty((lr.size, runs, steps.size))
    for row, setting in enumerate(zip(lr.flat, momentum.flat, batch.flat, strict=True)):
        _run_all(kernel, error, float(setting[0]), float(setting[1]), int(setting[2]), steps, rng, out[row])
    return out.reshape(*lr.shape, runs, steps.size)


@njit(cache=True, fastmath={"reassoc", "contract", "nsz"}, error_model="numpy")
def _run(kernel, error, lr, momentum, batch, steps, stream, out):
    n = error.size
    d, p, order = error.copy(), np.zeros_like(error), np.arange(n)
    start = np.sum(d * d)
    t = 0
    for i in range(steps.size):
        while t < steps[i]:
            p *= momentum
            # The batch is chosen first: the gradient is that of the errors before the step.
            for m in range(batch):
                other = m + int(stream.random() * (n - m))
                order[m], order[other] = order[other], order[m]
            for m in range(batch):
                push = -lr / batch * d[order[m]]
                row = kernel[order[m]]
                for l in range(n):  # noqa: E741
                    p[l] += push * row[l]
            d += p
            t += 1
            if not np.sum(d * d) <= DIVERGED * start:
                out[i:] = DIVERGED * start / (2 * n)
                return
        out[i] = np.sum(d * d) / (2 * n)


@njit(cache=True)
def _run_all(kernel, error, lr, momentum, batch, steps, stream, out):
    for run in range(out.shape[0]):
        _run(kernel, error, lr, momentum, batch, steps, stream, out[run])
