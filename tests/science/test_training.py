import itertools

import numpy as np
import pytest
import torch

from optclaims.science import networks, perceptrons, training
from optclaims.science.optimizers import SGD, Adam

RUNS, N, BATCH = 3, 30, 4
RNG = np.random.default_rng(0)
X, Y = torch.tensor(RNG.standard_normal((N, 5)), dtype=torch.float32), torch.tensor(RNG.integers(3, size=N))


def rngs(runs=RUNS):
    return np.random.default_rng(1).spawn(runs)


def test_training_equals_torch_modules_run_by_run():
    network = networks.perceptron((5, 4, 3), "tanh")
    loss, theta = networks.mean_loss(network, networks.CROSS_ENTROPY), network.initial(rngs())
    rows = training.stacked(training.drawn(rngs(), N, BATCH), 20)
    frame = training.train(
        loss, Adam(0.01), theta, training.taken((X, Y), rows.swapaxes(0, 1)), [0, 7, 20],
        lambda theta: {"loss": loss(theta, X[None], Y[None])},
    )  # fmt: skip
    for run in range(RUNS):
        module = torch.nn.Sequential(torch.nn.Linear(5, 4), torch.nn.Tanh(), torch.nn.Linear(4, 3))
        with torch.no_grad():
            for layer, w in zip((module[0], module[2]), network.unpacked(theta), strict=True):
                layer.weight.copy_(w[run, :-1].T)
                layer.bias.copy_(w[run, -1])
        optimizer, losses = torch.optim.Adam(module.parameters(), lr=0.01), []
        for step in range(21):
            if step in (0, 7, 20):
                losses.append(torch.nn.functional.cross_entropy(module(X), Y).item())
            if step < 20:
                optimizer.zero_grad()
                torch.nn.functional.cross_entropy(module(X[rows[run, step]]), Y[rows[run, step]]).backward()
                optimizer.step()
        np.testing.assert_allclose(frame.query("run == @run")["loss"], losses, rtol=1e-4)
    found = perceptrons.train((5, 4, 3), theta, X, Y, rows, Adam(0.01), [20], activation="tanh")[0]
    last = loss(torch.as_tensor(found), X[None], Y[None])
    np.testing.assert_allclose(frame.query("step == 20")["loss"], last, rtol=1e-4)


def test_arms_share_the_batches_of_their_seed():
    network = networks.perceptron((5, 3))
    loss, theta = networks.mean_loss(network, networks.CROSS_ENTROPY), network.initial(rngs())
    lr = np.array([0.1, 0.5])

    def run(theta, lr, arms):
        stream = training.taken((X, Y), training.shuffled(rngs(), N, BATCH), arms=arms)
        measure = lambda theta: {"loss": loss(theta, X[None], Y[None])}  # noqa: E731
        return training.train(loss, SGD(lr), theta, stream, [20], measure)["loss"].to_numpy()

    both = run(theta.repeat(2, 1), np.repeat(lr, RUNS)[:, None], 2)
    np.testing.assert_allclose(both, np.concatenate([run(theta, float(rate), 1) for rate in lr]), rtol=1e-5)


def test_a_diverged_run_is_recorded_at_the_cap_from_then_on_and_the_others_go_on():
    loss = lambda theta: theta.square().sum(1)  # noqa: E731
    rates = np.array([[0.1], [1e4]])
    frame = training.train(
        loss, SGD(rates), torch.ones(2, 1), training.full(), [0, 1, 5, 60], lambda theta: {"loss": loss(theta)}
    )
    bad, good = frame.query("run == 1"), frame.query("run == 0")
    assert bad["diverged"].tolist() == [False, False, True, True]
    assert bad["loss"].tolist()[2:] == [1e30, 1e30]
    assert not good["diverged"].any()
    np.testing.assert_allclose(good["loss"], [0.8 ** (2 * t) for t in (0, 1, 5, 60)], rtol=1e-4)


def test_batches_that_end_too_early_are_refused():
    with pytest.raises(ValueError, match="batches"):
        training.train(lambda theta: theta.sum(1), SGD(0.1), torch.ones(1, 1), [()] * 3, [4], lambda theta: {})


def test_epochs_hold_every_sample_once_and_only_the_runs_own():
    own = np.stack([np.arange(0, 10), np.arange(10, 20)])
    stream = training.shuffled(rngs(2), own, 4)
    for _ in range(3):
        epoch = np.concatenate(list(itertools.islice(stream, 2)), axis=1)
        for run in range(2):
            assert len(set(epoch[run])) == 8
            assert set(epoch[run]) <= set(own[run])


def test_drawn_rows_are_uniform_and_each_runs_own():
    rows = training.stacked(training.drawn(rngs(), 5, 400), 20)
    assert rows.shape == (RUNS, 20, 400)
    np.testing.assert_allclose(np.bincount(rows[0].ravel(), minlength=5) / 8000, 0.2, atol=0.02)
    np.testing.assert_array_equal(training.stacked(training.drawn(rngs()[1:2], 5, 400), 20)[0], rows[1])
    assert (rows[0] != rows[1]).any()


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        (lambda: training.drawn(rngs(), 0, 1), "n"),
        (lambda: training.drawn(rngs(), 5, 0), "batch"),
        (lambda: training.shuffled(rngs(), 5, 6), "batch"),
        (lambda: training.stacked(training.drawn(rngs(), 5, 1), 0), "steps"),
        (lambda: training.device_of("gpu"), "device"),
    ],
)
def test_streams_refuse_nonsense(wrong, named):
    with pytest.raises(ValueError, match=named):
        wrong()
