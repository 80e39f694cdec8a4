"""Networks with one scale-invariant weight vector, and matrix completion."""

import numpy as np
import pytest
import torch

from optclaims.papers.normalization_sharpness.simulation import cifar, matrix_completion, networks, tracking

RUNS = 2


def digits_task(features, image=None):
    rng = np.random.default_rng(0)
    images = rng.standard_normal((30, *(image or (10,))))
    return networks.parity_task(images, rng.integers(0, 10, 30), rng.spawn(RUNS), trained=20, features=features)


NETWORKS = {
    "perceptron": (networks.perceptron(10, (6, 5)), digits_task(5)),
    "convolutional": (networks.convolutional((3, 4, 4)), digits_task(16, (8, 8))),
}


def start(network, dtype=torch.float32):
    return network.initial(np.random.default_rng(1).spawn(RUNS), dtype)


@pytest.mark.parametrize("name", NETWORKS)
def test_loss_does_not_depend_on_the_length_of_the_weights(name):
    network, task = NETWORKS[name]
    loss, w = networks.training_loss(network, task), start(network)
    torch.testing.assert_close(loss(3 * w), loss(w), rtol=1e-5, atol=1e-6)
    w = w.requires_grad_()
    gradient = torch.autograd.grad(loss(w).sum(), w)[0]
    assert (gradient * w).sum(-1).abs().max() < 1e-5


def test_the_control_without_normalisation_is_not_scale_invariant():
    network, task = networks.perceptron(10, (6, 5), normalised=False), digits_task(5)
    loss, w = networks.training_loss(network, task), start(network)
    assert (loss(3 * w) - loss(w)).abs().min() > 1e-3


@pytest.mark.parametrize("name", NETWORKS)
def test_runs_do_not_touch_each_other(name):
    network, task = NETWORKS[name]
    w = start(network)
    changed = w.clone()
    changed[1] += 1
    outputs, other = (networks.outputs(network, weights, task) for weights in (w, changed))
    torch.testing.assert_close(outputs[0], other[0])
    assert not torch.allclose(outputs[1], other[1])


@pytest.mark.parametrize("name", NETWORKS)
def test_test_images_do_not_change_the_statistics(name):
    network, task = NETWORKS[name]
    w = start(network)
    every, known = (networks.outputs(network, w, task, examples) for examples in (None, task.trained))
    torch.testing.assert_close(every[:, : task.trained], known)


def test_descent_decays_weights_and_halves_the_oscillation():
    w = torch.tensor([[2.0, 1.0]], dtype=torch.float64)
    kept, middle, losses = networks.descend(lambda v: 0.5 * (v * v).sum(-1), w, lr=0.5, wd=0.1, steps=3, records=[0, 2])
    factor = 1 - 0.05 - 0.5
    torch.testing.assert_close(kept[:, 0], torch.stack([w[0], factor**2 * w[0]]))
    torch.testing.assert_close(middle[0], w * (1 + factor) / 2)
    np.testing.assert_allclose(losses[0], 2.5)


def test_descent_reports_overflow_and_bad_records():
    w = torch.ones(1, 1)
    with pytest.raises(FloatingPointError, match="not finite at step"):
        networks.descend(lambda v: (v**4).sum(-1), w, lr=1e6, wd=0.0, steps=20, records=[19])
    with pytest.raises(ValueError, match="must lie before the number of steps"):
        networks.descend(lambda v: (v**4).sum(-1), w, lr=0.1, wd=0.0, steps=5, records=[5])


def test_follow_gives_one_row_a_record_and_run():
    network, task = NETWORKS["perceptron"]
    frame = tracking.follow(
        network, task, start(network), np.random.default_rng(2), lr=0.1, wd=1e-2, steps=11, records=[0, 10]
    )
    assert len(frame) == 2 * RUNS
    np.testing.assert_allclose(frame["product"], frame["rate"] * frame["sharpness"])


@pytest.mark.parametrize("name", cifar.ARCHITECTURES)
def test_cifar_networks_are_scale_invariant(name):
    (build, features), rng = cifar.ARCHITECTURES[name], np.random.default_rng(0)
    network = build()
    images = torch.as_tensor(rng.standard_normal((6, 3, 32, 32)), dtype=torch.float32)
    readout = torch.as_tensor(rng.standard_normal((10, features)), dtype=torch.float32)
    data = cifar.Images(images, torch.arange(6), readout, trained=4)
    w = network.initial([rng])
    torch.testing.assert_close(*(cifar.outputs(network, c * w, data) for c in (1, 2)), rtol=1e-2, atol=1e-3)
    assert len(network.layers) == {"vgg11": 8, "resnet20": 19}[name]
    assert cifar.training_loss(network, data)(w).shape == (1,)


def completion(d=6):
    rngs = np.random.default_rng(0).spawn(RUNS)
    problem = matrix_completion.Completion.random(d, 2, 0.6, rngs)
    return problem, torch.as_tensor(np.stack([matrix_completion.initial_factors(d, rng) for rng in rngs]))


def test_completion_is_scale_invariant_and_normalised():
    problem, w = completion()
    loss = matrix_completion.completion_loss(problem)
    torch.testing.assert_close(loss(5 * w), loss(w))
    observed = (problem.observed * matrix_completion.predictions(problem, w).square()).sum((-1, -2))
    torch.testing.assert_close(observed, problem.observed.sum((-1, -2)))


def test_completion_loss_vanishes_at_the_targets():
    problem, _ = completion()
    U, S, Vh = torch.linalg.svd(problem.targets)
    w = torch.stack([U * S.sqrt().unsqueeze(-2), Vh.mT * S.sqrt().unsqueeze(-2)], dim=1).flatten(1)
    assert matrix_completion.completion_loss(problem)(w).max() < 1e-20
    assert matrix_completion.relative_test_error(problem, w).max() < 1e-10
    assert (matrix_completion.effective_rank(problem, w) < 2 + 1e-9).all()


@pytest.mark.parametrize(("rank", "share"), [(0, 0.5), (7, 0.5), (2, 0.0), (2, 1.0)])
def test_completion_refuses_what_it_cannot_draw(rank, share):
    with pytest.raises(ValueError, match="need 1 <= rank <= d"):
        matrix_completion.Completion.random(6, rank, share, np.random.default_rng(0).spawn(1))
