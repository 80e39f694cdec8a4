r"""Quadratic problems shared by agents on a graph: $f_i^t(x) = \tfrac12 (x - b_i - r_t)^\top Q_i (x - b_i - r_t)$.

Agent i knows $f_i^t$ alone and talks to its neighbours with the weights W. All look for the minimiser of the sum.
Source: section 2 of the paper (setting), test problems of our own.
"""

from dataclasses import dataclass

import networkx as nx
import numpy as np
from numpy.typing import ArrayLike

from optclaims.science import domain

__all__ = ["Problem", "connected_graph", "ill_conditioned", "metropolis", "minimiser", "quadratics", "shift", "turned"]

ATTEMPTS = 1000


@dataclass(frozen=True)
class Problem:
    r"""Agents' quadratics and the weights with which they average.

    weights: W (N, N), symmetric and doubly stochastic. hessians: $Q_i$ (N, d, d), positive definite. targets: $b_i$
    (N, d). omega: angle per step at which all targets turn on the unit circle of the first two coordinates,
    $r_t = (\cos\omega t, \sin\omega t, 0, \dots)$; None keeps them at rest, $r_t = 0$. Raises ValueError otherwise.

    Domain: targets, omega signed

    >>> Problem([[0.5, 0.5], [0.5, 0.5]], [[[1.0]], [[3.0]]], [[0.0], [4.0]]).hessian
    array([[4.]])

    """

    weights: np.ndarray
    hessians: np.ndarray
    targets: np.ndarray
    omega: float | None = None

    def __post_init__(self) -> None:
        W = domain.nonnegative("weights", domain.symmetric("weights", self.weights), ("agents", "agents"))
        Q = domain.symmetric("hessians", domain.finite("hessians", self.hessians, (len(W), "d", "d")))
        if not np.allclose(W.sum(0), 1, rtol=0, atol=1e-12):
            raise ValueError(f"weights must have columns that sum to 1, got {W.sum(0)}")
        if not np.linalg.eigvalsh(Q).min() > 0:
            raise ValueError(
                f"hessians must be positive definite, got a smallest eigenvalue {np.linalg.eigvalsh(Q).min()}"
            )
        b = domain.finite("targets", self.targets, (len(W), Q.shape[1]))
        if self.omega is not None:
            domain.finite("omega", self.omega, ())
            if Q.shape[1] < 2:
                raise ValueError("omega must be None in one dimension, where nothing turns")
        for name, value in (("weights", W), ("hessians", Q), ("targets", b)):
            object.__setattr__(self, name, np.array(value, float))

    @property
    def hessian(self) -> np.ndarray:
        r"""The Hessian $\sum_i Q_i$ (d, d) of the sum."""
        return self.hessians.sum(0)


def shift(problem: Problem, t: ArrayLike) -> np.ndarray:
    r"""Return $r_t$ (..., d), by which all targets are moved at the times t (...).

    Domain: t signed, any shape

    >>> shift(Problem(np.eye(1), [np.eye(2)], np.zeros((1, 2)), omega=np.pi), 1).round(12)
    array([-1.,  0.])

    """
    t = np.asarray(domain.finite("t", t), float)
    moved = np.zeros((*t.shape, problem.targets.shape[1]))
    if problem.omega is not None:
        moved[..., 0], moved[..., 1] = np.cos(problem.omega * t), np.sin(problem.omega * t)
    return moved


def minimiser(problem: Problem, t: ArrayLike) -> np.ndarray:
    r"""Return $x_\star^t = (\sum_i Q_i)^{-1} \sum_i Q_i b_i + r_t$ (..., d) at the times t (...).

    Domain: t signed, any shape

    >>> minimiser(Problem(np.eye(1), [[[2.0]]], [[5.0]]), [0, 1]).tolist()
    [[5.0], [5.0]]

    """
    resting = np.linalg.solve(problem.hessian, np.einsum("nij,nj->i", problem.hessians, problem.targets))
    return resting + shift(problem, t)


def connected_graph(agents: int, edge_probability: float, rng: np.random.Generator) -> nx.Graph:
    """Return an Erdos-Renyi graph, drawn again until it is connected.

    agents: at least 1. edge_probability: in (0, 1]. Raises ValueError otherwise, and where a thousand draws are not
    connected.

    >>> nx.is_connected(connected_graph(10, 0.4, np.random.default_rng(0)))
    True

    """
    domain.integer("agents", agents, low=1, shape=())
    domain.probability("edge_probability", edge_probability, "(]", ())
    domain.generator("rng", rng)
    for _ in range(ATTEMPTS):
        graph = nx.gnp_random_graph(agents, edge_probability, seed=int(rng.integers(2**31)))
        if nx.is_connected(graph):
            return graph
    raise ValueError(f"edge_probability must be large enough to connect {agents} agents, got {edge_probability}")


def metropolis(graph: nx.Graph) -> np.ndarray:
    r"""Return the weights $W_{ij} = 1/(1 + \max(d_i, d_j))$ of neighbours, $W_{ii} = 1 - \sum_{j \ne i} W_{ij}$.

    graph: of N nodes with degrees d. Returns (N, N), symmetric and doubly stochastic. Source: Metropolis and Hastings.

    >>> metropolis(nx.path_graph(2)).tolist()
    [[0.5, 0.5], [0.5, 0.5]]

    """
    if not isinstance(graph, nx.Graph):
        raise ValueError(f"graph must be a networkx.Graph, got {graph!r}")
    degrees = np.array([degree for _, degree in graph.degree])
    W = nx.to_numpy_array(graph, weight=None) / (1 + np.maximum.outer(degrees, degrees))
    return W + np.diag(1 - W.sum(1))


def quadratics(
    rng: np.random.Generator, *, agents: int = 10, edge_probability: float = 0.4, basis: str = "rotated"
) -> Problem:
    """Return a random problem in the plane: eigenvalues uniform in (1, 10), targets normal of deviation 3.

    basis: "rotated" gives every agent's Hessian an orthonormal basis of its own, "axes" keeps it diagonal.
    Raises ValueError as `connected_graph`.

    >>> quadratics(np.random.default_rng(0)).hessians.shape
    (10, 2, 2)

    """
    domain.one_of("basis", basis, ("rotated", "axes"))
    W = metropolis(connected_graph(agents, edge_probability, rng))
    eigenvalues = rng.uniform(1, 10, (agents, 2))
    bases = np.linalg.qr(rng.standard_normal((agents, 2, 2)))[0] if basis == "rotated" else np.eye(2)
    return Problem(W, (bases * eigenvalues[:, None]) @ np.swapaxes(bases, -1, -2), 3 * rng.standard_normal((agents, 2)))


def ill_conditioned(
    rng: np.random.Generator,
    *,
    agents: int = 10,
    edge_probability: float = 0.4,
    dimension: int = 6,
    decades: float = 3.0,
) -> Problem:
    r"""Return a random problem with diagonal Hessians, eigenvalues $10^{\mathrm{linspace}(0, D, d)} \cdot U(0.5, 1.5)$.

    decades: D of the spectrum; 0 is isotropic up to the factors. Targets are normal of deviation 2. Raises ValueError
    for arguments out of range.

    >>> ill_conditioned(np.random.default_rng(0), decades=0.0).hessians.max() < 1.5
    np.True_

    """
    domain.integer("dimension", dimension, low=1, shape=())
    domain.nonnegative("decades", decades, ())
    W = metropolis(connected_graph(agents, edge_probability, rng))
    spectra = 10 ** np.linspace(0, decades, dimension) * rng.uniform(0.5, 1.5, (agents, dimension))
    return Problem(W, spectra[:, :, None] * np.eye(dimension), 2 * rng.standard_normal((agents, dimension)))


def turned(problem: Problem, rng: np.random.Generator) -> Problem:
    r"""Return the problem in a random orthonormal basis U, common to all agents: $U Q_i U^\top$ and $U b_i$.

    It has the same spectra, and the same runs for every method that no rotation changes. Raises ValueError for a
    problem that moves.

    >>> problem = turned(ill_conditioned(np.random.default_rng(0)), np.random.default_rng(1))
    >>> bool(np.abs(problem.hessians[0] - np.diag(np.diag(problem.hessians[0]))).max() > 1)
    True

    """
    if problem.omega is not None:
        raise ValueError(f"problem must be at rest, got omega = {problem.omega}")
    d = problem.targets.shape[1]
    U = np.linalg.qr(domain.generator("rng", rng).standard_normal((d, d)))[0]
    hessians = U @ problem.hessians @ U.T
    return Problem(problem.weights, (hessians + np.swapaxes(hessians, -1, -2)) / 2, problem.targets @ U.T)
