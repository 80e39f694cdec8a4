import numpy as np
import pytest

from optclaims.papers.adan import problems, simulation, theory
from optclaims.science.optimizers import Adan

B = (0.98, 0.92, 0.99)


def matrix(rate, beta1, beta2, weight):
    """One step of (x, m, d, last gradient over h) with a frozen preconditioner."""
    m = np.array([1 - beta1, beta1, 0.0, 0.0])
    d = np.array([1 - beta2, 0.0, beta2, -(1 - beta2)])
    x = np.array([1.0, 0.0, 0.0, 0.0])
    return np.stack([x - rate * (m + weight * d), m, d, x])


@pytest.mark.parametrize(
    ("rate", "beta1", "beta2"), [(0.3, 0.98, 0.92), (20.0, 0.98, 0.92), (1.7, 0.5, 0.3), (9.0, 0.9, 0.9)]
)
@pytest.mark.parametrize("weight", [None, 0.0, 1.0])
def test_the_radius_is_that_of_the_step(rate, beta1, beta2, weight):
    step = matrix(rate, beta1, beta2, beta2 if weight is None else weight)
    assert theory.mode_radius(rate, beta1, beta2, weight) == pytest.approx(
        np.abs(np.linalg.eigvals(step)).max(), rel=1e-9
    )


@pytest.mark.parametrize(("beta1", "beta2"), [(0.98, 0.92), (0.9, 0.92), (0.5, 0.3), (0.9, 0.0)])
@pytest.mark.parametrize("weight", [None, 0.0, 1.0])
def test_at_the_threshold_a_root_is_minus_one(beta1, beta2, weight):
    limit = theory.threshold(beta1, beta2, weight)
    below, above = theory.mode_radius([0.999 * limit, 1.001 * limit], beta1, beta2, weight)
    assert below < 1 < above
    assert theory.mode_radius(limit, beta1, beta2, weight) == pytest.approx(1, abs=1e-12)


def test_the_gain_is_that_of_an_alternating_gradient():
    m = d = 0.0
    for t in range(3000):
        g = (-1) ** t
        m, d = 0.98 * m + 0.02 * g, 0.92 * d + 0.08 * (g + g)
    assert theory.flip_gain(0.98, 0.92) == pytest.approx(abs(m + 0.92 * d), rel=1e-12)
    assert theory.flip_gain(0.98, 0.92, 1.0) == pytest.approx(abs(m + d), rel=1e-12)


def test_the_cycle_is_one_of_the_rule():
    lr, eps, h = 0.5, 0.01, 3.0
    X = theory.two_cycle(lr, 0.98, 0.92, eps, h)
    rule, g = Adan(lr, *B, eps, bias_correction=False), h * X
    memory = {"m": -(0.02 / 1.98) * g, "d": -(2 * 0.08 / 1.92) * g, "n": ((1 + 2 * 0.92) * g) ** 2, "g": -g}
    state = {name: np.array([value]) for name, value in memory.items()}
    x, _ = rule.step(np.array([X]), np.array([g]), state, 10)
    assert x[0] == pytest.approx(-X, rel=1e-12)


@pytest.mark.parametrize("factor", [None, 0.0, 1.0])
def test_nesterovs_radius_is_that_of_the_step(factor):
    q, rate = 0.8, 0.35
    f = q if factor is None else factor
    y, m, g = (
        np.array([1.0, 0, 0]),
        np.array([0, q, 0]) + (1 + f) * rate * np.array([1.0, 0, 0]),
        rate * np.array([1.0, 0, 0]),
    )
    m = m - f * np.array([0, 0, 1.0])
    step = np.stack([y - m, m, g])  # of (y, m, last gradient)
    assert theory.nesterov_radius(rate, q, factor) == pytest.approx(np.abs(np.linalg.eigvals(step)).max(), rel=1e-12)


@pytest.mark.parametrize("q", [0.3, 0.8, 0.98])
@pytest.mark.parametrize("difference", [True, False])
def test_nesterovs_limit(q, difference):
    limit, factor = theory.nesterov_limit(q, difference), None if difference else 0.0
    assert theory.nesterov_radius(limit, q, factor) == pytest.approx(1, abs=1e-12)
    assert theory.nesterov_radius(0.99 * limit, q, factor) < 1 < theory.nesterov_radius(1.01 * limit, q, factor)


def test_moments_in_white_noise_are_sums_of_squared_weights():
    b1, b2, lags = 0.8, 0.7, np.arange(400)
    m = (1 - b1) * b1**lags
    d = (1 - b2) * b2**lags
    d[1:] -= (1 - b2) * b2 ** lags[:-1]
    for w in (b2, 1.0):
        weight = None if w == b2 else w
        assert theory.direction_variance(b1, b2, weight) == pytest.approx(((m + w * d) ** 2).sum(), rel=1e-12)
        alone = (m**2).sum() + w**2 * (d**2).sum()
        assert theory.direction_variance(b1, b2, weight, covariance=False) == pytest.approx(alone, rel=1e-12)
        assert theory.second_moment(b2, weight) == pytest.approx((1 + w) ** 2 + w**2)
        assert theory.second_moment(b2, weight, cross=False) == pytest.approx(1 + 2 * w**2)  # 1, and the difference's 2


def test_drift_ratio_limits():
    assert theory.drift_ratio(1e6, 0.92) == pytest.approx(1)
    assert theory.drift_ratio(0.0, 0.92) == pytest.approx(4.5328**-0.5)
    assert theory.drift_ratio(0.7, 0.0) == 1
    assert theory.drift_ratio(1.0, 0.5, cross=False) == pytest.approx((2 / 2.5) ** 0.5)


def test_steps():
    assert theory.steps_to([0.5, 2.0], 0.25).tolist() == [2.0, np.inf]
    assert theory.steps_to(0.9) == pytest.approx(np.log(1e-8) / np.log(0.9))


def test_problems():
    problem, x, v = problems.Wavy.random(np.random.default_rng(0), 4), np.arange(4.0), np.array([1.0, -1, 2, 0.5])
    f = lambda x: x @ problem.A @ x / 2 - 0.3 * np.cos(x).sum()  # noqa: E731
    assert (f(x + 1e-5 * v) - f(x - 1e-5 * v)) / 2e-5 == pytest.approx(problem.gradient(x) @ v, rel=1e-8)
    eigenvalues = np.linalg.eigvalsh(problem.A)
    assert (eigenvalues >= 0.5).all()
    assert (eigenvalues <= 5).all()
    h = problems.spectrum(1e4, 5)
    assert (h[0], h[-1]) == (pytest.approx(1e-4), 1)
    np.testing.assert_allclose(np.diff(np.log(h)), np.log(10))


def test_the_steps_of_a_single_mode_are_those_of_its_radius():
    steps = simulation.first_passage([0.01], [1.0], lr=1.0, momentum=0.0)
    assert steps == np.ceil(theory.steps_to(theory.nesterov_radius(0.01, 0.0)))
