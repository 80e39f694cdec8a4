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


def test_spherical_sharpness_does_not_depend_on_the_length():
    def invariant(w):
        unit = w / w.norm(dim=-1, keepdim=True)
        return network_loss(unit)

    w = weights(2)
    sharpness = [
        curvature.spherical_sharpness(invariant, c * w, np.random.default_rng(1), rtol=1e-8)[0] for c in (1.0, 7.0)
    ]
    np.testing.assert_allclose(sharpness[0], sharpness[1], rtol=1e-6)


@pytest.mark.parametrize("k", [0, 33])
def test_k_must_fit(k):
    with pytest.raises(ValueError, match="between 1 and the dimension 32"):
        curvature.lanczos(lambda v: v, weights(1)[0], k=k)
