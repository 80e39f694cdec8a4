r"""Largest Hessian eigenvalues of a loss by Lanczos with products on a kept graph, for one run or many at once.

All arrays may carry leading axes of independent runs: weights are (..., parameters), losses (...,). A product with the
Hessian then serves all runs in one backward pass, since their losses do not share weights.

A method that follows the sharpness along a trajectory must not start from the last top eigenvector alone: once a second
eigenvalue has overtaken the first, such a start stays on the first with a perfectly small residual. `lanczos` therefore
starts from a mixture of several eigenvectors and noise, and makes at least twelve products.
"""

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

__all__ = ["hessian_product", "lanczos", "mixed_start", "spherical_sharpness", "top_eigenvalues"]

LEAST_PRODUCTS = 12  # from a mixed start
LEAST_FROM_NOISE = 6  # noise holds every eigenvector: there is none to stay on
MOST_PRODUCTS = 100
NOISE = 0.1  # share of noise in a mixed start


def hessian_product(loss: Callable[[Tensor], Tensor], w: Tensor) -> Callable[[Tensor], Tensor]:
    r"""Return $v \mapsto \nabla^2 L(w)\, v$; the graph of the gradient is built once and kept.

    loss: w (..., n) -> (...,), each run's loss depending on its own weights only.
    """
    w = w.detach().requires_grad_()
    gradient = torch.autograd.grad(loss(w).sum(), w, create_graph=True)[0]
    return lambda v: torch.autograd.grad(gradient, w, v, retain_graph=True)[0]


def mixed_start(vectors: Tensor | None, like: Tensor, rng: np.random.Generator) -> Tensor:
    """Return unit start vectors (..., n): earlier eigenvectors (..., k, n), summed, plus a tenth of noise; or noise."""
    noise = torch.as_tensor(rng.standard_normal(like.shape), dtype=like.dtype, device=like.device)
    noise = noise / noise.norm(dim=-1, keepdim=True)
    start = noise if vectors is None else vectors.sum(dim=-2) + NOISE * noise
    return start / start.norm(dim=-1, keepdim=True)


def lanczos(
    product: Callable[[Tensor], Tensor], start: Tensor, *, k: int = 1, rtol: float = 1e-3, least: int = LEAST_PRODUCTS
) -> tuple[Tensor, Tensor]:
    r"""Return the k largest eigenvalues (..., k), descending, and their Ritz vectors (..., k, n) of a symmetric
    operator.

    Lanczos with full reorthogonalisation from unit vectors start (..., n). It stops when, in every run, the bound on
    the error of the top eigenvalue, $r^2 / \mathrm{gap}$ with the residual r and the gap to the next Ritz value (which
    overestimates the true gap), is below a tenth of rtol, but not before `least` products. Raises RuntimeError if that
    takes more than 100 products, ValueError for k that is not between 1 and the dimension.
    """
    n = start.shape[-1]
    if not 1 <= k <= n:
        raise ValueError(f"k must lie between 1 and the dimension {n}, got {k}")
    most = min(n, MOST_PRODUCTS)
    basis = start.new_empty(*start.shape[:-1], most + 1, n)
    basis[..., 0, :] = start
    diagonal, off = (np.zeros((*start.shape[:-1], most)) for _ in range(2))
    for m in range(most):
        r = product(basis[..., m, :])
        diagonal[..., m] = (r * basis[..., m, :]).sum(-1).cpu().numpy()
        known = basis[..., : m + 1, :]
        for _ in range(2):  # once is not enough in float32
            r = r - (known.mT @ (known @ r.unsqueeze(-1))).squeeze(-1)
        off[..., m] = r.norm(dim=-1).cpu().numpy()
        if m + 1 >= min(max(least, k), most):
            values, vectors = np.linalg.eigh(_tridiagonal(diagonal[..., : m + 1], off[..., :m]))
            if _settled(values, vectors, off[..., m], rtol):
                break
        # A run that has found an invariant subspace goes on with zeros, which change nothing.
        scale = torch.as_tensor(off[..., m], dtype=r.dtype, device=r.device).unsqueeze(-1)
        basis[..., m + 1, :] = torch.where(scale > 0, r / scale.clamp(min=torch.finfo(r.dtype).tiny), 0)
    else:
        if most < n:
            raise RuntimeError(f"Lanczos did not settle within {most} products")
    top = torch.as_tensor(vectors[..., ::-1][..., :k].copy(), dtype=start.dtype, device=start.device)
    ritz = top.mT @ basis[..., : m + 1, :]
    return torch.as_tensor(values[..., ::-1][..., :k].copy(), device=start.device), ritz


def _tridiagonal(diagonal: np.ndarray, off: np.ndarray) -> np.ndarray:
    """Return matrices (..., m, m) from diagonals (..., m) and off-diagonals (..., m - 1)."""
    m = diagonal.shape[-1]
    matrix = np.zeros((*diagonal.shape, m))
    i = np.arange(m)
    matrix[..., i, i] = diagonal
    matrix[..., i[1:], i[:-1]] = matrix[..., i[:-1], i[1:]] = off
    return matrix


def _settled(values: np.ndarray, vectors: np.ndarray, residual: np.ndarray, rtol: float) -> bool:
    if values.shape[-1] < 2:
        return bool((residual == 0).all())
    scale = np.abs(values).max(axis=-1)
    gap = np.maximum(values[..., -1] - values[..., -2], 1e-12 * scale)
    return bool(((residual * np.abs(vectors[..., -1, -1])) ** 2 <= 0.1 * rtol * np.abs(values[..., -1]) * gap).all())


def top_eigenvalues(
    loss: Callable[[Tensor], Tensor],
    w: Tensor,
    rng: np.random.Generator,
    *,
    k: int = 1,
    previous: Tensor | None = None,
    rtol: float = 1e-3,
    keep: int = 3,
) -> tuple[Tensor, Tensor]:
    """Return the k largest Hessian eigenvalues (..., k) at w and vectors (..., keep, n) to pass as `previous` next
    time.

    previous: what an earlier call returned at weights nearby, None for a start from noise. Raises as `lanczos`.
    """
    start = mixed_start(previous, w, rng)
    least = LEAST_FROM_NOISE if previous is None else LEAST_PRODUCTS
    values, vectors = lanczos(hessian_product(loss, w), start, k=max(k, min(keep, w.shape[-1])), rtol=rtol, least=least)
    return values[..., :k], vectors


def spherical_sharpness(
    loss: Callable[[Tensor], Tensor],
    w: Tensor,
    rng: np.random.Generator,
    *,
    previous: Tensor | None = None,
    rtol: float = 1e-3,
) -> tuple[Tensor, Tensor]:
    r"""Return $\lambda_1 = \lambda_\max(\nabla^2 L(w/\|w\|))$ (...,) of a scale-invariant loss, and vectors as above.

    It does not change with the length of w. Raises as `lanczos`.
    """
    unit = w / w.norm(dim=-1, keepdim=True)
    values, vectors = top_eigenvalues(loss, unit, rng, previous=previous, rtol=rtol)
    return values[..., 0], vectors
