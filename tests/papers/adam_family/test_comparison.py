import numpy as np
import pytest

from optclaims.papers.adam_family import problems, simulation
from optclaims.science import networks, perceptrons
from optclaims.science.optimizers import Adam, SuperAdam

WIDTHS, RNG = (5, 4, 3), np.random.default_rng(0)
X, Y = RNG.standard_normal((20, 5)).astype(np.float32), RNG.integers(3, size=20)
START = networks.perceptron(WIDTHS).initial(np.random.default_rng(1).spawn(2)).numpy()
ROWS = RNG.integers(20, size=(2, 12, 4))


def test_training_is_the_compiled_one():
    rule, records = Adam(np.array([[0.01], [0.05]])), [3, 12]
    found = simulation.trained(WIDTHS, START, X, Y, ROWS, rule, records)
    np.testing.assert_allclose(found, perceptrons.train(WIDTHS, START, X, Y, ROWS, rule, records), rtol=2e-4, atol=2e-5)


def test_two_gradients_see_one_batch():
    rule = SuperAdam(0.05, alpha=0.3)
    theta = last = START
    state = rule.start(theta)
    for t in range(12):
        now, before = (perceptrons.gradient(WIDTHS, w, X, Y, ROWS[:, t]) for w in (theta, last))
        last, (theta, state) = theta, rule.step(theta, now, state, t + 1, before=before)
    np.testing.assert_allclose(simulation.trained(WIDTHS, START, X, Y, ROWS, rule, [12])[0], theta, rtol=1e-6)


def test_evaluation_is_that_of_torch():
    import torch

    network = networks.perceptron(WIDTHS)
    outputs = network(torch.tensor(START), torch.tensor(X)[None].expand(2, -1, -1))
    loss, accuracy = simulation.evaluate(WIDTHS, START, X, Y)
    for run in range(2):
        expected = torch.nn.functional.cross_entropy(outputs[run], torch.tensor(Y)).item()
        assert loss[run] == pytest.approx(expected, rel=1e-5)
        assert accuracy[run] == (outputs[run].argmax(1).numpy() == Y).mean()


def test_a_lost_run_stays_lost_and_the_other_goes_on():
    start = START.copy()
    start[0] = 1e7
    found = simulation.trained(WIDTHS, start, X, Y, ROWS, Adam(0.01), [12])
    alone = simulation.trained(WIDTHS, START[1:], X, Y, ROWS[1:], Adam(0.01), [12])
    np.testing.assert_allclose(found[0, 1], alone[0, 0], rtol=1e-5)
    broken = simulation.evaluate(WIDTHS, np.full_like(START, np.nan), X, Y)
    assert (broken[0] == np.inf).all()
    assert (broken[1] == 0).all()


@pytest.mark.parametrize("arm", problems.ARMS)
def test_every_arm_trains_stacked_runs(arm):
    rates = problems.grid(arm, 5, 2.0)
    assert rates[2] == pytest.approx(problems.ARMS[arm].centre * (2**0.5 if arm == problems.SHIFTED else 1))
    np.testing.assert_allclose(rates[1:] / rates[:-1], 2)
    rule = problems.ARMS[arm].make(np.full((2, 1), rates[2]))
    assert rule.two_points == (problems.ARMS[arm].gradients == 2)
    found = simulation.trained(WIDTHS, START, X, Y, ROWS, rule, [12])
    assert np.isfinite(found).all()
    assert not np.allclose(found[0], START)


def test_half_the_rate_is_half_the_rate():
    full, half = problems.ARMS["Adam"].make(0.1), problems.ARMS["Adam, half the rate"].make(0.2)
    assert full == half


def test_the_split_has_no_overlap():
    data = problems.digits(np.random.default_rng(0))
    assert len(data.x) + len(data.test_x) == 1797
    assert not {row.tobytes() for row in data.test_x} & {row.tobytes() for row in data.x[:50]}
