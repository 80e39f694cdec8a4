"""Gradients are derivatives of what they say."""

import numpy as np
import pytest

from optclaims.papers.theopoula import problems


def loss(theta, doubled):
    """The example's loss, written out: a square inside the unit interval, linear outside."""
    size = abs(theta)
    return (theta**2 if size <= 1 else 2 * size - 1) * (1 + doubled) + theta**30


@pytest.mark.parametrize("theta", [-1.2, -0.9, -0.3, 0.0, 0.5, 0.99, 1.05])
@pytest.mark.parametrize("doubled", [0, 1])
def test_the_superlinear_gradient_is_that_of_the_loss(theta, doubled):
    slope = (loss(theta + 1e-6, doubled) - loss(theta - 1e-6, doubled)) / 2e-6
    assert problems.superlinear_gradient(theta, doubled) == pytest.approx(slope, rel=1e-7, abs=1e-8)


def test_the_start_of_the_example():
    assert problems.superlinear_gradient(5.0, 1) == pytest.approx(5.59e21, rel=1e-3)


def test_the_probability_of_the_doubled_square():
    x = np.random.default_rng(0).uniform(-2, 2, 200_000)
    assert np.mean(x <= 1) == pytest.approx(problems.LIGHT, abs=4e-3)


@pytest.mark.parametrize(
    "potential", [problems.DOUBLE_WELL, problems.QUARTIC, problems.TILTED, problems.Potential(2.0, 3.0, -1.0)]
)
def test_the_slope_is_the_derivative_of_the_energy(potential):
    x = np.linspace(-3, 3, 41)
    difference = (problems.energy(potential, x + 1e-6) - problems.energy(potential, x - 1e-6)) / 2e-6
    np.testing.assert_allclose(problems.slope(potential, x), difference, atol=1e-6)
    assert problems.energy(potential, 0.0) == 0


def test_the_named_potentials():
    x = np.array([-1.0, 0.0, 1.0])
    np.testing.assert_allclose(problems.slope(problems.DOUBLE_WELL, x), 0)
    np.testing.assert_allclose(problems.slope(problems.QUARTIC, x), x**3)
    np.testing.assert_allclose(problems.slope(problems.TILTED, x), 0.2)


def test_a_split_holds_every_image_once():
    images, labels, others, tests = problems.digits_split(1500, np.random.default_rng(3))
    whole = problems.datasets.digits()[0]
    both = np.concatenate([images, others])
    assert sorted(map(bytes, both)) == sorted(map(bytes, whole))
    assert len(labels) == 1500 and len(tests) == 297
    assert not np.array_equal(images, whole[:1500])
