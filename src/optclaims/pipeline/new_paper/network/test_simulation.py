import numpy as np
import pytest
import torch

from optclaims.papers.__KEY__ import problems, simulation
from optclaims.science import networks, training


@pytest.fixture(scope="module")
def task():
    return problems.digits(np.random.default_rng(0), train=200)


def rngs():
    return [np.random.default_rng(seed) for seed in (1, 2)]


def test_a_run_is_the_loop_with_torch(task):
    """One network, one module, torch's own SGD, on the same start and the same batches."""
    frame = simulation.compare(task, {"momentum": (0.05, 0.9)}, rngs(), steps=7, batch=4)
    own = rngs()
    network = networks.perceptron((64, simulation.HIDDEN, 10), "tanh")
    theta = network.initial(own)[1:]
    rows = training.stacked(training.drawn(own, 200, 4), 7)[1]
    w = torch.nn.Parameter(theta.clone())
    x, y = torch.as_tensor(task.x, dtype=torch.float32), torch.as_tensor(task.y)
    optimizer = torch.optim.SGD([w], lr=0.05, momentum=0.9)
    for batch in rows:
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(network(w, x[batch][None])[0], y[batch]).backward()
        optimizer.step()
    expected = torch.nn.functional.cross_entropy(network(w, x[None])[0], y).item()
    assert frame["train"][1] == pytest.approx(expected, rel=1e-5)


def test_arms_of_a_run_share_start_and_batches(task):
    twice = simulation.compare(task, {"one": (0.1, 0.5), "two": (0.1, 0.5)}, rngs(), steps=5, batch=8)
    one, two = (twice[twice["method"] == name]["train"].to_numpy() for name in ("one", "two"))
    np.testing.assert_array_equal(one, two)
