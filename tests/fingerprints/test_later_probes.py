"""Answers that are known in closed form, and mistakes that must show where they are: noise, networks, memory, risk."""

import numpy as np
import pytest

from optclaims.fingerprints import record
from optclaims.fingerprints.probes.batch import Batch
from optclaims.fingerprints.probes.bias import Bias, least_maximum
from optclaims.fingerprints.probes.edge import Edge, Network
from optclaims.fingerprints.probes.heavy_tails import HeavyTails
from optclaims.fingerprints.probes.memory import Memory
from optclaims.fingerprints.probes.online import Online
from optclaims.fingerprints.probes.risk import Risk, curves
from optclaims.science import periodic

from .conftest import known, near, own

BATCH, TAILS = Batch(), HeavyTails(steps=3000)


@pytest.mark.parametrize(
    ("subject", "exponent"),
    [(known("SGD"), 1.0), (known("HeavyBall"), 1.0), (known("Adam"), 0.5), (known("SignSGD"), 0.5)],
    ids=lambda value: getattr(value, "name", None),
)
def test_the_batch_rule(ask, subject, exponent):
    assert near(ask(BATCH, subject)["exponent"], exponent, 0.07)


def test_without_the_root_the_batch_rule_turns_round(ask):
    """Noise 1/B divided by its variance: steps are lr B, the stationary variance (lr B) / (2 B) knows no batch."""
    found = ask(BATCH, own("ForgottenRoot"))["exponent"]
    assert found.low < 0 < found.high < 0.5


def test_no_stationary_noise_is_a_reason(ask):
    assert "no stationary noise" in ask(BATCH, known("AdaGrad"))["exponent"]


@pytest.mark.parametrize(
    ("subject", "exponent", "level"),
    [
        (known("SGD"), 0.0, 1.0),
        (known("HeavyBall"), 0.0, 1.0),
        (known("SignSGD"), 0.5, None),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_cauchy_noise(ask, subject, exponent, level):
    """The stationary law of linear methods is Cauchy of scale 1 at small steps, that of signs falls with lr."""
    found = ask(TAILS, subject)
    assert near(found["exponent"], exponent, 0.1)
    assert level is None or near(found["level"], level, 0.15)


def test_drifts_of_adam_are_those_of_periodic_memory():
    """The measured displacement is the sum over one settled period; here without eps or bias left."""
    probe = Online(periods=(3, 10, 100), steps=6000)
    frame, _ = record.ask(probe, known("RMSprop", beta2=0.9, eps=0.0))
    for row in frame[frame["kind"] == "drift"].itertuples():
        gradients = np.full(row.period, -1.0)
        gradients[0] = row.kappa * (row.period - 1)
        assert row.value * row.period == pytest.approx(float(periodic.drift(gradients, 0.0, 0.9)), rel=1e-6)


def test_who_goes_the_wrong_way(ask):
    gradient, sign, adam = (ask(Online(), known(name)) for name in ("SGD", "SignSGD", "Adam"))
    assert gradient["wrong"].value == gradient["wrong sparse"].value == 0
    assert gradient["longest period"].value == 1000
    assert sign["wrong"].value == sign["wrong sparse"].value == 1 and isinstance(sign["longest period"], str)
    assert sign["regret"].value > 0.9 > 0.2 > adam["regret"].value
    assert ask(Online(), known("Adam", beta2=0.9))["wrong"].value > adam["wrong"].value


def test_solutions(ask):
    """Gradient descent: least 2-norm. Equal steps of all coordinates: least max-norm of one equation."""
    gradient, adam = ask(Bias(), known("HeavyBall")), ask(Bias(), known("Adam", eps=0.0))
    assert all(near(gradient[f"2-norm, {n}"], 0.0, 1e-6) for n in (1, 4)) and gradient["max-norm, 1"].low > 0.1
    assert near(adam["max-norm, 1"], 0.0, 0.01) and adam["2-norm, 1"].low > 0.1
    shared = ask(Bias(steps=600, eta=0.15, runs=3), own("SharedState"))
    assert near(shared["2-norm, 4"], 0.0, 0.01)


def test_the_least_maximum_of_one_equation():
    x, y = np.array([[1.0, -2.0, 0.5]]), np.array([7.0])
    assert least_maximum(x, y) == pytest.approx(7.0 / 3.5)


@pytest.mark.parametrize("momentum", [0.0, 0.9])
def test_memory_of_momentum(ask, momentum):
    found = ask(Memory(steps=2000), known("EMAMomentum", momentum=momentum))
    assert near(found["impulse"], np.ceil(np.log(0.1) / np.log(momentum)) if momentum else 1.0, 0.01)
    assert found["size"].value == 0 and near(found["silence"], 1 - momentum, 1e-9)


@pytest.mark.parametrize(("momentum", "over"), [(0.9, True), (0.98, True), (0.995, False), (0.9995, False)])
def test_a_response_that_is_not_over_is_no_number(ask, momentum, over):
    """After 400 steps the share momentum^400 is to come: 0, 0.0003, 0.13 and 0.82."""
    found = ask(Memory(steps=500), known("EMAMomentum", momentum=momentum))["impulse"]
    assert near(found, np.log(0.1) / np.log(momentum), 2) if over else "not over after 400 steps" in found


def test_memory_of_the_second_moment(ask):
    """Steps until 1 + (1 - b) 10^4 b^k = 1 / 0.49, and a step of (1 - b1) / sqrt(1 - b2) after silence."""
    found = ask(Memory(), known("RMSprop", beta2=0.99, eps=0.0))
    assert near(found["size"], np.log((1 / 0.49 - 1) / 100) / np.log(0.99), 60)
    assert near(found["silence"], 10.0, 0.01)


def test_network_gradients_and_hessians():
    rng = np.random.default_rng(0)
    network = Network(rng, samples=5, inputs=2, hidden=3)
    theta = rng.standard_normal((2, network.size))

    def loss(w):
        inner, outer = w[:-3].reshape(3, 2), w[-3:]
        return np.mean((np.tanh(network.x @ inner.T) @ outer - network.y) ** 2) / 2

    shifts = 1e-6 * np.eye(network.size)
    numeric = [[(loss(w + s) - loss(w - s)) / 2e-6 for s in shifts] for w in theta]
    np.testing.assert_allclose(network.gradient(theta), numeric, atol=1e-8)
    product = network.hessians(theta)[0] @ np.arange(9.0)
    ends = [network.gradient(theta[:1] + sign * 1e-5 * np.arange(9.0)) for sign in (1, -1)]
    np.testing.assert_allclose(product, ((ends[0] - ends[1]) / 2e-5)[0], atol=1e-6)


@pytest.mark.parametrize(
    ("subject", "plateau"),
    [
        (known("SGD"), 2.0),
        (known("Adam"), 3.8),
        (known("Adam", beta1=0.5), 3.0),
        (known("HeavyBall", momentum=0.5), 3.0),
    ],
    ids=lambda value: f"{getattr(value, 'name', value)}",
)
def test_the_edge_of_stability(ask, subject, plateau):
    found = ask(Edge(), subject)["plateau"]
    assert near(found, plateau, 0.08 * plateau) or found.low < plateau < found.high < 1.15 * plateau


def test_signs_have_no_edge(ask):
    assert "no edge" in ask(Edge(steps=600), known("SignSGD"))["plateau"]


def test_risk_curves_tell_sgd_from_signs(ask):
    for name, own_, other in (("SGD", "SGD", "signSGD"), ("SignSGD", "signSGD", "SGD")):
        found = ask(Risk(), known(name))
        assert found[f"gap to {own_}"].value < 0.08 and found[f"gap to {other}"].low > 0.15


def test_the_equation_of_sgd_is_exact():
    """Mean over many runs of the first steps of the recursion."""
    rng, lr, d = np.random.default_rng(0), 0.1, 4
    theta = np.full((200_000, d), 0.5)
    for _ in range(2):
        x = rng.standard_normal(theta.shape)
        theta = theta - lr * ((x * theta).sum(1) + rng.standard_normal(len(x)))[:, None] * x
    expected = curves("SGD", np.array(lr), d, 1.0, 1.0, 2)[-1]
    assert np.sum(theta**2, axis=1).mean() == pytest.approx(float(expected), rel=0.01)
