"""The compiled loops against the rule `ErrorFeedback` of the package and its compressors, on equal inputs."""

import numpy as np
import pytest

from optclaims.papers.ef_signsgd import problems, simulation
from optclaims.papers.ef_signsgd.problems import ARMS, Arm
from optclaims.papers.ef_signsgd.simulation import digits
from optclaims.science import networks, perceptron_runs, perceptrons, training
from optclaims.science.optimizers import SGD, ErrorFeedback, HeavyBall, ScaledSign, SignSGD, Signum, compressors
from optclaims.science.optimizers.schedules import InversePower

STEPS = 40


def rules(lr):
    return {
        "SGD": SGD(lr),
        "sign": SignSGD(lr),
        "scaled sign": ScaledSign(lr),
        "EF, scaled sign": ErrorFeedback(SGD(lr), compressors.ScaledSign()),
        "EF, top-1": ErrorFeedback(SGD(lr), compressors.TopK(1)),
    }


def by_rule(rule, gradient, x, steps=STEPS):
    state, points, memory = rule.start(x), [x], [0.0]
    for t in range(1, steps + 1):
        x, state = rule.step(x, gradient(x, t), state, t)
        points.append(x)
        memory.append(float(np.sum(state.get("error", np.zeros(1)) ** 2)))
    return np.stack(points), np.array(memory)


@pytest.mark.parametrize("name", ARMS)
@pytest.mark.parametrize("decay", [False, True])
def test_linear_forms_with_drawn_batches_are_the_rule(name, decay):
    forms = problems.random_forms(np.random.default_rng(0), d=6, n=3)
    drawn = np.random.default_rng(1).integers(3, size=STEPS)

    def gradient(x, t):
        a = forms.rows[drawn[t - 1]]
        return 2 * (a @ x) * a

    points, _ = by_rule(rules(InversePower(0.02) if decay else 0.02)[name], gradient, forms.start)
    records = [0, 7, STEPS]
    found = simulation.on_forms(forms, ARMS[name], 0.02, STEPS, np.random.default_rng(1), decay=decay, records=records)
    np.testing.assert_allclose(found.x, points[-1], rtol=1e-10)
    np.testing.assert_allclose(found.mean, points[:-1].mean(axis=0), rtol=1e-10)
    losses = [problems.loss(forms, x) for x in points]
    np.testing.assert_allclose(found.losses, np.take(losses, records), rtol=1e-10)
    assert found.smallest == pytest.approx(min(losses))
    line = np.sign(forms.rows[0]) / np.sqrt(6)
    off = points - forms.start
    off = np.linalg.norm(off - np.outer(off @ line, line), axis=1).max()
    assert found.off_line == pytest.approx(off, abs=1e-12)


@pytest.mark.parametrize("at_zero", [0.0, 1.0])
def test_full_subgradients_of_absolute_values(at_zero):
    forms = problems.nonsmooth_pair(0.4)

    def gradient(x, t):
        u = forms.rows @ x
        signs = np.where(u > 0, 1.0, np.where(u < 0, -1.0, at_zero))
        return forms.rows.T @ (forms.weights * signs)

    points, _ = by_rule(rules(0.1)["EF, scaled sign"], gradient, forms.start)
    found = simulation.on_forms(forms, ARMS["EF, scaled sign"], 0.1, STEPS, None, at_zero=at_zero)
    np.testing.assert_allclose(found.x, points[-1], rtol=1e-10)


@pytest.mark.parametrize("name", ARMS)
def test_the_noisy_quadratic_is_the_rule(name):
    h, z = problems.spectrum(5), 0.5 * problems.noise(np.random.default_rng(2), 2, STEPS, 3)
    lr = np.array([0.1, 0.2])
    found = simulation.on_quadratic(h, z, lr, ARMS[name], 1.0)
    for run in range(2):
        sampled = []

        def gradient(x, t, run=run, sampled=sampled):
            sampled.append(h * x + np.r_[z[run, t - 1], 0, 0])
            return sampled[-1]

        points, memory = by_rule(rules(lr[run])[name], gradient, np.ones(5))
        before = points[:-1]
        np.testing.assert_allclose(found.value[run], (h * before**2).sum(axis=1) / 2, rtol=1e-9)
        np.testing.assert_allclose(found.gradient[run], ((h * before) ** 2).sum(axis=1), rtol=1e-9)
        np.testing.assert_allclose(found.sampled[run], (np.array(sampled) ** 2).sum(axis=1), rtol=1e-9)
        if name.startswith("EF"):
            np.testing.assert_allclose(found.memory[run], memory[1:], rtol=1e-9)
            e = np.zeros(5)
            for t, moved in enumerate(-np.diff(points, axis=0)):
                p = lr[run] * sampled[t] + e
                e = p - moved
                assert found.delta[run, t] == pytest.approx(1 - (e @ e) / (p @ p), abs=1e-9)


def test_mistaken_memories_do_what_they_say():
    h, z = np.ones(2), np.zeros((1, 2, 2))
    z[0, :, 0] = (4.0, 1.0)
    one = {"lr": 0.5, "start": 0.0}
    plain = simulation.on_quadratic(h, z, arm=Arm(), **one)
    # p = (2, 0): scaled sign (1, 0) with sign(0) = 0, e = (1, 0), then x = (-1, 0)
    assert plain.memory[0, 0] == 1 and plain.value[0, 1] == 0.5
    # g = (-1 + 1, 0) = 0, p = e: C = (1/2, 0)
    assert plain.memory[0, 1] == pytest.approx(0.25)
    assert simulation.on_quadratic(h, z, arm=Arm(keep=0.5), **one).memory[0, 1] == pytest.approx(0.0625)
    assert simulation.on_quadratic(h, z, arm=Arm(sent=0), **one).memory[0, 1] == pytest.approx(4)
    both = simulation.on_quadratic(h, z, arm=Arm(zero=1.0, keep=0), **one)
    assert both.value[0, 1] == 1.0
    l2 = simulation.on_quadratic(h, z, arm=Arm("l2 sign"), **one)
    assert l2.value[0, 1] == pytest.approx(2 / 2)
    small = simulation.on_quadratic(h, z, arm=Arm("sign", scale=0.1), **one)
    assert small.value[0, 1] == pytest.approx(0.05**2 / 2)


@pytest.mark.parametrize(
    ("arm", "rule"),
    [
        (ARMS["EF, scaled sign"], lambda lr: ErrorFeedback(SGD(lr), compressors.ScaledSign())),
        (Arm("sign", keep=0, momentum=0.9), lambda lr: Signum(lr, 0.9)),
        (ARMS["SGD"], SGD),
    ],
    ids=["EF", "Signum", "SGD"],
)
@pytest.mark.parametrize("decay", [False, True])
def test_least_squares_is_the_rule(arm, rule, decay):
    points = problems.artificial(np.random.default_rng(3), n=6)
    A, y = points.dense()[:6], points.labels[:6]
    expected, memory = by_rule(
        rule(InversePower(0.3) if decay else 0.3), lambda w, t: A.T @ (A @ w - y) / 6, np.zeros(points.d)
    )
    w, norms = simulation.fit(points, arm, 0.3, [0, 3, STEPS], decay=decay)
    np.testing.assert_allclose(w, expected[[0, 3, STEPS]], atol=1e-10)
    if arm.keep:  # elsewhere nothing remembers it
        np.testing.assert_allclose(norms, np.sqrt(memory[[0, 3, STEPS]]), atol=1e-10)


def test_positions_on_the_interval_are_a_plain_loop():
    found = simulation.drift_on_interval(SGD(0.1), 4.0, 0.25, np.random.default_rng(4), runs=3, records=[5, 60])
    rng, x = np.random.default_rng(4), np.zeros(3)
    for t in range(1, 61):
        x = np.clip(x - 0.1 * np.where(rng.random((3, 1))[:, 0] < 0.25, 4.0, -1.0), -1, 1)
        if t == 5:
            np.testing.assert_allclose(found[:, 0], x)
    np.testing.assert_allclose(found[:, 1], x)


def test_digits_are_split_and_their_training_labels_redrawn():
    data = digits.split([np.random.default_rng(i) for i in range(2)])
    assert set(data.train[0]) | set(data.test[0]) == set(range(1797)) and len(data.train[0]) == 1000
    changed = [(data.y[run] != digits.datasets.digits()[1]).nonzero()[0] for run in range(2)]
    for run in range(2):
        assert 70 < len(changed[run]) < 100 and set(changed[run]) <= set(data.train[run])
    assert not np.array_equal(data.train[0], data.train[1])


def test_digits_rules_have_their_rates_and_drops():
    made = digits.rules(
        dict.fromkeys(("SGD, momentum", "scaled sign", "sign, momentum", "EF, scaled sign"), 0.8), 32, 40
    )
    assert [type(rule) for rule in made.values()] == [HeavyBall, ScaledSign, Signum, ErrorFeedback]
    lr = made["scaled sign"].lr
    steps = 1000 // 32
    expected = [0.2, 0.02, 0.02, 0.002]
    np.testing.assert_allclose([lr(20 * steps), lr(20 * steps + 1), lr(30 * steps), lr(30 * steps + 1)], expected)
    assert made["EF, scaled sign"].compress.sizes == made["scaled sign"].sizes == (6400, 100, 1000, 10)
    assert made["SGD, momentum"].momentum == made["sign, momentum"].momentum == 0.9


@pytest.mark.parametrize("name", digits.FORMS)
def test_the_compiled_training_on_digits_is_the_rule(name):
    rngs = [np.random.default_rng(i) for i in range(2)]
    data = digits.split(rngs)
    theta = networks.perceptron(digits.WIDTHS, "relu").initial(rngs).numpy()
    stream = training.shuffled(rngs, data.train, 250)
    rows = [next(stream) for _ in range(14)]  # the rate drops after 8 and after 12 steps
    rule = digits.rules({name: 0.5}, 250, 4)[name]
    own = {"weight_decay": digits.WEIGHT_DECAY}
    expected = perceptron_runs.descend(digits.WIDTHS, theta, data.x, data.y, rows, rule, [0, 5, 14], **own)
    stacked = np.stack(rows, axis=1)
    found, phi = digits.descend(data, theta, stacked, name, digits.schedule(0.5, 250, 4), [0, 5, 14])
    np.testing.assert_allclose(found, expected, atol=2e-4 if name == "sign, momentum" else 2e-6)
    gradients = perceptrons.stepwise(digits.WIDTHS, data.x, data.y[np.arange(2)[:, None, None], stacked], stacked)
    theta, state, first = expected[0], rule.start(expected[0]), slice(0, 6400)
    for t in range(1, 4):
        g = gradients(theta, t) + digits.WEIGHT_DECAY * perceptron_runs.weights(digits.WIDTHS) * theta
        if name == "EF, scaled sign":
            wanted = rule.rule.lr(t) * g + state["error"]
            np.testing.assert_allclose(phi[:, t - 1, 1:], np.transpose(digits.densities(wanted[:, first])), rtol=1e-3)
        if not name.endswith("momentum"):  # which takes the place of the gradient
            np.testing.assert_allclose(phi[:, t - 1, 0], digits.densities(g[:, first])[0], rtol=1e-3)
        theta, state = rule.step(theta, g, state, t)


def test_digits_learn_and_their_densities_are_recorded():
    rngs = [np.random.default_rng(i) for i in range(2)]
    data = digits.split(rngs)
    frame, phi = digits.train(data, {"SGD, momentum": 0.1, "EF, scaled sign": 1.0}, rngs, 128, epochs=8, every=4)
    last = frame[frame.epoch == 8].groupby("method").test_accuracy.mean()
    assert (last > 0.75).all()
    assert phi.groupby("run").size().tolist() == [56, 56] and phi.epoch.max() == 7
    assert ((phi[["g", "p", "wrong"]] > 1 / 6400) & (phi[["g", "p", "wrong"]] <= 1)).all(axis=None)
    first = phi[phi.epoch == 0].groupby("run").head(1)
    np.testing.assert_allclose(first.g, first.p, rtol=1e-5)  # the memory is empty
