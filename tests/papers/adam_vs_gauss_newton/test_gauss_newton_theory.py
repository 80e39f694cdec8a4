"""Closed forms of the Gauss-Newton paper: limits, invariances, brute force, bad input."""

import numpy as np
import pytest

from optclaims.papers.adam_vs_gauss_newton import problems, simulation, theory
from optclaims.papers.adam_vs_gauss_newton.measures import tuning

RNG = np.random.default_rng(5)
H = problems.block_problem(3, 4, 0.6, 0.1)
V = problems.eigenbasis(H)


def rotation(d, seed=0):
    return np.linalg.qr(np.random.default_rng(seed).standard_normal((d, d)))[0]


def test_the_second_moment_is_equivariant_and_has_its_limits():
    delta, U = RNG.standard_normal(12), rotation(12)
    here = theory.gaussian_moment(H, delta, 0.3, 4)
    there = theory.gaussian_moment(U.T @ H @ U, U.T @ delta, 0.3, 4)
    np.testing.assert_allclose(U.T @ here @ U, there, atol=1e-12)
    np.testing.assert_allclose(theory.gaussian_moment(H, delta, 0.3, np.inf), np.outer(H @ delta, H @ delta))
    lam = np.linspace(0.1, 1, 12)
    diagonal = np.diag(theory.gaussian_moment(np.diag(lam), delta, 0.3, 4))
    np.testing.assert_allclose(theory.kurtosis_moment(lam, delta, 0.3, 4, 3.0), diagonal)


def test_one_hot_moment_by_enumeration():
    pi, delta = np.array([0.2, 0.3, 0.5]), np.array([1.0, -2.0, 0.5])
    second, mean = pi * (delta**2 + 0.49), pi * delta
    np.testing.assert_allclose(theory.one_hot_moment(pi, delta, 0.7, 5), second / 5 + 0.8 * mean**2)


def test_logistic_moment_at_a_well_specified_optimum_is_the_gauss_newton_matrix():
    X, w = RNG.standard_normal((50, 3)), RNG.standard_normal(3)
    q = 1 / (1 + np.exp(-X @ w))
    np.testing.assert_allclose(theory.logistic_moment(X, q, w, 8), (X.T * (q * (1 - q))) @ X / 50 / 8, atol=1e-14)


@pytest.mark.parametrize("batch", [1, 16, 1024])
def test_ratios_stay_between_their_bounds_and_average_as_stated(batch):
    delta = RNG.standard_normal((200, 12))
    for U in (np.eye(12), V, rotation(12)):
        r = theory.ratios(U.T @ H @ U, delta, 0.2, batch)
        assert r.min() >= 1 and r.max() <= batch + 2
    r = theory.ratios(np.diag(np.diag(V.T @ H @ V)), delta, 0.2, batch)
    excess = theory.average_excess(np.diag(np.diag(V.T @ H @ V)), delta, 0.2, batch)
    np.testing.assert_allclose(r.mean(axis=1) - 1, excess, rtol=1e-10)


def test_exponent_runs_from_one_to_two():
    lam = np.geomspace(1, 1e-3, 64)
    found = [theory.effective_exponent(lam, 0.5, B) for B in (1, 16, 64, 256, 1024, 65536, np.inf)]
    np.testing.assert_allclose(found, [1.0176, 1.1096, 1.2557, 1.4678, 1.6902, 1.9867, 2.0], atol=1e-4)


def test_mode_risk_is_the_diagonal_of_the_matrix_recursion():
    lam, start, steps = np.geomspace(1, 0.1, 6), np.full(6, 0.5), 40
    for p in (0, -0.5, -1):
        rates = 0.05 * (1 - np.arange(steps) / steps)
        full = theory.matrix_risk(np.diag(lam), np.diag(start), p, rates, 3, 0.4)
        np.testing.assert_allclose(
            theory.mode_risk(lam, start, p, [0.05], 3, 0.4, steps=steps)[0], full[-1], rtol=1e-12
        )


def test_divergence_of_the_risk_is_capped():
    risks = theory.matrix_risk(np.eye(2), np.eye(2), 0, np.full(300, 50.0), 1, 0.1)
    assert risks.size == 301 and risks[-1] == theory.RISK_CAP


def test_critical_rate_is_where_the_map_turns_to_period_two():
    for power, half in ((-1, 1.0), (-0.5, 0.5)):
        eta = theory.critical_rate(4.0, power)
        assert 4.0 - eta * np.sinh(4.0 * half) == pytest.approx(-4.0)
    with pytest.raises(ValueError, match="power"):
        theory.critical_rate(4.0, 0)


def test_scalar_steps_against_iteration_and_beyond_the_critical_rate():
    steps, c, eta = theory.scalar_steps([1, 0.05], 2 / 1.05, 100), np.ones(2), 2 / 1.05
    for n in range(1, steps + 1):
        c = (1 - eta * np.array([1, 0.05])) * c
        assert (np.abs(c).max() <= 0.01) == (n == steps)
    with pytest.raises(ValueError, match="divergence"):
        theory.scalar_steps([1, 0.05], 2.1, 100)


@pytest.mark.parametrize("seed", range(4))
def test_geodesic_joins_its_ends_at_constant_speed(seed):
    U = rotation(7, seed)
    end = theory.geodesic(U, 1.0)
    np.testing.assert_allclose(theory.geodesic(U, 0.0), np.eye(7), atol=1e-12)
    np.testing.assert_allclose(np.abs(end), np.abs(U), atol=1e-12)
    third = theory.geodesic(U, 1 / 3)
    np.testing.assert_allclose(third @ third @ third, end, atol=1e-12)


def test_geodesic_of_two_reflections_is_a_rotation_by_pi():
    half = theory.geodesic(np.diag([-1.0, -1.0, 1.0]), 0.5)
    np.testing.assert_allclose(half @ half, np.diag([-1.0, -1.0, 1.0]), atol=1e-12)
    with pytest.raises(ValueError, match="orthogonal"):
        theory.geodesic(np.array([[1.0, 0.5], [0.0, 1.0]]), 0.5)


def test_conditioning_at_the_eigenbasis():
    assert theory.conditioning(H, V) == pytest.approx(1)
    assert theory.conditioning(H, V, -0.5) == pytest.approx(np.sqrt(np.linalg.cond(H)))


def test_bad_problems_are_refused():
    for wrong, reason in ((np.array([[1.0, 0.5], [0.0, 1.0]]), "symmetric"), (np.diag([1.0, -1.0]), "positive")):
        with pytest.raises(ValueError, match=reason):
            problems.quadratic(wrong)
    with pytest.raises(ValueError, match="orthogonal"):
        problems.quadratic(np.eye(2), basis=np.ones((2, 2)))
    with pytest.raises(ValueError, match="correlations"):
        problems.block_matrix(4, [1.0], [1.0])
    for function in (lambda: theory.gaussian_moment(np.eye(2), np.ones(2), 0, 0.5),):
        with pytest.raises(ValueError, match="batch"):
            function()


def test_the_basis_of_a_degenerate_eigenspace_is_not_a_matter_of_rounding():
    block = problems.block_problem()
    noise = np.random.default_rng(0).standard_normal(block.shape) * 1e-15
    U, nearby = problems.eigenbasis(block), problems.eigenbasis(block + noise + noise.T)
    np.testing.assert_allclose(nearby, U, atol=1e-10)
    np.testing.assert_allclose(U.T @ U, np.eye(64), atol=1e-12)
    turned = U.T @ block @ U
    np.testing.assert_allclose(turned, np.diag(np.diag(turned)), atol=1e-12)
    # The limit that its docstring names.
    jittered = np.linalg.eigh(block + 1e-7 * np.diag(np.arange(1.0, 65)))[1]
    np.testing.assert_allclose(np.abs(jittered.T @ U), np.eye(64), atol=1e-2)


def test_a_rate_keeps_its_place_whether_or_not_a_run_diverges():
    losses = np.array([[0.5, 0.4, 0.6], [1e-3, 2e-3, 3e-3], [1e-3, np.inf, 4e-3], [np.inf, 5.0, 2e-3], [0.1, 0.2, 0.3]])
    np.testing.assert_allclose(tuning.typical(losses, 1.0, 1e-16), [0.5, 2e-3, 4e-3, 1.0, 1.0])
    np.testing.assert_allclose(tuning.typical(losses[:2], 1.0, 1e-2), [0.5, 1e-2])


def test_a_run_that_has_forgotten_its_start_is_no_progress_on_any_processor():
    rng = np.random.default_rng(0)
    problem = problems.quadratic(problems.block_problem(), 0.5)
    start, noise = problems.unit_start(problem, rng, 8), simulation.draws(rng, 600, 8, 64, np.inf)
    nudged = start * (1 + 1e-15 * rng.standard_normal(start.shape))
    paths = [simulation.descend(problem, w, -0.5, [0.4, 0.737], noise, record=True) for w in (start, nudged)]
    plain, kept = ([tuning.typical(p[-1], 1.0, low) for p, low in zip(paths, lowest, strict=True)]
                   for lowest in ((0.0, 0.0), [tuning.rounding(p) for p in paths]))  # fmt: skip
    np.testing.assert_allclose(*kept, rtol=1e-4)
    assert kept[0][0] == plain[0][0] and abs(plain[0][1] / plain[1][1] - 1) > 0.1


@pytest.mark.parametrize("power", [0, -0.5, -1])
@pytest.mark.parametrize("batch", [2, np.inf])
def test_modes_are_the_diagonal_of_the_matrix_also_when_they_come_back(power, batch):
    lam, start, T = np.array([1.0, 0.3, 0.02]), np.array([1.0, 2.0, 0.5]), 40
    rates = [0.1, 1.0, 3.0, 30.0]
    ends = theory.mode_risk(lam, start, power, rates, batch, 0.3, steps=T)
    for rate, end in zip(rates, ends, strict=True):
        schedule = rate * (1 - np.arange(T) / T)
        history = theory.matrix_risk(np.diag(lam), np.diag(start), power, schedule, batch, 0.3)
        assert end == pytest.approx(history[-1], rel=1e-10)
    assert history.max() > 1e30 or power == 0 or batch == 2 or history[-1] < history.max()
    lost = theory.mode_risk(lam, start, power, [1e9], batch, 0.3, steps=T)[0]
    assert lost == theory.matrix_risk(np.diag(lam), np.diag(start), power, [1e9] * T, batch, 0.3)[-1] == theory.RISK_CAP


def test_one_step_is_enough_when_everything_vanishes():
    assert theory.scalar_steps([1.0, 1.0], 1.0, 1e3) == 1
    lam, rate = np.array([1.0, 0.3, 0.07]), 1.3
    steps = theory.scalar_steps(lam, rate, 1e3)
    left = np.abs(1 - rate * lam).max()
    assert left**steps <= 1e-3 < left ** (steps - 1)
