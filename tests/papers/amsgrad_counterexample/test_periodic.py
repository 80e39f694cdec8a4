"""Closed forms for periodic gradients: against brute force and the values of the paper's problem."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optclaims.papers.amsgrad_counterexample import problems, simulation, theory

PAPER = (1010, 101, 0.9, 0.99)


def filtered(large, period, beta1, beta2, small):
    """m and v over the last of so many periods that the start is forgotten."""
    g = np.full(period, -small)
    g[0] = large
    m = v = 0.0
    periods = 2 + int(40 / (1 - max(beta1, beta2)) / period)
    for value in np.tile(g, periods):
        m, v = beta1 * m + (1 - beta1) * value, beta2 * v + (1 - beta2) * value**2
    steps = []
    for value in g:
        m, v = beta1 * m + (1 - beta1) * value, beta2 * v + (1 - beta2) * value**2
        steps.append((m, v))
    return np.array(steps).T


@settings(max_examples=40, deadline=None)
@given(
    large=st.floats(1.5, 50),
    period=st.integers(2, 12),
    beta1=st.floats(0, 0.95),
    beta2=st.floats(0, 0.98),
    small=st.floats(0.1, 3),
)
def test_moments_equal_the_filters(large, period, beta1, beta2, small):
    m, v = theory.moments(large, period, beta1, beta2, small)
    expected_m, expected_v = filtered(large, period, beta1, beta2, small)
    np.testing.assert_allclose(m, expected_m, atol=1e-11 * large)
    np.testing.assert_allclose(v, expected_v, atol=1e-11 * large**2)
    assert m.sum() == pytest.approx(large - (period - 1) * small, abs=1e-9 * large)


@pytest.mark.parametrize("algorithm", ["adam", "amsgrad"])
def test_drift_equals_the_simulated_displacement(algorithm):
    source = problems.periodic(1010, 101, 10)
    moved = simulation.displacements(algorithm, source, 1, 101 * 20, beta1=0.9, beta2=0.99, step=1e-5)
    assert 101 * moved[0] == pytest.approx(theory.drift(algorithm, *PAPER, small=10), rel=1e-9)


def test_drift_of_the_papers_problem():
    assert theory.drift("adam", *PAPER, small=10) == pytest.approx(1.9008547499, abs=1e-9)
    assert theory.drift("amsgrad", *PAPER, small=10) == pytest.approx(-0.0788189020, abs=1e-9)
    assert theory.drift("adamnc", *PAPER, small=10) == pytest.approx(-10 / np.sqrt((1010**2 + 100 * 10**2) / 101))


@settings(max_examples=30, deadline=None)
@given(C=st.floats(1.2, 100), period=st.integers(2, 40), beta1=st.floats(0, 0.99), beta2=st.floats(0, 0.999))
def test_amsgrad_and_adamnc_never_drift_the_wrong_way(C, period, beta1, beta2):
    total = C - (period - 1)
    for algorithm in ("amsgrad", "adamnc"):
        drift = theory.drift(algorithm, C, period, beta1, beta2)
        assert np.sign(drift) == -np.sign(total) or abs(total) < 1e-6


def test_large_epsilon_turns_adam_into_gradient_descent():
    eps = 1e12
    assert theory.drift("adam", 3, 3, 0.5, 0.5, eps=eps) * np.sqrt(eps) == pytest.approx(-1, rel=1e-6)


def test_drift_broadcasts():
    grid = theory.drift("adam", 4, 3, np.array([[0.0], [0.5]]), np.array([0.1, 0.5, 0.9]))
    assert grid.shape == (2, 3)
    assert grid[1, 2] == pytest.approx(theory.drift("adam", 4, 3, 0.5, 0.9))


@pytest.mark.parametrize(
    ("problem", "roots"),
    [
        ((1010, 101, 0, 10), [0.999602774]),
        ((1010, 101, 0.5, 10), [0.999594695]),
        ((1010, 101, 0.9, 10), [0.999515888]),
        ((1010, 101, 0.99, 10), [0.000934, 0.997640]),  # two crossings
        ((3, 3, 0), [0.472313]),
        ((4, 3, 0), [0.317014]),
        ((4, 3, 0.5), []),
    ],
)
def test_critical_beta2(problem, roots):
    found = theory.critical_beta2(*problem)
    np.testing.assert_allclose(found, roots, atol=1e-6)
    for root in found:
        small = problem[3] if len(problem) > 3 else 1.0
        assert abs(theory.drift("adam", *problem[:3], root, small)) < 1e-6


def test_smallest_failing_periods():
    pairs = [(0, 0.1), (0, 0.5), (0.5, 0.5), (0.5, 0.9), (0.9, 0.9), (0.9, 0.99), (0, 0.99), (0.9, 0.999), (0, 0.999)]
    assert [theory.smallest_failing_period(*p) for p in pairs] == [3, 4, 5, 8, 14, 30, 21, 74, 64]


def test_smallest_theorem2_periods():
    pairs = [(0, 0.1), (0, 0.5), (0.5, 0.5), (0.5, 0.9), (0.9, 0.9), (0.95, 0.95), (0.9, 0.99), (0, 0.99), (0.9, 0.999)]
    sizes = [theory.smallest_theorem2_period(*p) for p in pairs]
    assert sizes == [6, 20, 20, 204, 204, 486, 3218, 3218, 42622]
    for C, pair in zip(sizes, pairs, strict=True):
        assert theory.theorem2_conditions(C, *pair).all() and not theory.theorem2_conditions(C - 2, *pair).all()
        assert theory.drift("adam", C, C, *pair) > 0  # sufficient


@pytest.mark.parametrize(("beta1", "beta2"), [(0.0, 0.1), (0.3, 0.4), (0.5, 0.5), (0.6, 0.9), (0.9, 0.99)])
def test_theorem2_conditions_with_their_sums_written_out(beta1, beta2):
    gamma, C = beta1 / np.sqrt(beta2), np.arange(4, 60, 2)
    sums = np.array([1 + sum(gamma**j for j in range(1, c)) for c in C])
    left = 3 * (1 - beta1) / (2 * np.sqrt(1 - beta2)) * sums + beta1 ** (C / 2 - 1) / (1 - beta1)
    # the first condition: what m still holds of the large gradient after C - 1 small ones
    small = np.array([(1 - beta1) * sum(beta1**j for j in range(c - 1)) for c in C])
    powers = np.array([np.prod([beta2] * (c // 2 - 1)) for c in C])
    expected = [(1 - beta1) * beta1 ** (C - 1.0) * C <= small, powers * C**2 <= 1, 3 * left < C]
    np.testing.assert_array_equal(theory.theorem2_conditions(C, beta1, beta2), expected)


@pytest.mark.parametrize(("beta1", "beta2"), [(0.6, 0.5), (0.9, 0.95)])
def test_theorem2_conditions_change_where_they_are_equalities(beta1, beta2):
    """Each condition along a fine grid of C: its border, found anew from the equation."""
    grid = np.linspace(2, 1000, 200_001)
    conditions = theory.theorem2_conditions(grid, beta1, beta2)
    gamma = beta1 / np.sqrt(beta2)
    sides = [
        (1 - beta1) * beta1 ** (grid - 1) * grid - 1 + beta1 ** (grid - 1),
        (grid / 2 - 1) * np.log(beta2) + 2 * np.log(grid),
        4.5 * (1 - beta1) / np.sqrt(1 - beta2) * (1 - gamma**grid) / (1 - gamma)
        + 3 * beta1 ** (grid / 2 - 1) / (1 - beta1)
        - grid,
    ]
    for met, side in zip(conditions, sides, strict=True):
        assert 0 < met.sum() < met.size
        np.testing.assert_array_equal(met[np.abs(side) > 1e-9], side[np.abs(side) > 1e-9] <= 0)


def test_critical_beta2_near_the_ends_of_the_unit_interval():
    root = theory.critical_beta2(1e6, 3, 0.0)
    assert root[0] == pytest.approx(8.3e-8, rel=0.02)
    for beta2 in root:
        signs = np.sign(theory.drift("adam", 1e6, 3, 0.0, beta2 * np.array([0.999, 1.001])))
        assert signs[0] == -signs[1]
    near_one = theory.critical_beta2(3 - 1 + 1e-7, 3, 0.0)
    assert 1 - near_one[-1] < 1e-6


def test_kappa_is_the_regret_of_the_limit_cycle():
    for algorithm, expected in (("adam", 29.99302), ("amsgrad", 32.93563), ("adamnc", 41.37677)):
        assert theory.kappa(algorithm, *PAPER, small=10) == pytest.approx(expected, abs=1e-5)
    for algorithm, wall in (("adam", 1.0), ("amsgrad", -1.0)):
        times, step = [101 * 1000, 101 * 1100], 1e-3
        run = simulation.run(
            algorithm,
            problems.periodic(1010, 101, 10),
            times,
            alpha=step,
            beta1=0.9,
            beta2=0.99,
            x1=wall,
            constant=True,
        )
        per_step = np.diff(run.regret[0])[0] / (101 * 100)
        limit = theory.regret_limit(algorithm, *PAPER, small=10)
        assert (per_step - limit) / step == pytest.approx(theory.kappa(algorithm, *PAPER, small=10), rel=1e-6)


def test_average_regret_has_its_limit():
    assert theory.regret_limit("adam", *PAPER, small=10) == pytest.approx(20 / 101)
    assert theory.regret_limit("amsgrad", *PAPER, small=10) == 0
    assert theory.average_regret("adam", *PAPER, 0.5, 5e6, small=10) == pytest.approx(0.2114331, abs=1e-7)
    for C in (2.1, 3, 4, 10):
        limit = theory.regret_limit("adam", C, 3, 0, float(theory.theorem1_beta2(C)))
        assert limit == pytest.approx(theory.theorem1_limit(C)) == pytest.approx((2 * C - 4) / 3)


@pytest.mark.parametrize(
    "call",
    [
        lambda: theory.theorem2_conditions(10, 0.9, 0.5),
        lambda: theory.moments(3, 1, 0, 0.5),
        lambda: theory.moments(3, 3, 1.0, 0.5),
        lambda: theory.moments(3, 3, 0.5, 1.0),
        lambda: theory.drift("sgd", 3, 3, 0, 0.5),
        lambda: theory.theorem1_beta2(2.0),
        lambda: theory.kappa("adamnc", 2, 3, 0, 0.5),
        lambda: theory.smallest_failing_period(0.9, 0.99, limit=20),
    ],
)
def test_bad_input_is_named(call):
    with pytest.raises(ValueError):
        call()
