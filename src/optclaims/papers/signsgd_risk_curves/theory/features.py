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
from optclaims.science.domain import covariance as checked_covariance
from optclaims.science.domain import finite, increasing, positive, symmetric

__all__ = ["drift_matrix", "matrix_risk"]


def drift_matrix(samples: ArrayLike) -> NDArray[np.float64]:
    """A = sqrt(pi / 2) E[sign(x) x'] over samples (n, d); equals D^-1 K for Gaussian samples. (d, d).

    Domain: samples signed

    >>> drift_matrix([[1.0, 2.0], [-1.0, 2.0]]).round(4)
    array([[1.2533, 0.    ],
           [0.    , 2.5066]])
    """
    X = finite("samples", samples, shape=(None, None))
    return np.sqrt(np.pi / 2) * np.sign(X).T @ X / len(X)


def matrix_risk(
    drift: ArrayLike,
    covariance: ArrayLike,
    noise_matrix: ArrayLike,
    start: ArrayLike,
    noise: Noise,
    lr: float,
    times: ArrayLike,
) -> NDArray[np.float64]:
    """Risk Tr(K M) / 2, M = E delta delta', with dM/dt = -eta phi / sqrt(2 R) (A M + M A') + eta^2 / d K_sigma.

    drift: A; covariance: K; noise_matrix: K_sigma; start: M at time 0; all (d, d). With A = U Lambda U^-1 the entries
    of U^-1 M U^-T decay independently at Lambda_i + Lambda_j, so a step costs O(d^2). times: increasing, (k,); the
    curve starts at time 0, which is in the result if it is among them. Returns (k,).

    Domain: drift signed; times any length

    Raises ValueError for matrices of different sizes, a start or covariance that is not positive semidefinite, times
    that do not increase; RuntimeError where the equation cannot be integrated.

    >>> from optclaims.papers.signsgd_risk_curves.theory.noise import Gaussian
    >>> one = np.eye(2)
    >>> matrix_risk(one, one, one, one, Gaussian(0.5), lr=0.1, times=[0.0, 1.0, 9.0]).round(3)
    array([1.   , 0.922, 0.431])
    """
    K = checked_covariance("covariance", covariance, definite=False)
    d = len(K)
    A = finite("drift", drift, shape=(d, d))
    K_sigma = symmetric("noise_matrix", finite("noise_matrix", noise_matrix, shape=(d, d)))
    checked_covariance("noise_matrix", K_sigma, definite=False)
    M = checked_covariance("start", finite("start", start, shape=(d, d)), definite=False)
    lr, times = positive("lr", lr, shape=()), increasing("times", times, low=0)
    values, U = np.linalg.eig(A)
    inverse = np.linalg.inv(U)
    decay = values[:, None] + values
    forcing = lr**2 / d * inverse @ K_sigma @ inverse.T
    gram = (U.T @ K @ U).ravel() / 2

    def slope(t: float, y: NDArray[np.complex128]) -> NDArray[np.complex128]:
        R = max(float((gram @ y).real), 1e-300)
        speed = lr * float(noise.phi(R)) / np.sqrt(2 * R)
        return (forcing - speed * decay * y.reshape(d, d)).ravel()

    y0 = (inverse @ M @ inverse.T).astype(complex).ravel()
    # Tight, because the risk is a sum in which entries of an ill-conditioned basis cancel.
    tolerance = 1e-13 * max(np.abs(y0).max(), 1e-12)
    solution = solve_ivp(slope, (0.0, times[-1]), y0, "DOP853", times, rtol=1e-10, atol=tolerance)
    if not solution.success:
        raise RuntimeError(f"the risk curve could not be integrated: {solution.message}")
    return (gram @ solution.y).real
