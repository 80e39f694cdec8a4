"""Chains against exact moments and loops, invariant laws against chains and closed forms, networks against torch."""

import numpy as np
import pytest
import torch

from optclaims.papers.theopoula import simulation, theory
from optclaims.papers.theopoula.problems import DOUBLE_WELL, QUARTIC, Potential, energy, superlinear_gradient
from optclaims.papers.theopoula.simulation import networks
from optclaims.science.optimizers import SGD, Adam, TheoPouLa

LR = np.array([[0.1], [0.01]])


def test_chains_are_a_loop_over_single_steps():
    found = simulation.superlinear(Adam(LR), 1.1, 4, 3, np.random.default_rng(5), beta=40.0)
    rng, rule = np.random.default_rng(5), Adam(LR)
    theta = np.full((2, 3), 1.1)
    state = rule.start(theta)
    for t in range(1, 5):
        doubled = rng.random((2, 3)) < 0.75
        theta, state = rule.step(theta, superlinear_gradient(theta, doubled), state, t)
        theta = theta + np.sqrt(2 * LR / 40.0) * rng.standard_normal((2, 3))
    np.testing.assert_allclose(found.end, theta)
    np.testing.assert_allclose(found.mean[-1], theta.mean(axis=1))
    np.testing.assert_allclose(found.spread[-1], theta.std(axis=1, ddof=1))
    np.testing.assert_array_equal(found.mean[0], 1.1)


def test_the_noise_has_its_variance():
    """At the minimiser a tiny gradient step leaves sqrt(2 lr / beta) of noise."""
    found = simulation.superlinear(SGD(np.array([[1e-6], [4e-6]])), 0.0, 1, 40_000, np.random.default_rng(0), beta=2.0)
    np.testing.assert_allclose(found.end.std(axis=1), [1e-3, 2e-3], rtol=0.02)


def test_gradient_descent_explodes_and_what_is_tamed_or_clipped_does_not():
    rng = np.random.default_rng(0)
    lost = simulation.superlinear(SGD(LR), 5.0, 5, 4, rng)
    assert lost.failed.tolist() == [2, 2] and np.isnan(lost.mean[2:]).all() and np.isfinite(lost.mean[:2]).all()
    for rule, clip in ((TheoPouLa(LR, 0.01), None), (SGD(LR), 1.0)):
        kept = simulation.superlinear(rule, 5.0, 5, 4, rng, clip=clip)
        assert kept.failed.tolist() == [6, 6] and np.isfinite(kept.mean).all()
    clipped = simulation.superlinear(SGD(LR), 5.0, 5, 4, rng, clip=1.0)
    np.testing.assert_allclose(clipped.end.mean(axis=1), [4.5, 4.95], atol=1e-5)


def test_chains_follow_the_mean_field():
    chains = simulation.superlinear(TheoPouLa(0.05, 0.01), 5.0, 30, 400, np.random.default_rng(1))
    np.testing.assert_allclose(chains.mean[:, 0], theory.mean_field(0.05, 0.01, 5.0, 30), atol=0.01)


def autoregressive(lr):
    """Stationary variance of x <- (1 - lr) x + sqrt(2 lr) z."""
    return 2 * lr / (1 - (1 - lr) ** 2)


@pytest.mark.parametrize("points", [121, 481])
def test_the_invariant_law_of_a_linear_chain_is_normal(points):
    x, weights = simulation.invariant(Potential(1e-12, 1.0, 0.0), SGD(0.2), 1.0, points, bound=8.0)
    assert weights.sum() == pytest.approx(1)
    assert weights @ x**2 == pytest.approx(autoregressive(0.2), rel=1e-8)
    assert weights @ x**4 == pytest.approx(3 * autoregressive(0.2) ** 2, rel=1e-6)


def test_the_temperature_scales_a_linear_chain():
    x, weights = simulation.invariant(Potential(1e-12, 1.0, 0.0), SGD(0.2), 4.0, 481)
    assert weights @ x**2 == pytest.approx(autoregressive(0.2) / 4, rel=1e-8)


def test_the_invariant_law_is_invariant():
    """One step of its own sample leaves every moment in its place, up to the sample's error."""
    rule, rng = TheoPouLa(0.08, 0.1), np.random.default_rng(2)
    x, weights = simulation.invariant(DOUBLE_WELL, rule, 1.0, 601)
    sample = rng.choice(x, 200_000, p=weights / weights.sum())
    g = sample**3 - sample
    after = sample - theory.displacement(g, 0.08, 0.1) + np.sqrt(0.16) * rng.standard_normal(sample.size)
    for power in (1, 2, 4):
        assert abs(np.mean(after**power) - weights @ x**power) < 4.5 * np.std(after**power) / np.sqrt(sample.size)


def test_the_invariant_law_tends_to_the_target_and_converges_on_the_grid():
    gaps = []
    for lr in (0.02, 0.01, 0.005):
        x, weights = simulation.invariant(QUARTIC, SGD(lr), 1.0, 601, bound=4.5)
        density = np.exp(-energy(QUARTIC, x))
        gaps.append(weights @ x**2 - density @ x**2 / density.sum())
    assert np.diff(np.log2(gaps)) == pytest.approx([-1, -1], abs=0.1)
    fine = simulation.invariant(DOUBLE_WELL, TheoPouLa(0.04, 0.1), 1.0, 1001)
    coarse = simulation.invariant(DOUBLE_WELL, TheoPouLa(0.04, 0.1), 1.0, 601)
    assert coarse[1] @ coarse[0] ** 2 == pytest.approx(fine[1] @ fine[0] ** 2, rel=1e-5)


def test_an_interval_that_a_rule_overshoots_is_refused():
    with pytest.raises(ValueError, match="bound must hold"):
        simulation.invariant(QUARTIC, SGD(0.1), 1.0, 201, bound=6.0)


def test_a_grid_that_does_not_resolve_the_noise_is_refused():
    with pytest.raises(ValueError, match="points must resolve"):
        simulation.invariant(DOUBLE_WELL, SGD(1e-4), 1.0, 101)


@pytest.mark.parametrize(("lr", "eps", "beta"), [(0.08, 0.1, 1.0), (0.1, 1.0, 3.0)])
def test_chains_in_a_tilted_well_have_the_invariant_law(lr, eps, beta):
    well = Potential(1.2, -0.8, 0.3)
    sample = simulation.well(well, lr, eps, beta, 10.0, 60_000, np.random.default_rng(4))
    x, weights = simulation.invariant(well, TheoPouLa(lr, eps), beta, 601)
    for power in (1, 2):
        assert abs(np.mean(sample**power) - weights @ x**power) < 4.5 * np.std(sample**power) / np.sqrt(sample.size)


def test_networks_train_as_torch_does():
    rng = np.random.default_rng(0)
    images, labels = rng.random((20, 64)), rng.integers(10, size=20)
    rules = {"SGD": SGD(0.5), "boosted": TheoPouLa(0.1, 0.01)}
    found = networks.losses(rules, images, labels, 20, [0, 3], [np.random.default_rng(7)])
    layers = [torch.nn.Linear(a, b) for a, b in zip(networks.WIDTHS[:-1], networks.WIDTHS[1:], strict=True)]
    net = networks.networks.perceptron(networks.WIDTHS, "sigmoid")
    start = net.initial([np.random.default_rng(7)])
    weights = net.unpacked(start)
    for layer, w in zip(layers, weights, strict=True):
        layer.weight.data, layer.bias.data = w[0, :-1].T.clone(), w[0, -1].clone()

    def loss():
        z = torch.tensor(images, dtype=torch.float32)
        for i, layer in enumerate(layers):
            z = layer(z) if i == len(layers) - 1 else torch.sigmoid(layer(z))
        return torch.nn.functional.cross_entropy(z, torch.as_tensor(labels))

    assert found["SGD"][0, 0] == pytest.approx(loss().item(), rel=1e-5)
    optimizer = torch.optim.SGD([p for layer in layers for p in layer.parameters()], lr=0.5)
    for _ in range(3):  # batches of all images: their order is no matter
        optimizer.zero_grad()
        loss().backward()
        optimizer.step()
    assert found["SGD"][1, 0] == pytest.approx(loss().item(), rel=1e-4)
    assert found["boosted"][0, 0] == found["SGD"][0, 0] != found["boosted"][1, 0]
