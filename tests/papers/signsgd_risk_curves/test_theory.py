"""Closed forms against quadrature, equations against matrices and brute force, limits, invariances, bad input."""

import warnings
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from optclaims.papers.signsgd_risk_curves import theory

LAWS = {
    "laplace": (theory.Laplace(0.4), stats.laplace(scale=0.4).pdf),
    "uniform": (theory.Uniform(0.9), stats.uniform(-0.9, 1.8).pdf),
    "cauchy": (theory.Cauchy(0.3), stats.cauchy(scale=0.3).pdf),
    "gaussian": (theory.Gaussian(0.5), stats.norm(scale=0.5).pdf),
    "student": (theory.StudentT(3, 0.7), stats.t(3, scale=0.7).pdf),
    "mixture": (
        theory.Mixture((0.9, 0.1), (0.3, 3.0)),
        lambda x: 0.9 * stats.norm.pdf(x, scale=0.3) + 0.1 * stats.norm.pdf(x, scale=3),
    ),
}


def correlated(d=40, rho=0.6, spread=0.7, seed=0):
    D = np.exp(spread * np.random.default_rng(seed).standard_normal(d))
    index = np.arange(d)
    return rho ** np.abs(index[:, None] - index) * np.outer(D, D)


@pytest.mark.parametrize("name", LAWS)
@pytest.mark.parametrize("risk", [1e-3, 0.05, 1.0, 40.0])
def test_weight_equals_quadrature(name, risk):
    law, density = LAWS[name]
    edges = [0, 0.05 * np.sqrt(risk), 0.3, 0.9, 3, 12 * np.sqrt(risk)]
    edges = sorted({min(e, 12 * np.sqrt(risk)) for e in edges})
    part = lambda x: 2 * density(x) * np.exp(-(x**2) / (4 * risk))  # noqa: E731
    value = sum(integrate.quad(part, a, b, epsabs=0, epsrel=1e-12, limit=200)[0] for a, b in pairwise(edges))
    assert np.isclose(law.weight(risk), value, rtol=1e-9)


@pytest.mark.parametrize("law", [law for law, _ in LAWS.values()] + [theory.Rademacher(0.5)])
@given(exponent=st.floats(-14, 12))
@settings(deadline=None, max_examples=20)
def test_weight_lies_in_the_unit_interval_and_grows(law, exponent):
    low, high = law.weight(np.array([10.0**exponent, 2 * 10.0**exponent]))
    assert 0 <= low <= high * (1 + 1e-12) and high <= 1 + 1e-12


@pytest.mark.parametrize(
    "law", [*(law for law, _ in LAWS.values()), theory.Rademacher(0.5), theory.Empirical(np.ones(3))]
)
def test_a_risk_of_zero_gives_weight_zero(law):
    assert law.weight(0.0) == 0 and law.weight(np.zeros((2, 3))).shape == (2, 3)


def test_special_cases_of_student_and_empirical():
    risk = np.geomspace(1e-6, 1e4, 9)
    assert np.allclose(theory.StudentT(1, 0.3).weight(risk), theory.Cauchy(0.3).weight(risk), rtol=1e-10)
    assert np.allclose(theory.StudentT(1e6, 0.5).weight(risk), theory.Gaussian(0.5).weight(risk), rtol=1e-5)
    two = theory.Empirical(np.array([-0.5, 0.5]))
    assert np.allclose(two.weight(risk), theory.Rademacher(0.5).weight(risk))
    assert two.variance == 0.25 and two.excess_kurtosis == -2
    assert np.all(theory.Gaussian(0.0).weight(np.r_[0, risk]) == 1)


@pytest.mark.parametrize(
    ("law", "at_zero", "excess"),
    [
        (theory.Laplace(2**-0.5), np.sqrt(np.pi), 3.0),
        (theory.Uniform(3**0.5), np.sqrt(np.pi / 6), -1.2),
        (theory.Rademacher(1.0), 0.0, -2.0),
        (theory.Gaussian(1.0), 1.0, 0.0),
        (theory.StudentT(5, np.sqrt(3 / 5)), 1.2284, 6.0),
        (theory.Mixture((0.5, 0.5), (0.5, 1.5)), 4 / 3 * np.sqrt(1.25), 1.92),
    ],
)
def test_noise_compression_at_both_ends(law, at_zero, excess):
    assert np.isclose(law.psi_at_zero(), at_zero, rtol=1e-4)
    assert np.isclose(law.psi(1e-7), at_zero, rtol=3e-3, atol=1e-12)
    big = 1e3 if isinstance(law, theory.StudentT) else 300.0
    # 32 R^2 (psi - 1) tends to E epsilon^4 - 3 v^4; t(5) converges slowly, its sixth moment being infinite.
    assert np.isclose(32 * big**2 * (law.psi(big) - 1), excess * law.variance**2, rtol=0.1, atol=1e-6)
    assert np.isclose(law.excess_kurtosis, excess)
    assert np.isclose(law.psi(big) - 1, law.psi_far(big) - 1, rtol=0.1, atol=1e-12)


@pytest.mark.parametrize("make", [theory.Laplace, theory.Uniform, theory.Cauchy, theory.Rademacher, theory.StudentT])
@pytest.mark.parametrize("scale", [0.0, -1.0, np.inf])
def test_scales_must_be_positive(make, scale):
    with pytest.raises(ValueError, match="positive"):
        make(scale)


def test_mixtures_and_gaussians_refuse_nonsense():
    with pytest.raises(ValueError, match="probabilities"):
        theory.Mixture((0.5, 0.4), (1.0, 2.0))
    with pytest.raises(ValueError, match="negative"):
        theory.Gaussian(-0.1)


def test_modes_add_up_and_agree_with_left_and_right_eigenvectors():
    K = correlated()
    d = len(K)
    D, K_sigma = theory.deviations(K), theory.arcsine_law(K)
    delta = np.random.default_rng(1).standard_normal(d)
    modes = theory.sign_modes(K, delta)
    assert np.isclose(modes.start.sum(), delta @ K @ delta / 2) and (modes.start >= 0).all()
    assert np.isclose(np.sum(modes.forcing / modes.decay), D.sum())
    assert np.isclose(modes.forcing.sum(), np.sum(K * K_sigma))
    values, right = np.linalg.eig(K / D[:, None])
    order = np.argsort(values.real)
    left = np.linalg.inv(right)
    forcing = np.real(np.einsum("ij,jk,ki->i", left, K_sigma @ K, right))[order]
    start = np.real((left @ delta) * (right.T @ K @ delta))[order] / 2
    assert np.allclose(modes.decay, values.real[order])
    assert np.allclose(modes.forcing, forcing) and np.allclose(modes.start, start)


def test_a_diagonal_may_be_given_as_a_vector():
    variances, delta = np.random.default_rng(0).uniform(0.3, 2, (2, 15))
    for build in (theory.sign_modes, theory.sgd_modes):
        one, two = build(variances, delta), build(np.diag(variances), delta)
        order = np.argsort(variances)
        for a, b in zip(one, two, strict=True):
            assert np.allclose(a[order], b)


def test_arcsine_law_is_the_covariance_of_signs_and_dominates():
    K = correlated(d=8, rho=0.8)
    C = K / np.sqrt(np.outer(np.diag(K), np.diag(K)))
    K_sigma = theory.arcsine_law(K)
    x = np.random.default_rng(0).standard_normal((200_000, 8)) @ np.linalg.cholesky(K).T
    measured = np.sign(x).T @ np.sign(x) / len(x)
    assert np.all(np.abs(measured - K_sigma) <= 4.5 * np.sqrt((1 - K_sigma**2).clip(0) / len(x)) + 1e-12)
    assert np.linalg.eigvalsh(K_sigma - 2 / np.pi * C).min() > -1e-12
    assert np.all(np.abs(K_sigma - np.eye(8)) <= np.abs(C - np.eye(8)) + 1e-12)


@pytest.mark.parametrize("noise", [theory.Gaussian(0.5), theory.Cauchy(0.3), theory.Rademacher(0.4)])
def test_risk_equals_the_matrix_equation(noise):
    K = correlated(d=25)
    delta, times = np.full(25, 0.2), np.linspace(0, 5, 6)
    by_modes = theory.signsgd_risk(K, delta, noise, 0.5, times)
    drift = K / theory.deviations(K)[:, None]
    by_matrix = theory.matrix_risk(drift, K, theory.arcsine_law(K), np.outer(delta, delta), noise, 0.5, times)
    assert np.allclose(by_modes, by_matrix, rtol=1e-6)
    without = theory.signsgd_risk(K, delta, noise, 0.5, times, scales=np.sqrt(np.trace(K) / 25))
    assert np.abs(without / by_matrix - 1).max() > 0.05


def test_sgd_risk_equals_its_matrix_equation():
    K = correlated(d=20)
    delta, rate = np.full(20, 0.2), 0.3
    M, dt = np.outer(delta, delta), 1e-3

    def slope(M):
        return -rate * (K @ M + M @ K) + rate**2 / 20 * (np.trace(K @ M) + 0.25) * K

    for _ in range(1000):
        k1 = slope(M)
        M = M + dt * slope(M + dt / 2 * k1)
    assert np.isclose(
        theory.sgd_risk(K, delta, theory.Gaussian(0.5), rate, [0, 1.0])[-1], np.trace(K @ M) / 2, rtol=1e-5
    )


def test_one_small_step_is_the_exact_conditional_mean():
    # Gaussian noise: E sign(g_i) = (2 / pi) arcsin((K delta)_i / (D_ii sqrt(2 P))) at every d, linear only as d grows.
    d, K = 400, np.linspace(0.5, 1.5, 400)
    delta = np.full(d, d**-0.5)
    R = K @ delta**2 / 2
    exact = 2 / np.pi * np.arcsin(np.sqrt(K) * delta / np.sqrt(2 * R + 0.25))
    eta = 0.01
    after = R - eta / d * (K * delta) @ exact + eta**2 / (2 * d**2) * K.sum()
    curve = theory.signsgd_risk(K, delta, theory.Gaussian(0.5), eta, [0, 1 / d])
    assert np.isclose(after - R, curve[1] - R, rtol=2e-3)


def test_stiff_spectra_and_long_horizons_reach_the_limit():
    K = np.geomspace(1e-4, 10, 80)
    delta = np.full(80, 80**-0.5)
    end = theory.signsgd_risk(K, delta, theory.Gaussian(0.5), 0.3, [0, 1, 1e5])[-1]
    assert np.isclose(end, theory.limit_risk(theory.Gaussian(0.5), 0.3, np.sqrt(K).mean()), rtol=1e-6)


@pytest.mark.parametrize("noise", [theory.Gaussian(0.0), theory.Cauchy(0.5), theory.Laplace(0.3), theory.Gaussian(0.5)])
@pytest.mark.parametrize("start", [0.0, 1e-9, 0.1])
def test_a_start_at_the_optimum_is_allowed(noise, start):
    K = np.linspace(0.3, 2, 30)
    risk = theory.signsgd_risk(K, np.full(30, start), noise, 0.1, [0, 0.1, 1, 500])
    assert np.isfinite(risk).all() and (risk >= 0).all()
    assert np.isclose(risk[-1], theory.limit_risk(noise, 0.1, np.sqrt(K).mean()), rtol=1e-6)


def test_limit_risk_does_not_see_correlations():
    noise, K = theory.Gaussian(0.5), correlated(d=30, rho=0.9, spread=0.5)
    end = theory.signsgd_risk(K, np.full(30, 0.2), noise, 0.4, [0, 3000])[-1]
    assert np.isclose(end, theory.limit_risk(noise, 0.4, theory.deviations(K).mean()), rtol=1e-6)


@given(v=st.floats(0.01, 5), eta=st.floats(0.01, 5), T_D=st.floats(0.1, 3))
def test_limit_risk_closed_form_and_small_rates(v, eta, T_D):
    general = theory.limit_risk(theory.Gaussian(v), eta, T_D)
    assert np.isclose(general, theory.gaussian_limit_risk(theory.Gaussian(v), eta, T_D), rtol=1e-9)
    assert np.isclose(theory.sign_rate_for(general, theory.Gaussian(v), T_D), eta, rtol=1e-9)
    small = theory.limit_risk(theory.Laplace(v), 1e-6 * v, T_D)
    assert np.isclose(small, theory.small_rate_limit_risk(theory.Laplace(v), 1e-6 * v, T_D), rtol=1e-2)


def test_noiseless_limit_and_decay():
    assert np.isclose(theory.limit_risk(theory.Gaussian(0.0), 0.3, 0.8), theory.noiseless_limit_risk(0.3, 0.8))
    times = np.linspace(0, 60, 13)
    ode = theory.signsgd_risk(np.ones(50), np.full(50, 50**-0.5), theory.Gaussian(0.0), 0.1, times)
    assert np.allclose(theory.noiseless_decay(0.1, 1.0, times), np.sqrt(2 * ode), rtol=1e-6)
    with pytest.raises(ValueError, match="floor"):
        theory.noiseless_decay(0.1, 0.05, times)


def test_sgd_limit_edge_and_reported_divergence():
    ones, delta = np.ones(40), np.full(40, 40**-0.5)
    stable, edge, beyond, far = theory.sgd_risk(ones, delta, theory.Gaussian(0.5), [1.0, 1.9, 2.3, 40.0], [0, 1, 400.0])
    assert np.isclose(stable[-1], theory.sgd_limit_risk(theory.Gaussian(0.5), 1.0, 1.0), rtol=1e-6)
    assert np.isclose(edge[-1], theory.sgd_limit_risk(theory.Gaussian(0.5), 1.9, 1.0), rtol=1e-6)
    assert beyond[-1] == far[-1] == theory.RISK_CAP and np.isfinite(far).all()
    assert theory.sgd_limit_risk(theory.Gaussian(0.5), 2.0, 1.0) == np.inf
    with pytest.raises(ValueError, match="infinite variance"):
        theory.sgd_risk(ones, delta, theory.Cauchy(1.0), 0.1, [0, 1])


def test_matched_rates_share_their_limit():
    K = np.geomspace(0.05, 3, 50)
    for noise in (theory.Gaussian(0.5), theory.Laplace(0.4)):
        sign, sgd = theory.matched_rates(0.02, noise, K)
        assert np.isclose(theory.limit_risk(noise, sign, np.sqrt(K).mean()), 0.02)
        assert np.isclose(theory.sgd_limit_risk(noise, sgd, K.mean()), 0.02)


@pytest.mark.parametrize(("noise", "tolerance"), [(theory.Gaussian(1.0), 1e-3), (theory.Laplace(2**-0.5), 0.02)])
@pytest.mark.parametrize("spread", [1.0, 100.0])
def test_rate_ratio_by_linearisation_and_in_closed_form(noise, tolerance, spread):
    K = np.geomspace(1, spread, 60)
    sign, sgd = theory.matched_rates(1e-5, noise, K)
    ones = np.ones(60)
    ratio = theory.convergence_rate(theory.sign_modes(K, ones), sign, noise, "sign")
    ratio /= theory.convergence_rate(theory.sgd_modes(K, ones), sgd, noise, "sgd")
    assert np.isclose(ratio, theory.speed_ratio(noise, np.sqrt(K), K), rtol=tolerance)


def test_convergence_rate_is_the_slope_of_the_curve():
    noise, K = theory.Gaussian(0.5), np.append(np.linspace(1, 2, 19), 0.1)
    rate = theory.sign_rate_for(0.02, noise, np.sqrt(K).mean())
    slow = theory.convergence_rate(theory.sign_modes(K, np.ones(20)), rate, noise, "sign")
    times = np.array([0, 20, 22]) / slow * 0.4
    gap = theory.signsgd_risk(K, np.full(20, 0.3), noise, rate, times) - 0.02
    assert np.isclose(np.log(gap[1] / gap[2]) / (times[2] - times[1]), slow, rtol=0.02)


def smallest_decay(slope, fixed):
    """Smallest eigenvalue of minus the Jacobian of a flow at a fixed point, by central differences."""
    assert np.abs(slope(fixed)).max() < 1e-12
    steps = 1e-5 * np.diag(fixed)
    columns = [(slope(fixed + h) - slope(fixed - h)) / (2 * h.sum()) for h in steps]
    return np.min(-np.linalg.eigvals(np.array(columns).T).real)


@pytest.mark.parametrize("lr", [0.05, 0.6])
@pytest.mark.parametrize("noise", [theory.Gaussian(0.5), theory.Cauchy(0.3), theory.Laplace(1.0)])
def test_convergence_rate_of_signsgd_is_that_of_its_flow(noise, lr):
    K = correlated(d=7, rho=0.4)
    modes = theory.sign_modes(K, np.ones(7))
    R = theory.limit_risk(noise, lr, theory.deviations(K).mean())

    def slope(r):
        speed = 2 * lr * noise.phi(r.sum()) / np.sqrt(2 * r.sum())
        return -speed * modes.decay * r + lr**2 / (2 * 7) * modes.forcing

    fixed = lr**2 / 14 * modes.forcing / modes.decay / (2 * lr * noise.phi(R) / np.sqrt(2 * R))
    assert np.isclose(theory.convergence_rate(modes, lr, noise, "sign"), smallest_decay(slope, fixed), rtol=1e-5)


@pytest.mark.parametrize("lr", [0.05, 0.9])
def test_convergence_rate_of_sgd_is_that_of_its_flow(lr):
    K, noise = np.array([0.4, 0.7, 1.0, 1.9]), theory.Gaussian(0.5)
    R = theory.sgd_limit_risk(noise, lr, K.mean())

    def slope(r):
        return -2 * lr * K * r + lr**2 / 8 * K**2 * (2 * r.sum() + noise.variance)

    fixed = lr * K / 16 * (2 * R + noise.variance)
    modes = theory.sgd_modes(K, np.ones(4))
    assert np.isclose(theory.convergence_rate(modes, lr, noise, "sgd"), smallest_decay(slope, fixed), rtol=1e-5)
    with pytest.raises(ValueError, match="method must be one of"):
        theory.convergence_rate(modes, lr, noise, "signsgd")


@given(R=st.floats(1e-3, 10), v=st.floats(0.0, 3))
def test_greedy_sgd_is_the_steepest_descent(R, v):
    best = float(theory.greedy_sgd_rate(theory.Gaussian(v), R))
    slope = lambda eta: -2 * eta * R + eta**2 / 2 * (2 * R + v**2)  # noqa: E731
    assert slope(best) <= min(slope(0.99 * best), slope(1.01 * best))
    assert np.isclose(slope(best), -(R**2) / (R + v**2 / 2))
    assert np.isclose(theory.sgd_rate_for(R, theory.Gaussian(v), 1.0), 2 * best)


def test_rescaled_signs_end_where_sgd_does():
    noise, ones = theory.Gaussian(0.5), np.ones(50)
    schedule = lambda t, R: float(theory.rescaled_rate(0.3, R, noise))  # noqa: E731
    end = theory.signsgd_risk(ones, np.full(50, 0.1), noise, schedule, [0, 400])[-1]
    assert np.isclose(end, theory.rescaled_sign_limit_risk(noise, 0.3), rtol=1e-5)
    assert theory.rescaled_sign_limit_risk(noise, 1.0001 * theory.RESCALED_SIGN_EDGE) == np.inf
    assert np.isfinite(theory.rescaled_sign_limit_risk(noise, 0.9999 * theory.RESCALED_SIGN_EDGE))


def test_curves_start_at_zero_and_return_what_is_asked_for():
    K, start, noise = np.linspace(0.5, 1.5, 40), np.full(40, 0.1), theory.Gaussian(0.5)
    for curve in (
        lambda t: theory.signsgd_risk(K, start, noise, 0.4, t),
        lambda t: theory.sgd_risk(K, start, noise, 0.4, t),
        lambda t: theory.adam_risk(K, start, noise, 0.4, t, 0.5),
        lambda t: theory.noiseless_decay(0.1, 1.0, t),
    ):
        assert np.allclose(curve([1.0, 5.0]), curve([0.0, 1.0, 5.0])[1:], rtol=1e-6)
    identity = np.eye(40)
    matrix = lambda t: theory.matrix_risk(identity, identity, identity, identity / 9, noise, 0.4, t)  # noqa: E731
    assert np.allclose(matrix([1.0, 5.0]), matrix([0.0, 1.0, 5.0])[1:], rtol=1e-8)


def test_a_localised_start_is_warned_of():
    spread, single = np.full(100, 0.1), np.eye(100)[0]
    noise, K = theory.Gaussian(0.5), np.ones(100)
    for start, warned in ((spread, 0), (single, 1)):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            theory.signsgd_risk(K, start, noise, 0.3, [0, 1])
            theory.adam_risk(K, start, noise, 0.3, [0, 1], 0.5)
        assert len(caught) == 2 * warned


def test_laws_without_a_density_have_no_small_rate_limit():
    for law in (theory.Rademacher(1.0), theory.Empirical([1.0, 2.0]), theory.Gaussian(0.0)):
        with pytest.raises(ValueError, match="density"):
            theory.small_rate_limit_risk(law, 0.1, 1.0)
    assert theory.Gaussian(0.0).psi_at_zero() == 1
    with pytest.raises(ValueError, match="density"):
        theory.Empirical([1.0, 2.0]).psi_at_zero()


def test_greedy_schedules_are_optimal_and_descend_as_derived():
    noise, delta, K = theory.Laplace(0.6), np.full(30, 0.1), np.ones(30)
    R = K @ delta**2 / 2
    P = R + noise.variance / 2
    best = float(theory.greedy_sign_rate(noise, R))

    def slope(eta):
        return -2 * eta * float(noise.phi(R)) / np.sqrt(2 * R) * R + eta**2 / 2

    assert slope(best) < min(slope(0.99 * best), slope(1.01 * best))
    assert np.isclose(slope(best), -4 / np.pi**2 * float(noise.psi(R)) ** 2 * R**2 / P)
    assert np.isclose(theory.greedy_sign_rate_general(noise, K, delta), best)
    assert np.isclose(theory.greedy_sign_rate_general(noise, np.diag(K), delta), best)
    K = correlated(d=30)
    general = theory.greedy_sign_rate_general(noise, K, delta)
    step = [theory.signsgd_risk(K, delta, noise, general * f, [0, 1e-4])[1] for f in (0.97, 1, 1.03)]
    assert step[1] < min(step[0], step[2])


def test_schedules_invert_each_other_and_orders_flip():
    law = theory.Gaussian(0.4)
    assert np.isclose(theory.rescaled_rate(theory.effective_rate(0.3, 0.7, law), 0.7, law), 0.3)
    flip = theory.order_flip_risk(theory.Laplace(2**-0.5))
    assert np.isclose(theory.Laplace(2**-0.5).psi(flip), np.pi / 2) and np.isclose(flip, 0.0069, atol=1e-4)
    with pytest.raises(ValueError, match="does not change"):
        theory.order_flip_risk(theory.Gaussian(1.0))


def test_a_schedule_may_follow_time_or_risk():
    K, delta, noise = np.ones(20), np.full(20, 0.3), theory.Gaussian(0.5)
    constant = theory.signsgd_risk(K, delta, noise, 0.3, [0, 1, 2])
    assert np.allclose(theory.signsgd_risk(K, delta, noise, lambda t, R: 0.3, [0, 1, 2]), constant)
    assert theory.signsgd_risk(K, delta, noise, [0.3, 0.5], [0, 1, 2]).shape == (2, 3)
    greedy = theory.signsgd_risk(K, delta, noise, lambda t, R: float(theory.greedy_sign_rate(noise, R)), [0, 1, 2])
    assert greedy[-1] < constant[-1]


@pytest.mark.parametrize("beta2", [0.3, 0.5, 0.9, 0.99])
def test_adam_coefficients_by_quadrature_and_by_monte_carlo(beta2):
    sampled, stderr = theory.adam_coefficients_sampled(beta2, np.random.default_rng(0), steps=20_000, blocks=30)
    exact = np.array(theory.adam_coefficients(beta2))
    assert np.all(np.abs(sampled - exact) < 4 * stderr)
    assert np.all(np.abs(sampled - theory.adam_coefficients(beta2 / 2)) > 4 * stderr)


def test_adam_coefficients_limits_and_momentum():
    # Slow in beta2: the noise level falls by about 2 sqrt(beta2).
    assert np.allclose(theory.adam_coefficients(1e-6), (2 / np.pi, 1), atol=0.01)
    assert np.allclose(theory.adam_coefficients(0.9999), (1, 1), atol=1e-3)
    sampled, stderr = theory.adam_coefficients_sampled(
        0.9, np.random.default_rng(0), beta1=0.5, steps=20_000, blocks=30
    )
    phi, noise = theory.adam_coefficients(0.9, 0.5)
    assert abs(sampled[0] - phi) < 4 * stderr[0] and np.isnan(noise)
    for bad in ((1.0, 0.0), (0.5, 1.0), (-0.1, 0.0), (0.0, 0.5)):
        with pytest.raises(ValueError, match="beta"):
            theory.adam_coefficients(*bad)


def test_adam_with_the_coefficients_of_signsgd_is_signsgd():
    K, delta, times = np.linspace(0.5, 2, 15), np.full(15, 0.3), [0, 1, 4]
    as_adam = theory.adam_risk(K, delta, theory.Gaussian(0.5), 0.3, times, beta2=0)
    assert np.allclose(as_adam, theory.signsgd_risk(K, delta, theory.Gaussian(0.5), 0.3, times), rtol=1e-7)


def test_adam_noise_correlation_ends():
    values, stderr = theory.adam_noise_correlation(0.9, [1.0, 0.0], np.random.default_rng(0), steps=200_000)
    assert abs(values[0] - theory.adam_coefficients(0.9)[1]) < 4 * stderr[0] and abs(values[1]) < 4 * stderr[1]


def test_a_long_memory_is_warned_of():
    with pytest.warns(UserWarning, match="outside the regime"):
        theory.adam_risk(np.ones(500), np.full(500, 0.05), theory.Gaussian(0.5), 0.3, [0, 1], 0.999)


def test_drift_matrix_of_gaussian_samples_is_the_preconditioned_covariance():
    K = correlated(d=6)
    x = np.random.default_rng(0).standard_normal((400_000, 6)) @ np.linalg.cholesky(K).T
    K_hat = x.T @ x / len(x)
    assert np.allclose(theory.drift_matrix(x), K_hat / np.sqrt(np.diag(K_hat))[:, None], atol=0.02)


@pytest.mark.parametrize("build", [theory.sign_modes, theory.sgd_modes])
@pytest.mark.parametrize(
    ("covariance", "message"),
    [
        ([[1.0, 2.0], [2.0, 1.0]], "positive definite"),
        ([[1.0, 0.5], [0.4, 1.0]], "symmetric"),
        ([[1.0, 0.0], [0.0, 0.0]], "dead"),
        ([1.0, 0.0], "dead"),
        ([1.0, -1.0], "dead"),
    ],
)
def test_bad_covariances_are_refused(build, covariance, message):
    with pytest.raises(ValueError, match=message):
        build(covariance, [1.0, 1.0])


@pytest.mark.parametrize("s", [1e-8, 3e-6, 9.99e-6, 1.01e-5, 5e-5, 9.9e-5, 1.01e-4, 0.3, 40.0])
def test_transform_of_a_squared_product_of_normals_by_quadrature(s):
    """E exp(-s z^2 w^2) = E (1 + 2 s z^2)^(-1/2) over one normal, on both sides of where the series take over."""
    normal = lambda z: np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)  # noqa: E731
    over = lambda f: integrate.quad(lambda z: f(z) * normal(z), -20, 20, epsabs=0, epsrel=1e-11, limit=400)[0]  # noqa: E731
    lost = over(lambda z: -np.expm1(-0.5 * np.log1p(2 * s * z**2)))
    mean = over(lambda z: z**2 * (1 + 2 * s * z**2) ** -1.5) / (1 - lost)
    np.testing.assert_allclose(float(theory.adam.log_transform(np.array(s))), np.log1p(-lost), rtol=2e-8)
    exact = 2e-10 if s < 1e-4 else 2e-8  # the closed form loses digits where the series takes over
    np.testing.assert_allclose(float(theory.adam.tilted_mean(np.array(s))), mean, rtol=exact)
