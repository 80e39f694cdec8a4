import numpy as np
import pytest

from optclaims.papers.gradient_flow_vs_descent import measures, problems, simulation


def test_descent_is_its_ten_lines():
    def gradient(x):
        return x**3

    x, expected = np.array([[1.0, -0.5], [0.2, 2.0]]), []
    start = x.copy()
    for step in range(7):
        if step % 3 == 0:
            expected.append(x.copy())
        x = x - 0.1 * x**3
    assert simulation.descent(gradient, start, 0.1, 7, every=3) == pytest.approx(np.array(expected))


def test_first_below_is_where_the_whole_path_gets_there():
    curvatures = np.array([1.0, 0.5])

    def loss(x):
        return (curvatures * x**2).sum(-1) / 2

    start = np.array([[1.0, 1.0], [1e-6, 0.0], [3.0, 0.1], [1e9, 0.0]])
    path = simulation.descent(lambda x: curvatures * x, start, 0.2, 60)
    below = loss(path) < 1e-6
    expected = [int(10 * np.ceil(np.argmax(column) / 10)) if column.any() else -1 for column in below.T]
    found = simulation.first_below(lambda x: curvatures * x, loss, start, 0.2, 1e-6, 60)
    assert list(found) == expected
    assert expected[3] == -1
    assert expected[1] == 0


def test_the_flow_with_kinks_agrees_with_the_accurate_one_where_there_are_none():
    times = np.linspace(0, 2, 5)
    accurate, coarse = (simulation.gradient_flow(np.sin, np.ones(2), times, kinks=kinks) for kinks in (False, True))
    assert coarse == pytest.approx(accurate, abs=1e-5)


def test_measures():
    rng = np.random.default_rng(0)
    path, other = rng.standard_normal((2, 5, 3, 4))
    expected = np.sqrt(((path - other) ** 2).sum(-1))
    assert measures.distance(path, other) == pytest.approx(expected)
    assert measures.farthest(path, other) == pytest.approx(expected.max(0))
    assert measures.orders([8.0, 1.0, 0.5], 2.0) == pytest.approx([3.0, 1.0])
    assert measures.orders([9.0, 1.0], 3.0) == pytest.approx([2.0])
    x = np.array([1.0, 3.0, 10.0])
    assert measures.log_slope(x, 5 * x**-1.5) == pytest.approx(-1.5)


def test_quadratic_gradient_is_that_of_the_loss():
    assert problems.quadratic_gradient(np.array([2.0]), np.array([-0.5])) == pytest.approx([-1.0])


def test_reached_is_the_first_time():
    assert measures.reached([0.0, 0.3, np.nan, 1.0, 0.9], 0.25) == 1
    assert measures.reached([0.0, 0.3, np.nan, 1.0, 0.9], 1.0) == 3
