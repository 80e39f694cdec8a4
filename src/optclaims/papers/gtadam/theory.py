r"""What gradient tracking does near the minimiser, where the second moment has vanished and GTAdam is linear.

There $d = m/\epsilon$, so with $a = \alpha/\epsilon$, $H = \mathrm{blockdiag}(Q_i)$ and $W$ for $W \otimes I$
$$(x, s, m) \mapsto (W x - a m,\quad H((W - I) x - a m) + W s,\quad \beta_1 m + (1-\beta_1) s^+).$$
Source: derived here from the algorithm, exact for quadratics with v = 0. Gradient tracking is the case
$\beta_1 = 0$, $a = \alpha$.
"""

import numpy as np
from scipy.optimize import brentq

from optclaims.papers.gtadam.problems import Problem, minimiser
from optclaims.science import domain

__all__ = ["centralised", "linear_map", "linear_run", "local_rate", "tail_error", "threshold"]

FIRST_STEP, GRID = 1e-2, 1.1  # where the search for the threshold begins, and its ratio of neighbours


def linear_map(problem: Problem, step: float, beta1: float) -> np.ndarray:
    r"""Return the matrix (3Nd, 3Nd) of one step on $(x - x_\star, s, m)$, each flattened agent by agent.

    step: $a = \alpha/\epsilon > 0$. beta1: in [0, 1). Raises ValueError otherwise.

    >>> linear_map(Problem(np.eye(1), [[[2.0]]], [[0.0]]), 0.25, 0.5).tolist()
    [[1.0, 0.0, -0.25], [0.0, 1.0, -0.5], [0.0, 0.5, 0.25]]

    """
    a, beta1 = domain.positive("step", step, ()), domain.probability("beta1", beta1, "[)", ())
    W, H, identity = _blocks(problem)
    x = np.hstack([W, 0 * W, -a * identity])
    s = np.hstack([H @ (W - identity), W, -a * H])
    m = (1 - beta1) * s + np.hstack([0 * W, 0 * W, beta1 * identity])
    return np.vstack([x, s, m])


def local_rate(problem: Problem, step: float, beta1: float) -> float:
    r"""Return the spectral radius $\rho$ of the `linear_map` on what runs can reach.

    Every step conserves $\sum_i (s_i - Q_i x_i)$, which is 0 for every run: its d unit eigenvalues are no part of
    a run. Arguments and errors as there.

    >>> local_rate(Problem(np.eye(1), [[[2.0]]], [[0.0]]), 0.25, 0.0)  # gradient descent, 1 - 0.25 * 2
    0.5

    """
    matrix = linear_map(problem, step, beta1)
    N, d = problem.targets.shape
    sums = np.tile(np.eye(d), N)
    conserved = np.hstack([-sums @ _blocks(problem)[1], sums, 0 * sums])
    reachable = np.linalg.qr(conserved.T, mode="complete")[0][:, d:]
    return float(np.abs(np.linalg.eigvals(reachable.T @ matrix @ reachable)).max())


def linear_run(matrix: np.ndarray, start: np.ndarray, steps: int) -> np.ndarray:
    r"""Return the points (steps + 1, n) of $z \mapsto M z$ from a start (n,).

    matrix: M (n, n). Raises ValueError for other shapes.

    Domain: matrix, start signed

    >>> linear_run(np.array([[0.5]]), np.array([4.0]), 2).ravel().tolist()
    [4.0, 2.0, 1.0]

    """
    matrix = domain.finite("matrix", matrix, ("n", "n"))
    points = np.empty((domain.integer("steps", steps, low=0, shape=()) + 1, len(matrix)))
    points[0] = domain.finite("start", start, (len(matrix),))
    for t in range(steps):
        points[t + 1] = matrix @ points[t]
    return points


def threshold(problem: Problem, beta1: float) -> float:
    r"""Return $a_\star$, the smallest $\alpha/\epsilon$ at which $\rho = 1$: below it GTAdam converges near $x_\star$.

    For one agent it is $2(1+\beta_1)/((1-\beta_1)L)$. beta1: in [0, 1). Raises ValueError otherwise.

    >>> round(threshold(Problem(np.eye(1), [[[2.0]]], [[0.0]]), 0.5), 9)
    3.0

    """
    high = FIRST_STEP / np.linalg.eigvalsh(problem.hessians).max()
    while local_rate(problem, high, beta1) < 1:
        high *= GRID
    return float(brentq(lambda a: local_rate(problem, a, beta1) - 1, high / GRID, high, xtol=1e-15, rtol=1e-12))


def centralised(problem: Problem) -> Problem:
    r"""Return the problem as one agent would have it: the mean Hessian, and the minimiser as its target.

    A plausible mistake, since the network then plays no part.

    >>> centralised(Problem(np.eye(2), [[[1.0]], [[3.0]]], [[0.0], [4.0]])).targets
    array([[3.]])

    """
    rest = Problem(problem.weights, problem.hessians, problem.targets)
    return Problem([[1.0]], [problem.hessian / len(problem.weights)], [minimiser(rest, 0)], problem.omega)


def tail_error(problem: Problem, step: float, beta1: float) -> float:
    r"""Return the root mean square, over agents and time, of $\|x_i - x_\star^t\|$ long after the start.

    The targets turn as $r_t = \mathrm{Re}(z^t R)$, $z = e^{i\omega}$, so the amplitudes solve
    $zX = WX - aM$, $zS = WS + (z-1) H (X - R)$, $zM = \beta_1 M + (1-\beta_1) z S$, and the error is $X - R$.
    step: $a > 0$, small enough for convergence. Raises ValueError for a problem at rest.

    >>> problem = Problem(np.eye(1), [np.eye(2)], np.zeros((1, 2)), omega=0.1)
    >>> round(tail_error(problem, 1.0, 0.0), 6), round(float(2 * np.sin(0.05)), 6)  # a Newton step lags one step behind
    (0.099958, 0.099958)

    """
    a, beta1 = domain.positive("step", step, ()), domain.probability("beta1", beta1, "[)", ())
    if problem.omega is None or problem.omega == 0:
        raise ValueError(f"problem must move: omega must not be 0 or None, got {problem.omega}")
    W, H, identity = _blocks(problem)
    z, none = np.exp(1j * problem.omega), 0 * identity
    N, d = problem.targets.shape
    R = np.tile(np.concatenate([[1, -1j], np.zeros(d - 2)]), N)
    system = np.block(
        [
            [z * identity - W, none, a * identity],
            [-(z - 1) * H, z * identity - W, none],
            [none, -(1 - beta1) * z * identity, (z - beta1) * identity],
        ]
    )
    amplitudes = np.linalg.solve(system, np.concatenate([0 * R, -(z - 1) * H @ R, 0 * R]))
    return float(np.linalg.norm(amplitudes[: N * d] - R) / np.sqrt(2 * N))


def _blocks(problem: Problem) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    r"""Return $W \otimes I$, blockdiag$(Q_i)$ and the identity, each (Nd, Nd)."""
    N, d = problem.targets.shape
    H = np.zeros((N, d, N, d))
    H[np.arange(N), :, np.arange(N), :] = problem.hessians
    return np.kron(problem.weights, np.eye(d)), H.reshape(N * d, N * d), np.eye(N * d)
