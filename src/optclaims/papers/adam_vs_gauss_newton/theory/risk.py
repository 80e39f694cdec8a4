"""Exact mean risk of a fixed preconditioner in stochastic least squares."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optclaims.papers.adam_vs_gauss_newton.theory.second_moments import checked_batch

__all__ = ["RISK_CAP", "matrix_risk", "mode_risk"]

RISK_CAP = 1e30


def matrix_risk(
    H: ArrayLike, start: ArrayLike, power: float, rates: ArrayLike, batch: float, sigma: float, *, wick: float = 1.0
) -> NDArray[np.float64]:
    """Risks tr(H S_t) / 2 at t = 0..T, (T + 1,), of theta <- theta - eta_t diag(H)^p g with Gaussian features.

        S <- S - eta (P H S + S H P) + eta^2 P [(tr(H S) + sigma^2) / B H + (1 + wick / B) H S H] P

    H: (d, d) in the method's basis; start: S_0 = E[delta delta'], (d, d); rates: eta_t, (T,). Source: derived.
    """
    B, H, S = checked_batch(batch), np.asarray(H, float), np.array(start, float)
    PH = np.diag(H)[:, None] ** power * H
    noise = PH * np.diag(H) ** power  # P H P
    risks = [np.sum(H * S) / 2]
    for eta in np.asarray(rates, float):
        PHS = PH @ S
        S = S - eta * (PHS + PHS.T) + eta**2 * ((2 * risks[-1] + sigma**2) / B * noise + (1 + wick / B) * PHS @ PH.T)
        risks.append(min(np.sum(H * S) / 2, RISK_CAP))
        if risks[-1] == RISK_CAP:
            risks += [RISK_CAP] * (len(rates) + 1 - len(risks))
            break
    return np.array(risks)


def mode_risk(
    eigenvalues: ArrayLike, start: ArrayLike, power: float, rates: ArrayLike, batch: float, sigma: float, *, steps: int
) -> NDArray[np.float64]:
    """Final risks (n,) for n initial rates, eigenbasis, rates eta_0 (1 - t / T): the diagonal of `matrix_risk`.

    eigenvalues: (d,); start: E delta_i^2, (d,); a risk above `RISK_CAP` stays there.
    """
    B, lam = checked_batch(batch), np.asarray(eigenvalues, float)
    eta0 = np.asarray(rates, float)[:, None]
    s, x, kick = np.tile(np.asarray(start, float), (eta0.size, 1)), lam ** (1 + power), lam ** (1 + 2 * power)
    for t in range(steps):
        eta = eta0 * (1 - t / steps)
        total = s @ lam + sigma**2
        s = s * ((1 - eta * x) ** 2 + (eta * x) ** 2 / B) + eta**2 * kick / B * total[:, None]
        np.minimum(s, RISK_CAP, out=s)
    return np.minimum(s @ lam / 2, RISK_CAP)
