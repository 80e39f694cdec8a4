"""Quadratic problems and the bases they are seen in."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optclaims.science.domain import broadcastable, finite, integer, nonnegative, positive, shape, symmetric

__all__ = ["Quadratic", "block_matrix", "block_problem", "eigenbasis", "quadratic", "unit_start"]

Array = NDArray[np.float64]
DEGENERATE = 1e-9  # eigenvalues nearer to each other, in units of the largest, are one


class Quadratic(NamedTuple):
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

    >>> quadratic([[4.0, 0.0], [0.0, 1.0]], sigma=0.5, basis=np.eye(2)).root
    array([[2., 0.],
           [0., 1.]])
    """
    H, sigma = checked(H), nonnegative("sigma", sigma, shape=())
    U = np.eye(len(H)) if basis is None else finite("basis", basis, shape=H.shape)
    values, vectors = np.linalg.eigh(H)
    if not np.allclose(U.T @ U, np.eye(len(H)), atol=1e-8):
        raise ValueError("basis must be orthogonal, got a matrix U with U'U that is not the identity")
    rotated = U.T @ vectors
    root, hessian = ((rotated * values**power) @ rotated.T for power in (0.5, 1.0))
    if np.abs(hessian - np.diag(np.diag(hessian))).max() < 1e-12 * values[-1]:  # the eigenbasis, without rounding
        hessian, root = np.diag(np.diag(hessian)), np.diag(np.sqrt(np.diag(hessian)))
    return Quadratic(hessian, root, U, float(sigma))


def checked(H: ArrayLike) -> Array:
    """H as an array; raises ValueError if it is not symmetric positive definite."""
    H = symmetric("H", shape("H", H, ("d", "d")))
    smallest = np.linalg.eigvalsh(H)[0]
    if smallest <= 0:
        raise ValueError(f"H must be positive definite, got a smallest eigenvalue of {smallest:.3g}")
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
    H = checked(H)
    values, vectors = np.linalg.eigh(H)
    starts = np.flatnonzero(np.diff(values, prepend=-np.inf) > DEGENERATE * values[-1])
    spaces = np.split(vectors, starts[1:], axis=1)
    order = np.arange(1.0, len(H) + 1)
    vectors = np.hstack([V @ np.linalg.eigh((V.T * order) @ V)[1] for V in spaces])
    rows = np.argmax(np.round(np.abs(vectors), 9), axis=0)
    return vectors * np.sign(vectors[rows, np.arange(len(vectors))])


def block_matrix(size: int, correlations: ArrayLike, scales: ArrayLike) -> Array:
    """Direct sum over k of scale_k [(1 - rho_k) I + rho_k 1 1'] with blocks of the given size.

    correlations, scales: (blocks,), or one number for all. Raises ValueError for correlations at which a block of size
    m is not positive definite, outside (-1 / (m - 1), 1).

    Domain: correlations signed, any shape; scales any shape

    >>> block_matrix(2, correlations=[0.25], scales=[4.0])
    array([[4., 1.],
           [1., 4.]])
    """
    size = integer("size", size, low=2, shape=())
    correlations, scales = finite("correlations", correlations), positive("scales", scales)
    broadcastable(correlations=correlations, scales=scales)
    rho, scales = (np.atleast_1d(a) for a in np.broadcast_arrays(correlations, scales))
    if rho.ndim != 1:
        raise ValueError(f"correlations and scales must be vectors, got shape {rho.shape}")
    if np.any(rho <= -1 / (size - 1)) or np.any(rho >= 1):
        raise ValueError(f"correlations must lie in (-1 / (m - 1), 1) m = {size}, got {rho.min():g} to {rho.max():g}")
    H = np.zeros((size * rho.size,) * 2)
    for k, (r, s) in enumerate(zip(rho, scales, strict=True)):
        part = slice(k * size, (k + 1) * size)
        H[part, part] = s * ((1 - r) * np.eye(size) + r)
    return H


def block_problem(blocks: int = 16, size: int = 4, correlation: float = 0.9, spread: float = 1e-2) -> Array:
    """H of the stochastic comparisons: blocks of correlation rho, scales from 1 to `spread` in equal ratios.

    Domain: correlation signed

    >>> block_problem(2, size=2, correlation=0.5, spread=0.25)[2:, 2:]
    array([[0.25 , 0.125],
           [0.125, 0.25 ]])
    """
    blocks, spread = integer("blocks", blocks, low=1, shape=()), positive("spread", spread, shape=())
    correlation = finite("correlation", correlation, shape=())
    return block_matrix(size, np.full(blocks, correlation), np.geomspace(1, spread, blocks))


def unit_start(problem: Quadratic, rng: np.random.Generator, runs: int) -> Array:
    """Starts (runs, d) in the problem's basis: Gaussian theta - theta*, rescaled to unit excess loss.

    >>> unit_start(quadratic(np.eye(2)), np.random.default_rng(0), runs=5).shape
    (5, 2)
    """
    runs = integer("runs", runs, low=1, shape=())
    start = rng.standard_normal((runs, len(problem.root))) @ problem.basis
    return start / np.linalg.norm(start @ problem.root, axis=1, keepdims=True) * np.sqrt(2)
