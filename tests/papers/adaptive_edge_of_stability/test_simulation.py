"""Walks of optimizers against loops written here, and what is recorded along them."""

import itertools

import numpy as np
import pytest

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
