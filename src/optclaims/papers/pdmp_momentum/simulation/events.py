r"""The switched process, event by event: no time step where the flow between two jumps is known.

All paths advance together, each with a clock of its own: in one turn a path goes to its next jump, or to the next
record, or by the longest stretch that is allowed, whichever comes first. The flow between jumps is a function
(t, q, v, centre, h) -> (q, v): `harmonic` on quadratics, exact, or `integrated`, Runge and Kutta's.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optclaims.papers.pdmp_momentum.problems import Setting
from optclaims.science import domain

__all__ = ["harmonic", "integrated", "largest_gap", "reciprocal_waits", "sojourns", "switched"]

Array = NDArray[np.float64]
Flow = Callable[[Array, Array, Array, Array, Array], tuple[Array, Array]]
Jump = Callable[[Array, Array], Array]
WAITS = ("exponential", "fixed")
INDICES = ("all", "others", "frozen")


def harmonic(setting: Setting) -> Flow:
    r"""Return the exact flow of $m \ddot q = -\alpha \dot q - a (q - b)$, of mass 0 too.

    With $\gamma = \alpha/2m$ and $s^2 = \gamma^2 - a/m$ it is $e^{-\gamma h}$ times cosh and sinh of sh, or cosine and
    sine, and near critical damping a series.

    >>> flow = harmonic(Setting(0.0, 1.0, 1.0, 0.5))
    >>> flow(0.0, np.array([1.0]), np.array([0.0]), np.array([0.0]), np.array([np.log(2)]))[0].round(9).tolist()
    [0.5]
    """
    m, alpha, a = setting.mass, setting.friction, setting.curvature
    if m == 0:
        return lambda t, q, v, centre, h: (centre + (q - centre) * np.exp(-a / alpha * h), 0 * v)
    gamma, square = alpha / (2 * m), (alpha / (2 * m)) ** 2 - a / m
    s = np.sqrt(abs(square))

    def flow(t: Array, q: Array, v: Array, centre: Array, h: Array) -> tuple[Array, Array]:
        if s * np.max(h, initial=0.0) < 1e-3:
            decay = np.exp(-gamma * h)
            even, odd = decay * (1 + square * h**2 / 2), decay * h * (1 + square * h**2 / 6)
        elif square > 0:  # both exponents are negative: nothing overflows however small the mass
            slow, fast = np.exp((s - gamma) * h), np.exp(-(s + gamma) * h)
            even, odd = (slow + fast) / 2, (slow - fast) / (2 * s)
        else:
            decay = np.exp(-gamma * h)
            even, odd = decay * np.cos(s * h), decay * np.sin(s * h) / s
        x = q - centre
        return centre + (even + gamma * odd) * x + odd * v, (even - gamma * odd) * v - a / m * odd * x

    return flow


def integrated(slope: Callable[[Array, Array], Array], mass: Callable[[Array], Any], friction: float) -> Flow:
    r"""Return one step of the classical Runge-Kutta method of order 4 for $m(t)\,\dot v = -\alpha v - \Phi'(q, b)$.

    slope: (q, centre) -> slope of the potential;  mass: t -> m(t), positive

    >>> flow = integrated(lambda q, b: q - b, lambda t: 1.0, 2.0)
    >>> flow(0.0, np.array([1.0]), np.array([0.0]), np.array([0.0]), np.array([0.1]))[0].round(5).tolist()
    [0.99532]
    """
    domain.function("slope", slope), domain.function("mass", mass), domain.positive("friction", friction, ())

    def flow(t: Array, q: Array, v: Array, centre: Array, h: Array) -> tuple[Array, Array]:
        push = lambda t, q, v: (v, -(friction * v + slope(q, centre)) / mass(t))  # noqa: E731
        dq1, dv1 = push(t, q, v)
        dq2, dv2 = push(t + h / 2, q + h / 2 * dq1, v + h / 2 * dv1)
        dq3, dv3 = push(t + h / 2, q + h / 2 * dq2, v + h / 2 * dv2)
        dq4, dv4 = push(t + h, q + h * dq3, v + h * dv3)
        return q + h / 6 * (dq1 + 2 * dq2 + 2 * dq3 + dq4), v + h / 6 * (dv1 + 2 * dv2 + 2 * dv3 + dv4)

    return flow


def sojourns(wait: float) -> Jump:
    """Return the jumps of a constant mean wait: (t, e) -> t + wait e for standard exponentials e.

    >>> sojourns(0.5)(1.0, 2.0)
    2.0
    """
    wait = domain.positive("wait", wait, ())
    return lambda t, e: t + wait * e


def reciprocal_waits(c: float) -> Jump:
    r"""Return the jumps of the mean wait $\eta(t) = c/(1+t)$: the next one is where $\int \eta^{-1}$ has grown by e.

    >>> float(reciprocal_waits(0.5)(1.0, 5.0))
    2.0
    """
    c = domain.positive("c", c, ())
    return lambda t, e: np.sqrt((1 + t) ** 2 + 2 * c * e) - 1


def _turns(
    flow: Flow,
    jump: Jump,
    centres: Array,
    start: tuple[Array, Array],
    times: Array,
    rng: np.random.Generator,
    longest: float,
    waits: str,
    index: str,
) -> Iterator[tuple[Any, Array, Array, Array]]:
    """Yield (the time reached by all paths or None, q, v, centre of every path) after every turn.

    start: q and v, (..., runs); the leading axes share the index path.
    """
    (q, v), runs = start, start[0].shape[-1]
    draw = (lambda: np.ones(runs)) if waits == "fixed" else (lambda: rng.standard_exponential(runs))
    t = np.zeros(runs)
    at, until = rng.integers(len(centres), size=runs), jump(t, draw())
    for record in times:
        while (t < record).any():
            stop = np.minimum(np.minimum(until, record), t + longest)
            q, v = flow(t, q, v, centres[at], stop - t)
            jumped = (until <= stop) & (t < stop)
            t = stop
            if jumped.any():
                if index == "all":
                    at = np.where(jumped, rng.integers(len(centres), size=runs), at)
                elif index == "others":
                    at = np.where(jumped, (at + rng.integers(1, len(centres), size=runs)) % len(centres), at)
                until = np.where(jumped, jump(t, draw()), until)
            yield None, q, v, centres[at]
        yield record, q, v, centres[at]


def _checked(centres, start, times, rng, longest, waits, index):
    centres = domain.vector("centres", centres)
    if len(centres) < 2:
        raise ValueError(f"centres must hold at least two, got {len(centres)}")
    start = np.asarray(domain.vector("start", start), float)
    times, rng = domain.increasing("times", times, low=0), domain.generator("rng", rng)
    longest = domain.positive("longest", longest, (), infinite=True)
    domain.one_of("waits", waits, WAITS), domain.one_of("index", index, INDICES)
    return centres, start, times, rng, longest, waits, index


def switched(
    flow: Flow,
    jump: Jump,
    centres: ArrayLike,
    start: ArrayLike,
    times: Sequence[float],
    rng: np.random.Generator,
    *,
    longest: float = np.inf,
    waits: str = "exponential",
    index: str = "all",
) -> Array:
    """Return q, v and the present centre (times, 3, runs) of paths from rest at `start` (runs,).

    centres: (potentials,), the first and every later one drawn uniformly;  longest: stretch between two turns
    waits: "exponential", or "fixed" at their mean
    index: drawn from "all" (the present one too), from the "others", or "frozen" at the first
    Raises ValueError for arguments out of range.

    Domain: centres, start signed; centres, start, times any length; longest infinite.

    >>> flow = harmonic(Setting(1.0, 1.0, 1.0, 0.5))
    >>> found = switched(flow, sojourns(0.5), [-1.0, 1.0], [0.0] * 3, [1.0, 2.0], np.random.default_rng(0), longest=1.0)
    >>> found.shape
    (2, 3, 3)
    """
    domain.function("flow", flow), domain.function("jump", jump)
    centres, start, *rest = _checked(centres, start, times, rng, longest, waits, index)
    turns = _turns(flow, jump, centres, (start, 0 * start), *rest)
    return np.stack([np.stack(state) for record, *state in turns if record is not None])


def largest_gap(
    flows: Sequence[Flow],
    limit: Flow,
    jump: Jump,
    centres: ArrayLike,
    start: ArrayLike,
    time: float,
    rng: np.random.Generator,
    *,
    longest: float,
    velocity: ArrayLike = 0.0,
) -> Array:
    r"""Return $\sup_t |q_j(t) - q_0(t)|$ (flows, runs) between flows and their limit on the same index paths.

    start: (runs,) of all;  longest: stretch between two looks;  velocity: of each flow at the start, (flows,) or 0
    Raises ValueError for arguments out of range.

    Domain: centres, start, velocity signed; velocity any shape; centres, start any length; longest infinite.

    >>> flows = [harmonic(Setting(mass, 1.0, 1.0, 0.5)) for mass in (0.0, 0.1)]
    >>> jump, rng = sojourns(0.5), np.random.default_rng(0)
    >>> gaps = largest_gap(flows, flows[0], jump, [-1.0, 1.0], [1.0], 2.0, rng, longest=0.1)
    >>> gaps.shape, float(gaps[0, 0])
    ((2, 1), 0.0)
    """
    for flow in (*flows, limit):
        domain.function("flows", flow)
    domain.function("jump", jump)
    time = domain.positive("time", time, ())
    centres, start, *rest = _checked(centres, start, [time], rng, longest, "exponential", "all")
    given = domain.finite("velocity", velocity, () if np.ndim(velocity) == 0 else (len(flows),))
    q = np.repeat(start[None], len(flows) + 1, axis=0)
    v = np.concatenate([[0.0], np.broadcast_to(given, (len(flows),))])[:, None] + 0 * q

    def stacked(t: Array, q: Array, v: Array, centre: Array, h: Array) -> tuple[Array, Array]:
        moved = [flow(t, *state, centre, h) for flow, *state in zip((limit, *flows), q, v, strict=True)]
        return np.stack([q for q, _ in moved]), np.stack([v for _, v in moved])

    gap = np.zeros((len(flows), len(start)))
    for _, points, *_ in _turns(stacked, jump, centres, (q, v), *rest):
        gap = np.maximum(gap, np.abs(points[1:] - points[0]))
    return gap
