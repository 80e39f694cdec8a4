import itertools

import numpy as np
import pandas as pd
import pytest
import torch
from torch.nn import functional

from optclaims.papers.amsgrad_counterexample.figures import networks as figures
from optclaims.papers.amsgrad_counterexample.measures import tuning
from optclaims.papers.amsgrad_counterexample.problems import splits
from optclaims.papers.amsgrad_counterexample.simulation import networks
from optclaims.science import datasets

ARMS, SEEDS, BATCH = 2, 3, 5
NETWORKS = {
    "logistic": (networks.logistic(64, 10), (1, 8, 8)),
    "perceptron": (networks.perceptron(64, 7, 10), (1, 8, 8)),
    "convolutional": (networks.convolutional((2, 8, 8), 4, 3, (6, 5), 10, False), (2, 8, 8)),
    "even kernel, regularised": (networks.convolutional((3, 8, 8), 4, 6, (6, 5), 10, True), (3, 8, 8)),
}
SETTINGS = {"beta1": 0.9, "batch": 16, "decay": False, "records": [3, 8]}


@pytest.fixture(params=NETWORKS)
def problem(request):
    """A network in float64 with images, labels, random weights and a dropout mask."""
    network, shape = NETWORKS[request.param]
    rng = np.random.default_rng(1)
    size = len(network.initial(rng))
    theta = torch.tensor(0.3 * rng.standard_normal((ARMS, SEEDS, size)))
    images = torch.tensor(rng.standard_normal((SEEDS, BATCH, *shape)))
    labels = torch.tensor(rng.integers(10, size=(SEEDS, BATCH)))
    keep = torch.tensor(rng.integers(2, size=(SEEDS, BATCH, network.dropout_units))) if network.dropout_units else None
    return network, theta, images, labels, keep


@pytest.fixture(scope="module")
def data():
    return splits.load("digits", np.random.default_rng(0), seeds=SEEDS, train=100, holdout=20)


def arms(alpha=0.01, beta2=0.99):
    return {"alpha": [alpha] * 2, "beta2": [beta2] * 2, "amsgrad": [False, True]}


def rngs(seeds=SEEDS):
    return np.random.default_rng(7).spawn(seeds)


def reference(network, weights, images, keep):
    """One run with torch's own layers: weights are the tensors of that run."""
    if len(weights) <= 4:
        x = images.flatten(1)
        for position in range(0, len(weights), 2):
            x = (x.relu() if position else x) @ weights[position] + weights[position + 1]
        return x
    for kernel, bias in (weights[:2], weights[2:4]):
        size = kernel.shape[-1]
        images = functional.pad(images, ((size - 1) // 2, size // 2) * 2)
        images = functional.conv2d(images, kernel, bias).relu()
        if network.dropout_units:
            images = functional.local_response_norm(images, 9, alpha=1e-3, beta=0.75, k=1.0)
        images = functional.max_pool2d(images, 2)
    x = functional.linear(images.flatten(1), weights[4].T, weights[5]).relu()
    x = x if keep is None else 2 * keep * x
    return functional.linear(functional.linear(x, weights[6].T, weights[7]).relu(), weights[8].T, weights[9])


def test_batched_logits_equal_torch_layers_run_by_run(problem):
    network, theta, images, _, keep = problem
    logits = network.logits(theta, images, keep)
    sizes = [int(np.prod(shape)) for shape in network.shapes]
    for arm in range(ARMS):
        for seed in range(SEEDS):
            pieces = theta[arm, seed].split(sizes)
            weights = [piece.view(shape) for piece, shape in zip(pieces, network.shapes, strict=True)]
            expected = reference(network, weights, images[seed], None if keep is None else keep[seed])
            torch.testing.assert_close(logits[arm, seed], expected, rtol=1e-12, atol=1e-12)


def test_gradient_equals_central_differences_and_is_each_runs_own(problem):
    network, theta, images, labels, keep = problem
    gradient = networks._gradient(network, theta, images, labels, keep)
    direction = torch.tensor(np.random.default_rng(2).standard_normal(theta.shape[-1]))
    for arm, seed in ((0, 0), (1, 2)):
        shift = torch.zeros_like(theta)
        shift[arm, seed] = 1e-5 * direction / direction.norm()
        ends = [
            networks.losses(network.logits(theta + sign * shift, images, keep), labels).mean(-1) for sign in (1, -1)
        ]
        slope = (ends[0] - ends[1]) / 2e-5
        assert slope[arm, seed].item() == pytest.approx(
            (gradient[arm, seed] @ direction / direction.norm()).item(), rel=1e-5, abs=1e-8
        )
        slope[arm, seed] = 0
        assert not slope.any()


def test_losses_are_torchs_cross_entropy():
    logits = torch.randn(ARMS, SEEDS, BATCH, 10, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    labels = torch.arange(SEEDS * BATCH).view(SEEDS, BATCH) % 10
    expected = functional.cross_entropy(logits.flatten(0, 2), labels.repeat(ARMS, 1).flatten(), reduction="none")
    torch.testing.assert_close(networks.losses(logits, labels), expected.view(ARMS, SEEDS, BATCH))


@pytest.mark.parametrize("amsgrad", [False, True])
@pytest.mark.parametrize("beta2", [0.99, 0.999])
def test_step_equals_torch_up_to_its_bias_correction(amsgrad, beta2):
    """torch divides m by 1 - beta1^t and, after the maximum, v by 1 - beta2^t: its settings for each t undo both."""
    alpha, beta1 = 0.01, 0.9
    rng = np.random.default_rng(3)
    theta = torch.tensor(rng.standard_normal((1, 1, 20)))
    weights = theta.clone().requires_grad_()
    optimizer = torch.optim.Adam([weights], betas=(beta1, beta2), amsgrad=amsgrad)
    state = networks.State(*(torch.zeros_like(theta) for _ in range(3)))
    for t in range(1, 60):
        gradient = torch.tensor(rng.standard_normal(theta.shape)) * (10 if t == 5 else 1)
        args = (torch.tensor(alpha, dtype=torch.float64), beta1, torch.tensor(beta2, dtype=torch.float64))
        networks.step(theta, state, gradient, *args, torch.tensor(amsgrad))
        root = (1 - beta2**t) ** 0.5
        optimizer.param_groups[0] |= {"lr": alpha * (1 - beta1**t) / root, "eps": 1e-8 / root}
        weights.grad = gradient
        optimizer.step()
    torch.testing.assert_close(theta, weights.detach(), rtol=1e-12, atol=1e-12)


def test_amsgrads_denominator_never_falls_and_adams_does():
    state = networks.State(*(torch.zeros(2, 1, 1, dtype=torch.float64) for _ in range(3)))
    theta, amsgrad = torch.zeros(2, 1, 1, dtype=torch.float64), torch.tensor([False, True]).view(2, 1, 1)
    seen = []
    for gradient in [10.0, 0.1, 0.1, 0.1]:
        args = (torch.tensor(0.1), 0.9, torch.tensor(0.9))
        networks.step(theta, state, torch.full_like(theta, gradient), *args, amsgrad)
        seen.append(state.vhat.flatten().clone())
    falls = (torch.stack(seen).diff(dim=0) < 0).any(0)
    assert falls.tolist() == [True, False]


def test_a_weight_that_never_saw_a_gradient_stays():
    state = networks.State(*(torch.zeros(1, 1, 2) for _ in range(3)))
    gradient = torch.tensor([0.0, 1.0]).view(1, 1, 2)
    theta = gradient.clone()
    networks.step(theta, state, gradient, torch.tensor(0.1), 0.9, torch.tensor(0.99), torch.tensor(True))
    assert theta[0, 0, 0] == 0 and theta[0, 0, 1] < 1


@pytest.mark.parametrize("name", ["logistic", "perceptron", "convolutional"])
def test_seeds_together_equal_seeds_one_by_one(data, name):
    network = (
        networks.convolutional((1, 8, 8), 4, 3, (6, 5), 10, True) if name == "convolutional" else NETWORKS[name][0]
    )
    together = networks.train(network, data, rngs(), **arms(), **SETTINGS)
    for seed in range(SEEDS):
        part = splits.Data(
            data.images, data.labels, {name: rows[seed : seed + 1] for name, rows in data.splits.items()}
        )
        alone = networks.train(network, part, rngs()[seed : seed + 1], **arms(), **SETTINGS)
        for split, values in alone.items():
            np.testing.assert_allclose(values[:, :, 0], together[split][:, :, seed], rtol=2e-4)


def test_training_is_reproducible_to_the_bit_and_seeds_differ(data):
    network = NETWORKS["perceptron"][0]
    first, second = (networks.train(network, data, rngs(), **arms(), **SETTINGS) for _ in range(2))
    for split in first:
        np.testing.assert_array_equal(first[split], second[split])
        assert len(np.unique(first[split][0, 0])) == SEEDS


def test_seeds_are_uncorrelated():
    network = networks.perceptron(8, 20, 2)
    initial = np.stack([network.initial(rng) for rng in rngs(4)])[:, :160]
    correlations = np.corrcoef(initial)[np.triu_indices(4, 1)]
    assert np.abs(correlations).max() < 4 / np.sqrt(160)


def test_equal_arms_give_equal_losses_and_amsgrad_other_ones(data):
    network = NETWORKS["perceptron"][0]
    twice = {"alpha": [0.01] * 3, "beta2": [0.9] * 3, "amsgrad": [False, False, True]}
    losses = networks.train(network, data, rngs(), **twice, beta1=0.9, batch=16, decay=False, records=[40])["train"][0]
    np.testing.assert_allclose(losses[0], losses[1], rtol=1e-5)
    assert (np.abs(losses[2] / losses[0] - 1) > 1e-3).all()


def test_decay_divides_the_step_size_by_the_root_of_t(data):
    """One step is the same with and without decay, the second is not."""
    network = NETWORKS["logistic"][0]
    settings = {**SETTINGS, "records": [1, 2]}
    with_decay = networks.train(network, data, rngs(), **arms(), **{**settings, "decay": True})["train"]
    without = networks.train(network, data, rngs(), **arms(), **settings)["train"]
    np.testing.assert_array_equal(with_decay[0], without[0])
    assert (with_decay[1] > without[1]).all()


def test_a_diverged_run_is_recorded_as_a_finite_loss(data):
    losses = networks.train(NETWORKS["perceptron"][0], data, rngs(), **arms(alpha=1e30), **SETTINGS)
    assert all(np.isfinite(values).all() and values.max() == networks.LOSS_CAP for values in losses.values())


def test_evaluation_does_not_depend_on_the_chunk(data):
    network = NETWORKS["perceptron"][0]
    theta = torch.tensor(np.stack([network.initial(rng) for rng in rngs()]))[None]
    images, labels, rows = (torch.tensor(a) for a in (data.images, data.labels, data.splits["train"]))
    whole, parts = (networks.evaluate(network, theta, images, labels, rows, chunk) for chunk in (100, 7))
    torch.testing.assert_close(whole, parts)
    expected = networks.losses(network.logits(theta, images[rows]), labels[rows]).mean(-1)
    torch.testing.assert_close(whole, expected)


def test_every_epoch_shows_every_image_once():
    stream = networks._batches(np.random.default_rng(0), np.arange(10, 22), 4)
    for _ in range(3):
        assert sorted(np.concatenate([next(stream) for _ in range(3)])) == list(range(10, 22))


def test_dropout_keeps_half_and_differs_between_seeds():
    keep = networks._keep(rngs(), 200, 50, "cpu").float()
    assert keep.shape == (SEEDS, 200, 50) and abs(keep.mean() - 0.5) < 4 * 0.5 / np.sqrt(keep.numel())
    assert (keep[0] != keep[1]).any()
    assert networks._keep(rngs(), 200, 0, "cpu") is None


def test_splits_share_the_test_images_and_nothing_else(data):
    test = data.splits["test"]
    assert (test == test[0]).all()
    for seed in range(SEEDS):
        rows = [set(data.splits[name][seed]) for name in ("train", "holdout", "test")]
        assert sum(map(len, rows)) == len(set.union(*rows))
    assert not np.array_equal(np.sort(data.splits["train"][0]), np.sort(data.splits["train"][1]))


def test_too_few_images_are_shared_out_in_proportion(monkeypatch):
    rng = np.random.default_rng(0)
    tiny = [
        rng.random((60, 3, 32, 32)),
        rng.integers(10, size=60),
        rng.random((7, 3, 32, 32)),
        rng.integers(10, size=7),
    ]
    monkeypatch.setattr(datasets, "cifar10", lambda: tiny)
    data = splits.load("CIFAR-10", rng, seeds=2, train=400, holdout=200)
    assert {name: rows.shape for name, rows in data.splits.items()} == {
        "train": (2, 40),
        "holdout": (2, 20),
        "test": (2, 7),
    }
    assert data.images.shape == (67, 3, 32, 32) and np.abs(data.images[:60].mean(axis=(0, 2, 3))).max() < 1e-6


@pytest.fixture
def runs():
    """Runs with known best configurations: Adam (0.1, 0.9), AMSGrad (0.2, 0.99), for new images any other one."""
    best = {"Adam": (0.1, 0.9), "AMSGrad": (0.2, 0.99)}
    rows = []
    for alpha, beta2, seed, algorithm, step in itertools.product((0.1, 0.2), (0.9, 0.99), range(4), best, (10, 20)):
        level = (1 if (alpha, beta2) == best[algorithm] else 2) * 20 / step
        point = {"alpha": alpha, "beta2": beta2, "seed": seed, "algorithm": algorithm, "step": step}
        rows.append(point | {"train": level * (1 + 0.01 * seed), "holdout": 3 - level, "test": level + seed})
    return pd.DataFrame(rows).sample(frac=1, random_state=0)


def test_tuning_finds_the_planted_configuration(runs):
    assert tuning.best(runs, "Adam", "train") == (0.1, 0.9)
    assert tuning.best(runs, "AMSGrad", "train") == (0.2, 0.99)
    np.testing.assert_allclose(tuning.tuned(runs, "Adam", "train", "train"), [1, 1.01, 1.02, 1.03])
    np.testing.assert_allclose(tuning.tuned(runs, "Adam", "holdout", "test"), [2, 3, 4, 5])
    np.testing.assert_allclose(tuning.tuned(runs, "Adam", "train", "train", step=10), [2, 2.02, 2.04, 2.06])


def test_matched_pairs_compare_equal_and_unequal_step_sizes(runs):
    equal = tuning.matched(runs, [0.2], "train")
    np.testing.assert_allclose([pair.value for pair in equal], [0, np.log(2)], atol=1e-12)
    unequal = tuning.matched(runs, [0.2], "train", adam_below=1)
    np.testing.assert_allclose([pair.value for pair in unequal], [-np.log(2), np.log(2)], atol=1e-12)
    assert tuning.weakest(equal).value == pytest.approx(np.log(2))


def test_spread_is_the_mean_loss_of_a_wrong_configuration(runs):
    np.testing.assert_allclose(tuning.spread(runs, "Adam", "train"), 3 / 4 * np.log(2))


def test_difference_of_an_arm_with_itself_is_exactly_zero(runs):
    adam = tuning.tuned(runs, "Adam", "train", "train")
    zero = tuning.difference(adam, adam)
    assert zero.low == zero.value == zero.high == 0


def test_figures_draw_from_their_frames(runs):
    curves = tuning.curves(runs, {"train": "train", "test": "holdout"}).assign(task="mlp")
    assert len(curves) == 2 * 2 * 2 and (curves["stderr"] >= 0).all()
    assert len(figures.losses(curves).axes) == 2
    landscape = tuning.landscape(runs, ["train", "test"]).assign(task="mlp")
    assert len(landscape) == 2 * 2 * 4
    assert len(figures.landscape(landscape).axes) == 2
