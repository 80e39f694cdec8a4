import itertools

import numpy as np
import pandas as pd
import pytest
import torch

from optclaims.papers.amsgrad_counterexample.figures import networks as figures
from optclaims.papers.amsgrad_counterexample.measures import comparison
from optclaims.papers.amsgrad_counterexample.problems import splits
from optclaims.papers.amsgrad_counterexample.simulation import networks
from optclaims.science import datasets, divergence
from optclaims.science.networks import CROSS_ENTROPY, perceptron

SEEDS = 3
NETWORKS = {
    "logistic": perceptron((64, 10), last=0),
    "perceptron": perceptron((64, 7, 10)),
    "regularised": networks.convolutional((1, 8, 8), 4, 3, (6, 5), 10, True),
}
SETTINGS = {"lr": 0.01, "beta2": 0.99, "beta1": 0.9, "batch": 16, "decay": False, "records": [3, 8]}
LOSSES = ["train", "holdout", "test"]


@pytest.fixture(scope="module")
def data():
    return splits.load("digits", np.random.default_rng(0), seeds=SEEDS, train=100, holdout=20)


def rngs(seeds=SEEDS):
    return np.random.default_rng(7).spawn(seeds)


def test_a_weight_that_never_saw_a_gradient_stays(data):
    """The border of the digits is black in all images: 0/0 without the eps beside the root."""
    dark = np.flatnonzero((data.images == 0).all(axis=(0, 1)).ravel())
    assert dark.size
    frame = networks.train(NETWORKS["logistic"], data, rngs(), amsgrad=True, **SETTINGS)
    assert np.isfinite(frame[LOSSES]).all(axis=None)


@pytest.mark.parametrize("name", NETWORKS)
def test_seeds_together_equal_seeds_one_by_one(data, name):
    together = networks.train(NETWORKS[name], data, rngs(), amsgrad=True, **SETTINGS)
    for seed in range(SEEDS):
        rows = {name: rows[seed : seed + 1] for name, rows in data.splits.items()}
        part = splits.Data(data.images, data.labels, rows)
        alone = networks.train(NETWORKS[name], part, rngs()[seed : seed + 1], amsgrad=True, **SETTINGS)
        np.testing.assert_allclose(alone[LOSSES], together[together["run"] == seed][LOSSES], rtol=2e-4)


def test_training_is_reproducible_to_the_bit_and_seeds_differ(data):
    first, second = (networks.compare(NETWORKS["regularised"], data, rngs(), **SETTINGS) for _ in range(2))
    pd.testing.assert_frame_equal(first, second)
    assert list(first.columns) == ["algorithm", "run", "step", *LOSSES]
    assert first.groupby(["algorithm", "step"])["train"].nunique().eq(SEEDS).all()


def test_the_algorithms_share_their_randomness_and_differ(data):
    """The first step of both is the same, since the maximum of one second moment is that moment."""
    settings = SETTINGS | {"records": [0, 1, 40], "beta2": 0.9}
    frame = networks.compare(NETWORKS["perceptron"], data, rngs(), **settings).set_index(["algorithm", "run", "step"])
    ratio = frame["train"]["AMSGrad"].unstack() / frame["train"]["Adam"].unstack()
    np.testing.assert_allclose(ratio[[0, 1]], 1, rtol=1e-6)
    assert (np.abs(ratio[40] - 1) > 1e-3).all()


def test_decay_divides_the_step_size_by_the_root_of_t(data):
    """One step is the same with and without decay, the second is not."""
    settings = SETTINGS | {"records": [1, 2], "amsgrad": False}
    decayed, plain = (
        networks.train(NETWORKS["logistic"], data, rngs(), **(settings | {"decay": decay})).set_index("step")["train"]
        for decay in (True, False)
    )
    np.testing.assert_array_equal(decayed[1], plain[1])
    assert (decayed[2].to_numpy() > plain[2].to_numpy()).all()


def test_a_diverged_run_is_recorded_at_the_cap(data):
    frame = networks.train(NETWORKS["perceptron"], data, rngs(), amsgrad=False, **(SETTINGS | {"lr": 1e30}))
    assert frame["diverged"].all()
    assert (frame[LOSSES] == divergence.CAP).all(axis=None)


def test_evaluation_does_not_depend_on_the_chunk(data):
    network = NETWORKS["perceptron"]
    theta = network.initial(rngs())
    images, labels, rows = (torch.tensor(a) for a in (data.images, data.labels, data.splits["train"]))
    whole, parts = (networks.evaluate(network, images, labels, theta, rows, chunk) for chunk in (100, 7))
    torch.testing.assert_close(whole, parts)
    torch.testing.assert_close(whole, CROSS_ENTROPY.value(network(theta, images[rows]), labels[rows]).mean(-1))


def test_dropout_keeps_half_and_differs_between_seeds():
    images, labels, rows = torch.zeros(SEEDS, 1), torch.zeros(SEEDS), np.tile(np.arange(SEEDS), (SEEDS, 1))
    *_, keep = next(networks.batches(images, labels, rows, rngs(), 3, 4000))
    keep = keep.float()
    assert keep.shape == (SEEDS, 3, 4000) and abs(keep.mean() - 0.5) < 4 * 0.5 / np.sqrt(keep.numel())
    assert (keep[0] != keep[1]).any()
    assert len(next(networks.batches(images, labels, rows, rngs(), 3, 0))) == 2


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
    for alpha, beta2, run, algorithm, step in itertools.product((0.1, 0.2), (0.9, 0.99), range(4), best, (10, 20)):
        level = (1 if (alpha, beta2) == best[algorithm] else 2) * 20 / step
        point = {"alpha": alpha, "beta2": beta2, "run": run, "algorithm": algorithm, "step": step}
        rows.append(point | {"train": level * (1 + 0.01 * run), "holdout": 3 - level, "test": level + run})
    return pd.DataFrame(rows).sample(frac=1, random_state=0)


def test_tuning_finds_the_planted_configuration(runs):
    for by, expected in (("train", {"Adam": (0.1, 0.9), "AMSGrad": (0.2, 0.99)}),):
        pair = comparison.tuned(runs, by)
        for algorithm, configuration in expected.items():
            part = pair[pair["algorithm"] == algorithm]
            assert set(zip(part["alpha"], part["beta2"], strict=True)) == {configuration}
    assert comparison.difference(pair, "train").value == pytest.approx(0, abs=1e-12)
    assert comparison.difference(pair, "train", stopped=10).value == pytest.approx(np.log(2))
    other = comparison.tuned(runs, "holdout").query("algorithm == 'Adam' and step == 20").sort_values("run")
    np.testing.assert_allclose(other["test"], [2, 3, 4, 5])


def test_matched_pairs_compare_equal_and_unequal_step_sizes(runs):
    equal = comparison.matched(runs, [0.2], "train")
    np.testing.assert_allclose([pair.value for pair in equal], [0, np.log(2)], atol=1e-12)
    unequal = comparison.matched(runs, [0.2], "train", adam_below=1)
    np.testing.assert_allclose([pair.value for pair in unequal], [-np.log(2), np.log(2)], atol=1e-12)
    assert comparison.weakest(equal).value == pytest.approx(np.log(2))


def test_the_cost_is_the_mean_loss_of_a_wrong_configuration(runs):
    np.testing.assert_allclose(comparison.cost(runs, "Adam", "train"), 3 / 4 * np.log(2))


def test_difference_of_an_arm_with_itself_is_exactly_zero(runs):
    zero = comparison.itself(comparison.tuned(runs, "train"), "train")
    assert zero.low == zero.value == zero.high == 0


def test_a_planted_difference_keeps_the_scatter(runs):
    runs["train"] *= np.where(runs["algorithm"] == "Adam", np.exp(0.1 * runs["run"]), 1)
    pair = comparison.tuned(runs, "train")
    seen, planted = comparison.difference(pair, "train"), comparison.planted(pair, "train", 0.02)
    assert planted.value == pytest.approx(0.02)
    assert planted.high - planted.low == pytest.approx(seen.high - seen.low)


def test_figures_draw_from_their_frames(runs):
    curves = comparison.curves(runs, {"train": "train", "test": "holdout"}).assign(task="mlp")
    assert len(curves) == 2 * 2 * 2 and (curves["stderr"] >= 0).all()
    assert len(figures.losses(curves).axes) == 2
    landscape = comparison.landscape(runs, ["train", "test"]).assign(task="mlp")
    assert len(landscape) == 2 * 2 * 4
    assert len(figures.landscape(landscape).axes) == 2
