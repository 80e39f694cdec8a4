"""Walks of optimizers against loops written here, and what is recorded along them."""

import itertools

import numpy as np
import pytest
import torch

from optclaims.papers.adaptive_edge_of_stability import measures, problems, simulation
from optclaims.science.optimizers import SGD, Adam, EMAMomentum, Nadam


def setting():
    rng = np.random.default_rng(0)
    net = problems.regression(rng.standard_normal((12, 5)), np.arange(12) % 3, [4], classes=3)
    return net, net.initial(rng), Adam(1e-2, 0.9, 0.99)


def test_a_walk_is_adam_written_out():
    net, w, rule = setting()
    m, v, expected = 0.0, 0.0, w.astype(float)
    for t in range(1, 7):
        g = net.gradient(expected.astype(np.float32)).astype(float)
        m, v = 0.9 * m + 0.1 * g, 0.99 * v + 0.01 * g**2
        P = (1 - 0.9**t) * (np.sqrt(v / (1 - 0.99**t)) + 1e-8)
        expected = expected - 1e-2 * m / P
    points = list(itertools.islice(simulation.walk(net, rule, simulation.Point(0, w, rule.start(w)), 3), 2))
    assert [point.t for point in points] == [3, 6]
    np.testing.assert_allclose(points[1].w, expected, atol=2e-5)
    np.testing.assert_allclose(rule.preconditioner(points[1].state, 6), P, rtol=1e-3)


def test_a_walk_goes_on_from_a_point():
    net, w, rule = setting()
    points = list(itertools.islice(simulation.walk(net, rule, simulation.Point(0, w, rule.start(w)), 5), 2))
    np.testing.assert_array_equal(next(simulation.walk(net, rule, points[0], 5)).w, points[1].w)


@pytest.mark.parametrize("rule", [Adam(1e-2, 0.9, 0.99), Nadam(1e-2, 0.8, 0.99), SGD(0.3), EMAMomentum(0.3, 0.9)])
def test_a_compiled_run_is_the_walk(rule):
    net, w, _ = setting()
    walked = itertools.islice(simulation.walk(net, rule, simulation.Point(0, w, rule.start(w)), 4), 2)
    for point, other in zip(simulation.run(net, rule, w, [4, 8]), walked, strict=True):
        assert point.t == other.t
        np.testing.assert_allclose(point.w, other.w, atol=1e-5)
        for name, values in other.state.items():
            np.testing.assert_allclose(point.state[name], values, rtol=2e-3, atol=1e-7)


def test_a_batch_of_all_samples_is_the_full_batch_and_smaller_ones_are_seeded():
    net, w, rule = setting()

    def end(batch):
        return simulation.run(net, rule, w, [4], np.random.default_rng(1), batch)[0].w

    np.testing.assert_allclose(end(12), end(0), atol=1e-5)
    np.testing.assert_array_equal(end(3), end(3))
    assert np.abs(end(3) - end(0)).max() > 1e-3
    rows = np.random.default_rng(1).choice(12, 3, replace=False)
    expected = rule.step(w, net.part(rows).gradient(w), rule.start(w), 1)[0]
    once = simulation.run(net, rule, w, [1], np.random.default_rng(1), 3)[0].w
    np.testing.assert_allclose(once, expected, atol=1e-6)
    with pytest.raises(ValueError, match="rng"):
        simulation.run(net, rule, w, [3], None, 3)


def test_a_run_that_reaches_a_loss_ends_there():
    net, w, rule = setting()
    points = simulation.reach(net, rule, w, 0.3, every=3)
    assert [point.t for point in points] == list(range(3, points[-1].t + 1, 3))
    assert net.loss(points[-1].w) < 0.3 <= net.loss(points[-2].w)
    with pytest.raises(ValueError, match="within 6 steps"):
        simulation.reach(net, rule, w, 1e-9, every=3, most=6)


def test_branches_are_adam_with_another_divisor():
    net, w, rule = setting()
    early, edge = simulation.run(net, rule, w, [200, 400])
    found = simulation.branches(net, rule, edge, early, 1, 402)
    P = (1 - 0.9**400) * (np.sqrt(edge.state["v"] / (1 - 0.99**400)) + 1e-8)
    at, m, v = edge.w.astype(float), edge.state["m"], edge.state["v"]
    frozen, slow = at, at
    slow_m = m
    for _ in range(2):
        m = 0.9 * m + 0.1 * net.gradient(frozen.astype(np.float32))
        frozen = frozen - 1e-2 * m / P
        g = net.gradient(slow.astype(np.float32))
        slow_m, v = 0.9 * slow_m + 0.1 * g, 0.999 * v + 0.001 * g**2
        slow = slow - 1e-2 * slow_m / (np.sqrt(v) + 1e-8)
    for name, expected in (("frozen", frozen), ("slow", slow)):
        assert [point.t for point in found[name][2]] == [401, 402]
        np.testing.assert_allclose(found[name][2][-1].w, expected, atol=1e-5)
    assert found["early"][2][0].t == 201 and len(found["early"][2]) == 202
    np.testing.assert_allclose(found["early"][0], rule.preconditioner(early.state, 200))


def test_the_passage_is_the_first_point_of_the_height_after_the_first_steps():
    net, w, rule = setting()
    points = simulation.run(net, rule, w, range(10, 101, 10))
    frame = measures.follow(net, rule, points, np.random.default_rng(2))
    height = 1e-2 * frame.preconditioned[6] * 0.98
    first = next(t for t, x in zip(frame.step, 1e-2 * frame.preconditioned, strict=True) if x >= height and t >= 30)
    assert measures.passage(net, rule, points, height, np.random.default_rng(2), after=30).t == first
    with pytest.raises(ValueError, match="height"):
        measures.passage(net, rule, points, 1e9, np.random.default_rng(2))


def test_the_final_sharpness_is_a_median_and_that_of_a_fixed_divisor_scales():
    net, w, rule = setting()
    points = simulation.run(net, rule, w, range(10, 101, 10))
    frame = measures.follow(net, rule, points, np.random.default_rng(2), plain=True)
    assert measures.final(net, points, np.random.default_rng(3), 3) == pytest.approx(
        frame.plain[-3:].median(), rel=5e-3
    )
    lost = [*points, simulation.Point(110, w * np.nan, {})]
    assert np.isnan(measures.final(net, lost, np.random.default_rng(3)))
    fixed = measures.follow(net, rule, points, np.random.default_rng(2), divisor=np.full(w.shape, 4.0))
    np.testing.assert_allclose(4 * fixed.preconditioned, frame.plain, rtol=5e-3)


def test_records_are_those_of_the_points():
    net, w, rule = setting()
    points = list(itertools.islice(simulation.walk(net, rule, simulation.Point(0, w, rule.start(w)), 4), 3))
    frame = measures.follow(net, rule, points, np.random.default_rng(2), plain=True)
    t, w, state = points[-1]
    last = frame.iloc[-1]
    assert list(frame.step) == [4, 8, 12] and last.loss == pytest.approx(net.loss(w))
    rng = np.random.default_rng(3)
    assert last.preconditioned == pytest.approx(
        measures.sharpness(net, w, rule.preconditioner(state, t), rng)[0], rel=5e-3
    )
    assert last.plain == pytest.approx(measures.sharpness(net, w, 1.0, rng)[0], rel=5e-3)


def test_the_level_ignores_the_first_half():
    assert measures.level([99.0, 99.0, 3.0, 1.0, 2.0]) == 2.0


def test_the_growth_rate_is_that_between_the_heights():
    times = np.arange(0, 100, 5.0)
    values = np.exp(0.05 * times)
    values[:3], values[-2:] = [0.5, 9.0, 0.5], 1.0  # an early spike and a late fall are not part of the way
    assert measures.growth_rate(times, values, 2.2, 20) == pytest.approx(0.05)
    with pytest.raises(ValueError, match="reach"):
        measures.growth_rate(times, values, 2, 1000)


def test_stacked_runs_are_adam_and_their_sharpness_is_that_of_each():
    diagonal = torch.tensor([[3.0, 1.0, 0.5], [1.0, 2.0, 4.0]], dtype=torch.float64)
    start = torch.tensor([[1.0, -1.0, 2.0], [0.5, 1.0, 1.0]], dtype=torch.float64)
    rule = Adam(np.array([[0.1], [0.05]]), np.array([[0.9], [0.5]]), 0.9)

    def loss(theta):
        return (diagonal * theta**2).sum(1) / 2

    points = list(simulation.stacked(loss, rule, start, [2, 5]))
    assert [t for t, _, _ in points] == [2, 5]
    for run, (lr, beta1) in enumerate(((0.1, 0.9), (0.05, 0.5))):
        alone, theta = Adam(lr, beta1, 0.9), start[run].numpy()
        state = alone.start(theta)
        for t in range(1, 6):
            theta, state = alone.step(theta, diagonal[run].numpy() * theta, state, t)
        np.testing.assert_allclose(points[1][1][run], theta)
        P = alone.preconditioner(state, 5)
        frame = measures.follow_stack(loss, rule, points, np.random.default_rng(0))
        last = frame[(frame.run == run) & (frame.step == 5)].iloc[0]
        assert last.preconditioned == pytest.approx((diagonal[run].numpy() / P).max(), rel=3e-3)
        assert last.loss == pytest.approx((diagonal[run].numpy() * theta**2).sum() / 2)
