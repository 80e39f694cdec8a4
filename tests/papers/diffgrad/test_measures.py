import numpy as np
import pytest

from optclaims.papers.diffgrad import measures


def test_distance_looks_at_the_first_steps_only():
    x = np.array([[0.0, 0.0], [1.0, 0.0], [9.0, 3.0]])
    assert measures.distance(x, np.zeros_like(x), 1).tolist() == [1, 0]
    assert measures.distance(x, np.zeros_like(x), 2).tolist() == [9, 3]


@pytest.mark.parametrize("power", [-1.5, 0.0, 2.0])
def test_exponent_of_a_power(power):
    c = np.geomspace(1e-4, 1, 7)
    assert measures.exponent(c, 3 * c**power) == pytest.approx(power, abs=1e-12)


def test_reach():
    assert measures.reach([1, 2, 3], [True, True, True]) == 3
    assert measures.reach([1, 2, 3], [False, True, True]) == 0


def test_relative_distance_of_a_point_on_the_line():
    near, far = np.zeros((2, 4)), np.ones((2, 4))
    assert measures.relative_distance(0.2 * far, near, far) == pytest.approx([0.25, 0.25])
    with pytest.raises(ValueError, match="distance of theta"):
        measures.relative_distance(far, near, far)
