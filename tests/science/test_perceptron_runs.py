"""Perceptrons under any rule: the compiled training where there is one, and autograd."""

import numpy as np
import pytest
import torch

from optclaims.science import networks, perceptron_runs, perceptrons
from optclaims.science.optimizers import SGD, Adam

WIDTHS, RUNS, STEPS = (5, 7, 3), 3, 6
rng = np.random.default_rng(0)
X, ROWS = rng.standard_normal((20, 5)), rng.integers(20, size=(RUNS, STEPS, 4))
Y = rng.integers(3, size=(RUNS, 20))


def start():
    return networks.perceptron(WIDTHS, "relu").initial([np.random.default_rng(i) for i in range(RUNS)]).numpy()


def batches():
    return [ROWS[:, t] for t in range(STEPS)]


@pytest.mark.parametrize("rule", [SGD(0.3), Adam(lr=np.array([[0.01], [0.02], [0.03]]))], ids=["SGD", "Adam"])
def test_it_is_the_compiled_training(rule):
    own = np.stack([Y[run][ROWS[run]] for run in range(RUNS)])
    expected = perceptrons.train(WIDTHS, start(), X, own, ROWS, rule, [0, 2, STEPS])
    found = perceptron_runs.descend(WIDTHS, start(), X, Y, batches(), rule, [0, 2, STEPS])
    np.testing.assert_allclose(found, expected, rtol=2e-5, atol=2e-6)


def test_the_decay_is_that_of_the_weights_alone():
    theta = start() + 0.1
    plain, decayed = (
        perceptron_runs.descend(WIDTHS, theta, X, Y, batches(), SGD(0.5), [1], weight_decay=decay)[0]
        for decay in (0.0, 0.2)
    )
    np.testing.assert_allclose(plain - decayed, 0.5 * 0.2 * perceptron_runs.weights(WIDTHS) * theta, atol=1e-6)
    assert perceptron_runs.weights(WIDTHS).sum() == 5 * 7 + 7 * 3


def test_scores_are_those_of_torch():
    theta, rows = start(), np.stack([np.arange(20)[::-1][:9]] * RUNS)
    losses, right = perceptron_runs.scores(WIDTHS, theta, X, Y, rows)
    for run in range(RUNS):
        w = torch.tensor(theta[run])
        hidden = (torch.tensor(X[rows[run]]).float() @ w[:35].view(5, 7) + w[35:42]).relu()
        out = hidden @ w[42:63].view(7, 3) + w[63:]
        labels = torch.tensor(Y[run, rows[run]])
        assert losses[run] == pytest.approx(float(torch.nn.functional.cross_entropy(out, labels)), rel=1e-5)
        assert right[run] == pytest.approx(float((out.argmax(1) == labels).float().mean()))


def test_a_run_that_overflows_leaves_the_others_alone():
    lr = np.array([[1e30], [0.1], [0.1]])
    with np.errstate(all="ignore"):
        found = perceptron_runs.descend(WIDTHS, start(), X, Y, batches(), SGD(lr), [STEPS])[0]
    alone = perceptron_runs.descend(WIDTHS, start()[1:], X, Y[1:], [r[1:] for r in batches()], SGD(0.1), [STEPS])[0]
    np.testing.assert_allclose(found[1:], alone, rtol=1e-5, atol=1e-7)


def test_bad_input_is_named():
    with pytest.raises(ValueError, match="rows must last"):
        perceptron_runs.descend(WIDTHS, start(), X, Y, batches()[:2], SGD(0.1), [STEPS])
    with pytest.raises(ValueError, match="y"):
        perceptron_runs.descend(WIDTHS, start(), X, Y + 3, batches(), SGD(0.1), [1])
