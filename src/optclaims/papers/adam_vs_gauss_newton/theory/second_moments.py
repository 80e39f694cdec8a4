"""Second moment of the minibatch gradient, and how far Adam's preconditioner is from GN^(-1/2)."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "average_excess", "effective_exponent", "gaussian_moment", "kurtosis_moment", "logistic_moment", "one_hot_moment",
    "ratios", "slope",
]  # fmt: skip

Array = NDArray[np.float64]


def checked_batch(batch: float) -> float:
    """The batch size (infinite for the full batch); raises ValueError below 1."""
    if not batch >= 1:
        raise ValueError(f"a batch holds at least one sample, got {batch:g}")
    return float(batch)


def gaussian_moment(H: ArrayLike, delta: ArrayLike, sigma: float, batch: float, *, wick: float = 1.0) -> Array:
    """E[g g'] = (2L / B) H + (1 + wick / B) gbar gbar' with gbar = H delta, 2L = delta' H delta + sigma^2; (d, d).

    wick: 1 for Gaussian features (two of three pairings feed the rank-one term); -1 is a common mistake.
    Source: derived (Isserlis); the paper's basis for Adam being GN^(-1/2) at small batch sizes.
    """
    B, H, delta = checked_batch(batch), np.asarray(H, float), np.asarray(delta, float)
    mean = H @ delta
    return (delta @ mean + sigma**2) / B * H + (1 + wick / B) * np.outer(mean, mean)


def kurtosis_moment(eigenvalues: ArrayLike, delta: ArrayLike, sigma: float, batch: float, kurtosis: float) -> Array:
    """v_i = (2L / B) lambda_i + (1 + (k - 2) / B) lambda_i^2 delta_i^2 for independent coordinates x_i, E z^4 = k;
    (d,).

    Gaussian k = 3, Rademacher 1, uniform 1.8, Laplace 6. Source: derived.
    """
    B, lam, delta = checked_batch(batch), np.asarray(eigenvalues, float), np.asarray(delta, float)
    return (lam @ delta**2 + sigma**2) / B * lam + (1 + (kurtosis - 2) / B) * (lam * delta) ** 2


def one_hot_moment(frequencies: ArrayLike, delta: ArrayLike, sigma: float, batch: float) -> Array:
    """v_i = pi_i (delta_i^2 + sigma^2) / B + (1 - 1 / B) pi_i^2 delta_i^2 for x = e_i with probability pi_i; (d,).

    Not proportional to h_i = pi_i where delta varies: Adam is not GN^(-1/2) there. Source: derived.
    """
    B, pi, delta = checked_batch(batch), np.asarray(frequencies, float), np.asarray(delta, float)
    return pi * (delta**2 + sigma**2) / B + (1 - 1 / B) * (pi * delta) ** 2


def logistic_moment(X: ArrayLike, q: ArrayLike, w: ArrayLike, batch: float, *, misfit: bool = True) -> Array:
    """E[g g'] = E[(q (1 - q) + (p - q)^2) x x'] / B + (1 - 1 / B) gbar gbar' with p = sigmoid(w' x); (d, d).

    X: inputs (n, d), all equally likely; q: probability of a positive label at each input (n,); misfit: False drops
    (p - q)^2, which vanishes only at a well-specified optimum. Source: derived.
    """
    B, X, q = checked_batch(batch), np.asarray(X, float), np.asarray(q, float)
    gap = 1 / (1 + np.exp(-X @ np.asarray(w, float))) - q
    weight = q * (1 - q) + (gap**2 if misfit else 0.0)
    mean = X.T @ gap / len(X)
    return (X.T * weight) @ X / len(X) / B + (1 - 1 / B) * np.outer(mean, mean)


def ratios(H: ArrayLike, delta: ArrayLike, sigma: float, batch: float) -> Array:
    """r_i = B v_i / (2L h_i) = 1 + (B + 1) gbar_i^2 / (2L h_i), for coordinates in which H (d, d) is given; (..., d).

    delta: (..., d). Adam's step is sqrt(B / 2L) GN^(-1/2) times r^(-1/2), and 1 <= r_i <= B + 2. Source: derived.
    """
    B, H, delta = checked_batch(batch), np.asarray(H, float), np.asarray(delta, float)
    mean = delta @ H
    loss = (delta * mean).sum(axis=-1, keepdims=True) + sigma**2
    return 1 + (B + 1) * mean**2 / (loss * np.diag(H))


def average_excess(H: ArrayLike, delta: ArrayLike, sigma: float, batch: float) -> Array:
    """Mean of r_i - 1 over the eigenbasis: (B + 1) / d times delta' H delta / 2L; (...). Source: derived."""
    B, H, delta = checked_batch(batch), np.asarray(H, float), np.asarray(delta, float)
    excess = ((delta @ H) * delta).sum(axis=-1)
    return (B + 1) / len(H) * excess / (excess + sigma**2)


def slope(eigenvalues: ArrayLike, moments: ArrayLike) -> Array:
    """Least-squares slope of log v_i against log lambda_i; moments (..., d)."""
    x = np.log(np.asarray(eigenvalues, float))
    x = x - x.mean()
    return np.log(np.asarray(moments, float)) @ x / (x @ x)


def effective_exponent(eigenvalues: ArrayLike, sigma: float, batch: float) -> float:
    """Slope of log v_i on log lambda_i at |delta_i| = 1, Gaussian features: from about 1 (B small) to 2 (full
    batch).
    """
    lam = np.asarray(eigenvalues, float)
    moments = lam**2 if np.isinf(batch) else kurtosis_moment(lam, np.ones_like(lam), sigma, batch, 3.0)
    return float(slope(lam, moments))
