r"""Gradient tracking on a network, with any rule of the Adam family or plain steps inside; compiled.

Every agent i follows its tracker $s_i$ in place of a gradient, which it does not know:
$$x^+ = W x - d(s),\qquad s^+ = W s + \nabla f^{t+1}(x^+) - \nabla f^t(x),$$
where d is the step that the rule takes for the gradients s. Source: the paper's algorithm, in public implementations.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from optclaims.papers.gtadam.problems import Problem, minimiser, shift
from optclaims.science import domain
from optclaims.science.kernels import njit
from optclaims.science.optimizers import SGD, Adam, EMAMomentum, Rule, SaturatedAdam

__all__ = ["Path", "State", "begin", "derivative", "run"]

TRACKERS = ("tracking", "local", "frozen")


class State(NamedTuple):
    """What the agents hold, each (N, d): points, trackers, momentum, second moment and its running maximum."""

    x: np.ndarray
    s: np.ndarray
    m: np.ndarray
    v: np.ndarray
    vhat: np.ndarray


class Path(NamedTuple):
    """A run: recorded times (records,), points (records, N, d), the last state, and the largest v that was met."""

    times: np.ndarray
    points: np.ndarray
    last: State
    largest_v: float


def begin(problem: Problem, rule: Rule, start: ArrayLike) -> State:
    r"""Return the state before the first step: $s_i = \nabla f_i^0(x_i)$, and the memory that this gradient leaves.

    start: one point (d,) for all agents or (N, d). Raises ValueError for another shape and for rules that `run`
    refuses.

    Domain: start signed, any shape

    >>> begin(Problem(np.eye(1), [[[2.0]]], [[1.0]]), SGD(0.1), [4.0]).s
    array([[6.]])

    """
    constants = _constants(rule)
    start = domain.finite("start", start)
    domain.broadcastable(start=start, targets=problem.targets)
    x = np.broadcast_to(domain.shape("start", start, (..., problem.targets.shape[1])), problem.targets.shape).copy()
    s = np.einsum("nij,nj->ni", problem.hessians, x - problem.targets - shift(problem, 0))
    v = np.minimum((1 - constants[2]) * s**2, constants[4])
    return State(x, s, (1 - constants[1]) * s, v, v.copy())


def run(
    problem: Problem,
    rule: Rule,
    steps: int,
    start: ArrayLike | State,
    *,
    tracker: str = "tracking",
    every: int = 1,
    jitter: float = 0.0,
    rng: np.random.Generator | None = None,
) -> Path:
    r"""Return a run from `start` at time 0, recorded at 0 and after every so many steps.

    rule: `SGD` (gradient tracking), `EMAMomentum`, `Adam` without bias correction, or `SaturatedAdam` (GTAdam).
    start: points as in `begin`, or a state. tracker: "tracking"; "local" takes the agent's own gradient (distributed
    gradient descent), "frozen" both gradients of the difference at time t, so that the drift of the targets is lost;
    the last two are plausible mistakes. jitter: deviation of normal noise that is added to the points after every step,
    from `rng`: rounding can freeze a run otherwise. A run that diverges goes on as infinity or NaN.
    Raises ValueError for arguments out of range and for other rules.

    Domain: start signed, any shape

    >>> problem = Problem(np.full((2, 2), 0.5), [[[1.0]], [[3.0]]], [[0.0], [4.0]])
    >>> run(problem, SGD(0.1), 200, [0.0]).points[-1].round(9).ravel().tolist()
    [3.0, 3.0]

    """
    constants, switches = _constants(rule), (isinstance(rule, Adam), *_switches(rule))
    mode = TRACKERS.index(domain.one_of("tracker", tracker, TRACKERS))
    steps = domain.integer("steps", steps, low=1, shape=())
    every = domain.integer("every", every, low=1, high=steps, shape=())
    state = start if isinstance(start, State) else begin(problem, rule, start)
    state = State(
        *(np.array(domain.finite(name, part, problem.targets.shape)) for name, part in state._asdict().items())
    )
    noise = np.zeros((0, *problem.targets.shape))
    if domain.nonnegative("jitter", jitter, ()) > 0:
        noise = jitter * domain.generator("rng", rng).standard_normal((steps, *problem.targets.shape))
    orbit = (0.0, 0.0) if problem.omega is None else (1.0, float(problem.omega))
    arrays = (problem.weights, problem.hessians, problem.targets)
    points = np.empty((steps // every + 1, *problem.targets.shape))
    largest = _iterate(*arrays, *orbit, *state, constants, switches, mode, noise, steps, every, points)
    return Path(every * np.arange(len(points)), points, state, largest)


def derivative(problem: Problem, rule: Rule, difference: float = 0.01) -> np.ndarray:
    r"""Return the derivative (3Nd, 3Nd) of one step on $(x, s, m)$ at the minimiser, where s, m and v are 0.

    By central differences, exact up to rounding since the step is linear while v is 0; x, s, m are flattened agent by
    agent. difference: positive. Raises ValueError otherwise, and as `run`.

    >>> problem = Problem(np.eye(1), [[[2.0]]], [[5.0]])
    >>> derivative(problem, SGD(0.25)).round(9).tolist()
    [[1.0, 0.0, -0.25], [0.0, 1.0, -0.5], [0.0, 1.0, -0.5]]

    """
    domain.positive("difference", difference, ())
    rest = np.zeros((5, *problem.targets.shape))
    rest[0] = minimiser(problem, 0)

    def after(change: np.ndarray) -> np.ndarray:
        state = rest.copy()
        state[:3] += change.reshape(3, *problem.targets.shape)
        return np.ravel(run(problem, rule, 1, State(*state)).last[:3])

    steps = difference * np.eye(3 * problem.targets.size)
    return np.stack([(after(h) - after(-h)) / (2 * difference) for h in steps], axis=-1)


def _constants(rule: Rule) -> tuple[float, ...]:
    """Return lr, beta1, beta2, eps and cap, each a number."""
    if type(rule) not in (SGD, EMAMomentum, Adam, SaturatedAdam):
        raise ValueError(f"rule must be SGD, EMAMomentum, Adam or SaturatedAdam, got {rule!r}")
    if isinstance(rule, Adam) and (rule.bias_correction or rule.root_of != "new"):
        raise ValueError(f"rule must have no bias correction and the new root, got {rule!r}")
    values = {"beta1": getattr(rule, "momentum", 0.0), "beta2": 0.0, "eps": 0.0, "cap": np.inf} | vars(rule)
    if any(callable(values[name]) or np.ndim(values[name]) for name in ("lr", "beta1", "beta2", "eps", "cap")):
        raise ValueError(f"rule must have numbers as hyperparameters, got {rule!r}")
    return tuple(float(values[name]) for name in ("lr", "beta1", "beta2", "eps", "cap"))


def _switches(rule: Rule) -> tuple[bool, bool]:
    return getattr(rule, "eps_inside_root", False), getattr(rule, "amsgrad", False)


@njit(cache=True)
def _gradients(hessians, targets, radius, angle, x, out):
    """Write the agents' gradients at their points x (N, d) into out."""
    agents, d = x.shape
    for i in range(agents):
        for j in range(d):
            out[i, j] = 0.0
        for k in range(d):
            gap = x[i, k] - targets[i, k]
            if k == 0:
                gap -= radius * np.cos(angle)
            elif k == 1:
                gap -= radius * np.sin(angle)
            for j in range(d):
                out[i, j] += hessians[i, j, k] * gap


@njit(cache=True)
def _mixed(weights, x, out):
    """Write W x into out."""
    agents, d = x.shape
    for i in range(agents):
        for j in range(d):
            out[i, j] = 0.0
        for other in range(agents):
            weight = weights[i, other]
            if weight != 0.0:
                for j in range(d):
                    out[i, j] += weight * x[other, j]


@njit(cache=True)
def _iterate(
    weights, hessians, targets, radius, omega, x, s, m, v, vhat, constants, switches, mode, noise, steps, every, points
):
    """Advance the state in place, write the records into points, and return the largest v."""
    lr, beta1, beta2, eps, cap = constants
    adaptive, inside, amsgrad = switches
    agents, d = x.shape
    old, new, averaged = np.empty((agents, d)), np.empty((agents, d)), np.empty((agents, d))
    _gradients(hessians, targets, radius, 0.0, x, old)
    points[0] = x
    largest = v.max()
    for t in range(steps):
        _mixed(weights, x, averaged)
        for i in range(agents):
            for j in range(d):
                change = m[i, j]
                if adaptive:
                    root = np.sqrt(vhat[i, j] + eps) if inside else np.sqrt(vhat[i, j]) + eps
                    if root > 0:
                        change /= root
                x[i, j] = averaged[i, j] - lr * change
        if len(noise):
            x += noise[t]
        _gradients(hessians, targets, radius, omega * (t + 1), x, new)
        _mixed(weights, s, averaged)
        if mode == 2:
            _gradients(hessians, targets, radius, omega * t, x, s)
        for i in range(agents):
            for j in range(d):
                if mode == 0:
                    s[i, j] = averaged[i, j] + new[i, j] - old[i, j]
                elif mode == 1:
                    s[i, j] = new[i, j]
                else:
                    s[i, j] = averaged[i, j] + s[i, j] - old[i, j]
                old[i, j] = new[i, j]
                m[i, j] = beta1 * m[i, j] + (1 - beta1) * s[i, j]
                v[i, j] = min(beta2 * v[i, j] + (1 - beta2) * s[i, j] ** 2, cap)
                vhat[i, j] = max(vhat[i, j], v[i, j]) if amsgrad else v[i, j]
                largest = max(largest, v[i, j])
        if (t + 1) % every == 0:
            points[(t + 1) // every] = x
    return largest
