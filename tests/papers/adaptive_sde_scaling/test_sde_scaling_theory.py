"""Hyperparameter rules and the moments of the equations against closed forms, limits and brute force."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optclaims.papers.adaptive_sde_scaling import theory
from optclaims.papers.adaptive_sde_scaling.problems import svag_variants
from optclaims.papers.adaptive_sde_scaling.problems.hyperparameters import (
    RULES,
    Hyperparameters,
    from_sde,
    scale_hyperparameters,
    svag_coefficients,
    svag_hyperparameters,
)

BASE = Hyperparameters(1e-3, 0.999, 1e-6, beta1=0.99)


@given(kappa=st.floats(0.1, 90))
def test_square_root_rule_keeps_the_constants_of_the_sde(kappa):
    scaled = scale_hyperparameters(BASE, kappa)
    sigma = kappa**-0.5
    assert scaled.lr * sigma == pytest.approx(BASE.lr)
    assert scaled.eps * scaled.lr == pytest.approx(BASE.eps * BASE.lr)
    assert (1 - scaled.beta2) / scaled.lr**2 == pytest.approx((1 - BASE.beta2) / BASE.lr**2)
    assert (1 - scaled.beta1) / scaled.lr**2 == pytest.approx((1 - BASE.beta1) / BASE.lr**2)


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_is_the_identity_at_one_and_composes(rule):
    assert scale_hyperparameters(BASE, 1, rule).lr == BASE.lr
    twice, once = (
        scale_hyperparameters(scale_hyperparameters(BASE, 2, rule), 3, rule),
        scale_hyperparameters(BASE, 6, rule),
    )
    for name in ("lr", "beta1", "beta2", "eps"):
        assert getattr(twice, name) == pytest.approx(getattr(once, name), rel=1e-12)


def test_rule_refuses_what_cannot_be_scaled():
    with pytest.raises(ValueError, match=r"beta1 = 0.9 cannot be scaled by kappa = 10"):
        scale_hyperparameters(Hyperparameters(1e-3, 0.999, 1e-8, beta1=0.9), 10)
    assert scale_hyperparameters(Hyperparameters(1e-3, 0.999, 1e-8), 10).beta1 == 0  # RMSprop has no beta1 to scale
    assert scale_hyperparameters(Hyperparameters(1e-3, 0.999, 1e-8, beta1=0.9), 10, "none").beta1 == 0.9
    with pytest.raises(ValueError, match="rule must be one of"):
        scale_hyperparameters(BASE, 2, "cubic")
    with pytest.raises(ValueError, match="kappa must be positive"):
        scale_hyperparameters(BASE, 0)
    with pytest.raises(ValueError, match="too long"):
        from_sde(0.5, 1, 0.1, 3)


@given(level=st.floats(1, 20))
def test_svag_weights_have_the_derived_power_sums(level):
    weights = np.array(svag_coefficients(level))
    for _, power, value in svag_variants.IDENTITIES:
        assert (weights**power).sum() == pytest.approx(value(level), rel=1e-9, abs=1e-9)


def test_svag_keeps_the_sde_and_level_one_is_plain():
    base, sigma = from_sde(0.1, 1.3, 0.2, 0.7)
    hyper = svag_hyperparameters(base, 3)
    assert hyper.lr * 3 * sigma == pytest.approx(1.3)
    assert hyper.eps * hyper.lr == pytest.approx(0.2)
    assert (1 - hyper.beta2) / hyper.lr**2 == pytest.approx(0.7)
    assert svag_coefficients(1) == (0, 1)
    with pytest.raises(ValueError, match="at least 1"):
        svag_coefficients(0.5)
    with pytest.raises(ValueError, match="name must be one of"):
        svag_variants.variant(base, 2, "typo")


def test_rmsprop_sde_with_settled_u_is_an_ornstein_uhlenbeck_process():
    found = theory.rmsprop_sde(1.7, h=2, s=1.5, sigma0=0.8, eps0=0.3, c2=1, theta0=1.1, u0=2.25)
    P = 0.8 * 1.5 + 0.3
    assert found["theta"] == pytest.approx(1.1 * np.exp(-2 * 1.7 / P), rel=1e-9)
    expected = theory.noise_floor(0.8, 0.3, 2, 1.5) * -np.expm1(-4 * 1.7 / P) * 1.0
    assert found["variance"] == pytest.approx(expected, rel=1e-9)


def test_recorded_values_of_the_two_test_problems():
    found = theory.rmsprop_sde(2, sigma0=1, eps0=0.1, c2=1, theta0=1.5, u0=0.5)
    assert [found[k] for k in ("theta", "variance", "u")] == pytest.approx([0.193707, 0.475333, 0.932332], abs=1e-6)
    adam = {"t0": 0.5, "sigma0": 1, "eps0": 0.1, "c1": 4, "c2": 1, "start": (1.5, 0.3, 0.4)}
    found = theory.adam_sde(2.5, **adam)
    expected = [0.171784, 0.253364, 0.444888, -0.013826, 0.918799]
    assert [found[k] for k in ("theta", "m", "variance", "covariance", "u")] == pytest.approx(expected, abs=1e-6)
    wrong = theory.adam_sde(2.5, **adam, correction=False)
    assert (wrong["theta"], wrong["theta2"]) == pytest.approx((0.11317, 0.50081), abs=1e-5)


def test_adam_sde_without_memory_is_the_rmsprop_sde():
    adam = theory.adam_sde(21, t0=20, sigma0=1, eps0=0.1, c1=4000.0, c2=1, start=(1.5, 1.5, 0.5))
    rmsprop = theory.rmsprop_sde(1, sigma0=1, eps0=0.1, c2=1, theta0=1.5, u0=0.5)
    assert adam["theta"] == pytest.approx(rmsprop["theta"], rel=2e-3)
    assert adam["variance"] == pytest.approx(rmsprop["variance"], rel=2e-3)


def test_companion_moments_of_two_points_by_enumeration():
    rates, start = np.array([0.3, 0.2, 0.1]), np.array([1.0, 0.4, 2.0])
    exact = theory.companion_moments(1.5, 0.2, 0.7, 0.6, 0.9, rates, start)
    signs = np.array(np.meshgrid(*[[-1.0, 1.0]] * 3)).reshape(3, -1)
    theta, m, v = (np.full(8, x) for x in start)
    for a, z in zip(rates, signs, strict=True):
        m = 0.6 * m + 0.4 * (1.5 * theta + 0.2 + 0.7 * z)
        theta = theta - a * m
        v = 0.9 * v + 0.1 * (0.2 + 0.7 * z) ** 2
    expected = {"theta": theta, "theta2": theta**2, "v": v, "m": m, "m2": m**2}
    for name, values in expected.items():
        assert exact[name] == pytest.approx(values.mean(), rel=1e-12), name


def test_displacement_ratio_limits_and_bad_input():
    assert theory.displacement_ratio(1e-9, 16) == pytest.approx(1)
    assert theory.displacement_ratio(1e9, 16) == pytest.approx(0.25)
    with pytest.raises(ValueError):
        theory.displacement_ratio(-1, 4)
    with pytest.raises(ValueError):
        theory.adam_sde(1, t0=0, sigma0=1, eps0=0, c1=1, c2=1, start=(0, 0, 1))
    with pytest.raises(ValueError):
        theory.rmsprop_sde(-1, sigma0=1, eps0=0, c2=1, theta0=0, u0=1)
    with pytest.raises(ValueError):
        theory.noise_floor(1, 0, h=0)


RMSPROP = {"T": 1.0, "sigma0": 1.0, "eps0": 0.1, "c2": 1.0, "theta0": 1.0, "u0": 0.5}
ADAM = {"T": 1.0, "t0": 0.5, "sigma0": 1.0, "eps0": 0.1, "c1": 4.0, "c2": 1.0, "start": (1.0, 0.0, 0.5)}


@pytest.mark.parametrize("value", [np.nan, np.inf, -1.0])
@pytest.mark.parametrize(
    ("equation", "name"),
    [("rmsprop", name) for name in ("T", "sigma0", "eps0", "c2", "u0")]
    + [("adam", name) for name in ("T", "t0", "sigma0", "eps0", "c1", "c2")],
)
def test_equations_refuse_what_cannot_be_integrated(equation, name, value):
    function, valid = (theory.rmsprop_sde, RMSPROP) if equation == "rmsprop" else (theory.adam_sde, ADAM)
    with pytest.raises(ValueError, match=f"{name} must be"):
        function(**valid | {name: value})


def test_an_explosion_before_the_end_is_reported():
    with pytest.raises(RuntimeError, match="could not be integrated"):
        theory.rmsprop_sde(**RMSPROP | {"h": -1e4, "T": 50.0})


@pytest.mark.parametrize("ratio", [0.0, 0.5, 4.0])
def test_root_correction_is_that_of_a_simulated_second_moment(ratio):
    rng, beta2, steps, paths = np.random.default_rng(0), 0.98, 60, 20_000
    v, roots = np.full(paths, 1 + ratio), []
    for _ in range(steps):
        roots.append((v**-0.5).mean())
        v = beta2 * v + (1 - beta2) * (np.sqrt(ratio) + rng.standard_normal(paths)) ** 2
    found = np.mean(roots) * np.sqrt(1 + ratio)
    correction = theory.root_correction(ratio, beta2, steps) - 1
    assert found - 1 == pytest.approx(correction, abs=0.1 * correction + 3 * 0.1 / np.sqrt(paths))
