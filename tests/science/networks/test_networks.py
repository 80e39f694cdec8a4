"""Networks in one tensor equal torch's own layers, run by run."""

import numpy as np
import pytest
import torch
from torch.nn import functional

from optclaims.science.networks import (
    CROSS_ENTROPY,
    LOGISTIC,
    SQUARED,
    Layer,
    Network,
    batch_normalised,
    convolutional,
    curvature_factors,
    dense,
    factors,
    gradient,
    jacobian,
    mean_loss,
    perceptron,
    residual,
    square_mean,
    transformer,
)

RUNS, BATCH = 3, 5
ACTIVATIONS = {
    "relu": torch.relu,
    "tanh": torch.tanh,
    "sigmoid": lambda z: 1 / (1 + torch.exp(-z)),
    "gelu": functional.gelu,
    "linear": lambda z: z,
}


def rngs(runs=RUNS):
    return np.random.default_rng(7).spawn(runs)


def start(network, runs=RUNS):
    """Random weights in float64, biases included, so that no part of a network is idle."""
    return torch.tensor(0.3 * np.random.default_rng(1).standard_normal((runs, network.parameters)))


def normal(*shape):
    return torch.tensor(np.random.default_rng(2).standard_normal(shape))


def close(found, expected):
    torch.testing.assert_close(found, expected, rtol=1e-11, atol=1e-12)


def layers_of(network, theta, run):
    """Weight and bias (or None) of every layer of a run."""
    pairs = zip(network.unpacked(theta), network.layers, strict=True)
    return [(w[run, : layer.inputs], w[run, -1] if layer.bias else None) for w, layer in pairs]


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("bias", [True, False])
def test_perceptrons_equal_linear_layers(activation, bias):
    network = perceptron((6, 4, 7, 2), activation, bias=bias)
    theta, x = start(network), normal(RUNS, BATCH, 6)
    for run in range(RUNS):
        y = x[run]
        for i, (w, b) in enumerate(layers_of(network, theta, run)):
            y = functional.linear(y, w.T, b)
            y = ACTIVATIONS[activation](y) if i < 2 else y
        close(network(theta, x)[run], y)


def test_shared_inputs_equal_inputs_of_each_run():
    for network in (perceptron((6, 4, 2)), perceptron((6, 4, 2), bias=False)):
        theta, x = start(network), normal(1, BATCH, 6)
        close(network(theta, x), network(theta, x.repeat(RUNS, 1, 1)))


def test_the_tangent_parametrisation_is_another_one_of_the_same_functions():
    plain, tangent = perceptron((6, 4, 1), bias=False), perceptron((6, 4, 1), bias=False, tangent=True)
    scaled = [layer.multiplier * w for layer, w in zip(tangent.layers, tangent.unpacked(start(tangent)), strict=True)]
    x = normal(RUNS, BATCH, 6)
    close(tangent(start(tangent), x), plain(plain.packed(scaled), x))
    drawn = tangent.unpacked(tangent.initial(rngs()))
    scaled = [layer.multiplier * w for layer, w in zip(tangent.layers, drawn, strict=True)]
    torch.testing.assert_close(plain.initial(rngs()), plain.packed(scaled))


def test_batch_normalisation_has_the_statistics_of_the_first_samples():
    z = 3 + 2 * normal(2, 40, 4)
    normed = batch_normalised(z, 30)[:, :30]
    close(normed.mean(1), torch.zeros(2, 4, dtype=z.dtype))
    close(normed.square().mean(1), torch.ones(2, 4, dtype=z.dtype))
    close(batch_normalised(z, 30)[:, :30], batch_normalised(z[:, :30]))


@pytest.mark.parametrize(
    "network",
    [
        perceptron((6, 4, 3), "gelu", bias=False, normalised=True, head=False),
        convolutional((6, 1, 1), (4, 3), None, activation="gelu", bias=False, normalisation="batch"),
        residual((1, 1, 1), 2, None, colours=6),
        residual((1, 2), 2, None, colours=6),
    ],
)
def test_normalised_features_are_invariant_to_the_scale_of_the_weights(network):
    theta, x = start(network), normal(RUNS, 20, 6, *([1, 1] if network.layers[0].inputs > 6 else []))
    found = network(theta, x, 12)
    close(found, network(2.5 * theta, x, 12))
    gradients = torch.func.grad(lambda w: network(w, x, 12).square().sum() + network(w, x, 12).sin().sum())(theta)
    close((gradients * theta).sum(1) / gradients.norm(dim=1), torch.zeros(RUNS, dtype=theta.dtype))


@pytest.mark.parametrize("pool", ["max", "mean"])
@pytest.mark.parametrize(("kernel", "normalisation", "dropout"), [(3, "none", False), (6, "response", True)])
def test_convolutional_networks_equal_torch_layers(pool, kernel, normalisation, dropout):
    network = convolutional(
        (3, 8, 8), (4, "pool", 5, "pool"), 10, hidden=(6, 7), kernel=kernel, pool=pool,
        normalisation=normalisation, dropout=dropout,
    )  # fmt: skip
    theta, x = start(network), normal(RUNS, BATCH, 3, 8, 8)
    keep = torch.tensor(np.random.default_rng(3).integers(2, size=(RUNS, BATCH, 6))) if dropout else None
    squeeze = functional.max_pool2d if pool == "max" else functional.avg_pool2d
    for run in range(RUNS):
        weights, y = layers_of(network, theta, run), x[run]
        for (w, b), channels in zip(weights[:2], (3, 4), strict=True):
            y = functional.pad(y, ((kernel - 1) // 2, kernel // 2) * 2)
            y = functional.conv2d(y, w.T.reshape(-1, channels, kernel, kernel), b).relu()
            y = functional.local_response_norm(y, 9, alpha=1e-3, beta=0.75, k=1.0) if dropout else y
            y = squeeze(y, 2)
        y = functional.linear(y.flatten(1), weights[2][0].T, weights[2][1]).relu()
        y = 2 * keep[run] * y if dropout else y
        y = functional.linear(y, weights[3][0].T, weights[3][1]).relu()
        close(network(theta, x, keep)[run], functional.linear(y, weights[4][0].T, weights[4][1]))


@pytest.mark.parametrize("bias", [True, False])
def test_a_residual_network_equals_torch_layers(bias):
    network = residual((2, 2, 2), 3, 4, bias=bias)
    theta, x = start(network), normal(RUNS, 6, 3, 8, 8)

    def conv(y, layer, stride):
        y = functional.conv2d(y, layer[0].T.reshape(-1, y.shape[1], 3, 3), stride=stride, padding=1)
        return functional.batch_norm(y, None, None, None, layer[1], training=True, eps=1e-13)

    for run in range(RUNS):
        *weights, (w, b) = layers_of(network, theta, run)
        y = conv(x[run], weights.pop(0), 1).relu()
        for outputs in (3, 3, 6, 6, 12, 12):
            stride = outputs // y.shape[1]
            inner = conv(conv(y, weights.pop(0), stride).relu(), weights.pop(0), 1)
            y = functional.pad(y[..., ::stride, ::stride], (0, 0, 0, 0, 0, outputs - y.shape[1])) + inner
            y = y.relu()
        torch.testing.assert_close(network(theta, x)[run], functional.linear(y.mean((2, 3)), w.T, b), rtol=1e-8, atol=0)


def test_a_dense_network_equals_torch_layers():
    network = dense((2, 1), 3, 4, colours=2)
    theta, x = start(network), normal(RUNS, 6, 2, 4, 4)

    def following(y, weight, kernel):
        y = functional.batch_norm(y, None, None, training=True, eps=1e-13).relu()
        return functional.conv2d(y, weight.T.reshape(-1, y.shape[1], kernel, kernel), padding=kernel // 2)

    for run in range(RUNS):
        *weights, (w, b) = layers_of(network, theta, run)
        first, *rest = (weight for weight, _ in weights)
        y = functional.conv2d(x[run], first.T.reshape(6, 2, 3, 3), padding=1)
        for depth in (2, 1):
            for _ in range(depth):
                y = torch.cat([y, following(following(y, rest.pop(0), 1), rest.pop(0), 3)], dim=1)
            y = functional.avg_pool2d(following(y, rest.pop(0), 1), 2) if depth == 2 else y
        y = functional.batch_norm(y, None, None, training=True, eps=1e-13).relu().mean((2, 3))
        torch.testing.assert_close(network(theta, x)[run], functional.linear(y, w.T, b), rtol=1e-8, atol=1e-12)


@pytest.mark.parametrize(("causal", "normalised"), [(False, False), (True, True), (True, False)])
def test_a_transformer_equals_torch_attention(causal, normalised):
    network = transformer(5, 6, 8, 2, 9, 3, causal=causal, normalised=normalised, activation="gelu")
    theta, x = start(network), torch.tensor(np.random.default_rng(3).integers(5, size=(RUNS, BATCH, 6)))

    def norm(y):
        return functional.layer_norm(y, (8,)) if normalised else y

    for run in range(RUNS):
        tokens, positions, *weights = layers_of(network, theta, run)
        y = tokens[0][x[run]] + positions[0]
        q, k, v = (functional.linear(norm(y), w.T).unflatten(-1, (2, 4)).transpose(1, 2) for w, _ in weights[:3])
        mixed = functional.scaled_dot_product_attention(q, k, v, is_causal=causal).transpose(1, 2).flatten(2)
        y = y + functional.linear(mixed, weights[3][0].T)
        inner = functional.gelu(functional.linear(norm(y), weights[4][0].T, weights[4][1]))
        y = y + functional.linear(inner, weights[5][0].T, weights[5][1])
        y = norm(y) if causal else y.mean(1)
        close(network(theta, x)[run], functional.linear(y, weights[6][0].T, weights[6][1]))


def test_a_causal_transformer_does_not_see_the_future():
    network = transformer(5, 6, 8, 2, 9, 3, causal=True)
    x = torch.tensor(np.random.default_rng(3).integers(5, size=(RUNS, BATCH, 6)))
    changed = x.clone()
    changed[:, :, 4:] = (x[:, :, 4:] + 1) % 5
    theta = start(network)
    close(network(theta, changed)[:, :, :4], network(theta, x)[:, :, :4])
    assert (network(theta, changed)[:, :, 4:] != network(theta, x)[:, :, 4:]).any()


FACTORED = {
    "perceptron": (perceptron((4, 3, 2), "tanh"), (4,)),
    "without biases": (perceptron((4, 3, 2), "tanh", bias=False), (4,)),
    "tangent": (perceptron((4, 3, 2), "tanh", tangent=True), (4,)),
    "convolutional": (
        convolutional((2, 4, 4), (3, "pool", 2), 2, hidden=(3,), activation="tanh", pool="mean"),
        (2, 4, 4),
    ),
    "transformer": (transformer(3, 4, 4, 2, 5, 2, embedding=0.5), ()),
}


@pytest.fixture(params=FACTORED)
def factored(request):
    """A network with its weights and inputs."""
    network, shape = FACTORED[request.param]
    x = normal(RUNS, BATCH, *shape) if shape else torch.tensor(np.random.default_rng(3).integers(3, size=(RUNS, 5, 4)))
    return network, start(network), x


@pytest.mark.parametrize("loss", [SQUARED, CROSS_ENTROPY])
@pytest.mark.parametrize("sharing", [True, False])
def test_per_sample_gradients_equal_autograd_sample_by_sample(factored, loss, sharing):
    network, theta, x = factored
    x = x[:1] if sharing else x
    y = normal(RUNS, BATCH, 2) if loss is SQUARED else torch.tensor(np.random.default_rng(4).integers(2, size=(3, 5)))
    kept = factors(network, theta, x, lambda f: loss.residual(f, y))
    found, x = jacobian(kept), x.expand(RUNS, *x.shape[1:])
    for sample in range(BATCH):
        one = slice(sample, sample + 1)
        expected = torch.func.grad(lambda w, one=one: mean_loss(network, loss)(w, x[:, one], y[:, one]).sum())(theta)
        close(found[:, sample], expected)
    close(network.packed(gradient(kept)), found.mean(1))
    close(network.packed(square_mean(kept)), found.square().mean(1))


@pytest.mark.parametrize("loss", [SQUARED, LOGISTIC, CROSS_ENTROPY])
def test_drawn_labels_give_the_gauss_newton_matrix_by_the_outputs(loss):
    outputs = normal(1, 1, 1 if loss is LOGISTIC else 3)
    draws = 30_000
    uniforms = (torch.arange(draws, dtype=torch.float64) + 0.5).view(1, -1) / draws
    r = loss.sampled(outputs.expand(1, draws, -1), uniforms)[0]
    target = torch.zeros(1, 1, 3) if loss is SQUARED else torch.zeros(1, 1, dtype=torch.long)
    hessian = torch.func.hessian(lambda f: loss.value(f.view(1, 1, -1), target).sum())(outputs.flatten())
    torch.testing.assert_close(r.mT @ r / draws, hessian.view(len(hessian), -1), rtol=0, atol=2e-4)


def test_residuals_are_gradients_of_values():
    for loss, f, y in (
        (SQUARED, normal(2, 3, 4), normal(2, 3, 4) + 1),
        (SQUARED, normal(2, 3, 1), normal(2, 3)),
        (LOGISTIC, normal(2, 3, 1), torch.tensor([[0.0, 1, 1], [1, 0, 0]], dtype=torch.float64)),
        (CROSS_ENTROPY, normal(2, 3, 4), torch.tensor([[0, 1, 3], [2, 0, 0]])),
        (CROSS_ENTROPY, normal(2, 3, 4, 5), torch.tensor(np.random.default_rng(0).integers(5, size=(2, 3, 4)))),
    ):
        assert loss.value(f, y).shape == (2, 3)
        close(loss.residual(f, y), torch.func.grad(lambda f, loss=loss, y=y: loss.value(f, y).sum())(f))


def test_curvature_factors_of_one_output_are_the_exact_gauss_newton_matrix():
    network = perceptron((4, 3, 1), "tanh")
    theta, x = start(network), normal(RUNS, BATCH, 4)
    J = jacobian(curvature_factors(network, theta, x, SQUARED, torch.zeros(RUNS, BATCH)))
    expected = torch.stack(
        [torch.func.jacrev(lambda w, r=r: network(w[None], x[r, None])[0, :, 0])(theta[r]) for r in range(RUNS)]
    )
    close(J, expected)


def test_a_run_is_the_same_alone_and_among_others():
    for network, _ in FACTORED.values():
        together = network.initial(rngs())
        torch.testing.assert_close(network.initial(rngs()[1:2]), together[1:2], rtol=0, atol=0)
        for layer, w in zip(network.layers, network.unpacked(together), strict=True):
            assert not layer.bias or (w[:, -1] == 0).all()
        torch.testing.assert_close(network.packed(network.unpacked(together)), together, rtol=0, atol=0)


def test_initial_scales():
    network = perceptron((400, 300, 100), "relu", last=4.0)
    first, second = network.unpacked(network.initial(rngs()))
    assert first[:, :-1].std() == pytest.approx((2 / 400) ** 0.5, rel=0.01)
    assert second[:, :-1].std() == pytest.approx((4 / 300) ** 0.5, rel=0.01)


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        (lambda: perceptron((3,)), "widths"),
        (lambda: perceptron((3, 2), "softplus"), "activation"),
        (lambda: perceptron((3, 0)), "widths"),
        (lambda: perceptron((3, 2)).initial([]), "rngs"),
        (lambda: perceptron((3, 2)).initial([7]), "rngs"),
        (lambda: perceptron((3, 2))(torch.zeros(1, 9), torch.zeros(1, 4, 3)), "theta"),
        (lambda: perceptron((3, 2))(torch.zeros(3, 8), torch.zeros(2, 4, 3)), "x"),
        (lambda: convolutional((1, 8, 8), (4,), 2, normalisation="layer"), "normalisation"),
        (lambda: convolutional((1, 8, 8), (4,), 2, dropout=True), "dropout"),
        (lambda: convolutional((1, 8, 8), (4,), 2, pool="sum"), "pool"),
        (lambda: transformer(2, 4, 6, 4, 8, 1), "heads"),
        (lambda: residual((0, 1, 1), 4, 10), "blocks"),
        (lambda: Layer(2, 2, -1.0), "scale"),
    ],
)
def test_what_makes_no_network_is_refused(wrong, named):
    with pytest.raises(ValueError, match=named):
        wrong()


def test_batch_normalisation_has_no_gradient_of_one_sample():
    network = perceptron((4, 3, 2), normalised=True)
    with pytest.raises(ValueError, match="network"):
        factors(network, start(network), normal(RUNS, BATCH, 4), lambda f: f)
    shared = Network((Layer(2, 2, 1.0),), lambda w, x: w.linear(0, w.linear(0, x)))
    with pytest.raises(ValueError, match="network"):
        factors(shared, start(shared), normal(RUNS, BATCH, 2), lambda f: f)
