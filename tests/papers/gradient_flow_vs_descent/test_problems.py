import itertools

import numpy as np
import pytest
import torch

from optclaims.papers.gradient_flow_vs_descent import problems
from optclaims.science.finite_differences import hessian


def net(activation="tanh"):
    rng = np.random.default_rng(1)
    return problems.Regression((3, 5, 4, 2), activation, rng.standard_normal((7, 3)), rng.standard_normal((7, 2)), 7.0)


@pytest.mark.parametrize("activation", ["linear", "tanh", "relu"])
def test_loss_and_gradient_are_those_of_torch(activation):
    own = net(activation)
    theta = np.random.default_rng(2).standard_normal((2, own.parameters))
    at = torch.tensor(theta, requires_grad=True)
    value, start = torch.as_tensor(own.inputs).expand(2, -1, -1), 0
    for number, (i, o) in enumerate([(3, 5), (5, 4), (4, 2)]):
        value = value @ at[:, start : start + i * o].view(2, o, i).mT
        start += i * o
        if number < 2:
            value = {"linear": lambda z: z, "tanh": torch.tanh, "relu": torch.relu}[activation](value)
    loss = ((value - torch.as_tensor(own.targets)) ** 2).sum((-1, -2)) / 14
    loss.sum().backward()
    assert own.loss(theta) == pytest.approx(loss.detach().numpy())
    assert own.gradient(theta) == pytest.approx(at.grad.numpy())


def test_factorisation_is_half_the_squared_distance_of_the_product():
    target = np.arange(6.0).reshape(2, 3)
    own = problems.factorisation((3, 4, 2), target)
    theta = problems.gaussian_start(np.random.default_rng(0), (3, 4, 2), 1.0)
    first, second = own.layers(theta)
    assert own.loss(theta) == pytest.approx([0.5 * ((second @ first - target) ** 2).sum()])
    assert problems.end_to_end(own, theta) == pytest.approx(second @ first)


@pytest.mark.parametrize("widths", [(4, 4, 4, 2), (3, 5, 5, 5, 3), (4, 4, 4, 1)])
def test_balanced_starts_are_balanced_and_keep_the_product(widths):
    own = problems.factorisation(widths, np.zeros((widths[-1], widths[0])))
    theta = problems.balanced_start(np.random.default_rng(3), widths, 0.3, 0.0, runs=3)
    gaussian = problems.gaussian_start(np.random.default_rng(3), widths, 0.3, runs=3)
    assert problems.end_to_end(own, theta) == pytest.approx(problems.end_to_end(own, gaussian))
    layers = own.layers(theta)
    for below, above in itertools.pairwise(layers):
        assert above.swapaxes(-1, -2) @ above == pytest.approx(below @ below.swapaxes(-1, -2), abs=1e-12)


def test_noise_of_a_balanced_start_has_its_size():
    quiet, noisy = (
        problems.balanced_start(np.random.default_rng(3), (9, 9, 9), 0.3, noise, runs=4) for noise in (0.0, 0.1)
    )
    assert (noisy - quiet).std() == pytest.approx(0.1, rel=0.1)


def test_fan_in_scaling():
    theta = problems.gaussian_start(np.random.default_rng(0), (100, 400, 1), 0.5, runs=20, by_fan_in=True)
    assert theta[:, :40000].std() == pytest.approx(0.05, rel=0.02)
    assert theta[:, 40000:].std() == pytest.approx(0.025, rel=0.02)


def test_aligned_starts_have_the_product_of_their_ends():
    rng = np.random.default_rng(0)
    units = [u / np.linalg.norm(u) for u in (rng.standard_normal(w) for w in (4, 3, 2))]
    own = problems.factorisation((4, 3, 2), np.zeros((2, 4)))
    product = problems.end_to_end(own, problems.aligned_start(units, 0.5))
    assert product == pytest.approx(0.25 * np.outer(units[2], units[0]))


def test_antiparallel_starts_point_away_from_the_target_and_are_balanced():
    target = np.array([[0.0, 0.6, 0.8]])
    own = problems.factorisation((3, 3, 3, 1), target)
    theta = problems.antiparallel_start(np.random.default_rng(0), target, 0.5, 3, 0.0, runs=2)
    assert problems.end_to_end(own, theta) == pytest.approx(np.stack([-0.125 * target] * 2))
    layers = own.layers(theta)
    for below, above in itertools.pairwise(layers):
        assert above.swapaxes(-1, -2) @ above == pytest.approx(below @ below.swapaxes(-1, -2), abs=1e-12)
    noisy = problems.antiparallel_start(np.random.default_rng(0), target, 0.5, 3, 0.01, runs=50)
    assert (noisy - problems.antiparallel_start(np.random.default_rng(0), target, 0.5, 3, 0.0, runs=50)).std() > 0.005


def test_image_regression_is_a_mean_over_centred_images():
    rng = np.random.default_rng(0)
    images, labels = rng.uniform(0, 5, (6, 4)), np.array([0, 1, 2, 0, 1, 2])
    own = problems.image_regression(images, labels, (4, 3), "linear")
    assert own.inputs.mean(axis=0) == pytest.approx(0, abs=1e-12)
    assert own.inputs.std() == pytest.approx(1)
    assert own.loss(np.zeros(12)) == pytest.approx(0.5)
    # A linear model has the Hessian of least squares.
    expected = np.kron(np.eye(3), own.inputs.T @ own.inputs / 6)
    assert hessian(own.gradient, np.zeros(12)) == pytest.approx(expected, abs=1e-9)


def test_arrays_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="target"):
        problems.factorisation((3, 2), np.zeros((3, 2)))
    with pytest.raises(ValueError, match="activation"):
        problems.image_regression(np.eye(2), np.array([0, 1]), (2, 2), "gelu")
    with pytest.raises(ValueError, match="equal"):
        problems.image_regression(np.ones((2, 2)), np.array([0, 1]), (2, 2), "tanh")
