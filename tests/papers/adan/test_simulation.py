import numpy as np
import pytest

from optclaims.papers.adan import measures, problems, simulation
from optclaims.science.optimizers import SGD, Adam, Adan, HeavyBall, Nesterov


def follow(rule, gradient, x, steps):
    state, points = rule.start(x), [x]
    for t in range(1, steps + 1):
        x, state = rule.step(x, gradient(x), state, t)
        points.append(x)
    return np.stack(points)


@pytest.fixture
def problem():
    return problems.Wavy.random(np.random.default_rng(3), 4)


def test_both_forms_of_nesterov_are_that_of_torch(problem):
    x = np.array([1.0, -2, 0.5, 3])
    points = follow(Nesterov(0.05, 0.8), problem.gradient, x, 50)
    np.testing.assert_allclose(simulation.nesterov(problem.gradient, x, 0.05, 0.8, 50), points, rtol=1e-12)
    np.testing.assert_allclose(simulation.reformulated(problem.gradient, x, 0.05, 0.8, 50), points, rtol=1e-11)


def test_limits_of_the_rewritten_form(problem):
    x, setting = np.array([1.0, -2, 0.5, 3]), (problem.gradient, np.array([1.0, -2, 0.5, 3]), 0.05)
    heavy = follow(HeavyBall(0.05, 0.8), problem.gradient, x, 30)
    np.testing.assert_allclose(simulation.reformulated(*setting, 0.8, 30, factor=0.0), heavy, rtol=1e-13)
    np.testing.assert_allclose(
        simulation.reformulated(*setting, 0.0, 30), follow(SGD(0.05), problem.gradient, x, 30), rtol=1e-13
    )
    first = simulation.reformulated(*setting, 0.8, 1, first_difference="zero")[1]
    np.testing.assert_allclose(first, x - 0.05 * problem.gradient(x))
    half = simulation.reformulated(*setting, 0.8, 1, factor=0.5)[1]
    np.testing.assert_allclose(half, x - 0.05 * 1.5 * problem.gradient(x))


@pytest.mark.parametrize("no_prox", [False, True])
def test_the_single_tensor_step_is_the_rule_and_each_misreading_is_not(no_prox):
    rng = np.random.default_rng(0)
    g, x = rng.standard_normal((30, 3)), rng.standard_normal(3)
    rule, state, points = Adan(0.01, 0.9, 0.7, 0.95, 1e-3, 0.5, decay="decoupled" if no_prox else "proximal"), None, []
    state, y = rule.start(x), x
    for t, gradient in enumerate(g, start=1):
        y, state = rule.step(y, gradient, state, t)
        points.append(y)
    setting = {"lr": 0.01, "betas": (0.9, 0.7, 0.95), "eps": 1e-3, "weight_decay": 0.5, "no_prox": no_prox}
    np.testing.assert_allclose(simulation.single_tensor(g, x, **setting), np.stack(points), rtol=1e-12)
    for mistake in ({"front": False}, {"corrected_square": True}, {"first_difference": "gradient"}):
        assert np.abs(simulation.single_tensor(g, x, **setting, **mistake) - points).max() > 1e-4
    late = simulation.single_tensor(g[:1], x, **setting | {"no_prox": False}, decay_after=True)
    moved = simulation.single_tensor(g[:1], x, **setting | {"weight_decay": 0.0})
    np.testing.assert_allclose(late, moved * (1 - 0.01 * 0.5), rtol=1e-14)


@pytest.mark.parametrize("h", [0.5, 8.0])
def test_the_window_is_that_of_the_rule(h):
    x = simulation.path(Adan(0.02, 0.9, 0.7, 0.95, 1e-3), h, 0.3, 200)[:, 0]
    found = simulation.window(0.3, h, 0.02, 0.9, 0.7, 0.95, 1e-3, steps=200, last=40)
    assert found.largest[0] == pytest.approx(np.abs(x[-40:]).max(), rel=1e-12)
    assert found.smallest[0] == pytest.approx(np.abs(x[-40:]).min(), rel=1e-9)
    assert found.change[0] == pytest.approx(np.abs(x[2:] - x[:-2])[-40:].max(), rel=1e-12)


def test_without_beta2_it_is_adam():
    x = simulation.path(Adam(0.02, 0.9, 0.95), 2.0, 0.3, 60)[:, 0]
    found = simulation.window(0.3, 2.0, 0.02, 0.9, 0.0, 0.95, 1e-8, steps=60, last=2)
    assert found.largest[0] == pytest.approx(np.abs(x[-2:]).max(), rel=1e-12)


@pytest.mark.parametrize("factor", [None, 0.0, 1.0])
def test_first_passage_is_that_of_the_recursion(factor):
    h, start = np.array([0.05, 0.3, 1.0]), np.array([1.0, -2.0, 0.5])
    y = simulation.reformulated(lambda x: h * x, start, 0.9, 0.6, 600, factor=factor)
    close = np.linalg.norm(y, axis=1) <= 1e-6 * np.linalg.norm(start)
    assert simulation.first_passage(h, start, 0.9, 0.6, factor=factor, accuracy=1e-6) == np.argmax(close)
    with pytest.raises(ValueError, match="limit must be enough"):
        simulation.first_passage(h, start, 5.0, 0.6)


def test_averages_in_noise_are_those_of_the_rule():
    g, b = np.random.default_rng(0).standard_normal((2, 50)) + 0.2, (0.8, 0.7, 0.9)
    found = simulation.in_noise(g, mean=0.2, beta1=b[0], beta2=b[1], beta3=b[2], burn_in=10)
    rule, x = Adan(1.0, *b, 0.0, bias_correction=False), np.zeros((2, 1))
    state, squares, variances, moves = rule.start(x), [], [], []
    for t in range(1, 51):
        new, state = rule.step(x, g[:, t - 1 : t], state, t)
        moves.append(x - new)
        squares.append(state["n"])
        variances.append((state["m"] + 0.7 * state["d"] - 0.2) ** 2)
        x = new
    for name, values in (("second_moment", squares), ("variance", variances), ("step", moves)):
        np.testing.assert_allclose(found[name], np.mean(values[10:], axis=0)[:, 0], rtol=1e-12)


def test_measures():
    np.testing.assert_allclose(measures.local_slopes([1, 2, 8], [1, 4, 8]), [2, 0.5])
    t = np.arange(40)
    for z in (0.95 * np.exp(0.3j), 0.4 * np.exp(2j)):
        assert measures.pair_rate(((1 + 2j) * z**t).real) == pytest.approx(abs(z), rel=1e-9)
