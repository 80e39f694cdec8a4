"""Moments against their equations, limits and each other."""

import numpy as np
import pytest
from scipy.linalg import expm, solve_continuous_lyapunov

from optclaims.papers.pdmp_momentum import theory
from optclaims.papers.pdmp_momentum.problems import Setting

SETTINGS = [Setting(1, 1, 1, 0.5), Setting(0.5, 2, 1, 0.3), Setting(2, 1, 0.5, 0.5), Setting(0.3, 1, 2, 0.2)]


@pytest.mark.parametrize("setting", SETTINGS)
def test_stationary_moments_make_every_equation_vanish(setting):
    m, alpha, a, k, variance = setting.mass, setting.friction, setting.curvature, 1 / setting.wait, 0.7
    qq, qb, vv = theory.stationary(setting, variance)
    qv, vb = 0.0, k * qb  # (qq)' = 0 and (qb)' = 0
    assert vv + (-alpha * qv - a * qq + a * qb) / m == pytest.approx(0, abs=1e-12)
    assert -alpha * vv - a * qv + a * vb == pytest.approx(0, abs=1e-12)
    assert (-alpha * vb - a * qb + a * variance) / m - k * vb == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("setting", SETTINGS)
def test_moment_paths_end_in_the_stationary_moments(setting):
    found = theory.moment_path(
        lambda t: setting.mass, lambda t: setting.wait, setting.friction, setting.curvature, 0.7, 1.5, [200.0]
    )
    assert found[0] == pytest.approx(theory.stationary(setting, 0.7).qq, rel=1e-6)


def test_limits_of_the_stationary_variance():
    alpha, a, eta = 2.0, 0.5, 1e-6
    assert theory.stationary(Setting(0, alpha, a, 0.3), 1.0).qq == pytest.approx(a / (a + alpha / 0.3))
    for mass in (0.1, 3.0):
        assert theory.stationary(Setting(mass, alpha, a, eta), 1.0).qq == pytest.approx(a * eta / alpha, rel=1e-4)
        assert theory.stationary(Setting(mass, alpha, a, 1e6), 1.0).qq == pytest.approx(1, rel=1e-4)  # frozen


def test_the_mass_increases_the_variance():
    found = [theory.stationary(Setting(mass, 1, 1, 0.5), 1.0).qq for mass in (0.0, 1.0, 3.0)]
    assert found == pytest.approx([1 / 3, 3 / 7, 7 / 15])


def test_short_waits_are_white_noise_of_strength_two_eta():
    """q'' with a force a b(t), of correlation sigma^2 e^(-|t|/eta): a diffusion of 2 sigma^2 a^2 eta as eta -> 0."""
    setting, variance = Setting(0.7, 1.3, 0.9, 1e-5), 1.7
    B = np.diag([0.0, 2 * variance * setting.wait * (setting.curvature / setting.mass) ** 2])
    S = solve_continuous_lyapunov(theory.drift(setting), -B)
    law = theory.stationary(setting, variance)
    assert (law.qq, law.vv) == pytest.approx((S[0, 0], S[1, 1]), rel=1e-3)


def test_moment_paths_before_the_first_jump_are_a_mixture():
    """With waits that never end, every path is the damped oscillator about its own centre."""
    setting, start, times = Setting(1.2, 0.8, 1.5, 1e9), 0.6, np.array([0.5, 2.0])
    found = theory.moment_path(lambda t: 1.2, lambda t: 1e9, 0.8, 1.5, 0.4, start, times)
    even = np.array([expm(theory.drift(setting) * t)[0, 0] for t in times])
    np.testing.assert_allclose(found, (start * even) ** 2 + 0.4 * (1 - even) ** 2, rtol=1e-6)


@pytest.mark.parametrize("setting", SETTINGS)
def test_the_mean_path_solves_its_equation(setting):
    t, h = np.array([0.7, 1.9]), 1e-4
    q = lambda t: theory.full_gradient_path(setting, 1.4, t)  # noqa: E731
    first, second = (q(t + h) - q(t - h)) / (2 * h), (q(t + h) - 2 * q(t) + q(t - h)) / h**2
    residual = setting.mass * second + setting.friction * first + setting.curvature * q(t)
    np.testing.assert_allclose(residual, 0, atol=1e-5)
    assert q(np.array([0.0]))[0] == 1.4


@pytest.mark.parametrize("setting", SETTINGS)
def test_the_fixed_wait_variance_is_the_sum_over_past_centres(setting):
    P = expm(theory.drift(setting) * setting.wait)
    weights, power = [], np.eye(2)
    for _ in range(3000):
        weights.append((power @ (np.eye(2) - P))[0, 0])
        power = power @ P
    assert theory.fixed_wait_variance(setting, 0.7) == pytest.approx(0.7 * np.sum(np.square(weights)), rel=1e-9)


@pytest.mark.parametrize(
    ("setting", "ratio"),
    [(Setting(1, 1, 1, 0.05), 0.5011), (Setting(0.2, 1, 1, 0.05), 0.5045), (Setting(1, 1, 1, 0.5), 0.5716)],
)
def test_fixed_waits_halve_the_variance(setting, ratio):
    found = theory.fixed_wait_variance(setting, 1.0) / theory.stationary(setting, 1.0).qq
    assert found == pytest.approx(ratio, abs=1e-4)


@pytest.mark.parametrize("power", [0.0, 1 / 3, 1.0])
@pytest.mark.parametrize(("alpha", "a"), [(1.0, 1.0), (1.4, 0.8)])
def test_the_lag_is_that_of_the_moment_equations_up_to_the_next_order(power, alpha, a):
    c, variance, times = 0.1, 0.556, np.array([300.0, 3000.0])
    square = theory.moment_path(lambda t: (1 + t) ** -power, lambda t: c / (1 + t), alpha, a, variance, 1.0, times)
    measured = times * (square * alpha * (1 + times) / (variance * a * c) - 1)
    formula = theory.lag(times, (1 + times) ** -power, -power * (1 + times) ** (-power - 1), alpha, a, c)
    gaps = np.abs(measured - formula)
    assert gaps[0] < 0.03 and gaps[1] < 0.006


def test_the_largest_step_makes_the_companion_matrix_marginal():
    for m, alpha, a in [(0.01, 1, 1), (0.2, 1, 1), (0.5, 0.6, 1.5), (2, 0.3, 0.7), (0, 2, 3)]:
        h = float(theory.largest_step(m, alpha, a))
        beta, l = m / (m + alpha * h), h**2 / (m + alpha * h)  # noqa: E741
        radius = np.abs(np.linalg.eigvals([[1 + beta - l * a, -beta], [1.0, 0.0]])).max()
        assert radius == pytest.approx(1, abs=1e-9)
    assert theory.largest_step(0.0, 2.0, 4.0) == pytest.approx(1.0)


@pytest.mark.parametrize("setting", SETTINGS)
def test_the_solved_flow_is_the_exact_one_on_quadratics(setting):
    times = [0.3, 1.0, 4.0]
    found = theory.full_gradient_flow(lambda q: setting.curvature * q, setting.mass, setting.friction, 1.7, times)
    np.testing.assert_allclose(found, theory.full_gradient_path(setting, 1.7, times), rtol=1e-8)


def test_the_solved_flow_loses_energy_to_friction():
    """d/dt (m v^2 / 2 + cosh q) = -alpha v^2, so from rest the potential never exceeds its start."""
    q = theory.full_gradient_flow(np.sinh, 0.5, 0.3, 2.0, np.linspace(0.1, 60, 200))
    assert np.cosh(q).max() < np.cosh(2.0) and abs(q[-1]) < 1e-4 and q.min() < -0.5


@pytest.mark.parametrize("mass", [0.0, 0.1, 2.0])
@pytest.mark.parametrize("h", [0.05, 1.0, 3.0])
def test_multipliers_are_the_eigenvalues_of_a_step(h, mass):
    alpha, a = 1.3, 0.8
    step = np.array([[mass, -h * a], [h * mass, mass + alpha * h - h * h * a]]) / (mass + alpha * h)  # of (v, q)
    found = theory.scheme_multipliers(h, mass, alpha, a)
    np.testing.assert_allclose(np.poly(found), np.poly(step), atol=1e-12)
    limit = theory.largest_step(mass, alpha, a)
    moduli = [np.abs(theory.scheme_multipliers(f * limit, mass, alpha, a)).max() for f in (0.99, 1.0, 1.01)]
    assert moduli[0] < 1 < moduli[2] and moduli[1] == pytest.approx(1)
