r"""Runs: Nesterov's momentum in both forms, Adan's step written out, and long runs compiled.

The compiled loops are those of `science.optimizers.Adan`, which tests hold them to. With beta2 = 0 Adan is Adam
with the second constant beta3.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optclaims.science import domain
from optclaims.science.kernels import njit
from optclaims.science.optimizers import HeavyBall, Rule

__all__ = ["Window", "first_passage", "in_noise", "mode", "nesterov", "path", "reformulated", "single_tensor", "window"]

Array = NDArray[np.float64]
Gradient = Callable[[Array], Array]


def nesterov(gradient: Gradient, start: ArrayLike, lr: float, momentum: float, steps: int) -> Array:
    r"""Return the extrapolated points $\bar\theta_k$ (steps + 1, d) of Nesterov's method, where it takes gradients:

    $$\bar\theta_k = \theta_k - \eta q m_{k-1},\quad m_k = q m_{k-1} + g(\bar\theta_k),\quad
    \theta_{k+1} = \theta_k - \eta m_k .$$

    momentum: q, which is $1 - \beta$ in the paper.

    Domain: start signed.

    >>> nesterov(lambda x: x, [1.0], lr=0.5, momentum=0.5, steps=2).ravel()
    array([ 1.    ,  0.25  , -0.0625])
    """
    x, lr, q, steps = _checked(gradient, start, lr, momentum, steps)
    m, points = np.zeros_like(x), []
    for _ in range(steps + 1):
        points.append(x - lr * q * m)
        m = q * m + gradient(points[-1])
        x = x - lr * m
    return np.stack(points)


def reformulated(
    gradient: Gradient, start: ArrayLike, lr: float, momentum: float, steps: int, *, factor: float | None = None,
    first_difference: str = "gradient",
) -> Array:  # fmt: skip
    r"""Return the points $y_k$ (steps + 1, d) of the rewritten form: heavy ball fed with $g_k + f (g_k - g_{k-1})$.

    factor: f, the momentum unless given.  first_difference: "gradient" ($g_{-1} = 0$), or "zero"

    Domain: start signed.

    >>> reformulated(lambda x: x, [1.0], lr=0.5, momentum=0.5, steps=2).ravel()
    array([ 1.    ,  0.25  , -0.0625])
    """
    y, lr, q, steps = _checked(gradient, start, lr, momentum, steps)
    domain.one_of("first_difference", first_difference, ("gradient", "zero"))
    f = q if factor is None else domain.nonnegative("factor", factor, ())
    rule, points = HeavyBall(lr, q), [y]
    state, last = rule.start(y), gradient(y) if first_difference == "zero" else np.zeros_like(y)
    for t in range(1, steps + 1):
        g = gradient(y)
        y, state = rule.step(y, g + f * (g - last), state, t)
        points.append(y)
        last = g
    return np.stack(points)


def mode(momentum: float, rate: float, factor: float | None = None, steps: int = 60) -> Array:
    """Return the points (steps + 1,) of `reformulated` from 1 at lr 1 on a quadratic of curvature `rate`.

    >>> mode(0.5, 0.5, steps=2)
    array([ 1.    ,  0.25  , -0.0625])
    """
    rate = domain.nonnegative("rate", rate, ())
    return reformulated(lambda x: rate * x, [1.0], 1.0, momentum, steps, factor=factor)[:, 0]


def _checked(gradient: Gradient, start: ArrayLike, lr: float, momentum: float, steps: int) -> tuple:
    domain.function("gradient", gradient)
    lr, q = domain.positive("lr", lr, ()), domain.probability("momentum", momentum, "[)", ())
    return domain.vector("start", np.asarray(start, float)), lr, q, domain.integer("steps", steps, low=1, shape=())


def single_tensor(
    gradients: ArrayLike, start: ArrayLike, *, lr: float, betas: tuple[float, float, float], eps: float,
    weight_decay: float = 0.0, no_prox: bool = False, decay_after: bool = False, front: bool = True,
    corrected_square: bool = False, first_difference: str = "zero",
) -> Array:  # fmt: skip
    r"""Return the points (steps, d) of Adan written out step by step, as the authors' loop over one tensor.

    gradients: (steps, d);  start: (d,);  no_prox: decay before the step instead of the proximal one
    Four ways to misread it: decay_after, a factor $1 - \mathrm{lr}\,\lambda$ after the step for the proximal division;
    without `front`, no beta2 before the averaged difference; corrected_square, the look-ahead in n takes the averaged
    and corrected difference; first_difference="gradient" counts the first gradient as a difference.

    Domain: gradients, start signed.

    >>> single_tensor([[3.0]], [1.0], lr=0.1, betas=(0.9, 0.9, 0.9), eps=0.0)
    array([[0.9]])
    """
    x = domain.vector("start", np.asarray(start, float)).copy()
    gradients = domain.finite("gradients", np.asarray(gradients, float), (None, len(x)))
    domain.positive("lr", lr, ()), domain.nonnegative("eps", eps, ())
    domain.nonnegative("weight_decay", weight_decay, ())
    for name, flag in (("no_prox", no_prox), ("decay_after", decay_after), ("front", front)):
        domain.one_of(name, flag, (True, False))
    domain.one_of("corrected_square", corrected_square, (True, False))
    domain.one_of("first_difference", first_difference, ("zero", "gradient"))
    b1, b2, b3 = domain.probability("betas", np.asarray(betas, float), "[)", (3,))
    exp_avg, exp_diff, exp_sq, points = 0 * x, 0 * x, 0 * x, []
    last = gradients[0] if first_difference == "zero" else 0 * x
    for step, g in enumerate(gradients, start=1):
        difference, last = g - last, g
        exp_avg += (1 - b1) * (g - exp_avg)
        exp_diff += (1 - b2) * (difference - exp_diff)
        hat = exp_diff / (1 - b2**step)
        ahead = g + b2 * (hat if corrected_square else difference)
        exp_sq += (1 - b3) * (ahead * ahead - exp_sq)
        size = lr / (np.sqrt(exp_sq / (1 - b3**step)) + eps)
        if no_prox:
            x *= 1 - lr * weight_decay
        x -= size * (exp_avg / (1 - b1**step) + (b2 if front else 1.0) * hat)
        if not no_prox:
            x = x * (1 - lr * weight_decay) if decay_after else x / (1 + lr * weight_decay)
        points.append(x.copy())
    return np.stack(points)


def path(rule: Rule, curvature: ArrayLike, start: ArrayLike, steps: int) -> Array:
    r"""Return the iterates (steps + 1, runs) of a rule on $h x^2/2$; curvature, start: numbers or (runs,).

    Domain: start signed; curvature, start any shape.

    >>> from optclaims.science.optimizers import SGD
    >>> path(SGD(0.5), 1.0, 1.0, 2).ravel()
    array([1.  , 0.5 , 0.25])
    """
    if not isinstance(rule, Rule):
        raise ValueError(f"rule must be a Rule, got {type(rule).__name__}")
    h, x = np.atleast_1d(domain.positive("curvature", curvature)), np.atleast_1d(domain.finite("start", start))
    domain.broadcastable(curvature=h, start=x)
    h, x = (np.asarray(a, float)[:, None] for a in np.broadcast_arrays(h, x))
    state, points = rule.start(x), [x]
    for t in range(1, domain.integer("steps", steps, low=1, shape=()) + 1):
        x, state = rule.step(x, h * x, state, t)
        points.append(x)
    return np.stack(points)[..., 0]


class Window(NamedTuple):
    """What is kept of the last steps of long runs, each (runs,).

    largest, smallest: of |x|;  change: the largest |x_t - x_{t-2}|
    """

    largest: Array
    smallest: Array
    change: Array


def window(
    start: ArrayLike, curvature: ArrayLike, lr: ArrayLike, beta1: ArrayLike, beta2: ArrayLike, beta3: ArrayLike,
    eps: ArrayLike, *, steps: int, last: int,
) -> Window:  # fmt: skip
    r"""Run Adan (with bias correction, first difference 0) on $h x^2/2$ and keep the extremes of its last steps.

    All numbers broadcast to (runs,).  steps: of each run;  last: how many of them are kept, at least 2

    Domain: start signed; start, curvature, lr, beta1, beta2, beta3, eps any shape.

    >>> window(1.25, 1.0, 0.5, 0.0, 0.0, 0.0, 0.0, steps=7, last=3).largest  # lr sign(x) at every step
    array([0.25])
    """
    values = {"start": domain.finite("start", start), "curvature": domain.positive("curvature", curvature)}
    values |= {"lr": domain.positive("lr", lr), "eps": domain.nonnegative("eps", eps)}
    betas = {"beta1": beta1, "beta2": beta2, "beta3": beta3}
    values |= {name: domain.probability(name, beta, "[)") for name, beta in betas.items()}
    domain.broadcastable(**values)
    steps = domain.integer("steps", steps, low=2, shape=())
    last = domain.integer("last", last, low=2, high=steps, shape=())
    order = ("start", "curvature", "lr", "beta1", "beta2", "beta3", "eps")
    arrays = np.broadcast_arrays(*(np.atleast_1d(np.asarray(values[name], float)) for name in order))
    return Window(*_window(*map(np.ascontiguousarray, arrays), steps, last))


@njit(cache=True)
def _window(start, curvature, lr, beta1, beta2, beta3, eps, steps, last):
    largest, smallest, change = np.zeros(len(start)), np.full(len(start), np.inf), np.zeros(len(start))
    for run in range(len(start)):
        h, b1, b2, b3 = curvature[run], beta1[run], beta2[run], beta3[run]
        x, before, m, d, n, p1, p2, p3 = start[run], np.nan, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0
        past = h * x
        for t in range(1, steps + 1):
            g = h * x
            difference, past = g - past, g
            m = b1 * m + (1 - b1) * g
            d = b2 * d + (1 - b2) * difference
            n = b3 * n + (1 - b3) * (g + b2 * difference) ** 2
            p1, p2, p3 = p1 * b1, p2 * b2, p3 * b3
            root = np.sqrt(n / (1 - p3)) + eps[run]
            move = lr[run] * (m / (1 - p1) + b2 * d / (1 - p2)) / root if root > 0 else 0.0
            older, before, x = before, x, x - move
            if t > steps - last:
                largest[run], smallest[run] = max(largest[run], abs(x)), min(smallest[run], abs(x))
                change[run] = max(change[run], abs(x - older)) if t > 1 else change[run]
    return largest, smallest, change


def first_passage(
    curvatures: ArrayLike, start: ArrayLike, lr: float, momentum: float, *, factor: float | None = None,
    accuracy: float = 1e-8, limit: int = 10_000_000,
) -> int:  # fmt: skip
    r"""Return the first step at which the rewritten recursion is `accuracy` times as far from 0 as at its start.

    On $\sum_i h_i x_i^2/2$. factor: in front of the difference of gradients, the momentum unless given, 0 for heavy
    ball. Raises ValueError where that takes more than `limit` steps.

    Domain: start signed; curvatures, start any length.

    >>> first_passage([1.0], [1.0], lr=0.9, momentum=0.0)
    8
    """
    h, x = domain.positive("curvatures", curvatures, (None,)), domain.vector("start", start)
    domain.shape("start", x, (len(h),))
    lr, q = domain.positive("lr", lr, ()), domain.probability("momentum", momentum, "[)", ())
    f = q if factor is None else domain.nonnegative("factor", factor, ())
    domain.probability("accuracy", accuracy, "()", ()), domain.integer("limit", limit, low=1, shape=())
    steps = _first_passage(np.asarray(h, float), np.array(x, float), float(lr), float(q), float(f), accuracy, limit)
    if steps > limit:
        raise ValueError(f"limit must be enough for the accuracy, got {limit} steps")
    return int(steps)


@njit(cache=True, fastmath={"reassoc", "nsz"})  # a sum that need not keep its order is four times as fast
def _first_passage(h, x, lr, q, f, accuracy, limit):
    m, past = np.zeros(len(x)), np.zeros(len(x))
    goal = accuracy**2 * np.sum(x * x)
    for t in range(1, limit + 1):
        square = 0.0
        for i in range(len(x)):
            g = h[i] * x[i]
            m[i] = q * m[i] + g + f * (g - past[i])
            past[i] = g
            x[i] -= lr * m[i]
            square += x[i] * x[i]
        if square <= goal:
            return t
        if not square < 1e200:
            break
    return limit + 1


def in_noise(
    gradients: ArrayLike, *, mean: float, beta1: float, beta2: float, beta3: float, burn_in: int
) -> dict[str, Array]:
    r"""Feed Adan these gradients (runs, steps), whatever its position; their mean is `mean`.

    Returns means over the steps after `burn_in`, each (runs,): "second_moment" of n, "variance" of $m + \beta_2 d$
    around the mean, "step" of $(m + \beta_2 d)/\sqrt n$; all without bias correction, which is over by then.

    Domain: gradients, mean signed; gradients any length.

    >>> found = in_noise([[3.0, 4.0]], mean=0.0, beta1=0.0, beta2=0.0, beta3=0.0, burn_in=1)
    >>> float(found["second_moment"][0]), float(found["variance"][0]), float(found["step"][0])
    (16.0, 16.0, 1.0)
    """
    gradients = domain.finite("gradients", np.asarray(gradients, float), (None, None))
    burn_in = domain.integer("burn_in", burn_in, low=0, high=gradients.shape[1] - 1, shape=())
    betas = [
        float(domain.probability(name, beta, "[)", ()))
        for name, beta in (("beta1", beta1), ("beta2", beta2), ("beta3", beta3))
    ]
    out = [_in_noise(run, float(domain.finite("mean", mean, ())), burn_in, *betas) for run in gradients]
    return dict(zip(("second_moment", "variance", "step"), np.array(out).T, strict=True))


@njit(cache=True)
def _in_noise(gradients, mean, burn_in, b1, b2, b3):
    m, d, n, past = 0.0, 0.0, 0.0, gradients[0]
    square, variance, step = 0.0, 0.0, 0.0
    for t in range(len(gradients)):
        g = gradients[t]
        difference, past = g - past, g
        m = b1 * m + (1 - b1) * g
        d = b2 * d + (1 - b2) * difference
        n = b3 * n + (1 - b3) * (g + b2 * difference) ** 2
        if t >= burn_in:
            square += n
            variance += (m + b2 * d - mean) ** 2
            step += (m + b2 * d) / np.sqrt(n)
    count = len(gradients) - burn_in
    return square / count, variance / count, step / count
