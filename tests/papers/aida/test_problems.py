import numpy as np
import pytest

from optclaims.papers.aida import problems

NAMES = list(problems.FUNCTIONS)


@pytest.mark.parametrize("name", NAMES)
def test_gradients_are_those_of_the_functions(name):
    f = problems.FUNCTIONS[name]
    x, y = problems.starts(np.random.default_rng(0), f, 40).T
    h = 1e-6
    quotient = (f.value(x + h, y) - f.value(x - h, y), f.value(x, y + h) - f.value(x, y - h))
    for one, other in zip(f.gradient(x, y), quotient, strict=True):
        assert one == pytest.approx(other / (2 * h), rel=1e-5, abs=1e-5)


MINIMA = {
    "Rosenbrock": (1, 1),
    "Beale": (3, 0.5),
    "Himmelblau": (3, 2),
    "Booth": (1, 3),
    "Matyas": (0, 0),
    "three-hump camel": (0, 0),
    "McCormick": (0.5 - np.pi / 3, -0.5 - np.pi / 3),
    "Styblinski-Tang": (-2.9035340277711772, -2.9035340277711772),
    "log Goldstein-Price": (0, -1),
    "abs(x) + abs(y)": (0, 0),
}


@pytest.mark.parametrize("name", NAMES)
def test_the_lowest_value_is_that_at_the_known_minimum(name):
    f, (x, y) = problems.FUNCTIONS[name], MINIMA[name]
    assert f.value(x, y) == pytest.approx(f.lowest, abs=1e-12)
    assert np.abs(f.gradient(x, y)).max() < 1e-9
    around = np.random.default_rng(1).uniform(-0.05, 0.05, (2, 200))
    assert f.value(x + around[0], y + around[1]).min() >= f.lowest


def test_starts_lie_in_the_box():
    points = problems.starts(np.random.default_rng(0), problems.FUNCTIONS["McCormick"], 500)
    assert points.min(axis=0) == pytest.approx([-1.5, -3.0], abs=0.05)
    assert points.max(axis=0) == pytest.approx([1.5, 0.0], abs=0.05)
