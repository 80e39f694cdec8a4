import numpy as np
import pytest

from optclaims.papers.super_adam import theory
from optclaims.papers.super_adam.problems import Setting

SETTINGS = {"c": 3.0, "gamma": 0.3, "k": 0.8, "m": 7.0, "curvature": 1.7, "sigma": 0.9, "spread": 0.4}


def brute(setting, steps, estimate):
    """E x^2 and E (g - h x)^2 from moments of (x, last x, g), the noise as random matrices."""
    h, sigma, s = setting.curvature, setting.sigma, setting.spread
    M = np.outer([1, 1, h], [1, 1, h]).astype(float)
    M[2, 2] += sigma**2 + s**2
    rows = [(M[0, 0], M[2, 2] - 2 * h * M[0, 2] + h * h * M[0, 0])]
    for t in range(1, steps):
        eta, alpha = setting.eta(t), setting.alpha(t + 1)
        # The point moves: (x, last, g) -> (x - eta g, x, g); then g takes the gradients at both points.
        move = np.array([[1, 0, -eta], [1, 0, 0], [0, 0, 1.0]])
        M, keep = move @ M @ move.T, 1 - alpha
        difference = estimate != "momentum"
        mean = np.array([[1, 0, 0], [0, 1, 0], [h * (alpha + keep * difference), -h * keep * difference, keep]])
        if estimate == "fresh":  # noise of the two gradients
            noise = (1 + keep**2) * sigma**2 + s**2 * (M[0, 0] + keep**2 * M[1, 1])
        else:
            weight = np.array([alpha + keep * difference, -keep * difference, 0])
            noise = (weight.sum() * sigma) ** 2 + s**2 * weight @ M @ weight
        M = mean @ M @ mean.T
        M[2, 2] += noise
        rows.append((M[0, 0], M[2, 2] - 2 * h * M[0, 2] + h * h * M[0, 0]))
    return np.array(rows).T


@pytest.mark.parametrize("tau", [0, 1])
@pytest.mark.parametrize("estimate", theory.ESTIMATES)
def test_moments_are_those_of_the_linear_map(tau, estimate):
    setting = Setting(tau, **SETTINGS)
    found = theory.moments(setting, np.arange(1, 61), estimate=estimate)
    square, error = brute(setting, 60, estimate)
    np.testing.assert_allclose(found.rms, 1.7 * np.sqrt(square), rtol=1e-10)
    np.testing.assert_allclose(found.error, error, rtol=1e-9)
    assert theory.moments(setting, [60]).rms[0] == theory.moments(setting, [60], estimate=theory.ESTIMATES[tau]).rms[0]


def test_alpha_of_one_is_gradient_descent_either_way():
    """E x^2 of SGD with the same steps."""
    x, eta = 1.0, [Setting(1, **SETTINGS).eta(t) for t in range(1, 30)]
    for e in eta:
        x = (1 - e * 1.7) ** 2 * x + e**2 * (0.9**2 + 0.4**2 * x)
    for estimate in ("momentum", "variance-reduced"):
        found = theory.moments(Setting(1, **SETTINGS), [30], estimate=estimate, alpha_low=1.0)
        assert found.rms[0] == pytest.approx(1.7 * x**0.5, rel=1e-12)


@pytest.mark.parametrize("tau", [0, 1])
def test_limits_of_slow_schedules(tau):
    """At constant eta and alpha, the stationary moments to leading order."""
    setting = Setting(tau, 2.0, gamma=0.02, k=0.1, m=1e9, power=1e-9, curvature=1.5, sigma=0.7)
    records = [400_000]
    found = theory.moments(setting, records)
    alpha = setting.alpha(1e5)
    assert alpha == pytest.approx(0.2 if tau == 0 else 0.02, rel=1e-6)
    assert found.rms / theory.limit_rms(setting, records) == pytest.approx(1, abs=0.02)
    assert found.error / theory.limit_error(setting, records) == pytest.approx(1, abs=0.15 if tau == 0 else 0.02)


def test_the_unfiltered_limit_is_the_error():
    setting = Setting(1, 2.0)
    np.testing.assert_allclose(
        theory.limit_rms(setting, [99.0], filtered=False) ** 2, theory.limit_error(setting, [99.0])
    )
    assert theory.limit_rms(Setting(1, 1e-4), 9.0) == pytest.approx(
        theory.limit_rms(Setting(1, 1e-4), 9.0, filtered=False), rel=1e-2
    )


@pytest.mark.parametrize(("gamma", "k", "c", "h"), [(0.1, 1.0, 0.8, 1.0), (0.2, 0.5, 1.6, 0.5)])
def test_at_the_crossover_the_limits_agree(gamma, k, c, h):
    fast, slow = Setting(1, c, gamma, k, 100.0, curvature=h), Setting(0, 5.0, gamma, k, 100.0, curvature=h)
    T = theory.crossover(fast)
    assert theory.limit_rms(fast, T) == pytest.approx(theory.limit_rms(slow, T), rel=1e-9)
    assert theory.limit_rms(fast, 2 * T) < theory.limit_rms(slow, 2 * T)
    assert theory.crossover(fast, leading=True) == pytest.approx((c * k / gamma / h) ** 6 - 100)


def test_the_code_combines_both():
    """Its moments by the linear map of (x, g)."""
    k, m, c, gamma, H = 2.0, 50.0, 3.0, 0.05, 0.5
    M = np.array([[1.0, 1.0], [1.0, 2.0]])
    rows = [1.0]
    for t in range(1, 60):
        a0, a1 = c * k / (m + t) ** 0.5, min(c * k**2 / (m + t) ** (2 / 3), 0.99)
        kept, eta = (1 - a0) * (1 - a1), gamma * k / (m + t) ** 0.5 / H
        A = np.array([[1, -eta], [a0 - kept, kept - a0 * eta]])  # g' = a0 x' + kept (g - x), x' = x - eta g
        M = A @ M @ A.T
        M[1, 1] += (a0 - kept) ** 2
        rows.append(M[0, 0] ** 0.5)
    np.testing.assert_allclose(
        theory.combined_code(range(1, 61), gamma=gamma, k=k, m=m, c=c, matrix=H), rows, rtol=1e-9
    )


def test_climb_time():
    t = theory.climb_time(3.0, 2400.0, 40.0)
    a0, a1 = 120 / (2400 + t) ** 0.5, 360 / (2400 + t) ** (2 / 3)
    assert (1 - a0) * (1 - a1) == pytest.approx(a0, rel=1e-4)
    assert theory.climb_time(3.0, 2400.0, 40.0, corrected=False) == (2 * 40 * 3) ** 2 - 2400


def test_schedules_of_the_paper():
    one, zero = Setting(1, 2.0, 0.1, 3.0, 10.0), Setting(0, 2.0, 0.1, 3.0, 10.0)
    assert one.eta(17) == pytest.approx(0.1 * 3 / 3)
    assert one.alpha(991) == pytest.approx(2 * 9 / 100)
    assert zero.eta(90) == pytest.approx(0.1 * 3 / 10)
    assert zero.alpha(391) == pytest.approx(2 * 3 / 20)
    assert one.alpha(2) == 1
    for setting in (one, zero):
        rule = setting.rule()
        assert [0.1 * rule.mu(t) for t in (3, 400)] == pytest.approx(setting.eta([3, 400]))
        assert [rule.alpha(t) for t in (3, 400)] == pytest.approx(setting.alpha([3, 400]))
        assert rule.tau == setting.tau


def test_slopes():
    np.testing.assert_allclose(theory.slopes([1, 10, 1000], [1, 0.1, 0.001]), [-1, -1])
