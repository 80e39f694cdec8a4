"""The edge of stability and the flow: recursions against brute force, closed forms against integration."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optclaims.papers.normalization_sharpness import measures, problems, simulation, theory

A = 8.0


def numeric_gradient(loss, w, step=1e-6):
    return np.array([(loss(w + step * e) - loss(w - step * e)) / (2 * step) for e in np.eye(len(w))])


def toy_loss(w):
    square = w @ w
    return 0.5 * (1 + A * w[1] ** 2 / square) * w[2] ** 2 / square


def regression(n=8, d=15, seed=0):
    rng = np.random.default_rng(seed)
    X, y = problems.random_labels(n, d, rng)
    return X, y, problems.Regression.from_data(X, y, rng)


@given(st.lists(st.floats(-2, 2), min_size=3, max_size=3).filter(lambda w: np.linalg.norm(w) > 0.3))
def test_toy_gradient_is_that_of_the_loss_and_orthogonal_to_w(w):
    w = np.array(w)
    gradient = simulation.toy_gradient(w, A)
    np.testing.assert_allclose(gradient, numeric_gradient(toy_loss, w), atol=1e-6)
    assert abs(gradient @ w) < 1e-12


def test_compiled_toy_is_ten_lines_of_numpy():
    w = problems.toy_start(1.2, A, 0.1, lr=0.5, eps=1e-3)
    run = simulation.toy(w, A, lr=0.5, wd=2e-3, steps=200, every=7)
    for t in range(200):
        if t % 7 == 0:
            np.testing.assert_allclose(run[t // 7], w, rtol=1e-12)
        w = (1 - 1e-3) * w - 0.5 * simulation.toy_gradient(w, A)


def test_compiled_regression_is_ten_lines_of_numpy():
    _, _, data = regression()
    moments = (data.covariance, data.correlation)
    w = data.start(1.2, 0.05, lr=0.5, eps=1e-3)
    run = simulation.regression(w, *moments, lr=0.5, wd=2e-3, steps=100, every=9)
    for t in range(100):
        if t % 9 == 0:
            np.testing.assert_allclose(run[t // 9], w, rtol=1e-11)
        w = (1 - 1e-3) * w - 0.5 * simulation.regression_gradient(w, *moments)


def test_regression_gradient_is_that_of_batch_normalised_least_squares():
    X, y, data = regression()
    X, y = X - X.mean(0), (y - y.mean()) / y.std()

    def loss(w):
        output = X @ w
        return np.mean((output / np.sqrt(np.mean(output**2)) - y) ** 2)

    w = np.random.default_rng(1).standard_normal(15)
    expected = numeric_gradient(loss, w)
    np.testing.assert_allclose(
        simulation.regression_gradient(w, data.covariance, data.correlation), expected, atol=1e-7
    )


@pytest.mark.parametrize("alpha", [0.0, 0.7, 1.2])
def test_regression_sharpness_is_the_top_eigenvalue_of_the_hessian(alpha):
    _, _, data = regression()
    theta = np.cos(alpha) * data.interpolant / np.linalg.norm(data.interpolant) + np.sin(alpha) * data.null
    columns = [
        simulation.regression_gradient(theta + s * 1e-5 * e, data.covariance, data.correlation) * s / 2e-5
        for e in np.eye(15)
        for s in (1, -1)
    ]
    hessian = np.array(columns).reshape(15, 2, 15).sum(axis=1)
    values, vectors = np.linalg.eigh((hessian + hessian.T) / 2)
    assert values[-1] == pytest.approx(theory.regression_sharpness(alpha, data.flattest), rel=1e-6)
    assert abs(vectors[:, -1] @ data.oscillating) == pytest.approx(1, abs=1e-6)
    assert data.tangent(theta) == pytest.approx(np.tan(alpha), abs=1e-9)


@pytest.mark.parametrize("eps", [1e-2, 1e-4])
def test_descent_is_projected_descent_with_the_rate_recursion(eps):
    w = problems.toy_start(0.8, A, 0.2, lr=0.3, eps=eps, product=0.7)
    run = simulation.toy(w, A, lr=0.3, wd=eps / 0.3, steps=30)
    rates, theta = simulation.effective_rates(run, 0.3, eps), simulation.directions(run)
    on_sphere = simulation.projected_descent(theta[0], lambda v: simulation.toy_gradient(v, A), rates[0], eps, 30)
    np.testing.assert_allclose(on_sphere[0], theta, atol=1e-12)
    norms = np.linalg.norm(simulation.toy_gradient(theta, A), axis=1)
    np.testing.assert_allclose(theory.sphere_rates(rates[0], norms[:-1], eps), rates, rtol=1e-12)


def test_rms_form_of_the_rate_is_exact():
    eps = 3e-3
    beta, rate = theory.rms_decay(eps)
    rates = theory.sphere_rates(0.4, [1.3, 0.2, 2.0], eps)
    v = (rate / rates) ** 2
    g = np.array([1.3, 0.2, 2.0])
    np.testing.assert_allclose(beta * (v[:-1] + 2 * rate**2 * g**2 + rate**4 * g**4 / v[:-1]), v[1:], rtol=1e-13)
    assert 1 - beta == pytest.approx(2 * beta * rate**2)
    assert theory.memory_decay(2, rate) == pytest.approx(beta)


def test_free_growth_reaches_the_edge_at_the_predicted_time():
    eps, start = 1e-5, 0.3
    rates = theory.sphere_rates(start, np.zeros(int(theory.edge_entry_time(start) / eps)), eps)
    assert rates[-1] == pytest.approx(2, rel=1e-4)


@given(st.floats(0.05, 1.5), st.floats(0.1, 20))
def test_toy_angle_inverts_its_antiderivative(start, a):
    taus = np.array([0.0, 0.1, 1.0, 2.0])
    angle = theory.toy_angle(taus, start, a)
    np.testing.assert_allclose(theory.toy_flow(start, a) - theory.toy_flow(angle, a), taus, atol=1e-8)
    assert (np.diff(angle) < 0).all()


def test_closed_forms_are_the_integrated_flow():
    taus = np.linspace(0, 2.5, 6)
    toy = theory.reduction_flow(lambda p: theory.toy_log_sharpness_slope(p, A), 1.2, taus)[:, 0]
    np.testing.assert_allclose(toy, theory.toy_angle(taus, 1.2, A), atol=1e-9)
    regression = theory.reduction_flow(lambda p: 2 * np.tan(p), np.arctan(3), taus)[:, 0]
    np.testing.assert_allclose(regression, theory.regression_angle(taus, np.arctan(3)), atol=1e-9)


def test_slope_is_the_derivative_of_log_sharpness():
    angle = np.linspace(0.1, 1.4, 9)
    numeric = (np.log(theory.toy_sharpness(angle + 1e-6, A)) - np.log(theory.toy_sharpness(angle - 1e-6, A))) / 2e-6
    np.testing.assert_allclose(theory.toy_log_sharpness_slope(angle, A), numeric, atol=1e-8)


@given(st.floats(0, 1e6))
def test_sharpness_never_falls_faster_than_twice_slow_time(slope):
    assert 0 <= theory.flow_speed(slope) * slope <= 2


def test_energy_is_conserved_to_first_order_and_least_at_equilibrium():
    eps, slope = 1e-6, 1.5
    x, h = 1.5e-3, 0.0
    energies = []
    for _ in range(3000):
        energies.append(theory.oscillation_energy(x, h, eps, slope))
        h += 2 * (2 * eps - (4 + slope**2) * x**2)
        x *= 1 + h
    assert np.ptp(energies) < 0.03 * np.mean(energies)
    assert theory.oscillation_energy(np.sqrt(theory.mean_square_offset(eps, slope)), 0, eps, slope) == pytest.approx(0)


def test_error_of_regression_is_that_on_fresh_examples():
    rng = np.random.default_rng(0)
    X, y, beta = problems.linear_target(10, 20, rng)
    data = problems.Regression.from_data(X, y, rng)
    w = data.start(1.0, 0.1, lr=0.5, eps=1e-3)
    fresh = rng.standard_normal((400_000, 20))
    output = (X - X.mean(0)) @ w
    prediction = y.mean() + y.std() * (fresh - X.mean(0)) @ w / np.sqrt(np.mean(output**2))
    expected = np.sqrt(np.mean((prediction - fresh @ beta) ** 2))
    assert float(problems.gaussian_rmse(w, data, X, y, beta)) == pytest.approx(expected, rel=0.01)


def test_measures():
    t = np.arange(1000)
    assert measures.crossing_period(np.sin(2 * np.pi * t / 37.5)) == pytest.approx(37.5, rel=1e-3)
    assert measures.first_passage(np.array([0.0, 1, 2, 3]), 2.0, 10.0 * np.arange(4)) == 20
    assert measures.first_passage(np.zeros(4), 2.0, 10.0 * np.arange(4)) == 30
    assert measures.loglog_slope([1, 10, 100], [2, 20, 200]) == pytest.approx(1)
    np.testing.assert_allclose(measures.windows(np.arange(7.0), 3), [0.5, 2.5, 4.5])


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda: theory.mean_square_offset(0.0, 1.0), "eps must lie in"),
        (lambda: theory.oscillation_period(0.0), "eps must lie in"),
        (lambda: theory.oscillation_energy(0.0, 0.0, 1e-3), "|x| must be positive"),
        (lambda: theory.edge_entry_time(2.5), "product must lie in"),
        (lambda: theory.flow_speed(1.0, memory=0.0), "memory must be positive"),
        (lambda: theory.memory_decay(8.0, 0.5), "must lie in"),
        (lambda: theory.toy_angle(1.0, 2.0, 8.0), "start must lie in"),
        (lambda: theory.toy_angle(-1.0, 1.2, 8.0), "taus must be nonnegative"),
        (lambda: theory.toy_angle(np.nan, 1.2, 8.0), "taus must be nonnegative"),
        (lambda: theory.regression_angle(0.0, 2.0), "start must lie in"),
        (lambda: theory.regression_angle(-1.0, 1.0), "taus must be nonnegative"),
        (lambda: theory.reduction_flow(np.tan, 1.0, [0.0, np.nan]), "taus must be finite"),
        (lambda: theory.reduction_flow(np.tan, 1.0, [1.0, 0.0]), "taus must increase"),
        (lambda: problems.toy_start(1.2, A, 0.0, lr=0.5, eps=1e-3), "offset"),
        (lambda: regression()[2].start(1.0, 0.0, lr=0.5, eps=1e-3), "offset"),
        (lambda: regression()[2].start(2.0, 0.1, lr=0.5, eps=1e-3), "angle must lie in"),
        (lambda: regression(n=20, d=10), "must leave a kernel"),
        (lambda: regression(n=11, d=10), "must leave a kernel"),
        (lambda: problems.Regression.from_data(np.ones((4, 9)), np.arange(3.0), None), "y must have shape"),
        (lambda: problems.Regression.from_data(np.eye(4, 9), np.ones(4), None), "standard deviation of y"),
        (lambda: simulation.toy(np.ones(3), A, lr=0.5, wd=0.0, steps=0), "at least 1"),
        (lambda: simulation.toy(np.ones(4), A, lr=0.5, wd=0.0, steps=1), "w must have shape"),
        (lambda: simulation.toy(np.zeros(3), A, lr=0.5, wd=0.0, steps=1), "length of w"),
        (lambda: simulation.regression(np.ones(3), np.eye(3), np.ones(2), lr=0.5, wd=0.0, steps=1), "correlation must"),
        (lambda: simulation.regression(np.ones(3), np.eye(2), np.ones(3), lr=0.5, wd=0.0, steps=1), "covariance must"),
        (lambda: simulation.regression(np.ones((3, 1)), np.eye(3), np.ones(3), lr=0.5, wd=0.0, steps=1), "w must have"),
        (lambda: measures.crossing_period(np.ones(5)), "at least twice"),
    ],
)
def test_bad_input_is_refused(function, message):
    with pytest.raises(ValueError, match=re.escape(message) if message.startswith("|") else message):
        function()


def test_labels_that_cannot_be_interpolated_are_refused():
    X = np.repeat(np.eye(2, 9), 3, axis=0)  # equal rows with unequal labels
    with pytest.raises(ValueError, match="not interpolated"):
        problems.Regression.from_data(X, np.arange(6.0), np.random.default_rng(0))


def test_the_flow_ends_where_it_should_after_very_long_times():
    late = theory.toy_angle([0.0, 10.0, 100.0, 1e4], 1.2, A)
    assert (np.diff(late) <= 0).all() and late[0] == 1.2 and 0 <= late[-1] < 1e-100
    assert late[1] == pytest.approx(np.exp(A * (theory.toy_flow(1.2, A) - 10)), rel=1e-6)


def test_overflow_is_reported():
    with pytest.raises(FloatingPointError, match="smaller learning rate"):
        simulation.toy(np.ones(3), A, lr=0.5, wd=1e200, steps=10)


@pytest.mark.parametrize("alpha", [0.0, 0.9])
def test_sharpness_measured_on_the_hessian_is_the_formula_on_the_minimisers(alpha):
    _, _, data = regression()
    theta = np.cos(alpha) * data.interpolant / np.linalg.norm(data.interpolant) + np.sin(alpha) * data.null
    found = simulation.regression_top(theta, data.covariance, data.correlation, np.random.default_rng(0))
    assert found == pytest.approx(float(theory.regression_sharpness(alpha, data.flattest)), rel=1e-6)


@pytest.mark.parametrize("level", [1e-3, 1.0, 30.0])
def test_energy_level_is_a_closed_curve_of_constant_energy(level):
    curve = measures.energy_level(2.0, level, theory.oscillation_energy)
    energy = theory.oscillation_energy(0.1 * curve["x"].to_numpy(), 0.1 * curve["h"].to_numpy(), 0.01) / 0.01
    inner = curve["h"].abs() > 1e-3 * curve["h"].abs().max()
    np.testing.assert_allclose(energy[inner.to_numpy()], level, rtol=1e-6)
    ends = curve[["x", "h"]].to_numpy()[[0, -1]]
    np.testing.assert_allclose(ends[0], ends[1], atol=1e-6)
