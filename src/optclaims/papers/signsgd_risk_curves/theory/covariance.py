"""What the covariance of the features contributes: the modes of the mean risk, and the noise matrix K_sigma.

D = diag(sqrt(K_ii)) holds standard deviations. The preconditioned matrix D^-1 K of the drift is not symmetric; the
modes here come from the symmetric matrix S = D^(-1/2) K D^(-1/2), which is similar to it. A covariance may be given as
its diagonal, (d,), or as a matrix, (d, d).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["Modes", "arcsine_law", "averaged_condition", "deviations", "sgd_modes", "sign_modes"]


class Modes(NamedTuple):
    """Modes of the mean risk R = sum of r_i, which obeys dr_i/dt = -a(t, R) decay_i r_i + b(t, R) forcing_i.

    All three are (d,): decay rates, forcing, and the starting values of r, which are not negative.
    """

    decay: NDArray[np.float64]
    forcing: NDArray[np.float64]
    start: NDArray[np.float64]


def deviations(covariance: ArrayLike) -> NDArray[np.float64]:
    """Standard deviations D (d,) of a covariance.

    Raises ValueError unless the covariance is symmetric, positive definite and without dead features (K_ii = 0).
    """
    K = np.asarray(covariance, float)
    variances = K if K.ndim == 1 else np.diag(K)
    dead = np.flatnonzero(~(variances > 0))
    if dead.size:
        raise ValueError(
            f"feature {dead[0]} is dead (variance {variances[dead[0]]}): drop it, signSGD is undefined there"
        )
    if K.ndim == 2:
        if K.shape[0] != K.shape[1] or not np.allclose(K, K.T, rtol=1e-8, atol=1e-12):
            raise ValueError("the covariance is not a symmetric matrix")
        # The correlation's eigenvalues, because rounding is relative to the scale of each feature.
        if np.linalg.eigvalsh(K / np.sqrt(np.outer(variances, variances)))[0] <= 0:
            raise ValueError("the covariance is not positive definite")
    return np.sqrt(variances)


def arcsine_law(covariance: ArrayLike) -> NDArray[np.float64]:
    """K_sigma = (2 / pi) arcsin(C), C = D^-1 K D^-1: exactly E sign(g) sign(g)', for every theta and noise law.

    The residual's sign squares to one, so only the signs of two Gaussian features remain (Sheppard's formula). (d, d).
    """
    K = np.asarray(covariance, float)
    D = deviations(K)
    return np.eye(D.size) if K.ndim == 1 else 2 / np.pi * np.arcsin(np.clip(K / np.outer(D, D), -1, 1))


def sign_modes(
    covariance: ArrayLike,
    delta: ArrayLike,
    *,
    scales: ArrayLike | None = None,
    noise_matrix: ArrayLike | None = None,
) -> Modes:
    """Modes of signSGD: with S = Q diag(lambda) Q', r_i = lambda_i (q_i' D^(1/2) delta)^2 / 2, forcing lambda_i s_i.

    s_i = q_i' D^(1/2) K_sigma D^(1/2) q_i: sum(s) = Tr D and sum(lambda s) = Tr(K K_sigma). `scales` and
    `noise_matrix` replace D and K_sigma, to see what each of them does. Derived; equals the authors' left and right
    eigenvectors of D^-1 K (the paper's eq. (10)-(11), recalled numbers).
    """
    K, delta = np.asarray(covariance, float), np.asarray(delta, float)
    D = deviations(K) if scales is None else np.broadcast_to(np.asarray(scales, float), delta.shape)
    if K.ndim == 1 and noise_matrix is None:
        return Modes(K / D, K, K * delta**2 / 2)
    K = np.diag(K) if K.ndim == 1 else K
    noise_matrix = arcsine_law(K) if noise_matrix is None else np.asarray(noise_matrix, float)
    decay, Q = np.linalg.eigh(K / np.sqrt(np.outer(D, D)))
    root = np.sqrt(D)[:, None] * Q  # columns D^(1/2) q_i
    forcing = decay * np.einsum("ji,jk,ki->i", root, noise_matrix, root, optimize=True)
    return Modes(decay, forcing, decay * (root.T @ delta) ** 2 / 2)


def sgd_modes(covariance: ArrayLike, delta: ArrayLike) -> Modes:
    """Modes of SGD: eigenvectors v_i of K, r_i = lambda_i (v_i' delta)^2 / 2, forcing lambda_i^2."""
    K, delta = np.asarray(covariance, float), np.asarray(delta, float)
    deviations(K)
    decay, vectors = (K, np.eye(K.size)) if K.ndim == 1 else np.linalg.eigh(K)
    return Modes(decay, decay**2, decay * (vectors.T @ delta) ** 2 / 2)


def averaged_condition(eigenvalues: ArrayLike) -> float:
    """Averaged condition number Tr A / (d lambda_min(A)) from the eigenvalues of A."""
    eigenvalues = np.asarray(eigenvalues, float)
    return float(eigenvalues.mean() / eigenvalues.min())
