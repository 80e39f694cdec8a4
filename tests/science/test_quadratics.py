"""Optimizers on quadratics: recursions against vectors and sampling, closed forms against recursions."""

import numpy as np
import pytest
from scipy.linalg import solve_discrete_lyapunov
from scipy.optimize import minimize

from optclaims.science import moments
from optclaims.science.quadratics import krylov, mean_square, noise, optimal, schedules, two_step

RNG = np.random.default_rng(0)
X = RNG.uniform(-0.5, 4.5, 400)
BETA = RNG.uniform(-1.2, 1.2, 400)
NU = RNG.choice([0.0, 1.0], 400) * BETA
KAPPAS = [4.0, 30.0, 400.0]


def two_step_by_hand(hessian, start, steps, lr, momentum, lookahead):
    """Points in a rotated basis, with gradients."""
    w, before, out = start, start, [start]
    for _ in range(steps):
        point = w + lookahead * (w - before)
        w, before = w + momentum * (w - before) - lr * hessian @ point, w
        out.append(w)
    return np.array(out)


def spectrum(kappa, points=400):
    return np.concatenate([np.linspace(1, kappa, points), np.geomspace(1, kappa, points)])


@pytest.mark.parametrize(("momentum", "lookahead"), [(0, 0), (0.7, 0), (0.7, 0.7), (0.7, 0.3)])
def test_residuals_are_the_method_in_the_eigenbasis(momentum, lookahead):
    eigenvalues = np.array([-0.3, 0.1, 1.0, 2.0])
    basis = np.linalg.qr(RNG.normal(size=(4, 4)))[0]
    hessian = basis @ np.diag(eigenvalues) @ basis.T
    start = RNG.normal(size=4)
    points = two_step_by_hand(hessian, start, 20, 0.4, momentum, lookahead)
    polynomial = two_step.residuals(eigenvalues, 20, 0.4, momentum, lookahead)
    np.testing.assert_allclose(points @ basis, polynomial * (basis.T @ start), rtol=1e-9, atol=1e-12)


def test_residuals_take_schedules_and_powers_of_the_companion():
    x, beta, nu = 0.7, 0.6, 0.2
    power = np.linalg.matrix_power(two_step.companion(x, beta, nu), 9) @ [1, 1]
    assert two_step.residuals(x, 9, 1.0, beta, nu)[9, 0] == pytest.approx(power[1])
    lr = np.array([0.5, 0.25])
    np.testing.assert_allclose(two_step.residuals([1.0], 2, lr)[:, 0], [1, 0.5, 0.375])


def test_the_radius_is_the_largest_eigenvalue_and_decides_stability():
    largest = np.abs(np.linalg.eigvals(two_step.companion(X, BETA, NU))).max(axis=-1)
    np.testing.assert_allclose(two_step.radius(X, BETA, NU), largest, rtol=1e-9)
    np.testing.assert_array_equal(two_step.stable(X, BETA, NU), largest < 1)
    heavy = two_step.stable(X, BETA)
    np.testing.assert_array_equal(heavy, (X > 0) & (X < 2 * (1 + BETA)) & (np.abs(BETA) < 1))


def test_velocity_form_of_nesterov_follows_its_lookahead_points():
    curvature, lr, beta = 1.3, 0.3, 0.8
    y, v, ys = 1.0, 0.0, [1.0]
    for _ in range(15):
        g = curvature * y
        v = beta * v + g
        y -= lr * (g + beta * v)
        ys.append(y)
    e = two_step.residuals(curvature, 16, lr, beta * (np.arange(16) > 0), beta * (np.arange(16) > 0))[:, 0]
    np.testing.assert_allclose(ys, e[:16] + beta * (e[:16] - np.concatenate([[1.0], e[:15]])), rtol=1e-12)


def test_a_running_mean_of_gradients_is_a_heavy_ball():
    curvature, lr, beta = 1.3, 2.0, 0.8
    w, m, points = 1.0, 0.0, [1.0]
    for _ in range(15):
        m = beta * m + (1 - beta) * curvature * w
        w -= lr * m
        points.append(w)
    np.testing.assert_allclose(points, two_step.residuals(curvature, 15, lr * (1 - beta), beta)[:, 0], rtol=1e-12)


@pytest.mark.parametrize("kappa", KAPPAS)
@pytest.mark.parametrize("name", ["gradient_descent", "heavy_ball", "nesterov", "tuned_nesterov"])
def test_the_rate_is_the_radius_at_the_worst_eigenvalue(name, kappa):
    best = getattr(optimal, name)(2.0, 2 * kappa)
    x = best.lr * 2 * spectrum(kappa)
    assert two_step.radius(x, best.momentum, best.lookahead).max() == pytest.approx(best.rate, abs=1e-6)


@pytest.mark.parametrize("name", ["heavy_ball", "tuned_nesterov"])
def test_no_parameters_near_by_are_better(name):
    best = getattr(optimal, name)(1.0, 30.0)
    ends = np.array([1.0, 30.0])

    def rate(p):
        return two_step.radius(p[0] * ends, p[1], p[1] * (best.lookahead > 0)).max()

    found = minimize(rate, [best.lr * 0.8, best.momentum * 0.9], method="Nelder-Mead", options={"xatol": 1e-10})
    np.testing.assert_allclose(found.x, [best.lr, best.momentum], rtol=1e-4)
    assert found.fun >= best.rate - 1e-7


@pytest.mark.parametrize("kappa", KAPPAS)
@pytest.mark.parametrize("method", ["gradient_descent", "heavy_ball", "nesterov", "chebyshev"])
def test_worst_residual_is_the_supremum(method, kappa):
    n = np.arange(41)
    if method == "chebyshev":
        e = two_step.residuals(spectrum(kappa), 40, *schedules.chebyshev(1.0, kappa, 40))
    else:
        e = two_step.residuals(spectrum(kappa), 40, **getattr(optimal, method)(1.0, kappa).parameters)
    np.testing.assert_allclose(np.abs(e).max(axis=1), optimal.worst_residual(method, n, kappa), rtol=1e-8, atol=1e-13)


def test_chebyshev_is_the_polynomial():
    e = two_step.residuals(spectrum(9.0), 6, *schedules.chebyshev(1.0, 9.0, 6))[6]
    T = np.polynomial.chebyshev.Chebyshev([0] * 6 + [1])
    np.testing.assert_allclose(e, T((10 - 2 * spectrum(9.0)) / 8) / T(10 / 8), atol=1e-14)


def test_nesterovs_schedules():
    gamma, t = schedules.nesterov_gamma(200, 0.0), schedules.nesterov_t(200)
    np.testing.assert_allclose(gamma, 1 / t, rtol=1e-13)
    np.testing.assert_allclose(schedules.dynamic_momentum(gamma), (t[:-1] - 1) / t[1:], atol=1e-13)
    for inverse_kappa in (0.01, 0.3, 1.0):
        gamma = schedules.nesterov_gamma(2000, inverse_kappa, first=0.9)
        np.testing.assert_allclose(
            gamma[1:] ** 2, (1 - gamma[1:]) * gamma[:-1] ** 2 + gamma[1:] * inverse_kappa, rtol=1e-12
        )
        assert gamma[-1] == pytest.approx(np.sqrt(inverse_kappa))
        limit = optimal.contraction(inverse_kappa, 1.0)
        assert schedules.dynamic_momentum(gamma)[-1] == pytest.approx(limit, abs=1e-12)


@pytest.mark.parametrize(("momentum", "lookahead"), [(0, 0), (0.9, 0), (0.5, 0.5)])
def test_stationary_variance_solves_the_lyapunov_equation(momentum, lookahead):
    lr, curvature, s2 = 0.2, 1.7, 3.0
    R = two_step.companion(lr * curvature, momentum, lookahead)
    covariance = solve_discrete_lyapunov(R, np.diag([0.0, lr**2 * s2]))
    limit = noise.stationary_variance(curvature, lr, momentum, lookahead, s2)
    assert limit == pytest.approx(covariance[1, 1])
    late = noise.variances(curvature, [5000], lr, momentum, lookahead, s2, start=7.0)
    assert late[0, 0] == pytest.approx(limit)


def test_variances_equal_the_recursion_of_matrices():
    lr, beta, nu = RNG.uniform(0.1, 0.6, (3, 12))
    curvature, s2, start = 1.3, 0.4, 2.0
    C = np.full((2, 2), start)
    expected = [start]
    for h, b, v in zip(lr, beta, nu, strict=True):
        R = two_step.companion(h * curvature, b, v)
        C = R @ C @ R.T + np.diag([0, h**2 * s2])
        expected.append(C[1, 1])
    got = noise.variances([curvature, curvature], np.arange(13), lr, beta, nu, s2, [start, 0.0])
    np.testing.assert_allclose(got[:, 0], expected)
    silent = noise.variances(curvature, np.arange(13), lr, beta, nu, 0.0, start)
    np.testing.assert_allclose(silent, start * two_step.residuals(curvature, 12, lr, beta, nu) ** 2)


def test_averages_equal_the_covariance_of_the_sum():
    lr = RNG.uniform(0.1, 0.6, 6)
    curvature, s2, start = 1.3, 0.4, 2.0
    # e_n is linear in (e_0, xi_1 .. xi_6): rows of coefficients, whose mean is the mean of the iterates
    e = np.zeros(7)
    e[0] = 1
    rows = []
    for n, h in enumerate(lr):
        e = (1 - h * curvature) * e
        e[n + 1] = h
        rows.append(e)
    mean = np.mean(rows, axis=0)
    expected = mean[0] ** 2 * start + (mean[1:] ** 2).sum() * s2
    assert noise.averaged_variances(curvature, [6], lr, s2, start)[0, 0] == pytest.approx(expected)


def test_least_squares_factor_is_the_trace_of_the_recursion_and_of_wicks_theorem():
    d, m, h = 7, 3, 0.3
    one = noise.least_squares_covariance(np.ones(d), np.ones(d), [1], h, m)
    assert one.sum() / d == pytest.approx(float(noise.least_squares_factor(h, m, d)))
    x = RNG.normal(size=(400_000, m, d))
    e = np.zeros(d)
    e[0] = 1
    new = e - h * np.einsum("nmi,nm->ni", x, x[..., 0]) / m
    squares = (new**2).sum(axis=1)
    assert abs(squares.mean() - noise.least_squares_factor(h, m, d)) < 4 * squares.std() / np.sqrt(len(squares))


def test_least_squares_recursion_equals_the_expressible_noise():
    curvature, C = np.array([2.0, 0.5, 0.1]), np.array([1.0, 2.0, 0.3])
    times = np.arange(1, 30)
    got = noise.least_squares_covariance(curvature, C, times, 0.1, 2) @ curvature / 2
    np.testing.assert_allclose(
        got, moments.losses(curvature, curvature * C, times, lr=0.1, momentum=0.0, gamma=0.5, tau2=-1.0)
    )
    floor = noise.least_squares_covariance(curvature, C, [20_000], 0.1, 2, noise=0.5)
    again = noise.least_squares_covariance(curvature, floor[0], [1], 0.1, 2, noise=0.5)
    np.testing.assert_allclose(again, floor, rtol=1e-9)
    sampled = sampled_label_noise(0.1, 2, 0.5, curvature, C)
    np.testing.assert_allclose(noise.least_squares_covariance(curvature, C, [1], 0.1, 2, 0.5)[0], sampled, rtol=0.02)


def sampled_label_noise(h, m, s2, curvature, C, runs=200_000):
    x = RNG.normal(size=(runs, m, 3)) * np.sqrt(curvature)
    e = RNG.normal(size=(runs, 3)) * np.sqrt(C)
    xi = RNG.normal(size=(runs, m)) * np.sqrt(s2)
    g = np.einsum("nmi,nm->ni", x, np.einsum("nmi,ni->nm", x, e) + xi) / m
    return ((e - h * g) ** 2).mean(axis=0)


def hessian_with_levels(levels, d=12):
    basis = np.linalg.qr(RNG.normal(size=(d, d)))[0]
    return basis @ np.diag(np.resize(levels, d)) @ basis.T


def test_conjugate_gradients_end_after_as_many_steps_as_there_are_levels():
    H, start = hessian_with_levels([1.0, 3.0, 10.0, 40.0]), RNG.normal(size=12)
    sizes = np.linalg.norm(krylov.conjugate_gradients(H, start, 6), axis=1)
    assert sizes[4] < 1e-10 < 1e-3 < sizes[3]
    assert np.linalg.norm(krylov.conjugate_gradients(H, start, 4, sign=-1.0)[4]) > 1e-2


def test_conjugate_gradients_have_the_least_loss_in_the_krylov_space():
    H, start = hessian_with_levels(np.geomspace(1, 50, 12)), RNG.normal(size=12)
    points = krylov.conjugate_gradients(H, start, 5)
    span = np.array([np.linalg.matrix_power(H, k + 1) @ start for k in range(5)]).T
    best = start - span @ np.linalg.solve(span.T @ H @ span, span.T @ H @ start)
    np.testing.assert_allclose(points[5], best, atol=1e-9)
    assert krylov.losses(H, points[5]) == pytest.approx(0.5 * best @ H @ best)


def test_krylov_methods_are_one():
    H, start = hessian_with_levels(np.geomspace(1, 50, 12)), RNG.normal(size=12)
    points = krylov.conjugate_gradients(H, start, 8)
    for other in (krylov.conjugate_momentum(H, start, 8), *(krylov.bfgs(H, start, 8, m) for m in (None, 1, 3))):
        np.testing.assert_allclose(other, points, atol=1e-10)
    np.testing.assert_allclose(
        krylov.conjugate_gradients(np.geomspace(1, 50, 12), start, 8),
        krylov.conjugate_gradients(np.diag(np.geomspace(1, 50, 12)), start, 8),
    )
    steepest = krylov.steepest_descent(H, start, 1)
    np.testing.assert_allclose(steepest, points[:2])


def test_steepest_descent_stays_below_kantorovich():
    curvature, start = np.geomspace(1, 20, 8), RNG.normal(size=8)
    losses = krylov.losses(curvature, krylov.steepest_descent(curvature, start, 20))
    assert (losses[1:] <= losses[:-1] * (19 / 21) ** 2 * (1 + 1e-12)).all()
    worst = krylov.losses([1.0, 20.0], krylov.steepest_descent([1.0, 20.0], [20.0, 1.0], 5))
    np.testing.assert_allclose(worst[1:] / worst[:-1], (19 / 21) ** 2)


def test_a_start_at_the_minimum_stays():
    for method in (krylov.conjugate_gradients, krylov.conjugate_momentum, krylov.steepest_descent, krylov.bfgs):
        assert method([1.0, 2.0], [0.0, 0.0], 3).shape == (4, 2)
        assert not method([1.0, 2.0], [0.0, 0.0], 3).any()


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda: two_step.radius(np.nan), "x"),
        (lambda: two_step.residuals([1.0], -1, 0.1), "steps"),
        (lambda: two_step.residuals([1.0], 3, [0.1, 0.2]), "lr"),
        (lambda: optimal.heavy_ball(2, 1), "L"),
        (lambda: optimal.nesterov(0, 1), "mu"),
        (lambda: optimal.worst_residual("adam", 1, 2), "method"),
        (lambda: schedules.chebyshev(1, 1, 3), "L"),
        (lambda: schedules.nesterov_gamma(3, -0.1), "inverse_kappa"),
        (lambda: noise.stationary_variance(1.0, 2.5), "lr"),
        (lambda: noise.variances(1.0, [3, 2], 0.1), "times"),
        (lambda: noise.variances(1.0, [3], 0.1, noise=-1), "noise"),
        (lambda: noise.averaged_variances(1.0, [0, 3], 0.1), "times"),
        (lambda: noise.least_squares_factor(0.1, 0, 3), "batch"),
        (lambda: krylov.bfgs(np.eye(2), [1.0, 2.0], 2, memory=0), "memory"),
        (lambda: krylov.conjugate_gradients(np.eye(3), [1.0, 2.0], 2), "hessian"),
    ],
)
def test_bad_input_is_named(call, named):
    with pytest.raises(ValueError, match=named):
        call()


def test_two_loops_are_the_dense_update():
    pairs = []
    inverse = np.eye(4)
    for _ in range(3):
        s, noise_ = RNG.normal(size=(2, 4))
        y = s + 0.3 * noise_
        pairs.append((s, y))
        left = np.eye(4) - np.outer(s, y) / (s @ y)
        inverse = left @ inverse @ left.T + np.outer(s, s) / (s @ y)
    g = RNG.normal(size=4)
    np.testing.assert_allclose(krylov._two_loops(g, pairs), inverse @ g)


def test_no_steps_are_the_start():
    for method in (krylov.conjugate_gradients, krylov.conjugate_momentum, krylov.steepest_descent, krylov.bfgs):
        np.testing.assert_array_equal(method([1.0, 2.0], [3.0, 4.0], 0), [[3.0, 4.0]])


def test_the_largest_stable_x_is_the_border_of_stability():
    beta = RNG.uniform(-0.99, 0.99, 300)
    for nu in (np.zeros(300), np.abs(beta), RNG.uniform(0, 2, 300)):
        border = two_step.largest_stable(beta, nu)
        assert two_step.stable(0.999999 * border, beta, nu).all()
        assert not two_step.stable(1.000001 * border, beta, nu).any()


def transfer(spectrum, lr, beta, gamma, tau1, tau2):
    """The map of l_k E(w_k^2, w_k v_k, v_k^2) in one step, as a matrix."""
    n, x = len(spectrum), lr * spectrum
    squares = np.diag(1 - 2 * x + x**2 * (1 - gamma * tau2)) + gamma * tau1 * np.outer(x**2, np.ones(n))
    kick = np.diag(x**2 * (1 - gamma * tau2)) + gamma * tau1 * np.outer(x**2, np.ones(n))
    return np.block([
        [squares, np.diag(2 * beta * (1 - x)), np.eye(n) * beta**2],
        [squares - np.diag(1 - x), np.diag(beta * (1 - 2 * x)), np.eye(n) * beta**2],
        [kick, np.diag(-2 * beta * x), np.eye(n) * beta**2],
    ])  # fmt: skip


@pytest.mark.parametrize("noise", [(1.0, 1.0, 1.0), (0.3, 1.0, -1.0), (0.5, 0.7, 0.4), (0.2, 1.0, 0.0)])
@pytest.mark.parametrize("beta", [0.0, 0.6, -0.4])
def test_mean_square_stability_is_the_spectral_radius_of_the_moments(beta, noise):
    spectrum, (gamma, tau1, tau2) = np.array([2.0, 1.0, 0.3, 0.3]), noise
    setting = {"gamma": gamma, "tau1": tau1, "tau2": tau2}
    lr = mean_square.largest_stable_lr(spectrum, beta, **setting)
    for factor, stable in ((0.9999, True), (1.0001, False)):
        radius = np.abs(np.linalg.eigvals(transfer(spectrum, factor * lr, beta, *noise))).max()
        gain = mean_square.noise_gain(spectrum, lr=factor * lr, momentum=beta, **setting)
        assert (radius < 1) == (gain < 1) == stable
    merged = mean_square.noise_gain([2.0, 1.0, 0.3], lr=lr / 2, momentum=beta, **setting, weights=[1.0, 1.0, 2.0])
    assert merged == pytest.approx(mean_square.noise_gain(spectrum, lr=lr / 2, momentum=beta, **setting))
    losses = moments.losses(spectrum, np.ones(4), [0, 1], lr=lr, momentum=beta, **setting)
    first = transfer(spectrum, lr, beta, *noise)[:4, :4] @ np.ones(4)
    assert losses[1] == pytest.approx(first.sum() / 2)


def test_least_squares_is_a_case_of_mean_square_stability():
    for m, d in ((1, 1), (3, 7), (50, 2)):
        lr = mean_square.largest_stable_lr(np.ones(d), gamma=1 / m, tau2=-1.0)
        assert lr == pytest.approx(2 * m / (m + d + 1), rel=1e-11)
        assert noise.least_squares_factor(lr, m, d) == pytest.approx(1)
    spectrum, start = np.array([2.0, 0.5, 0.1]), np.array([1.0, 4.0, 9.0])
    C = noise.least_squares_covariance(spectrum, start, [0, 1, 9], 0.2, 3)
    losses = moments.losses(spectrum, spectrum * start, [0, 1, 9], lr=0.2, momentum=0.0, gamma=1 / 3, tau2=-1.0)
    np.testing.assert_allclose(C @ spectrum / 2, losses, rtol=1e-12)


def test_without_noise_the_limit_is_that_of_gradient_descent():
    assert mean_square.largest_stable_lr([4.0, 1.0], 0.5, gamma=0.0) == 0.75
    rate, below = mean_square.denominators([2.0], 0.1, 0.5, 0.3, tau2=0.7)
    assert rate[0] == pytest.approx(0.2) and below[0] == pytest.approx(2 + 0.2 * 2 * (0.7 * 0.3 - 1 / 3))
