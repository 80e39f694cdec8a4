"""Quadratic problems and the bases they are seen in."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["Quadratic", "block_matrix", "block_problem", "eigenbasis", "quadratic", "unit_start"]

Array = NDArray[np.float64]
DEGENERATE = 1e-9  # eigenvalues nearer to each other, in units of the largest, are one


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
    r"""Eigenvectors (d, d) in columns, eigenvalues ascending, the largest entry of each (the first of equals) positive.

    Sign descent sees the basis inside a degenerate eigenspace, where LAPACK's choice is rounding. Here it is the limit
    of the eigenvectors of $H + \epsilon\,\mathrm{diag}(1, \dots, d)$ as $\epsilon \to 0$: with V any basis of the
    eigenspace, the columns of V W, where W are the eigenvectors of V' diag(1, ..., d) V.

    >>> eigenbasis(np.eye(2))
    array([[1., 0.],
           [0., 1.]])
    """
    H = checked(np.asarray(H, float))
    values, vectors = np.linalg.eigh(H)
    starts = np.flatnonzero(np.diff(values, prepend=-np.inf) > DEGENERATE * values[-1])
    spaces = np.split(vectors, starts[1:], axis=1)
    order = np.arange(1.0, len(H) + 1)
    vectors = np.hstack([V @ np.linalg.eigh((V.T * order) @ V)[1] for V in spaces])
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
