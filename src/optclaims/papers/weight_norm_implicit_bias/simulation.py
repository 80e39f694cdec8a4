r"""Weight normalization (WN), its projected relative (rPGD) and gradient descent on least squares; compiled.

With $\nabla L = A^\top(Ax - b)$ and $\hat w = w/\|w\|$:

* wn: $x = g\hat w$; $g \leftarrow g - c\eta\,\hat w^\top\nabla L$, $w \leftarrow w - \eta\frac{g}{\|w\|}
  (I - \hat w\hat w^\top)\nabla L$
* rpgd: $x = gw$, $\|w\| = 1$; $g \leftarrow g - c\eta\,w^\top\nabla L$, $w \leftarrow \Pi(w - \eta g\nabla L)$
* raw: rpgd without the normalisation $\Pi$, a plausible mistake
* gd: $x = w$, g untouched

The gradient lies in the row space, so the kernel's part of w only changes its length: runs go in the coordinates of the
right singular vectors, with one coordinate for the kernel, which is exact. Source: section 2 of the paper.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.integrate import solve_ivp

from optclaims.papers.weight_norm_implicit_bias.problems import Problem, kernel_part
from optclaims.science import domain
from optclaims.science.kernels import njit

__all__ = ["Run", "descend", "flow"]

METHODS = ("wn", "rpgd", "raw", "gd")


class Run(NamedTuple):
    r"""Records of a run, each (records,): steps or times, g, $\|\hat w_\perp\|$, $\|w\|$, loss, $\|x - x^\star\|$;
    and the last w (d,)."""

    times: np.ndarray
    g: np.ndarray
    kernel: np.ndarray
    norm: np.ndarray
    loss: np.ndarray
    error: np.ndarray
    w: np.ndarray


def descend(
    problem: Problem,
    g: float,
    w: ArrayLike,
    *,
    method: str,
    lr: float,
    c: float = 1.0,
    steps: int = 2_000_000,
    every: int = 0,
    loss: float = 1e-20,
    kernel: float = 0.0,
) -> Run:
    r"""Return a run from (g, w), until the loss or $\|\hat w_\perp\|$ falls below a floor, or the steps are used up.

    g: any sign. w: (d,), not 0; for rpgd of length 1, for gd the point itself. lr: $\eta > 0$. c: step size of g over
    that of w, not negative. every: steps between records; 0 for the first and the last step alone, which are always
    recorded. loss, kernel: the floors, not negative. Raises ValueError for arguments out of range.

    Domain: g, w signed

    >>> problem = Problem([[1.0, 0.0]], [2.0, 0.0])
    >>> run = descend(problem, 1.0, [0.8, 0.6], method="rpgd", lr=0.01)
    >>> round(float(run.error[-1]), 2)
    0.26

    """
    code = METHODS.index(domain.one_of("method", method, METHODS))
    w = _weights(problem, w)
    if method == "rpgd" and abs(np.linalg.norm(w) - 1) > 1e-9:
        raise ValueError(f"w must have length 1 for rpgd, got {np.linalg.norm(w):g}")
    settings = (
        float(domain.positive("lr", lr, ())),
        float(domain.nonnegative("c", c, ())),
        float(domain.nonnegative("loss", loss, ())),
        float(domain.nonnegative("kernel", kernel, ())),
    )
    steps = domain.integer("steps", steps, low=1, shape=())
    every = domain.integer("every", every, low=0, shape=()) or steps
    inside = kernel_part(problem, w)
    length = np.linalg.norm(inside)
    state = np.concatenate([[domain.finite("g", g, ())], problem.rows @ w, [length]])
    records = np.empty((steps // every + 2, 6))
    used = _descend(problem.curvatures, problem.rows @ problem.target, state, code, *settings, steps, every, records)
    end = problem.rows.T @ state[1:-1] + inside * (state[-1] / length if length else 0.0)
    return Run(*records[:used].T.copy(), end)


def flow(problem: Problem, g: float, w: ArrayLike, times: ArrayLike, *, c: float = 1.0) -> Run:
    r"""Return the flow of weight normalization, $\dot g = -c\,\hat w^\top\nabla L$, $\dot w = -\frac{g}{\|w\|}
    (I - \hat w\hat w^\top)\nabla L$, at the given times, by Runge-Kutta of order 8 (relative tolerance 1e-12).

    times: increasing, not negative. Other arguments and errors as for `descend`; also where the integration fails.

    Domain: g, w signed; times any length

    >>> flow(Problem([[1.0, 0.0]], [2.0, 0.0]), 1.0, [0.8, 0.6], [0.0, 50.0]).error.round(4)
    array([1.3416, 0.261 ])

    """
    w, c = _weights(problem, w), domain.positive("c", c, ())
    times = domain.increasing("times", times, low=0)
    values, solution = problem.curvatures, problem.rows @ problem.target
    inside = kernel_part(problem, w)
    length = np.linalg.norm(inside)

    def field(_: float, state: np.ndarray) -> np.ndarray:
        g, w = state[0], state[1:]
        norm = np.linalg.norm(w)
        gradient = np.append(values * (g * w[:-1] / norm - solution), 0.0)
        radial = w @ gradient / norm
        return np.concatenate([[-c * radial], -g / norm * (gradient - radial * w / norm)])

    start = np.concatenate([[domain.finite("g", g, ())], problem.rows @ w, [length]])
    solved = solve_ivp(field, (0.0, max(times[-1], 1e-12)), start, "DOP853", t_eval=times, rtol=1e-12, atol=1e-16)
    if not solved.success:
        raise ValueError(f"times up to {times[-1]:g} cannot be reached: {solved.message}")
    g, v = solved.y[0], solved.y[1:]
    norm = np.linalg.norm(v, axis=0)
    gap = g * v[:-1] / norm - solution[:, None]
    loss = 0.5 * (values[:, None] * gap**2).sum(0)
    error = np.sqrt((gap**2).sum(0) + (g * v[-1] / norm) ** 2)
    end = problem.rows.T @ v[:-1, -1] + inside * (v[-1, -1] / length if length else 0.0)
    return Run(times, g, np.abs(v[-1]) / norm, norm, loss, error, end)


def _weights(problem: Problem, w: ArrayLike) -> np.ndarray:
    w = np.asarray(domain.finite("w", w, problem.target.shape), float)
    if not np.linalg.norm(w) > 0:
        raise ValueError("w must not be 0")
    return w


@njit(cache=True)
def _descend(values, solution, state, code, lr, c, loss_floor, kernel_floor, steps, every, records):
    """Advance (g, w) in place, write the records, and return their number."""
    m = len(values)
    gradient = np.empty(m)
    used = 0
    for t in range(steps + 1):
        g, kernel = state[0], state[m + 1]
        square = kernel * kernel
        for i in range(m):
            square += state[1 + i] ** 2
        norm = np.sqrt(square)
        scale = g / norm if code == 0 else (1.0 if code == 3 else g)
        loss, error, along = 0.0, (scale * kernel) ** 2, 0.0
        for i in range(m):
            gap = scale * state[1 + i] - solution[i]
            gradient[i] = values[i] * gap
            loss += 0.5 * gap * gradient[i]
            error += gap * gap
            along += state[1 + i] * gradient[i]
        share = abs(kernel) / norm
        done = t == steps or loss < loss_floor or share < kernel_floor
        if t % every == 0 or done:
            record = (float(t), g, share, norm, loss, np.sqrt(error))
            for i in range(6):
                records[used, i] = record[i]
            used += 1
        if done:
            break
        if code == 0:
            state[0] = g - c * lr * along / norm
            for i in range(m):
                state[1 + i] -= lr * g / norm * (gradient[i] - along / square * state[1 + i])
            state[m + 1] += lr * g / norm * along / square * kernel
        elif code == 3:
            for i in range(m):
                state[1 + i] -= lr * gradient[i]
        else:
            state[0] = g - c * lr * along
            square = kernel * kernel
            for i in range(m):
                state[1 + i] -= lr * g * gradient[i]
                square += state[1 + i] ** 2
            if code == 1:
                for i in range(m + 1):
                    state[1 + i] /= np.sqrt(square)
    return used
