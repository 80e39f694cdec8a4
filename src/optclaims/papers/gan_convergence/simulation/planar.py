r"""Training of two parameters: simultaneous and alternating steps, continuous time, and the derivative of many steps.

A field maps points (..., 2) to arrays of the same shape (`problems`). The starts' leading axes are independent runs.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike
from scipy.integrate import solve_ivp

from optclaims.science import domain
from optclaims.science.kernels import njit

__all__ = ["alternating", "bisected_step", "drifting_squares", "energy_gradient", "flow", "monodromy", "simultaneous"]

Field = Callable[[np.ndarray], np.ndarray]


def simultaneous(field: Field, start: ArrayLike, lr: ArrayLike, steps: int, *, clip: float | None = None) -> np.ndarray:
    r"""Return the points (steps + 1, ..., 2) of $x \leftarrow x + h v(x)$, the start included.

    start: (..., 2). lr: $h > 0$, broadcasts with (..., 2). clip: $\psi$ is kept in [-clip, clip] after each step.
    Raises ValueError for arguments out of range.

    Domain: start signed; start, lr any shape

    >>> simultaneous(lambda x: -x, [1.0, 2.0], 0.5, 1).tolist()
    [[1.0, 2.0], [0.5, 1.0]]

    """
    return _run(lambda point: point + lr * field(point), field, start, lr, steps, clip)


def alternating(
    field: Field,
    start: ArrayLike,
    lr: ArrayLike,
    steps: int,
    *,
    generator_steps: int = 1,
    discriminator_steps: int = 1,
    clip: float | None = None,
    stale: bool = False,
) -> np.ndarray:
    r"""Return the points (steps + 1, ..., 2) of rounds: generator steps, then discriminator steps where those led.

    stale: the discriminator's step uses the field from before the generator's, a plausible mistake that is SimGD.
    Other arguments and errors as for `simultaneous`.

    Domain: start signed; start, lr any shape

    >>> alternating(lambda x: x[..., ::-1], [1.0, 1.0], 1.0, 1)[-1].tolist()
    [2.0, 3.0]

    """
    counts = (
        domain.integer("generator_steps", generator_steps, low=1, shape=()),
        domain.integer("discriminator_steps", discriminator_steps, low=1, shape=()),
    )

    def one_round(point: np.ndarray) -> np.ndarray:
        before = field(point) if stale else None
        for own, count in zip(np.eye(2), counts, strict=True):
            for _ in range(count):
                point = point + lr * (before if stale else field(point)) * own
        return point

    return _run(one_round, field, start, lr, steps, clip)


def _run(step: Field, field: Field, start: ArrayLike, lr: ArrayLike, steps: int, clip: float | None) -> np.ndarray:
    domain.function("field", field)
    domain.positive("lr", lr)
    point = np.asarray(domain.finite("start", start, (..., 2)), float)
    limit = np.array([np.inf, np.inf if clip is None else domain.positive("clip", clip, ())])
    points = np.empty(
        (domain.integer("steps", steps, low=0, shape=()) + 1, *np.broadcast_shapes(point.shape, np.shape(lr)))
    )
    points[0] = point
    for k in range(steps):
        points[k + 1] = np.clip(step(points[k]), -limit, limit)
    return points


def flow(field: Field, start: ArrayLike, times: ArrayLike) -> np.ndarray:
    r"""Return the points (times, ..., 2) of $\dot x = v(x)$, by Runge-Kutta of order 8, relative tolerance 1e-9.

    start: (..., 2) at time 0; several go through the same steps. times: increasing, not negative. Raises ValueError for
    arguments out of range, and where the integration fails.

    Domain: start signed, any shape; times any length

    >>> flow(lambda x: -x, [1.0, 2.0], [np.log(2.0)]).round(9).tolist()
    [[0.5, 1.0]]

    """
    domain.function("field", field)
    start = np.asarray(domain.finite("start", start, (..., 2)), float)
    times = domain.increasing("times", times, low=0)
    flat = lambda _, x: field(x.reshape(start.shape)).ravel()  # noqa: E731
    solved = solve_ivp(flat, (0, times[-1]), start.ravel(), "DOP853", t_eval=times, rtol=1e-9, atol=1e-12)
    if not solved.success:
        raise ValueError(f"times up to {times[-1]:g} cannot be reached: {solved.message}")
    return solved.y.T.reshape(-1, *start.shape)


def monodromy(run: Callable[[np.ndarray], np.ndarray], difference: float = 1e-6) -> np.ndarray:
    r"""Return the derivative (2, 2) at the origin of the end point of a run, by central differences.

    run: maps starts (4, 2) to points (steps + 1, 4, 2). difference: of the starts. Raises ValueError unless positive.

    >>> monodromy(lambda start: simultaneous(lambda x: -x, start, 0.5, 2)).round(9).tolist()
    [[0.25, 0.0], [0.0, 0.25]]

    """
    domain.function("run", run)
    domain.positive("difference", difference, ())
    end = run(difference * np.concatenate([np.eye(2), -np.eye(2)]))[-1]
    return ((end[:2] - end[2:]) / (2 * difference)).T


def energy_gradient(field: Field, points: ArrayLike, difference: float = 1e-5) -> np.ndarray:
    r"""Return the gradient (..., 2) of $\tfrac12 \|v\|^2$ at points (..., 2), by central differences.

    Raises ValueError for points that are not finite and a difference that is not positive.

    Domain: points signed, any shape

    >>> energy_gradient(lambda x: 2 * x, [1.0, 3.0]).round(6).tolist()
    [4.0, 12.0]

    """
    domain.function("field", field)
    steps = domain.positive("difference", difference, ()) * np.eye(2)
    points = np.asarray(domain.finite("points", points, (..., 2)), float)[..., None, :]
    energy = [0.5 * (field(points + sign * steps) ** 2).sum(-1) for sign in (1, -1)]
    return (energy[0] - energy[1]) / (2 * difference)


def bisected_step(converges: Callable[[float], bool], low: float, high: float, rtol: float = 1e-6) -> float:
    """Return the step size at which ``converges`` changes from true (at low) to false (at high), by bisection.

    Raises ValueError unless it does change.

    >>> round(bisected_step(lambda h: h < 2, 1.0, 3.0), 5)
    2.0

    """
    domain.function("converges", converges)
    domain.positive("low", low, ())
    domain.positive("high", high, ())
    domain.positive("rtol", rtol, ())
    if not (low < high and converges(low) and not converges(high)):
        raise ValueError(f"low and high must enclose the change from converging to not, got {low:g} and {high:g}")
    while high - low > rtol * high:
        middle = (low + high) / 2
        low, high = (middle, high) if converges(middle) else (low, middle)
    return (low + high) / 2


def drifting_squares(
    starts: ArrayLike, lr: float, steps: int, kept: int, *, generator_steps: int, discriminator_steps: int, linear: bool
) -> np.ndarray:
    r"""Return the mean of $r^2$ (runs,) over the last ``kept`` rounds of unregularised AltGD of the GAN.

    starts: (runs, 2). linear: replaces $f'$ by $f'(0)$, whose rounds conserve a quadratic form. Compiled, since a drift
    needs a million rounds. Raises ValueError for arguments out of range.

    Domain: starts signed; starts any length

    >>> counts = {"generator_steps": 1, "discriminator_steps": 1}
    >>> drifting_squares([[1.0, 0.0]], 0.1, 10, 1, **counts, linear=True).round(3).tolist()
    [1.021]

    """
    starts = np.array(domain.finite("starts", np.atleast_2d(starts), (None, 2)))
    steps = domain.integer("steps", steps, low=1, shape=())
    kept = domain.integer("kept", kept, low=1, high=steps, shape=())
    counts = (
        domain.integer("generator_steps", generator_steps, low=1, shape=()),
        domain.integer("discriminator_steps", discriminator_steps, low=1, shape=()),
    )
    return _mean_square(starts, float(domain.positive("lr", lr, ())), steps, kept, *counts, bool(linear))


@njit(cache=True)
def _mean_square(starts, lr, steps, kept, generator_steps, discriminator_steps, linear):
    means = np.empty(len(starts))
    for run in range(len(starts)):
        theta, psi = starts[run]
        total = 0.0
        for k in range(steps):
            for _ in range(generator_steps):
                theta -= lr * psi * (0.5 if linear else 1 / (1 + np.exp(theta * psi)))
            for _ in range(discriminator_steps):
                psi += lr * theta * (0.5 if linear else 1 / (1 + np.exp(theta * psi)))
            if k >= steps - kept:
                total += theta * theta + psi * psi
        means[run] = total / kept
    return means
