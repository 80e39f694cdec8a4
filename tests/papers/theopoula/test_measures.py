"""Distances with known values, slopes of powers."""

import numpy as np
import pytest
from scipy.special import gamma

from optclaims.papers.theopoula import measures
from optclaims.papers.theopoula.problems import DOUBLE_WELL, QUARTIC, energy


@pytest.mark.parametrize("beta", [1.0, 3.0])
def test_the_distance_of_a_point_is_the_mean_distance_to_the_target(beta):
    """E|x| = Gamma(1/2) / Gamma(1/4) (4 / beta)^(1/4) for the density exp(-beta x^4 / 4)."""
    expected = gamma(0.5) / gamma(0.25) * (4 / beta) ** 0.25
    assert measures.distance_to_target(QUARTIC, beta, [0.0]) == pytest.approx(expected, rel=1e-5)


def test_a_shift_of_the_target_is_its_own_distance():
    x = np.linspace(-5, 5, 2001)
    weights = np.exp(-energy(DOUBLE_WELL, x - 0.25))
    assert measures.distance_to_target(DOUBLE_WELL, 1.0, x, weights) == pytest.approx(0.25, rel=1e-4)


def test_the_target_has_no_distance_to_itself_on_any_grid():
    for points in (201, 333):
        x = np.linspace(-5, 5, points)
        assert measures.distance_to_target(DOUBLE_WELL, 2.0, x, 7 * np.exp(-2 * energy(DOUBLE_WELL, x))) < 1e-12


def test_slopes_of_a_power():
    lr = np.array([0.1, 0.03, 0.02])
    np.testing.assert_allclose(measures.local_slopes(lr, 3 * lr**0.7), 0.7)
