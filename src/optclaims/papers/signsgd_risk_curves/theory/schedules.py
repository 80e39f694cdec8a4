"""Learning rates that follow the risk: matching SGD to signSGD, undoing the normalisation, greedy schedules.

Each is a function eta(R) to be used as rate in `signsgd_risk` or `sgd_risk` (as `lambda t, R: ...`), or evaluated on a
solved curve to give a simulation its learning rates.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq

from optclaims.papers.signsgd_risk_curves.theory.covariance import arcsine_law, deviations
from optclaims.papers.signsgd_risk_curves.theory.noise import Gaussian, Noise
from optclaims.science.domain import finite, nonnegative, positive

__all__ = [
    "effective_rate",
    "greedy_sgd_rate",
    "greedy_sign_rate",
    "greedy_sign_rate_general",
    "order_flip_risk",
    "rescaled_rate",
]


def effective_rate(lr: float, risk: ArrayLike, noise: Gaussian) -> NDArray[np.float64]:
    """Learning rate that gives SGD the drift of signSGD on isotropic Gaussian data: (2 / pi) eta / sqrt(2 P), eq. (14).

    2 P = 2 R + v^2 > 0. The equation's number is recalled; the drift follows from F1 of any Gaussian noise.

    Domain: risk any shape

    >>> float(effective_rate(np.pi, risk=0.375, noise=Gaussian(0.5)))
    2.0
    """
    return 2 / np.pi * positive("lr", lr, shape=()) / np.sqrt(_twice_full(risk, noise))


def rescaled_rate(lr: float, risk: ArrayLike, noise: Gaussian) -> NDArray[np.float64]:
    """The inverse of `effective_rate`: (pi / 2) eta sqrt(2 P) makes signSGD as fast as SGD with learning rate eta.

    Domain: risk any shape

    >>> float(rescaled_rate(2 / np.pi, risk=1.875, noise=Gaussian(0.5)))
    2.0
    """
    return np.pi / 2 * positive("lr", lr, shape=()) * np.sqrt(_twice_full(risk, noise))


def _twice_full(risk: ArrayLike, noise: Gaussian) -> NDArray[np.float64]:
    """2 P = 2 R + v^2 of Gaussian noise."""
    if not isinstance(noise, Gaussian):
        raise ValueError(f"noise must be Gaussian, got {noise!r}: the drift depends on its law")
    twice = 2 * np.asarray(nonnegative("risk", risk)) + noise.variance
    if np.any(twice == 0):
        raise ValueError("risk must be positive without noise, got 0")
    return twice


def greedy_sign_rate(noise: Noise, risk: ArrayLike) -> NDArray[np.float64]:
    """Rate of steepest descent of the risk of signSGD for K = I: 2 R phi(R) / sqrt(2 R).

    The risk then falls as dR/dt = -(4 / pi^2) psi^2 R^2 / P. Section 4.2, eq. (24) (recalled).

    Domain: risk any shape

    >>> round(float(greedy_sign_rate(Gaussian(0.0), risk=0.5)), 4)  # 2 / pi
    0.6366
    """
    risk = np.asarray(nonnegative("risk", risk))
    return np.sqrt(2 * risk) * noise.phi(risk)


def greedy_sgd_rate(noise: Noise, risk: ArrayLike) -> NDArray[np.float64]:
    """Rate of steepest descent of the risk of SGD for K = I: R / P, hence dR/dt = -R^2 / P.

    Domain: risk any shape

    >>> float(greedy_sgd_rate(Gaussian(1.0), risk=0.5))
    0.5
    """
    risk = np.asarray(positive("risk", risk))
    return risk / (risk + finite("noise variance", noise.variance) / 2)


def greedy_sign_rate_general(noise: Noise, covariance: ArrayLike, delta: ArrayLike) -> float:
    """Rate of steepest descent of signSGD's mean risk at delta (d,) for any covariance.

    eta* = 2 d phi / sqrt(2 R) sum_i lambda_i r_i / Tr(K K_sigma), where sum_i lambda_i r_i = |D^(-1/2) K delta|^2 / 2.

    Domain: delta signed

    >>> one = greedy_sign_rate_general(Gaussian(0.0), covariance=[1.0, 1.0], delta=[1.0, 0.0])
    >>> round(one, 4)  # 2 / pi, as `greedy_sign_rate` at R = 1 / 2
    0.6366
    """
    K, K_sigma, D = finite("covariance", covariance), arcsine_law(covariance), deviations(covariance)
    delta = finite("delta", delta, shape=D.shape)
    if not delta.any():
        raise ValueError("delta must not vanish, got zeros: at the optimum there is no descent")
    K = np.diag(K) if K.ndim == 1 else K
    R = delta @ K @ delta / 2
    decrease = np.sum((K @ delta) ** 2 / D) / 2
    return float(2 * delta.size * noise.phi(R) / np.sqrt(2 * R) * decrease / np.sum(K * K_sigma))


def order_flip_risk(noise: Noise, threshold: float = np.pi / 2) -> float:
    """Risk R* below which greedy signSGD descends faster than greedy SGD for K = I: psi(R*) = pi / 2, the threshold.

    Raises ValueError where psi does not fall through the threshold between R = 1e-12 and 1e6 (Gaussian noise, for one).

    >>> from optclaims.papers.signsgd_risk_curves.theory.noise import Laplace
    >>> round(order_flip_risk(Laplace(0.5**0.5)), 4)
    0.0069
    """
    positive("threshold", threshold, shape=())

    def gap(log_risk: float) -> float:
        return float(noise.psi(np.exp(log_risk))) - threshold

    low, high = np.log(1e-12), np.log(1e6)
    if gap(low) <= 0 or gap(high) >= 0:
        raise ValueError(f"threshold must be one that psi falls through, got {threshold:g}: the order does not change")
    return float(np.exp(brentq(gap, low, high, xtol=1e-12)))
