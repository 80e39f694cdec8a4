import numpy as np
import pytest

from optclaims.papers.__KEY__ import theory


@pytest.mark.parametrize("lr", [0.01, 0.5, 1.0, 1.9])
def test_stationary_variance_by_brute_force(lr):
    """The noise of k steps ago has been multiplied by -lr (1 - lr)^k; its terms are summed up."""
    weights = lr * (1 - lr) ** np.arange(5000)
    assert theory.stationary_variance(lr, sigma=1.7) == pytest.approx(1.7**2 * (weights**2).sum(), rel=1e-10)


def test_stationary_variance_has_the_small_rate_limit():
    assert theory.stationary_variance(1e-9, 1.0) == pytest.approx(theory.small_rate_variance(1e-9, 1.0), rel=1e-8)


@pytest.mark.parametrize("lr", [[0.1, 2.0], 0.0, float("nan")])
def test_a_rate_outside_the_domain_is_refused(lr):
    with pytest.raises(ValueError, match="lr"):
        theory.stationary_variance(lr, 1.0)
