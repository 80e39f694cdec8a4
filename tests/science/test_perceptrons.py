"""Compiled training equals the rules of science.optimizers on gradients of torch, from equal inputs."""

import numpy as np
import pytest
import torch

from optclaims.science import networks, optimizers, perceptrons
from optclaims.science.optimizers import schedules

RUNS, STEPS, BATCH, N = 3, 12, 5, 20
RNG = np.random.default_rng(0)
LR = 0.05 * np.array([[1.0], [0.5], [2.0]])
RULES = [
    optimizers.SGD(LR),
    optimizers.SGD(schedules.InversePower(0.1)),
    optimizers.HeavyBall(0.01, 0.8),
    optimizers.EMAMomentum(LR, 0.8),
    optimizers.Nesterov(0.01, 0.8),
    optimizers.Nesterov(0.05, 0.8, momentum_form="average"),
    optimizers.SignSGD(0.01),
    optimizers.Signum(LR / 5, 0.8),
    optimizers.Lion(0.01, 0.8, 0.9, 0.1),
    optimizers.Adam(LR / 5),
    optimizers.Adam(0.01, 0.8, np.array([[0.9], [0.99], [0.5]]), 1e-3),
    optimizers.Adam(0.01, 0.8, 0.9, 1e-3, bias_correction=False),
    optimizers.Adam(0.01, 0.8, 0.9, 1e-3, eps_inside_root=True),
    optimizers.Adam(0.01, 0.8, 0.9, 1e-2, root_of="previous"),
    optimizers.Adam(0.01, 0.8, 0.9, 1e-2, root_of="previous", eps_inside_root=True, bias_correction=False),
    optimizers.Adam(0.01, 0.8, 0.5, amsgrad=True),
    optimizers.Adam(0.01, 0.8, 0.5, 1e-2, amsgrad=True, root_of="previous"),
    optimizers.Adam(0.01, 0.8, 0.5, amsgrad=True, maximum_of="corrected"),
    optimizers.AMSGrad(schedules.InversePower(0.01), 0.8, 0.5),
    optimizers.AdamNc(schedules.InversePower(0.01), 0.8),
    optimizers.AdamW(0.01, weight_decay=0.5),
    optimizers.Nadam(0.01, 0.8, 0.9),
    optimizers.RMSprop(0.01),
    optimizers.AdaGrad(0.05),
    optimizers.TheoPouLa(LR, 0.1),
    optimizers.Underdamped(LR, lambda t: 0.3 / t),
    optimizers.TheoPouLa(0.1, 0.1, boosting="linear", taming="none"),
]


def problem(widths, loss, bias=True):
    """Weights, inputs, targets and rows; the last run is a copy of the first one with other rows."""
    network = networks.perceptron(widths, bias=bias)
    theta = 0.4 * RNG.standard_normal((RUNS, network.parameters))
    x = RNG.standard_normal((N, widths[0]))
    y = RNG.integers(widths[-1], size=N) if loss == "cross-entropy" else RNG.standard_normal((N, widths[-1]))
    return theta.astype(np.float32), x.astype(np.float32), y, RNG.integers(N, size=(RUNS, STEPS, BATCH))


def reference(widths, activation, loss, bias, theta, x, y, rows, rule, shares=None):
    """The rule on autograd's gradients, in double precision."""
    network = networks.perceptron(widths, activation, bias=bias)
    losses = networks.CROSS_ENTROPY if loss == "cross-entropy" else networks.SQUARED
    weights = torch.full((BATCH,), 1 / BATCH) if shares is None else torch.tensor(shares)
    theta, x, y = (
        torch.tensor(a).double() if np.asarray(a).dtype.kind == "f" else torch.tensor(a) for a in (theta, x, y)
    )
    state = rule.start(theta)
    for t in range(rows.shape[1]):
        now = rows[:, t]
        objective = lambda w, now=now: (losses.value(network(w, x[now]), y[now]) * weights).sum()  # noqa: E731
        theta, state = rule.step(theta, torch.func.grad(objective)(theta), state, t + 1)
    return theta.numpy()


def name(rule):
    return type(rule).__name__


@pytest.mark.parametrize("rule", RULES, ids=name)
def test_every_rule_takes_the_steps_of_its_definition(rule):
    widths, loss = (4, 6, 3), "cross-entropy"
    inputs = problem(widths, loss)
    found = perceptrons.train(widths, *inputs, rule, [0, STEPS // 2, STEPS], activation="tanh")
    np.testing.assert_array_equal(found[0], inputs[0])
    expected = reference(widths, "tanh", loss, True, *inputs, rule)
    np.testing.assert_allclose(found[2], expected, atol=2e-4 if name(rule) in ("SignSGD", "Signum", "Lion") else 2e-5)
    assert np.abs(found[2] - found[0]).max() > 1e-2


@pytest.mark.parametrize("activation", perceptrons.ACTIVATIONS)
@pytest.mark.parametrize("loss", perceptrons.LOSSES)
@pytest.mark.parametrize("widths", [(3, 2), (3, 5, 2), (4, 3, 6, 2)])
@pytest.mark.parametrize("bias", [True, False])
def test_gradients_equal_autograd(activation, loss, widths, bias):
    theta, x, y, rows = problem(widths, loss, bias)
    shares = RNG.standard_normal(BATCH)
    found = perceptrons.gradient(
        widths, theta, x, y, rows[:, 0], activation=activation, loss=loss, bias=bias, shares=shares
    )
    after = reference(widths, activation, loss, bias, theta, x, y, rows[:, :1], optimizers.SGD(1.0), shares)
    np.testing.assert_allclose(theta - after, found, atol=2e-6 * np.abs(found).max())


def test_a_target_for_every_use_of_a_sample():
    widths = (4, 3, 2)
    for loss in perceptrons.LOSSES:
        theta, x, y, rows = problem(widths, loss)
        run = lambda y, theta=theta, x=x, rows=rows, loss=loss: perceptrons.train(  # noqa: E731
            widths, theta, x, y, rows, optimizers.SGD(0.1), [STEPS], loss=loss
        )
        np.testing.assert_array_equal(run(y), run(y[rows]))


def test_long_runs_are_tabulated_in_pieces(monkeypatch):
    widths = (4, 3, 2)
    inputs = problem(widths, "cross-entropy")
    whole = perceptrons.train(widths, *inputs, optimizers.Adam(0.01), [STEPS])
    monkeypatch.setattr(perceptrons, "CHUNK", 5)
    np.testing.assert_array_equal(perceptrons.train(widths, *inputs, optimizers.Adam(0.01), [3, STEPS])[1], whole[0])


def test_the_memory_is_that_of_the_rule():
    rule, widths = optimizers.Adam(0.01, 0.8, 0.9), (4, 3, 2)
    theta, x, y, rows = problem(widths, "squared")
    weights, *memory = perceptrons.train(widths, theta, x, y, rows, rule, [2, 5], loss="squared", memory=True)
    np.testing.assert_array_equal(weights, perceptrons.train(widths, theta, x, y, rows, rule, [2, 5], loss="squared"))
    state = rule.start(theta)
    for t in range(1, 6):
        g = perceptrons.gradient(widths, theta, x, y, rows[:, t - 1], loss="squared")
        theta, state = rule.step(theta, g, state, t)
    for found, name in zip(memory, "mv", strict=True):
        np.testing.assert_allclose(found[1], state[name], rtol=1e-4, atol=1e-7)


def test_a_run_is_the_same_alone_and_among_others_and_diverges_alone():
    widths = (4, 3, 2)
    theta, x, y, rows = problem(widths, "squared")
    run = lambda theta, rows, lr: perceptrons.train(  # noqa: E731
        widths,
        theta,
        x,
        y,
        np.tile(rows, (1, 40, 1)),
        optimizers.SGD(lr),
        [40 * STEPS],
        activation="linear",
        loss="squared",
    )[0]
    together = run(theta, rows, np.array([[0.01], [1e3], [0.02]]))
    np.testing.assert_array_equal(together[:1], run(theta[:1], rows[:1], 0.01))
    np.testing.assert_array_equal(together[2:], run(theta[2:], rows[2:], 0.02))
    assert not np.isfinite(together[1]).any()


def test_saturated_units_and_large_logits_stay_finite():
    theta, x, y, rows = problem((4, 3, 2), "cross-entropy")
    for scale in (1e2, 1e4):
        assert np.isfinite(perceptrons.gradient((4, 3, 2), scale * theta, x, y, rows[:, 0], activation="tanh")).all()


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"activation": "gelu"}, "activation"),
        ({"loss": "hinge"}, "loss"),
        ({"theta": np.zeros((RUNS, 5))}, "theta"),
        ({"x": np.full((N, 4), np.nan)}, "x"),
        ({"y": np.full(N, 7)}, "y"),
        ({"y": np.zeros(N - 1, int)}, "y"),
        ({"rows": np.full((RUNS, STEPS, BATCH), N)}, "rows"),
        ({"rows": np.zeros((RUNS, STEPS), int)}, "rows"),
        ({"records": [5, 3]}, "records"),
        ({"records": [STEPS + 1]}, "records"),
        ({"shares": np.ones(BATCH + 1)}, "shares"),
        ({"rule": optimizers.ScaledSign(0.1)}, "rule"),
        ({"rule": optimizers.SGD(np.ones((RUNS + 1, 1)))}, "rule"),
        ({"widths": (4,)}, "widths"),
    ],
)
def test_what_cannot_be_trained_is_refused(change, named):
    theta, x, y, rows = problem((4, 3, 2), "cross-entropy")
    arguments = dict(widths=(4, 3, 2), theta=theta, x=x, y=y, rows=rows, rule=optimizers.SGD(0.1), records=[1])
    with pytest.raises(ValueError, match=named):
        perceptrons.train(**(arguments | change))
