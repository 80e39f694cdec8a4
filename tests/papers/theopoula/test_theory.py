"""Closed forms of the step, its bound, and the constant of the bias."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from optclaims.papers.theopoula import problems, theory
from optclaims.papers.theopoula.problems import Potential
from optclaims.science.optimizers import TheoPouLa

GRADIENTS = np.concatenate([-np.geomspace(1e-9, 1e15, 50), [0.0], np.geomspace(1e-9, 1e15, 50)])


@pytest.mark.parametrize(("lr", "eps"), [(0.1, 0.01), (0.5, 1.0), (1e-3, 1e-8), (1.7, 0.3)])
def test_the_step_is_that_of_the_rule(lr, eps):
    moved, _ = TheoPouLa(lr, eps).step(0 * GRADIENTS, GRADIENTS, {}, 1)
    np.testing.assert_allclose(theory.displacement(GRADIENTS, lr, eps), -moved, rtol=1e-12)


@given(st.floats(-1e20, 1e20), st.floats(1e-4, 1.0), st.floats(1e-8, 10.0))
def test_no_step_is_longer_than_the_root(g, lr, eps):
    rest = 1 - abs(theory.displacement(g, lr, eps)) / np.sqrt(lr)
    assert rest == pytest.approx(theory.slack(g, lr, eps), abs=1e-12)
    assert theory.slack(g, lr, eps) >= 0


def test_limits_of_the_step():
    lr, eps = 0.1, 0.01
    assert theory.displacement(1e-9, lr, eps) == pytest.approx(lr * 1e-9 * (1 + np.sqrt(lr) / eps), rel=1e-6)
    assert theory.displacement(1e12, lr, eps) == pytest.approx(np.sqrt(lr), rel=1e-6)
    assert theory.slack(100.0, 1.1, 0.01) < 0  # a step size above 1


def test_the_gain_of_small_gradients():
    assert 1 + np.sqrt(0.1) / 0.01 == pytest.approx(theory.displacement(1e-12, 0.1, 0.01) / 0.1e-12, rel=1e-6)


def test_the_mean_field_is_the_average_over_the_uniform_law():
    x = (np.arange(4000) + 0.5) / 1000 - 2  # midpoints of (-2, 2)
    theta = 1.3
    expected = []
    for _ in range(6):
        expected.append(theta)
        g = problems.superlinear_gradient(np.full(x.shape, theta), (x <= 1).astype(int))
        theta -= theory.displacement(g, 0.05, 0.01).mean()
    np.testing.assert_allclose(theory.mean_field(0.05, 0.01, 1.3, 5), expected, rtol=1e-12)


def test_arrivals_of_the_mean_field():
    arrivals = [theory.arrival(theory.mean_field(lr, 0.01, 5.0, 1000), 0.1) for lr in (0.1, 0.05, 0.01, 0.001)]
    assert arrivals == [20, 31, 105, 768]


def test_a_path_that_never_arrives():
    assert theory.arrival([3.0, np.nan, -2.0], 0.1) == 3
    assert theory.arrival([-0.05, 1.0], 0.1) == 0


def test_constants_of_the_double_well():
    found = [theory.bias_constant(problems.DOUBLE_WELL, eps, 1.0) for eps in (0.01, 0.1, 1.0)]
    assert found == pytest.approx([0.4201, 0.3993, 0.3682], abs=1e-4)
    assert theory.bias_constant(problems.DOUBLE_WELL, 0.1, 1.0, boosting=False) == pytest.approx(0.3859, abs=1e-4)


def test_the_constant_of_taming_by_double_integration():
    r"""B = -|x|^7/7 for u = x^4/4 and taming alone; the inner integral is odd in x."""
    beta = 0.7
    weight = lambda x: np.exp(-beta * x**4 / 4)  # noqa: E731
    norm = 2 * quad(weight, 0, 8)[0]
    mean = 2 * quad(lambda x: -(x**7) / 7 * weight(x), 0, 8)[0] / norm
    # With an inner integral of one sign on x > 0, C = beta |E |x| (B - E B)|.
    expected = abs(beta * 2 * quad(lambda x: x * (-(x**7) / 7 - mean) * weight(x), 0, 8)[0] / norm)
    found = theory.bias_constant(Potential(1.0, 0.0, 0.0), 0.1, beta, boosting=False)
    assert found == pytest.approx(expected, rel=1e-6)


def test_the_constant_does_not_depend_on_the_grid_or_the_level_of_the_energy():
    few = theory.bias_constant(problems.TILTED, 0.1, 1.0, points=20_001)
    assert few == pytest.approx(theory.bias_constant(problems.TILTED, 0.1, 1.0), rel=1e-4)
    wide = theory.bias_constant(problems.TILTED, 0.1, 1.0, bound=8.0)
    assert wide == pytest.approx(theory.bias_constant(problems.TILTED, 0.1, 1.0), rel=1e-4)
    assert few == pytest.approx(theory.bias_constant(Potential(1.0, -1.0, -0.2), 0.1, 1.0), rel=1e-4)  # mirrored


def test_boosting_vanishes_for_large_eps():
    tamed = theory.bias_constant(problems.DOUBLE_WELL, 1.0, 1.0, boosting=False)
    assert theory.bias_constant(problems.DOUBLE_WELL, 1e7, 1.0) == pytest.approx(tamed, rel=1e-5)
