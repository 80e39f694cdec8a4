"""Closed forms of the paper against brute force, limits, and one another."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import zeta

from optclaims.papers.sgd_generating_functions import problems
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


@pytest.mark.parametrize("nu", [1.01, 1.1, 1.25])
def test_the_trace_of_an_infinite_spectrum_is_whole_for_exponents_near_one(nu):
    spectrum = spectra.power_law(nu, 3.0, np.inf)
    assert spectrum.trace() == pytest.approx(zeta(nu), rel=1e-7)
    assert spectrum.signal() == pytest.approx(zeta(4.0), rel=1e-6)
    finite = spectra.power_law(nu, 3.0, 1e59)
    missing = (1e59 + 0.5) ** (1 - nu) / (nu - 1)
    assert spectrum.trace() - finite.trace() == pytest.approx(missing, rel=1e-3, abs=1e-9)


def test_what_an_infinite_spectrum_cannot_sum_is_refused():
    with pytest.raises(ValueError, match="not summable"):
        spectra.power_law(1.5, 1.0, np.inf).signal(-1)
    with pytest.raises(ValueError, match="not summable"):
        spectra.power_law(0.55, 1.0, np.inf).trace(1.8)
    assert spectra.power_law(0.55, 1.0, np.inf).trace(2) == pytest.approx(zeta(1.1), rel=1e-6)


@pytest.mark.parametrize("kappa", [0.5, 1.0, 2.0])
@pytest.mark.parametrize("window", [(10, 100), (300, 30_000), (5000, 10**7)])
def test_a_fit_counts_modes_and_not_nodes(kappa, window):
    law = spectra.fit_power_law(spectra.power_law(1.5, kappa, np.inf), *window)
    assert law.nu == pytest.approx(1.5, rel=1e-3)
    assert law.kappa == pytest.approx(kappa, rel=0.02 if window[0] < 100 else 2e-3)
    assert law.scale == pytest.approx(1.0, rel=5e-3)
    assert law.signal == pytest.approx(1 / kappa, rel=0.2 if window[0] < 100 else 0.05)


@settings(deadline=None, max_examples=20)
@given(seed=st.integers(0, 1000))
def test_a_fit_does_not_see_how_equal_modes_are_written(seed):
    rng = np.random.default_rng(seed)
    times = 2 * rng.integers(0, 3, 12) + 1  # an odd number has one mode in the middle
    values, q = np.sort(rng.random(12))[::-1], rng.random(12)
    packed = spectra.Spectrum(values, q, times)
    middle = np.cumsum(times) - times // 2
    tail = np.cumsum(np.repeat(q, times)[::-1])[::-1][middle - 1]
    law = spectra.fit_power_law(packed, 1, 100)
    slope = np.polyfit(np.log(middle), np.log(values), 1, w=np.sqrt(times))
    tail_slope = np.polyfit(np.log(middle), np.log(tail), 1, w=np.sqrt(times))
    assert (law.nu, np.log(law.scale)) == (pytest.approx(-slope[0]), pytest.approx(slope[1]))
    assert (law.kappa, np.log(law.signal)) == (pytest.approx(-tail_slope[0]), pytest.approx(tail_slope[1]))


@pytest.mark.parametrize(
    ("arguments", "message"), [((0, 1, 10), "positive"), ((1, -1, 10), "positive"), ((1, 1, 0), "mode")]
)
def test_impossible_spectra_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        spectra.power_law(*arguments)


def test_spectrum_of_a_kernel(rng):
    kernel, error = problems.random_orthogonal(40, 1.5, 1.0, rng)
    spectrum = spectra.from_kernel(kernel, error)
    k = np.arange(1.0, 41)
    np.testing.assert_allclose(spectrum.eigenvalues, k**-1.5, rtol=1e-10)
    np.testing.assert_allclose(spectrum.density, k**-2.0, rtol=1e-8)
    assert spectrum.signal() == pytest.approx(np.mean(error**2))


def test_kernels_that_are_not_kernels_are_refused(rng):
    with pytest.raises(ValueError, match="symmetric"):
        spectra.from_kernel(rng.standard_normal((5, 5)), np.ones(5))
    with pytest.raises(ValueError, match="kernel must have shape"):
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
    kernel, error = problems.random_orthogonal(25, 1.2, 1.0, rng)
    fast = exact_moments.exact_losses(kernel, error, 30, lr=0.4, momentum=beta, gamma=0.3)
    np.testing.assert_allclose(fast, plain_exact(kernel, error, 30, 0.4, beta, 0.3), rtol=1e-11)


def test_exact_moments_do_not_amplify_rounding(rng):
    inputs = rng.standard_normal((80, 5))
    kernel, error = problems.normalised(problems.relu_ntk(inputs)), rng.standard_normal(80)
    loss = exact_moments.exact_losses(kernel, error, 400, lr=0.8, momentum=0.5, gamma=0.1)
    assert np.all(np.diff(loss[50:]) < 0)


def test_one_step_by_enumeration_of_all_batches(rng):
    kernel, error = problems.random_orthogonal(6, 1.0, 1.0, rng)
    after = [error - 0.5 * kernel[:, [i, j]] @ error[[i, j]] / 2 for i in range(6) for j in range(i)]
    loss = exact_moments.exact_losses(kernel, error, 1, lr=0.5, momentum=0.0, gamma=moments.noise_factor(2, 6))
    assert loss[1] == pytest.approx(np.mean(np.square(after)) / 2, rel=1e-12)


def test_translation_invariant_kernels_need_tau2_equal_one(rng):
    kernel, error = problems.circulant(50, 1.5, rng)
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


@pytest.mark.parametrize("tau2", [-1.0, -0.3, 0.5, 1.0])
@pytest.mark.parametrize("gamma", [0.3, 1.0])
@pytest.mark.parametrize("momentum", [-0.5, 0.0, 0.9])
@pytest.mark.parametrize("lr", [0.3, 0.8, 1.2])
def test_growth_is_that_of_the_recursion_beyond_poles_too(lr, momentum, gamma, tau2):
    spectrum = spectra.power_law(1.5, 1.0, 60)
    setting = {"lr": lr, "momentum": momentum, "gamma": gamma, "tau1": 0.9, "tau2": tau2}
    if lr >= stability.gradient_limit(spectrum, momentum):
        pytest.skip("beyond the gradient limit")
    growth = stability.growth_rate(spectrum, **setting)
    assert (growth > 0) == (stability.status(spectrum, **setting) == stability.NOISE_DIVERGES)
    ends = moments.losses(times=[150, 200], **spectrum.arrays, **setting)
    if growth > 0:
        assert np.log(ends[1] / ends[0]) / 50 == pytest.approx(growth, rel=1e-3, abs=1e-4)
    else:
        assert ends[1] < ends[0]


def test_what_is_too_slow_to_resolve_is_not_called_convergence():
    spectrum = spectra.power_law(0.75, 0.5, np.inf)
    with pytest.raises(ValueError, match="cannot be resolved"):
        stability.growth_rate(spectrum, lr=1e-5, momentum=0.0, gamma=1.0)
    with pytest.raises(ValueError, match=r"gamma \* tau2"):
        stability.growth_rate(spectrum, lr=0.1, momentum=0.0, gamma=1.0, tau2=1.5)


@pytest.mark.parametrize("gamma", [0.4, 1.0])
@pytest.mark.parametrize("momentum", [-0.4, 0.3])
def test_growth_at_small_rates(momentum, gamma):
    spectrum = spectra.power_law(0.75, 0.5, np.inf)
    ratio = []
    for lr in (8e-3, 1e-3):
        setting = {"lr": lr, "momentum": momentum, "gamma": gamma}
        ratio.append(stability.growth_rate(spectrum, **setting) / stability.small_rate_growth(spectrum, **setting))
    assert abs(ratio[1] - 1) < 0.03 and abs(ratio[1] - 1) < 0.6 * abs(ratio[0] - 1)


@pytest.mark.parametrize("setting", SETTINGS)
def test_a_mode_alone_grows_by_the_largest_eigenvalue_of_its_map(setting):
    spectrum = spectra.power_law(1.5, 1.0, 3)
    growth = []
    for x in setting["lr"] * spectrum.eigenvalues:
        b, g = setting["momentum"], setting["gamma"] * setting["tau2"]
        rotate = np.array([[1 - x, b], [-x, b]])
        noise = np.outer(np.ones(4), [1, 0, 0, 0])
        growth.append(np.abs(np.linalg.eigvals(np.kron(rotate, rotate) - g * x**2 * noise)).max())
    assert generating_function.largest_growth(spectrum, **setting) == pytest.approx(max(growth), rel=1e-10)


@pytest.mark.parametrize(("tau1", "tau2"), [(1.0, 1.0), (0.7, 0.0), (1.3, 0.5), (0.8, -0.5)])
def test_lambda_crit_solves_its_equation_and_bounds_the_boundary(tau1, tau2):
    spectrum = spectra.power_law(1.5, 1.0, 1000)
    value = stability.lambda_crit(spectrum, tau1, tau2)
    terms = spectrum.eigenvalues / (value + tau2 * spectrum.eigenvalues)
    assert tau1 * np.sum(spectrum.weights * terms) == pytest.approx(1, rel=1e-9)
    for momentum in (-0.5, 0.0, 0.8):
        critical = stability.critical_lr(spectrum, momentum, 0.6, tau1, tau2)
        assert critical / (1 - momentum) < 2 / (0.6 * value)
        if critical < stability.gradient_limit(spectrum, momentum):
            one = stability.utilde_one(spectrum, lr=critical, momentum=momentum, gamma=0.6, tau1=tau1, tau2=tau2)
            assert one == pytest.approx(1, rel=1e-6)
    near = stability.critical_lr(spectrum, 1 - 1e-6, 0.6, tau1, tau2) / 1e-6
    assert near == pytest.approx(2 / (0.6 * value), rel=1e-4)


def test_lines_are_what_they_are_called():
    spectrum = spectra.power_law(1.5, 1.0, 1000)
    lines = stability.stability_lines(spectrum, [-0.3, 0.6], 0.4, tau2=0.5)
    for i, momentum in enumerate((-0.3, 0.6)):
        assert lines["boundary"][i] == stability.critical_lr(spectrum, momentum, 0.4, tau2=0.5)
        assert lines["noiseless"][i] == pytest.approx(2 * (1 + momentum))
        assert lines["lambda_crit"][i] == pytest.approx(
            2 * (1 - momentum) / 0.4 / stability.lambda_crit(spectrum, 1.0, 0.5)
        )


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
    [({"momentum": 1.0}, "momentum"), ({"gamma": 1.2}, "gamma"), ({"lr": -0.1}, "lr must be positive")],
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


@pytest.mark.parametrize(("nu", "kappa", "beta"), [(1.5, 0.8, 0.0), (1.3, 2.3, 0.6), (1.2, 0.5, -0.5)])
def test_the_signal_law_is_the_loss_of_gradient_descent(nu, kappa, beta):
    spectrum, setting = spectra.power_law(nu, kappa, 1e12), {"lr": 0.3, "momentum": beta, "gamma": 0.0}
    loss = moments.losses(**spectrum.arrays, times=[100_000], **setting)[..., 0]
    law = asymptotics.signal_constant(spectrum, **setting) * 1e5 ** (-kappa / nu)
    assert law == pytest.approx(loss, rel=2e-3)
    scaled = dataclasses.replace(spectrum, law=spectra.PowerLaw(nu, kappa, 2.0, 3.0))
    ratio = asymptotics.signal_constant(scaled, **setting) / asymptotics.signal_constant(spectrum, **setting)
    assert ratio == pytest.approx(3 * kappa * 2 ** (-kappa / nu))


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


@pytest.mark.parametrize(("gamma", "tau1"), [(1.0, 1.0), (0.5, 1.0), (0.8, 0.6)])
@pytest.mark.parametrize("nu", [1.5, 2.5])
def test_best_rates_where_they_are_exact(nu, gamma, tau1):
    noise = {"gamma": gamma, "tau1": tau1, "tau2": 1 / gamma}
    signal = spectra.power_law(nu, 1.3, np.inf)
    assert optima.best_rate_signal(signal, gamma, tau1) == pytest.approx(
        optima.numerical_best_rate(signal, **noise), rel=1e-5
    )
    late = spectra.power_law(nu, 3 * nu, np.inf)
    assert optima.best_rate_noise(late, gamma, tau1) == pytest.approx(
        optima.numerical_best_rate(late, asymptotics.noise_constant, **noise), rel=1e-5
    )


def test_a_slope_lies_between_the_two_laws_and_tends_to_the_slower():
    spectrum, setting = spectra.power_law(2.0, 4.0, 1e9), {"lr": 0.2, "momentum": 0.3, "gamma": 0.5}
    early, late = (
        asymptotics.local_slope(spectrum, 2, 3, **setting),
        asymptotics.local_slope(spectrum, 1e8, 1e9, **setting),
    )
    assert 1.5 < late < 1.5005 < early < 2.0
    ends = asymptotics.two_laws(spectrum, [40.0, 70.0], **setting)
    assert asymptotics.local_slope(spectrum, 40, 70, **setting) == pytest.approx(
        np.log(ends[0] / ends[1]) / np.log(7 / 4)
    )


def test_clamping_replaces_what_is_above():
    clamped = spectra.clamp(spectra.power_law(1.5, 2.0, 150), 5)
    np.testing.assert_allclose(clamped.density[:7], np.r_[[5.0**-3] * 5, 6.0**-3, 7.0**-3])


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
