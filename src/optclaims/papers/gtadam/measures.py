r"""Distances of agents from the moving minimiser, and what they cost."""

import networkx as nx
import numpy as np
from numpy.typing import ArrayLike

from optclaims.papers.gtadam.problems import Problem, minimiser
from optclaims.science import domain

__all__ = ["departure", "edges", "growth", "guide", "log_slope", "regrets", "tail", "tracking_errors"]


def tracking_errors(problem: Problem, times: ArrayLike, points: ArrayLike) -> np.ndarray:
    r"""Return $(N^{-1} \sum_i \|x_i^t - x_\star^t\|^2)^{1/2}$ (records,).

    times: (records,). points: (records, N, d); what diverged gives infinity or NaN. Raises ValueError for other shapes.

    Domain: times, points signed; points infinite, NaN

    >>> tracking_errors(Problem(np.eye(1), [[[2.0]]], [[5.0]]), [0, 1], [[[5.0]], [[8.0]]])
    array([0., 3.])

    """
    gaps = _gaps(problem, times, points)
    return np.sqrt((gaps**2).sum(-1).mean(-1))


def regrets(problem: Problem, times: ArrayLike, points: ArrayLike) -> np.ndarray:
    r"""Return $N^{-1} \sum_i [f^t(x_i^t) - f^t(x_\star^t)]$ (records,) with the global cost $f^t = \sum_j f_j^t$.

    Arguments and errors as for `tracking_errors`.

    Domain: times, points signed; points infinite, NaN

    >>> regrets(Problem(np.eye(1), [[[2.0]]], [[5.0]]), [0, 1], [[[5.0]], [[8.0]]])
    array([0., 9.])

    """
    gaps = _gaps(problem, times, points)
    return 0.5 * np.einsum("tni,ij,tnj->t", gaps, problem.hessian, gaps) / gaps.shape[1]


def _gaps(problem: Problem, times: ArrayLike, points: ArrayLike) -> np.ndarray:
    times = domain.vector("times", times)
    points = domain.shape("points", np.asarray(points, float), (len(times), *problem.targets.shape))
    return points - minimiser(problem, times)[:, None]


def tail(values: ArrayLike, omega: float) -> np.ndarray:
    r"""Return the last values (kept,) of a record of every step: as many whole turns as the second half holds.

    values: (records,). omega: angle per step; with 0 the whole second half. Raises ValueError where the second half
    holds no turn.

    Domain: values, omega signed

    >>> len(tail(np.arange(100), 2 * np.pi / 20))
    40

    """
    values = domain.finite("values", values, (None,))
    half, omega = len(values) // 2, abs(domain.finite("omega", omega, ()))
    turn = 2 * np.pi / omega if omega else half
    if half < turn:
        raise ValueError(f"values must hold a turn of {turn:.0f} steps in their second half, got {half} steps")
    return values[len(values) - round(np.floor(half / turn + 1e-9) * turn) :]


def log_slope(x: ArrayLike, y: ArrayLike) -> float:
    r"""Return the least-squares slope of $\log y$ against $\log x$.

    x, y: (n,), positive, n >= 2. Raises ValueError otherwise.

    >>> round(log_slope([1.0, 2.0, 4.0], [3.0, 12.0, 48.0]), 12)
    2.0

    """
    x = domain.positive("x", domain.vector("x", x))
    y = domain.positive("y", domain.vector("y", y, len(x)))
    if len(np.unique(x)) < 2:
        raise ValueError(f"x must hold two different numbers, got {x}")
    return float(np.polyfit(np.log(x), np.log(y), 1)[0])


def departure(path: ArrayLike, other: ArrayLike, floor: float) -> float:
    r"""Return the largest $\|y_t - z_t\| / \|y_t\|$ of two paths before $\|y_t\|$ first falls below a floor.

    path, other: y, z (steps, n). floor: positive, and below the start of the path. Raises ValueError otherwise.

    Domain: path, other signed; path, other any shape

    >>> round(departure([[1.0], [0.5], [1e-9]], [[1.0], [0.4], [1.0]], 1e-6), 12)
    0.2

    """
    path = domain.finite("path", path, ("steps", "n"))
    other = domain.finite("other", other, path.shape)
    sizes = np.linalg.norm(path, axis=1)
    below = np.flatnonzero(sizes < domain.positive("floor", floor, ()))
    kept = below[0] if len(below) else len(sizes)
    if kept == 0:
        raise ValueError(f"floor must be below the start of the path, {sizes[:1]}, got {floor}")
    return float((np.linalg.norm(path - other, axis=1) / np.maximum(sizes, floor))[:kept].max())


def growth(errors: ArrayLike, cap: float) -> float:
    r"""Return the last error of a run over its first, or cap if the run ever grew that much.

    A run that left its linear neighbourhood wanders, and its last digits decide where it stops: that it left is what
    is recorded. errors: (records,), not negative, what diverged is infinity or NaN; the first is positive and finite.
    cap: above 1. Raises ValueError otherwise.

    >>> growth([2.0, 1.0, 0.5], 100.0), growth([2.0, 400.0, 60.0], 100.0)
    (0.25, 100.0)

    """
    errors = np.nan_to_num(domain.shape("errors", np.asarray(errors, float), (None,)), nan=np.inf, posinf=np.inf)
    domain.nonnegative("errors", errors, infinite=True)
    domain.within("cap", cap, 1, np.inf, "()", shape=())
    ratios = errors / domain.positive("the first of errors", errors[:1], (1,))
    return float(ratios[-1] if ratios.max() < cap else cap)


def guide(steps: ArrayLike, errors: ArrayLike, rate: float, level: float = 1e-9) -> np.ndarray:
    r"""Return the line (records,) of slope $\rho$ a step through the error nearest to a level.

    It begins 200 steps before that point, and ends at 1e-15; elsewhere it is 0. steps: (records,), increasing; errors:
    (records,), positive; rate: $\rho > 0$. Raises ValueError otherwise.

    >>> guide([0, 1, 2], [1e-8, 1e-9, 1e-11], 0.5)
    array([2.e-09, 1.e-09, 5.e-10])

    """
    steps = domain.increasing("steps", steps, low=0)
    errors = domain.positive("errors", errors, (len(steps),))
    at = np.abs(np.log(errors) - np.log(domain.positive("level", level, ()))).argmin()
    line = errors[at] * domain.positive("rate", rate, ()) ** (steps - steps[at])
    return np.where((steps < steps[at] - 200) | (line < 1e-15), 0.0, line)


def edges(weights: ArrayLike) -> dict[str, np.ndarray]:
    r"""Return the edges of a weighted graph as columns: x, y, x_end, y_end, weight and `second`.

    The nodes are placed on the unit circle; `second` is the second largest modulus of an eigenvalue, which says how
    slowly the graph mixes. weights: symmetric (N, N), N >= 2. Raises ValueError otherwise.

    >>> {name: column.round(3).tolist() for name, column in edges([[0.75, 0.25], [0.25, 0.75]]).items()}["second"]
    [0.5]

    """
    W = domain.symmetric("weights", domain.nonnegative("weights", weights, ("N", "N")))
    if len(W) < 2:
        raise ValueError(f"weights must be of at least two nodes, got {len(W)}")
    graph = nx.from_numpy_array(W - np.diag(np.diag(W)))
    places, second = nx.circular_layout(graph), np.sort(np.abs(np.linalg.eigvalsh(W)))[-2]
    rows = [(*places[i], *places[j], weight, second) for i, j, weight in graph.edges(data="weight")]
    return dict(zip(("x", "y", "x_end", "y_end", "weight", "second"), np.array(rows).reshape(-1, 6).T, strict=True))
