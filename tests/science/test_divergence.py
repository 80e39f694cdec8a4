import numpy as np
import pytest

from optclaims.science import divergence

TIMES = np.array([0, 5, 10, 20])
LOSSES = np.array([[1.0, 1.0, 1.0], [2.0, np.nan, 0.5], [1e31, 3.0, 1e29], [1.0, 1.0, 0.1]])


def test_a_run_that_has_diverged_stays_at_the_cap_from_then_on():
    np.testing.assert_array_equal(divergence.diverged(LOSSES).sum(axis=0), [2, 3, 0])
    expected = np.where(divergence.diverged(LOSSES), divergence.CAP, LOSSES)
    np.testing.assert_array_equal(divergence.capped(LOSSES), expected)
    np.testing.assert_array_equal(divergence.first(TIMES, LOSSES), [10, 5, np.inf])


def test_a_run_that_comes_back_from_below_the_cap_has_not_diverged():
    assert not divergence.diverged(LOSSES[:, 2]).any()
    assert divergence.diverged(LOSSES[:, 2], cap=1e20).sum() == 2


def test_minus_infinity_is_divergence_too():
    assert divergence.diverged([-np.inf]).all()


def test_losses_at_the_floor_are_censored():
    values, censored = divergence.floored(np.array([[1.0, 1e-30], [2e-16, 0.0]]), 1e-16)
    np.testing.assert_array_equal(values, [[1.0, 1e-16], [2e-16, 1e-16]])
    np.testing.assert_array_equal(censored, [[False, True], [False, True]])


@pytest.mark.parametrize("cap", [0.0, -1.0, np.nan])
def test_no_cap_at_or_below_zero(cap):
    with pytest.raises(ValueError, match="cap"):
        divergence.diverged([1.0], cap)
