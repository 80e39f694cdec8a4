"""What is simulated, against the exact moments of its own laws; theory is met in one end-to-end comparison only."""

import numpy as np
import pytest
from scipy import stats

from optclaims.papers.signsgd_risk_curves import simulation, theory
from optclaims.science import streaming


@pytest.mark.parametrize(
    ("sampler", "law"),
    [
        (simulation.gaussian(0.5), stats.norm(scale=0.5)),
        (simulation.uniform(0.5), stats.uniform(-0.5, 1)),
        (simulation.laplace(0.5), stats.laplace(scale=0.5)),
        (simulation.cauchy(0.5), stats.cauchy(scale=0.5)),
        (simulation.student_t(3, 0.5), stats.t(3, scale=0.5)),
    ],
)
def test_noise_laws(sampler, law):
    assert stats.kstest(sampler(np.random.default_rng(0), 20_000), law.cdf).pvalue > 1e-3


def test_discrete_and_mixed_noise():
    rng = np.random.default_rng(0)
    assert set(np.unique(simulation.rademacher(0.5)(rng, 1000))) == {-0.5, 0.5}
    mixed = simulation.mixture([0.9, 0.1], [0.3, 3.0])(rng, 100_000)
    assert np.isclose(np.var(mixed), 0.9 * 0.09 + 0.1 * 9, rtol=0.05)
    assert set(simulation.empirical([1.0, 2.5])(rng, 100)) == {1.0, 2.5}


def test_one_noise_sequence_per_run_whatever_the_number_of_runs():
    draw = lambda n: simulation.draw(simulation.gaussian(1.0), np.random.default_rng(3).spawn(n), 5)  # noqa: E731
    assert np.array_equal(draw(2), draw(4)[:2])


@pytest.mark.parametrize("method", ["sign", "sgd", "adam"])
def test_curves_do_not_depend_on_the_number_of_runs(method):
    features = streaming.diagonal(np.ones(20))
    curve = lambda n: simulation.risk_curves(  # noqa: E731
        features, np.full(20, 0.2), simulation.cauchy(0.3), 0.4, method, [0, 1, 3], n, np.random.default_rng(1),
        beta1=0.0, beta2=0.5,
    )  # fmt: skip
    assert np.array_equal(curve(3), curve(7)[:3])


def test_adam_warms_up_without_moving():
    features = streaming.diagonal(np.ones(20))
    rng, noise = np.random.default_rng(1), simulation.gaussian(0.3)
    risk = simulation.risk_curves(features, np.full(20, 0.2), noise, 0.4, "adam", [0, 1], 4, rng, beta1=0.0, beta2=0.9)
    assert np.allclose(risk[:, 0], 0.4, rtol=1e-6) and np.all(risk[:, 1] != risk[:, 0])


def test_a_schedule_is_a_function_of_time():
    features, start = streaming.diagonal(np.ones(20)), np.full(20, 0.2)
    run = lambda rate: simulation.risk_curves(  # noqa: E731
        features, start, simulation.gaussian(0.3), rate, "sign", [0, 2], 2, np.random.default_rng(1)
    )
    assert np.array_equal(run(lambda t: np.full(t.shape, 0.3)), run(0.3))
    assert not np.array_equal(run(lambda t: np.where(t < 1, 0.3, 0.1)), run(0.3))


@pytest.mark.parametrize("dense", [False, True])
@pytest.mark.parametrize("corrected", [False, True])
def test_one_step_of_the_equation_has_the_stated_moments(dense, corrected):
    # One Euler step with dt = 1 from a fixed iterate: mean risk R - eta delta' K mu + eta^2 / (2 d) Tr(K Sigma).
    d, eta = 6, 0.7
    K = np.diag(np.linspace(0.5, 2, d))
    if dense:
        K = K + 0.3
    delta = np.linspace(0.5, 1, d)
    slope = lambda R: 0.25 + 0 * R  # noqa: E731
    mu = 0.25 * K @ delta / np.sqrt(np.diag(K))
    C = K / np.sqrt(np.outer(np.diag(K), np.diag(K)))
    sigma = 2 / np.pi * np.arcsin(C.clip(-1, 1)) - corrected * np.outer(mu, mu)
    runs = 40_000
    risk = simulation.sign_hsgd(
        K if dense else np.diag(K), delta, slope, eta, [0, 1], 1.0, runs, np.random.default_rng(0), corrected=corrected
    )
    moved = delta - eta * mu
    expected = moved @ K @ moved / 2 + eta**2 / (2 * d) * np.sum(K * sigma)
    assert np.allclose(risk[:, 0], delta @ K @ delta / 2)
    assert abs(risk[:, 1].mean() - expected) < 4 * risk[:, 1].std() / np.sqrt(runs)


def test_one_step_moments_in_a_case_known_exactly():
    # d = 2: sign(g) sign(g)' has mean (2 / pi) arcsin(rho) off the diagonal; E g g' = 2 P K + 2 K delta delta' K.
    K, delta = np.array([[1.0, 0.6], [0.6, 1.0]]), np.array([0.3, -0.2])
    rng = np.random.default_rng(0)
    mean, stderr = simulation.sign_moment(K, delta, simulation.gaussian(0.0), 50_000, rng)
    assert abs(mean[0, 1] - 2 / np.pi * np.arcsin(0.6)) < 4 * stderr[0, 1] and np.all(np.diag(mean) == 1)
    mean, stderr = simulation.gradient_moment(K, delta, simulation.gaussian(0.5), 200_000, rng)
    expected = (delta @ K @ delta + 0.25) * K + 2 * np.outer(K @ delta, K @ delta)
    assert np.all(np.abs(mean - expected) < 4.5 * stderr)


def test_drift_coefficient_for_gaussian_noise():
    # Exact at every d: E sign(g_i) = (2 / pi) arcsin((K delta)_i / (D_ii sqrt(2 P))).
    K, delta = np.array([[1.0, 0.5], [0.5, 2.0]]), np.array([0.4, 0.1])
    b = K @ delta / np.sqrt(np.diag(K))
    exact = 2 / np.pi * np.arcsin(b / np.sqrt(delta @ K @ delta + 0.09)) @ b / (b @ b)
    for covariance in (K,):
        value, stderr = simulation.drift_coefficient(
            covariance, delta, simulation.gaussian(0.3), 100_000, np.random.default_rng(0)
        )
        assert abs(value - exact) < 4 * stderr
    value, stderr = simulation.drift_coefficient(
        np.ones(50), np.full(50, 0.1), simulation.gaussian(0.3), 20_000, np.random.default_rng(0)
    )
    assert abs(value - 2 / np.pi * np.arcsin(0.1 / np.sqrt(0.59)) / 0.1) < 4 * stderr


def images(n=300, pixels=20, seed=0):
    return np.random.default_rng(seed).random((n, pixels))


def test_random_features_and_regression():
    X = simulation.random_features(images(), 30, 0.5, (0.2, 5.0), np.random.default_rng(1))
    assert np.allclose(X.mean(axis=0), 0, atol=1e-12) and np.isclose(np.mean(X**2), 1)
    y = simulation.binary_labels(np.arange(300) % 10, [0, 2, 4, 6, 8])
    assert set(y) == {-1.0, 1.0}
    problem = simulation.regression(X, y)
    assert np.allclose(X.T @ problem.residuals, 0, atol=1e-9) and np.isclose(np.trace(problem.covariance), 30)


def test_dead_and_dependent_features_are_refused():
    X = np.random.default_rng(0).standard_normal((50, 4))
    with pytest.raises(ValueError, match="feature 2, which is constantly zero"):
        simulation.regression(X * [1, 1, 0, 1], np.ones(50))
    with pytest.raises(ValueError, match="rank 3"):
        simulation.regression(np.c_[X[:, :3], X[:, 0]], np.ones(50))


def test_passes_end_with_the_data():
    X = simulation.random_features(images(), 30, 0.5, (0.5, 2.0), np.random.default_rng(1))
    problem = simulation.regression(X, np.sign(X[:, 0]))
    with pytest.raises(ValueError, match="within one pass of 300 samples, 10,"):
        simulation.shuffled_passes(problem, np.zeros((2, 30)), 0.1, [0, 11], np.random.default_rng(0))
    risk = simulation.shuffled_passes(problem, np.full((3, 30), 0.1), 0.1, [0, 5, 10], np.random.default_rng(0))
    again = simulation.shuffled_passes(problem, np.full((2, 30), 0.1), 0.1, [0, 5, 10], np.random.default_rng(0))
    assert risk.shape == (3, 3) and np.array_equal(risk[:2], again)


def test_simulation_and_theory_meet():
    d, runs = 150, 400
    index = np.arange(d)
    K = 0.6 ** np.abs(index[:, None] - index)
    noise, times = theory.Laplace(0.4), [0, 1, 2, 4]
    features, rng = streaming.autoregressive(np.ones(d), 0.6), np.random.default_rng(0)
    curves = simulation.risk_curves(
        features, np.full(d, d**-0.5), simulation.laplace(0.4), 0.6, "sign", times, runs, rng
    )
    predicted = theory.signsgd_risk(K, np.full(d, d**-0.5), noise, 0.6, times)
    assert np.abs(curves.mean(axis=0) / predicted - 1).max() < 0.05
    wrong = theory.signsgd_risk(K, np.full(d, d**-0.5), noise, 0.6, times, noise_matrix=np.eye(d))
    assert np.abs(curves.mean(axis=0) / wrong - 1).max() > 0.1
