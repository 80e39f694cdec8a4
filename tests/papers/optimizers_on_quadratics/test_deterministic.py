"""Descent, rod, momentum, cycles, Nesterov's sequence: closed forms against brute force and limits."""

import numpy as np
import pytest

from optclaims.papers.optimizers_on_quadratics.measures import cycles as cycle_measures
from optclaims.papers.optimizers_on_quadratics.measures import descent as descent_measures
from optclaims.papers.optimizers_on_quadratics.measures import lower_bounds as rod_measures
from optclaims.papers.optimizers_on_quadratics.measures import momentum as momentum_measures
from optclaims.papers.optimizers_on_quadratics.measures import nesterov as nesterov_measures
from optclaims.papers.optimizers_on_quadratics.problems import scalar
from optclaims.papers.optimizers_on_quadratics.problems.rod import rod, rotated, spectrum
from optclaims.papers.optimizers_on_quadratics.simulation import descent as runs
from optclaims.papers.optimizers_on_quadratics.simulation.linear import points, support
from optclaims.papers.optimizers_on_quadratics.simulation.nesterov import general_scheme
from optclaims.papers.optimizers_on_quadratics.simulation.paraboloid import paraboloid
from optclaims.papers.optimizers_on_quadratics.theory import cycles, descent, lower_bounds, momentum, nesterov
from optclaims.science.optimizers import SGD, HeavyBall, Nesterov
from optclaims.science.quadratics import krylov, optimal, schedules, two_step

RNG = np.random.default_rng(0)
FUNCTIONS = [scalar.quadratic(3.0), scalar.huber(0.7), scalar.exponential(), scalar.sine(), scalar.quartic(2.0)]


@pytest.mark.parametrize("function", [*FUNCTIONS, scalar.pieces()])
def test_slopes_are_derivatives_and_lipschitz(function):
    w = np.linspace(0.01, 1.99, 57)
    step = 1e-6
    difference = (function.value(w + step) - function.value(w - step)) / (2 * step)
    np.testing.assert_allclose(function.slope(w), difference, rtol=1e-6, atol=1e-6)
    assert np.abs(np.diff(function.slope(w)) / np.diff(w)).max() <= function.lipschitz * (1 + 1e-12)


def test_pieces_have_their_slopes():
    w = np.array([-1.0, 0.5, 1.5, 3.0])
    np.testing.assert_allclose(scalar.pieces().slope(w), [-25, 12.5, 25.5, 51])
    assert scalar.pieces().value(np.array([2.0, 1.0])) == pytest.approx([38, 12.5])


@pytest.mark.parametrize("m", [2, 4, 8, np.inf])
def test_crossings(m):
    x = descent.crossing(m)
    small = np.exp(-x) if np.isinf(m) else abs(1 - x / m) ** m
    assert abs(1 - x) == pytest.approx(small, rel=1e-9)
    assert {2: 4 - 2 * 2**0.5, 4: 1.229981, 8: 1.255269, np.inf: 1.2784645}[m] == pytest.approx(x, abs=1e-6)


@pytest.mark.parametrize("n", [1, 10, 100])
def test_the_worst_huber_function(n):
    def excess(knee):
        function = scalar.huber(knee)
        return function.value(runs.path(SGD(lr=1.0), function, 3.0, n)[-1, 0])

    knee = descent.worst_knee(n, 3.0)
    assert excess(knee) == pytest.approx(descent.worst_huber(n, 3.0))
    assert excess(knee) == pytest.approx(knee * 3.0 / 2)
    assert max(excess(knee * f) for f in (0.9, 0.99, 1.01, 1.1)) < descent.worst_huber(n, 3.0)
    assert descent.worst_huber(n, 3.0, L=2.0) == pytest.approx(2 * descent.worst_huber(n, 3.0))
    assert descent.worst_huber(n, 3.0) <= descent.convex_bound(n, 3.0, 1.0, 1.0)


def test_convex_bound_scales():
    assert descent.convex_bound(0, 3.0, 2.0, 0.3) == pytest.approx(2.0 * 3.0**2 / 2)
    assert descent.convex_bound(5, 6.0, 1.0, 0.5) == pytest.approx(4 * descent.convex_bound(5, 3.0, 1.0, 0.5))
    assert descent.convex_bound(7, 1.0, 1.0, 0.5) == pytest.approx(2 / (4 + 7 * 0.5 * 1.5))
    assert descent.convex_bound(7, 1.0, 2.0, 0.25) == pytest.approx(2 * descent.convex_bound(7, 1.0, 1.0, 0.5))


def test_budget_of_gradients_is_spent_on_a_quadratic():
    lr, L = 0.3, 2.0
    slopes = L * runs.path(SGD(lr=lr), scalar.quadratic(L), 1.0, 200)[:-1, 0]
    assert np.sum(slopes**2) == pytest.approx(descent.gradient_budget(L / 2, L, lr))


def test_dominated_slopes():
    assert runs.domination(scalar.quadratic(3.0), [0.5, 2.0]) == pytest.approx(6.0)
    assert descent.pl_rate(6.0, 3.0) == 0.0 == runs.step_ratios(scalar.quadratic(3.0), [1.0])[0]
    assert descent.pl_rate(1.0, 10.0) == pytest.approx(0.95)


@pytest.mark.parametrize("case", [(100, 1, 0.5, 7), (37, 1, 0.8, 17), (1000, 3, 0.3, 5), (5, 5, 0.5, 0)])
def test_armijo_counts(case):
    *search, count = case
    assert descent.armijo_count(*search) == count
    L, guess, factor = search
    assert runs.backtracking_count(scalar.quadratic(L), 1.3, guess, factor) == count


def test_paraboloid_is_the_quadratic():
    frame = paraboloid(cells=9)
    values = frame.set_index("kind").loss
    assert (frame.loss >= 0).all() and values["2 / (mu + L)"].iloc[-1] < 1e-6 < values["1.9 / L"].iloc[-1] < 0.3
    corner = frame[(frame.x == 2) & (frame.y == 2)].loss.iloc[0]
    along = np.array([2 * (np.sin(1) + np.cos(1)), 2 * (np.cos(1) - np.sin(1))])
    assert corner == pytest.approx(0.5 * (along[0] ** 2 + 2 * along[1] ** 2))


def test_the_rod():
    for d in (1, 4, 9):
        np.testing.assert_allclose(np.linalg.eigvalsh(rod(d).hessian), lower_bounds.rod_eigenvalues(d), atol=1e-14)
    problem = rod(60, 1.0, 9.0)
    np.testing.assert_allclose(problem.gradient(problem.minimum), 0, atol=1e-14)
    np.testing.assert_allclose(problem.minimum[:20], 0.5 ** np.arange(1, 21), rtol=1e-12)
    assert spectrum(problem).min() > 1 and spectrum(problem).max() < 9
    basis = np.linalg.qr(RNG.normal(size=(60, 60)))[0]
    turned = rotated(problem, basis)
    w = RNG.normal(size=60)
    assert turned.excess(basis @ w) == pytest.approx(problem.excess(w))
    np.testing.assert_allclose(turned.gradient(basis @ w), basis @ problem.gradient(w), atol=1e-12)


@pytest.mark.parametrize("n", [1, 3, 8])
def test_least_excess_is_least(n):
    problem = rod(2 * n + 1, L=3.0)
    block = problem.hessian[:n, :n]
    w = np.zeros(2 * n + 1)
    w[:n] = np.linalg.solve(block, problem.force[:n])
    assert problem.excess(w) == pytest.approx(lower_bounds.least_excess(n, 3.0))
    assert lower_bounds.thesis_excess(n, (2 * n + 1) ** 0.5, 3.0) < lower_bounds.least_excess(n, 3.0)
    expected = 3 * (2 * n + 1) / (16 * (n + 1) ** 2)
    assert lower_bounds.thesis_excess(n, (2 * n + 1) ** 0.5, 3.0) == pytest.approx(expected)
    path = krylov.conjugate_gradients(problem.hessian, -problem.minimum, n) + problem.minimum
    assert problem.excess(path[n]) == pytest.approx(lower_bounds.least_excess(n, 3.0))


def test_the_heavy_ball_finishes_one_cell_a_step():
    problem, best = rod(80, 1.0, 16.0), optimal.heavy_ball(1.0, 16.0)
    path = points(HeavyBall(best.lr, best.momentum), problem.gradient, np.zeros(80), 12)
    np.testing.assert_array_equal(support(path), np.arange(13))
    for n in (0, 1, 12):
        np.testing.assert_allclose(path[n], lower_bounds.heavy_ball_point(n, 80, 1.0, 16.0), atol=1e-13)
    ratio = np.linalg.norm(path[12] - problem.minimum) / np.linalg.norm(problem.minimum)
    assert ratio == pytest.approx(lower_bounds.least_distance(12, 1.0, 16.0))


def test_stability_is_the_inequality_and_the_borders():
    x, beta = RNG.uniform(-0.2, 4.4, 3000), RNG.uniform(-1.6, 1.6, 3000)
    np.testing.assert_array_equal(momentum.heavy_ball_stable(x, beta), two_step.radius(x, beta) < 1)
    np.testing.assert_array_equal(momentum.nesterov_stable(x, beta), two_step.radius(x, beta, beta) < 1)
    low, high = momentum.ripple_borders(0.49)
    trace, det = two_step.trace_and_determinant([low - 1e-6, low + 1e-6, high - 1e-6, high + 1e-6], 0.49)
    np.testing.assert_array_equal(trace**2 < 4 * det, [False, True, True, False])


@pytest.mark.parametrize("x_top", [0.3, 2.6, 3.6])
def test_best_momentum_at_a_given_step(x_top):
    eigenvalues = np.array([1.0, 20.0])
    lr = x_top / 20
    beta = np.linspace(0, 0.99999, 100_001)
    radius = two_step.radius(lr * eigenvalues[:, None], beta).max(axis=0)
    assert radius.min() == pytest.approx(momentum.heavy_ball_rate_at(lr, eigenvalues), abs=1e-5)
    assert beta[radius.argmin()] == pytest.approx(momentum.best_momentum_at(lr, eigenvalues), abs=1e-4)


def test_power_bound_and_share():
    beta = RNG.uniform(0.05, 0.99, 300)
    low, high = momentum.ripple_borders(beta)
    norms = momentum_measures.power_norms(low + (high - low) * RNG.uniform(0, 1, 300), beta, 30)
    n = np.arange(1, 31)[:, None]
    share = norms / momentum.power_bound(n, beta)
    assert 0.9 < share.max() <= 1
    R = two_step.companion(0.5, 0.3)
    assert momentum_measures.power_norms(0.5, 0.3, 4)[3] == pytest.approx(
        np.linalg.norm(np.linalg.matrix_power(R, 4), 2)
    )
    best = optimal.gradient_descent(1.0, 30.0)
    faster = momentum_measures.contracted_faster(30.0, best.lr, optimal.contraction(1.0, 30.0))
    assert faster == pytest.approx(momentum.gradient_descent_share(30.0), abs=2e-5)


def test_search_finds_the_formulas():
    for ahead, formula in ((0.0, optimal.heavy_ball), (1.0, optimal.tuned_nesterov)):
        point, least = momentum_measures.search(50.0, ahead)
        np.testing.assert_allclose(point, formula(1.0, 50.0)[:2], rtol=1e-4)
        assert least == pytest.approx(formula(1.0, 50.0).rate, abs=1e-6)
    assert momentum_measures.first_below([1, 1, 1], [1, 1, 1]) == -1


def test_the_three_cycle_is_a_cycle():
    z = cycles.three_cycle()
    slope = scalar.pieces().slope
    for n in range(3):
        w, before = z[n], z[n - 1]
        assert w + 4 / 9 * (w - before) - slope(w) / 9 == pytest.approx(z[(n + 1) % 3])
    with pytest.raises(ValueError, match="pieces"):
        cycles.three_cycle(lr=0.01)
    caught = cycle_measures.caught(HeavyBall(1 / 9, 4 / 9), [3.0, 3.1, 3.4, 3.5, -1.0])
    np.testing.assert_array_equal(caught, [False, True, True, False, False])
    assert not cycle_measures.caught(Nesterov(1 / 25, 2 / 3), np.linspace(-6, 6, 101)).any()


def test_polygon_functions_are_smooth_strongly_convex_and_have_the_cycle():
    f = cycle_measures.best_polygon(4, 40.0)
    x, y = RNG.normal(size=(2, 4000, 2))
    change, step = f.gradient(x) - f.gradient(y), x - y
    assert (np.sum(change * step, axis=1) / np.sum(step**2, axis=1)).min() >= f.mu * (1 - 1e-9)
    assert (np.linalg.norm(change, axis=1) / np.linalg.norm(step, axis=1)).max() <= f.L * (1 + 1e-9)
    h = 1e-6
    numeric = [(f.value(x + h * e) - f.value(x - h * e)) / (2 * h) for e in np.eye(2)]
    np.testing.assert_allclose(f.gradient(x), np.transpose(numeric), atol=1e-6)
    best = optimal.heavy_ball(1.0, 40.0)
    z = f.cycle()
    wanted = ((1 + best.momentum) * z - best.momentum * np.roll(z, 1, 0) - np.roll(z, -1, 0)) / best.lr
    np.testing.assert_allclose(f.gradient(z), wanted, atol=1e-12)


def test_projection_is_the_nearest_point_of_the_polygon():
    f = cycle_measures.best_polygon(5, 100.0)
    corners = np.array([f.corner * np.exp(2j * np.pi * k / 5) for k in range(5)])
    t = np.linspace(0, 1, 400)
    edge = np.concatenate([a + t * (b - a) for a, b in zip(corners, np.roll(corners, -1), strict=True)])
    x = RNG.normal(size=(200, 2))
    z = x[:, 0] + 1j * x[:, 1]
    p = f.projection(x)
    outside = np.linalg.norm(p - x, axis=1) > 1e-12
    gap = np.abs(z[:, None] - edge).min(axis=1)
    np.testing.assert_allclose(np.linalg.norm(p - x, axis=1)[outside], gap[outside], atol=1e-3)
    np.testing.assert_allclose(p[~outside], x[~outside], atol=1e-12)
    assert (np.abs(z[~outside]) < abs(f.corner)).all() and (
        np.abs(z[outside]) > abs(f.corner) * np.cos(np.pi / 5)
    ).all()


def test_the_drawn_orbits_end_in_the_triangle_and_at_the_minimum():
    best = optimal.heavy_ball(1.0, 25.0)
    frame = cycle_measures.orbit(
        cycle_measures.best_polygon(3, 25.0), HeavyBall(best.lr, best.momentum), 60, [(1.2, 0.6), (1.3, 0.2)]
    )
    ends = frame[frame.step >= 58].groupby("kind")[["x", "y"]].apply(lambda end: np.hypot(end.x, end.y).tolist())
    assert ends["run 1"] == pytest.approx([1] * 3, abs=1e-4) and ends["run 2"] == pytest.approx([0] * 3, abs=1e-6)


def test_thresholds():
    assert cycles.polygon_threshold(3) == pytest.approx(cycles.three_cycle_threshold(), rel=1e-10)
    assert cycle_measures.threshold(5) == pytest.approx(cycles.polygon_threshold(5), rel=1e-9)
    np.testing.assert_allclose([cycles.polygon_threshold(K) for K in (4, 6, 8)], [25.274, 76.271, 204.19], rtol=1e-4)


def test_general_scheme_is_the_two_line_form():
    gamma = schedules.nesterov_gamma(30, 0.02)
    levels = np.geomspace(0.02, 1.0, 40)
    beta = np.append(0.0, schedules.dynamic_momentum(gamma))
    np.testing.assert_allclose(
        general_scheme(levels, gamma, 0.02, 1.0), two_step.residuals(levels, 30, 1.0, beta, beta), atol=1e-13
    )
    assert (
        np.abs(general_scheme(levels, gamma, 0.02, 1.0, printed=True) - general_scheme(levels, gamma, 0.02, 1.0)).max()
        > 0.1
    )
    scaled = general_scheme(2 * levels, gamma, 0.04, 2.0)
    np.testing.assert_allclose(scaled, general_scheme(levels, gamma, 0.02, 1.0), atol=1e-13)


def test_loss_bounds_and_rules_of_thumb():
    n = np.array([1, 10, 100])
    np.testing.assert_allclose(nesterov.loss_bound(n, 1e-12, 2.0), nesterov.loss_bound(n, 0.0, 2.0), rtol=1e-6)
    root = n / (2 * np.sqrt(50.0))
    np.testing.assert_allclose(nesterov.loss_bound(n, 2.0, 100.0), 4 / (np.exp(root) - np.exp(-root)) ** 2)
    assert nesterov.bessel_limit() == pytest.approx(0.338569, abs=1e-5)
    np.testing.assert_allclose(nesterov.heuristic_momentum([1, 4], "1 - 3 / (n + 5)"), [0.5, 2 / 3])


def test_what_is_read_off_gradient_descent():
    assert descent_measures.miscounts(descent.armijo_count) == 0
    share = descent_measures.huber_shares(descent.worst_knee, descent.worst_huber)
    curves = descent_measures.share_curves(share, [7])
    assert curves.share.max() == pytest.approx(1) and curves.knee[curves.share.idxmax()] == 1
    w = runs.path(SGD(lr=1.0), scalar.exponential(), 0.0, 50)[:, 0]
    off, squares = descent_measures.endless(1.0, 50)
    assert off == pytest.approx(abs(50 * np.exp(-w[50]) - 1)) and squares == pytest.approx(sum(np.exp(-w[:50]) ** 2))
    assert descent_measures.pl_excess(descent.pl_rate, scalar.sine(), *[np.linspace(0.01, 5, 5000)] * 2) < 0
    assert descent_measures.pl_excess(descent.pl_rate, scalar.quartic(3.0), [0.01], [1.0, 3.0]) > 0


def test_what_is_read_off_runs_on_the_rod():
    problem = rod(9)
    path = points(HeavyBall(0.9, 0.5), problem.gradient, np.zeros(9), 6)
    assert rod_measures.beyond(path) == 0
    assert rod_measures.beyond(path[1:]) == np.abs(path[1][0])  # one step too early: a cell too many
    assert rod_measures.conjugate_excess(4) == pytest.approx(float(lower_bounds.least_excess(4)))
    np.testing.assert_allclose(rod_measures.distances(path, problem)[-1], np.linalg.norm(path[-1] - 1) / 3)
    warm = rod_measures.heat(9, [0, 6])
    np.testing.assert_allclose(warm.heat[warm.step == 6], points(SGD(1.0), problem.gradient, np.zeros(9), 6)[-1])


def test_what_is_read_off_two_step_methods():
    formulas = [optimal.heavy_ball, optimal.tuned_nesterov]
    found = {(9.0, a): (np.array(f(1.0, 9.0)[:2]), f(1.0, 9.0).rate) for a, f in zip((0.0, 1.0), formulas, strict=True)}
    ball, tuned = (lambda k: optimal.heavy_ball(1.0, k)), (lambda k: optimal.tuned_nesterov(1.0, k))
    assert momentum_measures.parameter_errors(found, ball, tuned) == [0]
    assert momentum_measures.parameter_errors(found, ball, lambda k: (1.1 * tuned(k).lr, tuned(k).momentum))[0] > 0.09
    np.testing.assert_allclose(momentum_measures.excess_rates(found, 0.0, ball), 0, atol=1e-7)
    assert momentum_measures.excess_rates(found, 1.0, lambda k: (1 / k, 0.5))[0] == pytest.approx(
        momentum_measures.rate(1 / 9, 0.5, 1.0, 9.0) - found[9.0, 1.0][1]
    )
    least = momentum_measures.least_rate(0.03, [1.0, 100.0], np.linspace(0, 0.9999, 20_000))
    assert least == pytest.approx(momentum.heavy_ball_rate_at(0.03, [1.0, 100.0]), abs=1e-4)
    n = np.arange(60)
    e = momentum_measures.suprema(np.linspace(1, 9, 500), 59, **ball(9.0).parameters)
    assert momentum_measures.residual_errors({9.0: e}, lambda k: optimal.worst_residual("heavy_ball", n, k))[0] < 1e-8
    curves = [optimal.worst_residual(m, n, 100.0) for m in ("gradient_descent", "heavy_ball", "nesterov")]
    np.testing.assert_array_equal(momentum_measures.milestones(*[[curve] for curve in curves]), [4, 21, 28, 4])
    beta, norms = momentum_measures.complex_norms(np.random.default_rng(0), momentum.ripple_borders, 200, 20)
    assert (norms <= momentum.power_bound(np.arange(1, 21)[:, None], beta)).all()
    shown = momentum_measures.residual_curves({"heavy ball": e}, np.linspace(1, 9, 500), last=40)
    np.testing.assert_allclose(
        shown.worst[shown.method == "Chebyshev"], optimal.chebyshev_value(np.arange(41), 9.0), rtol=1e-8
    )
    ravine = momentum_measures.ravine(1.0, 9.0, 3)
    assert ravine.x.tolist()[:4] == pytest.approx([3 * 0.8**k for k in range(4)])


def test_what_is_read_off_changing_momentum():
    beta = nesterov_measures.schedule(0.05, 30)
    np.testing.assert_array_equal(beta[1:], nesterov_measures.momentum(0.05, 30))
    assert beta[0] == beta[1] == 0 and len(beta) == 30
    near = np.abs(nesterov_measures.momentum(0.1, 50) - optimal.contraction(0.1, 1.0)) < 0.01
    n = nesterov_measures.arrival(0.1, 0.1)
    assert near[n - 1] and not near[: n - 1].any() and nesterov_measures.arrival(0.1, 0.4) == 0
    ratios = nesterov_measures.bound_ratios(nesterov.loss_bound, 0.05, beta, points=300)
    eigenvalues = np.geomspace(0.05, 1.0, 300)
    losses = eigenvalues * two_step.residuals(eigenvalues, 30, 1.0, beta, beta)[30] ** 2 / 2
    assert ratios.max() < 1 and ratios[-1] == pytest.approx(losses.max() / nesterov.loss_bound(30, 0.05, 1.0))
    np.testing.assert_allclose(
        nesterov_measures.bound_ratios(nesterov.loss_bound, 0.05, beta, 300, distance=3.0), 9 * ratios
    )
    path = nesterov_measures.gamma_path(0.1, 1.1, 5)
    np.testing.assert_allclose(
        path.gamma[1:] ** 2, (1 - path.gamma[1:]) * path.gamma[:5].to_numpy() ** 2 + path.gamma[1:] / 10
    )
    surface = nesterov_measures.momentum_of_gamma([0.25], cells=3)
    g = surface.gamma.to_numpy()
    new = schedules.nesterov_gamma(2, 0.25, first=g[1])[1]
    assert surface.momentum[1] == pytest.approx(g[1] * (1 - g[1]) / (new + g[1] ** 2))
