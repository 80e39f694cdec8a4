"""Curvature against dense Hessians, and the trap of a warm start from the last top eigenvector alone."""

import numpy as np
import pytest
import torch

from optclaims.science import curvature


def network_loss(w):
    """Two small tanh layers on fixed data; w (..., 32)."""
    X = torch.linspace(-1, 1, 40, dtype=w.dtype).reshape(10, 4)
    hidden = torch.tanh(X @ w[..., :24].unflatten(-1, (4, 6)))
    out = (hidden @ w[..., 24:30].unsqueeze(-1)).squeeze(-1)
    return ((out - X.sum(1)) ** 2).mean(-1) + 0.1 * (w[..., 30:] ** 4).sum(-1)


def dense(w):
    return torch.autograd.functional.hessian(network_loss, w)


def weights(runs, dtype=torch.float64):
    return torch.as_tensor(np.random.default_rng(0).standard_normal((runs, 32)), dtype=dtype)


def test_product_is_that_of_the_dense_hessian():
    w, v = weights(3), weights(3).flip(0)
    product = curvature.hessian_product(network_loss, w)(v)
    expected = torch.stack([dense(one) @ direction for one, direction in zip(w, v, strict=True)])
    torch.testing.assert_close(product, expected)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_top_eigenvalues_are_those_of_the_dense_hessian(dtype):
    w = weights(4, dtype)
    values, vectors = curvature.top_eigenvalues(network_loss, w, np.random.default_rng(1), k=3, rtol=1e-6)
    expected = torch.stack([torch.linalg.eigvalsh(dense(one.double())).flip(0)[:3] for one in w])
    np.testing.assert_allclose(values[:, 0], expected[:, 0], rtol=1e-5)
    if dtype == torch.float64:
        np.testing.assert_allclose(values, expected, rtol=1e-3)
    assert vectors.shape == (4, 3, 32)


def test_runs_together_are_runs_alone():
    w = weights(3)
    together = curvature.top_eigenvalues(network_loss, w, np.random.default_rng(1), rtol=1e-8)[0]
    alone = [curvature.top_eigenvalues(network_loss, one, np.random.default_rng(2), rtol=1e-8)[0] for one in w]
    np.testing.assert_allclose(together, torch.stack(alone), rtol=1e-7)


def test_a_matrix_with_few_different_eigenvalues():
    matrix = torch.diag(torch.tensor([3.0] * 5 + [1.0] * 5, dtype=torch.float64))
    start = curvature.mixed_start(None, matrix[0], np.random.default_rng(0))
    values, _ = curvature.lanczos(lambda v: matrix @ v, start)
    assert values[0] == pytest.approx(3)


def test_a_mixed_start_finds_the_eigenvalue_that_has_overtaken():
    """The second eigenvalue grows past the first; from the old top vector alone the method would stay on the first."""
    rng = np.random.default_rng(0)
    base = torch.as_tensor(np.linspace(0, 0.5, 200))
    spectrum = {"before": (1.0, 0.9), "after": (0.95, 1.0)}
    matrices = {
        when: torch.diag(torch.cat([torch.tensor(pair, dtype=torch.float64), base])) for when, pair in spectrum.items()
    }
    product = {when: lambda v, matrix=matrix: matrix @ v for when, matrix in matrices.items()}
    _, vectors = curvature.lanczos(product["before"], curvature.mixed_start(None, base.new_zeros(202), rng), k=3)
    safe, _ = curvature.lanczos(product["after"], curvature.mixed_start(vectors, vectors[0], rng))
    assert safe[0] == pytest.approx(1.0, abs=1e-4)
    alone, _ = curvature.lanczos(product["after"], vectors[0] / vectors[0].norm(), least=2)
    assert alone[0] == pytest.approx(0.95, abs=1e-3)


def unit(w):
    return w / w.norm(dim=-1, keepdim=True)


def test_spherical_sharpness_is_followed_at_points_of_unit_length():
    w = weights(2)
    points = torch.stack([w, 7 * w])
    at_unit = curvature.follow(lambda v: network_loss(unit(v)), unit(points), np.random.default_rng(1), rtol=1e-8)
    np.testing.assert_allclose(at_unit[0], at_unit[1], rtol=1e-6)
    at_length = curvature.follow(lambda v: network_loss(unit(v)), points, np.random.default_rng(1), rtol=1e-8)
    np.testing.assert_allclose(at_length[1], at_length[0] / 49, rtol=1e-6)


@pytest.mark.parametrize(("k", "lowest"), [(0, 0), (33, 0), (1, -1), (20, 13)])
def test_numbers_of_eigenvalues_must_fit(k, lowest):
    with pytest.raises(ValueError, match=r"at most the dimension 32|at least"):
        curvature.lanczos(lambda v: v, weights(1)[0], k=k, lowest=lowest)


def test_both_ends_are_those_of_the_dense_hessian():
    w = weights(4)
    low, high, vectors = curvature.spectrum_ends(network_loss, w, np.random.default_rng(1), rtol=1e-6)
    expected = np.stack([torch.linalg.eigvalsh(dense(one)) for one in w])
    np.testing.assert_allclose(high, expected[:, -1], rtol=1e-6)
    np.testing.assert_allclose(low, expected[:, 0], atol=1e-6 * np.abs(expected).max())
    again = curvature.spectrum_ends(network_loss, w, np.random.default_rng(2), previous=vectors, rtol=1e-6)
    np.testing.assert_allclose(again[0], low, atol=1e-5)


def test_ends_of_a_definite_matrix_with_few_different_eigenvalues_are_its_own():
    """A subspace that is complete after two products must not add a zero to the spectrum."""
    for diagonal in ([2.0] * 5 + [1.0] * 5, [-2.0] * 5 + [-1.0] * 5):
        matrix = torch.diag(torch.tensor(diagonal, dtype=torch.float64))
        start = torch.ones(10, dtype=torch.float64) / 10**0.5
        values, _ = curvature.lanczos(lambda v, matrix=matrix: v @ matrix, start, k=1, lowest=1)
        np.testing.assert_allclose(values, [max(diagonal), min(diagonal)])


@pytest.mark.parametrize("scaled", [False, True])
def test_followed_sharpness_is_the_dense_one_at_every_record(scaled):
    points = torch.stack([weights(2) * (1 + 0.02 * t) for t in range(4)])
    scale = 0.1 + torch.rand(points.shape, dtype=points.dtype, generator=torch.Generator().manual_seed(0))
    scale = scale if scaled else torch.ones_like(points)
    found = curvature.follow(network_loss, points, np.random.default_rng(0), scale if scaled else None, rtol=1e-6)
    for record, factors, values in zip(points, scale, found, strict=True):
        for w, s, value in zip(record, factors, values, strict=True):
            preconditioned = torch.linalg.eigvals(s[:, None] * dense(w)).real.max()
            assert value == pytest.approx(float(preconditioned), rel=1e-5)


def test_descent_with_scaled_gradients_is_stable_exactly_below_two_over_the_rate():
    spectrum, scale = torch.tensor([4.0, 1.0, 0.5]), torch.tensor([0.1, 1.0, 3.0])
    found = curvature.follow(
        lambda w: (spectrum * w**2).sum(-1) / 2, torch.zeros(1, 3), np.random.default_rng(0), scale
    )
    assert found[0] == pytest.approx(1.5)
    for lr, stable in ((1.99 / found[0], True), (2.01 / found[0], False)):
        assert bool(((1 - lr * scale * spectrum).abs() < 1).all()) is stable


def test_following_sees_an_eigenvalue_that_overtakes():
    """Along w = (0..1, 0, ...) the second eigenvalue passes the first in the middle of the run."""
    rest = torch.linspace(0, 0.5, 198, dtype=torch.float64)

    def loss(w):
        crossing = (1 - 0.2 * w[..., 0]) * w[..., 1] ** 2 + (0.9 + 0.2 * w[..., 0]) * w[..., 2] ** 2
        return (crossing + (rest * w[..., 3:] ** 2).sum(-1)) / 2

    points = torch.zeros(21, 201, dtype=torch.float64)
    points[:, 0] = torch.linspace(0, 1, 21)
    found = curvature.follow(loss, points, np.random.default_rng(0))
    expected = torch.maximum(1 - 0.2 * points[:, 0], 0.9 + 0.2 * points[:, 0])
    np.testing.assert_allclose(found, expected, rtol=1e-3)


@pytest.mark.parametrize(
    ("points", "scale"), [(torch.zeros(0, 3), None), (torch.full((1, 3), torch.nan), None), (torch.zeros(2), None)]
)
def test_points_that_cannot_be_followed(points, scale):
    with pytest.raises(ValueError, match="points must be"):
        curvature.follow(network_loss, points, np.random.default_rng(0), scale)


@pytest.mark.parametrize("scale", [0.0, -1.0, torch.nan, torch.inf])
def test_scales_must_be_positive(scale):
    with pytest.raises(ValueError, match="scale must be positive"):
        curvature.follow(network_loss, weights(1), np.random.default_rng(0), torch.full((32,), scale))


def test_gradient_flow_of_a_quadratic_is_exponential():
    spectrum = torch.tensor([3.0, 1.0, 0.2], dtype=torch.float64)
    w, times = torch.tensor([[1.0, -2.0, 0.5], [0.3, 0.0, 4.0]], dtype=torch.float64), np.array([0.0, 0.5, 2.0])
    found = curvature.gradient_flow(lambda v: (spectrum * v**2).sum(-1) / 2, w, times)
    expected = w * torch.exp(-spectrum * torch.as_tensor(times)[:, None, None])
    torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-7)


def test_gradient_descent_approaches_the_flow_at_first_order():
    w, errors = weights(1)[0], []
    flow = curvature.gradient_flow(network_loss, w, [0.0, 1.0])[-1]
    for steps in (200, 400, 800):
        v = w.clone()
        for _ in range(steps):
            v = v.detach().requires_grad_()
            v = v - torch.autograd.grad(network_loss(v), v)[0] / steps
        errors.append(float((v.detach() - flow).norm()))
    np.testing.assert_allclose(np.log2(np.array(errors[:-1]) / errors[1:]), 1, atol=0.1)


def test_gradient_flow_that_ends_before_its_time_is_reported():
    with pytest.raises(RuntimeError, match=r"could not be integrated|left the region"):
        curvature.gradient_flow(lambda v: -(v**4).sum(-1), torch.ones(1), [0.0, 1.0])  # blows up at t = 1 / 8
    for times in ([0.0], [0.0, torch.nan], [1.0, 0.0], [0.0, torch.inf]):
        with pytest.raises(ValueError, match="times must"):
            curvature.gradient_flow(network_loss, weights(1), times)
