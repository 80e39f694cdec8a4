"""The network's gradient and Hessian products against differences, its sharpness against all eigenvalues."""

import numpy as np
import pytest
import torch

from optclaims.papers.adaptive_edge_of_stability import measures, problems
from optclaims.science.finite_differences import hessian


def setting(hidden=(4, 3), n=7):
    """Return a network in double precision, weights with biases, and a generator."""
    rng = np.random.default_rng(0)
    net = problems.regression(rng.standard_normal((n, 5)), np.arange(n) % 3, hidden, classes=3)
    net = net._replace(inputs=net.inputs.astype(float), targets=net.targets.astype(float))
    return net, rng.standard_normal(net.parameters), rng


@pytest.mark.parametrize("hidden", [(), (4,), (4, 3), (2, 3, 4)])
def test_gradient_and_product_are_those_of_differences(hidden):
    net, w, rng = setting(hidden)
    for v in rng.standard_normal((3, net.parameters)):
        slope = (net.loss(w + 1e-6 * v) - net.loss(w - 1e-6 * v)) / 2e-6
        assert net.gradient(w) @ v == pytest.approx(slope, rel=1e-5, abs=1e-6)
        change = (net.gradient(w + 1e-5 * v) - net.gradient(w - 1e-5 * v)) / 2e-5
        np.testing.assert_allclose(net.hessian(w)(v), change, atol=3e-6)


def test_the_loss_is_half_the_mean_square_and_parts_average():
    net, w, _ = setting((), n=8)
    W, c = w[:15].reshape(5, 3), w[15:]
    assert net.loss(w) == pytest.approx(((net.inputs @ W + c - net.targets) ** 2).sum(1).mean() / 2, rel=1e-6)
    halves = [net.part(np.arange(i, i + 4)).gradient(w) for i in (0, 4)]
    np.testing.assert_allclose(np.mean(halves, axis=0), net.gradient(w), rtol=1e-5, atol=1e-7)


def test_inputs_are_centred_with_variance_one_and_starts_have_biases_of_zero():
    net = problems.regression(np.random.default_rng(1).random((50, 6)) + 3, np.zeros(50, int), [400])
    np.testing.assert_allclose(net.inputs.mean(axis=0), 0, atol=1e-6)
    assert net.inputs.std() == pytest.approx(1)
    w = net.initial(np.random.default_rng(2))
    assert w[:2400].std() == pytest.approx(6**-0.5, rel=0.1) and w[2800:6800].std() == pytest.approx(0.05, rel=0.1)
    assert not w[2400:2800].any() and not w[6800:].any() and w.dtype == np.float32


def test_sharpness_is_the_largest_eigenvalue():
    net, w, rng = setting()
    H = hessian(lambda at: np.apply_along_axis(net.gradient, -1, at), w)
    divisor = rng.uniform(0.5, 2, net.parameters)
    for P in (np.ones_like(w), divisor):
        expected = np.linalg.eigvalsh(H / np.sqrt(np.outer(P, P)))[-1]
        value, vectors = measures.sharpness(net, w, P, rng)
        assert value == pytest.approx(expected, rel=3e-3)
        assert measures.sharpness(net, w, P, rng, vectors)[0] == pytest.approx(expected, rel=3e-3)
        assert torch.isfinite(vectors).all()


def test_random_labels_are_a_share_of_all_and_uniform():
    images, labels = np.random.default_rng(0).random((900, 6)), np.full(900, 3)
    for random, changed in ((0.0, 0), (0.5, 300 * 0.9)):
        net = problems.sampled(images, labels, 600, [4], np.random.default_rng(1), random)
        found = net.targets.argmax(axis=1)
        assert len(found) == 600 and np.sum(found != 3) == pytest.approx(changed, abs=25)
    assert (found[300:] == 3).all() and len(np.unique(found)) == 10
    same = problems.sampled(images, labels, 600, [4], np.random.default_rng(1))
    chosen = images[np.random.default_rng(1).permutation(900)[:600]]
    np.testing.assert_allclose(same.inputs, problems.regression(chosen, labels[:600], [4]).inputs)
