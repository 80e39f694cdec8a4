import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import minimize_scalar
from scipy.special import expit

from optclaims.papers.glm_asymptotics import problems, theory
from optclaims.papers.glm_asymptotics.problems import Setting

LOSSES = {
    "square": lambda u: (1 - u) ** 2 / 2,
    "logistic": lambda u: np.logaddexp(0, -u),
    "hinge": lambda u: max(0.0, 1 - u),
}


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("Q", [1e-3, 0.03, 0.4, 5.0])
def test_proximal_maps_are_stationary_and_their_slope_is_the_derivative(loss, Q):
    g, step = np.linspace(-7.013, 8, 60), 1e-6
    u, slope = theory.proximal(loss, g, Q)
    finite = (theory.proximal(loss, g + step, Q)[0] - theory.proximal(loss, g - step, Q)[0]) / (2 * step)
    np.testing.assert_allclose(slope, finite, rtol=1e-4, atol=1e-7)
    residual = g - Q * u  # a subgradient of the loss at u
    if loss == "square":
        np.testing.assert_allclose(residual, u - 1, atol=1e-12)
    elif loss == "logistic":
        np.testing.assert_allclose(residual, -expit(-u), atol=1e-12)
    else:
        assert np.all((residual >= -1 - 1e-12) & (residual <= 1e-12))
        assert np.all((abs(residual + 1) < 1e-12) | (u >= 1)) and np.all((abs(residual) < 1e-12) | (u <= 1))
    if Q > 0.3:
        best = minimize_scalar(lambda v: LOSSES[loss](v) + Q * v**2 / 2 - g[20] * v, bounds=(-40, 40), method="bounded")
        assert u[20] == pytest.approx(best.x, abs=1e-4)


@pytest.mark.parametrize("alpha", [0.3, 1.0, 2.5])
def test_spectra_have_the_moments_of_random_matrices(alpha):
    # E tr (F^T F)^k / d for entries of variance 1/n: 1, 1 + 1/alpha, 1 + 3/alpha + 1/alpha^2.
    law = theory.marchenko_pastur(alpha)
    moments = [law.weights @ law.values**k for k in range(4)]
    np.testing.assert_allclose(moments, [1, 1, 1 + 1 / alpha, 1 + 3 / alpha + alpha**-2], rtol=1e-9)
    law = theory.orthogonal(alpha)
    F = problems.design(np.random.default_rng(0), round(20 * alpha), 20, "orthogonal")
    values = np.linalg.eigvalsh(F.T @ F)
    assert np.mean(values > 0.5) == pytest.approx(law.weights @ law.values)
    np.testing.assert_allclose(values * (1 - values), 0, atol=1e-12)


def test_prior_moments_are_integrals_over_teacher_and_noise():
    setting, Q, mh, ch = Setting(alpha=1.0, loss="square", l1=0.7, l2=0.3, rho=0.4), 1.3, 0.8, 0.5
    rng = np.random.default_rng(0)
    x0 = rng.standard_normal(2_000_000) * (rng.random(2_000_000) < 0.4)
    h = mh * x0 + np.sqrt(ch) * rng.standard_normal(len(x0))
    x = np.sign(h) * np.maximum(np.abs(h) - 0.7, 0) / 1.6
    sampled = [np.mean(x0 * x), np.mean(x != 0) / 1.6, np.mean(x**2)]
    np.testing.assert_allclose(theory.prior_moments(setting, Q, mh, ch), sampled, rtol=5e-3)


def test_output_moments_of_the_square_loss_are_closed_forms():
    T, Q, mh, ch = 0.6, 0.9, 1.1, 0.4
    found = theory.output_moments(Setting(alpha=1.0, loss="square", l2=1.0), T, Q, mh, ch)
    along = np.sqrt(2 * T / np.pi)
    second = mh**2 * T + ch + 1 + 2 * mh * along
    np.testing.assert_allclose(found, [(mh * T + along) / 1.9, 1 / 1.9, second / 1.9**2], rtol=1e-10)


@pytest.mark.parametrize("loss", ["logistic", "hinge"])
def test_output_moments_are_integrals_over_teacher_and_noise(loss):
    T, Q, mh, ch = 0.6, 0.4, 1.1, 0.4
    rng = np.random.default_rng(1)
    z0 = np.sqrt(T) * rng.standard_normal(400_000)
    h, y = mh * z0 + np.sqrt(ch) * rng.standard_normal(len(z0)), np.sign(z0)
    u, slope = theory.proximal(loss, y * h, Q)
    found = theory.output_moments(Setting(alpha=1.0, loss=loss, l2=1.0), T, Q, mh, ch)
    np.testing.assert_allclose(found, [np.mean(z0 * y * u), slope.mean(), np.mean(u**2)], rtol=8e-3)


@pytest.mark.parametrize("alpha", [0.6, 2.0])
def test_ridge_on_a_linear_teacher_is_the_bias_and_variance_of_the_resolvent(alpha):
    # E|x - x0|^2 / d = l2^2 rho E (lambda + l2)^-2 + noise E lambda (lambda + l2)^-2: no replicas needed.
    law, l2 = theory.marchenko_pastur(alpha), 0.2
    setting = Setting(alpha=alpha, loss="square", l2=l2, rho=0.7, teacher="linear", noise=0.3)
    expected = law.weights @ ((l2**2 * 0.7 + 0.3 * law.values) / (law.values + l2) ** 2)
    found = theory.solve(setting, law)
    assert found.mse == pytest.approx(expected, rel=1e-7) and found.residual < 1e-8


def test_the_marchenko_pastur_density_is_that_of_the_resolvent():
    low, high = (1 - 2**-0.5) ** 2, (1 + 2**-0.5) ** 2
    density = lambda v: 2 / (2 * np.pi * v) * np.sqrt((high - v) * (v - low))  # noqa: E731
    law = theory.marchenko_pastur(2.0)
    assert law.weights @ (1 / (law.values + 0.3)) == pytest.approx(quad(lambda v: density(v) / (v + 0.3), low, high)[0])


@pytest.mark.parametrize("loss", ["square", "logistic"])
@pytest.mark.parametrize("alpha", [0.25, 1.0])
def test_orthogonal_rows_decouple_the_samples(loss, alpha):
    found = theory.solve(Setting(alpha=alpha, loss=loss, l2=0.1, rho=0.1), theory.orthogonal(alpha))
    closed = theory.decoupled(Setting(alpha=alpha, loss=loss, l2=0.1, rho=0.1))
    assert (found.mse, found.angle) == pytest.approx((closed.mse, theory.anchor_angle(alpha)), abs=1e-6)
    assert closed.angle == theory.anchor_angle(alpha)


def test_the_fixed_point_does_not_depend_on_the_damping_and_a_short_iteration_is_refused():
    setting, law = Setting(alpha=0.25, l2=0.1, rho=0.1), theory.marchenko_pastur(0.25)
    one, other = theory.solve(setting, law), theory.solve(setting, law, damping=0.3)
    assert one.angle == pytest.approx(other.angle, abs=1e-8) and one.mse == pytest.approx(other.mse, rel=1e-7)
    with pytest.raises(RuntimeError, match="did not settle"):
        theory.solve(setting, law, steps=3)
