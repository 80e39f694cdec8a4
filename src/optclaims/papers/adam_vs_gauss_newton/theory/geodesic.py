"""Interpolation between two bases along the geodesic of the rotation group, and the conditioning on the way."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.linalg import schur

__all__ = ["conditioning", "geodesic"]


def geodesic(V: ArrayLike, tau: float) -> NDArray[np.float64]:
    """U(tau) = exp(tau log V): the identity at 0, the orthogonal V (d, d) at 1; a last column is flipped if det V = -1.

    By the real Schur form V = Z T Z': blocks of size 2 are rotations, eigenvalues -1 are paired into rotations by pi
    (where a generic matrix logarithm fails). Raises ValueError if V is not orthogonal.
    """
    V = np.array(V, float)
    d = len(V)
    if V.shape != (d, d) or not np.allclose(V.T @ V, np.eye(d), atol=1e-8):
        raise ValueError("the basis is not orthogonal")
    if np.linalg.det(V) < 0:
        V[:, -1] *= -1
    T, Z = schur(V, output="real")
    R, flips, i = np.eye(d), [], 0
    while i < d:
        if i + 1 < d and abs(T[i + 1, i]) > 1e-12:
            rotate(R, i, i + 1, tau * np.arctan2(T[i + 1, i], T[i, i]))
            i += 2
        else:
            flips += [i] if T[i, i] < 0 else []
            i += 1
    for a, b in zip(flips[::2], flips[1::2], strict=True):
        rotate(R, a, b, tau * np.pi)
    return Z @ R @ Z.T


def rotate(R: NDArray[np.float64], i: int, j: int, angle: float) -> None:
    """Set the rotation by an angle in the plane of two coordinates, in place."""
    R[i, i] = R[j, j] = np.cos(angle)
    R[j, i], R[i, j] = np.sin(angle), -np.sin(angle)


def conditioning(H: ArrayLike, basis: ArrayLike, power: float = -1.0) -> float:
    """Condition number of D^(p/2) U' H U D^(p/2), D = diag(U' H U): 1 for p = -1 and sqrt(kappa) for p = -1/2 in E."""
    U = np.asarray(basis, float)
    rotated = U.T @ np.asarray(H, float) @ U
    scale = np.diag(rotated) ** (power / 2)
    values = np.linalg.eigvalsh(scale[:, None] * rotated * scale)
    return float(values[-1] / values[0])
