r"""Coordinate-wise rules as tables of numbers, for compiled loops over the coordinates.

Three families cover them. The affine one has a memory m and a direction that is linear in it,

$$d = a\,g + b\,m,\qquad m \leftarrow c\,g + e\,m,\qquad \theta \leftarrow \theta - \mathrm{lr}\,s(d) - w\,\theta$$

with s the identity (SGD, heavy ball, Nesterov, averaged momentum) or the sign (signSGD, Signum, Lion). That of Adam is

$$m \leftarrow b_1 m + c_1 g,\quad v \leftarrow p\,v + q\,g^2,\quad
\theta \leftarrow \theta - \frac{n_m m + n_g g}{\sqrt{r u} + \epsilon} - w\,\theta$$

with u the new or the previous v or its maximum, and eps possibly inside the root. That of tamed and boosted descent has
no memory,

$$\theta \leftarrow \theta - \mathrm{lr}\,\frac{g + b\,g / (\epsilon + |g|)}{1 + c\,|g|}.$$

Bias corrections and schedules are in
the numbers, which may differ from step to step and from run to run. Each family is tied to `science.optimizers` by a
test on equal inputs.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optclaims.science import optimizers as rules
from optclaims.science.kernels import njit
from optclaims.science.optimizers.polygonal import strength

__all__ = ["compiled", "update"]

Table = NDArray[np.float32]
AFFINE, SIGN, ADAM, TAMED = range(4)


@dataclass(frozen=True)
class Compiled:
    """family: AFFINE, SIGN or ADAM;  flags: amsgrad, previous root, eps inside the root
    table: (t (steps,), runs) -> numbers (steps, runs, 10) of those steps, in the order of the family's formula
    """

    family: int
    flags: tuple[bool, bool, bool]
    table: Callable[[NDArray, int], Table]


def compiled(rule: rules.Rule) -> Compiled:
    """The compiled form of a rule of `science.optimizers`; hyperparameters are numbers, (runs, 1) or schedules.

    Raises ValueError for a rule that has none.

    >>> compiled(rules.Adam(lr=0.1)).table(np.array([1]), 1)[0, 0, :2].round(3)  # lr / (1 - beta1), and no g
    array([1., 0.], dtype=float32)
    """
    kind = type(rule)
    if kind in AFFINE_RULES:
        family = SIGN if kind in (rules.SignSGD, rules.Signum, rules.Lion) else AFFINE
        return Compiled(family, (False, False, False), lambda t, runs: _rows(AFFINE_RULES[kind](rule, t), t, runs))
    if kind is rules.AdaGrad:
        return Compiled(ADAM, (False, False, False), lambda t, runs: _rows(_adagrad(rule, t), t, runs))
    if kind in (rules.Adam, rules.AMSGrad, rules.AdamNc, rules.AdamW, rules.Nadam, rules.RMSprop):
        flags = (rule.amsgrad, rule.root_of == "previous", rule.eps_inside_root)
        return Compiled(ADAM, flags, lambda t, runs: _rows(_adam(rule, t), t, runs))
    if kind is rules.TheoPouLa:
        return Compiled(TAMED, (False, False, False), lambda t, runs: _rows(_tamed(rule, t), t, runs))
    raise ValueError(f"rule must have a compiled form, got {kind.__name__}")


def _value(rule: rules.Rule, name: str, t: NDArray) -> NDArray[np.float64]:
    """A hyperparameter at the steps t, (steps or 1, runs or 1)."""
    value = getattr(rule, name)
    values = [value(int(step)) for step in t] if callable(value) else [value]
    return np.stack([np.asarray(v, float).reshape(-1) for v in values])


def _rows(columns: tuple, t: NDArray, runs: int) -> Table:
    table = np.zeros((len(t), runs, 10), np.float32)
    for i, column in enumerate(columns):
        if np.ndim(column) and np.shape(column)[1] not in (1, runs):
            raise ValueError(f"rule must have one value or one of {runs} runs, got {np.shape(column)[1]}")
        table[..., i] = column
    return table


def _affine(direction: Callable, memory: Callable, name: str = "momentum") -> Callable:
    def columns(rule: rules.Rule, t: NDArray) -> tuple:
        mu = _value(rule, name, t) if name else 0.0
        return _value(rule, "lr", t), *direction(mu), *memory(mu)

    return columns


def _nesterov(rule: rules.Nesterov, t: NDArray) -> tuple:
    mu, rest = _value(rule, "momentum", t), 1.0
    if rule.momentum_form == "average":
        rest = 1 - mu
    return _value(rule, "lr", t), rest * (1 + mu), mu**2, rest, mu


def _lion(rule: rules.Lion, t: NDArray) -> tuple:
    lr, b1, b2 = (_value(rule, name, t) for name in ("lr", "beta1", "beta2"))
    return lr, 1 - b1, b1, 1 - b2, b2, lr * _value(rule, "weight_decay", t)


def _underdamped(rule: rules.Underdamped, t: NDArray) -> tuple:
    lr, mass, friction = (_value(rule, name, t) for name in ("lr", "mass", "friction"))
    total = mass + friction * lr
    return 1.0, lr**2 / total, mass / total, lr**2 / total, mass / total


AFFINE_RULES: dict[type, Callable] = {
    rules.SGD: _affine(lambda _: (1.0, 0.0), lambda _: (0.0, 0.0), ""),
    rules.SignSGD: _affine(lambda _: (1.0, 0.0), lambda _: (0.0, 0.0), ""),
    rules.HeavyBall: _affine(lambda mu: (1.0, mu), lambda mu: (1.0, mu)),
    rules.EMAMomentum: _affine(lambda mu: (1 - mu, mu), lambda mu: (1 - mu, mu)),
    rules.Signum: _affine(lambda mu: (1 - mu, mu), lambda mu: (1 - mu, mu)),
    rules.Nesterov: _nesterov,
    rules.Lion: _lion,
    rules.Underdamped: _underdamped,
}


def _adagrad(rule: rules.AdaGrad, t: NDArray) -> tuple:
    return 0.0, _value(rule, "lr", t), 0.0, 0.0, 1.0, 1.0, 1.0, _value(rule, "eps", t)


def _adam(rule: rules.Adam, t: NDArray) -> tuple:
    lr, b1, b2, eps = (_value(rule, name, t) for name in ("lr", "beta1", "beta2", "eps"))
    step = t[:, None].astype(float)

    def correction(beta: NDArray, at: NDArray) -> NDArray:
        return 1 - beta**at if rule.bias_correction else np.ones_like(beta * at)

    old, heavy, fresh = step - (rule.root_of == "previous"), lr / correction(b1, step), 0.0
    if type(rule) is rules.Nadam:
        heavy, fresh = b1 * lr / correction(b1, step + 1), (1 - b1) * lr / correction(b1, step)
    with np.errstate(divide="ignore"):
        root = 1 / correction(b2, old)
    corrected = rule.amsgrad and rule.maximum_of == "corrected"
    root, within = (np.ones_like(root), 1 / correction(b2, step)) if corrected else (root, 1.0)
    before = old == 0  # no second moment yet: divide by sqrt(0) + 1
    root, eps = np.where(before, 0.0, root), np.where(before, 1.0, eps)
    decay = lr * _value(rule, "weight_decay", t) if type(rule) is rules.AdamW else 0.0
    return heavy, fresh, b1, 1 - b1, b2, 1 - b2, root, eps, decay, within


def _tamed(rule: rules.TheoPouLa, t: NDArray) -> tuple:
    lr = _value(rule, "lr", t)
    return lr, strength(lr, rule.boosting), strength(lr, rule.taming), _value(rule, "eps", t)


@njit(inline="always")
def update(theta, g, m, v, top, family, amsgrad, previous, inside, k):
    """One step of a run with the numbers k of its row, in place; all arrays (parameters,)."""
    f32 = np.float32
    if family == 0 and k[3] == 0 and k[4] == 0:  # no memory: half the traffic
        for i in range(theta.size):
            theta[i] -= k[0] * k[1] * g[i] + k[5] * theta[i]
    elif family == 0:
        for i in range(theta.size):
            d = k[1] * g[i] + k[2] * m[i]
            m[i] = k[3] * g[i] + k[4] * m[i]
            theta[i] -= k[0] * d + k[5] * theta[i]
    elif family == 1:
        for i in range(theta.size):
            d = k[1] * g[i] + k[2] * m[i]
            m[i] = k[3] * g[i] + k[4] * m[i]
            theta[i] -= k[0] * (d if np.isnan(d) else f32(d > 0) - f32(d < 0)) + k[5] * theta[i]
    elif family == 3:
        for i in range(theta.size):
            size = abs(g[i])
            root = size + k[3]
            root = root if root != 0 else f32(1)
            theta[i] -= k[0] * (g[i] + k[1] * g[i] / root) / (f32(1) + k[2] * size)
    elif not (amsgrad or previous or inside):
        for i in range(theta.size):
            m[i] = k[2] * m[i] + k[3] * g[i]
            v[i] = k[4] * v[i] + k[5] * g[i] * g[i]
            root = np.sqrt(k[6] * v[i]) + k[7]
            root = root if root != 0 else f32(1)
            theta[i] -= (k[0] * m[i] + k[1] * g[i]) / root + k[8] * theta[i]
    else:
        for i in range(theta.size):
            used = top[i] if amsgrad else v[i]
            m[i] = k[2] * m[i] + k[3] * g[i]
            v[i] = k[4] * v[i] + k[5] * g[i] * g[i]
            top[i] = max(top[i], k[9] * v[i])
            if not previous:
                used = top[i] if amsgrad else v[i]
            root = np.sqrt(k[6] * used + k[7]) if inside else np.sqrt(k[6] * used) + k[7]
            root = root if root != 0 else f32(1)
            theta[i] -= (k[0] * m[i] + k[1] * g[i]) / root + k[8] * theta[i]
