"""The event simulation: flows against exponentials, laws of the jumps, moments against the theory."""

import numpy as np
import pytest
from scipy.linalg import expm

from optclaims.papers.pdmp_momentum import theory
from optclaims.papers.pdmp_momentum.problems import CENTRES, VARIANCE, Setting
from optclaims.papers.pdmp_momentum.simulation import events

MASSES = [0.01, 0.2, 0.25, 0.2500001, 1.0, 5.0]  # over-, critically and underdamped at friction 1, curvature 1


def arrays(*values):
    return [np.array([float(value)]) for value in values]


@pytest.mark.parametrize("mass", MASSES)
@pytest.mark.parametrize("h", [0.0, 1e-4, 0.3, 7.0, 90.0])
def test_the_exact_flow_is_the_matrix_exponential(mass, h):
    setting = Setting(mass, 1.0, 1.0, 0.5)
    q, v = events.harmonic(setting)(0.0, *arrays(1.3, -0.7, 0.4, h))
    expected = np.array([0.4, 0.0]) + expm(theory.drift(setting) * h) @ [0.9, -0.7]
    np.testing.assert_allclose([q[0], v[0]], expected, rtol=1e-6, atol=1e-9)


def test_the_flow_without_mass_relaxes():
    q, _ = events.harmonic(Setting(0.0, 2.0, 3.0, 1.0))(0.0, *arrays(1.0, 9.0, 0.2, 0.5))
    assert q[0] == pytest.approx(0.2 + 0.8 * np.exp(-0.75))


def test_the_flow_has_no_overflow_at_a_small_mass():
    q, v = events.harmonic(Setting(1e-6, 1.0, 1.0, 0.5))(0.0, *arrays(1.0, 0.0, 0.0, 5.0))
    assert q[0] == pytest.approx(np.exp(-5), rel=1e-4) and np.isfinite(v[0])


def test_runge_and_kutta_have_order_four_with_a_mass_that_changes():
    """m(t) = 1/(1+t): against many small steps."""
    flow = events.integrated(lambda q, b: np.sinh(q - b), lambda t: 1 / (1 + t), 0.8)

    def end(parts):
        t, (q, v) = np.zeros(1), arrays(1.0, 0.3)
        for _ in range(parts):
            q, v = flow(t, q, v, np.array([0.1]), np.array([1 / parts]))
            t = t + 1 / parts
        return q[0]

    errors = np.abs([end(n) - end(2048) for n in (16, 32, 64)])
    assert np.diff(np.log2(errors)) == pytest.approx([-4, -4], abs=0.25)


def test_the_integrated_flow_is_the_exact_one_on_quadratics():
    setting = Setting(0.8, 1.3, 1.7, 0.5)
    exact = events.harmonic(setting)
    rungs = events.integrated(lambda q, b: 1.7 * (q - b), lambda t: 0.8, 1.3)
    states = arrays(1.0, -0.4, 0.3, 0.01)
    np.testing.assert_allclose(exact(0.0, *states), rungs(0.0, *states), rtol=1e-9)


def test_jumps_of_the_growing_rate():
    jump, c = events.reciprocal_waits(0.2), 0.2
    for t, e in ((0.0, 0.5), (3.0, 2.0)):
        s = jump(t, e)
        assert (s + s**2 / 2 - t - t**2 / 2) / c == pytest.approx(e)
    assert events.sojourns(0.3)(1.0, 2.0) == pytest.approx(1.6)


def still(t, q, v, centre, h):
    return q + h, v


def centres_at(times, runs=40_000, **options):
    found = events.switched(
        still, events.sojourns(0.5), CENTRES, np.zeros(runs), times, np.random.default_rng(3), **options
    )
    np.testing.assert_allclose(found[:, 0], np.repeat(np.array(times)[:, None], runs, axis=1))  # all time is spent
    return found[:, 2]


@pytest.mark.parametrize(("index", "rate"), [("all", 1.0), ("others", 1.25)])
def test_the_centres_are_uniform_and_forget_at_their_rate(index, rate):
    b = centres_at([0.0, 0.3, 1.0], index=index)
    for now in b:
        counts = np.array([(now == centre).mean() for centre in CENTRES])
        np.testing.assert_allclose(counts, 0.2, atol=4 * np.sqrt(0.16 / now.size))
    for time, now in ((0.3, b[1]), (1.0, b[2])):
        expected = VARIANCE * np.exp(-rate * time / 0.5)
        assert np.mean(b[0] * now) == pytest.approx(expected, abs=4 * VARIANCE * 1.4 / np.sqrt(now.size))


def test_fixed_waits_end_at_their_multiples():
    b = centres_at([0.25, 0.49, 0.75], runs=2000, waits="fixed")
    np.testing.assert_array_equal(b[0], b[1])
    assert np.mean(b[1] == b[2]) == pytest.approx(0.2, abs=0.04)


def test_a_frozen_index_stays():
    b = centres_at([0.1, 5.0], runs=500, index="frozen")
    np.testing.assert_array_equal(b[0], b[1])
    assert len(np.unique(b)) == 5


def test_a_longest_stretch_changes_nothing_but_the_turns():
    """Exact flows in pieces are exact: with waits of fixed length the paths are the same."""
    setting, times = Setting(0.5, 1.0, 2.0, 0.4), [1.0, 3.3]
    flow, jump = events.harmonic(setting), events.sojourns(0.4)
    whole, pieces = (
        events.switched(flow, jump, [0.7, 0.7], [1.0, -2.0], times, np.random.default_rng(0), longest=longest)
        for longest in (np.inf, 0.03)
    )
    np.testing.assert_allclose(pieces, whole, atol=1e-12)
    x = expm(theory.drift(setting) * 3.3)[0, 0]
    np.testing.assert_allclose(whole[1, 0], 0.7 + x * (np.array([1.0, -2.0]) - 0.7), rtol=1e-9)


@pytest.mark.parametrize("waits", ["exponential", "fixed"])
def test_second_moments_are_those_of_the_theory(waits):
    setting, runs = Setting(0.8, 1.2, 0.9, 0.4), 20_000
    flow, jump = events.harmonic(setting), events.sojourns(setting.wait)
    q, v, b = events.switched(flow, jump, CENTRES, np.zeros(runs), [20.0], np.random.default_rng(1), waits=waits)[0]
    law = theory.stationary(setting, VARIANCE)
    expected = [(q * q, law.qq), (q * b, law.qb), (v * v, law.vv)]
    if waits == "fixed":
        expected = [(q * q, theory.fixed_wait_variance(setting, VARIANCE))]
    for sample, value in expected:
        assert abs(sample.mean() - value) < 4.5 * sample.std() / np.sqrt(runs)


def test_a_changing_wait_and_mass_have_the_moments_of_the_equations():
    runs = 4000
    flow = events.integrated(lambda q, b: q - b, lambda t: 1 / (1 + t), 1.0)
    q = events.switched(
        flow,
        events.reciprocal_waits(0.5),
        CENTRES,
        np.ones(runs),
        [2.0, 4.0],
        np.random.default_rng(2),
        longest=0.1,
    )[:, 0]
    exact = theory.moment_path(lambda t: 1 / (1 + t), lambda t: 0.5 / (1 + t), 1.0, 1.0, VARIANCE, 1.0, [2.0, 4.0])
    assert (np.abs((q**2).mean(1) - exact) < 4.5 * (q**2).std(1) / np.sqrt(runs)).all()


def test_gaps_of_a_flow_to_itself_and_to_a_known_neighbour():
    jump, rng = events.sojourns(0.3), np.random.default_rng
    plain, shifted = events.harmonic(Setting(0.0, 2.0, 1.0, 0.3)), lambda t, q, v, b, h: (q + 2 * h + 0 * v, v)
    moving = lambda t, q, v, b, h: (q + h * v, v)  # noqa: E731
    zero = events.largest_gap([plain], plain, jump, CENTRES, [1.0, 0.0], 2.0, rng(0), longest=0.1)
    np.testing.assert_array_equal(zero, 0)
    found = events.largest_gap(
        [moving, moving], shifted, jump, CENTRES, [1.0, 0.0], 2.0, rng(0), longest=0.1, velocity=[2.0, 5.0]
    )
    np.testing.assert_allclose(found, [[0, 0], [6, 6]], atol=1e-12)


def test_the_gap_is_over_the_whole_path():
    """A limit that goes away and returns."""
    away = lambda t, q, v, b, h: (np.sin(np.pi * (t + h)), v)  # noqa: E731
    rest = lambda t, q, v, b, h: (0 * q, v)  # noqa: E731
    gap = events.largest_gap(
        [rest], away, events.sojourns(9.0), CENTRES, [0.0], 1.0, np.random.default_rng(0), longest=0.01
    )
    assert gap[0, 0] == pytest.approx(1, abs=1e-3)
