"""Noise, schedules, momentum under noise, random fields, alignment: formulas against recursions and samples."""

import numpy as np
import pandas as pd
import pytest

from optclaims.papers.optimizers_on_quadratics.measures import alignment as alignment_measures
from optclaims.papers.optimizers_on_quadratics.measures import fields as field_measures
from optclaims.papers.optimizers_on_quadratics.measures import schedules as schedule_measures
from optclaims.papers.optimizers_on_quadratics.measures import weak_errors
from optclaims.papers.optimizers_on_quadratics.measures.lyapunov import lyapunov_variance
from optclaims.papers.optimizers_on_quadratics.simulation import alignment, chains, fields
from optclaims.papers.optimizers_on_quadratics.simulation import schedules as recursions
from optclaims.papers.optimizers_on_quadratics.simulation.linear import points
from optclaims.papers.optimizers_on_quadratics.theory import defaults, momentum_noise, noise, schedules
from optclaims.papers.optimizers_on_quadratics.theory import fields as field_theory
from optclaims.science.optimizers import SGD, AdaGrad, EMAMomentum, HeavyBall, Nesterov
from optclaims.science.quadratics import noise as exact
from optclaims.science.quadratics import two_step


def rng():
    return np.random.default_rng(5)


def z(samples, expected):
    return abs(np.mean(samples) - expected) / (np.std(samples) / np.sqrt(len(samples)))


def test_floors_and_bounds():
    h = np.array([1e-4, 1e-3])
    np.testing.assert_allclose(noise.sde_floor(h, 2.0, 3.0), exact.stationary_variance(2.0, h, noise=3.0), rtol=2e-3)
    mu, L, sigma2 = 0.5, 4.0, 0.7
    best = 2 / (mu + L)
    attained = exact.stationary_variance(mu, best, noise=sigma2 * mu * L)
    assert noise.area_bound(mu, L, best, sigma2) == pytest.approx(float(attained))
    assert noise.area_bound(mu, L, best / 2, sigma2) > exact.stationary_variance(mu, best / 2, noise=sigma2 * mu * L)


@pytest.mark.parametrize(("m", "d"), [(1, 1), (1, 20), (8, 20)])
def test_best_least_squares_rate(m, d):
    h, factor = noise.best_least_squares_rate(m, d)
    assert exact.least_squares_factor(h, m, d) == pytest.approx(factor)
    assert exact.least_squares_factor(h * 1.01, m, d) > factor < exact.least_squares_factor(h * 0.99, m, d)


def test_sampled_chains():
    x = chains.additive(0.4, 0.5, 0.5, 60, rng(), 40_000, curvature=0.7)
    assert z(x**2, exact.stationary_variance(0.7, 0.4, 0.5, 0.5)) < 4
    steps = chains.least_squares_steps(0.2, 3, 6, rng(), 60_000)
    assert z(steps, exact.least_squares_factor(0.2, 3, 6)) < 4
    squares = chains.rademacher_squares(1.5, 0.2, 5, rng(), 60_000)
    assert z(squares, exact.variances(1.0, [5], 0.2, start=1.5**2)[0, 0]) < 4
    assert chains.rademacher_squares(1.5, 0.2, 0, rng(), 1)[0] == chains.additive(0.1, 0, 0, 0, rng(), 1)[0] + 1.5**2


def test_averages_equal_a_plain_loop():
    for function, left in (("absolute", -1.0), ("lopsided", -1 / 3)):
        draws = rng().standard_normal((7, 3))
        w, points = np.full(3, 0.4), []
        for xi in draws:
            points.append(w)
            w = w - 0.3 * (np.where(w > 0, 1.0, left) + xi)
        np.testing.assert_allclose(chains.averages(function, 0.3, 7, rng(), 3, 0.4), np.mean(points, axis=0))


def test_weak_errors():
    for start in (0.0, 1.3):
        n = 2000
        moment = exact.variances(1.0, [n], 1 / n, noise=2.0, start=start**2)[0, 0]
        assert noise.flow_error(1 / n, start, noise=2.0) == pytest.approx(moment - np.exp(-2) * start**2, abs=1e-12)
        assert noise.flow_error(1 / n, start, noise=2.0) * n == pytest.approx(
            noise.flow_first_order(start, noise=2.0), rel=2e-3
        )
    n = 2000
    assert noise.sde_error(1 / n, 1.3) * n == pytest.approx(noise.sde_first_order(1.3), rel=2e-3)
    assert abs(noise.sde_error(1 / n, 0.0)) < 1 / n**2
    assert noise.flow_first_order(noise.vanishing_start(0.7, 2.0), 0.7, 2.0) == pytest.approx(0, abs=1e-12)
    distance = exact.variances(2.0, [10], 0.1, noise=3.0)[0, 0]
    assert noise.sgd_distance(0.1, 1.0, 2.0, 3.0) == pytest.approx(distance)
    inside = noise.sde_error(0.1, 1.3, scale=0.2) - noise.sde_error(0.1, 1.3)
    assert inside == pytest.approx(-0.1 * (1 - np.exp(-2)) / 2)


def test_batch_against_step():
    x, m, n = 0.3, 4, 5
    bias = two_step.residuals(1.0, n, x)[n] ** 2 / two_step.residuals(1.0, n * m, x / m)[n * m] ** 2
    assert noise.bias_ratio(x, m, n) == pytest.approx(bias[0])
    floors = exact.stationary_variance(1.0, x, noise=1 / m) / exact.stationary_variance(1.0, x / m)
    assert noise.floor_ratio(x, m) == pytest.approx(float(floors))


def test_optimal_steps_follow_the_harmonic_law():
    a, h = recursions.optimal_steps(10.0, 4000, 1.0, 20.0, 0.05)
    n_0 = int(np.argmax(0.05 / a >= 19 / 40))
    assert n_0 == 26 and a[4000] == pytest.approx(2.510320e-4, rel=1e-6)
    np.testing.assert_allclose(a[n_0:], schedules.harmonic_law(a[n_0], np.arange(4001 - n_0), 20.0, 0.05), rtol=1e-11)
    for n in (3, 30, 300):
        tried = np.linspace(0.9 * h[n], 1.1 * h[n], 2001)
        assert recursions.worst_direction(a[n], tried, 1.0, 20.0, 0.05).min() >= a[n + 1] * (1 - 1e-12)
    for ratio, step in ((0.46, 2 / 21), (0.474, 2 / 21), (0.476, 1 / (1 + 20 * 0.476)), (0.6, 1 / 13)):
        first = recursions.optimal_steps(0.05 / ratio, 1, 1.0, 20.0, 0.05)[1][0]
        assert first == pytest.approx(step)  # the phases meet where sigma^2 / a is 19 / 40
    for mistake in ("no 1/kappa", "strongly convex"):
        assert recursions.optimal_steps(10.0, 400, 1.0, 20.0, 0.05, mistake=mistake)[0][-1] > 1.001 * a[400]


def test_falling_steps():
    n = np.arange(100_000)
    for a in (0.75, 2.0):
        moment = exact.variances(1.5, [100_000], a / 1.5 / (n + 1), noise=2.0, start=1.0)[0, 0]
        assert moment * 1e5 == pytest.approx(float(schedules.schedule_limit(a / 1.5, 1.5, 2.0)), rel=5e-3)
    slope = np.log10(np.divide(*exact.variances(1.5, [10_000, 100_000], 0.2 / (n + 10), start=1.0)[::-1, 0]))
    assert slope == pytest.approx(float(schedules.schedule_slope(0.2, 1.5)), abs=0.03)
    best = schedules.schedule_limit(np.array([0.9, 1.0, 1.1]) / 1.5, 1.5)
    assert best.argmin() == 1 and best[1] == pytest.approx(1 / 1.5**2)


def test_halving_equals_a_plain_loop_and_its_constant():
    def loop(goals, kappa):
        a, count = 2.0, 0
        for k in range(goals):
            h = 2.0**-k / (1 + kappa)
            while a > 2.0**-k * (1 + 1e-12):
                a = (1 - 2 * h * kappa / (1 + kappa)) * a + h**2 * kappa
                count += 1
        return count

    assert [recursions.halving(g, 20.0) for g in (1, 2, 5)] == [loop(g, 20.0) for g in (1, 2, 5)]
    assert recursions.halving(14, 100.0) / 2**13 == pytest.approx(schedules.halving_constant(100.0), rel=1e-3)
    assert schedules.halving_constant(1.5) == pytest.approx(np.log(3) * 2.5**2 / 1.5)


def test_averaging_bound_is_the_best_of_its_step():
    h = schedules.averaging_step(400, 3.0, 2.0, 5.0)

    def guarantee(step):
        return 3.0**2 / (2 * 400 * step) + step * (2.0**2 + 5.0) / 2

    assert guarantee(h) == pytest.approx(float(schedules.averaging_bound(400, 3.0, 2.0, 5.0)))
    assert guarantee(1.1 * h) > guarantee(h) < guarantee(0.9 * h)


@pytest.mark.parametrize(("lr", "beta"), [(0.1, 0.9), (0.5, 0.5), (0.3, 0.0)])
def test_momentum_variances(lr, beta):
    ball, ahead = (lyapunov_variance(lr, beta, b, 1.7, 2.0) for b in (0.0, beta))
    assert momentum_noise.heavy_ball_variance(lr, beta, 1.7, 2.0) == pytest.approx(ball)
    assert momentum_noise.nesterov_variance(lr, beta, 1.7, 2.0) == pytest.approx(ahead)
    assert ball == pytest.approx(float(exact.stationary_variance(1.7, lr, beta, noise=2.0)))
    critical = float(momentum_noise.critical_momentum(lr, 1.7))
    trace, det = two_step.trace_and_determinant(lr * 1.7, critical)
    assert trace**2 == pytest.approx(4 * det)


def test_escapes():
    steps = field_theory.escape_steps([0.1, 1e-4], 0.34, -1.0)
    for eps, n in zip((0.1, 1e-4), steps, strict=True):
        path = eps * np.abs(two_step.residuals(-1.0, 60, 0.34)[:, 0])
        assert np.argmax(path >= 1) == n
    assert field_theory.escape_steps(0.01, 0.1, -2.0, radius=5.0) == np.ceil(np.log(500) / np.log(1.2))
    assert field_theory.levenberg_factor(3.0, 2.0) == pytest.approx(1 - 2.0 / (2.0 + 3.0))


def test_the_reduction_is_kac_and_rice():
    for d in (1, 2):
        value, error = field_measures.share(fields.reduced_weights(d, 40_000, rng())[1])
        assert abs(value - 0.5**d) < max(4 * error, 1e-12)
    one, other = fields.reduced_weights(3, 40_000, rng()), fields.determinant_weights(3, 40_000, rng())
    for k in (0, 1):
        for a, b in (
            (field_measures.share(one[1], k), field_measures.share(other[1], k)),
            (field_measures.mean_height(*one, k), field_measures.mean_height(*other, k)),
        ):
            assert abs(a[0] - b[0]) < 4 * np.hypot(a[1], b[1])
    assert abs(field_measures.correlation(*one) - field_measures.correlation(*other)) < 0.02
    m = field_measures.share(fields.reduced_weights(4, 40_000, rng())[1])
    shares = field_theory.morse_shares(m[0])
    assert shares.sum() == pytest.approx(1) and shares @ [1, -1, 1, -1, 1] == pytest.approx(0)


def test_the_ensemble_has_its_variances():
    G = fields.ensemble(3, 40_000, rng())
    np.testing.assert_allclose(G, np.swapaxes(G, 1, 2))
    assert np.var(G[:, 0, 1]) == pytest.approx(1, abs=0.04) and np.var(G[:, 1, 1]) == pytest.approx(2, abs=0.08)


def test_critical_points_are_critical():
    found = [fields.critical_points(np.random.default_rng(seed), d=2, features=100, starts=150) for seed in range(5)]
    u, index = (np.concatenate(parts) for parts in zip(*found, strict=True))
    assert len(u) > 25 and u[index == 2].mean() > u[index == 1].mean() > u[index == 0].mean()
    again = fields.critical_points(np.random.default_rng(0), d=2, features=100, starts=150)
    np.testing.assert_array_equal(found[0][1], again[1])


def test_heights_of_critical_points_on_a_line():
    """The mean height of maxima, and minus that of minima, is the one of the reduction in one dimension."""
    found = [fields.critical_points(np.random.default_rng(seed), 1, 60, 40, steps=40) for seed in range(160)]
    u, index = (np.concatenate(parts) for parts in zip(*found, strict=True))
    height = field_measures.mean_height(*fields.reduced_weights(1, 20_000, rng()), 1)[0]
    assert np.mean(np.where(index == 1, u, -u)) == pytest.approx(height, abs=0.12)  # three standard errors


def test_thresholds_are_the_stability_of_the_companion():
    lr, beta = 0.01, 0.9
    for side, stable in ((0.999, True), (1.001, False)):
        assert two_step.stable(lr * side * defaults.heavy_ball_threshold(lr, beta), beta) == stable
        assert two_step.stable(lr * side * defaults.nesterov_threshold(lr, beta), beta, beta) == stable
        averaged = side * defaults.averaged_threshold(lr, beta)
        assert two_step.stable((1 - beta) * lr * averaged, beta) == stable
        for rule, top in (
            (HeavyBall(lr, beta), defaults.heavy_ball_threshold(lr, beta)),
            (EMAMomentum(lr, beta), defaults.averaged_threshold(lr, beta)),
            (Nesterov(lr, beta), defaults.nesterov_threshold(lr, beta)),
        ):
            assert (alignment_measures.late_size(rule, (1 + 20 * (side - 1)) * top, 1500) < 0) == stable
    assert alignment_measures.late_size(SGD(1.0), 10.0, 3000) > 99


def test_defaults_of_the_installed_torch():
    assert alignment_measures.installed_differences(defaults.TORCH) == 0
    assert alignment_measures.installed_differences(defaults.KERAS) > 10


def test_rotation_takes_adagrads_gain():
    frame = alignment.aligned_and_rotated([1.0, 100.0], [0.5, 1.0, 2.0], [rng()], d=5, limit=2000)
    table = alignment_measures.best_ratios(frame, 2000).set_index("kappa")
    assert table.ratio[1.0] == 1 and table.ratio[100.0] > 5
    assert table.aligned[1.0] == table.aligned[100.0]
    missed = pd.DataFrame({"kappa": 1.0, "seed": 0, "lr": [1.0, 1.0], "arm": ["aligned", "rotated"], "steps": [4, -1]})
    assert alignment_measures.best_ratios(missed, 12).ratio.tolist() == [3.0]


def test_hitting_times_of_kernel_and_rule():
    stream = rng()
    basis = np.linalg.qr(stream.normal(size=(3, 4, 4)))[0]
    hessians = np.einsum("rij,j,rkj->rik", basis, [1.0, 2.0, 5.0, 9.0], basis)
    starts, lr, limit = stream.normal(size=(3, 4)), np.array([0.3, 0.7, 0.01]), 400
    found = alignment.hitting_times(hessians, starts, lr, limit)
    for H, start, h, n in zip(hessians, starts, lr, found, strict=True):
        sizes = np.linalg.norm(points(AdaGrad(h, eps=0.0), lambda w, H=H: H @ w, start, limit), axis=1)
        arrived = np.flatnonzero(sizes <= 1e-3 * sizes[0])
        assert n == (arrived[0] if arrived.size else -1)
    assert found[2] == -1 < found[:2].min()


def test_weak_errors_by_sums():
    n, start = 7, 1.3
    by_hand = start**2 * (1 - 1 / n) ** (2 * n) + sum((1 - 1 / n) ** (2 * k) for k in range(n)) / n**2
    assert weak_errors.second_moments(start, [n])[0] == pytest.approx(by_hand)
    flow, sde = weak_errors.weak_errors(start, [n])
    assert flow[0] == pytest.approx(by_hand - np.exp(-2) * start**2)
    assert flow[0] - sde[0] == pytest.approx((1 - np.exp(-2)) / 2 / n)
    assert weak_errors.last_slope([0.0, 8.0, -1.0]) == 3


def test_what_is_read_off_falling_steps():
    setting = {"mu": 1.0, "L": 20.0, "sigma2": 0.05}
    assert schedule_measures.off_the_law(schedules.harmonic_law, 10.0, 500, **setting) < 1e-11
    assert schedule_measures.off_the_law(schedules.harmonic_law, 10.0, 500, mistake="no 1/kappa", **setting) > 1e-5
    h = recursions.optimal_steps(10.0, 101, **setting)[1]
    tried = np.linspace(0.5, 1.5, 2001) * h[100]
    assert schedule_measures.from_best(10.0, [100], tried, **setting) < 1e-3
    assert schedule_measures.from_best(10.0, [100], tried, mistake="strongly convex", **setting) > 1e-3
    by_hand, e = [], 4.0
    for n in range(20):
        e = (1 - 0.7 / (n + 3)) ** 2 * e + (0.7 / (n + 3)) ** 2
        by_hand.append(e)
    np.testing.assert_allclose(schedule_measures.moments(0.7, [2, 20], 3.0), [by_hand[1], by_hand[19]])
    assert schedule_measures.slope(0.7, 20, 3.0) == pytest.approx(np.log10(by_hand[19] / by_hand[1]))
    grown = (20 * by_hand[19] - 2 * by_hand[1]) / (np.log(10) / 4)
    assert schedule_measures.gain(0.7, 20, 3.0) == pytest.approx(grown)
    assert schedule_measures.moment_curves([0.7], 20).moment.iloc[-1] == schedule_measures.moments(0.7, [20])[0]
    lr = np.full(50, 0.2)
    assert schedule_measures.scaled_variance(lr) == exact.averaged_variances(1.0, [50], lr)[0, 0] * 50
    assert schedule_measures.scaled_variance(lr, averaged=False) == exact.variances(1.0, [50], lr)[0, 0] * 50
    assert schedule_measures.halving_cost(20.0) == recursions.halving(14, 20.0) / 2**13


def test_losses_of_averages():
    cells = [("absolute", 5, 5), ("lopsided", 1, 2)]
    losses = schedule_measures.averaged_losses(cells, lambda count: 1 / count, lambda *_, **__: rng(), 4)
    for (function, count, step_for), left in zip(cells, (-1.0, -1 / 3), strict=True):
        w = chains.averages(function, 1 / step_for, count, rng(), 4, 3.0)
        np.testing.assert_array_equal(losses[function, count, step_for], np.where(w > 0, w, left * w))


def test_the_interval_of_a_decade_slope_covers_its_truth():
    stream = rng()
    found = [schedule_measures.decade_slope(*np.exp(stream.normal([[0], [-1]], 1, (2, 200)))) for _ in range(400)]
    covered = np.mean([slope.low < -1 / np.log(10) < slope.high for slope in found])
    assert 0.91 < covered < 0.985


def test_leaving_a_saddle():
    left = field_measures.steps_to_leave([0.1, 1e-4], 1.34)
    np.testing.assert_array_equal(left, field_theory.escape_steps([0.1, 1e-4], 0.34, -1.0))
    assert (field_measures.steps_to_leave([0.1], -0.5) == -1).all()
    curve = field_measures.plateau([-1.0, 2.0], [0.001, 4.0], 0.34, 25)
    assert np.abs(curve.loss[3:21]).max() < 0.1 and curve.loss[25] < -1


def test_numbers_of_critical_points():
    heights, weights = fields.reduced_weights(3, 2000, rng())
    table = field_measures.indices({3: (heights, weights)})
    assert table.share.sum() == pytest.approx(1)
    assert table.height[2] == field_measures.mean_height(heights, weights, 2)[0]
    numbers = field_measures.weighted_numbers(heights, weights)
    assert numbers == [field_measures.share(weights)[0], *table.height]
    points = [(np.array([-2.0, -1.0, 0.0, 1.0, 2.0]) + s, np.array([0, 0, 1, 2, 3])) for s in (0.0, 1.0)]
    mean, error = field_measures.field_numbers(points)
    assert mean == pytest.approx([0.3, -1.0, 0.5, 1.5, 2.5]) and error == pytest.approx([0, *[0.5] * 4])
    shares = field_measures.determinant_shares(lambda *_, **__: rng(), 500, height=False)
    assert shares[0, 0] == field_measures.share(fields.determinant_weights(3, 500, rng(), height=False)[1])[0]
