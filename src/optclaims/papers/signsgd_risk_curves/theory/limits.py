"""Where the curves end and how fast they arrive: limiting risks, stability edges, rates of convergence."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq

from optclaims.papers.signsgd_risk_curves.theory.covariance import Modes, averaged_condition, deviations
from optclaims.papers.signsgd_risk_curves.theory.noise import Gaussian, Noise, density_of
from optclaims.science.domain import increasing, nonnegative, one_of, positive, vector

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


def limit_risk(noise: Noise, lr: float, mean_deviation: float) -> float:
    """Limiting risk of signSGD: the root of 2 sqrt(2 R) phi(R) = eta Tr(D) / d, for any noise law.

    mean_deviation: Tr(D) / d; the correlations drop out. Derived; for Gaussian noise the paper's Theorem 3 (recalled).

    >>> round(limit_risk(Gaussian(0.0), lr=0.8, mean_deviation=0.5), 6)  # pi^2 / 32 * 0.16
    0.049348
    """
    target = positive("lr", lr, shape=()) * positive("mean_deviation", mean_deviation, shape=())

    def gap(log_risk: float) -> float:
        R = np.exp(log_risk)
        return 2 * np.sqrt(2 * R) * float(noise.phi(R)) - target

    # Without noise R = (pi target)^2 / 32, and noise only adds to it; the left side grows in R without bound.
    low = 2 * np.log(np.pi * target) - np.log(32) - 1e-3
    high = low + 1
    while gap(high) < 0:
        high += 2
    return float(np.exp(brentq(gap, low, high, xtol=1e-14, rtol=1e-14)))


def gaussian_limit_risk(noise: Gaussian, lr: float, mean_deviation: float) -> float:
    """Theorem 3 in closed form: c (c + sqrt(c^2 + v^2)) with c = pi eta Tr(D) / (8 d).

    >>> gaussian_limit_risk(Gaussian(4.0), lr=24 / np.pi, mean_deviation=1.0)  # c = 3: 3 (3 + 5)
    24.0
    """
    c = np.pi * positive("lr", lr, shape=()) * positive("mean_deviation", mean_deviation, shape=()) / 8
    return float(c * (c + np.hypot(c, _gaussian(noise).deviation)))


def _gaussian(noise: Noise) -> Gaussian:
    if not isinstance(noise, Gaussian):
        raise ValueError(f"noise must be Gaussian, got {noise!r}")
    return noise


def noiseless_limit_risk(lr: float, mean_deviation: float) -> float:
    """pi^2 eta^2 (Tr D / d)^2 / 32: quadratic in the learning rate.

    >>> round(noiseless_limit_risk(lr=4 / np.pi, mean_deviation=2.0), 6)
    2.0
    """
    return float(
        (np.pi * positive("lr", lr, shape=()) * positive("mean_deviation", mean_deviation, shape=())) ** 2 / 32
    )


def small_rate_limit_risk(noise: Noise, lr: float, mean_deviation: float) -> float:
    """Limit of small learning rates, eta Tr(D) / d sqrt(pi / 128) / f(0), with f(0) the noise density at 0.

    Raises ValueError for a law whose density at 0 is not known, zero or infinite: there is no such limit then.

    >>> round(small_rate_limit_risk(Gaussian(1.0), lr=0.01, mean_deviation=1.0), 6)  # pi / 800, as c v for small c
    0.003927
    """
    density = positive("density of the noise", density_of(noise))
    lr, mean_deviation = positive("lr", lr, shape=()), positive("mean_deviation", mean_deviation, shape=())
    return float(lr * mean_deviation * np.sqrt(np.pi / 128) / density)


def sgd_limit_risk(noise: Noise, lr: float, mean_variance: float) -> float:
    """Limiting risk of SGD, (eta tau v^2 / 4) / (1 - eta tau / 2), tau = Tr(K) / d; infinite from eta tau = 2 on.

    Raises ValueError for noise of infinite variance.

    >>> sgd_limit_risk(Gaussian(2.0), lr=0.5, mean_variance=2.0)
    2.0
    """
    load = positive("lr", lr, shape=()) * positive("mean_variance", mean_variance, shape=()) / 2
    variance = nonnegative("noise variance", noise.variance)
    return float(load * variance / 2 / (1 - load)) if load < 1 else float("inf")


def rescaled_sign_limit_risk(noise: Gaussian, lr: float) -> float:
    """Limiting risk for K = I of signSGD with steps (pi / 2) eta sqrt(2 P) sign(g); infinite from 8 / pi^2 on.

    >>> round(rescaled_sign_limit_risk(Gaussian(2.0), lr=4 / np.pi**2), 6)  # SGD at eta = 1
    2.0
    """
    return sgd_limit_risk(_gaussian(noise), np.pi**2 / 4 * positive("lr", lr, shape=()), 1.0)


def noiseless_decay(lr: float, start: float, times: ArrayLike) -> NDArray[np.float64]:
    """m = sqrt(2 R) without noise for K = I: dm/dt = -2 eta / pi + eta^2 / (2 m), solved through its inverse t(m).

    With a = 2 eta / pi and floor f = pi eta / 4: a t = m_0 - m + f log((m_0 - f) / (m - f)) for m_0 > f. start: m_0;
    times: increasing, (k,), of which 0 is the start. Returns (k,).

    >>> noiseless_decay(lr=0.1, start=1.0, times=[0.0, 5.0, 500.0]).round(4)  # ends at pi eta / 4
    array([1.    , 0.7112, 0.0785])
    """
    lr, start = positive("lr", lr, shape=()), positive("start", start, shape=())
    times = increasing("times", times, low=0)
    a, floor = 2 * lr / np.pi, np.pi * lr / 4
    if start <= floor:
        raise ValueError(f"start must lie above the floor {floor:g}, got {start:g}")

    def at(t: float) -> float:
        # In the unknown y = log(m - f), which stays well scaled down to the floor.
        elapsed = lambda y: start - floor - np.exp(y) + floor * (np.log(start - floor) - y) - a * t  # noqa: E731
        top = np.log(start - floor)
        return floor + np.exp(brentq(elapsed, top - a * t / floor - 1, top, xtol=1e-14))

    return np.array([at(t) if t > 0 else start for t in times])


def sign_rate_for(risk: float, noise: Noise, mean_deviation: float) -> float:
    """Learning rate at which signSGD's limiting risk is the given one.

    >>> round(sign_rate_for(24.0, Gaussian(4.0), mean_deviation=1.0) * np.pi, 6)  # see `gaussian_limit_risk`
    24.0
    """
    risk, mean_deviation = positive("risk", risk, shape=()), positive("mean_deviation", mean_deviation, shape=())
    return float(2 * np.sqrt(2 * risk) * noise.phi(risk) / mean_deviation)


def sgd_rate_for(risk: float, noise: Noise, mean_variance: float) -> float:
    """Learning rate at which SGD's limiting risk is the given one.

    >>> sgd_rate_for(2.0, Gaussian(2.0), mean_variance=2.0)  # see `sgd_limit_risk`
    0.5
    """
    risk, mean_variance = positive("risk", risk, shape=()), positive("mean_variance", mean_variance, shape=())
    return float(2 * risk / (mean_variance * (risk + nonnegative("noise variance", noise.variance) / 2)))


def matched_rates(risk: float, noise: Noise, covariance: ArrayLike) -> tuple[float, float]:
    """Learning rates of signSGD and SGD with the same limiting risk, for a covariance (d,) or (d, d).

    >>> sign, sgd = matched_rates(24.0, Gaussian(4.0), covariance=[1.0, 1.0])
    >>> round(sign * np.pi, 6), sgd
    (24.0, 1.5)
    """
    D = deviations(covariance)
    return sign_rate_for(risk, noise, D.mean()), sgd_rate_for(risk, noise, np.mean(D**2))


def convergence_rate(modes: Modes, lr: float, noise: Noise, method: str) -> float:
    """Rate of the approach to the limit: the smallest eigenvalue of minus the Jacobian at the fixed point of the modes.

    method: "sign" (needs a density at 0, like limit_risk) or "sgd". modes as `sign_modes` or `sgd_modes` give them.

    >>> from optclaims.papers.signsgd_risk_curves.theory.covariance import sgd_modes
    >>> ones = np.ones(10)  # for K = I: 2 eta - eta^2
    >>> round(convergence_rate(sgd_modes(ones, ones), lr=0.5, noise=Gaussian(1.0), method="sgd"), 6)
    0.75
    """
    lr, method = positive("lr", lr, shape=()), one_of("method", method, ("sign", "sgd"))
    decay, forcing, _ = modes
    d = decay.size
    if method == "sign":
        R = limit_risk(noise, lr, float(np.sum(forcing / decay)) / d)  # sum(s) = Tr D
        step = 1e-5 * R
        speed = lambda R: 2 * lr * float(noise.phi(R)) / np.sqrt(2 * R)  # noqa: E731
        through_risk = -(speed(R + step) - speed(R - step)) / (2 * step)
        r = lr**2 / (2 * d) * forcing / (speed(R) * decay)
        jacobian = -speed(R) * np.diag(decay) + np.outer(through_risk * decay * r, np.ones(d))
    else:
        jacobian = -2 * lr * np.diag(decay) + np.outer(lr**2 / d * forcing, np.ones(d))
    return float(np.min(-np.linalg.eigvals(jacobian).real))


def speed_ratio(noise: Noise, sign_eigenvalues: ArrayLike, sgd_eigenvalues: ArrayLike) -> float:
    """Rate of signSGD over SGD at a matched small limiting risk: (4 / pi^2) psi(0)^2 kappa(K) / kappa(D^-1 K).

    kappa is the averaged condition number, Tr A / (d lambda_min). Source: section 4.3 and Theorem 4 (recalled) for
    Gaussian noise, psi(0) = 1; derived for general noise.

    Raises ValueError for a law whose density at 0 is not known, or whose variance is infinite.

    >>> round(speed_ratio(Gaussian(1.0), sign_eigenvalues=[1.0, 2.0], sgd_eigenvalues=[1.0, 5.0]), 4)  # (4 / pi^2) 2
    0.8106
    """
    nonnegative("noise variance", noise.variance)
    sign_eigenvalues = vector("sign_eigenvalues", positive("sign_eigenvalues", sign_eigenvalues))
    sgd_eigenvalues = positive("sgd_eigenvalues", sgd_eigenvalues, shape=sign_eigenvalues.shape)
    ratio = averaged_condition(sgd_eigenvalues) / averaged_condition(sign_eigenvalues)
    return 4 / np.pi**2 * noise.psi_at_zero() ** 2 * ratio
