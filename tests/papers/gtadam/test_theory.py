"""The linear map against the coded step, its rates against runs, its thresholds and filters in closed form."""

import numpy as np
import pytest

from optclaims.papers.gtadam import measures, simulation, theory
from optclaims.papers.gtadam.problems import Problem, minimiser, quadratics
from optclaims.science.optimizers import SGD, Adam, EMAMomentum, SaturatedAdam


def problem(seed=0, omega=None, **options):
    drawn = quadratics(np.random.default_rng(seed), **options)
    return Problem(drawn.weights, drawn.hessians, drawn.targets, omega)


def one_agent(*curvatures, omega=None):
    d = len(curvatures)
    return Problem(np.eye(1), [np.diag(curvatures)], np.zeros((1, d)), omega)


@pytest.mark.parametrize("seed", range(3))
def test_the_linear_map_is_the_derivative_of_the_step(seed):
    p = problem(seed)
    for rule, a, beta1 in (
        (SaturatedAdam(0.05, 0.8, eps=0.5), 0.1, 0.8),
        (Adam(0.05, 0.8, eps=0.25, bias_correction=False, eps_inside_root=True), 0.1, 0.8),
        (SGD(0.02), 0.02, 0.0),
        (EMAMomentum(0.02, 0.6), 0.02, 0.6),
    ):
        found = simulation.derivative(p, rule)
        np.testing.assert_allclose(found, theory.linear_map(p, a, beta1), atol=1e-10)


def test_linear_runs_are_runs_of_gradient_tracking():
    p, rule = problem(), EMAMomentum(0.02, 0.6)
    begun = simulation.begin(p, rule, [1.0, 2.0])
    start = np.ravel([begun.x - minimiser(p, 0), begun.s, begun.m])
    linear = theory.linear_run(theory.linear_map(p, 0.02, 0.6), start, 200)[:, :20]
    points = simulation.run(p, rule, 200, [1.0, 2.0]).points - minimiser(p, 0)
    np.testing.assert_allclose(linear, points.reshape(201, 20), rtol=1e-8, atol=1e-9)


@pytest.mark.parametrize("beta1", [0.0, 0.6])
def test_the_local_rate_is_the_rate_of_long_runs(beta1):
    p, a = problem(1), 0.1 * beta1 + 0.02
    matrix, rho = theory.linear_map(p, a, beta1), theory.local_rate(p, a, beta1)
    rng, z = np.random.default_rng(0), np.zeros(60)
    z[:20] = rng.standard_normal(20)
    z[20:40] = np.einsum("nij,nj->ni", p.hessians, z[:20].reshape(10, 2)).ravel()  # trackers of a run that begins here
    steps = round(-11 / np.log(rho))  # of decay by exp(-22), above rounding
    sizes = np.linalg.norm(theory.linear_run(matrix, z, 2 * steps), axis=1)
    assert np.log(sizes[2 * steps] / sizes[steps]) / steps == pytest.approx(np.log(rho), rel=0.05)
    assert np.sort(np.abs(np.abs(np.linalg.eigvals(matrix)) - 1))[1] < 1e-9  # two conserved modes, which rho leaves out


@pytest.mark.parametrize("beta1", [0.0, 0.5, 0.9])
def test_thresholds_of_one_agent(beta1):
    assert theory.threshold(one_agent(1.0, 7.0), beta1) == pytest.approx(2 * (1 + beta1) / ((1 - beta1) * 7), rel=1e-8)


def test_the_threshold_parts_decay_from_growth():
    p = problem(2)
    a = theory.threshold(p, 0.9)
    assert theory.local_rate(p, 0.999 * a, 0.9) < 1 < theory.local_rate(p, 1.001 * a, 0.9)
    assert all(theory.local_rate(p, f * a, 0.9) < 1 for f in (0.1, 0.4, 0.8))
    centre = theory.centralised(p)
    assert theory.threshold(centre, 0.9) == pytest.approx(38 / np.linalg.eigvalsh(p.hessians.mean(0)).max(), rel=1e-8)
    np.testing.assert_allclose(minimiser(centre, 0), minimiser(p, 0))


@pytest.mark.parametrize(("rule", "a", "beta1"), [(SGD(0.02), 0.02, 0.0), (EMAMomentum(0.05, 0.8), 0.05, 0.8)])
def test_tails_of_linear_methods_are_their_transfer_functions(rule, a, beta1):
    p = problem(3, omega=0.01)
    path = simulation.run(p, rule, 8000, [0.0, 0.0])
    tail = measures.tail(measures.tracking_errors(p, path.times, path.points), 0.01)
    assert np.sqrt((tail**2).mean()) == pytest.approx(theory.tail_error(p, a, beta1), rel=1e-4)


def test_one_agent_lags_like_gradient_descent():
    z = np.exp(0.1j)  # e+ = (1 - a L) e - (r+ - r)
    expected = abs(z - 1) * np.sqrt(0.5 * sum(1 / abs(z - 1 + 0.2 * L) ** 2 for L in (1.0, 3.0)))
    assert theory.tail_error(one_agent(1.0, 3.0, omega=0.1), 0.2, 0.0) == pytest.approx(expected, rel=1e-10)


def test_tails_are_of_first_order():
    tails = [theory.tail_error(problem(4, omega=omega), 0.05, 0.5) for omega in (1e-4, 2e-4)]
    assert tails[1] / tails[0] == pytest.approx(2, rel=1e-3)
    with pytest.raises(ValueError, match="must move"):
        theory.tail_error(problem(), 0.05, 0.5)
