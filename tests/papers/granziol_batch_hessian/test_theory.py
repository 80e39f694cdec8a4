import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optclaims.papers.granziol_batch_hessian import problems, simulation, theory


def test_the_effective_batch_is_the_variance_of_a_mean_without_replacement():
    values = np.random.default_rng(0).standard_normal(12)
    rng, batch = np.random.default_rng(1), 5
    means = np.array([values[rng.choice(12, batch, replace=False)].mean() for _ in range(40_000)])
    # N / (N - 1) turns the population's variance into the unbiased one; for large N it is 1.
    assert means.var() == pytest.approx(values.var() * 12 / 11 / theory.effective_batch(batch, 12), rel=0.03)
    assert theory.effective_batch(7.0) == 7


def test_wigner_outlier_and_overlap_solve_the_resolvent_equations():
    # Above the threshold the semicircle's Stieltjes transform G satisfies G(lambda') = 1 / lambda.
    spike, sigma, P, b = 3.0, 1.3, 500, 400
    theta = sigma * np.sqrt(P / b)
    top, deviation = theory.wigner_top(spike, sigma, P, b)
    transform = (top - np.sqrt(top**2 - 4 * theta**2)) / (2 * theta**2)
    assert transform == pytest.approx(1 / spike)
    step = 1e-5
    slope = (theory.wigner_top(spike + step, sigma, P, b)[0] - theory.wigner_top(spike - step, sigma, P, b)[0]) / (
        2 * step
    )
    assert theory.wigner_overlap(spike, sigma, P, b) == pytest.approx(slope)  # first-order perturbation theory
    assert deviation == pytest.approx(sigma * np.sqrt(2 * slope / b))


def test_below_the_threshold_the_edge_and_no_overlap():
    mean, deviation = theory.wigner_top(0.3, 1.0, 1000, 1000)
    assert mean == pytest.approx(2 - 1.2065 / 100, abs=1e-4)
    assert deviation == pytest.approx(0.01268, abs=1e-4)
    assert theory.wigner_overlap(0.3, 1.0, 1000, 1000) == 0
    assert theory.wigner_top(0.3, 2.0, 1000, 1000)[0] == pytest.approx(2 * mean)


def test_laws_of_spikes_against_draws():
    rng = np.random.default_rng(0)
    for spike, b in ((4.0, 60), (0.3, 60)):
        tops, overlaps = simulation.wigner_tops(rng, spike, 120, 1 / b, 60)
        mean, deviation = theory.wigner_top(spike, 1.0, 120, b)
        assert tops.mean() == pytest.approx(mean, abs=0.5 * deviation)
        assert tops.std() == pytest.approx(deviation, rel=0.35)
        assert overlaps.mean() == pytest.approx(theory.wigner_overlap(spike, 1.0, 120, b), abs=0.03)
    for spike, b in ((8.0, 200), (1.2, 50)):
        tops = simulation.wishart_tops(rng, problems.bulk_spectrum([spike], 1.0, 100), b, 80)
        mean, deviation = theory.wishart_top(spike, 100, b)
        assert tops.mean() == pytest.approx(mean, abs=0.5 * deviation)
        assert tops.std() == pytest.approx(deviation, rel=0.35)


def test_a_multiplied_spike_of_large_size_has_the_trace_added():
    assert theory.wishart_top(1e6, 50, 10)[0] == pytest.approx(1e6 + 49 / 10, rel=1e-9)


def test_the_wishart_outlier_solves_the_resolvent_equation():
    # The companion transform m of the bulk, z = -1/m + gamma/(1 + m), is -1/lambda at the outlier.
    spike, P, b = 5.0, 801, 500
    top, deviation = theory.wishart_top(spike, P, b)
    gamma = (P - 1) / b
    roots = np.roots([top, top + 1 - gamma, 1.0])  # z m^2 + (z + 1 - gamma) m + 1 = 0
    assert roots.max() == pytest.approx(-1 / spike)
    step = 1e-5
    slope = (theory.wishart_top(spike + step, P, b)[0] - theory.wishart_top(spike - step, P, b)[0]) / (2 * step)
    assert deviation == pytest.approx(spike * np.sqrt(2 * slope / b), rel=1 / P)


def test_the_wishart_edge_is_johnstones():
    # b = 10, P = 16: mu = (3 + 4)^2 = 49, s = 7 (1/3 + 1/4)^(1/3).
    mean, deviation = theory.wishart_top(0.9, 16, 10)
    width = 7 * (7 / 12) ** (1 / 3)
    assert (mean, deviation) == pytest.approx(((49 - 1.2065336 * width) / 10, 1.2680340 * width / 10))
    below, above = (theory.wishart_top(spike, 16, 10)[0] for spike in (2.26, 2.27))  # the threshold is 2.2649
    assert below == pytest.approx(mean) and above == pytest.approx(2.27 * (1 + 15 / 12.7))


def test_resolved_shift_is_second_order_perturbation_theory():
    samples = problems.population(np.random.default_rng(0), 40, [9.0, 3.0, 1.0])
    rng, batch, C = np.random.default_rng(1), 36, theory.resolved_shift(samples)
    tops, along = simulation.batch_tops(rng, samples, batch, 20_000)
    b = theory.effective_batch(batch, 40) * 39 / 40  # the population's variance, unbiased
    assert (tops - along).mean() == pytest.approx(C / b, rel=0.05)
    moment = (samples**2).mean(axis=0)
    products = ((samples[:, 0] * samples[:, 1]) ** 2).mean(), ((samples[:, 0] * samples[:, 2]) ** 2).mean()
    assert pytest.approx(C) == products[0] / (moment[0] - moment[1]) + products[1] / (moment[0] - moment[2])
    assert theory.resolved_shift(samples, resolved=False) == pytest.approx(sum(products) / moment[0])
    with pytest.raises(ValueError, match="eigenbasis"):
        theory.resolved_shift(samples @ np.linalg.qr(rng.standard_normal((3, 3)))[0])


def moment_matrix(spectrum, lr, batch, scaling=1.0):
    """The map of E D_i^2 in one step, written out."""
    x = lr * scaling * spectrum
    return np.diag((1 - x) ** 2 + x**2 / batch) + np.outer(lr**2 * scaling**2 * spectrum, spectrum) / batch


@given(
    batch=st.sampled_from([1, 2, 7, 50]),
    spectrum=st.lists(st.floats(0.1, 5.0), min_size=1, max_size=5),
    scaled=st.booleans(),
)
def test_the_largest_stable_step_is_where_the_moments_stop_shrinking(batch, spectrum, scaled):
    spectrum = np.array(spectrum)
    scaling = 1 / (spectrum + 0.3) if scaled else np.ones(len(spectrum))
    lr = theory.largest_stable_step(spectrum, batch, scaling)
    for factor, stable in ((0.999, True), (1.001, False)):
        radius = np.abs(np.linalg.eigvals(moment_matrix(spectrum, factor * lr, batch, scaling))).max()
        assert (radius < 1) == stable


def test_limits_of_the_largest_stable_step():
    spectrum = problems.bulk_spectrum([4.0], 0.4, 2000)
    assert theory.largest_stable_step(spectrum, 1) == pytest.approx(2 / spectrum.sum(), rel=0.01)
    assert theory.largest_stable_step(spectrum, 1e9) == pytest.approx(0.5, rel=1e-6)


def test_mean_loss_is_the_moment_recursion():
    spectrum, start = np.array([2.0, 0.5, 0.1]), np.array([1.0, -2.0, 3.0])
    m, expected = start**2, [spectrum @ start**2 / 2]
    for _ in range(4):
        m = moment_matrix(spectrum, 0.2, 3) @ m
        expected.append(spectrum @ m / 2)
    assert theory.mean_loss(spectrum, 0.2, 3, start, 4) == pytest.approx(expected)
    assert theory.mean_loss(spectrum, 0.2, 3, start, 4, fourth=False)[1] < expected[1]


def test_adam_step_gives_its_risk_to_leading_order():
    spectrum = np.array([5.0, 1.0, 0.2])
    lr = theory.adam_step(spectrum, 9.0, 1.7)
    assert 1 + lr / 2 * np.sqrt(spectrum).sum() * np.sqrt(1.7 / 9) == pytest.approx(1.7)
    assert theory.adam_step(spectrum, 9.0, 1.7, factor=1.0) == pytest.approx(lr / 2)
    rng = np.random.default_rng(0)
    for batch in (1, 4):
        small = float(theory.adam_step(np.full(60, 0.5), batch, 1.1))
        risk = simulation.adam_risk(rng, np.full(60, 0.5), small, batch, 3000, 16)
        assert risk.mean() == pytest.approx(1.1, abs=0.01)


def test_least_damping_is_on_the_edge_of_stability():
    spectrum = problems.bulk_spectrum([4.0, 2.0], 0.4, 300)
    for power in (1.0, 0.5):
        delta = theory.least_damping(spectrum, 2, 0.05, 8, power=power)
        known = np.where(np.arange(300) < 2, spectrum, 0)
        for factor, stable in ((1.001, True), (0.999, False)):
            scaling = 1 / (known + factor * delta) ** power
            radius = np.abs(np.linalg.eigvals(moment_matrix(spectrum, 0.05, 8, scaling))).max()
            assert (radius < 1) == stable
    assert theory.least_damping(spectrum, 2, 1e-3, 2) == pytest.approx(1e-3 / 4 * 0.4 * 298, rel=0.02)
