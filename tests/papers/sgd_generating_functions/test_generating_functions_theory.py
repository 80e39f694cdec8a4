"""Closed forms of the paper against brute force, limits, and one another."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import zeta

from optclaims.papers.sgd_generating_functions import kernels
from optclaims.papers.sgd_generating_functions.theory import (
    asymptotics,
    exact_moments,
    generating_function,
    optima,
    spectra,
    stability,
)
from optclaims.science import moments

SETTINGS = [
    {"lr": 0.3, "momentum": 0.0, "gamma": 0.5, "tau1": 1.0, "tau2": 1.0},
    {"lr": 0.2, "momentum": 0.6, "gamma": 0.3, "tau1": 0.8, "tau2": 0.0},
    {"lr": 0.3, "momentum": -0.4, "gamma": 0.7, "tau1": 1.0, "tau2": -1.0},
]


# Spectra


@pytest.mark.parametrize("modes", [1, 150, 201, 10_000])
@pytest.mark.parametrize("power", [1.0, 2.0])
def test_compressed_spectrum_sums_like_the_full_one(modes, power):
    compressed = spectra.power_law(1.5, 1.0, modes)
    k = np.arange(1.0, modes + 1)
    assert compressed.trace(power) == pytest.approx(np.sum(k ** (-1.5 * power)), rel=1e-6)
    assert compressed.signal() == pytest.approx(np.sum(k**-2.0), rel=1e-6)


def test_compressed_recursion_agrees_with_the_full_one():
    k = np.arange(1.0, 5001)
    times = np.array([1, 10, 100, 1000])
    setting = {"lr": 0.3, "momentum": 0.4, "gamma": 0.5}
    full = moments.losses(k**-1.5, k**-2.0, times, **setting)
    compressed = moments.losses(times=times, **spectra.power_law(1.5, 1.0, 5000).arrays, **setting)
    np.testing.assert_allclose(compressed, full, rtol=2e-6)


def test_infinite_spectra_sum_to_zeta_functions():
    spectrum = spectra.power_law(1.5, 3.0, np.inf)
    assert spectrum.trace() == pytest.approx(zeta(1.5), rel=1e-6)
    assert spectrum.signal(-1) == pytest.approx(zeta(2.5), rel=1e-6)


def test_a_spectrum_without_trace_is_refused_where_the_trace_is_needed():
    spectrum = spectra.power_law(0.75, 0.5, np.inf)
    for call in (
        spectrum.trace,
        lambda: stability.critical_lr(spectrum, 0.0, 1.0),
        lambda: stability.lambda_crit(spectrum),
    ):
        with pytest.raises(ValueError, match="not summable"):
            call()
    assert spectrum.trace(2) == pytest.approx(zeta(1.5), rel=1e-5)
    assert stability.growth_rate(spectrum, lr=0.05, momentum=0.3, gamma=1.0) > 0


@pytest.mark.parametrize(
    ("arguments", "message"), [((0, 1, 10), "positive"), ((1, -1, 10), "positive"), ((1, 1, 0), "mode")]
)
def test_impossible_spectra_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        spectra.power_law(*arguments)


def test_spectrum_of_a_kernel(rng):
    kernel, error = kernels.random_orthogonal(40, 1.5, 1.0, rng)
    spectrum = spectra.from_kernel(kernel, error)
    k = np.arange(1.0, 41)
    np.testing.assert_allclose(spectrum.eigenvalues, k**-1.5, rtol=1e-10)
    np.testing.assert_allclose(spectrum.density, k**-2.0, rtol=1e-8)
    assert spectrum.signal() == pytest.approx(np.mean(error**2))


def test_kernels_that_are_not_kernels_are_refused(rng):
    with pytest.raises(ValueError, match="symmetric"):
        spectra.from_kernel(rng.standard_normal((5, 5)), np.ones(5))
    with pytest.raises(ValueError, match="symmetric"):
        spectra.from_kernel(np.eye(5), np.ones(4))


def test_fit_recovers_a_power_law_and_clamp_keeps_its_tail():
    spectrum = spectra.power_law(1.5, 2.0, 150)
    law = spectra.fit_power_law(spectra.power_law(1.5, 2.0, 100_000, head=100_000), 10, 100)
    assert (law.nu, law.kappa) == (pytest.approx(1.5), pytest.approx(2.0, rel=0.03))
    clamped = spectra.clamp(spectrum, 5)
    assert np.all(clamped.density[:5] == spectrum.density[4]) and np.all(clamped.density[5:] == spectrum.density[5:])


# Second moments of finite data


def plain_exact(kernel, error, steps, alpha, beta, gamma):
    """The recursion of C = E d d', J = E d p', P = E p p' as the paper writes it."""
    n, k = len(error), kernel / len(error)
    c, j, p, losses = np.outer(error, error), np.zeros_like(kernel), np.zeros_like(kernel), []
    for _ in range(steps + 1):
        losses.append(np.trace(c) / (2 * n))
        noise = gamma * alpha**2 * (n * k @ np.diag(np.diag(c)) @ k - k @ c @ k)
        common = noise + alpha**2 * k @ c @ k - alpha * beta * (k @ j + (k @ j).T) + beta**2 * p
        c, j, p = (
            c - alpha * (k @ c + (k @ c).T) + beta * (j + j.T) + common,
            beta * j - alpha * (k @ c).T + common,
            common,
        )
    return np.array(losses)


@pytest.mark.parametrize("beta", [0.0, 0.5, -0.6])
def test_exact_moments_agree_with_the_plain_recursion(rng, beta):
    kernel, error = kernels.random_orthogonal(25, 1.2, 1.0, rng)
    fast = exact_moments.exact_losses(kernel, error, 30, lr=0.4, momentum=beta, gamma=0.3)
    np.testing.assert_allclose(fast, plain_exact(kernel, error, 30, 0.4, beta, 0.3), rtol=1e-11)


def test_exact_moments_do_not_amplify_rounding(rng):
    inputs = rng.standard_normal((80, 5))
    kernel, error = kernels.normalised(kernels.relu_ntk(inputs)), rng.standard_normal(80)
    loss = exact_moments.exact_losses(kernel, error, 400, lr=0.8, momentum=0.5, gamma=0.1)
    assert np.all(np.diff(loss[50:]) < 0)


def test_one_step_by_enumeration_of_all_batches(rng):
    kernel, error = kernels.random_orthogonal(6, 1.0, 1.0, rng)
    after = [error - 0.5 * kernel[:, [i, j]] @ error[[i, j]] / 2 for i in range(6) for j in range(i)]
    loss = exact_moments.exact_losses(kernel, error, 1, lr=0.5, momentum=0.0, gamma=moments.noise_factor(2, 6))
    assert loss[1] == pytest.approx(np.mean(np.square(after)) / 2, rel=1e-12)


def test_translation_invariant_kernels_need_tau2_equal_one(rng):
    kernel, error = kernels.circulant(50, 1.5, rng)
    setting = {"lr": 0.5, "momentum": 0.3, "gamma": moments.noise_factor(5, 50)}
    exact = exact_moments.exact_losses(kernel, error, 40, **setting)
    spectrum = spectra.from_kernel(kernel, error)
    reduced = moments.losses(times=np.arange(41), **spectrum.arrays, **setting, tau2=np.array([1.0, -1.0]))
    np.testing.assert_allclose(reduced[0], exact, rtol=1e-11)
    assert np.max(np.abs(reduced[1] / exact - 1)) > 1e-3


# Generating function


@pytest.mark.parametrize("setting", SETTINGS)
def test_volterra_form_equals_the_recursion(setting):
    spectrum = spectra.power_law(1.5, 1.0, 300)
    u, v = generating_function.propagators(spectrum, 60, **setting)
    doubled = np.zeros(60)
    for t in range(60):
        doubled[t] = v[t] + u[:t][::-1] @ doubled[:t]
    loss = moments.losses(times=np.arange(60), **spectrum.arrays, **setting)
    np.testing.assert_allclose(doubled / 2, loss, rtol=1e-12)


@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("z", [0.5, 0.9, 0.97])
def test_transform_equals_the_series(setting, z):
    spectrum, steps = spectra.power_law(1.5, 1.0, 300), np.arange(3000)
    series = moments.losses(times=steps, **spectrum.arrays, **setting) @ z**steps
    assert generating_function.loss_transform(spectrum, z, **setting) == pytest.approx(series, rel=1e-12)
    if setting["momentum"]:
        assert generating_function.loss_transform(spectrum, z, cubic_sign=1.0, **setting) != pytest.approx(
            series, rel=1e-4
        )


@settings(deadline=None)
@given(beta=st.floats(-0.95, 0.95), z=st.floats(-1, 1))
def test_polynomial_without_eigenvalue_factorises(beta, z):
    expected = (1 - z) * (1 - beta * z) * (1 - beta**2 * z)
    assert generating_function.mode_polynomial(0.0, z, beta) == pytest.approx(expected, abs=1e-12)


@settings(deadline=None)
@given(beta=st.floats(-0.9, 0.9), lr=st.floats(0.01, 0.15), gamma=st.floats(0, 1), tau2=st.sampled_from([0.0, 1.0]))
def test_values_at_one(beta, lr, gamma, tau2):
    spectrum = spectra.power_law(1.5, 3.0, 100)
    setting = {"lr": lr, "momentum": beta, "gamma": gamma, "tau2": tau2}
    assert stability.utilde_one(spectrum, **setting) == pytest.approx(
        generating_function.utilde(spectrum, 1.0, **setting), rel=1e-9
    )
    assert stability.signal_sum(spectrum, **setting) == pytest.approx(
        generating_function.vtilde(spectrum, 1.0, **setting), rel=1e-9
    )


def test_total_loss_is_the_transform_at_one():
    spectrum = spectra.power_law(1.5, 3.0, 20, head=20)
    setting = {"lr": 0.3, "momentum": 0.2, "gamma": 0.5}
    total = moments.losses(times=np.arange(20_000), **spectrum.arrays, **setting).sum()
    u, v = stability.utilde_one(spectrum, **setting), stability.signal_sum(spectrum, **setting)
    assert v / (2 * (1 - u)) == pytest.approx(total, rel=1e-6)


# Stability


@pytest.mark.parametrize("beta", [-0.6, 0.0, 0.5, 0.9])
def test_boundary_divides_growth_from_decay(beta):
    spectrum = spectra.power_law(1.5, 1.0, 1000)
    critical = stability.critical_lr(spectrum, beta, 1.0)
    ends = moments.losses(
        times=[2000, 4000], **spectrum.arrays, lr=critical * np.array([0.95, 1.05]), momentum=beta, gamma=1.0
    )
    assert ends[0, 1] < 0.9 * ends[0, 0] and ends[1, 1] > ends[1, 0]


def test_growth_rate_is_that_of_the_recursion():
    spectrum = spectra.power_law(1.5, 1.0, 1000)
    setting = {"lr": 1.1 * stability.critical_lr(spectrum, 0.5, 1.0), "momentum": 0.5, "gamma": 1.0}
    ends = moments.losses(times=[3000, 4000], **spectrum.arrays, **setting)
    assert np.log(ends[1] / ends[0]) / 1000 == pytest.approx(stability.growth_rate(spectrum, **setting), rel=1e-4)
    assert stability.growth_rate(spectrum, lr=0.01, momentum=0.5, gamma=1.0) == 0
    with pytest.raises(ValueError, match="gradient limit"):
        stability.growth_rate(spectrum, lr=3.1, momentum=0.5, gamma=1.0)


def test_known_values_of_lambda_crit():
    values = [stability.lambda_crit(spectra.power_law(nu, 1.0, 1000)) for nu in (1.2, 1.5, 2.0)]
    np.testing.assert_allclose(values, [4.0496, 2.1477, 1.1065], rtol=5e-5)
    spectrum = spectra.power_law(1.5, 1.0, 1000)
    assert stability.lambda_crit(spectrum, tau2=0.0) == pytest.approx(spectrum.trace())


@given(beta=st.floats(-0.95, 0.95), gamma=st.floats(0.01, 1.0))
@settings(max_examples=30, deadline=None)
def test_boundary_lies_below_both_lines(beta, gamma):
    spectrum = spectra.power_law(1.5, 1.0, 1000)
    lines = stability.stability_lines(spectrum, [beta], gamma)
    assert lines["boundary"][0] <= min(lines["noiseless"][0], lines["lambda_crit"][0]) * (1 + 1e-9)


def test_status_names_what_diverges_and_a_pole_is_not_stability():
    spectrum = spectra.power_law(1.5, 1.0, 1000)
    found = stability.status(spectrum, lr=np.array([0.1, 1.5, 2.5, 9.0]), momentum=0.0, gamma=1.0)
    assert list(found) == [stability.CONVERGES, stability.NOISE_DIVERGES, *[stability.GRADIENT_DIVERGES] * 2]
    assert np.isinf(stability.utilde_one(spectrum, lr=1.9, momentum=0.0, gamma=0.9, tau2=-1.0))


@pytest.mark.parametrize(
    ("changed", "message"),
    [({"momentum": 1.0}, "momentum"), ({"gamma": 1.2}, "gamma"), ({"lr": -0.1}, "learning rate")],
)
def test_settings_out_of_range_are_refused(changed, message):
    with pytest.raises(ValueError, match=message):
        stability.utilde_one(spectra.power_law(1.5, 1.0, 10), **({"lr": 0.1, "momentum": 0.0, "gamma": 0.5} | changed))


# Asymptotics and optima


@pytest.mark.parametrize(
    ("nu", "kappa", "phase"),
    [(1.5, 1.0, "signal"), (1.5, 3.0, "noise"), (0.75, 0.5, "eventual divergence"), (0.4, 1.0, "immediate divergence")],
)
def test_phases(nu, kappa, phase):
    assert asymptotics.phase(spectra.PowerLaw(nu, kappa)) == phase


@pytest.mark.parametrize(("nu", "kappa", "bound"), [(1.5, 0.75, 0.01), (2.0, 5.0, 0.01)])
def test_laws_hold_late_and_wrong_constants_do_not(nu, kappa, bound):
    spectrum = spectra.power_law(nu, kappa, 1e9)
    setting = {"lr": 0.2, "momentum": 0.3, "gamma": 0.5}
    loss = moments.losses(times=[20_000], **spectrum.arrays, **setting)[0]
    law = asymptotics.two_laws(spectrum, [20_000], **setting)[0]
    assert abs(loss / law - 1) < bound
    assert abs(loss / law * (1 - stability.utilde_one(spectrum, **setting)) - 1) > 5 * bound


def test_propagators_follow_their_power_laws():
    spectrum = spectra.power_law(2.0, 1.0, 1e9)
    setting = {"lr": 0.3, "momentum": 0.4, "gamma": 0.7}
    u, v = generating_function.propagators(spectrum, 3000, **setting)
    c_u = asymptotics.propagator_constant(spectrum.law, **setting)
    assert u[-1] / (c_u * 2999 ** (1 / 2 - 2)) == pytest.approx(1, abs=0.01)
    free = asymptotics.signal_constant(spectrum, **(setting | {"gamma": 0.0})) * 2
    assert v[-1] / (free * 2999**-0.5) == pytest.approx(1, abs=0.01)


def test_constants_are_infinite_where_nothing_converges():
    spectrum = spectra.power_law(1.5, 3.0, 1e6)
    setting = {"lr": np.array([0.1, 1.9]), "momentum": 0.0, "gamma": 1.0}
    for constant in (asymptotics.signal_constant, asymptotics.noise_constant):
        values = constant(spectrum, **setting)
        assert np.isfinite(values[0]) and np.isinf(values[1])


def test_transition_time_is_where_both_laws_meet():
    spectrum = spectra.power_law(2.0, 4.0, 1e9)
    setting = {"lr": 0.2, "momentum": 0.0, "gamma": 1.0}
    time = asymptotics.transition_time(spectrum, **setting)
    assert time == pytest.approx(153.8, rel=1e-3)
    signal = asymptotics.signal_constant(spectrum, **setting) * time**-2.0
    assert asymptotics.two_laws(spectrum, [time], **setting)[0] == pytest.approx(2 * signal, rel=1e-9)
    with pytest.raises(ValueError, match="no transition"):
        asymptotics.transition_time(spectra.power_law(1.5, 1.0, 1e9), **setting)


def test_best_rates_against_numerical_minimisation():
    signal, noise = spectra.power_law(1.5, 1.0, np.inf), spectra.power_law(1.5, 3.0, np.inf)
    assert optima.best_rate_signal(signal, 1.0) == pytest.approx(
        optima.numerical_best_rate(signal, gamma=1.0), rel=1e-5
    )
    numerical = optima.numerical_best_rate(noise, asymptotics.noise_constant, gamma=1.0)
    assert optima.best_rate_noise(noise, 1.0) == pytest.approx(numerical, rel=1e-5)
    assert optima.best_rate_noise(noise, 1.0) == pytest.approx(0.10937, rel=1e-4)


@pytest.mark.parametrize(("nu", "kappa"), [(1.25, 2.0), (1.5, 3.0), (2.0, 5.0), (3.0, 8.0)])
def test_momentum_derivative(nu, kappa):
    spectrum = spectra.power_law(nu, kappa, np.inf)
    lr = optima.best_rate_noise(spectrum, 1.0)
    numerical = optima.numerical_momentum_derivative(spectrum, lr, gamma=1.0)
    assert optima.momentum_derivative(spectrum, lr) == pytest.approx(numerical, rel=1e-5)
    assert optima.momentum_derivative(spectrum, lr, factor=1.0) != pytest.approx(numerical, rel=0.05)
    assert optima.trace_difference(spectrum) > 0


def test_distortion_reverses_the_trace_inequality():
    values = [optima.trace_difference(spectra.clamp(spectra.power_law(1.5, kappa, 1e4), 5)) for kappa in (3.0, 4.0)]
    np.testing.assert_allclose(values, [-1.29, -0.54], atol=0.005)
