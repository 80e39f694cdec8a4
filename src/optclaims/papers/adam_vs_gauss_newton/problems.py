"""Quadratic problems and the bases they are seen in."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["Quadratic", "block_matrix", "block_problem", "eigenbasis", "quadratic", "unit_start"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Quadratic:
    """A least-squares problem in a basis U: H and its symmetric root in that basis, label noise sigma.

    hessian: U' H U, (d, d);  root: U' H^(1/2) U, (d, d);  basis: U, (d, d)
    """

    hessian: Array
    root: Array
    basis: Array
    sigma: float

    @property
    def diagonal(self) -> Array:
        """h_i = u_i' H u_i, (d,)."""
        return np.diag(self.hessian)


def quadratic(H: ArrayLike, sigma: float = 0.0, basis: ArrayLike | None = None) -> Quadratic:
    """The problem with Gauss-Newton matrix H (d, d), seen in an orthogonal basis U (the identity by default).

    Raises ValueError if H is not symmetric positive definite, U not orthogonal, or sigma negative.
    """
    H = np.asarray(H, float)
    U = np.eye(len(H)) if basis is None else np.asarray(basis, float)
    values, vectors = np.linalg.eigh(checked(H))
    if U.shape != H.shape or not np.allclose(U.T @ U, np.eye(len(H)), atol=1e-8):
        raise ValueError("the basis is not orthogonal")
    if sigma < 0:
        raise ValueError(f"the label noise has standard deviation {sigma:g}")
    rotated = U.T @ vectors
    root, hessian = ((rotated * values**power) @ rotated.T for power in (0.5, 1.0))
    if np.abs(hessian - np.diag(np.diag(hessian))).max() < 1e-12 * values[-1]:  # the eigenbasis, without rounding
        hessian, root = np.diag(np.diag(hessian)), np.diag(np.sqrt(np.diag(hessian)))
    return Quadratic(hessian, root, U, float(sigma))


def checked(H: Array) -> Array:
    """H itself; raises ValueError if it is not symmetric positive definite."""
    if H.ndim != 2 or H.shape[0] != H.shape[1] or not np.allclose(H, H.T, rtol=1e-10, atol=1e-12):
        raise ValueError("the Gauss-Newton matrix is not symmetric")
    if np.linalg.eigvalsh(H)[0] <= 0:
        raise ValueError("the Gauss-Newton matrix is not positive definite")
    return H


def eigenbasis(H: ArrayLike) -> Array:
    """Eigenvectors (d, d) in columns, eigenvalues ascending, the largest entry of each (the first of equals) positive.

    Inside a degenerate eigenspace the basis is LAPACK's choice. Sign descent depends on it: add a diagonal jitter of
    1e-3 to H where such a basis has to be reproducible on another machine.
    """
    vectors = np.linalg.eigh(checked(np.asarray(H, float)))[1]
    rows = np.argmax(np.round(np.abs(vectors), 9), axis=0)
    return vectors * np.sign(vectors[rows, np.arange(len(vectors))])


def block_matrix(size: int, correlations: ArrayLike, scales: ArrayLike) -> Array:
    """Direct sum over k of scale_k [(1 - rho_k) I + rho_k 1 1'] with blocks of the given size."""
    rho, scales = np.broadcast_arrays(np.asarray(correlations, float), np.asarray(scales, float))
    if np.any(rho <= -1 / (size - 1)) or np.any(rho >= 1):
        raise ValueError("a block is positive definite for correlations in (-1 / (m - 1), 1) only")
    H = np.zeros((size * rho.size,) * 2)
    for k, (r, s) in enumerate(zip(rho, scales, strict=True)):
        part = slice(k * size, (k + 1) * size)
        H[part, part] = s * ((1 - r) * np.eye(size) + r)
    return H


def block_problem(blocks: int = 16, size: int = 4, correlation: float = 0.9, spread: float = 1e-2) -> Array:
    """H of the stochastic comparisons: blocks of correlation rho, scales from 1 to `spread` in equal ratios."""
    return block_matrix(size, np.full(blocks, correlation), np.geomspace(1, spread, blocks))


def unit_start(problem: Quadratic, rng: np.random.Generator, runs: int) -> Array:
    """Starts (runs, d) in the problem's basis: Gaussian theta - theta*, rescaled to unit excess loss."""
    start = rng.standard_normal((runs, len(problem.root))) @ problem.basis
    return start / np.linalg.norm(start @ problem.root, axis=1, keepdims=True) * np.sqrt(2)
