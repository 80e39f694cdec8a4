"""Risk curves for features that are not Gaussian: the drift matrix measured instead of derived (our extension).

For Gaussian features E[sign(x_i) x_j] = sqrt(2 / pi) K_ij / D_ii. Others have A = sqrt(pi / 2) E[sign(x) x'] in place
of D^-1 K: given x_i, the residual <x, delta> is nearly Gaussian with a shifted mean, and to first order E[sign(x_i)
sign(u - epsilon)] = E[sign(x_i) u] 2 E N(epsilon; 0, 2 R). A is not similar to a symmetric matrix, so the second
moments of delta are integrated instead of modes, in the complex eigenbasis of A, where they decouple.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.integrate import solve_ivp

from optclaims.papers.signsgd_risk_curves.theory.noise import Noise

__all__ = ["drift_matrix", "matrix_risk"]


def drift_matrix(samples: ArrayLike) -> NDArray[np.float64]:
    """A = sqrt(pi / 2) E[sign(x) x'] over samples (n, d); equals D^-1 K for Gaussian samples. (d, d)."""
    X = np.asarray(samples, float)
    return np.sqrt(np.pi / 2) * np.sign(X).T @ X / len(X)


def matrix_risk(
    drift: ArrayLike,
    covariance: ArrayLike,
    noise_matrix: ArrayLike,
    start: ArrayLike,
    noise: Noise,
    rate: float,
    times: ArrayLike,
) -> NDArray[np.float64]:
    """Risk Tr(K M) / 2, M = E delta delta', with dM/dt = -eta phi / sqrt(2 R) (A M + M A') + eta^2 / d K_sigma.

    drift: A; covariance: K; noise_matrix: K_sigma; start: M at time 0; all (d, d). With A = U Lambda U^-1 the entries
    of U^-1 M U^-T decay independently at Lambda_i + Lambda_j, so a step costs O(d^2). Returns (times,).
    """
    K = np.asarray(covariance, float)
    d = len(K)
    values, U = np.linalg.eig(np.asarray(drift, float))
    inverse = np.linalg.inv(U)
    decay = values[:, None] + values
    forcing = rate**2 / d * inverse @ np.asarray(noise_matrix, float) @ inverse.T
    gram = (U.T @ K @ U).ravel() / 2

    def slope(t: float, y: NDArray[np.complex128]) -> NDArray[np.complex128]:
        R = max(float((gram @ y).real), 1e-300)
        speed = rate * float(noise.phi(R)) / np.sqrt(2 * R)
        return (forcing - speed * decay * y.reshape(d, d)).ravel()

    y0 = (inverse @ np.asarray(start, float) @ inverse.T).astype(complex).ravel()
    times = np.asarray(times, float)
    solution = solve_ivp(slope, times[[0, -1]], y0, "DOP853", times, rtol=1e-7, atol=1e-9 * np.abs(y0).max())
    return (gram @ solution.y).real
