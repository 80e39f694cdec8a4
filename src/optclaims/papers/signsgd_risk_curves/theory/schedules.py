"""Learning rates that follow the risk: matching SGD to signSGD, undoing the normalisation, greedy schedules.

Each is a function eta(R) to be used as rate in `signsgd_risk` or `sgd_risk` (as `lambda t, R: ...`), or evaluated on a
solved curve to give a simulation its learning rates.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq

from optclaims.papers.signsgd_risk_curves.theory.covariance import arcsine_law, deviations
from optclaims.papers.signsgd_risk_curves.theory.noise import Noise

__all__ = [
    "effective_rate",
    "greedy_sgd_rate",
    "greedy_sign_rate",
    "greedy_sign_rate_general",
    "order_flip_risk",
    "rescaled_rate",
]


def effective_rate(rate: float, risk: ArrayLike, variance: float) -> NDArray[np.float64]:
    """Learning rate that gives SGD the drift of signSGD on isotropic Gaussian data: (2 / pi) eta / sqrt(2 P), eq. (14).

    2 P = 2 R + v^2. The equation's number is recalled; the drift follows from F1 of any Gaussian noise.
    """
    return 2 / np.pi * rate / np.sqrt(2 * np.asarray(risk, float) + variance)


def rescaled_rate(rate: float, risk: ArrayLike, variance: float) -> NDArray[np.float64]:
    """The inverse of `effective_rate`: (pi / 2) eta sqrt(2 P) makes signSGD as fast as SGD with learning rate eta."""
    return np.pi / 2 * rate * np.sqrt(2 * np.asarray(risk, float) + variance)


def greedy_sign_rate(noise: Noise, risk: ArrayLike) -> NDArray[np.float64]:
    """Rate of steepest descent of the risk of signSGD for K = I: 2 R phi(R) / sqrt(2 R).

    The risk then falls as dR/dt = -(4 / pi^2) psi^2 R^2 / P. Section 4.2, eq. (24) (recalled).
    """
    risk = np.asarray(risk, float)
    return np.sqrt(2 * risk) * noise.phi(risk)


def greedy_sgd_rate(variance: float, risk: ArrayLike) -> NDArray[np.float64]:
    """Rate of steepest descent of the risk of SGD for K = I: R / P, hence dR/dt = -R^2 / P."""
    risk = np.asarray(risk, float)
    return risk / (risk + variance / 2)


def greedy_sign_rate_general(noise: Noise, covariance: ArrayLike, delta: ArrayLike) -> float:
    """Rate of steepest descent of signSGD's mean risk at delta (d,) for any covariance.

    eta* = 2 d phi / sqrt(2 R) sum_i lambda_i r_i / Tr(K K_sigma), where sum_i lambda_i r_i = |D^(-1/2) K delta|^2 / 2.
    """
    K, delta = np.asarray(covariance, float), np.asarray(delta, float)
    K_sigma, D = arcsine_law(K), deviations(K)
    K = np.diag(K) if K.ndim == 1 else K
    R = delta @ K @ delta / 2
    decrease = np.sum((K @ delta) ** 2 / D) / 2
    return float(2 * delta.size * noise.phi(R) / np.sqrt(2 * R) * decrease / np.sum(K * K_sigma))


def order_flip_risk(noise: Noise, threshold: float = np.pi / 2) -> float:
    """Risk R* below which greedy signSGD descends faster than greedy SGD for K = I: psi(R*) = pi / 2, the threshold.

    Raises ValueError where psi does not fall through the threshold between R = 1e-12 and 1e6 (Gaussian noise, for one).
    """

    def gap(log_risk: float) -> float:
        return float(noise.psi(np.exp(log_risk))) - threshold

    low, high = np.log(1e-12), np.log(1e6)
    if gap(low) <= 0 or gap(high) >= 0:
        raise ValueError("psi does not fall through the threshold: the order of the two methods does not change")
    return float(np.exp(brentq(gap, low, high, xtol=1e-12)))
