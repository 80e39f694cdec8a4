"""What is read off drifts and runs: against the drifts themselves and exact constructions; the published networks."""

import numpy as np
import pytest

from optclaims.papers.acprop import measures, problems, theory
from optclaims.papers.acprop.problems import METHODS
from optclaims.papers.acprop.simulation import cifar, digits
from optclaims.science import datasets, networks, perceptron_runs
from optclaims.science.optimizers import ACProp, AdaBelief, Adam, HeavyBall


def test_failures_are_positive_drifts_by_period():
    settings = [(P, 0.9, b2) for P in (10, 20, 50) for b2 in (0.7, 0.9, 0.98)]
    assert measures.failures(METHODS["Adam"], settings) == [1, 2, 3]  # thresholds .775, .970, .997
    assert measures.failures(METHODS["ACProp"], settings) == [0, 0, 0]


def test_runs_reach_the_walls_that_their_roots_predict():
    root = theory.largest_root(METHODS["RMSprop"], "frequent", 5, 0.9)
    g, beta2, own = problems.frequent(5), np.array([root + 0.05, root - 0.1]), {"steps": 100_000, "lr": 1e-3}
    assert measures.off_walls(METHODS["RMSprop"], g, beta2, [-1, 1], **own) < 0.01
    assert measures.off_walls(METHODS["RMSprop"], g, beta2, [1, -1], **own) > 1.9
    sparse = {"beta2": (2 / 20) ** (4 / 14) + np.array([-0.05, 0.05]), "walls": [1, 0], "start": 0.5}
    assert measures.off_walls(METHODS["AdaShift"], problems.sparse(20), **sparse, **own) < 0.02


def test_a_prediction_with_the_root_of_another_step_is_off():
    for name in METHODS:
        for problem in ("frequent", "sparse"):
            found = measures.displacement_errors(name, problem, 10, 0.5, [0.6, 0.9])
            assert found.right.max() < 1e-9 and found.wrong_step.min() > 1e-4
    right = theory.drift(METHODS["Adam"], "frequent", 5, 0.9, 0.9)
    other = theory.drift(problems.Method("momentum", centred=False, delay=1), "frequent", 5, 0.9, 0.9)
    found = measures.displacement_errors("Adam", "frequent", 5, 0.9, [0.9]).wrong_step[0]
    assert found == pytest.approx(abs(right - other) / abs(other), rel=1e-6)


def test_a_map_and_counts_tell_the_same():
    rest, periods = np.array([0.2, 0.35, 0.5]), [10, 40]
    frame = measures.sparse_map([0.9, 0.5], periods, rest)
    assert list(frame.groupby(["beta1", "P"]).size()) == [3] * 4
    settings = frame.assign(beta2=1 - frame.one_minus_beta2)[["P", "beta1", "beta2"]].to_numpy()
    only = measures.only_one(METHODS["ACProp"], METHODS["AdaShift"], settings)
    assert only == ((frame.kind == "only AdaShift").sum(), (frame.kind == "only ACProp").sum())
    assert only[1] > 0
    assert measures.only_one(METHODS["AdaShift"], METHODS["ACProp"], settings) == only[::-1]
    beta2 = frame[frame.P == 40].one_minus_beta2
    converges = frame[frame.P == 40].kind.isin(["both", "only AdaShift"])
    np.testing.assert_array_equal(converges, theory.sparse_converges(40, 1 - beta2))


def test_thresholds_are_where_the_drift_changes_its_sign():
    pairs = [(15, 0.5), (40, 0.7)]
    for (period, beta1), root in zip(pairs, measures.thresholds(METHODS["ACProp"], pairs), strict=True):
        below, above = theory.drift(METHODS["ACProp"], "sparse", period, beta1, root + np.array([-1e-6, 1e-6]))
        assert above < 0 < below


def test_a_row_of_the_map_holds_drift_and_protocol():
    row = measures.map_row("Adam", 10, 0.9, [0.3, 0.97])
    np.testing.assert_allclose(row.drift, theory.drift(METHODS["Adam"], "frequent", 10, 0.9, [0.3, 0.97]))
    assert row.protocol.tolist() == [0, 1] and row.one_minus_beta2.tolist() == pytest.approx([0.7, 0.03])


def test_rules_of_the_networks_have_the_published_constants():
    for name, kind in (("ACProp", ACProp), ("AdaBelief", AdaBelief), ("Adam", Adam)):
        rule = digits.rule(name, 0.1, 100)
        assert type(rule) is kind and (rule.beta1, rule.beta2, rule.eps) == (0.9, 0.999, 1e-8)
        np.testing.assert_allclose([rule.lr(75), rule.lr(76), rule.lr(100)], [0.1, 0.01, 0.01])
    assert type(digits.rule("SGD", 0.1, 100)) is HeavyBall and digits.rule("SGD", 0.1, 100).momentum == 0.9


def test_rates_side_by_side_are_single_trainings():
    rngs = np.random.default_rng(0).spawn(2)
    both = digits.train("ACProp", [0.003, 0.01], rngs, epochs=4, every=2)
    for lr in (0.003, 0.01):
        alone = digits.train("ACProp", [lr], rngs, epochs=4, every=2)
        np.testing.assert_array_equal(both[both.lr == lr].to_numpy(), alone.to_numpy())
    last = both[(both.epoch == 4) & (both.lr == 0.01)].accuracy
    assert last.mean() > 0.85 and last.iloc[0] != last.iloc[1]
    x, labels = datasets.digits()
    again = np.random.default_rng(rngs[0].bit_generator.seed_seq)
    test = again.permutation(len(x))[None, 1000:]
    theta = networks.perceptron(digits.WIDTHS, "relu").initial([again]).numpy()
    start = perceptron_runs.scores(digits.WIDTHS, theta, x, labels[None], test)[1]
    assert both[(both.epoch == 0) & (both.run == 0)].accuracy.tolist() == [start[0]] * 2


@pytest.mark.parametrize("architecture", ["vgg11", "resnet34", "densenet121"])
def test_a_published_network_starts(architecture):
    """Two steps on images of CIFAR's size."""
    rng = np.random.default_rng(0)
    pixels, labels = rng.random((4, 3, 32, 32), np.float32), np.arange(4)
    data = pixels, labels, pixels, labels
    found = cifar.train(
        data, "ACProp", [1e-3], rng.spawn(1), epochs=1, every=1, batch=2, device="cpu", architecture=architecture
    )
    assert found[["lr", "run", "epoch"]].to_numpy().tolist() == [[1e-3, 0, 1]] and 0 <= found.accuracy[0] <= 1
