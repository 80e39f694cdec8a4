"""What the covariance of the features contributes: the modes of the mean risk, and the noise matrix K_sigma.

D = diag(sqrt(K_ii)) holds standard deviations. The preconditioned matrix D^-1 K of the drift is not symmetric; the
modes here come from the symmetric matrix S = D^(-1/2) K D^(-1/2), which is similar to it. A covariance may be given as
its diagonal, (d,), or as a matrix, (d, d).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optclaims.science.domain import broadcastable, finite, positive, shape, symmetric, vector

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

    >>> deviations([4.0, 1.0]), deviations([[4.0, 1.0], [1.0, 1.0]])
    (array([2., 1.]), array([2., 1.]))
    """
    K = finite("covariance", covariance)
    K = symmetric("covariance", shape("covariance", K, ("d", "d"))) if np.ndim(K) == 2 else vector("covariance", K)
    variances = K if K.ndim == 1 else np.diag(K)
    dead = np.flatnonzero(~(variances > 0))
    if dead.size:
        raise ValueError(
            f"covariance must have positive variances, got {variances[dead[0]]} for the dead feature {dead[0]}"
        )
    if K.ndim == 2:
        # The correlation's eigenvalues, because rounding is relative to the scale of each feature.
        smallest = np.linalg.eigvalsh(K / np.sqrt(np.outer(variances, variances)))[0]
        if smallest <= 0:
            raise ValueError(f"covariance must be positive definite, got a smallest eigenvalue of {smallest:.3g}")
    return np.sqrt(variances)


def arcsine_law(covariance: ArrayLike) -> NDArray[np.float64]:
    """K_sigma = (2 / pi) arcsin(C), C = D^-1 K D^-1: exactly E sign(g) sign(g)', for every theta and noise law.

    The residual's sign squares to one, so only the signs of two Gaussian features remain (Sheppard's formula). (d, d).

    >>> arcsine_law([[1.0, 0.5], [0.5, 1.0]]).round(4)  # (2 / pi) arcsin(1 / 2) = 1 / 3
    array([[1.    , 0.3333],
           [0.3333, 1.    ]])
    """
    K = np.asarray(covariance, float)
    D = deviations(K)
    return np.eye(D.size) if K.ndim == 1 else 2 / np.pi * np.arcsin(np.clip(K / np.outer(D, D), -1, 1))


def sign_modes(
    covariance: ArrayLike,
    start: ArrayLike,
    *,
    scales: ArrayLike | None = None,
    noise_matrix: ArrayLike | None = None,
) -> Modes:
    """Modes of signSGD: with S = Q diag(lambda) Q', r_i = lambda_i (q_i' D^(1/2) delta)^2 / 2, forcing lambda_i s_i.

    s_i = q_i' D^(1/2) K_sigma D^(1/2) q_i: sum(s) = Tr D and sum(lambda s) = Tr(K K_sigma). `scales` and
    `noise_matrix` replace D and K_sigma, to see what each of them does. Derived; equals the authors' left and right
    eigenvectors of D^-1 K (the paper's eq. (10)-(11), recalled numbers).

    start: delta at time 0, (d,).

    Domain: start signed; scales any shape; noise_matrix signed

    >>> modes = sign_modes([4.0, 1.0], start=[1.0, 1.0])
    >>> modes.decay, modes.forcing, modes.start
    (array([2., 1.]), array([4., 1.]), array([2. , 0.5]))
    """
    K, D = finite("covariance", covariance), deviations(covariance)
    delta = finite("start", start, shape=D.shape)
    if scales is not None:
        broadcastable(scales=positive("scales", scales), start=delta)
        D = np.broadcast_to(np.asarray(scales, float), delta.shape)
    if K.ndim == 1 and noise_matrix is None:
        return Modes(K / D, K, K * delta**2 / 2)
    K = np.diag(K) if K.ndim == 1 else K
    noise_matrix = (
        arcsine_law(K)
        if noise_matrix is None
        else symmetric("noise_matrix", shape("noise_matrix", noise_matrix, K.shape))
    )
    decay, Q = np.linalg.eigh(K / np.sqrt(np.outer(D, D)))
    root = np.sqrt(D)[:, None] * Q  # columns D^(1/2) q_i
    forcing = decay * np.einsum("ji,jk,ki->i", root, noise_matrix, root, optimize=True)
    return Modes(decay, forcing, decay * (root.T @ delta) ** 2 / 2)


def sgd_modes(covariance: ArrayLike, start: ArrayLike) -> Modes:
    """Modes of SGD: eigenvectors v_i of K, r_i = lambda_i (v_i' delta)^2 / 2, forcing lambda_i^2.

    start: delta at time 0, (d,).

    Domain: start signed

    >>> modes = sgd_modes([4.0, 1.0], start=[1.0, 1.0])
    >>> modes.decay, modes.forcing, modes.start
    (array([4., 1.]), array([16.,  1.]), array([2. , 0.5]))
    """
    K, D = finite("covariance", covariance), deviations(covariance)
    delta = finite("start", start, shape=D.shape)
    decay, vectors = (K, np.eye(K.size)) if K.ndim == 1 else np.linalg.eigh(K)
    return Modes(decay, decay**2, decay * (vectors.T @ delta) ** 2 / 2)


def averaged_condition(eigenvalues: ArrayLike) -> float:
    """Averaged condition number Tr A / (d lambda_min(A)) from the eigenvalues of A.

    >>> averaged_condition([1.0, 3.0])
    2.0
    """
    eigenvalues = vector("eigenvalues", positive("eigenvalues", eigenvalues))
    return float(eigenvalues.mean() / eigenvalues.min())
