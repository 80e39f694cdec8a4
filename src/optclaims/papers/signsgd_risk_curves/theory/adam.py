"""Coefficients of Adam in the risk equations, at fixed beta2 as the dimension grows (the paper's closing conjecture).

In high dimension a coordinate's gradient is p = z w up to its scale: z from the feature, w from the residual,
independent standard normals. With V the stationary average of p^2 (weights (1 - beta2) beta2^k on the k-th last, the
current one included), m the beta1-average of p and M that of p^2,

    phi_A = E[M / sqrt(V)]   replaces 2 / pi in the drift,
    c_A = sum over lags of E[u_0 u_lag], u = m / sqrt(V),   replaces the noise matrix's diagonal.

For beta1 = 0 both are single integrals, because the transform of V factorises; Monte Carlo covers the rest.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import kve

from optclaims.science.domain import integer, probability, within

__all__ = ["adam_coefficients", "adam_coefficients_sampled", "adam_noise_correlation"]


def _averaged(values: NDArray[np.float64], beta: float, before: float = 0.0) -> NDArray[np.float64]:
    """Exponential average along the first axis, weight 1 - beta on the newest, of `before` and the values."""
    from scipy.signal import lfilter  # takes most of a second to import

    return lfilter([1 - beta], [1, -beta], values, axis=0, zi=np.full((1, *values.shape[1:]), beta * before))[0]


def log_transform(s: NDArray[np.float64]) -> NDArray[np.float64]:
    """Log E exp(-s p^2) for p = z w: with a = 1 / (8 s), E = sqrt(2 a / pi) exp(a) K_0(a); cumulants for small s."""
    a = 1 / (8 * np.maximum(s, 1e-5))
    small = np.minimum(s, 1e-5)
    return np.where(s < 1e-5, -small + 4 * small**2, np.log(np.sqrt(2 * a / np.pi) * kve(0, a)))


def tilted_mean(s: NDArray[np.float64]) -> NDArray[np.float64]:
    """Tilted mean of p^2, minus the derivative of `log_transform`; the cumulants of p^2 are 1, 8, 200, 9984."""
    a = 1 / (8 * np.maximum(s, 1e-4))
    small = np.minimum(s, 1e-4)
    series = 1 - 8 * small + 100 * small**2 - 1664 * small**3
    return np.where(s < 1e-4, series, 8 * a**2 * (1 / (2 * a) + 1 - kve(1, a) / kve(0, a)))


def adam_coefficients(beta2: float, beta1: float = 0.0) -> tuple[float, float]:
    """(phi_A, c_A) by deterministic quadrature; c_A is nan for beta1 > 0, where it is a long-run variance.

    E[p_k^2 V^(-q)] = Gamma(q)^-1 int s^(q-1) E[p_k^2 exp(-s V)] ds for q = 1/2, 1, by the trapezoidal rule in log s.
    The grid divides log(1 / beta2), so the factors of the product over the past are all on it and one running sum
    gives them.

    >>> phi, c = adam_coefficients(beta2=0.9)
    >>> round(phi, 4), round(c, 4)
    (0.866, 0.8227)
    """
    beta1, beta2 = probability("beta1", beta1, "[)", shape=()), probability("beta2", beta2, "[)", shape=())
    if beta2 == 0:
        if beta1 > 0:
            raise ValueError(f"beta1 must be 0 with beta2 = 0, got {beta1:g}: the coefficients are not known")
        return 2 / np.pi, 1.0
    stride = int(np.ceil(-np.log(beta2) / 0.04))
    step = -np.log(beta2) / stride
    rows = int(np.ceil(90 / (step * stride)))
    now = (1 - beta2) * np.exp(-30 + step * np.arange(rows * stride)).reshape(rows, stride)  # s times the newest weight
    s, first = now / (1 - beta2), tilted_mean(now)
    # Before the grid begins, the transform is linear in s and the tilted means are 1.
    product = np.exp(np.cumsum(log_transform(now), axis=0) - beta2 * s[0])
    drift = _averaged(first, beta1, before=1.0)
    phi = step * np.sum(np.sqrt(s) * drift * product) / np.sqrt(np.pi)
    return float(phi), float(step * np.sum(s * first * product)) if beta1 == 0 else float("nan")


def adam_coefficients_sampled(
    beta2: float, rng: np.random.Generator, *, beta1: float = 0.0, steps: int = 100_000, blocks: int = 100
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(phi_A, c_A) from simulated stationary sequences, with their standard errors: two arrays (2,).

    `blocks` independent sequences of `steps` steps each, after a warm-up of 20 / (1 - beta2); c_A is the variance of
    the sum of u over a sequence, per step (for beta1 = 0 the mean square of u, as u is then uncorrelated).

    >>> means, stderr = adam_coefficients_sampled(0.5, np.random.default_rng(0), beta1=0.1, steps=2000, blocks=5)
    >>> means.shape, stderr.shape
    ((2,), (2,))
    """
    beta1, beta2 = probability("beta1", beta1, "[)", shape=()), probability("beta2", beta2, "[)", shape=())
    steps, blocks = integer("steps", steps, low=1, shape=()), integer("blocks", blocks, low=2, shape=())
    warm = int(20 / (1 - max(beta1, beta2)))
    estimates = np.empty((blocks, 2))
    for block in range(blocks):
        p = rng.standard_normal(warm + steps) * rng.standard_normal(warm + steps)
        V = _averaged(p**2, beta2)[warm:]
        m = _averaged(p, beta1)[warm:]
        M = _averaged(p**2, beta1)[warm:]
        u = m / np.sqrt(V)
        if beta1 == 0:
            noise = np.mean(u**2)
        else:
            window = max(200, int(20 / (1 - max(beta1, beta2))))
            sums = u[: steps // window * window].reshape(-1, window).sum(axis=1)
            noise = np.mean(sums**2) / window
        estimates[block] = np.mean(M / np.sqrt(V)), noise
    return estimates.mean(axis=0), estimates.std(axis=0, ddof=1) / np.sqrt(blocks)


def adam_noise_correlation(
    beta2: float, correlations: ArrayLike, rng: np.random.Generator, *, steps: int = 1_000_000
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """E[u_i u_j] for features of the given correlations (n,), by Monte Carlo, with standard errors; beta1 = 0.

    The two coordinates share the residual w. This is the entry that replaces (2 / pi) arcsin(C_ij) in K_sigma.

    Domain: correlations signed

    >>> values, stderr = adam_noise_correlation(0.5, [0.0, 1.0], np.random.default_rng(0), steps=5000)
    >>> values.shape, stderr.shape
    ((2,), (2,))
    """
    beta2 = probability("beta2", beta2, "[)", shape=())
    correlations = within("correlations", correlations, -1, 1, shape=(None,))
    steps = integer("steps", steps, low=50, shape=())
    warm, blocks = int(20 / (1 - beta2)), 50
    values = np.empty((blocks, correlations.size))
    for block in range(blocks):
        w, z, other = rng.standard_normal((3, warm + steps // blocks))
        u = [
            w * x / np.sqrt(_averaged((w * x) ** 2, beta2))
            for x in [z, *(c * z + np.sqrt(1 - c**2) * other for c in correlations)]
        ]
        values[block] = [np.mean((u[0] * v)[warm:]) for v in u[1:]]
    return values.mean(axis=0), values.std(axis=0, ddof=1) / np.sqrt(blocks)
