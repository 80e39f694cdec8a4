r"""Independent gradients: C with probability p, else -n (Theorem 3, and the stochastic problem of section 3)."""

import math

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq

from optclaims.science import domain

__all__ = [
    "critical_gradient",
    "large_probability",
    "random_sign_regret",
    "reflected_mean",
    "reflected_rate",
    "stochastic_drift",
]


SLOWEST = 1 - 1e-5  # of the averaging constants: the drift sums over 40 / (1 - beta) steps of memory


def large_probability(large: ArrayLike, delta: float) -> np.ndarray:
    """``p = (1 + delta) / (C + 1)`` of Theorem 3 (recalled), so that the mean gradient is ``p C - (1 - p) = delta``.

    Raises ValueError unless 0 < delta < C.

    Domain: large any shape.

    >>> float(large_probability(9.0, 1.0))
    0.2
    """
    large = np.asarray(domain.positive("large", large), dtype=float)
    delta = domain.positive("delta", delta, shape=())
    if np.any(large <= delta):
        raise ValueError(f"delta must be below every large gradient, got {delta} against {large.min()}")
    return (1 + delta) / (large + 1)


def stochastic_drift(
    large: float, probability: float, beta1: float, beta2: float, small: float = 1.0, eps: float = 0.0, nodes: int = 400
) -> float:
    r"""Stationary mean displacement of Adam per step and unit step size, ``d = -E[m / sqrt(v + eps)]``.

    From ``v^{-1/2} = pi^{-1/2} int_0^inf u^{-1/2} e^{-uv} du`` and independence, with ``w_k = (1 - beta2) beta2^k``,
    ``phi_k = p e^{-u w_k C^2} + (1-p) e^{-u w_k n^2}``, ``psi_j = p C e^{-u w_j C^2} - (1-p) n e^{-u w_j n^2}``:
    ``d = -pi^{-1/2} int u^{-1/2} e^{-u eps} (prod_k phi_k) (1-beta1) sum_j beta1^j psi_j / phi_j du``. Source: ours.
    Trapezoidal rule in ``ln u``, which converges faster than any power of the number of nodes here.
    Needs C > n and betas up to 1 - 1e-5.

    >>> round(stochastic_drift(1010.0, 0.01, 0.9, 0.99, small=10.0), 8)
    0.05913896
    """
    small = domain.positive("small", small, shape=())
    large = domain.within("large", large, small, math.inf, "()", shape=())
    probability = domain.probability("probability", probability, "()", shape=())
    beta1 = domain.within("beta1", beta1, 0, SLOWEST, shape=())
    beta2 = domain.within("beta2", beta2, 0, SLOWEST, shape=())
    eps = domain.nonnegative("eps", eps, shape=())
    nodes = domain.integer("nodes", nodes, low=10, high=10_000, shape=())
    # cutting off u < u_0 costs 2 sqrt(u_0 / pi) times the mean gradient, some 1e-10
    s = np.linspace(math.log(1e-20 / (large**2 + eps)), math.log(800 / small**2), nodes)
    k = np.arange(math.ceil(40 / (1 - max(beta1, beta2))))
    weights = (1 - beta2) * float(beta2) ** k
    # e^{-u n^2 sum w} is taken out of every factor, so that nothing underflows before the logarithms are summed
    log_product, momentum = np.zeros(nodes), np.zeros(nodes)
    for first in range(0, k.size, 2048):
        part = slice(first, first + 2048)
        rare = probability * np.exp(-np.exp(s)[:, None] * weights[part] * (large**2 - small**2))
        phi = rare + (1 - probability)
        log_product += np.log(phi).sum(axis=1)
        momentum += ((large * rare - small * (1 - probability)) / phi) @ (float(beta1) ** k[part])
    log_product -= np.exp(s) * (small**2 * weights.sum() + eps)
    integrand = np.exp(0.5 * s + log_product) * (1 - beta1) * momentum
    return float(-np.trapezoid(integrand, s) / math.sqrt(math.pi))


def critical_gradient(delta: float, beta1: float, beta2: float) -> float:
    """Return the C (with n = 1 and mean gradient delta) beyond which Adam drifts to the wrong wall. Source: ours.

    Raises ValueError where no C up to some 10^8 is large enough.

    >>> round(critical_gradient(0.2, 0.0, 0.9), 4)
    5.056
    """
    domain.positive("delta", delta, shape=())

    def objective(log_excess: float) -> float:
        C = 1 + delta + math.exp(log_excess)
        return stochastic_drift(C, float(large_probability(C, delta)), beta1, beta2)

    low, high = math.log(1e-3), math.log(10.0)
    while objective(high) < 0:
        low, high = high, high + 1
        if high > 20:
            raise ValueError(f"beta2 must let the drift change its sign, got {delta=}, {beta1=}, {beta2=}")
    return 1 + delta + math.exp(brentq(objective, low, high, xtol=1e-10))


def reflected_rate(large: float, probability: float, small: float = 1.0) -> float:
    r"""Positive root of ``p e^{-theta C} + (1-p) e^{theta n} = 1``: the decay rate of the walk's stationary tail.

    For the walk ``y -> max(0, y - g)``: AMSGrad with a frozen vhat, in units of the step ``alpha / sqrt(vhat)``;
    diffusion approximation ``2 mu / sigma^2``. Raises ValueError unless the mean gradient is positive. Source: ours.

    >>> round(1 / reflected_rate(1010.0, 0.01, small=10.0))  # the paper's problem
    25416
    """
    large = domain.positive("large", large, shape=())
    probability = domain.probability("probability", probability, "()", shape=())
    small = domain.positive("small", small, shape=())
    mean = probability * large - (1 - probability) * small
    if mean <= 0:
        raise ValueError(f"large must give a positive mean gradient (else no stationary law), got a mean of {mean}")

    def objective(theta: float) -> float:
        return probability * math.expm1(-theta * large) + (1 - probability) * math.expm1(theta * small)

    low = mean / (probability * large**2 + (1 - probability) * small**2)
    return brentq(objective, low, math.log1p(1 / (1 - probability)) / small, xtol=1e-16, rtol=1e-12)


def reflected_mean(rate: ArrayLike) -> np.ndarray:
    """Mean of the density proportional to ``exp(-rate y)`` on [0, 2]: ``1/rate - 2 / (e^{2 rate} - 1)``, rate (...).

    Where the rate is small, ``1 - rate/3 + rate^3/45``, since the two terms cancel.

    Domain: rate any shape.

    >>> reflected_mean([1e-9, 1.0]).round(4)
    array([1.   , 0.687])
    """
    rate = np.asarray(domain.positive("rate", rate), dtype=float)
    with np.errstate(over="ignore"):
        exact = 1 / rate - 2 / np.expm1(2 * rate)
    return np.where(rate < 1e-3, 1 - rate / 3 + rate**3 / 45, exact)


def random_sign_regret(dimension: int, T: int) -> float:
    r"""``E R_T = d E|S_T|`` for independent fair signs, whatever the learner; exactly, and about ``d sqrt(2 T / pi)``.

    ``E|S_T| = 2 n binom(2n, n) / 4^n`` with n = ceil(T/2); from n = 1000 on by Stirling's series, good to 1e-15.
    Source: ours.

    >>> random_sign_regret(2, 3)
    3.0
    """
    dimension = domain.integer("dimension", dimension, low=1, shape=())
    n = (domain.integer("T", T, low=1, shape=()) + 1) // 2
    if n < 1000:
        return dimension * 2 * n * (math.comb(2 * n, n) / 4**n)
    series = 1 - 1 / (8 * n) + 1 / (128 * n**2) + 5 / (1024 * n**3) - 21 / (32768 * n**4)
    return dimension * 2 * math.sqrt(n / math.pi) * series
