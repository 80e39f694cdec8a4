"""Exact mean risk of a fixed preconditioner in stochastic least squares."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optclaims.papers.adam_vs_gauss_newton.theory.second_moments import checked_batch
from optclaims.science.domain import covariance, finite, integer, nonnegative, positive, vector

__all__ = ["RISK_CAP", "matrix_risk", "mode_risk"]

RISK_CAP = 1e250
"""A risk above it stays there. Decaying rates bring back runs that passed 1e17 and more; from here none comes back, as
the next step overflows."""


def matrix_risk(
    H: ArrayLike, start: ArrayLike, power: float, lr: ArrayLike, batch: float, sigma: float, *, wick: float = 1.0
) -> NDArray[np.float64]:
    """Risks tr(H S_t) / 2 at t = 0..T, (T + 1,), of theta <- theta - eta_t diag(H)^p g with Gaussian features.

        S <- S - eta (P H S + S H P) + eta^2 P [(tr(H S) + sigma^2) / B H + (1 + wick / B) H S H] P

    H: (d, d) in the method's basis; start: S_0 = E[delta delta'], (d, d); lr: eta_t, (T,). Source: derived.

    Domain: batch infinite; power, wick signed; lr any length

    >>> matrix_risk(np.eye(2), np.eye(2), power=0.0, lr=[0.1, 0.1, 0.1], batch=4.0, sigma=0.5).round(4)
    array([1.    , 0.8181, 0.6694, 0.5479])
    """
    B, H = checked_batch(batch), covariance("H", H)
    S = covariance("start", finite("start", start, shape=H.shape), definite=False)
    power, wick = finite("power", power, shape=()), finite("wick", wick, shape=())
    lr, sigma = vector("lr", nonnegative("lr", lr)), nonnegative("sigma", sigma, shape=())
    PH = np.diag(H)[:, None] ** power * H
    noise = PH * np.diag(H) ** power  # P H P
    risks = [np.sum(H * S) / 2]
    for eta in lr:
        PHS = PH @ S
        S = S - eta * (PHS + PHS.T) + eta**2 * ((2 * risks[-1] + sigma**2) / B * noise + (1 + wick / B) * PHS @ PH.T)
        risk = np.sum(H * S) / 2
        risks.append(risk if risk < RISK_CAP else RISK_CAP)
        if risks[-1] == RISK_CAP:
            risks += [RISK_CAP] * (len(lr) + 1 - len(risks))
            break
    return np.array(risks)


def mode_risk(
    eigenvalues: ArrayLike, start: ArrayLike, power: float, lr: ArrayLike, batch: float, sigma: float, *, steps: int
) -> NDArray[np.float64]:
    """Final risks (n,) for n initial rates, eigenbasis, rates eta_0 (1 - t / T): the diagonal of `matrix_risk`.

    eigenvalues: (d,); start: E delta_i^2, (d,); a risk above `RISK_CAP` stays there.

    Domain: batch infinite; power signed; lr any length

    >>> mode_risk([1.0, 1.0], [1.0, 1.0], power=0.0, lr=[0.1, 0.2, 3.0], batch=4.0, sigma=0.5, steps=1).round(4)
    array([ 0.8181,  0.6725, 11.3125])
    """
    B, lam = checked_batch(batch), vector("eigenvalues", positive("eigenvalues", eigenvalues))
    start, power = nonnegative("start", start, shape=lam.shape), finite("power", power, shape=())
    lr, sigma = vector("lr", nonnegative("lr", lr)), nonnegative("sigma", sigma, shape=())
    steps, eta0 = integer("steps", steps, low=1, shape=()), lr[:, None]
    s, x, kick = np.tile(start, (lr.size, 1)), lam ** (1 + power), lam ** (1 + 2 * power)
    lost = np.zeros(lr.size, bool)
    for t in range(steps):
        eta = eta0 * (1 - t / steps)
        total = s @ lam + sigma**2
        s = s * ((1 - eta * x) ** 2 + (eta * x) ** 2 / B) + eta**2 * kick / B * total[:, None]
        lost |= ~(s @ lam / 2 < RISK_CAP)
        s[lost] = 0.0
    return np.where(lost, RISK_CAP, s @ lam / 2)
