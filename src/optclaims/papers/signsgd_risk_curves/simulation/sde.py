"""Homogenised signSGD: the stochastic differential equation that the paper sets beside signSGD (Theorem 1, recalled).

    d Theta = -eta phi(R) / sqrt(2 R) D^-1 K (Theta - theta*) dt + eta sqrt(K_sigma / d) dB.

As written the noise has the second moment K_sigma of sign(g). Its covariance is K_sigma - mu mu' with the mean
mu = phi / sqrt(2 R) D^-1 K delta, and |mu| does not vanish as d grows: `corrected` uses that (our observation).
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optclaims.science.domain import covariance as checked_covariance
from optclaims.science.domain import finite, function, increasing, integer, nonnegative, positive, vector
from optclaims.science.normals import BLOCK, fill_rows, states

__all__ = ["sign_hsgd"]

BATCH = 250  # runs advanced together: their arrays stay in a second-level cache


def sign_hsgd(
    covariance: ArrayLike,
    start: ArrayLike,
    slope: Callable[[NDArray[np.float64]], NDArray[np.float64]],
    lr: float,
    record: ArrayLike,
    step: float,
    runs: int,
    rng: np.random.Generator,
    *,
    corrected: bool,
    noise_scale: float = 1.0,
) -> NDArray[np.float64]:
    """Excess risks (runs, len(record)) by Euler-Maruyama with the given time step, after the recorded numbers of steps.

    covariance: (d,) or (d, d). start: delta, (d,). slope: R -> phi(R) / sqrt(2 R), vectorised. record: increasing, 0
    being the start. corrected: use the covariance of sign(g) instead of its second moment. noise_scale multiplies the
    noise (1 is the equation).

    Domain: start signed; record any length

    >>> drift = lambda R: 2 / np.pi / np.sqrt(2 * R + 0.25)
    >>> rng = np.random.default_rng(0)
    >>> sign_hsgd(np.ones(30), np.full(30, 0.2), drift, 0.3, [0, 5, 10], 0.1, runs=4, rng=rng, corrected=True).shape
    (4, 3)
    """
    if np.ndim(covariance) == 1:
        K = vector("covariance", positive("covariance", covariance))
    else:
        K = checked_covariance("covariance", covariance)
    start, record = finite("start", start, shape=(len(K),)), integer("record", increasing("record", record, low=0))
    lr, step = positive("lr", lr, shape=()), positive("step", step, shape=())
    runs, noise_scale = integer("runs", runs, low=1, shape=()), nonnegative("noise_scale", noise_scale, shape=())
    function("slope", slope)
    d, diagonal = start.size, K.ndim == 1
    D = np.sqrt(K if diagonal else np.diag(K))
    root = None if diagonal else np.linalg.cholesky(2 / np.pi * np.arcsin(np.clip(K / np.outer(D, D), -1, 1)))
    whiten = None if diagonal else np.linalg.inv(root)
    size = noise_scale * lr * np.sqrt(step / d)
    streams, width = states(rng, runs), -(-d // BLOCK) * BLOCK
    risks = np.empty((runs, record.size))
    for first in range(0, runs, BATCH):
        last = min(first + BATCH, runs)
        delta = np.tile(start, (last - first, 1))
        z = np.empty((last - first, width), np.float32)
        for k in range(record[-1] + 1):
            K_delta = delta * K if diagonal else delta @ K
            R = np.einsum("rd,rd->r", delta, K_delta) / 2
            risks[first:last, record == k] = R[:, None]
            mean = slope(R)[:, None] * K_delta / D  # mu, (runs, d)
            fill_rows(streams[first:last], z)
            noise = z[:, :d].astype(float)
            if corrected:
                noise = shrink_along(noise, mean if diagonal else mean @ whiten.T)
            delta += size * (noise if diagonal else noise @ root.T) - lr * step * mean
    return risks


def shrink_along(z: NDArray[np.float64], direction: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn white noise z (runs, d) into noise of covariance I - m m', with m (runs, d) of length below 1."""
    squared = np.minimum(np.einsum("rd,rd->r", direction, direction), 1.0)
    factor = (1 - np.sqrt(1 - squared)) / np.maximum(squared, 1e-300)
    return z - (factor * np.einsum("rd,rd->r", direction, z))[:, None] * direction
