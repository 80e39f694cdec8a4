"""The drift integral, the reflected walk, the random-sign identity and the regret bounds."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optclaims import checks, statistics
from optclaims.papers.amsgrad_counterexample import problems, simulation, theory


def enumerated_drift(C, p, beta1, beta2, n, memory):
    """-E[m / sqrt(v)] over all histories of so many gradients."""
    total = 0.0
    for history in itertools.product((0, 1), repeat=memory):
        g = np.where(history, C, -n)
        weight = p ** sum(history) * (1 - p) ** (memory - sum(history))
        k = np.arange(memory)
        total -= weight * ((1 - beta1) * beta1**k @ g) / math.sqrt((1 - beta2) * beta2**k @ g**2)
    return total


@pytest.mark.parametrize(("beta1", "beta2"), [(0.0, 0.0), (0.0, 0.1), (0.1, 0.1), (0.1, 0.05)])
def test_integral_equals_the_sum_over_histories(beta1, beta2):
    exact = enumerated_drift(4.0, 0.3, beta1, beta2, 1.0, 13)
    assert theory.stochastic_drift(4.0, 0.3, beta1, beta2) == pytest.approx(exact, abs=1e-9)


def test_integral_without_memory_is_the_mean_sign():
    assert theory.stochastic_drift(7.0, 0.2, 0.0, 0.0) == pytest.approx(-(0.2 - 0.8), abs=1e-9)


def test_integral_agrees_with_simulation_and_rejects_the_wrong_one():
    source = problems.two_valued(20, 0.1, np.random.default_rng(0).spawn(1))
    samples = simulation.displacements("adam", source, 50, 20_000, beta1=0.9, beta2=0.9)
    check = checks.consistent(
        "drift",
        samples.mean(),
        theory.stochastic_drift(20, 0.1, 0.9, 0.9),
        statistics.stderr(samples),
        dof=49,
        controls={"gradient in place of m": {"predicted": theory.stochastic_drift(20, 0.1, 0.0, 0.9)}},
    )
    assert check.outcome == checks.Outcome.REPRODUCED


@settings(max_examples=15)
@given(scale=st.floats(0.1, 50), beta1=st.floats(0, 0.9), beta2=st.floats(0.1, 0.95), p=st.floats(0.01, 0.9))
def test_drift_does_not_depend_on_the_unit(scale, beta1, beta2, p):
    one = theory.stochastic_drift(6.0, p, beta1, beta2)
    assert theory.stochastic_drift(6.0 * scale, p, beta1, beta2, small=scale) == pytest.approx(one, abs=1e-8)


def test_drift_of_the_papers_problem_and_nodes():
    values = [theory.stochastic_drift(1010, 0.01, 0.9, 0.99, 10, nodes=nodes) for nodes in (300, 400, 800)]
    np.testing.assert_allclose(values, values[-1], atol=1e-11)
    assert values[0] == pytest.approx(0.0591389609, abs=1e-8)


def test_large_epsilon_gives_the_mean_gradient():
    eps = 1e10
    drift = theory.stochastic_drift(4.0, 0.5, 0.5, 0.9, eps=eps)
    assert drift * math.sqrt(eps) == pytest.approx(-1.5, rel=1e-4)


@pytest.mark.parametrize(
    ("setting", "expected"),
    [((0.05, 0, 0.5), 1.2004), ((0.05, 0.5, 0.9), 2.0982), ((0.2, 0, 0.9), 5.0560), ((1, 0.9, 0.99), 215.07)],
)
def test_critical_gradients(setting, expected):
    C = theory.critical_gradient(*setting)
    assert pytest.approx(expected, rel=5e-5) == C
    below, above = (
        theory.stochastic_drift(c, float(theory.large_probability(c, setting[0])), *setting[1:])
        for c in (0.99 * C, 1.01 * C)
    )
    assert below < 0 < above


def test_large_probability_gives_the_mean():
    C = np.array([2.0, 10.0, 100.0])
    p = theory.large_probability(C, 0.3)
    np.testing.assert_allclose(p * C - (1 - p), 0.3)


def test_reflected_walk_against_its_transition_matrix():
    C, p, top = 5, 0.25, 200  # mean 0.5; y -> max(0, y - 5) or y + 1 on the integers
    transition = np.zeros((top + 1, top + 1))
    for y in range(top + 1):
        transition[y, max(0, y - C)] += p
        transition[y, min(top, y + 1)] += 1 - p
    law = np.full(top + 1, 1 / (top + 1))
    for _ in range(12):
        transition = transition @ transition
    law = law @ transition
    ratio = law[40] / law[20]
    assert ratio == pytest.approx(math.exp(-20 * theory.reflected_rate(C, p)), rel=1e-9)


def test_reflected_rate_of_the_papers_problem():
    rate = theory.reflected_rate(1010, 0.01, 10)
    assert 1 / rate == pytest.approx(25416, rel=1e-4)
    assert rate == pytest.approx(2 * 0.2 / 10300, rel=0.05)  # diffusion approximation


@settings(max_examples=20)
@given(rate=st.floats(0.01, 50))
def test_reflected_mean_is_the_mean_of_the_density(rate):
    y = np.linspace(0, 2, 20_001)
    density = np.exp(-rate * y)
    assert theory.reflected_mean(rate) == pytest.approx(
        np.trapezoid(y * density, y) / np.trapezoid(density, y), rel=1e-4
    )


@pytest.mark.parametrize("T", [1, 2, 3, 6, 9])
def test_random_sign_regret_against_all_sequences(T):
    sums = [abs(sum(signs)) for signs in itertools.product((-1, 1), repeat=T)]
    assert theory.random_sign_regret(3, T) == pytest.approx(3 * np.mean(sums))


def test_random_sign_regret_is_smooth_where_the_series_begins():
    exact = [2 * n * (math.comb(2 * n, n) / 4**n) for n in (1000, 1001)]
    assert [theory.random_sign_regret(1, 2 * n) for n in (1000, 1001)] == pytest.approx(exact, rel=1e-14)
    assert theory.random_sign_regret(1, 10**12) == pytest.approx(math.sqrt(2e12 / math.pi), rel=1e-12)


def test_reflected_mean_of_a_slow_decay():
    assert theory.reflected_mean([1e-12, 0.999e-3, 1.001e-3, 1e4]) == pytest.approx(
        [1, 1 - 0.333e-3, 1 - 1.001e-3 / 3, 1e-4], abs=1e-10
    )


def test_random_sign_regret_asymptotically():
    assert theory.random_sign_regret(5, 10_000) == pytest.approx(5 * math.sqrt(2e4 / math.pi), rel=1e-4)


# Regret bounds


def brute_force_bound(g, root_vhat, beta1, beta2, alpha):
    """Bound of Theorem 4 (first term halved) at the last step, term by term."""
    d, T = g.shape
    b1, gamma = beta1[0], beta1[0] / math.sqrt(beta2)
    first = 4 * math.sqrt(T) / (2 * alpha * (1 - b1)) * sum(root_vhat[i, -1] for i in range(d))
    second = sum(beta1[t] * root_vhat[i, t] * math.sqrt(t + 1) / alpha for t in range(T) for i in range(d))
    third = sum(math.sqrt(sum(g[i] ** 2)) for i in range(d))
    factor = alpha * math.sqrt(1 + math.log(T)) / ((1 - b1) ** 2 * (1 - gamma) * math.sqrt(1 - beta2))
    return first + 4 / (2 * (1 - b1)) * second + factor * third


def test_amsgrad_bound_term_by_term():
    rng = np.random.default_rng(0)
    g, root = rng.standard_normal((3, 40)), np.sort(rng.random((3, 40)), axis=1)
    beta1 = 0.8 * 0.9 ** np.arange(40)
    bound = theory.amsgrad_bound(g, root, beta1, 0.95, 0.3)
    for T in (1, 10, 40):
        assert bound[T - 1] == pytest.approx(brute_force_bound(g[:, :T], root[:, :T], beta1[:T], 0.95, 0.3))


def test_the_other_bounds_term_by_term():
    rng = np.random.default_rng(1)
    g, m = rng.standard_normal((2, 3, 30))
    root, alpha, D, b2 = np.sort(rng.random((3, 30)) + 0.1, axis=1), 0.7, 3.0, 0.9
    beta1 = 0.6 * 0.8 ** np.arange(30)
    b1 = beta1[0]
    bounds = {
        "posterior": theory.posterior_bound(m, root, beta1, alpha, D),
        "constant": theory.constant_momentum_bound(m, root, b1, alpha, D),
        "adamnc": theory.adamnc_bound(g, beta1, alpha, D),
        "kingma": theory.kingma_ba_bound(g, root, b1, b2, alpha, D),
    }
    for T in (1, 7, 30):
        steps, rows = range(T), range(3)
        rates = [alpha / math.sqrt(t + 1) for t in steps]
        norms = [math.sqrt(sum(g[i, s] ** 2 for s in range(t + 1))) for i in rows for t in steps]
        last = sum(norms[T - 1 :: T])
        moved = sum(rates[t] * m[i, t] ** 2 / root[i, t] for t in steps for i in rows)
        ends = sum(root[i, T - 1] for i in rows)
        expected = {
            "posterior": D**2 * ends / (2 * rates[-1] * (1 - b1))
            + D**2 / (2 * (1 - b1)) * sum(beta1[t] * root[i, t] / rates[t] for t in steps for i in rows)
            + (1 + b1) / (2 * (1 - b1)) * moved,
            "constant": (2 - b1) / (4 * (1 - b1)) * D**2 * ends / rates[-1] + (1 + b1) / (2 * (1 - b1)) * moved,
            "adamnc": D**2 / (2 * alpha * (1 - b1)) * last
            + D**2 / (2 * alpha * (1 - b1)) * sum(beta1[t] * norms[i * T + t] for t in steps for i in rows)
            + 2 * alpha / (1 - b1) ** 3 * last,
            "kingma": D**2 / (2 * alpha * (1 - b1)) * math.sqrt(T) * ends
            + alpha
            * (1 + b1)
            * np.abs(g[:, :T]).max()
            * last
            / ((1 - b1) * math.sqrt(1 - b2) * (1 - b1**2 / math.sqrt(b2)) ** 2),
        }
        for name, value in expected.items():
            assert bounds[name][T - 1] == pytest.approx(value, rel=1e-12), name


def test_with_decaying_momentum_the_regret_and_its_bounds_grow_like_the_root():
    times = np.unique(np.geomspace(1000, 100_000, 20).astype(int))
    g = problems.sample(problems.periodic(4, 3), 100_000)
    run, b1 = play("amsgrad", g, 1.0, 0.9, 0.5, 0.99)
    curves = {
        "regret": run.regret[0],
        "Theorem 4": theory.amsgrad_bound(g, run.denominator, b1, 0.99, 1.0),
        "posterior": theory.posterior_bound(run.m, run.denominator, b1, 1.0),
    }
    for name, curve in curves.items():
        slope = np.polyfit(np.log(times), np.log(curve[times - 1]), 1)[0]
        assert slope == pytest.approx(0.5, abs=0.1), name


def play(algorithm, g, alpha, beta1, decay, beta2):
    times = np.arange(1, g.shape[1] + 1)
    run = simulation.run(algorithm, problems.given(g), times, alpha=alpha, beta1=beta1, decay=decay, beta2=beta2)
    return run, beta1 * decay ** (times - 1.0)


@settings(max_examples=25)
@given(
    seed=st.integers(0, 10_000),
    alpha=st.floats(0.03, 3),
    beta1=st.floats(0, 0.9),
    decay=st.floats(0.5, 1),
    beta2=st.floats(0.85, 0.999),
    mean=st.floats(-1, 1),
)
def test_bounds_hold_at_every_step(seed, alpha, beta1, decay, beta2, mean):
    g = mean + np.random.default_rng(seed).standard_normal((3, 400)) ** 3
    run, b1 = play("amsgrad", g, alpha, beta1, decay, beta2)
    posterior = theory.posterior_bound(run.m, run.denominator, b1, alpha)
    assert (run.regret.sum(axis=0) <= posterior).all()
    assert (posterior <= theory.amsgrad_bound(g, run.denominator, b1, beta2, alpha)).all()
    run, b1 = play("adamnc", g, alpha, beta1, decay, beta2)
    assert (run.regret.sum(axis=0) <= theory.adamnc_bound(g, b1, alpha)).all()
    run, _ = play("amsgrad", g, alpha, beta1, 1.0, beta2)
    assert (run.regret.sum(axis=0) <= theory.constant_momentum_bound(run.m, run.denominator, beta1, alpha)).all()


def test_adam_breaks_every_bound():
    g = problems.sample(problems.periodic(4, 3), 30_000)
    run, b1 = play("adam", g, 1.0, 0.0, 1.0, 1 / 17)
    regret = run.regret[0, -1]
    assert theory.amsgrad_bound(g, run.denominator, b1, 1 / 17, 1.0, proven=False)[-1] < 0.1 * regret
    assert theory.posterior_bound(run.m, run.denominator, b1, 1.0, proven=False)[-1] < 0.1 * regret
    assert theory.constant_momentum_bound(run.m, run.denominator, 0.0, 1.0, proven=False)[-1] < 0.1 * regret
    assert theory.kingma_ba_bound(g, run.denominator, 0.0, 1 / 17, 1.0)[-1] < 0.1 * regret
    assert theory.adamnc_bound(g, b1, 1.0)[-1] < 0.1 * regret


@settings(max_examples=20)
@given(seed=st.integers(0, 10_000), constant=st.booleans(), beta1=st.floats(0, 0.99), beta2=st.floats(0, 0.999))
def test_inverse_step_of_amsgrad_and_adamnc_never_decreases(seed, constant, beta1, beta2):
    g = np.random.default_rng(seed).standard_normal((2, 500)) ** 3
    for algorithm, fixed in (("amsgrad", constant), ("adamnc", False)):
        run = simulation.run(algorithm, problems.given(g), [500], alpha=0.1, beta1=beta1, beta2=beta2, constant=fixed)
        assert (run.decreases == 0).all()


def test_adam_decreases_in_two_thirds_of_the_steps_of_theorem_1():
    run = simulation.run("adam", problems.periodic(4, 3), [30_000], alpha=1, beta1=0, beta2=1 / 17)
    assert run.decreases[0, 0] / 30_000 == pytest.approx(2 / 3, abs=1e-3)


@pytest.mark.parametrize(
    "call",
    [
        lambda: theory.stochastic_drift(4, 1.5, 0, 0.5),
        lambda: theory.stochastic_drift(0.5, 0.5, 0, 0.5),
        lambda: theory.reflected_rate(1, 0.1),
        lambda: theory.amsgrad_bound(np.ones((1, 3)), np.ones((1, 3)), np.full(3, 0.9), 0.5, 1.0),
        lambda: theory.amsgrad_bound(np.ones((1, 2)), np.ones((1, 2)), np.array([0.1, 0.2]), 0.5, 1.0),
        lambda: theory.adamnc_bound(np.ones((1, 2)), np.array([0.1, 0.2]), 1.0),
        lambda: theory.constant_momentum_bound(np.ones((1, 2)), np.ones((1, 2)), 1.0, 1.0),
        lambda: theory.kingma_ba_bound(np.ones((1, 2)), np.ones((1, 2)), 0.9, 0.3, 1.0),
        lambda: theory.amsgrad_bound(np.ones((1, 2)), [[2.0, 1.0]], np.zeros(2), 0.5, 1.0),
        lambda: theory.posterior_bound(np.ones((1, 2)), [[2.0, 1.0]], np.zeros(2), 1.0),
        lambda: theory.posterior_bound(np.ones((1, 2)), [[1.0, 1.0]], np.zeros(2), -1.0),
        lambda: theory.amsgrad_bound(np.ones((1, 3)), np.ones((1, 2)), np.zeros(3), 0.5, 1.0),
        lambda: theory.stochastic_drift(4, 0.2, 0, 1 - 1e-9),
        lambda: theory.large_probability(1.0, 2.0),
    ],
)
def test_bad_input_is_named(call):
    with pytest.raises(ValueError):
        call()
