import numpy as np
import pytest

from optclaims.papers.__KEY__ import problems, simulation, theory


def test_without_noise_the_start_contracts_geometrically():
    x = simulation.sgd(problems.NoisyQuadratic(0.0).gradient, 0.1, 3, 10, np.random.default_rng(0), start=2.0)
    assert x == pytest.approx(2.0 * 0.9**10)


def test_a_run_is_the_ten_line_loop():
    problem, rng = problems.NoisyQuadratic(1.3), np.random.default_rng(5)
    x = np.full((4, 1), 0.7)
    for _ in range(6):
        x = x - 0.4 * (x + 1.3 * rng.standard_normal((4, 1)))
    found = simulation.sgd(problem.gradient, 0.4, 4, 6, np.random.default_rng(5), start=0.7)
    assert found == pytest.approx(x[:, 0])


@pytest.mark.parametrize("lr", [0.5, 1.5])
def test_many_runs_have_the_stationary_variance(lr):
    x = simulation.sgd(problems.NoisyQuadratic(1.0).gradient, lr, 4000, 100, np.random.default_rng(0))
    predicted = float(theory.stationary_variance(lr, 1.0))
    assert abs((x**2).mean() - predicted) < 4 * predicted * np.sqrt(2 / 4000)  # of the variance of a Gaussian
