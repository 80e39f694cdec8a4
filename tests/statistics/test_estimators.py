import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from optclaims import statistics
from optclaims.statistics import Estimate


def test_mean_is_the_t_interval():
    samples = np.array([1.0, 2.0, 4.0, 8.0])
    expected = stats.ttest_1samp(samples, 0).confidence_interval(0.95)
    estimate = statistics.mean(samples)
    assert (estimate.low, estimate.high) == pytest.approx((expected.low, expected.high))


def test_a_difference_has_the_interval_of_welch():
    a, b = np.array([1.0, 2.0, 4.0, 8.0]), np.array([0.0, 3.0, 3.5])
    errors = [statistics.stderr(a), statistics.stderr(b)]
    dof = np.hypot(*errors) ** 4 / (errors[0] ** 4 / 3 + errors[1] ** 4 / 2)
    expected = statistics.from_stderr(a.mean() - b.mean(), np.hypot(*errors), dof)
    estimate = statistics.difference(a, b)
    assert (estimate.low, estimate.value, estimate.high) == pytest.approx((expected.low, expected.value, expected.high))


@given(st.floats(-100, 100), st.floats(0.01, 10), st.floats(1, 50))
def test_intervals_from_standard_errors_are_symmetric(value, stderr, dof):
    estimate = statistics.from_stderr(value, stderr, dof)
    assert estimate.high - value == pytest.approx(value - estimate.low)
    assert estimate.high - value >= 1.95 * stderr


def test_infinite_degrees_of_freedom_are_the_normal_interval():
    assert statistics.from_stderr(0.0, 1.0, np.inf).high == pytest.approx(1.959964, rel=1e-6)


@pytest.mark.parametrize("arguments", [(math.nan, 0, 1), (0, -math.inf, 1), (0, 1, 2), (3, 1, 2)])
def test_an_estimate_lies_in_its_finite_interval(arguments):
    with pytest.raises(ValueError, match=r"finite|hold"):
        Estimate(*arguments)


@given(st.floats(-10, 10), st.floats(0, 5), st.floats(0, 5), st.floats(-3, 3))
def test_arithmetic_with_constants_moves_the_whole_interval(value, below, above, factor):
    estimate = Estimate(value, value - below, value + above)
    scaled = estimate * factor
    assert scaled.low <= scaled.value <= scaled.high
    assert scaled.high - scaled.low == pytest.approx(abs(factor) * (estimate.high - estimate.low), abs=1e-9)
    assert (estimate + factor - factor).low == pytest.approx(estimate.low, abs=1e-9)
    assert (-estimate) * -1 == estimate


def test_mean_refuses_a_single_run():
    with pytest.raises(ValueError, match="two runs"):
        statistics.mean([1.0])


def test_proportion_covers_the_truth_at_the_edge():
    assert statistics.proportion(0, 10).low == 0.0
    assert statistics.proportion(10, 10).high == 1.0
    assert statistics.proportion(0, 10).high == pytest.approx(1 - 0.025 ** (1 / 10))


def test_block_mean_of_a_correlated_series_is_wider_than_the_naive_one():
    rng = np.random.default_rng(0)
    noise = rng.standard_normal(40_000)
    series = np.empty_like(noise)
    series[0] = 0.0
    for t in range(1, len(noise)):
        series[t] = 0.95 * series[t - 1] + noise[t]
    blocks, naive = statistics.block_mean(series, 40), statistics.mean(series)
    inflation = math.sqrt((1 + 0.95) / (1 - 0.95))  # of the standard error of an AR(1) mean
    assert (blocks.high - blocks.low) / (naive.high - naive.low) == pytest.approx(inflation, rel=0.4)


def test_block_mean_refuses_more_blocks_than_values():
    with pytest.raises(ValueError, match="cannot be cut"):
        statistics.block_mean([1.0, 2.0], 3)


def test_bootstrap_of_the_mean_is_close_to_the_t_interval():
    samples = np.random.default_rng(1).standard_normal(200)
    estimate = statistics.bootstrap(np.mean, samples, rng=np.random.default_rng(2))
    expected = statistics.mean(samples)
    assert estimate.value == pytest.approx(expected.value)
    assert estimate.high - estimate.low == pytest.approx(expected.high - expected.low, rel=0.1)


def test_bootstrap_resamples_whole_runs_together():
    rng = np.random.default_rng(3)
    first = rng.standard_normal((50, 3))
    second = first + 0.01 * rng.standard_normal((50, 3))

    def difference(a, b):
        return a.mean() - b.mean()

    paired = statistics.bootstrap(difference, first, second, rng=np.random.default_rng(4))
    independent = statistics.bootstrap(difference, first, second, rng=np.random.default_rng(4), paired=False)
    assert paired.high - paired.low < 0.1 * (independent.high - independent.low)


def test_bootstrap_of_equal_runs_has_no_width_and_unequal_pairs_are_refused():
    assert statistics.bootstrap(np.mean, np.ones(8), rng=np.random.default_rng(0)) == Estimate.exact(1.0)
    with pytest.raises(ValueError, match="equal numbers"):
        statistics.bootstrap(lambda a, b: 0.0, np.arange(8.0), np.arange(9.0), rng=np.random.default_rng(0))


@pytest.mark.parametrize("resampled", [statistics.bootstrap, statistics.jackknife])
def test_few_runs_are_not_resampled(resampled):
    keywords = {"rng": np.random.default_rng(0)} if resampled is statistics.bootstrap else {}
    with pytest.raises(ValueError, match=r"at least 8 runs, got \[7\]"):
        resampled(np.mean, np.arange(7.0), **keywords)
    with pytest.raises(ValueError, match=r"at least 8 runs, got \[9, 7\]"):
        resampled(lambda a, b: a.mean() - b.mean(), np.arange(9.0), np.arange(7.0), paired=False, **keywords)


def test_bootstrap_is_refused_where_it_gives_no_interval_around_the_estimate():
    rare = np.array([0.0] * 9 + [1.0])
    with pytest.raises(ValueError, match="rms, maximum, median"):
        statistics.bootstrap(np.median, rare, rng=np.random.default_rng(0), resamples=50)


def test_jackknife_of_a_mean_is_its_t_interval():
    samples, others = np.random.default_rng(0).standard_normal((2, 12))
    found, expected = statistics.jackknife(np.mean, samples), statistics.mean(samples)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))
    found = statistics.jackknife(lambda a, b: a.mean() - b.mean(), samples, others, paired=False)
    expected = statistics.difference(samples, others)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))


def test_median_has_the_ranks_of_the_tables():
    assert statistics.median(range(1, 7)) == Estimate(3.5, 1, 6)
    assert statistics.median(range(1, 13)) == Estimate(6.5, 3, 10)
    assert statistics.median(range(1, 41)) == Estimate(20.5, 14, 27)
    with pytest.raises(ValueError, match="at least 6"):
        statistics.median(range(5))


def test_a_ratio_is_the_reciprocal_of_its_reciprocal():
    above, below = np.random.default_rng(0).gamma(3.0, size=(2, 9))
    found, turned = statistics.ratio(above, below), statistics.ratio(below, above)
    assert (found.low, found.high) == pytest.approx((1 / turned.high, 1 / turned.low))
    with pytest.raises(ValueError, match="positive means"):
        statistics.ratio(above, -below)


def test_rms_without_noise_is_exact_and_has_no_unit_of_its_own():
    rng = np.random.default_rng(0)
    still = np.tile(rng.standard_normal(20), (5, 1))
    exact = np.sqrt(np.mean(still[0] ** 2))
    found = statistics.rms(still)
    assert (found.low, found.value, found.high) == pytest.approx((exact,) * 3)
    noisy = still + 0.1 * rng.standard_normal((5, 20))
    one, two = statistics.rms(noisy), statistics.rms(-7 * noisy)
    assert (two.low, two.value, two.high) == pytest.approx((7 * one.low, 7 * one.value, 7 * one.high))
    assert statistics.rms(np.zeros((4, 3))) == Estimate.exact(0.0)
    with pytest.raises(ValueError, match="at least four runs"):
        statistics.rms(noisy[:3])


def test_a_ratio_of_norms_needs_a_denominator_above_its_noise():
    noise = np.random.default_rng(0).standard_normal((8, 20))
    with pytest.raises(ValueError, match="may be 0"):
        statistics.rms_ratio(noise + 9, noise)
    assert statistics.rms_ratio(noise + 9, noise + 9).low < 1 < statistics.rms_ratio(noise + 9, noise + 9).high
