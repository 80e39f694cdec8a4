import numpy as np
import pytest

from optclaims.papers.iterate_averaging import simulation, theory

SETTINGS = [(0.1, 1.0, 0.5, 50, 2.0), (0.5, 2.0, 1.0, 7, 1.0), (0.02, 0.5, 0.3, 40, -3.0), (1.5, 1.0, 0.7, 9, 1.0)]


@pytest.mark.parametrize("setting", SETTINGS)
def test_closed_forms_are_sums_over_all_noises(setting):
    lr, curvature, sigma, n, start = setting
    a = 1 - lr * curvature
    k = np.arange(1, n + 1)
    # w_k = a^k w_0 - lr sum_{j <= k} a^(k-j) xi_j
    weights = np.where(k[:, None] >= k, a ** np.maximum(k[:, None] - k, 0.0), 0.0)
    for form, row, power in (
        (theory.last(*setting), weights[-1], a**n),
        (theory.average(*setting), weights.mean(axis=0), np.mean(a**k)),
    ):
        assert form.mean == pytest.approx(power * start, rel=1e-12)
        assert form.variance == pytest.approx(lr**2 * sigma**2 * np.sum(row**2), rel=1e-12)


@pytest.mark.parametrize("setting", SETTINGS)
def test_the_recursion_is_the_closed_form(setting):
    for one, other in zip(theory.recursion(*setting), (theory.last(*setting), theory.average(*setting)), strict=True):
        assert one.mean == pytest.approx(other.mean, rel=1e-12)
        assert one.variance == pytest.approx(other.variance, rel=1e-12)


def test_the_variance_of_a_long_average_does_not_know_the_learning_rate():
    found = theory.average(np.array([0.3, 1.0, 1.7]), 1.0, 2.0, 10**6, 0.0).variance
    assert found == pytest.approx(4 / 10**6, rel=1e-5)


def test_too_large_a_learning_rate_is_refused():
    with pytest.raises(ValueError, match="lr must be below 2 / curvature"):
        theory.last(1.0, 2.0, 1.0, 5, 1.0)


def test_risk_and_deviation_of_drawn_gaussians():
    mean, variance = np.array([1.0, -0.5, 0.0]), np.array([0.2, 1.0, 3.0])
    w = mean + variance**0.5 * np.random.default_rng(0).standard_normal((400_000, 3))
    moments, curvature = theory.Moments(mean, variance), np.array([1.0, 2.0, 0.3])
    assert theory.risk(moments, curvature) == pytest.approx((w**2 @ curvature).mean() / 2, rel=0.01)
    norms = (w**2).sum(axis=1)
    assert theory.relative_deviation(moments) == pytest.approx(norms.std() / norms.mean(), rel=0.01)


def test_a_preconditioner_is_a_learning_rate():
    lr, curvature = np.array([0.1, 0.4]), np.array([2.0, 1.0])
    together = theory.average(lr, curvature, 1.0, 30, 1.0)
    alone = theory.average(0.4, 1.0, 1.0, 30, 1.0)
    assert together.mean[1] == alone.mean
    assert together.variance[1] == alone.variance


def test_runs_have_these_moments():
    lr, curvature = np.array([0.1, 0.8]), np.array([1.0, 2.0])
    found = simulation.descend(np.random.default_rng(0), 40_000, lr, curvature, 0.7, 20, 1.5)
    for w, form in zip(found, (theory.last, theory.average), strict=True):
        mean, variance = form(lr, curvature, 0.7, 20, 1.5)
        assert w.mean(axis=0) == pytest.approx(mean, abs=4.5 * (variance.max() / 40_000) ** 0.5)
        assert w.var(axis=0) == pytest.approx(variance, rel=4.5 * (2 / 40_000) ** 0.5)


def test_without_noise_a_run_is_the_mean():
    w, average = simulation.descend(np.random.default_rng(0), 1, 0.3, [0.5, 2.0], 0.0, 12, 2.0)
    assert w[0] == pytest.approx(theory.last(0.3, np.array([0.5, 2.0]), 0.0, 12, 2.0).mean)
    assert average[0] == pytest.approx(theory.average(0.3, np.array([0.5, 2.0]), 0.0, 12, 2.0).mean)


@pytest.mark.parametrize(
    ("keep", "every", "samples"), [(0.9, 1, 40), (0.9, 5, 8), (0.3, 2, 7), (0.0, 3, 5), (0.6, 1, 1)]
)
def test_thinned_is_the_mean_over_all_pairs(keep, every, samples):
    k = np.arange(samples)
    pairs = keep ** (every * np.abs(k[:, None] - k).astype(float))
    assert theory.thinned(keep, every, samples) == pytest.approx(pairs.mean(), rel=1e-12)


def test_inflation_is_the_limit_of_small_steps_and_long_averages():
    every, samples = np.array([100, 1000, 5000]), 10**6
    found = theory.thinned(0.999, every, samples) / theory.thinned(0.999, 1, every * samples)
    assert found == pytest.approx(theory.inflation(every * 0.001), rel=4e-3)
    assert theory.inflation(0.01) == pytest.approx(1 + 0.01**2 / 12, abs=1e-9)
