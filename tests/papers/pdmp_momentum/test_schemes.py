"""The scheme against the rule, its stability against formulas, the well, the network and the measures."""

import numpy as np
import pytest

from optclaims.papers.pdmp_momentum import measures, problems, theory
from optclaims.papers.pdmp_momentum.simulation import networks, schemes
from optclaims.science.optimizers import SGD, HeavyBall, Underdamped


def test_iterates_of_a_rule():
    points = schemes.scheme(HeavyBall(0.1, 0.5), lambda q, t: q + t, [1.0, 2.0], 3)
    q, m = np.array([1.0, 2.0]), 0.0
    for t in range(1, 4):
        m = 0.5 * m + q + t
        q = q - 0.1 * m
    np.testing.assert_allclose(points[-1], q)
    assert points.shape == (4, 2)


@pytest.mark.parametrize(("m", "alpha", "a"), [(0.01, 1, 1), (0.2, 1, 1), (0.5, 0.6, 1.5), (2, 0.3, 0.7)])
def test_bisection_finds_both_stability_limits(m, alpha, a):
    found = schemes.bisected_step(m, alpha, a, 4000)
    assert found == pytest.approx(float(theory.largest_step(m, alpha, a)), rel=1e-4)
    explicit = schemes.bisected_step(m, alpha, a, 4000, scheme="explicit")
    assert explicit == pytest.approx((-alpha + np.sqrt(alpha**2 + 4 * a * m)) / a, rel=1e-4)


@pytest.mark.parametrize("h", [0.5, 2.9, 3.3])
def test_growth_is_that_of_the_rule(h):
    points = schemes.scheme(Underdamped(h, 1.0, 1.0), lambda q, t: q, [1.0], 60)[:, 0]
    assert schemes.grows(h, 1.0, 1.0, 1.0, 60) == (abs(points[-1]) > abs(points[30]))


def test_the_ends_of_a_bisection_must_enclose():
    with pytest.raises(ValueError, match="high must enclose"):
        schemes.bisected_step(0.0, 1.0, 1.0, 1000, high=1.0)


def test_escapes_are_steps_of_the_rule():
    mass = lambda k: 2 / (1 + k / 10)  # noqa: E731
    start = np.array([-1.7, 0.2, 1.9])
    found = schemes.escapes(0.1, mass, 0.0, start, 40, np.random.default_rng(0))
    points = schemes.scheme(Underdamped(0.1, mass), lambda q, t: problems.well_slope(q), start, 40)
    np.testing.assert_allclose(found, points[-1], rtol=1e-12)


def test_the_noise_of_an_escape_has_either_sign():
    ends = schemes.escapes(0.5, lambda k: 0.0, 3.0, np.zeros(2000), 1, np.random.default_rng(0))
    values = np.unique(ends.round(12))
    np.testing.assert_allclose(values, [-0.5 * 3.15, -0.5 * (-2.85)])
    assert np.mean(ends > 0) == pytest.approx(0.5, abs=0.05)


def test_slopes_are_derivatives():
    q, h = np.linspace(-2, 2, 21), 1e-6
    log_cosh = lambda q, b: np.log(np.cosh(2 * (q - b))) / 2  # noqa: E731
    well = lambda q: q**4 / 4 - q**2 / 2 + 0.15 * q  # noqa: E731
    np.testing.assert_allclose(
        problems.log_cosh_slope(q, 0.3), (log_cosh(q + h, 0.3) - log_cosh(q - h, 0.3)) / 2 / h, atol=1e-7
    )
    np.testing.assert_allclose(problems.well_slope(q), (well(q + h) - well(q - h)) / 2 / h, atol=1e-7)


def test_the_centres():
    assert problems.CENTRES.mean() == pytest.approx(0, abs=1e-15) and pytest.approx(0.556) == problems.VARIANCE
    assert problems.Setting(3.0, 1.0, 1.0, 0.1).relaxation == 3 and problems.Setting(1.0, 2.0, 0.5, 0.1).relaxation == 4


def test_a_split_holds_every_image_once():
    images, labels, others, tests = problems.digits_split(1200, np.random.default_rng(3))
    whole = problems.datasets.digits()[0]
    assert sorted(map(bytes, np.concatenate([images, others]))) == sorted(map(bytes, whole))
    assert (len(labels), len(tests)) == (1200, 597) and not np.array_equal(images, whole[:1200])


def test_accuracies_count_right_answers():
    rng = np.random.default_rng(0)
    images = np.eye(64)[:10] + 0.01 * rng.random((10, 64))
    data = np.tile(images, (20, 1)), np.tile(np.arange(10), 20)
    rules = {"slow": SGD(1e-9), "fast": Underdamped(1.0, 1.0)}
    rngs = [np.random.default_rng(s) for s in range(3)]
    found = networks.accuracies(rules, data, data, 20, [0, 200], rngs)
    assert found["fast"].shape == (2, 3) and (found["fast"][1] == 1).all()
    np.testing.assert_array_equal(found["slow"][1], found["fast"][0])
    swapped = networks.accuracies(rules, data, (data[0], (data[1] + 1) % 10), 20, [0, 200], [np.random.default_rng(0)])
    assert swapped["fast"][1] == 0


def test_slopes_of_powers_and_their_coverage():
    rng, x = np.random.default_rng(0), np.array([1.0, 0.25, 0.0625])
    inside = []
    for _ in range(300):
        estimate = measures.rms_slope(x, 3 * x[:, None] ** 1.4 * rng.chisquare(1, (3, 400)))
        inside.append(estimate.low < 0.7 < estimate.high)
    assert np.mean(inside) == pytest.approx(0.95, abs=0.04)
    gaps = 1 + rng.random(50)
    assert measures.order(gaps, gaps / 2**0.9).value == pytest.approx(0.9)
