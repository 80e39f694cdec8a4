import numpy as np
import pandas as pd
import pytest
import torch
from torch.nn import functional

from optclaims.papers.adam_family import measures, problems
from optclaims.papers.adam_family.simulation import cifar, convolution, digits, training
from optclaims.papers.adam_family.simulation.models import MODELS, Convolutional, Perceptron
from optclaims.papers.adam_family.simulation.transformer import vision_transformer
from optclaims.science import perceptrons
from optclaims.science.optimizers import SGD, Adam, SuperAdam

RNG = np.random.default_rng(0)
IMAGES, Y = RNG.standard_normal((20, 16)).astype(np.float32), RNG.integers(3, size=20)
ROWS = RNG.integers(20, size=(2, 12, 4))
SMALL = {"perceptron": Perceptron((16, 4, 3)), "convolutional": Convolutional(side=4, filters=5, classes=3)}
PERCEPTRON = SMALL["perceptron"]


def start(model):
    return model.network.initial(np.random.default_rng(1).spawn(2)).numpy()


@pytest.fixture(params=SMALL)
def model(request):
    return SMALL[request.param]


def test_gradients_are_those_of_torch(model):
    theta, x = torch.tensor(start(model), requires_grad=True), model.inputs(IMAGES)
    with torch.no_grad():
        theta += 0.1 * torch.tensor(RNG.standard_normal(theta.shape))  # biases that are not 0
    outputs = model.network(theta, torch.tensor(x[ROWS[:, 0]]))
    loss = functional.cross_entropy(outputs.flatten(0, 1), torch.tensor(Y[ROWS[:, 0]]).flatten(), reduction="sum") / 4
    loss.backward()
    weights = theta.detach().numpy()
    np.testing.assert_allclose(model.gradient(weights, x, Y, ROWS[:, 0]), theta.grad, rtol=2e-4, atol=1e-6)
    for run in range(2):
        (found,) = model.scores(weights[run : run + 1], x[ROWS[run, 0]])
        np.testing.assert_allclose(found, outputs[run].detach(), rtol=1e-4, atol=1e-5)


def test_patches_make_a_convolution_of_stride_two():
    network = SMALL["convolutional"]
    kernel, bias = RNG.standard_normal((5, 1, 3, 3)).astype(np.float32), RNG.standard_normal(5).astype(np.float32)
    expected = functional.conv2d(torch.tensor(IMAGES.reshape(20, 1, 4, 4)), torch.tensor(kernel), torch.tensor(bias),
                                 stride=2, padding=1)  # fmt: skip
    found = network.inputs(IMAGES) @ kernel.reshape(5, 9).T + bias
    np.testing.assert_allclose(found, expected.flatten(2).mT, rtol=1e-4, atol=1e-5)
    assert convolution.size(4, 5, 3) == network.network.parameters


def test_the_networks_are_of_like_size():
    assert {name: model.network.parameters for name, model in MODELS.items()} == {
        "perceptron": 1210,
        "convolutional": 1370,
    }


def test_training_is_the_compiled_one():
    rule, records, theta = Adam(np.array([[0.01], [0.05]])), [3, 12], start(PERCEPTRON)
    found = training.trained(PERCEPTRON, theta, IMAGES, Y, ROWS, rule, records)
    expected = perceptrons.train(PERCEPTRON.widths, theta, IMAGES, Y, ROWS, rule, records)
    np.testing.assert_allclose(found, expected, rtol=2e-4, atol=2e-5)


def test_two_gradients_see_one_batch(model):
    rule, x = SuperAdam(0.05, alpha=0.3), model.inputs(IMAGES)
    theta = last = start(model)
    state = rule.start(theta)
    for t in range(12):
        now, before = (model.gradient(w, x, Y, ROWS[:, t]) for w in (theta, last))
        last, (theta, state) = theta, rule.step(theta, now, state, t + 1, before=before)
    found = training.trained(model, start(model), x, Y, ROWS, rule, [12])[0]
    np.testing.assert_allclose(found, theta, rtol=1e-6)


def test_evaluation_is_that_of_torch(model):
    theta, x = start(model), model.inputs(IMAGES)
    outputs = model.network(torch.tensor(theta), torch.tensor(x)[None])
    loss, accuracy = training.evaluate(model, theta, x, Y)
    for run in range(2):
        expected = functional.cross_entropy(outputs[run], torch.tensor(Y)).item()
        assert loss[run] == pytest.approx(expected, rel=1e-5)
        assert accuracy[run] == (outputs[run].argmax(1).numpy() == Y).mean()


def test_a_lost_run_stays_lost_and_the_other_goes_on(model):
    theta, x = start(model), model.inputs(IMAGES)
    wild = theta.copy()
    wild[0] = 1e7
    found = training.trained(model, wild, x, Y, ROWS, Adam(0.01), [12])
    alone = training.trained(model, theta[1:], x, Y, ROWS[1:], Adam(0.01), [12])
    np.testing.assert_allclose(found[0, 1], alone[0, 0], rtol=1e-5)
    np.testing.assert_array_equal(found[0, 0], wild[0])
    broken = training.evaluate(model, np.full_like(theta, np.nan), x, Y)
    assert (broken[0] == np.inf).all()
    assert (broken[1] == 0).all()


@pytest.mark.parametrize("network", problems.NETWORKS)
@pytest.mark.parametrize("arm", problems.ARMS)
def test_grids_are_equally_dense_around_their_centres(arm, network):
    rates = problems.grid(arm, network, 5, 2.0)
    centre = problems.CENTRES[arm][problems.NETWORKS.index(network)]
    assert rates[2] == pytest.approx(centre * (2**0.5 if arm == problems.SHIFTED else 1))
    np.testing.assert_allclose(rates[1:] / rates[:-1], 2)


@pytest.mark.parametrize("arm", problems.ARMS)
def test_every_arm_trains_stacked_runs(arm):
    rule = problems.ARMS[arm].make(np.full((2, 1), problems.grid(arm, "perceptron", 5, 2.0)[2]))
    assert rule.two_points == (problems.ARMS[arm].gradients == 2)
    found = training.trained(PERCEPTRON, start(PERCEPTRON), IMAGES, Y, ROWS, rule, [12])
    assert np.isfinite(found).all()
    assert not np.allclose(found[0], start(PERCEPTRON))


def test_half_the_rate_is_half_the_rate():
    full, half = problems.ARMS["Adam"].make(0.1), problems.ARMS["Adam, half the rate"].make(0.2)
    assert full == half
    assert problems.CENTRES["Adam"] == problems.CENTRES["Adam, half the rate"]  # a grid of the same values


def test_the_split_has_no_overlap():
    data = problems.digits(np.random.default_rng(0))
    assert len(data.x) + len(data.test_x) == 1797
    assert not {row.tobytes() for row in data.test_x} & {row.tobytes() for row in data.x[:50]}


@pytest.fixture(scope="module")
def few():
    data, rngs = problems.digits(np.random.default_rng(0)), [np.random.default_rng(seed) for seed in (1, 2)]
    return digits.setting("convolutional", data, *rngs, runs=3, steps=40, batch=8)


def test_a_run_does_not_know_the_others(few):
    together = digits.finals(few, "Adan", [0.01, 0.03], [0, 1, 2])
    alone = digits.finals(few, "Adan", [0.03], [2])
    np.testing.assert_allclose(together.iloc[-1][["lr", "loss", "accuracy"]].astype(float),
                               alone.iloc[0][["lr", "loss", "accuracy"]].astype(float), rtol=1e-6)  # fmt: skip


def test_the_final_loss_is_a_geometric_mean_over_the_last_fifth(few):
    x = few.model.inputs(few.data.x)
    found = training.trained(few.model, few.start, x, few.data.y, few.rows, SGD(0.5), [32, 36, 40])
    losses = np.stack([training.evaluate(few.model, theta, x, few.data.y)[0] for theta in found])
    accuracy = training.evaluate(few.model, found[-1], few.model.inputs(few.data.test_x), few.data.test_y)[1]
    frame = digits.finals(few, "gradient descent", [0.5], range(3))
    np.testing.assert_allclose(frame.loss, np.exp(np.log(losses).mean(axis=0)), rtol=1e-6)
    np.testing.assert_allclose(frame.accuracy, accuracy)


def test_two_gradients_a_step_halve_the_steps(few):
    short = few._replace(rows=few.rows[:, :20])
    halved = digits.finals(few, "SUPER-ADAM", [0.1], [0])
    made = problems.ARMS["SUPER-ADAM"]._replace(gradients=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(problems.ARMS, "SUPER-ADAM", made)
        whole = digits.finals(short, "SUPER-ADAM", [0.1], [0])
    assert halved.loss[0] == whole.loss[0]


def test_runs_that_choose_are_not_judged_and_untuned_arms_take_the_rate_of_another():
    seen = []

    def finals(arm, rates, runs):
        seen.append((arm, tuple(rates), tuple(runs)))
        best = 3.0 if arm == "diffGrad" else 1.0
        lr, run = (part.ravel() for part in np.meshgrid(rates, runs))
        return pd.DataFrame({"method": arm, "lr": lr, "run": run, "loss": 1 + np.log(lr / best) ** 2})

    grids = dict.fromkeys(problems.ARMS, np.array([0.3, 1.0, 3.0, 9.0]))
    choosing, chosen, judged = measures.compared(finals, grids, tune=2, judge=3)
    assert set(choosing.run) == {0, 1}
    assert set(judged.run) == {2, 3, 4}
    assert ("diffGrad", (3.0,), (2, 3, 4)) in seen
    assert judged[judged.method == "Adam at diffGrad's rate"].lr.unique() == [3.0]
    assert judged[judged.method == "Adam at half its rate"].lr.unique() == [1.0]
    assert (chosen.set_index("method").lr.drop("diffGrad") == 1).all()


@pytest.mark.parametrize("network", cifar.DEEP)
def test_deep_networks_start_on_images_like_cifar(network):
    rng = np.random.default_rng(0)
    images, labels = rng.random((8, 3, 8, 8)).astype(np.float32), np.arange(8) % 3
    own = {"epochs": 2, "batch": 4, "limit": 1, "device": "cpu"}
    setting = network, (images, labels, images, labels), rng.spawn(2)
    found = pd.concat(cifar.finals(*setting, arm, [0.01], [0], **own) for arm in ("diffGrad", "Adan", "SUPER-ADAM"))
    assert list(found) == ["method", "lr", "run", "loss", "accuracy"]
    assert found.loss.nunique() == 3
    both = cifar.finals(*setting, "Aida (2, 1.2)", [0.01], [0, 1], **own)
    alone = cifar.finals(*setting, "Aida (2, 1.2)", [0.01], [1], **own)
    assert both.loss[0] != both.loss[1] == alone.loss[0]
    lost = cifar.finals(*setting, "gradient descent", [1e30], [0], **own | {"limit": 0})
    assert (lost.loss == 1e3).all()


def test_a_transformer_without_positions_does_not_know_the_order_of_its_patches():
    network = vision_transformer((1, 4, 6), 3, patch=2, width=8, heads=2, depth=2)
    theta = network.initial([np.random.default_rng(0)])
    weights = network.unpacked(theta)
    unplaced = network.packed([weights[0], torch.zeros_like(weights[1]), *weights[2:]])
    x = torch.tensor(RNG.standard_normal((1, 5, 1, 4, 6)), dtype=torch.float32)
    moved = x.roll((2, 2), dims=(-2, -1))  # whole patches
    torch.testing.assert_close(network(unplaced, moved), network(unplaced, x), rtol=1e-4, atol=1e-5)
    assert (network(theta, moved) - network(theta, x)).abs().max() > 1e-3
    split = x.roll(1, dims=-1)
    assert (network(unplaced, split) - network(unplaced, x)).abs().max() > 1e-2
