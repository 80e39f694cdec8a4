"""Rules that compare two gradients: Adan those of two steps, SUPER-ADAM those of one sample at two points."""

import numpy as np
import pytest
import torch
from pytorch_optimizer import Adan as LibraryAdan

import rules
from optclaims.science import optimizers as opt
from optclaims.science import training
from optclaims.science.optimizers.schedules import InversePower, Power
from rules import Case, averaged, by_steps, by_torch, weighted, weights

ADAN = {"lr": 0.05, "beta1": 0.8, "beta2": 0.7, "beta3": 0.95, "eps": 1e-3}
SUPER = {"lr": 0.05, "alpha": 0.3, "mu": 0.9, "beta2": 0.95, "eps": 1e-2}


def by_library(**options):
    options = {"lr": 0.05, "betas": (0.8, 0.7, 0.95), "eps": 1e-3, "foreach": False} | options
    return by_torch(lambda p: LibraryAdan(p, **options))


def adan(first_difference="zero", correct=True):
    """Adan by sums: moments of the gradients, of their differences, and of the squared look-ahead."""

    def steps(g):
        before = np.concatenate([g[:1] if first_difference == "zero" else 0 * g[:1], g[:-1]])
        m, d, n = averaged(g, 0.8), averaged(g - before, 0.7), averaged((g + 0.7 * (g - before)) ** 2, 0.95)
        if correct:
            m, d, n = m / weights(0.8), d / weights(0.7), n / weights(0.95)
        return 0.05 * (m + 0.7 * d) / (np.sqrt(n) + 1e-3)

    return by_steps(steps)


def momentum(g, alpha=0.3):
    """The estimate of tau = 0: the first gradient, forgotten at the rate 1 - alpha."""
    return weighted(np.concatenate([g[:1], alpha * g[1:]]), 1 - alpha)


def super_adam(size, correct=False):
    def steps(g):
        v = averaged(size(g), 0.95) / (weights(0.95) if correct else 1.0)
        return 0.05 * 0.9 * momentum(g) / (v + 1e-2)

    return by_steps(steps)


def rooted(square):
    """An average of squares is under a root."""
    return by_steps(lambda g: 0.045 * momentum(g) / (np.sqrt(averaged(square(g), 0.95)) + 1e-2))


def norms(g):
    return np.sqrt((g**2).sum(axis=1, keepdims=True))


def fixed(rule, **fields):
    return lambda **numbers: rule(**numbers, **fields)


CASES = [
    Case("Adan", opt.Adan, by_library(), ADAN),
    Case("Adan, decay", opt.Adan, by_library(weight_decay=0.1), ADAN | {"weight_decay": 0.1}),
    Case(
        "Adan, no prox",
        fixed(opt.Adan, decay="decoupled"),
        by_library(weight_decay=0.1, weight_decouple=True),
        ADAN | {"weight_decay": 0.1},
    ),
    Case("Adan by sums", opt.Adan, adan(), ADAN),
    Case("Adan, first gradient", fixed(opt.Adan, first_difference="gradient"), adan("gradient"), ADAN),
    Case("Adan, no correction", fixed(opt.Adan, bias_correction=False), adan(correct=False), ADAN),
    Case("SUPER-ADAM", fixed(opt.SuperAdam, tau=0), rooted(lambda g: g**2), SUPER),
    Case(
        "SUPER-ADAM, belief",
        fixed(opt.SuperAdam, tau=0, matrix="belief"),
        rooted(lambda g: (g - momentum(g)) ** 2),
        SUPER,
    ),
    Case("SUPER-ADAM, norm", fixed(opt.SuperAdam, tau=0, matrix="norm"), super_adam(norms), SUPER),
    Case(
        "SUPER-ADAM, norm, corrected",
        fixed(opt.SuperAdam, tau=0, matrix="norm", bias_correction=True),
        super_adam(norms, correct=True),
        SUPER,
    ),
]


@pytest.mark.parametrize("check", rules.CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_rules(case, check):
    check(case)


def test_the_variance_reduced_estimate_is_the_formula_of_the_paper():
    rng, (k, m, c) = np.random.default_rng(0), (0.8, 3.0, 0.9)
    rule, theta = opt.SuperAdam.published(0.1, k=k, m=m, c=c, beta2=0.9), rng.standard_normal((2, 4))
    x, state, v, g, last = theta, rule.start(theta), 0.0, None, None
    for t in range(1, 60):
        a, b = rng.standard_normal((2, 2, 4))  # the sample: gradient a + b sin x

        def sampled(x, a=a, b=b):
            return a + b * np.sin(x)

        alpha = min(1.0, c * (k / (m + t - 1) ** (1 / 3)) ** 2)
        g = sampled(theta) if t == 1 else alpha * sampled(theta) + (1 - alpha) * (g + sampled(theta) - sampled(last))
        v = 0.9 * v + 0.1 * sampled(theta) ** 2
        before = None if t == 1 else sampled(last)
        x, state = rule.step(x, sampled(x), state, t, before=before)
        last, theta = theta, theta - 0.1 * k / (m + t) ** (1 / 3) * g / (np.sqrt(v) + 1e-3)
        np.testing.assert_allclose(x, theta, rtol=1e-12)


def test_without_noise_the_variance_reduced_estimate_is_the_gradient_itself():
    rule = opt.SuperAdam(0.1, alpha=0.1)
    theta = last = np.array([1.0, -2.0])
    state = rule.start(theta)
    for t in range(1, 30):
        last, (theta, state) = theta, rule.step(theta, theta, state, t, before=last)
        np.testing.assert_allclose(state["g"], last, atol=1e-14)


def test_training_hands_over_the_gradient_of_the_batch_at_the_last_point():
    loss = lambda theta, z: (theta - z).square().sum(1) / 2  # noqa: E731 - every sample pulls to its own z
    samples = [(torch.tensor(z),) for z in np.random.default_rng(0).standard_normal((20, 3, 2))]
    rule, theta, points = opt.SuperAdam(0.1, alpha=0.3, eps=0.1), torch.zeros(3, 2).double(), []
    training.train(
        loss, rule, theta, samples, range(1, 21), lambda theta: points.append(theta.clone()) or {"x": theta[:, 0]}
    )
    state, last = rule.start(theta), None
    for t, ((z,), point) in enumerate(zip(samples, points, strict=True), start=1):
        before = None if last is None else last - z
        last, (theta, state) = theta, rule.step(theta, theta - z, state, t, before=before)
        torch.testing.assert_close(theta, point)


def test_the_second_gradient_is_asked_for():
    rule, theta = opt.SuperAdam(0.1), np.ones(2)
    assert rule.two_points
    assert not opt.SuperAdam(0.1, tau=0).two_points
    _, state = rule.step(theta, theta, rule.start(theta), 1)
    with pytest.raises(ValueError, match="before must be given"):
        rule.step(theta, theta, state, 2)
    with pytest.raises(ValueError, match="before must have shape"):
        rule.step(theta, theta, state, 2, before=np.ones(3))


def test_schedules_of_super_adam():
    rule = opt.SuperAdam.published(0.1, k=2.0, m=10.0, c=3.0)
    assert rule.mu(17) == 2 / 27 ** (1 / 3)
    assert rule.alpha(1) == 1
    np.testing.assert_allclose(rule.alpha(990), 3 * 4 / 999 ** (2 / 3))
    np.testing.assert_allclose(opt.SuperAdam.published(0.1, 0, 2.0, 10.0, 3.0).alpha(991), 6 / 1000**0.5)
    assert Power(5.0, InversePower(1.0), 2, high=1.0)(3) == 1  # at most


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (lambda: opt.Adan(0.1, first_difference="none"), "first_difference"),
        (lambda: opt.Adan(0.1, decay="l2"), "decay"),
        (lambda: opt.SuperAdam(0.1, tau=2), "tau"),
        (lambda: opt.SuperAdam(0.1, matrix="sum"), "matrix"),
        (lambda: opt.SuperAdam(0.1, alpha=1.5), "alpha"),
        (lambda: opt.SuperAdam.published(0.1, c=0.0), "c must"),
        (lambda: InversePower(1.0, shift=-1.0), "shift"),
        (lambda: Power(1.0, 3.0, 1.0, 1.0), "schedule"),
    ],
)
def test_nonsense_is_refused(make, name):
    with pytest.raises(ValueError, match=name):
        make()
