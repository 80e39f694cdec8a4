"""Gradients and optimisers of the networks against torch, noise ratio by brute force, batching of runs."""

import numpy as np
import pytest

from optclaims.papers.adaptive_sde_scaling.problems.hyperparameters import Hyperparameters
from optclaims.papers.adaptive_sde_scaling.simulation import digits, digits_runs
from optclaims.science import networks, training

torch = pytest.importorskip("torch")
functional = torch.nn.functional


@pytest.fixture(scope="module")
def task():
    return digits.load(np.random.default_rng(0))


def logits(theta, x):
    return digits.NETWORK(theta[None], x[None])[0]


def one_gradient(theta, x, label):
    loss = networks.mean_loss(digits.NETWORK, networks.CROSS_ENTROPY)
    x, label = torch.tensor(x[None, None]), torch.tensor([[label]])
    return training.gradient(loss, torch.tensor(theta[None]), x, label)[0].numpy()


@pytest.mark.parametrize("beta1", [0.0, 0.9])
@pytest.mark.parametrize("weights", [(1.0,), (-0.8, 1.8)])
def test_training_agrees_with_torch(task, beta1, weights):
    rng = np.random.default_rng(1)
    start = digits.initial(rng.spawn(2))
    rows, labels = digits.draw_samples(task, rng.spawn(2), 5 * 4 * len(weights), 0.5)
    hyper = Hyperparameters(1e-2, 0.9, 1e-3, beta1)
    found = digits.train(task, start, rows, labels, hyper, 4, [2, 5], weights)
    theta = torch.tensor(start[1], requires_grad=True)
    optimizer = torch.optim.Adam([theta], hyper.lr, (beta1, hyper.beta2), hyper.eps)
    parts = iter(np.split(np.stack([rows[1], labels[1]]), 5 * len(weights), axis=1))
    for _ in range(5):
        optimizer.zero_grad()
        for weight in weights:
            row, label = next(parts)
            (
                weight * functional.cross_entropy(logits(theta, torch.tensor(task.X[row])), torch.tensor(label))
            ).backward()
        optimizer.step()
    np.testing.assert_allclose(found[1, 1], theta.detach().numpy(), atol=2e-5)


def test_noise_ratio_by_enumeration(task):
    small = digits.Task(task.X[:12], task.y[:12], task.test_X, task.test_y)
    theta, noise = digits.initial([np.random.default_rng(2)])[0], 0.3
    chance = np.full((12, 10), noise / 10)
    chance[np.arange(12), small.y] += 1 - noise
    g = np.array([[one_gradient(theta, x, c) for c in range(10)] for x in small.X]).astype(float)
    mean = np.einsum("nc,ncp->p", chance / 12, g)
    trace = np.einsum("nc,ncp->", chance / 12, (g - mean) ** 2)
    assert digits.noise_ratio(small, theta, noise, 8) == pytest.approx(8 * (mean @ mean) / trace, rel=1e-4)


def test_statistics_agree_with_torch(task):
    theta = digits.initial(np.random.default_rng(3).spawn(3))
    log_loss, accuracy = digits.statistics_of(task, theta)
    expected = functional.cross_entropy(logits(torch.tensor(theta[2]), torch.tensor(task.X)), torch.tensor(task.y))
    assert log_loss[2] == pytest.approx(float(expected.log()), rel=1e-4)
    assert accuracy.shape == (3,)


def test_equal_settings_give_equal_curves_and_bad_checkpoints_are_refused(task):
    base, rng = Hyperparameters(1e-3, 0.99, 1e-4), np.random.default_rng(4)
    arms, _ = digits_runs.compare_rules(task, rng.spawn(2), base, 8, [1], ["sqrt"], epochs=1, noise=0.5, checkpoints=2)
    np.testing.assert_array_equal(arms["base", 1][0], arms["sqrt", 1][0])
    with pytest.raises(ValueError, match="no whole batches"):
        digits_runs.compare_rules(task, rng.spawn(2), base, 7, [1], ["sqrt"], epochs=1, noise=0.5, checkpoints=2)
    with pytest.raises(ValueError, match="samples a seed"):
        digits.train(task, digits.initial(rng.spawn(1)), np.zeros((1, 8), int), np.zeros((1, 8), int), base, 8, [2])


def test_transformer_is_causal_and_runs_do_not_mix():
    from optclaims.papers.adaptive_sde_scaling.simulation import transformer

    rng = np.random.default_rng(5)
    chain = transformer.chain(rng)
    data = np.stack([transformer.sequences(chain, r, 64) for r in rng.spawn(2)])
    theta, held = transformer.initial(rng.spawn(2)), transformer.sequences(chain, rng, 32)
    slow, fast = Hyperparameters(1e-3, 0.99, 1e-8, 0.9), Hyperparameters(3e-3, 0.99, 1e-8, 0.9)
    both = transformer.train(theta, data, held, [slow, fast], 4, 4)
    alone = transformer.train(theta[1:], data[1:], held, [fast], 4, 4)
    np.testing.assert_allclose(both[1, 1], alone[0, 0], atol=1e-5)
    weights, changed = torch.tensor(theta), data.copy()
    changed[..., -1] = (changed[..., -1] + 1) % 16  # the last token is only ever a target
    grads = []
    for sequences in (data, changed):
        x = torch.tensor(sequences)
        loss = networks.mean_loss(transformer.NETWORK, networks.CROSS_ENTROPY)
        grads.append(training.gradient(loss, weights, x[..., :-1], x[..., 1:]))
    assert not torch.allclose(*grads)
    with pytest.raises(ValueError, match="no whole batches"):
        transformer.train(theta, data, held, [slow], 5, 4)


def test_chain_is_a_chain_of_order_two():
    from optclaims.papers.adaptive_sde_scaling.simulation import transformer

    chain = transformer.chain(np.random.default_rng(6))
    draws = transformer.sequences(chain, np.random.default_rng(7), 60_000)
    taken = draws[(draws[:, 4] == 3) & (draws[:, 5] == 7), 6]
    expected = np.diff(chain[3, 7], prepend=0)
    error = np.sqrt(expected * (1 - expected) / len(taken))
    assert np.all(np.abs(np.bincount(taken, minlength=16) / len(taken) - expected) < 4.5 * error + 1e-3)


def test_cifar_network_learns_and_follows_its_schedule():
    from optclaims.papers.adaptive_sde_scaling.simulation import cifar

    rates = [cifar.learning_rate(1.0, epoch, 500) for epoch in (0, 10, 299, 300, 400)]
    assert rates == pytest.approx([1e-3, 1, 1, 0.1, 0.01])
    rng = np.random.default_rng(8)
    X, y = rng.random((64, 3, 32, 32), np.float32), rng.integers(10, size=64)
    hyper = Hyperparameters(1e-3, 0.999, 1e-8)
    table = cifar.train((X, y, X[:16], y[:16]), hyper, 8, rng, epochs=10, architecture="resnet8", device="cpu", limit=3)
    assert len(table) == 3 and table.accuracy.between(0, 1).all()
