"""Errors of gradient flow and SDE in the second moment of SGD on ``w^2/2`` at time 1, noise of variance 1."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optclaims.science import domain
from optclaims.science.quadratics import noise

__all__ = ["last_slope", "second_moments", "weak_errors"]

Array = NDArray[np.float64]


def second_moments(start: float, steps: ArrayLike) -> Array:
    """Return ``E w_N^2`` of SGD after N steps of size 1/N, for each N of steps (n,), by the exact recursion.

    Domain: start signed; steps any length.

    >>> second_moments(2.0, [1, 2])
    array([1.    , 0.5625])
    """
    start = domain.finite("start", start, ())
    steps = domain.integer("steps", steps, low=1, shape=(None,))
    return np.array([noise.variances(1.0, [int(n)], 1 / n, start=start**2)[0, 0] for n in steps])


def weak_errors(start: float, steps: ArrayLike, sde_noise: ArrayLike | None = None) -> tuple[Array, Array]:
    r"""Return the second moments less those of gradient flow, $e^{-2}w_0^2$, and of the SDE, each (n,).

    sde_noise: variance of the SDE's noise, h = 1/N by default. Then $e^{-2}w_0^2 + h(1-e^{-2})/2$ is the SDE's moment.

    Domain: start signed; steps any length; sde_noise any shape.

    >>> [error.round(3).tolist() for error in weak_errors(0.0, [10])]
    [[0.046], [0.003]]
    """
    moments = second_moments(start, steps)
    h = 1 / np.asarray(steps) if sde_noise is None else np.asarray(domain.nonnegative("sde_noise", sde_noise))
    flow = np.exp(-2.0) * start**2
    return moments - flow, moments - flow - h * (1 - np.exp(-2.0)) / 2


def last_slope(values: ArrayLike) -> float:
    """Return the base-2 logarithm of the ratio of the last two values in size: the order, where steps double.

    Domain: values signed.

    >>> last_slope([1.0, -0.5, 0.125])
    2.0
    """
    values = domain.vector("values", values)
    domain.positive("size of the values", np.abs(values[-2:]), (2,))
    return float(np.log2(np.abs(values[-2] / values[-1])))
