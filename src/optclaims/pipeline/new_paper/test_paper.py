import numpy as np
import pytest
from optclaims.papers.__KEY__ import simulation, theory


@pytest.mark.parametrize("lr", [0.01, 0.5, 1.0, 1.9])
def test_stationary_variance_is_the_fixed_point_of_its_recursion(lr):
    variance = theory.stationary_variance(lr, sigma=1.7)
    assert (1 - lr) ** 2 * variance + (lr * 1.7) ** 2 == pytest.approx(variance, rel=1e-12)


def test_stationary_variance_has_the_small_rate_limit():
    assert theory.stationary_variance(1e-9, 1.0) == pytest.approx(theory.small_rate_variance(1e-9, 1.0), rel=1e-8)


def test_an_unstable_rate_is_refused():
    with pytest.raises(ValueError, match=r"lr must lie in \(0, 2\)"):
        theory.stationary_variance([0.1, 2.0], 1.0)


def test_simulation_without_noise_contracts_geometrically():
    x = simulation.sgd_on_noisy_quadratic(np.array([0.1]), 0.0, 3, 10, np.random.default_rng(0))
    assert (x == 0).all()


def test_simulation_agrees_with_the_variance():
    x = simulation.sgd_on_noisy_quadratic(np.array([0.5, 1.5]), 1.0, 4000, 100, np.random.default_rng(0))
    predicted = theory.stationary_variance([0.5, 1.5], 1.0)
    stderr = predicted * np.sqrt(2 / 4000)  # of the variance of a Gaussian
    assert (np.abs((x**2).mean(0) - predicted) < 4 * stderr).all()
