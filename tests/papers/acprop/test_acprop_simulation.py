"""The compiled loops against the rules of the package, and against ten-line references."""

import numpy as np
import pytest

from optclaims.papers.acprop import measures, problems, simulation, theory
from optclaims.papers.acprop.problems import METHODS, Method
from optclaims.science.optimizers import SGD, ACProp, AdaBelief, Adam, AdaShift
from optclaims.science.optimizers.schedules import InversePower

RULES = {
    "RMSprop": lambda **own: Adam(**own | {"beta1": 0.0}),
    "Adam": Adam,
    "AdaBelief": AdaBelief,
    "AdaShift": lambda **own: AdaShift(**own, delay=1),
    "ACProp": ACProp,
}


def by_rule(rule, gradient, theta, steps, project=lambda x: x):
    state, points = rule.start(theta), []
    for t in range(1, steps + 1):
        theta, state = rule.step(theta, gradient(theta, t), state, t)
        theta = project(theta)
        points.append(theta)
    return np.stack(points)


@pytest.mark.parametrize("name", METHODS)
@pytest.mark.parametrize("decay", [False, True])
def test_the_loop_is_the_rule(name, decay):
    g = problems.sparse(7)
    betas = {"beta1": 0.8, "beta2": 0.9, "eps": 0.0}
    rule = RULES[name](lr=InversePower(0.05) if decay else 0.05, **betas)
    start = np.array([0.4])
    # AdaShift stands still in its first step, where the others take a plain one of their own kind
    expected = by_rule(rule, lambda x, t: np.full(1, g[(t - 1) % 7]), start, 60, lambda x: np.clip(x, -1, 2))
    own = {"lr": 0.05, "beta1": 0.8, "beta2": 0.9, "low": -1.0, "high": 2.0, "decay": decay}
    found = simulation.run(METHODS[name], g, np.arange(1, 61), start=0.4, **own)
    shift = found.x[0, 0] - expected[0, 0] if name == "AdaShift" else 0.0
    assert abs(shift) == pytest.approx(0.05 * 3.5 if name == "AdaShift" else 0.0)
    np.testing.assert_allclose(found.x[0], expected[:, 0] + shift, rtol=1e-12)
    np.testing.assert_allclose(found.total[0], np.cumsum(found.x[0]), rtol=1e-12)


def test_settings_side_by_side_are_single_runs():
    g, times = problems.frequent(5), [3, 100]
    both = simulation.run(METHODS["ACProp"], g, times, lr=[0.1, 0.2], beta1=0.5, beta2=[0.9, 0.8])
    for k, (lr, beta2) in enumerate([(0.1, 0.9), (0.2, 0.8)]):
        one = simulation.run(METHODS["ACProp"], g, times, lr=lr, beta1=0.5, beta2=beta2)
        np.testing.assert_array_equal(both.x[k], one.x[0])
        np.testing.assert_array_equal(both.root[k], one.root[0])
    assert simulation.tail_mean(both, times) == pytest.approx((both.total[:, 1] - both.total[:, 0]) / 97)


@pytest.mark.parametrize("name", METHODS)
@pytest.mark.parametrize("problem", ["frequent", "sparse"])
def test_displacements_are_the_drift(name, problem):
    found = simulation.displacement(METHODS[name], getattr(problems, problem)(9), 0.6, [0.5, 0.95])
    np.testing.assert_allclose(found, theory.drift(METHODS[name], problem, 9, 0.6, [0.5, 0.95]), rtol=1e-9)


@pytest.mark.parametrize("name", ["ACProp", "Adam"])
def test_blocks_of_independent_gradients_are_the_means_of_a_plain_loop(name):
    P, b1, b2, steps = 5, 0.5, 0.8, 400
    found = simulation.independent(METHODS[name], P, b1, b2, np.random.default_rng(3), steps=steps, blocks=4)
    warm = int(np.ceil(40 / (1 - b2)))
    g = np.where(np.random.default_rng(3).random(warm + steps) < 1 / P, P, -1.0)
    rule = RULES[name](lr=1.0, beta1=b1, beta2=b2, eps=0.0)
    x = by_rule(rule, lambda x, t: np.full(1, g[t - 1]), np.zeros(1), len(g))[:, 0]
    steps_taken = np.diff(x)[warm - 1 :]
    np.testing.assert_allclose(found.displacement, steps_taken.reshape(4, -1).mean(axis=1), rtol=1e-9)
    if name == "ACProp":  # the numerator is the gradient, so the root is known
        inverse = -steps_taken / g[warm:]
        np.testing.assert_allclose(found.inverse, inverse.reshape(4, -1).mean(axis=1), rtol=1e-9)
        expected = -((g[warm:] - 1 / P) * inverse).reshape(4, -1).mean(axis=1)
        np.testing.assert_allclose(found.gap, expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", ["SGD", "ACProp", "RMSprop"])
def test_descent_on_the_smooth_function_is_the_rule(name):
    steps, d, own = 50, 3, {"beta1": 0.9, "beta2": 0.99, "eps": 1e-8}
    method = METHODS.get(name)
    lr = 0.1 / np.sqrt(np.arange(1, steps + 1))
    found = simulation.squared_gradients(
        method, [lambda t: 0.1 / np.sqrt(t)], [np.random.default_rng(4)], steps=steps, d=d, **own
    )
    z = 0.5 * np.random.default_rng(4).standard_normal((steps, d))
    slopes = []

    def gradient(x, t):
        slopes.append(2 * x / (1 + x**2) ** 2)
        return slopes[-1] + z[t - 1]

    schedule = InversePower(0.1)
    rule = SGD(schedule) if method is None else RULES[name](lr=schedule, **own)
    by_rule(rule, gradient, np.full(d, 2.0), steps)
    assert found[0, 0] == pytest.approx(np.mean(np.sum(np.square(slopes), axis=1)), rel=1e-9)
    assert schedule(4) == lr[3]


def test_the_protocol_sees_what_the_drift_says_far_from_the_threshold():
    g = problems.frequent(10)
    assert measures.converged_by_protocol(METHODS["Adam"], g, 0.9, [0.3, 0.97]).tolist() == [False, True]
    assert measures.converged_by_protocol(METHODS["ACProp"], g, 0.9, [0.3, 0.97]).all()


def test_kinds_and_exponents():
    truth = np.array([False, True])
    found = measures.kinds(*(a.ravel() for a in np.meshgrid(truth, truth)))
    assert found.tolist() == ["neither", "only ACProp", "only AdaShift", "both"]
    T = np.array([10.0, 1000.0])
    assert measures.exponents(3 * T[0] ** -0.7, 3 * T[1] ** -0.7, 100.0) == pytest.approx(-0.7)


def test_bad_input_is_named():
    g = problems.frequent(5)
    for call in (
        lambda: simulation.run(Method("gradient", centred=True, delay=2), g, [5], lr=0.1, beta1=0.5, beta2=0.5),
        lambda: simulation.run(METHODS["Adam"], g, [5], lr=0.1, beta1=0.5, beta2=0.5, start=2.0),
        lambda: simulation.run(METHODS["Adam"], g, [5], lr=0.1, beta1=0.5, beta2=0.5, low=1.0, high=-1.0),
        lambda: simulation.squared_gradients("SGD", [np.sqrt], [np.random.default_rng(0)], steps=5),
    ):
        with pytest.raises(ValueError):
            call()
