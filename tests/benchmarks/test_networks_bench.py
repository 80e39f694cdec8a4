"""Many small networks trained together by Adam: one tensor or one compiled loop against a loop over modules, and vmap.

Unit: one step of one network. All start from the same weights and see batches of the same digits.
"""

import copy

import numpy as np
import pytest
import torch
from torch.func import functional_call, grad, stack_module_state, vmap

from optclaims.papers.adaptive_sde_scaling.problems.hyperparameters import Hyperparameters
from optclaims.papers.adaptive_sde_scaling.simulation import digits
from optclaims.papers.amsgrad_counterexample.problems.splits import Data
from optclaims.papers.amsgrad_counterexample.simulation import networks
from optclaims.science import datasets

ALPHA, BETA1, BETA2 = 1e-3, 0.9, 0.99
PIXELS, LABELS = datasets.digits()
X, Y = torch.tensor(PIXELS, dtype=torch.float32), torch.from_numpy(LABELS)
cross_entropy = torch.nn.functional.cross_entropy


def module(theta, hidden, activation):
    """A network of torch with weights (parameters,) in the order of the package's networks."""
    net = torch.nn.Sequential(torch.nn.Linear(64, hidden), activation(), torch.nn.Linear(hidden, 10))
    pieces = torch.as_tensor(theta).split([64 * hidden, hidden, hidden * 10, 10])
    shapes = (64, hidden), (hidden,), (hidden, 10), (10,)
    with torch.no_grad():
        for parameter, piece, shape in zip(net.parameters(), pieces, shapes, strict=True):
            parameter.copy_(piece.view(shape).T if len(shape) == 2 else piece)
    return net


def rngs(count):
    return np.random.default_rng(1).spawn(count)


def batches(count, batch, steps):
    """Rows (steps, networks, batch)."""
    return torch.from_numpy(np.random.default_rng(0).integers(len(X), size=(steps, count, batch)))


def corrected(step):
    """Step size with which stock Adam takes the steps of an Adam without bias corrections."""
    return ALPHA * (1 - BETA1 ** (step + 1)) / (1 - BETA2 ** (step + 1)) ** 0.5


def stock(step):
    return ALPHA


def loop(nets, batch, steps, rate):
    """One network after the other, as a script that repeats a training for several seeds."""

    def run():
        rows, losses = batches(len(nets), batch, steps), []
        for number, start in enumerate(nets):
            net = copy.deepcopy(start)
            optimizer = torch.optim.Adam(net.parameters(), lr=ALPHA, betas=(BETA1, BETA2))
            for step in range(steps):
                optimizer.param_groups[0]["lr"] = rate(step)
                optimizer.zero_grad()
                cross_entropy(net(X[rows[step, number]]), Y[rows[step, number]]).backward()
                optimizer.step()
            losses.append(cross_entropy(net(X), Y).item())
        return np.mean(losses)

    return run


def vmapped(nets, batch, steps, rate):
    """Gradients of all networks by vmap; the optimizer acts on the stacked weights."""
    base = copy.deepcopy(nets[0]).to("meta")

    def loss(parameters, x, y):
        return cross_entropy(functional_call(base, parameters, (x,)), y)

    def run():
        parameters, _ = stack_module_state(nets)
        optimizer = torch.optim.Adam(parameters.values(), lr=ALPHA, betas=(BETA1, BETA2))
        for step, rows in enumerate(batches(len(nets), batch, steps)):
            optimizer.param_groups[0]["lr"] = rate(step)
            gradients = vmap(grad(loss))(parameters, X[rows], Y[rows])
            for name, parameter in parameters.items():
                parameter.grad = gradients[name]
            optimizer.step()
        with torch.no_grad():
            return vmap(loss, (0, None, None))(parameters, X, Y).mean().item()

    return run


def one_tensor(networks_at_once, hidden, batch, steps):
    """The networks of the AMSGrad paper: all in one tensor, gradients by autograd, no bias correction."""
    rows = np.tile(np.arange(len(X)), (networks_at_once, 1))
    data = Data(PIXELS.reshape(-1, 1, 8, 8).astype(np.float32), LABELS, {"train": rows})
    network = networks.perceptron(64, hidden, 10)
    arm = dict(alpha=[ALPHA], beta2=[BETA2], amsgrad=[False], beta1=BETA1, batch=batch, decay=False, records=[steps])
    return lambda: networks.train(network, data, rngs(networks_at_once), **arm)["train"].mean()


def compiled(task, thetas, batch, steps):
    """The network of the scaling rules, which is compiled for its size."""

    def run():
        rows, labels = digits.draw_samples(task, rngs(len(thetas)), batch * steps, 0.0)
        theta = digits.train(task, thetas, rows, labels, Hyperparameters(ALPHA, BETA2, 1e-8, BETA1), batch, [steps])
        return np.exp(digits.statistics_of(task, theta[0])[0]).mean()

    return run


def compare(race, kernel, problem, count, ours, nets, batch, steps, rate):
    """Race ours against a loop over a few of the networks and vmap over all; they must learn equally well."""
    few = max(2, count // 8)
    losses = {}

    def candidate(name, function, trained):
        def run():
            losses[name] = function()
            return trained * steps

        return run

    candidates = {
        "ours": candidate("ours", ours, count),
        "loop over modules, torch.optim.Adam": candidate("loop", loop(nets[:few], batch, steps, rate), few),
        "torch.func.vmap, torch.optim.Adam": candidate("vmap", vmapped(nets, batch, steps, rate), count),
    }
    ratio = race(kernel, problem, "network-steps", candidates, rounds=5)
    assert losses["loop"] == pytest.approx(losses["ours"], rel=0.2)
    assert losses["vmap"] == pytest.approx(losses["ours"], rel=0.2)
    return ratio


@pytest.mark.parametrize(("hidden", "batch", "count"), [(32, 16, 64), (100, 128, 20)])
def test_one_tensor(race, hidden, batch, count):
    network, steps = networks.perceptron(64, hidden, 10), 100
    nets = [module(network.initial(rng), hidden, torch.nn.ReLU) for rng in rngs(count)]
    problem, ours = f"64-{hidden}-10, batch {batch}, {count} at once", one_tensor(count, hidden, batch, steps)
    ratio = compare(race, "networks in one tensor", problem, count, ours, nets, batch, steps, corrected)
    assert ratio["loop over modules, torch.optim.Adam"] >= 2


def test_compiled(race):
    count, batch, steps = 64, 16, 100
    task, thetas = digits.load(np.random.default_rng(2)), digits.initial(rngs(count))
    nets = [module(theta, digits.HIDDEN, torch.nn.Tanh) for theta in thetas]
    problem, ours = f"64-{digits.HIDDEN}-10, batch {batch}, {count} at once", compiled(task, thetas, batch, steps)
    ratio = compare(race, "networks, compiled", problem, count, ours, nets, batch, steps, stock)
    assert ratio["loop over modules, torch.optim.Adam"] >= 10
    assert ratio["torch.func.vmap, torch.optim.Adam"] >= 2
