"""The compiled second-moment recursion against a plain one, and its refusal of bad input."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optclaims.science import moments

EIGENVALUES = np.arange(1, 41) ** -1.5
DENSITY = np.arange(1, 41) ** -2.0


def reference(eigenvalues, density, steps, alpha, beta, gamma, tau1, tau2, weights=1.0):
    """Moments E w^2, E w v, E v^2 of each mode, times lambda, exactly as the paper writes them."""
    c, j, p, x, losses = density.copy(), 0 * density, 0 * density, alpha * eigenvalues, []
    for _ in range(steps + 1):
        losses.append(np.sum(weights * c) / 2)
        noise = gamma * x**2 * (tau1 * np.sum(weights * c) - tau2 * c)
        m = x**2 * c - 2 * beta * x * j + beta**2 * p + noise
        c, j, p = c - 2 * x * c + 2 * beta * j + m, beta * j - x * c + m, m
    return np.array(losses)


@settings(max_examples=40)
@given(
    alpha=st.floats(0.01, 1.5),
    beta=st.floats(-0.9, 0.9),
    gamma=st.floats(0, 1),
    tau1=st.floats(1, 1.5),
    tau2=st.sampled_from([-1.0, 0.0, 1.0]),
)
def test_agrees_with_the_plain_recursion(alpha, beta, gamma, tau1, tau2):
    plain = reference(EIGENVALUES, DENSITY, 60, alpha, beta, gamma, tau1, tau2)
    fast = moments.losses(
        EIGENVALUES, DENSITY, np.arange(61), lr=alpha, momentum=beta, gamma=gamma, tau1=tau1, tau2=tau2
    )
    # Relative to the largest loss so far: an oscillating mode passes through zero, its velocity does not.
    assert np.max(np.abs(fast - plain) / np.maximum.accumulate(plain)) < 1e-12


def test_rows_are_independent_and_keep_their_shape():
    lr, beta = np.meshgrid([0.1, 0.5, 0.9], [-0.3, 0.4])
    times = np.array([0, 3, 17, 50])
    together = moments.losses(EIGENVALUES, DENSITY, times, lr=lr, momentum=beta, gamma=0.2)
    assert together.shape == (2, 3, 4)
    alone = moments.losses(EIGENVALUES, DENSITY, times, lr=0.5, momentum=0.4, gamma=0.2)
    np.testing.assert_array_equal(together[1, 1], alone)
    everything = moments.losses(EIGENVALUES, DENSITY, np.arange(51), lr=0.5, momentum=0.4, gamma=0.2)
    np.testing.assert_array_equal(everything[times], alone)


def test_a_weight_is_a_multiplicity():
    doubled = moments.losses(np.repeat(EIGENVALUES, 2), np.repeat(DENSITY, 2), [30], lr=0.4, momentum=0.3, gamma=0.5)
    weighted = moments.losses(EIGENVALUES, DENSITY, [30], lr=0.4, momentum=0.3, gamma=0.5, weights=np.full(40, 2.0))
    # Equal modes move alike only where the noise of a mode's own loss is not subtracted twice: it is not.
    np.testing.assert_allclose(weighted, doubled, rtol=1e-13)


def test_without_noise_it_is_gradient_descent_with_momentum():
    w, v = np.sqrt(DENSITY / EIGENVALUES), np.zeros(40)
    losses = []
    for _ in range(101):
        losses.append(np.sum(EIGENVALUES * w**2) / 2)
        v = 0.7 * v - 0.3 * EIGENVALUES * w
        w = w + v
    fast = moments.losses(EIGENVALUES, DENSITY, np.arange(101), lr=0.3, momentum=0.7, gamma=0.0)
    np.testing.assert_allclose(fast, losses, rtol=1e-12)


def test_divergence_is_infinite_and_stays_so_while_other_rows_go_on():
    times = np.array([1, 100, 5000, 20_000])
    losses = moments.losses(EIGENVALUES, DENSITY, times, lr=np.array([5.0, 0.1]), momentum=0.0, gamma=0.5)
    assert np.isfinite(losses[0, :2]).all() and np.isinf(losses[0, 2:]).all()
    assert np.isfinite(losses[1]).all() and not np.isnan(losses).any()


def test_noise_factor():
    np.testing.assert_allclose(moments.noise_factor([1, 5, 10], 10), [1, 5 / 45, 0])
    np.testing.assert_allclose(moments.noise_factor([1, 4]), [1, 0.25])
    assert moments.noise_factor(1, 1) == 0


def test_noise_factor_is_the_variance_of_a_mean_without_replacement():
    values = np.array([0.0, 1.0, 5.0, -2.0, 3.0])
    pairs = [np.mean(values[[i, j]]) for i in range(5) for j in range(i)]
    assert np.isclose(np.var(pairs), moments.noise_factor(2, 5) * np.var(values))


@pytest.mark.parametrize(("batch", "samples", "message"), [(11, 10, "at most the 10"), (0, 10, "at least 1")])
def test_noise_factor_refuses(batch, samples, message):
    with pytest.raises(ValueError, match=message):
        moments.noise_factor(batch, samples)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"momentum": 1.0}, "momentum"),
        ({"momentum": [0.1, -1.0]}, "momentum"),
        ({"momentum": np.nan}, "momentum"),
        ({"gamma": 1.5}, "gamma"),
        ({"gamma": -0.1}, "gamma"),
        ({"lr": 0.0}, "lr must"),
        ({"lr": np.inf}, "lr must"),
        ({"times": [3, 3]}, "increase"),
        ({"times": [-1]}, "at least 0"),
        ({"times": [0.5]}, "integer"),
        ({"eigenvalues": -EIGENVALUES}, "eigenvalues"),
        ({"eigenvalues": EIGENVALUES[:5]}, "shape"),
        ({"density": np.full(40, np.nan)}, "density"),
    ],
)
def test_bad_input_is_refused(changed, message):
    good = {"eigenvalues": EIGENVALUES, "density": DENSITY, "times": [1], "lr": 0.1, "momentum": 0.5, "gamma": 0.5}
    with pytest.raises(ValueError, match=message):
        moments.losses(**(good | changed))
