import numpy as np
import pytest

from optclaims.papers.diffgrad import problems


@pytest.mark.parametrize("toy", problems.TOYS.values(), ids=problems.TOYS)
def test_gradients_are_those_of_the_functions(toy):
    x = np.linspace(-1.2, 1.2, 401) + 1.234e-4  # off the edges
    quotient = (toy.value(x + 1e-6) - toy.value(x - 1e-6)) / 2e-6
    assert toy.gradient(x) == pytest.approx(quotient, abs=1e-5)


@pytest.mark.parametrize(
    ("toy", "edges", "jump"),
    [(problems.F1, [0.0], 1e-9), (problems.F2, [-0.9], 0.015), (problems.F3, [-0.5, -0.4, 0.0, 0.4, 0.5], 1e-9)],
)
def test_functions_are_continuous_but_for_a_small_step(toy, edges, jump):
    edges = np.array(edges)
    assert toy.value(edges + 1e-12) == pytest.approx(toy.value(edges - 1e-12), abs=jump + 1e-9)


@pytest.mark.parametrize("toy", problems.TOYS.values(), ids=problems.TOYS)
def test_minima_are_where_they_are_said_to_be(toy):
    x = np.linspace(-1.2, 1.2, 240_001)
    f = toy.value(x)
    assert x[np.argmin(f)] == pytest.approx(toy.minimum, abs=2e-4)
    inner = (f[1:-1] < f[:-2]) & (f[1:-1] < f[2:])
    assert sorted(x[1:-1][inner]) == pytest.approx(sorted([toy.minimum, *toy.local]), abs=1e-3)


def test_values_at_the_minima():
    assert problems.F1.value([-0.3, 0.2]) == pytest.approx([0, 0.05])
    assert problems.F2.value([-0.643, 0.0]) == pytest.approx([1.2e-4, 0.85], abs=3e-5)


def test_the_slipped_gradient_lacks_a_factor_8_in_one_term():
    x = np.array([-1.0, -0.5, 0.4])
    missing = problems.F2.gradient(x) - problems.F2_SLIPPED.gradient(x)
    assert missing == pytest.approx(np.where(x > -0.9, 7 * x * np.cos(8 * x), 0))


def test_digits_are_the_same_for_a_seed_alone_and_among_others():
    rngs = lambda: np.random.default_rng(0).spawn(3)  # noqa: E731
    _, _, theta, rows = problems.digits(rngs(), 4, 6)
    _, _, alone, own = problems.digits(rngs()[2:], 4, 6)
    np.testing.assert_array_equal(theta[2], alone[0])
    np.testing.assert_array_equal(rows[2], own[0])
    assert np.abs(theta[:, : 64 * 32]).max() == pytest.approx(1 / 8, rel=1e-2)
    assert np.abs(theta[:, -330:]).max() == pytest.approx(32**-0.5, rel=1e-2)
    assert rows.max() < 1797
