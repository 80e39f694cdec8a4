"""Exact moments of the companion process that the simulation runs beside RMSprop and Adam as a control variate.

The companion divides by the root of the mean of v instead of v itself, which makes it linear in the noise. Its own
distance to the SDE is of the same order as the algorithm's but with another constant, so it proves nothing alone.
"""

import numpy as np
from numpy.typing import NDArray

from optclaims.science import domain

__all__ = ["companion_moments"]


def companion_moments(
    h: float, drift: float, sd: float, beta1: float, beta2: float, rates: NDArray[np.float64], start: NDArray
) -> dict[str, float]:
    r"""Return exact E theta, E theta^2, E v, E m, E m^2 after len(rates) steps of the companion.

    $m \leftarrow \beta_1 m + (1-\beta_1)(h\theta + \text{drift} + \text{sd}\,z)$, $\theta \leftarrow \theta - a_k m$,
    $v \leftarrow \beta_2 v + (1-\beta_2)(\text{drift} + \text{sd}\,z)^2$ for any z of mean 0 and variance 1.
    rates: $a_k$, (steps,). start: deterministic (theta, m, v). Raises ValueError for averages outside of [0, 1],
    a negative sd or v, and numbers that are not finite.
    Domain: h, drift, rates signed.

    >>> moments = companion_moments(1.0, 0.0, 1.0, 0.0, 0.9, np.full(2, 0.5), np.array([1.0, 0.0, 1.0]))
    >>> float(moments["theta"])
    0.25
    """
    domain.finite("h", h, ()), domain.finite("drift", drift, ()), domain.nonnegative("sd", sd, ())
    domain.probability("beta1", beta1, "[)", ()), domain.probability("beta2", beta2, "[]", ())
    rates, (theta, m, v) = domain.vector("rates", rates), domain.vector("start", start, 3)
    domain.nonnegative("start[2], the second moment,", v)
    x = 1 - beta1
    mean, covariance, keep = np.array([theta, m]), np.zeros((2, 2)), beta2 ** len(rates)
    for a in rates:
        A = np.array([[1 - a * x * h, -a * beta1], [x * h, beta1]])
        b = x * np.array([-a, 1.0])
        mean = A @ mean + b * drift
        covariance = A @ covariance @ A.T + sd**2 * np.outer(b, b)
    second = mean**2 + np.diag(covariance)
    v = keep * v + (1 - keep) * (drift**2 + sd**2)
    return {"theta": mean[0], "theta2": second[0], "v": v, "m": mean[1], "m2": second[1]}
