"""Second moment of the minibatch gradient, and how far Adam's preconditioner is from GN^(-1/2)."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit

from optclaims.science.domain import at_least, covariance, finite, nonnegative, positive, probability, vector

__all__ = [
    "average_excess", "effective_exponent", "gaussian_moment", "kurtosis_moment", "logistic_moment", "one_hot_moment",
    "ratios", "slope",
]  # fmt: skip

Array = NDArray[np.float64]


def checked_batch(batch: float) -> float:
    """The batch size (infinite for the full batch); raises ValueError below 1."""
    batch = positive("batch", batch, shape=(), infinite=True)
    if batch < 1:
        raise ValueError(f"batch must be at least 1, got {batch:g}")
    return float(batch)


def checked_problem(H: ArrayLike, delta: ArrayLike, sigma: float, batch: float) -> tuple[Array, Array, float, float]:
    """H (d, d) positive definite, delta (..., d), sigma >= 0 and the batch size; raises ValueError for others."""
    H = covariance("H", H)
    return H, finite("delta", delta, shape=(..., len(H))), nonnegative("sigma", sigma, shape=()), checked_batch(batch)


def gaussian_moment(H: ArrayLike, delta: ArrayLike, sigma: float, batch: float, *, wick: float = 1.0) -> Array:
    """E[g g'] = (2L / B) H + (1 + wick / B) gbar gbar' with gbar = H delta, 2L = delta' H delta + sigma^2; (d, d).

    wick: 1 for Gaussian features (two of three pairings feed the rank-one term); -1 is a common mistake.
    Source: derived (Isserlis); the paper's basis for Adam being GN^(-1/2) at small batch sizes.

    Domain: delta, wick signed; batch infinite

    >>> gaussian_moment(np.eye(2), delta=[1.0, 0.0], sigma=1.0, batch=1.0)
    array([[4., 0.],
           [0., 2.]])
    """
    H, delta, sigma, B = checked_problem(H, delta, sigma, batch)
    delta, wick = finite("delta", delta, shape=(len(H),)), finite("wick", wick, shape=())
    mean = H @ delta
    return (delta @ mean + sigma**2) / B * H + (1 + wick / B) * np.outer(mean, mean)


def kurtosis_moment(eigenvalues: ArrayLike, delta: ArrayLike, sigma: float, batch: float, kurtosis: float) -> Array:
    """v_i = (2L / B) lambda_i + (1 + (k - 2) / B) lambda_i^2 delta_i^2 for independent coordinates x_i, E z^4 = k;
    (d,).

    Gaussian k = 3, Rademacher 1, uniform 1.8, Laplace 6; k >= 1. Source: derived.

    Domain: delta signed; batch infinite

    >>> kurtosis_moment([1.0, 1.0], delta=[1.0, 0.0], sigma=1.0, batch=1.0, kurtosis=3.0)
    array([4., 2.])
    """
    B, lam = checked_batch(batch), vector("eigenvalues", positive("eigenvalues", eigenvalues))
    delta, sigma = finite("delta", delta, shape=lam.shape), nonnegative("sigma", sigma, shape=())
    kurtosis = at_least("kurtosis", kurtosis, 1, shape=())
    return (lam @ delta**2 + sigma**2) / B * lam + (1 + (kurtosis - 2) / B) * (lam * delta) ** 2


def one_hot_moment(frequencies: ArrayLike, delta: ArrayLike, sigma: float, batch: float) -> Array:
    """v_i = pi_i (delta_i^2 + sigma^2) / B + (1 - 1 / B) pi_i^2 delta_i^2 for x = e_i with probability pi_i; (d,).

    Not proportional to h_i = pi_i where delta varies: Adam is not GN^(-1/2) there. Source: derived.

    Domain: delta signed; batch infinite

    >>> one_hot_moment([0.5, 0.5], delta=[1.0, 0.0], sigma=1.0, batch=1.0)
    array([1. , 0.5])
    """
    B, pi = checked_batch(batch), vector("frequencies", probability("frequencies", frequencies))
    delta, sigma = finite("delta", delta, shape=pi.shape), nonnegative("sigma", sigma, shape=())
    return pi * (delta**2 + sigma**2) / B + (1 - 1 / B) * (pi * delta) ** 2


def logistic_moment(X: ArrayLike, q: ArrayLike, w: ArrayLike, batch: float, *, misfit: bool = True) -> Array:
    """E[g g'] = E[(q (1 - q) + (p - q)^2) x x'] / B + (1 - 1 / B) gbar gbar' with p = sigmoid(w' x); (d, d).

    X: inputs (n, d), all equally likely; q: probability of a positive label at each input (n,); misfit: False drops
    (p - q)^2, which vanishes only at a well-specified optimum. Source: derived.

    Domain: X, w signed; batch infinite

    >>> logistic_moment([[1.0, 0.0], [0.0, 2.0], [0.0, 0.0]], q=[0.5, 0.5, 0.5], w=[0.0, 0.0], batch=1.0).round(4)
    array([[0.0833, 0.    ],
           [0.    , 0.3333]])
    """
    B, X = checked_batch(batch), finite("X", X, shape=(None, None))
    q, w = probability("q", q, shape=(len(X),)), finite("w", w, shape=(X.shape[1],))
    gap = expit(X @ w) - q
    weight = q * (1 - q) + (gap**2 if misfit else 0.0)
    mean = X.T @ gap / len(X)
    return (X.T * weight) @ X / len(X) / B + (1 - 1 / B) * np.outer(mean, mean)


def ratios(H: ArrayLike, delta: ArrayLike, sigma: float, batch: float) -> Array:
    """r_i = B v_i / (2L h_i) = 1 + (B + 1) gbar_i^2 / (2L h_i), for coordinates in which H (d, d) is given; (..., d).

    delta: (..., d). Adam's step is sqrt(B / 2L) GN^(-1/2) times r^(-1/2), and 1 <= r_i <= B + 2. Source: derived.

    Domain: delta signed, any shape

    >>> ratios(np.eye(2), delta=[1.0, 0.0], sigma=1.0, batch=1.0)
    array([2., 1.])
    """
    H, delta, sigma, B = checked_problem(H, delta, sigma, batch)
    finite("batch", B)
    mean = delta @ H
    loss = (delta * mean).sum(axis=-1, keepdims=True) + sigma**2
    return 1 + (B + 1) * mean**2 / (loss * np.diag(H))


def average_excess(H: ArrayLike, delta: ArrayLike, sigma: float, batch: float) -> Array:
    """Mean of r_i - 1 over the eigenbasis: (B + 1) / d times delta' H delta / 2L; (...). Source: derived.

    Domain: delta signed, any shape

    >>> float(average_excess(np.eye(2), delta=[1.0, 0.0], sigma=1.0, batch=1.0))
    0.5
    """
    H, delta, sigma, B = checked_problem(H, delta, sigma, batch)
    finite("batch", B)
    excess = ((delta @ H) * delta).sum(axis=-1)
    return (B + 1) / len(H) * excess / (excess + sigma**2)


def slope(eigenvalues: ArrayLike, moments: ArrayLike) -> Array:
    """Least-squares slope of log v_i against log lambda_i; moments (..., d).

    Domain: moments any shape

    >>> round(float(slope([1.0, 2.0, 4.0], moments=[3.0, 12.0, 48.0])), 6)
    2.0
    """
    x = np.log(vector("eigenvalues", positive("eigenvalues", eigenvalues)))
    if np.ptp(x) == 0:
        raise ValueError("eigenvalues must differ, got equal ones: they have no slope")
    moments = positive("moments", moments, shape=(..., len(x)))
    x = x - x.mean()
    return np.log(np.asarray(moments, float)) @ x / (x @ x)


def effective_exponent(eigenvalues: ArrayLike, sigma: float, batch: float) -> float:
    """Slope of log v_i on log lambda_i at |delta_i| = 1, Gaussian features: from about 1 (B small) to 2 (full
    batch).

    Domain: batch infinite

    >>> effective_exponent([0.25, 1.0], sigma=1.0, batch=float("inf"))
    2.0
    """
    lam, batch = vector("eigenvalues", positive("eigenvalues", eigenvalues)), checked_batch(batch)
    sigma = nonnegative("sigma", sigma, shape=())
    moments = lam**2 if np.isinf(batch) else kurtosis_moment(lam, np.ones_like(lam), sigma, batch, 3.0)
    return float(slope(lam, moments))
