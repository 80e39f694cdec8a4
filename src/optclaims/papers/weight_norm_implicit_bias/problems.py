r"""Over-parameterised least squares, $L(x) = \tfrac12 \|Ax - b\|^2$ with $b = A\beta$, and starts for it.

A (m, d), m < d, has full row rank. The solution of least norm is $x^\star = A^+ b$, $g^\star = \|x^\star\|$; every
point splits into its part in the row space and the rest, in the kernel of A. Source: section 2 of the paper.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from optclaims.science import domain

__all__ = ["Problem", "direction", "ensemble", "kernel_part", "random_problem"]


@dataclass(frozen=True)
class Problem:
    r"""Least squares with a matrix A (m, d), m < d, and a target $\beta$ (d,) that fits the data exactly.

    Raises ValueError for other shapes, and unless A has full row rank.

    Domain: matrix, target signed

    >>> Problem([[1.0, 0.0]], [3.0, 4.0]).least_norm
    array([3., 0.])

    """

    matrix: np.ndarray
    target: np.ndarray

    def __post_init__(self) -> None:
        A = domain.finite("matrix", self.matrix, ("m", "d"))
        beta = domain.finite("target", self.target, (A.shape[1],))
        if not len(A) < A.shape[1]:
            raise ValueError(f"matrix must have fewer rows than columns, got shape {A.shape}")
        if np.linalg.matrix_rank(A) < len(A):
            raise ValueError(f"matrix must have full row rank {len(A)}, got rank {np.linalg.matrix_rank(A)}")
        object.__setattr__(self, "matrix", np.array(A, float))
        object.__setattr__(self, "target", np.array(beta, float))

    @cached_property
    def _decomposition(self) -> tuple[np.ndarray, np.ndarray]:
        _, values, rows = np.linalg.svd(self.matrix, full_matrices=False)
        return values**2, rows

    @property
    def curvatures(self) -> np.ndarray:
        r"""Eigenvalues $\sigma_i^2$ (m,) of $A A^\top$, descending."""
        return self._decomposition[0]

    @property
    def rows(self) -> np.ndarray:
        """Orthonormal basis (m, d) of the row space, the right singular vectors of A."""
        return self._decomposition[1]

    @property
    def least_norm(self) -> np.ndarray:
        r"""The solution $x^\star$ (d,) of least norm."""
        return self.rows.T @ (self.rows @ self.target)

    @property
    def norm(self) -> float:
        r"""Its norm $g^\star$."""
        return float(np.linalg.norm(self.rows @ self.target))


def kernel_part(problem: Problem, x: ArrayLike) -> np.ndarray:
    """Return the part (d,) of x (d,) in the kernel of A.

    Domain: x signed

    >>> kernel_part(Problem([[1.0, 0.0]], [3.0, 4.0]), [1.0, 2.0])
    array([0., 2.])

    """
    x = domain.finite("x", x, problem.target.shape)
    return x - problem.rows.T @ (problem.rows @ x)


def random_problem(
    rng: np.random.Generator, rows: int, columns: int, design: str = "gaussian", norm: float = 2.0
) -> Problem:
    r"""Return a random problem with spectral norm 1 of A and $\|x^\star\|$ = norm.

    design: "gaussian" has independent normal entries, scaled; "orthonormal" has $A A^\top = I$. The target is
    isotropic. Raises ValueError for arguments out of range, and unless rows < columns.

    >>> problem = random_problem(np.random.default_rng(0), 2, 5)
    >>> round(problem.norm, 12), round(float(problem.curvatures[0]), 12)
    (2.0, 1.0)

    """
    domain.generator("rng", rng)
    columns = domain.integer("columns", columns, low=2, shape=())
    rows = domain.integer("rows", rows, low=1, high=columns - 1, shape=())
    domain.one_of("design", design, ("gaussian", "orthonormal"))
    domain.positive("norm", norm, ())
    A = rng.standard_normal((rows, columns))
    if design == "orthonormal":
        A = np.linalg.qr(A.T)[0].T
    problem = Problem(A / np.linalg.norm(A, 2), rng.standard_normal(columns))
    return Problem(problem.matrix, problem.target * norm / problem.norm)


def direction(rng: np.random.Generator, problem: Problem, kernel: float | None = None) -> np.ndarray:
    """Return a random unit vector (d,): isotropic, or isotropic with a kernel part of the given length.

    kernel: between 0 and 1, or None. Raises ValueError otherwise.

    >>> problem = random_problem(np.random.default_rng(0), 2, 5)
    >>> round(float(np.linalg.norm(kernel_part(problem, direction(np.random.default_rng(1), problem, 0.3)))), 12)
    0.3

    """
    w = domain.generator("rng", rng).standard_normal(problem.target.shape)
    if kernel is None:
        return w / np.linalg.norm(w)
    domain.probability("kernel", kernel, shape=())
    inside = kernel_part(problem, w)
    across = w - inside
    return kernel * inside / np.linalg.norm(inside) + np.sqrt(1 - kernel**2) * across / np.linalg.norm(across)


def ensemble(
    stream: Callable[..., np.random.Generator], seeds: int
) -> dict[tuple[str, int], tuple[Problem, np.ndarray]]:
    """Return problems of 20 rows in 50 dimensions, both designs, with a random start each: (design, seed) -> both.

    stream: name, design, seed -> the generator of that name ("problem", "start"); seeds: of each design, at least 1.

    >>> found = ensemble(lambda name, design, seed: np.random.default_rng(seed), 2)
    >>> len(found), round(float(np.linalg.norm(found["gaussian", 1][1])), 12)
    (4, 1.0)

    """
    found = {}
    for design in ("gaussian", "orthonormal"):
        for seed in range(domain.integer("seeds", seeds, low=1, shape=())):
            problem = random_problem(stream("problem", design=design, seed=seed), 20, 50, design)
            found[design, seed] = problem, direction(stream("start", design=design, seed=seed), problem)
    return found
