"""Interpolation between two bases along the geodesic of the rotation group, and the conditioning on the way."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.linalg import schur

from optclaims.science.domain import covariance, finite, within

__all__ = ["conditioning", "geodesic"]


def geodesic(V: ArrayLike, tau: float) -> NDArray[np.float64]:
    """U(tau) = exp(tau log V): the identity at 0, the orthogonal V (d, d) at 1; a last column is flipped if det V = -1.

    By the real Schur form V = Z T Z': blocks of size 2 are rotations, eigenvalues -1 are paired into rotations by pi
    (where a generic matrix logarithm fails). Raises ValueError if V is not orthogonal.

    >>> geodesic([[0.0, -1.0], [1.0, 0.0]], tau=0.5).round(4)  # an eighth of a turn
    array([[ 0.7071, -0.7071],
           [ 0.7071,  0.7071]])
    """
    V, tau = orthogonal("V", V).copy(), within("tau", tau, 0, 1, shape=())
    d = len(V)
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


def orthogonal(name: str, V: ArrayLike) -> NDArray[np.float64]:
    """An orthogonal matrix V (d, d); raises ValueError for another one."""
    V = finite(name, V, shape=("d", "d"))
    gap = np.abs(V.T @ V - np.eye(len(V))).max()
    if gap > 1e-8:
        raise ValueError(f"{name} must be orthogonal, got V'V that differs from the identity by {gap:.3g}")
    return V


def rotate(R: NDArray[np.float64], i: int, j: int, angle: float) -> None:
    """Set the rotation by an angle in the plane of two coordinates, in place."""
    R[i, i] = R[j, j] = np.cos(angle)
    R[j, i], R[i, j] = np.sin(angle), -np.sin(angle)


def conditioning(H: ArrayLike, basis: ArrayLike, power: float = -1.0) -> float:
    """Condition number of D^(p/2) U' H U D^(p/2), D = diag(U' H U): 1 for p = -1 and sqrt(kappa) for p = -1/2 in E.

    Domain: power signed

    >>> round(conditioning(np.diag([1.0, 16.0]), np.eye(2), power=-0.5), 6)
    4.0
    """
    H, U, power = covariance("H", H), orthogonal("basis", basis), finite("power", power, shape=())
    finite("basis", U, shape=H.shape)
    rotated = U.T @ H @ U
    scale = np.diag(rotated) ** (power / 2)
    values = np.linalg.eigvalsh(scale[:, None] * rotated * scale)
    return float(values[-1] / values[0])
