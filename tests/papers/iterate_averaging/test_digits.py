import numpy as np
import pytest
import torch

from optclaims.papers.iterate_averaging.simulation import digits
from optclaims.science import datasets


def reference(method, lr, rng, epochs, every, anneal=False, start="uniform", decay=None):
    """One run in torch, with torch's own optimizers."""
    x, labels = datasets.digits()
    order = rng.permutation(len(x))
    noisy = np.where(rng.random(len(x)) < 0.2, rng.integers(0, 10, len(x)), labels)
    network = torch.nn.Sequential(
        torch.nn.Linear(64, 64), torch.nn.ReLU(), torch.nn.Linear(64, 64), torch.nn.ReLU(), torch.nn.Linear(64, 10)
    )
    parameters = list(network.parameters())
    for layer in (network[0], network[2], network[4]):
        bound, a, b = layer.in_features**-0.5, layer.in_features, layer.out_features
        size = (a + 1) * b
        if start == "uniform":
            drawn = rng.uniform(-1, 1, size) * bound
        else:
            drawn = rng.normal(0, 2**0.5 * bound, size) * (np.arange(size) < a * b)
        layer.weight.data = torch.tensor(drawn[: a * b].reshape(a, b).T, dtype=torch.float32).contiguous()
        layer.bias.data = torch.tensor(drawn[a * b :], dtype=torch.float32)
    made = {"SGD": (torch.optim.SGD, 0.01), "AdamW": (torch.optim.AdamW, 0.3)}[method]
    optimizer = made[0](parameters, lr=lr, weight_decay=made[1] if decay is None else decay)
    images, kept, steps = torch.tensor(x, dtype=torch.float32), [], epochs * 37
    half, t = steps // 2, 0
    for _ in range(epochs):
        shuffled = rng.permutation(order[:600])
        for rows in shuffled[:592].reshape(-1, 16):
            t += 1
            if anneal:
                optimizer.param_groups[0]["lr"] = lr * min(1.0, (steps - t + 1) / (steps - half))
            loss = torch.nn.functional.cross_entropy(network(images[rows]), torch.tensor(noisy[rows]))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            if t > half and (steps - t) % every == 0:
                kept.append([p.detach().clone() for p in parameters])
    test, found = torch.tensor(order[600:]), []
    for weights in (parameters, [sum(parts) / len(kept) for parts in zip(*kept, strict=True)]):
        with torch.no_grad():
            for p, w in zip(parameters, weights, strict=True):
                p.copy_(w)
            found.append(float((network(images[test]).argmax(1) == torch.tensor(labels)[test]).double().mean()))
    return found


@pytest.mark.parametrize(
    ("method", "lr", "options"),
    [
        ("SGD", 0.1, {}),
        ("SGD", 0.1, {"anneal": True}),
        ("SGD", 0.1, {"start": "normal"}),
        ("SGD", 0.1, {"decay": 0.1}),
        ("AdamW", 0.003, {}),
        ("AdamW", 0.003, {"decay": 30.0, "anneal": True}),
    ],
)
def test_training_is_that_of_torch(method, lr, options):
    ours = {**options, "decays": [options["decay"]]} if "decay" in options else dict(options)
    ours.pop("decay", None)
    last, average = digits.train(method, [lr], [np.random.default_rng(5)], epochs=5, every=(7,), **ours)
    expected = reference(method, lr, np.random.default_rng(5), 5, 7, **options)
    assert [last[0, 0], average[0, 0, 0]] == pytest.approx(expected, abs=0.005)


def test_the_curve_ends_where_training_does():
    rngs = np.random.default_rng(0).spawn(2)
    losses, accuracies = digits.curve("SGD", [0.1, 0.3], rngs, epochs=4)
    last, averages = digits.train("SGD", [0.1, 0.3], rngs, epochs=4)
    assert accuracies[0, -1] == pytest.approx(last)
    assert accuracies[1, -1] == pytest.approx(averages[0])
    assert np.isnan(accuracies[1]).any(axis=(1, 2)).tolist() == [True, True, False, False]
    short = digits.train("SGD", [0.1, 0.3], rngs, epochs=2)[0]
    assert accuracies[0, 1] == pytest.approx(short)
    assert (losses[0, -1] < np.log(10)).all()


def test_rates_are_trained_as_if_alone():
    rngs = np.random.default_rng(0).spawn(2)
    together = digits.train("SGD", [0.1, 0.3], rngs, epochs=2, every=(1, 37))
    alone = digits.train("SGD", [0.3], rngs, epochs=2, every=(1, 37))
    assert together[0][1] == pytest.approx(alone[0][0])
    assert together[1][:, 1] == pytest.approx(alone[1][:, 0])


def test_an_average_begins_after_the_middle():
    # Of every 37th iterate, counted from the last, the second half of two epochs holds only the last.
    last, averages = digits.train("SGD", [0.3], np.random.default_rng(1).spawn(2), epochs=2, every=(37,))
    assert averages[0].tolist() == last.tolist()


def test_the_annealed_rate_falls_over_the_second_half():
    runs = digits._Runs("SGD", [0.2], [np.random.default_rng(0)], None, 2, (1,), True, "uniform")  # 74 steps
    table = runs._numbers(np.array([1, 37, 38, 39, 74]))[1][:, 0]
    assert table[:, 0] == pytest.approx(0.2 * np.array([1, 1, 1, 36 / 37, 1 / 37]))
    assert table[:, 5] == pytest.approx(0.01 * table[:, 0])


@pytest.mark.parametrize(
    ("start", "deviations"), [("uniform", (48**-0.5 / 2, 48**-0.5 / 2)), ("normal", (32**-0.5, 0.0))]
)
def test_starts_have_the_scale_of_their_law(start, deviations):
    runs = digits._Runs("SGD", [0.2], np.random.default_rng(0).spawn(20), None, 2, (1,), False, start)
    weights, biases = runs.start[:, : 64 * 64], runs.start[:, 64 * 64 : 65 * 64]
    assert (weights.std(), biases.std()) == pytest.approx(deviations, rel=0.03)
