r"""Full-batch Adam with epsilon inside the root: one step in any dimension, long runs on $f(w) = \mu w^2 / 2$.

With ``bias_correction`` the learning rate is multiplied by $\sqrt{1-\beta_2^t} / (1-\beta_1^t)$.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from optclaims.science import domain
from optclaims.science.kernels import njit

TINY = 2.0**-300

__all__ = ["Extremes", "extremes", "on_cycle", "one_step", "path", "step_jacobian"]


def one_step(
    state: tuple[np.ndarray, np.ndarray, np.ndarray],
    hessian: ArrayLike,
    *,
    lr: float,
    beta1: float,
    beta2: float,
    eps: float,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    r"""Return (m, v, w) after one step on $f(w) = w^T H w / 2$, without bias correction.

    state: three arrays (d,). hessian: (d, d). Raises ValueError for shapes that do not fit and parameters out of range.

    Domain: state, hessian signed

    >>> state = np.zeros(1), np.zeros(1), np.ones(1)
    >>> [float(part[0]) for part in one_step(state, [[1.0]], lr=0.1, beta1=0, beta2=0, eps=3.0)]
    [1.0, 1.0, 0.95]

    """
    m, v, w = domain.finite("state", np.stack(state) if isinstance(state, tuple) else state, (3, None))
    hessian = domain.finite("hessian", np.asarray(hessian, float))
    domain.shape("hessian", hessian, (len(w), len(w)))
    _check(lr, beta1, beta2, eps)
    gradient = hessian @ w
    m, v = beta1 * m + (1 - beta1) * gradient, beta2 * v + (1 - beta2) * gradient**2
    return m, v, w - lr * m / np.sqrt(v + eps)


def step_jacobian(hessian: ArrayLike, *, lr: float, beta1: float, beta2: float, eps: float) -> np.ndarray:
    r"""Return the derivative (3d, 3d) of `one_step` at the minimum, by central differences.

    Their step is $10^{-7} \sqrt\epsilon$. hessian: (d, d). Raises ValueError as `one_step`.

    Domain: hessian signed

    >>> step_jacobian([[2.0]], lr=0.1, beta1=0.5, beta2=0.9, eps=1e-4).shape
    (3, 3)

    """
    hessian = np.asarray(hessian, float)
    d, h = len(hessian), 1e-7 * np.sqrt(domain.positive("eps", eps, ()))
    columns = []
    for direction in np.eye(3 * d):
        ends = [
            np.concatenate(
                one_step(tuple(np.split(sign * h * direction, 3)), hessian, lr=lr, beta1=beta1, beta2=beta2, eps=eps)
            )
            for sign in (1, -1)
        ]
        columns.append((ends[0] - ends[1]) / (2 * h))
    return np.stack(columns, axis=1)


def path(
    start: tuple[float, float, float],
    steps: int,
    *,
    curvature: float,
    lr: float,
    beta1: float,
    beta2: float,
    eps: float,
    bias_correction: bool = False,
) -> np.ndarray:
    """Return w (steps + 1,) of one run from (m, v, w), the start included.

    Raises ValueError for parameters out of range.

    Domain: start signed

    >>> path((0.0, 0.0, 1.0), 2, curvature=1.0, lr=0.1, beta1=0.0, beta2=0.0, eps=1e-30).round(12).tolist()
    [1.0, 0.9, 0.8]

    """
    _check(lr, beta1, beta2, eps)
    domain.positive("curvature", curvature, ())
    domain.finite("start", start, (3,))
    w = np.empty(domain.integer("steps", steps, low=1, shape=()) + 1)
    constants = (float(curvature), float(lr), float(beta1), float(beta2), float(eps), bool(bias_correction))
    w[0] = start[2]
    _advance(np.array([*start, 0.0]), 0, w[1:], *constants)
    return w


class Extremes(NamedTuple):
    """What is kept of long runs.

    largest, smallest: (cells, windows) of |w| over each window. steps: (cells,) that each run took.
    """

    largest: np.ndarray
    smallest: np.ndarray
    steps: np.ndarray


def on_cycle(width: ArrayLike, beta1: ArrayLike, curvature: ArrayLike) -> np.ndarray:
    r"""Return (m, v, w) = $(-(1-\beta_1)\mu W/(1+\beta_1), \mu^2 W^2, W)$, (cells, 3), at the upper end of a two-cycle.

    Domain: width signed; beta1, curvature any shape

    >>> on_cycle([2.0], 0.5, 3.0).round(9)
    array([[-2., 36.,  2.]])

    """
    width = np.asarray(domain.finite("width", width, (None,)), float)
    beta1, curvature = domain.probability("beta1", beta1, "[)"), domain.positive("curvature", curvature)
    domain.broadcastable(width=width, beta1=beta1, curvature=curvature)
    m = -(1 - np.asarray(beta1)) * curvature * width / (1 + np.asarray(beta1))
    return np.stack([m, (np.asarray(curvature) * width) ** 2, width], axis=-1)


def extremes(
    starts: ArrayLike,
    windows: ArrayLike,
    *,
    curvature: ArrayLike,
    lr: ArrayLike,
    beta1: ArrayLike,
    beta2: ArrayLike,
    eps: ArrayLike,
    bias_correction: ArrayLike = False,
    floor: ArrayLike = 0.0,
) -> Extremes:
    """Run every cell and return the extremes of |w| over windows of steps.

    starts: (cells, 3) of (m, v, w). windows: increasing numbers of steps (k + 1,); window i holds the steps after the
    i-th up to and with the (i+1)-th number, and the last number is the length of the runs. The parameters broadcast to
    (cells,). A run that stayed below ``floor`` for up to a thousand steps is ended, and its remaining windows are 0.
    Raises ValueError for parameters out of range.

    Domain: starts signed; curvature, lr, beta1, beta2, eps, floor any shape; windows any length

    >>> found = extremes([[0.0, 0.0, 1.0]], [0, 5], curvature=1, lr=0.1, beta1=0, beta2=0, eps=1e-30)
    >>> found.smallest.round(12).tolist()
    [[0.5]]

    """
    starts = np.atleast_2d(domain.finite("starts", np.asarray(starts, float)))
    domain.shape("starts", starts, (None, 3))
    _check(lr, beta1, beta2, eps, None)
    domain.positive("curvature", curvature)
    domain.nonnegative("floor", floor)
    cells = {"curvature": curvature, "lr": lr, "beta1": beta1, "beta2": beta2, "eps": eps, "floor": floor}
    domain.broadcastable(starts=starts[:, 0], **cells)
    windows = np.asarray(domain.integer("windows", windows, low=0), np.int64)
    if windows.ndim != 1 or len(windows) < 2 or (np.diff(windows) <= 0).any():
        raise ValueError(f"windows must be at least two increasing numbers of steps, got {windows}")
    columns = [np.broadcast_to(np.asarray(a, float), (len(starts),)) for a in cells.values()]
    corrected = np.broadcast_to(np.asarray(bias_correction, bool), (len(starts),))
    return Extremes(
        *_extremes(np.pad(starts, ((0, 0), (0, 1))), windows, *map(np.ascontiguousarray, (*columns, corrected)))
    )


def _check(lr: ArrayLike, beta1: ArrayLike, beta2: ArrayLike, eps: ArrayLike, shape: tuple | None = ()) -> None:
    domain.positive("lr", lr, shape)
    domain.probability("beta1", beta1, "[)", shape)
    domain.probability("beta2", beta2, "[)", shape)
    domain.positive("eps", eps, shape)


@njit(cache=True)
def _advance(state, done, w, curvature, lr, beta1, beta2, eps, bias_correction):
    """Advance (m, v, w, k) in place by len(w) steps after the first ``done`` ones, recording every w.

    The iterate is w 2^(-300 k), and m likewise. An orbit that repels may first shrink below the smallest number, and 0
    would hold it for ever. As long as k > 0 the gradient squared is below the rounding of v + eps.
    """
    power1, power2 = beta1**done, beta2**done
    for i in range(len(w)):
        g = curvature * state[2]
        state[0] = beta1 * state[0] + (1 - beta1) * g
        state[1] = beta2 * state[1] + ((1 - beta2) * g * g if state[3] == 0 else 0.0)
        rate = lr
        if bias_correction:
            power1 *= beta1
            power2 *= beta2
            rate *= np.sqrt(1 - power2) / (1 - power1)
        state[2] -= rate * state[0] / np.sqrt(state[1] + eps)
        size = max(abs(state[0]), abs(state[2]))
        if 0 < size < TINY:
            state[0], state[2], state[3] = state[0] / TINY, state[2] / TINY, state[3] + 1
        elif state[3] > 0 and size > 1:
            state[0], state[2], state[3] = state[0] * TINY, state[2] * TINY, state[3] - 1
        w[i] = state[2] * TINY ** state[3]


@njit(cache=True)
def _extremes(states, windows, curvature, lr, beta1, beta2, eps, floor, bias_correction):
    cells, kept, block = len(states), len(windows) - 1, 1000
    largest, smallest = np.zeros((cells, kept)), np.zeros((cells, kept))
    steps, w = np.zeros(cells, np.int64), np.empty(block)
    for i in range(cells):
        done = 0
        for window in range(-1, kept):
            low, high, last = np.inf, 0.0, windows[window + 1]
            while done < last:
                length = min(block, last - done)
                _advance(
                    states[i], done, w[:length], curvature[i], lr[i], beta1[i], beta2[i], eps[i], bias_correction[i]
                )
                done += length
                size = np.abs(w[:length])
                low, high = min(low, size.min()), max(high, size.max())
                if size.max() < floor[i]:
                    break
            if window >= 0:
                largest[i, window], smallest[i, window] = high, low
            if done < last:
                break
        steps[i] = done
    return largest, smallest, steps
