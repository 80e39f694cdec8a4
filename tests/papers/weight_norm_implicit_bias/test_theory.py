"""Invariants, limits and rates against long runs and flows, their limits, and brute force."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from optclaims.papers.weight_norm_implicit_bias import measures, simulation, theory
from optclaims.papers.weight_norm_implicit_bias.problems import direction, kernel_part, random_problem

G, SHARE, NORM, K = st.floats(0.05, 4), st.floats(0.05, 0.99), st.floats(0.3, 3), st.floats(0.2, 3)


def drawn(seed=0, design="gaussian", kernel=None, norm=2.0):
    rng = np.random.default_rng(seed)
    problem = random_problem(rng, 8, 20, design, norm)
    return problem, direction(rng, problem, kernel)


@given(G, SHARE, NORM, K)
def test_the_limit_fits_the_data_on_the_level_of_the_start(g, share, norm, k):
    end = theory.limit(g, share, norm, k)
    assert end.g**2 * (1 - end.kernel**2) == pytest.approx(norm**2, rel=1e-9)
    assert end.error == pytest.approx(end.g * end.kernel, rel=1e-12)
    if end.kernel > 1e-250:
        assert theory.invariant(end.g, end.kernel, k) == pytest.approx(theory.invariant(g, share, k), abs=1e-6)


@given(G, SHARE, NORM, K)
def test_the_criterion_compares_the_two_errors(g, share, norm, k):
    ratio = theory.limit(g, share, norm, k).error / (g * share)
    assume(abs(ratio - 1) > 1e-6)
    assert theory.beats_descent(g, share, norm, k) == (ratio < 1)


def test_limits_of_the_limit():
    assert theory.limit(1.0, 0.0, 2.0) == (2.0, 0.0, 0.0)
    at_rest = theory.limit(2.5, 0.6, 2.0)  # 2.5^2 (1 - 0.6^2) = 4: the start is a solution
    assert at_rest == pytest.approx((2.5, 0.6, 1.5))
    assert theory.limit(100.0, 0.5, 2.0).error == pytest.approx(100.0, rel=1e-3)
    slow = theory.limit(1.0, 0.7, 2.0, 0.1).error
    assert slow == pytest.approx(2 * 0.7 * np.exp(-15), rel=1e-6)


@pytest.mark.parametrize("design", ["gaussian", "orthonormal"])
@pytest.mark.parametrize(("g", "c", "length"), [(0.5, 1.0, 1.0), (1.5, 0.4, 1.0), (1.0, 1.0, 1.5), (3.0, 1.0, 1.0)])
def test_flows_end_at_the_limit(design, g, c, length):
    problem, w = drawn(1, design, kernel=0.7)
    run = simulation.flow(problem, g, length * w, np.linspace(0, 1500, 30), c=c)
    k = c * length**2
    end = theory.limit(g, 0.7, problem.norm, k)
    assert (abs(run.g[-1]), run.kernel[-1], run.error[-1]) == pytest.approx(tuple(end), rel=1e-5)
    assert measures.drift(theory.invariant(run.g, run.kernel, c * run.norm**2)) < 1e-7


def test_g_may_cross_zero():
    problem, _ = drawn(2)
    along = problem.least_norm / problem.norm
    inside = kernel_part(problem, np.arange(20.0))
    w = -0.6 * along + 0.8 * inside / np.linalg.norm(inside)
    run = simulation.flow(problem, 0.05, w, [0.0, 2000.0])
    assert run.g[-1] < 0
    assert run.error[-1] == pytest.approx(theory.limit(0.05, 0.8, problem.norm).error, rel=1e-5)


@pytest.mark.parametrize("design", ["gaussian", "orthonormal"])
def test_the_sphere_holds_the_regularised_solution(design):
    problem, w = drawn(3, design)
    mu = theory.multiplier(problem, 1.2)
    A, b = problem.matrix, problem.matrix @ problem.target
    solution = np.linalg.solve(A.T @ A + mu * np.eye(20), A.T @ b)
    assert np.linalg.norm(solution) == pytest.approx(1.2, rel=1e-9)
    run = simulation.descend(problem, 1.2, w, method="rpgd", lr=0.3, c=0.0, loss=0.0, kernel=1e-11, every=1)
    assert 1.2 * run.w == pytest.approx(solution, abs=1e-9)
    rate = measures.window_slope(run.times, run.kernel, 1e-10, 1e-6)
    assert rate == pytest.approx(theory.sphere_rate(problem, 1.2, 0.3), rel=1e-5)
    if design == "orthonormal":
        assert mu * 1.2**2 == pytest.approx(1.2 * (problem.norm - 1.2), rel=1e-9)


@pytest.mark.parametrize(("method", "c", "length"), [("rpgd", 0.2, 1.0), ("wn", 1.0, 1.0), ("wn", 1.0, 1.4)])
def test_the_loss_falls_at_the_rate_of_the_tail(method, c, length):
    problem, w = drawn(4)
    run = simulation.descend(problem, 1.0, length * w, method=method, lr=0.1, c=c, loss=1e-26, every=1)
    rate = measures.window_slope(run.times, run.loss, 1e-25, 1e-18)
    assert rate == pytest.approx(theory.tail_rate(problem, run.g[-1], 0.1, c, run.norm[-1]), rel=5e-3)


def test_out_of_range_is_refused():
    problem, _ = drawn()
    with pytest.raises(ValueError, match="g must"):
        theory.multiplier(problem, 2.5)
    with pytest.raises(ValueError, match="lr must keep"):
        theory.tail_rate(problem, 2.0, 50.0, 1.0)
    with pytest.raises(ValueError, match="g must not be 0"):
        theory.beats_descent(0.0, 0.5, 2.0)
