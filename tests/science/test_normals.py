"""The vectorised normal generator against numpy's, and against what a stream promises."""

import numpy as np
import pytest
from scipy import stats

from optclaims.science import normals

SIZE = 1 << 22


@pytest.fixture(scope="module")
def draws():
    return normals.standard_normal(np.random.default_rng(7), SIZE).astype(float)


def test_moments(draws):
    # Standard errors of the first four moments and of the sixth: variances of z^k are 1, 2, 15, 96, 10170.
    for power, (mean, variance) in {1: (0, 1), 2: (1, 2), 3: (0, 15), 4: (3, 96), 6: (15, 10170)}.items():
        assert abs(np.mean(draws**power) - mean) < 4.5 * np.sqrt(variance / SIZE)


def test_distribution(draws):
    assert stats.kstest(draws, "norm").pvalue > 1e-3
    reference = np.random.default_rng(1).standard_normal(SIZE // 4)
    assert stats.ks_2samp(draws[: SIZE // 4], reference).pvalue > 1e-3
    # The same test sees a generator that is off by half a per cent.
    assert stats.kstest(1.005 * draws, "norm").pvalue < 1e-3


@pytest.mark.parametrize("level", [1.0, 2.0, 3.0, 4.0, 4.5])
def test_tails(draws, level):
    beyond = np.count_nonzero(np.abs(draws) > level)
    assert stats.binomtest(beyond, SIZE, 2 * stats.norm.sf(level)).pvalue > 1e-4


@pytest.mark.parametrize("lag", [1, 2, 15, 16, 17, 31, 32, 33, 64, 500])
def test_draws_at_any_lag_are_uncorrelated(draws, lag):
    # Lag 32 pairs the two outputs of one transform, lag 64 successive outputs of one lane.
    first, second = draws[:-lag], draws[lag:]
    for f in (lambda z: z, lambda z: z**2 - 1, np.abs):
        assert abs(np.corrcoef(f(first), f(second))[0, 1]) < 4.5 / np.sqrt(SIZE)


def test_the_two_outputs_of_a_transform_fill_the_circle_evenly(draws):
    pairs = draws.reshape(-1, 2, normals.LANES)
    angle = np.arctan2(pairs[:, 1], pairs[:, 0]).ravel()
    assert stats.kstest(angle, stats.uniform(-np.pi, 2 * np.pi).cdf).pvalue > 1e-3


def test_transform_is_box_muller():
    rng = np.random.default_rng(3)
    radius_word, angle_word = rng.integers(0, 2**32, (2, 20_000), dtype=np.uint32)
    # The extreme words too: the largest radius, radius zero, and all four quadrants.
    radius_word[:4], angle_word[:4] = [0, 2**32 - 1, 1, 2], [0, 1, 2**32 - 1, 2**31]
    got = np.array([transform(a, b) for a, b in zip(radius_word, angle_word, strict=True)])
    radius = np.sqrt(-2 * np.log(((radius_word >> 1) + 0.5) * 2.0**-31))
    radius = np.where(angle_word & 1, -radius, radius)
    angle = (angle_word.view(np.int32) >> 1) * np.pi * 2.0**-31
    # Float32 rounds u near 1, where the radius is small: an absolute error of 1e-3 in one draw of 10^7, 1e-6 elsewhere.
    typical = np.abs(radius) > 0.05
    assert np.allclose(got[:, 0][typical], (radius * np.cos(angle))[typical], rtol=0, atol=3e-6)
    assert np.allclose(got[:, 1][typical], (radius * np.sin(angle))[typical], rtol=0, atol=3e-6)
    assert np.abs(got).max() <= normals.MAX_NORMAL and np.isfinite(got).all()


def transform(radius_word, angle_word):
    return normals.box_muller.py_func(radius_word, angle_word)


def test_lanes_are_xoshiro128pp():
    state = normals.states(np.random.default_rng(0), 1)[0]
    ours, words = state.copy(), np.empty(normals.LANES, np.uint32)
    for _ in range(5):
        normals.advance(ours, words)
        expected = [xoshiro(state, lane) for lane in range(normals.LANES)]
        assert words.tolist() == expected
    assert np.array_equal(ours, state)


def xoshiro(state, lane):
    """One step of the published generator in Python integers."""
    mask = 2**32 - 1
    rotate = lambda x, k: (x << k | x >> (32 - k)) & mask  # noqa: E731
    s = [int(v) for v in state[:, lane]]
    result = (rotate((s[0] + s[3]) & mask, 7) + s[0]) & mask
    t = s[1] << 9 & mask
    s[2] ^= s[0]
    s[3] ^= s[1]
    s[1] ^= s[2]
    s[0] ^= s[3]
    s[2] ^= t
    s[3] = rotate(s[3], 11)
    state[:, lane] = s
    return result


def test_streams_are_independent_of_their_number_and_distinct():
    few = normals.states(np.random.default_rng(5), 3)
    many = normals.states(np.random.default_rng(5), 9)
    assert np.array_equal(few, many[:3])
    assert len({s.tobytes() for s in many}) == 9
    rng = np.random.default_rng(5)
    assert not np.array_equal(normals.states(rng, 3), normals.states(rng, 3))


def test_rows_equal_single_fills():
    state = normals.states(np.random.default_rng(5), 3)
    rows, single = np.empty((3, 64), np.float32), np.empty((3, 64), np.float32)
    normals.fill_rows(state.copy(), rows)
    for s, row in zip(state, single, strict=True):
        normals.fill(s, row)
    assert np.array_equal(rows, single)
