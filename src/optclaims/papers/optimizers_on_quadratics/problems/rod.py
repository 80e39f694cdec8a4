r"""The worst function for methods that stay in the span of their gradients: heat in a rod, one end held at 1.

``(L - mu)/4 [1/2 (w_1 - 1)^2 + 1/2 sum_k (w_k - w_{k+1})^2] + mu/2 |w|^2``.  From ``w_0 = 0`` the n-th point has its
support in the first n coordinates: the heat has come no further.  Source: Nesterov 2004; thesis, lower bounds.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import eigh_tridiagonal

from optclaims.science import domain

__all__ = ["Rod", "rod"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Rod:
    """``1/2 w^T H w - b.w`` with its minimiser; hessian (d, d), force b (d,), minimum (d,).

    Raises ValueError for shapes that do not fit and a matrix that is not symmetric.
    Domain: hessian, force, minimum signed.

    >>> problem = Rod(np.eye(2), force=np.ones(2), minimum=np.ones(2))
    >>> problem.gradient(np.zeros(2)), float(problem.excess(np.zeros(2)))
    (array([-1., -1.]), 1.0)
    """

    hessian: Array
    force: Array
    minimum: Array

    def __post_init__(self) -> None:
        d = len(domain.symmetric("hessian", domain.finite("hessian", self.hessian, ("d", "d"))))
        domain.vector("force", self.force, d), domain.vector("minimum", self.minimum, d)

    def gradient(self, w: Array) -> Array:
        """Return ``H w - b``; w (d,).

        Domain: w signed.
        """
        w = domain.vector("w", w, len(self.force))
        return self.hessian @ w - self.force

    def excess(self, w: Array) -> Array:
        """Return the loss above its minimum; w (..., d).

        Domain: w signed, any shape.
        """
        w = domain.finite("w", w, (..., len(self.force)))
        error = w - self.minimum
        return 0.5 * np.sum(error * (error @ self.hessian), axis=-1)


def rod(d: int, mu: float = 0.0, L: float = 1.0) -> Rod:
    r"""Return a rod of d cells with spectrum inside ``[mu, L]``.

    At ``mu = 0`` the far end is free and ``w* = 1``; for ``mu > 0`` it is held at 0 (the rod of infinite length, cut
    where nothing is left) and ``w*_i = q^i`` with ``q = (sqrt(kappa) - 1)/(sqrt(kappa) + 1)``.
    Raises ValueError unless ``0 <= mu < L`` and d >= 1.

    >>> rod(3, L=4.0).hessian
    array([[ 2., -1.,  0.],
           [-1.,  2., -1.],
           [ 0., -1.,  1.]])
    """
    d = domain.integer("d", d, low=1, shape=())
    if not domain.nonnegative("mu", mu, ()) < domain.positive("L", L, ()):
        raise ValueError(f"mu must be below L = {L}, got {mu}")
    scale = (L - mu) / 4
    diagonal = np.full(d, 2.0)
    diagonal[-1] -= mu == 0
    hessian = scale * (np.diag(diagonal) - np.eye(d, k=1) - np.eye(d, k=-1)) + mu * np.eye(d)
    force = np.zeros(d)
    force[0] = scale
    return Rod(hessian, force, np.linalg.solve(hessian, force) if mu else np.ones(d))


def rotated(problem: Rod, basis: Array) -> Rod:
    """Return the same function in another orthonormal basis, ``w -> Q w`` with Q (d, d).

    >>> rotated(rod(2), np.eye(2)[::-1]).force
    array([0.  , 0.25])
    """
    basis = domain.finite("basis", basis, problem.hessian.shape)
    return Rod(basis @ problem.hessian @ basis.T, basis @ problem.force, basis @ problem.minimum)


def spectrum(problem: Rod) -> Array:
    """Return the eigenvalues of a rod in increasing order.

    >>> spectrum(rod(1, L=4.0))
    array([1.])
    """
    return eigh_tridiagonal(np.diag(problem.hessian), np.diag(problem.hessian, 1), eigvals_only=True)
