"""Many small networks trained together by Adam: one tensor or one compiled loop against a loop over modules, and vmap.

Unit: one step of one network. All start from the same weights and see batches of the same digits.
"""

import copy

import numpy as np
import pytest
import torch
from torch.func import functional_call, grad, stack_module_state, vmap

from optclaims.science import datasets, networks, perceptrons, training
from optclaims.science.optimizers import Adam

ALPHA, BETA1, BETA2 = 1e-3, 0.9, 0.99
RULE = Adam(ALPHA, BETA1, BETA2)
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


def loop(nets, batch, steps):
    """One network after the other, as a script that repeats a training for several seeds."""

    def run():
        rows, losses = batches(len(nets), batch, steps), []
        for number, start in enumerate(nets):
            net = copy.deepcopy(start)
            optimizer = torch.optim.Adam(net.parameters(), lr=ALPHA, betas=(BETA1, BETA2))
            for step in range(steps):
                optimizer.zero_grad()
                cross_entropy(net(X[rows[step, number]]), Y[rows[step, number]]).backward()
                optimizer.step()
            losses.append(cross_entropy(net(X), Y).item())
        return np.mean(losses)

    return run


def vmapped(nets, batch, steps):
    """Gradients of all networks by vmap; the optimizer acts on the stacked weights."""
    base = copy.deepcopy(nets[0]).to("meta")

    def loss(parameters, x, y):
        return cross_entropy(functional_call(base, parameters, (x,)), y)

    def run():
        parameters, _ = stack_module_state(nets)
        optimizer = torch.optim.Adam(parameters.values(), lr=ALPHA, betas=(BETA1, BETA2))
        for rows in batches(len(nets), batch, steps):
            gradients = vmap(grad(loss))(parameters, X[rows], Y[rows])
            for name, parameter in parameters.items():
                parameter.grad = gradients[name]
            optimizer.step()
        with torch.no_grad():
            return vmap(loss, (0, None, None))(parameters, X, Y).mean().item()

    return run


def one_tensor(network, theta, batch, steps):
    """All networks in one tensor, gradients by autograd: what any network and loss can have."""
    loss = networks.mean_loss(network, networks.CROSS_ENTROPY)

    def run():
        rows = batches(len(theta), batch, steps).numpy()
        measure = lambda theta: {"loss": loss(theta, X[None], Y[None])}  # noqa: E731
        return training.train(loss, RULE, theta, training.taken((X, Y), rows), [steps], measure)["loss"].mean()

    return run


def compiled(network, theta, batch, steps, widths, activation):
    """The compiled loop, which is there for perceptrons."""
    loss = networks.mean_loss(network, networks.CROSS_ENTROPY)

    def run():
        rows = batches(len(theta), batch, steps).numpy().swapaxes(0, 1)
        found = perceptrons.train(widths, theta, PIXELS, LABELS, rows, RULE, [steps], activation=activation)[0]
        return loss(torch.as_tensor(found), X[None], Y[None]).mean().item()

    return run


def compare(race, kernel, problem, count, ours, nets, batch, steps):
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
        "loop over modules, torch.optim.Adam": candidate("loop", loop(nets[:few], batch, steps), few),
        "torch.func.vmap, torch.optim.Adam": candidate("vmap", vmapped(nets, batch, steps), count),
    }
    ratio = race(kernel, problem, "network-steps", candidates, rounds=5)
    assert losses["loop"] == pytest.approx(losses["ours"], rel=0.2)
    assert losses["vmap"] == pytest.approx(losses["ours"], rel=0.2)
    return ratio


SIZES = [(32, "tanh", 16, 64), (100, "relu", 128, 20)]
MODULES = {"tanh": torch.nn.Tanh, "relu": torch.nn.ReLU}


def problem(hidden, activation, count):
    """A perceptron, its weights, and modules with the same ones."""
    network = networks.perceptron((64, hidden, 10), activation)
    theta = network.initial(rngs(count))
    return network, theta, [module(w, hidden, MODULES[activation]) for w in theta]


@pytest.mark.parametrize(("hidden", "activation", "batch", "count"), SIZES)
def test_one_tensor(race, hidden, activation, batch, count):
    network, theta, nets = problem(hidden, activation, count)
    title, ours = f"64-{hidden}-10, batch {batch}, {count} at once", one_tensor(network, theta, batch, 100)
    ratio = compare(race, "networks in one tensor", title, count, ours, nets, batch, 100)
    assert ratio["loop over modules, torch.optim.Adam"] >= 2


@pytest.mark.parametrize(("hidden", "activation", "batch", "count"), SIZES)
def test_compiled(race, hidden, activation, batch, count):
    network, theta, nets = problem(hidden, activation, count)
    title = f"64-{hidden}-10, batch {batch}, {count} at once"
    ours = compiled(network, theta, batch, 100, (64, hidden, 10), activation)
    ratio = compare(race, "networks, compiled", title, count, ours, nets, batch, 100)
    vmapped_at_least, loop_at_least = (3, 30) if batch == 16 else (2, 5)
    assert ratio["torch.func.vmap, torch.optim.Adam"] >= vmapped_at_least
    assert ratio["loop over modules, torch.optim.Adam"] >= loop_at_least
