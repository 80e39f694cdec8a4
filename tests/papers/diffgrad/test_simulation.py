import numpy as np
import pytest
import torch
from torch.nn import functional

from optclaims.papers.diffgrad import problems, simulation
from optclaims.science.optimizers import SGD, Adam, DiffGrad


def by_hand(gradient, x, steps, lr=0.1, b1=0.95, b2=0.999, eps=1e-8):
    m = v = before = 0.0
    points, frictions = [x], []
    for t in range(1, steps + 1):
        g = float(gradient(x))
        m, v = b1 * m + (1 - b1) * g, b2 * v + (1 - b2) * g**2
        frictions.append(1 / (1 + np.exp(-abs(before - g))))
        x -= lr * frictions[-1] * m / (1 - b1**t) / ((v / (1 - b2**t)) ** 0.5 + eps)
        points.append(x)
        before = g
    return points, frictions


@pytest.mark.parametrize("toy", problems.TOYS.values(), ids=problems.TOYS)
def test_a_path_is_the_recursion_by_hand(toy):
    found = simulation.path(toy.gradient, DiffGrad(0.1, 0.95), [-1.0, 0.3], 299)
    for i, start in enumerate((-1.0, 0.3)):
        points, frictions = by_hand(toy.gradient, start, 299)
        assert found.x[:, i] == pytest.approx(points, rel=1e-8, abs=1e-10)
        assert found.friction[:, i] == pytest.approx(frictions, rel=1e-8)


def test_the_published_end_points():
    ends = {
        name: simulation.final(toy.gradient, DiffGrad(0.1, 0.95), [-1.0], 299) for name, toy in problems.TOYS.items()
    }
    assert ends["F1"] == pytest.approx([-0.30007], abs=1e-5)
    assert ends["F2"] == pytest.approx([-0.64296], abs=1e-5)
    slipped = simulation.final(problems.F2_SLIPPED.gradient, DiffGrad(0.1, 0.95), [-1.0], 299)
    assert slipped == pytest.approx([-0.81214], abs=1e-5)


def test_rules_without_friction_have_friction_one():
    assert (simulation.path(lambda x: x, Adam(0.1), [1.0], 5).friction == 1).all()


def test_final_and_largest_are_those_of_the_path():
    rule, start = Adam(np.array([0.5, 0.01])), [1.0, -2.0]
    x = simulation.path(lambda x: x, rule, start, 60).x
    np.testing.assert_array_equal(simulation.final(lambda x: x, rule, start, 60), x[-1])
    np.testing.assert_array_equal(simulation.largest(lambda x: x, rule, start, [20, 60]), np.abs(x[21:]).max(axis=0))


def test_frictions_are_the_logistic_function_of_differences():
    g = np.random.default_rng(0).standard_normal((30, 3))
    found = simulation.frictions(DiffGrad(0.1), g)
    assert found == pytest.approx(1 / (1 + np.exp(-np.abs(np.diff(g, axis=0)))))
    assert (simulation.frictions(DiffGrad(0.1, friction_of="aliased"), g) == 0.5).all()


@pytest.mark.parametrize("scale", [1.0, 100.0])
def test_training_is_that_of_torch(scale):
    x, y, theta, rows = problems.digits(np.random.default_rng(0).spawn(2), 4, 16)
    found, friction = simulation.trained(SGD(0.01), theta, x, y, rows, scale)
    assert (friction == 1).all()
    for run in range(2):
        weights = torch.tensor(theta[run])
        for batch in rows[run]:
            weights.requires_grad_()
            w1, b1, w2, b2 = torch.split(weights, [2048, 32, 320, 10])
            hidden = torch.relu(torch.tensor(x[batch]) @ w1.reshape(64, 32) + b1)
            loss = scale * functional.cross_entropy(hidden @ w2.reshape(32, 10) + b2, torch.tensor(y[batch]))
            weights = (weights - 0.01 * torch.autograd.grad(loss, weights)[0]).detach()
        assert found[run] == pytest.approx(weights.numpy(), abs=2e-5)


def test_the_mean_friction_of_training_leaves_out_the_first_step():
    x, y, theta, rows = problems.digits(np.random.default_rng(0).spawn(1), 3, 16)
    _, friction = simulation.trained(DiffGrad(0.01, friction_of="aliased"), theta, x, y, rows)
    assert friction == pytest.approx([0.5])
    _, friction = simulation.trained(DiffGrad(0.01), theta, x, y, rows)
    assert 0.5 < friction[0] < 0.51
