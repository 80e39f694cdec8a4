"""The common table: every rule against an independent implementation, and what all rules must do."""

import numpy as np
import pytest
import torch
from pytorch_optimizer import DiffGrad

import rules
from optclaims.science import optimizers as opt
from optclaims.science.optimizers.compressors import RandomK, Sign, TopK
from optclaims.science.optimizers.compressors import ScaledSign as Scaled
from optclaims.science.optimizers.schedules import Geometric, InversePower
from rules import Case, averaged, by_steps, by_torch, weighted, weights

ADAM = {"lr": 0.05, "beta1": 0.8, "beta2": 0.95, "eps": 1e-3}
T = np.arange(1.0, rules.STEPS + 1)[:, None]


def adam_steps(g, b1=0.8, b2=0.95, lr=0.05, eps=1e-3):
    """m-hat, v-hat by sums."""
    return averaged(g, b1) / weights(b1), averaged(g**2, b2) / weights(b2), lr, eps


def previous(values):
    return np.concatenate([np.ones_like(values[:1]), values[:-1]])


def divided(m, denominator):
    return np.divide(m, denominator, out=np.zeros_like(m), where=denominator > 0)


def inside(g):
    m, v, lr, eps = adam_steps(g)
    return lr * m / np.sqrt(v + eps)


def asynchronous(g):
    m, v, lr, eps = adam_steps(g)
    return lr * m / previous(np.sqrt(v) + eps)


def plain(g):
    return 0.05 * averaged(g, 0.8) / (np.sqrt(averaged(g**2, 0.95)) + 1e-3)


def corrected_maximum(g):
    m, v, lr, eps = adam_steps(g)
    return lr * m / (np.sqrt(np.maximum.accumulate(v)) + eps)


def amsgrad(g):
    return 0.05 * divided(averaged(g, 0.8), np.sqrt(np.maximum.accumulate(averaged(g**2, 0.95))))


def online_amsgrad(g):
    """alpha / sqrt(t) and beta1 lambda^(t-1), where the momentum is a product of weights."""
    b1, m, rows = 0.8 * 0.95 ** (T - 1), np.zeros(g.shape[1]), []
    for beta, gradient in zip(b1, g, strict=True):
        m = beta * m + (1 - beta) * gradient
        rows.append(m)
    return 0.05 / np.sqrt(T) * divided(np.stack(rows), np.sqrt(np.maximum.accumulate(averaged(g**2, 0.95))))


def adamnc(g):
    return 0.05 * divided(averaged(g, 0.8), np.sqrt(np.cumsum(g**2, axis=0) / T))


def nadam(g):
    m = 0.8 * averaged(g, 0.8) / (1 - 0.8 ** (T + 1)) + 0.2 * g / weights(0.8)
    return 0.05 * m / (np.sqrt(averaged(g**2, 0.95) / weights(0.95)) + 1e-3)


def belief(g, eps=1e-3):
    """The centred second moment, to which every step adds eps."""
    return averaged((g - averaged(g, 0.8)) ** 2, 0.95) + eps * weighted(np.ones_like(g), 0.95)


def adabelief(g):
    return 0.05 * averaged(g, 0.8) / weights(0.8) / (np.sqrt(belief(g) / weights(0.95)) + 1e-3)


def acprop(g):
    return 0.05 * g / previous(np.sqrt(belief(g) / weights(0.95)) + 1e-3)


def adashift(g, n=3):
    old = averaged(g[:-n] ** 2, 0.95) / weights(0.95, len(g) - n)
    window = sum(0.8**i * g[n - i : len(g) - i] for i in range(n)) / sum(0.8**i for i in range(n))
    return np.concatenate([np.zeros((n, g.shape[1])), 0.05 * window / (np.sqrt(old) + 1e-3)])


def friction(x):
    return 1 / (1 + np.exp(-np.abs(x)))


def before(g):
    return np.concatenate([0 * g[:1], g[:-1]])


def diffgrad(difference):
    """Adam's step times the logistic function of what `difference` makes of the gradients."""

    def steps(g):
        m, v, lr, eps = adam_steps(g)
        return lr * friction(difference(g)) * m / (np.sqrt(v) + eps)

    return by_steps(steps)


def aliased(g):
    return np.concatenate([g[:1], 0 * g[1:]])


def scaled_difference(g):
    return divided(g - before(g), np.sqrt(adam_steps(g)[1]))


def aida(p, q, inside=True, decay="before", corrected=True):
    def points(g, theta):
        m, r = averaged(g, 0.8), averaged(np.abs(g) ** p, 0.95)
        if corrected:
            m, r = m / weights(0.8), r / weights(0.95)
        steps = 0.05 * np.sign(m) * np.abs(m) ** q / ((r + 1e-3) ** (q / p) if inside else r ** (q / p) + 1e-3)
        seen = []
        for step in steps:
            after = 1 - 0.05 * 0.1
            theta = (
                after * (theta - step) if decay == "after" else (0.9 if decay == "unscaled" else after) * theta - step
            )
            seen.append(theta)
        return np.stack(seen)

    return points


def lion(g, theta):
    direction = np.sign(0.8 * np.concatenate([0 * g[:1], averaged(g, 0.95)[:-1]]) + 0.2 * g)
    points = []
    for row in direction:
        theta = (1 - 0.05 * 0.1) * theta - 0.05 * row
        points.append(theta)
    return np.stack(points)


def scaled_sign(g):
    parts = [np.abs(part).mean(axis=1, keepdims=True) * np.sign(part) for part in (g[:, :2], g[:, 2:])]
    return 0.05 * np.hstack(parts)


def feedback(compress):
    """Error feedback around gradient descent as its authors write it."""

    def steps(g):
        error, rows = np.zeros(g.shape[1]), []
        for t, gradient in enumerate(g, start=1):
            p = 0.05 * gradient + error
            rows.append(compress(p, t))
            error = p - rows[-1]
        return np.stack(rows)

    return by_steps(steps)


def top(p, t):
    kept = np.zeros_like(p)
    for i in sorted(range(len(p)), key=lambda i: -abs(p[i]))[:2]:
        kept[i] = p[i]
    return kept


def drawn(p, t):
    """With one seed for all runs, which the table's stacks do not have."""
    order = np.random.default_rng((7, t)).permutation(len(p))
    return np.array([value if position < 2 else 0.0 for value, position in zip(p, order, strict=True)])


class OneSeed(RandomK):
    """The same draws in every run."""

    def __call__(self, vector, t):
        kept = np.random.default_rng((self.seeds, t)).permutation(vector.shape[-1]) < self.k
        return vector * (torch.tensor(kept) if isinstance(vector, torch.Tensor) else kept)


def torch_adam(**options):
    return by_torch(lambda p: torch.optim.Adam(p, lr=0.05, betas=(0.8, 0.95), eps=1e-3, **options))


def sgd(**options):
    return by_torch(lambda p: torch.optim.SGD(p, lr=0.05, **options))


def fixed(rule, **fields):
    return lambda **numbers: rule(**numbers, **fields)


def polygonal(g, boost=0.05**0.5, tame=0.05**0.5, lr=0.05, eps=0.2):
    """The two factors as the paper writes them."""
    return lr * g * (1 + boost / (eps + np.abs(g))) / (1 + tame * np.abs(g))


def underdamped(g, theta, mass=lambda t: 0.3, lr=0.1, friction=2.0):
    """Position and velocity."""
    v, points = 0.0, []
    for t, gradient in enumerate(g, start=1):
        v = (mass(t) * v - lr * gradient) / (mass(t) + friction * lr)
        theta = theta + lr * v
        points.append(theta)
    return np.stack(points)


def inertial_newton(g, theta, lr=0.05, damping=0.7, beta=0.4, velocity=1.3):
    """The second-order equation in positions and velocities: v = theta' moves by -damping v - g - beta g'."""
    v, points = -velocity * g[0], []
    for gradient, following in zip(g, [*g[1:], g[-1]], strict=True):
        theta, v = theta + lr * v, v - lr * (damping * v + gradient) - beta * (following - gradient)
        points.append(theta)
    return np.stack(points)


LR, MOMENTUM = {"lr": 0.05}, {"lr": 0.05, "momentum": 0.8}
INERTIA = {"lr": 0.05, "damping": 0.7, "beta": 0.4, "velocity": 1.3}
NO_EPS = {name: ADAM[name] for name in ("lr", "beta1", "beta2")}
DECAYED = ADAM | {"weight_decay": 0.1}
CASES = [
    Case("SGD", opt.SGD, sgd(), LR),
    Case("HeavyBall", opt.HeavyBall, sgd(momentum=0.8), MOMENTUM),
    Case("EMAMomentum", opt.EMAMomentum, by_steps(lambda g: 0.05 * averaged(g, 0.8)), MOMENTUM),
    Case("Nesterov", opt.Nesterov, sgd(momentum=0.8, nesterov=True), MOMENTUM),
    Case(
        "Nesterov, average",
        fixed(opt.Nesterov, momentum_form="average"),
        by_steps(lambda g: 0.05 * (0.8 * averaged(g, 0.8) + 0.2 * g)),
        MOMENTUM,
    ),
    Case("SignSGD", opt.SignSGD, by_steps(lambda g: 0.05 * np.sign(g)), LR),
    Case("ScaledSign", fixed(opt.ScaledSign, sizes=(2, 4)), by_steps(scaled_sign), LR),
    Case("Signum", opt.Signum, by_steps(lambda g: 0.05 * np.sign(averaged(g, 0.8))), MOMENTUM),
    Case("Lion", opt.Lion, lion, NO_EPS | {"weight_decay": 0.1}),
    Case("AdaGrad", opt.AdaGrad, by_torch(lambda p: torch.optim.Adagrad(p, lr=0.05, eps=1e-3)), LR | {"eps": 1e-3}),
    Case(
        "RMSprop",
        opt.RMSprop,
        by_torch(lambda p: torch.optim.RMSprop(p, lr=0.05, alpha=0.95, eps=1e-3)),
        {"lr": 0.05, "beta2": 0.95, "eps": 1e-3},
    ),
    Case("Adam", opt.Adam, torch_adam(), ADAM),
    Case("Adam, no correction", fixed(opt.Adam, bias_correction=False), by_steps(plain), ADAM),
    Case("Adam, eps inside", fixed(opt.Adam, eps_inside_root=True), by_steps(inside), ADAM),
    Case("Adam, previous root", fixed(opt.Adam, root_of="previous"), by_steps(asynchronous), ADAM),
    Case("Adam, maximum then correction", fixed(opt.Adam, amsgrad=True), torch_adam(amsgrad=True), ADAM),
    Case(
        "Adam, correction then maximum",
        fixed(opt.Adam, amsgrad=True, maximum_of="corrected"),
        by_steps(corrected_maximum),
        ADAM,
    ),
    Case("AMSGrad", opt.AMSGrad, by_steps(amsgrad), NO_EPS),
    Case(
        "AMSGrad, online",
        lambda lr, beta1, beta2: opt.AMSGrad(InversePower(lr), Geometric(beta1, 0.95), beta2),
        by_steps(online_amsgrad),
        NO_EPS,
    ),
    Case("AdamNc", opt.AdamNc, by_steps(adamnc), {"lr": 0.05, "beta1": 0.8}),
    Case(
        "AdamW",
        opt.AdamW,
        by_torch(lambda p: torch.optim.AdamW(p, lr=0.05, betas=(0.8, 0.95), eps=1e-3, weight_decay=0.1)),
        ADAM | {"weight_decay": 0.1},
    ),
    Case("Nadam", opt.Nadam, by_steps(nadam), ADAM),
    Case("TheoPouLa", opt.TheoPouLa, by_steps(polygonal), LR | {"eps": 0.2}),
    Case(
        "TheoPouLa, other powers",
        fixed(opt.TheoPouLa, boosting="linear", taming="none"),
        by_steps(lambda g: polygonal(g, boost=0.05, tame=0.0)),
        LR | {"eps": 0.2},
    ),
    Case("Underdamped", opt.Underdamped, underdamped, {"lr": 0.1, "mass": 0.3, "friction": 2.0}),
    Case(
        "Underdamped, constant mass",
        opt.Underdamped,
        by_torch(lambda p: torch.optim.SGD(p, lr=0.1**2 / 0.5, momentum=0.3 / 0.5)),
        {"lr": 0.1, "mass": 0.3, "friction": 2.0},
    ),
    Case(
        "Underdamped, losing mass",
        lambda lr: opt.Underdamped(lr, lambda t: 0.3 / t, 2.0),
        lambda g, theta: underdamped(g, theta, lambda t: 0.3 / t),
        {"lr": 0.1},
    ),
    Case(
        "DiffGrad, eps = 0",
        lambda lr, beta1, beta2: opt.DiffGrad(lr, beta1, beta2, eps=0.0),
        by_torch(lambda p: DiffGrad(p, lr=0.05, betas=(0.8, 0.95), eps=0.0)),
        NO_EPS,
    ),
    Case("DiffGrad", opt.DiffGrad, diffgrad(lambda g: g - before(g)), ADAM),
    Case("DiffGrad, aliased", fixed(opt.DiffGrad, friction_of="aliased"), diffgrad(aliased), ADAM),
    Case("DiffGrad, gradient", fixed(opt.DiffGrad, friction_of="gradient"), diffgrad(lambda g: g), ADAM),
    Case("DiffGrad, scaled", fixed(opt.DiffGrad, friction_of="scaled"), diffgrad(scaled_difference), ADAM),
    Case("Aida (2, 1)", opt.Aida, aida(2, 1), DECAYED),
    Case("Aida (1.5, 2)", opt.Aida, aida(1.5, 2), DECAYED | {"p": 1.5, "q": 2.0}),
    Case(
        "Aida, eps outside, after",
        fixed(opt.Aida, eps_inside_root=False, decay="after"),
        aida(2, 1.2, inside=False, decay="after"),
        DECAYED | {"p": 2.0, "q": 1.2},
    ),
    Case(
        "Aida, unscaled, no correction",
        fixed(opt.Aida, decay="unscaled", bias_correction=False),
        aida(1.5, 1.5, decay="unscaled", corrected=False),
        DECAYED | {"p": 1.5, "q": 1.5},
    ),
    Case("AdaBelief", opt.AdaBelief, by_steps(adabelief), ADAM),
    Case("ACProp", opt.ACProp, by_steps(acprop), ADAM),
    Case("AdaShift", fixed(opt.AdaShift, delay=3), by_steps(adashift), ADAM),
    Case(
        "EF, scaled sign",
        lambda lr: opt.ErrorFeedback(opt.SGD(lr), Scaled()),
        feedback(lambda p, t: np.abs(p).mean() * np.sign(p)),
        LR,
    ),
    Case(
        "EF, sign",
        lambda lr: opt.ErrorFeedback(opt.SGD(lr), Sign(0.05)),
        feedback(lambda p, t: 0.05 * np.sign(p)),
        LR,
    ),
    Case("EF, top k", lambda lr: opt.ErrorFeedback(opt.SGD(lr), TopK(2)), feedback(top), LR),
    Case("EF, random k", lambda lr: opt.ErrorFeedback(opt.SGD(lr), OneSeed(2, seeds=7)), feedback(drawn), LR),
    Case("InertialNewton", opt.InertialNewton, inertial_newton, INERTIA),
    Case("InertialNewton, GD", fixed(opt.InertialNewton, damping=1.0, beta=1.0), sgd(), LR),
    Case(
        "from torch",
        lambda: opt.from_torch(lambda p: torch.optim.Adamax(p, lr=0.05)),
        by_torch(lambda p: torch.optim.Adamax(p, lr=0.05)),
    ),
]


@pytest.mark.parametrize("check", rules.CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_rules(case, check):
    check(case)
