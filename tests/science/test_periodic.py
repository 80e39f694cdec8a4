"""Settled moving averages of periodic gradients: against the recursions themselves, and closed forms."""

import numpy as np
import pytest

from optclaims.science import periodic

GRADIENTS = np.array([5.0, 0.0, -1.0, -1.0, 2.0, -3.0, 0.5])


def followed(gradients, beta1, beta2, centred):
    """m and s of the last of so many periods that the start is forgotten."""
    m = s = 0.0
    kept = []
    for g in np.tile(gradients, 2 + int(40 / (1 - max(beta1, beta2)) / len(gradients))):
        m = beta1 * m + (1 - beta1) * g
        s = beta2 * s + (1 - beta2) * (g - m if centred else g) ** 2
        kept.append((g, m, s))
    return np.array(kept[-len(gradients) :]).T


@pytest.mark.parametrize("beta", [0.0, 0.3, 0.9, 0.999])
def test_averages_are_the_fixed_point_of_their_recursion(beta):
    found = periodic.averages(GRADIENTS, beta)
    np.testing.assert_allclose(found, beta * np.roll(found, 1) + (1 - beta) * GRADIENTS, rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(found, followed(GRADIENTS, beta, 0.5, False)[1], atol=1e-12)
    assert found.mean() == pytest.approx(GRADIENTS.mean())


@pytest.mark.parametrize("beta", [0.0, 0.3, 0.9, 0.999])
def test_a_pulse_is_one_kind_of_period(beta):
    gradients = np.array([7.0, -2.0, -2.0, -2.0])
    np.testing.assert_allclose(periodic.pulse(7.0, -2.0, 4, beta), periodic.averages(gradients, beta), atol=1e-12)


def test_departures_are_the_gradient_less_its_average_and_keep_their_digits():
    beta1 = np.array([0.05, 0.5, 0.95])
    direct = GRADIENTS - periodic.averages(GRADIENTS, beta1)
    np.testing.assert_allclose(periodic.departures(GRADIENTS, beta1), direct, atol=1e-13)
    flat = np.full(60, -1.0)
    flat[0] = 60.0
    expected = -(61.0 / (1 - 0.1**60)) * 0.9 * 0.1 ** np.arange(1, 60)
    np.testing.assert_allclose(periodic.departures(flat, 0.1)[1:], expected, rtol=1e-12)


@pytest.mark.parametrize("numerator", ["gradient", "momentum"])
@pytest.mark.parametrize("centred", [False, True])
@pytest.mark.parametrize("delay", [0, 1, 2])
def test_the_drift_is_the_sum_over_a_late_period(numerator, centred, delay):
    for beta1, beta2 in ((0.3, 0.9), (0.9, 0.6)):
        g, m, s = followed(GRADIENTS, beta1, beta2, centred)
        expected = -sum((g if numerator == "gradient" else m)[k] / np.sqrt(s[k - delay]) for k in range(len(g)))
        found = periodic.drift(GRADIENTS, beta1, beta2, numerator=numerator, centred=centred, delay=delay)
        assert float(found) == pytest.approx(expected, rel=1e-9)


def test_the_drift_knows_no_scale_and_a_delay_of_a_period_is_none():
    found = periodic.drift(GRADIENTS, 0.5, 0.9)
    assert periodic.drift(7 * GRADIENTS, 0.5, 0.9) == pytest.approx(float(found))
    assert periodic.drift(GRADIENTS, 0.5, 0.9, delay=len(GRADIENTS)) == pytest.approx(float(found))
    grid = periodic.drift(GRADIENTS, np.array([[0.2], [0.5]]), np.array([0.1, 0.9]))
    assert grid[1, 1] == pytest.approx(float(found))


def test_without_momentum_nothing_is_centred():
    with pytest.raises(ValueError, match="beta1"):
        periodic.drift(GRADIENTS, 0.0, 0.9, centred=True)
    with pytest.raises(ValueError, match="period"):
        periodic.averages([1.0], 0.5)
