import dataclasses

import numpy as np
import pytest

from optclaims.papers.super_adam import measures, simulation, theory
from optclaims.papers.super_adam.problems import Setting

H = np.array([0.5, 2.0, 1.0])
STEPS = 80


def setting(tau):
    return Setting(tau, 2.0, gamma=0.2, m=10.0, sigma=0.7, spread=0.3)


def by_rule(chosen, noise, rule, mistake="none"):
    """The shared rule, which is handed gradients at both points."""
    x = last = np.ones((len(noise.xi), len(H)))
    state, out = rule.start(x), []
    for t in range(STEPS):

        def gradient(x, xi, z):
            return H * x + chosen.sigma * xi[:, t] + chosen.spread * z[:, t] * x  # noqa: B023

        out.append(H * x)
        second = noise[2:] if mistake == "fresh" else noise[:2]
        before = {"before": gradient(last, *second)} if rule.two_points and t else {}
        last, (x, state) = x, rule.step(x, gradient(x, *noise[:2]), state, t + 1, **before)
    return np.stack(out)


@pytest.mark.parametrize("tau", [0, 1])
@pytest.mark.parametrize("matrix", ["constant", "adam", "norm", "belief"])
def test_runs_are_those_of_the_rule(tau, matrix):
    noise = simulation.sample(np.random.default_rng(0), 3, STEPS, 3)
    fields = {"eps": 1.0} if matrix == "constant" else {"eps": 0.01, "beta2": 0.9, "bias_correction": True}
    expected = by_rule(setting(tau), noise, setting(tau).rule(matrix=matrix, **fields))
    found = simulation.run(setting(tau), H, noise, np.arange(1, STEPS + 1), matrix=matrix, rho=0.01, beta2=0.9)
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("mistake", ["fresh", "dropped", "alpha 0"])
def test_mistakes_are_what_they_say(mistake):
    noise = simulation.sample(np.random.default_rng(0), 2, STEPS, 3, second=True)
    rule = setting(1).rule(matrix="constant", eps=1.0)
    if mistake == "dropped":
        rule = dataclasses.replace(rule, tau=0)
    if mistake == "alpha 0":
        rule = dataclasses.replace(rule, alpha=0.0)
    expected = by_rule(setting(1), noise, rule, mistake)
    found = simulation.run(setting(1), H, noise, np.arange(1, STEPS + 1), mistake=mistake)
    np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_a_sum_of_squares_is_adagrads():
    chosen, noise = Setting(0, 50.0, m=1.0, spread=0.0), simulation.sample(np.random.default_rng(0), 1, 5, 1)
    found = simulation.run(chosen, [2.0], noise, [1, 2, 3], matrix="summed", rho=0.1)[:, 0, 0]
    x, v = 1.0, 0.0
    for t in range(2):  # alpha = 1: the estimate is the gradient
        g = 2 * x + noise.xi[0, t, 0]
        v += g * g
        x -= chosen.eta(t + 1) * g / (v**0.5 + 0.1)
        assert found[t + 1] == pytest.approx(2 * x, rel=1e-12)


def test_unweighted_differs_by_the_weight_of_the_correction():
    noise = simulation.sample(np.random.default_rng(0), 1, 3, 1)
    chosen = Setting(1, 5.0, m=20.0)
    right, wrong = (simulation.run(chosen, [1.0], noise, [1, 2, 3], mistake=m).ravel() for m in ("none", "unweighted"))
    alpha, difference = chosen.alpha(2), right[1] - right[0]  # additive noise cancels
    assert right[2] - wrong[2] == pytest.approx(chosen.eta(2) * alpha * difference, rel=1e-9)


def test_mean_squares_are_those_of_the_recursion():
    chosen = Setting(1, 2.0, spread=0.6, m=10.0)
    noise = simulation.sample(np.random.default_rng(1), 4000, 60)
    squares = simulation.run(chosen, [1.0], noise, [60])[0, :, 0] ** 2
    exact = theory.moments(chosen, [60]).rms[0] ** 2
    assert abs(squares.mean() - exact) < 4 * squares.std() / 4000**0.5


def test_one_estimate():
    g, now, before = np.random.default_rng(0).standard_normal((3, 4))
    np.testing.assert_allclose(simulation.one_estimate(g, now, before, 1.0), now)
    np.testing.assert_allclose(simulation.one_estimate(g, now, now, 0.3), 0.3 * now + 0.7 * g)
    off = simulation.one_estimate(g, now, before, 0.3, weighted=False) - simulation.one_estimate(g, now, before, 0.3)
    np.testing.assert_allclose(off, 0.3 * (now - before))


def test_measures():
    rng = np.random.default_rng(0)
    gradients = rng.standard_normal((5, 400, 2)) * [1.0, 3.0]
    found = measures.rms_over(gradients, np.tile([1.0, 3.0], (5, 1)))
    assert found.low < 1 < found.high
    assert measures.rms_over(2 * gradients, np.tile([1.0, 3.0], (5, 1))).value == pytest.approx(2 * found.value)
    assert measures.last_not_below([5, 1, 5, 1.0], [2, 2, 2, 2.0]) == 2
    with pytest.raises(ValueError, match="cross"):
        measures.last_not_below([5.0, 5.0], [2.0, 2.0])


def test_one_step_has_the_factor_of_the_correction():
    gradients, chosen = np.random.default_rng(0).standard_normal((3, 20)), Setting(1, 2.0)
    assert measures.distance_of_a_step(chosen, gradients, weighted=True) < 1e-14
    now, before = gradients[1:]
    slip = float(chosen.alpha(300)) * np.abs(now - before).max()  # alpha (now - before) too much
    assert measures.distance_of_a_step(chosen, gradients, weighted=False) == pytest.approx(slip, rel=1e-9)
