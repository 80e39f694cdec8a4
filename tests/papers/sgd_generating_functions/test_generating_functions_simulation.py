"""Sampled SGD against enumeration, plain loops and exact means; kernels against wide networks."""

import numpy as np
import pytest

from optclaims.papers.sgd_generating_functions import problems
from optclaims.papers.sgd_generating_functions.simulation import gaussian, linearised, network
from optclaims.papers.sgd_generating_functions.theory import exact_moments, spectra
from optclaims.science import moments


def test_full_batches_are_gradient_descent(rng):
    kernel, error = problems.random_orthogonal(12, 1.0, 1.0, rng)
    times = np.arange(30)
    sampled = linearised.sampled_losses(kernel, error, times, lr=0.7, momentum=0.4, batch=12, rng=rng)[0]
    exact = exact_moments.exact_losses(kernel, error, 29, lr=0.7, momentum=0.4, gamma=0.0)
    np.testing.assert_allclose(sampled, exact, rtol=1e-11)


def test_one_step_visits_every_batch_equally_often(rng):
    kernel, error = problems.random_orthogonal(5, 1.0, 1.0, rng)
    expected = [
        np.mean((error - 0.5 * kernel[:, [i, j]] @ error[[i, j]] / 2) ** 2) / 2 for i in range(5) for j in range(i)
    ]
    losses = linearised.sampled_losses(kernel, error, [1], lr=0.5, momentum=0.0, batch=2, runs=5000, rng=rng)[:, 0]
    nearest = np.argmin(np.abs(losses[:, None] - expected), axis=1)
    np.testing.assert_allclose(losses, np.array(expected)[nearest], rtol=1e-10)
    assert np.all(np.abs(np.bincount(nearest, minlength=10) - 500) < 5 * np.sqrt(450))


def test_mean_of_sampled_runs_is_that_of_the_exact_recursion(rng):
    kernel, error = problems.random_orthogonal(40, 1.5, 1.0, rng)
    times = np.array([1, 5, 20])
    losses = linearised.sampled_losses(kernel, error, times, lr=0.4, momentum=0.5, batch=8, runs=4000, rng=rng)
    mean, stderr = losses.mean(0), losses.std(0) / np.sqrt(4000)
    exact, uncentred = (
        exact_moments.exact_losses(kernel, error, 20, lr=0.4, momentum=0.5, gamma=moments.noise_factor(8, 40), cross=c)[
            times
        ]
        for c in (1.0, 0.0)
    )
    assert np.all(np.abs(mean - exact) < 4.5 * stderr)
    assert np.any(np.abs(mean - uncentred) > 6 * stderr)


def test_diverged_runs_report_a_finite_number(rng):
    kernel, error = problems.random_orthogonal(12, 1.0, 1.0, rng)
    losses = linearised.sampled_losses(kernel, error, [1, 500, 900], lr=30.0, momentum=0.0, batch=2, rng=rng)[0]
    assert losses[1] == losses[2] == pytest.approx(linearised.DIVERGED * np.mean(error**2) / 2)


def test_rows_broadcast_and_streams_repeat(rng):
    kernel, error = problems.random_orthogonal(12, 1.0, 1.0, rng)
    first, second = (
        linearised.sampled_losses(
            kernel, error, [3, 7], lr=np.array([[0.1], [0.2]]), momentum=np.array([0.0, 0.5, -0.5]), batch=3, runs=4,
            rng=np.random.default_rng(3),
        )
        for _ in range(2)
    )  # fmt: skip
    assert first.shape == (2, 3, 4, 2)
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize(
    ("changed", "message"),
    [({"batch": 13}, "batch must"), ({"batch": 0}, "batch must"), ({"momentum": -1.0}, "momentum")],
)
def test_bad_settings_are_refused(rng, changed, message):
    kernel, error = problems.random_orthogonal(12, 1.0, 1.0, rng)
    with pytest.raises(ValueError, match=message):
        linearised.sampled_losses(kernel, error, [1], **({"lr": 0.1, "momentum": 0.0, "batch": 2} | changed), rng=rng)


def direct_gaussian(spectrum, steps, lr, momentum, batch, runs, rng):
    """Fresh features drawn one by one, no reduction."""
    w, v = np.tile(np.sqrt(spectrum.density / spectrum.eigenvalues), (runs, 1)), 0.0
    for _ in range(steps):
        psi = rng.standard_normal((runs, batch, w.shape[1])) * np.sqrt(spectrum.eigenvalues)
        v = momentum * v - lr / batch * np.einsum("rbk,rb->rk", psi, np.einsum("rbk,rk->rb", psi, w))
        w = w + v
    return (spectrum.eigenvalues * w**2).sum(1) / 2


def test_reduced_gaussian_features_have_the_law_of_direct_ones(rng):
    spectrum = spectra.power_law(1.5, 1.0, 6)
    setting = {"lr": 0.4, "momentum": 0.3, "batch": 2, "runs": 20_000}
    direct = np.log(direct_gaussian(spectrum, 8, rng=rng, **setting))
    reduced = np.log(gaussian.sampled_losses(spectrum.eigenvalues, spectrum.density, [8], rng=rng, **setting)[:, 0])
    for moment in (1, 2):
        a, b = direct**moment, reduced**moment
        assert abs(a.mean() - b.mean()) < 4.5 * np.sqrt((a.var() + b.var()) / 20_000)
    levels = [5, 25, 50, 75, 95]
    np.testing.assert_allclose(np.percentile(reduced, levels), np.percentile(direct, levels), atol=0.06)


# Kernels


def test_tangent_kernel_is_that_of_a_wide_network(rng):
    inputs = rng.standard_normal((60, 10))
    np.testing.assert_allclose(problems.normalised(network.empirical_kernel(inputs, 300, rng)).shape, (60, 60))
    inputs = inputs[:12]
    empirical, exact = network.empirical_kernel(inputs, 100_000, rng), problems.relu_ntk(inputs)
    np.testing.assert_allclose(empirical, exact, rtol=0.05, atol=0.02)
    ratio = empirical / problems.uncorrected_ntk(inputs)
    assert np.diag(ratio).min() > 1.05  # the factor that the authors' formula omits


def test_kernels_have_the_promised_spectra(rng):
    kernel, error = problems.circulant(30, 1.5, rng)
    np.testing.assert_allclose(kernel, np.roll(kernel, (1, 1), (0, 1)), atol=1e-12)
    np.testing.assert_allclose(kernel, kernel.T, atol=1e-12)
    top = np.linalg.eigvalsh(kernel / 30)[::-1]
    np.testing.assert_allclose(top[:3], [1, 2**-1.5, 2**-1.5], rtol=1e-10)
    assert error.shape == (30,)
    scaled = problems.normalised(7 * kernel)
    assert np.linalg.eigvalsh(scaled / 30)[-1] == pytest.approx(1)


def test_regression_targets_are_standardised_and_subsets_are_limited(rng):
    images, labels = rng.random((50, 2, 3)), rng.integers(0, 10, 50)
    inputs, targets = problems.regression(images, labels, 20, rng)
    assert inputs.shape == (20, 6)
    assert (inputs.mean(), inputs.std(), targets.mean(), targets.std()) == pytest.approx((0, 1, 0, 1), abs=1e-12)
    with pytest.raises(ValueError, match="at most 50, got 51"):
        problems.regression(images, labels, 51, rng)


# Network


def test_training_steps_follow_the_gradient(rng):
    """One full-batch step of the network against numerical differentiation of its loss."""
    inputs, targets = rng.standard_normal((6, 4)), rng.standard_normal(6)
    features = np.column_stack([inputs / 2, np.ones(6)])
    theta = 5**0.25 * network._network(5, 5).initial([np.random.default_rng(1)]).double().numpy()[0]
    first, second = theta[:25].reshape(5, 5).T, theta[25:]  # standard normals

    def loss(parameters):
        w, a = parameters[:25].reshape(5, 5), parameters[25:]
        return np.mean((np.maximum(features @ w.T, 0) @ a / np.sqrt(5) - targets) ** 2) / 2

    start = np.append(first.ravel(), second).astype(float)
    unit = 1e-6 * np.eye(start.size)
    gradient = np.array([(loss(start + e) - loss(start - e)) / 2e-6 for e in unit])
    run = network.train(inputs, targets, [0, 1], lr=0.3, batch=6, width=5, rng=np.random.default_rng(1), rescale=False)
    np.testing.assert_allclose(run.losses, [loss(start), loss(start - 0.3 * gradient)], rtol=1e-4)
    assert run.losses[0] == pytest.approx(np.mean(run.error**2) / 2, rel=1e-5)


def test_a_wide_network_follows_its_linearisation(rng):
    inputs, targets = rng.standard_normal((20, 8)), rng.standard_normal(20)
    run = network.train(inputs, targets, [0, 5, 20], lr=0.8, batch=20, width=20_000, rng=rng)
    linear = exact_moments.exact_losses(problems.normalised(run.kernel), run.error, 20, lr=0.8, momentum=0.0, gamma=0.0)
    np.testing.assert_allclose(run.losses, linear[[0, 5, 20]], rtol=0.05)
