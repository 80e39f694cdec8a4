"""Drifts on the two periodic problems: closed forms, roots, the bound of the proof."""

import numpy as np
import pytest

from optclaims.papers.acprop import problems, theory
from optclaims.papers.acprop.problems import METHODS, Method


def test_the_problems_have_the_gradients_of_their_losses():
    for period in (5, 8, 13):
        steps = np.arange(1, 3 * period + 1)
        frequent = np.where(steps % period == 1, period, -1.0)
        sparse = np.where(steps % period == 1, period / 2, np.where(steps % period == period - 2, -1.0, 0.0))
        np.testing.assert_array_equal(np.tile(problems.frequent(period), 3), frequent)
        np.testing.assert_array_equal(np.tile(problems.sparse(period), 3), sparse)


def test_triples_lie_where_they_should():
    drawn = problems.triples(np.random.default_rng(0), 4000, 4, 9)
    assert set(drawn[:, 0]) == set(range(4, 10))
    assert 0.05 < drawn[:, 1].min() < 0.06 and 0.98 < drawn[:, 1].max() < 0.99
    logs = np.log10(1 - drawn[:, 2])
    assert -3.5 < logs.min() < -3.48 and -0.07 < logs.max() < -0.05
    assert np.median(logs) == pytest.approx(-1.775, abs=0.1)


@pytest.mark.parametrize(
    ("name", "roots"),
    [
        ("RMSprop", {10: 0.955443, 20: 0.989380, 50: 0.998358}),
        ("Adam", {10: 0.774657, 20: 0.969507, 50: 0.997453}),
        ("AdaBelief", {10: 0.776356, 20: 0.969249, 50: 0.997398}),
    ],
)
def test_thresholds_of_synchronous_methods(name, roots):
    """Computed independently of this package."""
    for period, root in roots.items():
        assert theory.largest_root(METHODS[name], "frequent", period, 0.9) == pytest.approx(root, abs=6e-7)


def test_the_closed_form_is_the_drift():
    for period in (4, 5, 7, 24, 60):
        beta2 = np.array([0.12, 0.5, 0.9, 0.99])
        found = theory.drift(METHODS["AdaShift"], "sparse", period, 0.3, beta2)
        np.testing.assert_allclose(theory.sparse_drift(period, beta2), found, rtol=1e-10)
        np.testing.assert_array_equal(theory.sparse_converges(period, beta2), found < 0)


def test_adashift_and_rmsprop_have_the_threshold_of_the_formula():
    for period in (10, 20, 40):
        expected = (2 / period) ** (4 / (period - 6))
        for name in ("AdaShift", "RMSprop"):
            assert theory.largest_root(METHODS[name], "sparse", period, 0.5) == pytest.approx(expected, abs=1e-9)
    assert theory.sparse_converges([4, 5, 6], 0.01).all()
    assert theory.sparse_converges(10, 0.15, shift=7) != theory.sparse_converges(10, 0.15)


@pytest.mark.parametrize("name", ["AdaShift", "ACProp"])
def test_the_pulse_meets_the_smallest_second_moment(name):
    method = METHODS[name]
    for period, beta1, beta2 in problems.triples(np.random.default_rng(1), 60, 3, 60):
        least = theory.least_second_moment(method, int(period), beta1, beta2)
        g = problems.frequent(int(period))
        m = s = at_pulse = 0.0
        for value in np.tile(g, 2 + int(40 / (1 - max(beta1, beta2)) / period)):
            before, m = s, beta1 * m + (1 - beta1) * value
            s = beta2 * s + (1 - beta2) * (value - m if method.centred else value) ** 2
            at_pulse = before if value > 0 else at_pulse
        if least > 1e-20:  # below, the subtraction in this loop has lost its digits
            assert least == pytest.approx(at_pulse, rel=1e-6)
        assert theory.drift(method, "frequent", int(period), beta1, beta2) * np.sqrt(least) <= -1


def test_drifts_of_a_list_are_the_single_drifts():
    settings = problems.triples(np.random.default_rng(2), 7, 4, 6)
    for method in METHODS.values():
        single = [float(theory.drift(method, "sparse", int(P), b1, b2)) for P, b1, b2 in settings]
        np.testing.assert_allclose(theory.drifts(method, "sparse", settings), single, rtol=1e-12)


def test_bad_input_is_named():
    for call in (
        lambda: theory.drift(METHODS["ACProp"], "dense", 5, 0.5, 0.5),
        lambda: theory.drift("ACProp", "sparse", 5, 0.5, 0.5),
        lambda: theory.largest_root(METHODS["ACProp"], "sparse", 40, 0.9),
        lambda: Method("gradients", centred=True, delay=1),
        lambda: problems.sparse(3),
    ):
        with pytest.raises(ValueError):
            call()
