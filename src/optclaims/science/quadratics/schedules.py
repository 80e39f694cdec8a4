r"""Schedules of learning rate and momentum: what `residuals` and `variances` take as arrays of one number a step."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optclaims.science import domain
from optclaims.science.quadratics.optimal import contraction

__all__ = ["chebyshev", "dynamic_momentum", "nesterov_gamma", "nesterov_t"]

Array = NDArray[np.float64]


def chebyshev(mu: float, L: float, steps: int) -> tuple[Array, Array]:
    r"""Return lr and momentum (steps,) of the semi-iteration whose residual is ``T_n(y(l)) / T_n(y(0))``.

    ``y(l) = (L + mu - 2 l) / (L - mu)``. With ``omega_1 = 1`` and ``omega_n = 2 y(0) T_{n-1}(y(0)) / T_n(y(0))``: lr
    ``2 omega_n / (mu + L)`` and momentum ``omega_n - 1``, without look-ahead. It tends to the best heavy ball.
    Raises ValueError unless ``0 < mu < L``. Source: Golub and Varga 1961 (recalled), derived.

    >>> chebyshev(1.0, 9.0, 2)
    (array([0.2       , 0.29411765]), array([0.        , 0.47058824]))
    """
    steps = domain.integer("steps", steps, low=0, shape=())
    q = contraction(mu, L)
    if q == 0:
        raise ValueError(f"L must exceed mu = {mu}, got {L}")
    n = np.arange(1, steps + 1)
    omega = np.where(n == 1, 1.0, (1 + q**2) * (1 + q ** (2 * (n - 1))) / (1 + q ** (2 * n)))
    return omega * 2 / (mu + L), omega - 1


def nesterov_gamma(steps: int, inverse_kappa: float, first: float = 1.0) -> Array:
    r"""Return ``gamma_1 .. gamma_{steps}`` of Nesterov's estimate sequence.

    ``gamma_{n+1} = 1/2 [(1/kappa - gamma_n^2) + sqrt((1/kappa - gamma_n^2)^2 + 4 gamma_n^2)]``, the positive root of
    ``gamma^2 = (1 - gamma) gamma_n^2 + gamma / kappa``; it tends to ``1 / sqrt(kappa)``.
    Raises ValueError for steps below 1, inverse_kappa outside [0, 1] or a first value that is not positive.
    Source: Nesterov 2004; Benning 2021, chapter on momentum.

    >>> nesterov_gamma(3, 0.0)
    array([1.        , 0.61803399, 0.45588678])
    """
    steps = domain.integer("steps", steps, low=1, shape=())
    inverse_kappa = float(domain.probability("inverse_kappa", inverse_kappa, shape=()))
    gamma = np.empty(steps)
    gamma[0] = domain.positive("first", first, ())
    for n in range(steps - 1):
        shift = inverse_kappa - gamma[n] ** 2
        gamma[n + 1] = (shift + np.sqrt(shift**2 + 4 * gamma[n] ** 2)) / 2
    return gamma


def dynamic_momentum(gamma: ArrayLike) -> Array:
    r"""Return ``beta_n = gamma_n (1 - gamma_n) / (gamma_{n+1} + gamma_n^2)``, one fewer than there are gammas.

    ``beta_n`` multiplies ``w_n - w_{n-1}``, and ``beta_1 = 0`` from ``gamma_1 = 1``: a run starts with a step of
    gradient descent and then uses beta_1, so the schedule of a run is ``0, beta_1, beta_2, ...``.
    Raises ValueError for numbers that are not positive. Source: Benning 2021, chapter on momentum.

    >>> dynamic_momentum(nesterov_gamma(3, 0.0))
    array([0.        , 0.28175353])
    """
    gamma = np.asarray(domain.positive("gamma", gamma, (None,)), dtype=float)
    return gamma[:-1] * (1 - gamma[:-1]) / (gamma[1:] + gamma[:-1] ** 2)


def nesterov_t(steps: int) -> Array:
    r"""Return ``t_1 .. t_{steps}``: ``t_{n+1} = (1 + sqrt(1 + 4 t_n^2)) / 2`` from ``t_1 = 1``.

    For convex functions ``beta_n = (t_n - 1) / t_{n+1}``; ``gamma_n = 1 / t_n`` at ``1/kappa = 0``.
    Raises ValueError for steps below 1. Source: Nesterov 1983.

    >>> nesterov_t(3)
    array([1.        , 1.61803399, 2.19352709])
    """
    t = np.ones(domain.integer("steps", steps, low=1, shape=()))
    for n in range(len(t) - 1):
        t[n + 1] = (1 + np.sqrt(1 + 4 * t[n] ** 2)) / 2
    return t
