"""Where the curves end and how fast they arrive: limiting risks, stability edges, rates of convergence."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq

from optclaims.papers.signsgd_risk_curves.theory.covariance import Modes, averaged_condition, deviations
from optclaims.papers.signsgd_risk_curves.theory.noise import Noise

__all__ = [
    "RESCALED_SIGN_EDGE",
    "convergence_rate",
    "gaussian_limit_risk",
    "limit_risk",
    "matched_rates",
    "noiseless_decay",
    "noiseless_limit_risk",
    "rescaled_sign_limit_risk",
    "sgd_limit_risk",
    "sgd_rate_for",
    "sign_rate_for",
    "small_rate_limit_risk",
    "speed_ratio",
]

RESCALED_SIGN_EDGE = 8 / np.pi**2
"""Largest rate at which signSGD with steps multiplied by (pi / 2) sqrt(2 P) is stable for K = I; SGD's edge is 2."""


def limit_risk(noise: Noise, rate: float, mean_deviation: float) -> float:
    """Limiting risk of signSGD: the root of 2 sqrt(2 R) phi(R) = eta Tr(D) / d, for any noise law.

    mean_deviation: Tr(D) / d; the correlations drop out. Derived; for Gaussian noise the paper's Theorem 3 (recalled).
    """
    target = rate * mean_deviation

    def gap(log_risk: float) -> float:
        R = np.exp(log_risk)
        return 2 * np.sqrt(2 * R) * float(noise.phi(R)) - target

    # Without noise R = (pi target)^2 / 32, and noise only adds to it; the left side grows in R without bound.
    low = 2 * np.log(np.pi * target) - np.log(32) - 1e-3
    high = low + 1
    while gap(high) < 0:
        high += 2
    return float(np.exp(brentq(gap, low, high, xtol=1e-14, rtol=1e-14)))


def gaussian_limit_risk(deviation: float, rate: float, mean_deviation: float) -> float:
    """Theorem 3 in closed form: c (c + sqrt(c^2 + v^2)) with c = pi eta Tr(D) / (8 d)."""
    c = np.pi * rate * mean_deviation / 8
    return float(c * (c + np.hypot(c, deviation)))


def noiseless_limit_risk(rate: float, mean_deviation: float) -> float:
    """pi^2 eta^2 (Tr D / d)^2 / 32: quadratic in the learning rate."""
    return float((np.pi * rate * mean_deviation) ** 2 / 32)


def small_rate_limit_risk(noise: Noise, rate: float, mean_deviation: float) -> float:
    """Limit of small learning rates, eta Tr(D) / d sqrt(pi / 128) / f(0), with f(0) the noise density at 0."""
    return float(rate * mean_deviation * np.sqrt(np.pi / 128) / noise.density_at_zero)


def sgd_limit_risk(variance: float, rate: float, mean_variance: float) -> float:
    """Limiting risk of SGD, (eta tau v^2 / 4) / (1 - eta tau / 2), tau = Tr(K) / d; infinite from eta tau = 2 on."""
    load = rate * mean_variance / 2
    return float(load * variance / 2 / (1 - load)) if load < 1 else float("inf")


def rescaled_sign_limit_risk(deviation: float, rate: float) -> float:
    """Limiting risk for K = I of signSGD with steps (pi / 2) eta sqrt(2 P) sign(g); infinite from 8 / pi^2 on."""
    return sgd_limit_risk(deviation**2, np.pi**2 / 4 * rate, 1.0)


def noiseless_decay(rate: float, start: float, times: ArrayLike) -> NDArray[np.float64]:
    """m = sqrt(2 R) without noise for K = I: dm/dt = -2 eta / pi + eta^2 / (2 m), solved through its inverse t(m).

    With a = 2 eta / pi and floor f = pi eta / 4: a t = m_0 - m + f log((m_0 - f) / (m - f)) for m_0 > f.
    """
    a, floor = 2 * rate / np.pi, np.pi * rate / 4
    if start <= floor:
        raise ValueError(f"the start {start} must lie above the floor {floor}")

    def at(t: float) -> float:
        # In the unknown y = log(m - f), which stays well scaled down to the floor.
        elapsed = lambda y: start - floor - np.exp(y) + floor * (np.log(start - floor) - y) - a * t  # noqa: E731
        top = np.log(start - floor)
        return floor + np.exp(brentq(elapsed, top - a * t / floor - 1, top, xtol=1e-14))

    return np.array([at(t) if t > 0 else start for t in np.asarray(times, float)])


def sign_rate_for(risk: float, noise: Noise, mean_deviation: float) -> float:
    """Learning rate at which signSGD's limiting risk is the given one."""
    return float(2 * np.sqrt(2 * risk) * noise.phi(risk) / mean_deviation)


def sgd_rate_for(risk: float, variance: float, mean_variance: float) -> float:
    """Learning rate at which SGD's limiting risk is the given one."""
    return float(2 * risk / (mean_variance * (risk + variance / 2)))


def matched_rates(risk: float, noise: Noise, covariance: ArrayLike) -> tuple[float, float]:
    """Learning rates of signSGD and SGD with the same limiting risk, for a covariance (d,) or (d, d)."""
    D = deviations(covariance)
    return sign_rate_for(risk, noise, D.mean()), sgd_rate_for(risk, noise.variance, np.mean(D**2))


def convergence_rate(modes: Modes, rate: float, noise: Noise, method: str) -> float:
    """Rate of the approach to the limit: the smallest eigenvalue of minus the Jacobian at the fixed point of the modes.

    method: "sign" (needs a density at 0, like limit_risk) or "sgd". modes as `sign_modes` or `sgd_modes` give them.
    """
    decay, forcing, _ = modes
    d = decay.size
    if method == "sign":
        R = limit_risk(noise, rate, float(np.sum(forcing / decay)) / d)  # sum(s) = Tr D
        step = 1e-5 * R
        speed = lambda R: 2 * rate * float(noise.phi(R)) / np.sqrt(2 * R)  # noqa: E731
        through_risk = -(speed(R + step) - speed(R - step)) / (2 * step)
        r = rate**2 / (2 * d) * forcing / (speed(R) * decay)
        jacobian = -speed(R) * np.diag(decay) + np.outer(through_risk * decay * r, np.ones(d))
    else:
        jacobian = -2 * rate * np.diag(decay) + np.outer(rate**2 / d * forcing, np.ones(d))
    return float(np.min(-np.linalg.eigvals(jacobian).real))


def speed_ratio(noise: Noise, sign_eigenvalues: ArrayLike, sgd_eigenvalues: ArrayLike) -> float:
    """Rate of signSGD over SGD at a matched small limiting risk: (4 / pi^2) psi(0)^2 kappa(K) / kappa(D^-1 K).

    kappa is the averaged condition number, Tr A / (d lambda_min). Source: section 4.3 and Theorem 4 (recalled) for
    Gaussian noise, psi(0) = 1; derived for general noise.
    """
    ratio = averaged_condition(sgd_eigenvalues) / averaged_condition(sign_eigenvalues)
    return 4 / np.pi**2 * noise.psi_at_zero() ** 2 * ratio
