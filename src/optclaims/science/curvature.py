r"""Ends of the Hessian's spectrum by Lanczos with products on a kept graph, for one run or many at once.

All arrays may carry leading axes of independent runs: weights are (..., parameters), losses (...,). A product with the
Hessian then serves all runs in one backward pass, since their losses do not share weights.

A method that follows the sharpness along a trajectory must not start from the last top eigenvector alone: once a second
eigenvalue has overtaken the first, such a start stays on the first with a perfectly small residual. `lanczos` therefore
starts from a mixture of several eigenvectors and noise, and makes at least twelve products.
"""

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor

from optclaims.science import domain, flows

__all__ = [
    "follow",
    "gradient_flow",
    "hessian_product",
    "lanczos",
    "mixed_start",
    "spectrum_ends",
    "top_eigenvalues",
]

Loss = Callable[[Tensor], Tensor]
"""Maps weights (..., n) to losses (...,); the loss of a run depends on its own weights only."""

LEAST_PRODUCTS = 12  # from a mixed start
LEAST_FROM_NOISE = 6  # noise holds every eigenvector: there is none to stay on
MOST_PRODUCTS = 100
NOISE = 0.1  # share of noise in a mixed start
ROUNDING = 100  # a residual of so many units of rounding has no direction left: the subspace is complete


def hessian_product(loss: Loss, w: Tensor) -> Callable[[Tensor], Tensor]:
    r"""Return $v \mapsto \nabla^2 L(w)\, v$; the graph of the gradient is built once and kept.

    loss: w (..., n) -> (...,), each run's loss depending on its own weights only.

    Domain: w signed, any shape.

    >>> hessian_product(lambda w: (w**3).sum(-1), torch.tensor([1.0, 2.0]))(torch.ones(2))
    tensor([ 6., 12.])
    """
    w = domain.finite("w", w).detach().requires_grad_()
    gradient = torch.autograd.grad(loss(w).sum(), w, create_graph=True)[0]
    return lambda v: torch.autograd.grad(gradient, w, v, retain_graph=True)[0]


def mixed_start(vectors: Tensor | None, like: Tensor, rng: np.random.Generator) -> Tensor:
    """Return unit start vectors (..., n): earlier eigenvectors (..., k, n), summed, plus a tenth of noise; or noise.

    Domain: vectors signed, any shape; like signed, any shape, any length.

    >>> mixed_start(torch.eye(3)[:1], torch.zeros(3), np.random.default_rng(0)).norm().round(decimals=4)
    tensor(1.)
    """
    domain.finite("like", like)
    vectors = vectors if vectors is None else domain.finite("vectors", vectors)
    noise = torch.as_tensor(rng.standard_normal(like.shape), dtype=like.dtype, device=like.device)
    noise = noise / noise.norm(dim=-1, keepdim=True)
    start = noise if vectors is None else vectors.sum(dim=-2) + NOISE * noise
    return start / start.norm(dim=-1, keepdim=True)


def lanczos(
    product: Callable[[Tensor], Tensor],
    start: Tensor,
    *,
    k: int = 1,
    lowest: int = 0,
    rtol: float = 1e-3,
    least: int = LEAST_PRODUCTS,
) -> tuple[Tensor, Tensor]:
    r"""Return the k largest and the `lowest` smallest eigenvalues (..., k + lowest), descending, with Ritz vectors.

    product: a symmetric operator, (..., n) -> (..., n). Lanczos with full reorthogonalisation from unit vectors start
    (..., n); vectors are (..., k + lowest, n). It stops when, in every run, the bound on the error of the largest
    eigenvalue (and of the smallest, where it is asked for), $r^2 / \mathrm{gap}$ with the residual r and the gap to
    the next Ritz value (which overestimates the true gap), is below a tenth of rtol times that eigenvalue (for the
    smallest: times the largest magnitude), but not before `least` products.
    Raises RuntimeError if that takes more than 100 products or a product is not finite, ValueError for numbers of
    eigenvalues that do not fit into the dimension, and for rtol that is not positive.
    Domain: start signed any shape.

    >>> matrix = torch.diag(torch.arange(5.0))
    >>> lanczos(lambda v: v @ matrix, torch.ones(5) / 5**0.5, k=1, lowest=1)[0].round(decimals=4)
    tensor([4., 0.], dtype=torch.float64)
    """
    n = domain.finite("start", start).shape[-1]
    k, lowest = domain.integer("k", k, low=1, shape=()), domain.integer("lowest", lowest, low=0, shape=())
    if k + lowest > n:
        raise ValueError(f"k and lowest must be together at most the dimension {n}, got {k} and {lowest}")
    least = domain.integer("least", least, low=1, shape=())
    domain.probability("rtol", rtol, "()", ())
    most = min(n, MOST_PRODUCTS)
    basis = start.new_empty(*start.shape[:-1], most + 1, n)
    basis[..., 0, :] = start
    diagonal, off = (np.zeros((*start.shape[:-1], most)) for _ in range(2))
    for m in range(most):
        r = product(basis[..., m, :])
        diagonal[..., m] = (r * basis[..., m, :]).sum(-1).cpu().numpy()
        # A run whose subspace is complete goes on with zero vectors; a number inside its spectrum keeps its ends.
        diagonal[..., m] = np.where(_complete(basis[..., m, :]), diagonal[..., 0], diagonal[..., m])
        if not np.isfinite(diagonal[..., m]).all():
            raise RuntimeError("a product with the operator is not finite: the weights lie where the loss overflows")
        known = basis[..., : m + 1, :]
        for _ in range(2):  # once is not enough in float32
            r = r - (known.mT @ (known @ r.unsqueeze(-1))).squeeze(-1)
        rest = r.norm(dim=-1).cpu().numpy()
        size = np.maximum(np.abs(diagonal).max(-1), off.max(-1))
        off[..., m] = np.where(rest > ROUNDING * torch.finfo(r.dtype).eps * size, rest, 0)
        if m + 1 >= min(max(least, k + lowest), most):
            values, vectors = np.linalg.eigh(_tridiagonal(diagonal[..., : m + 1], off[..., :m]))
            if _settled(values, vectors, off[..., m], rtol, both=lowest > 0):
                break
        scale = torch.as_tensor(off[..., m], dtype=r.dtype, device=r.device).unsqueeze(-1)
        basis[..., m + 1, :] = torch.where(scale > 0, r / scale.clamp(min=torch.finfo(r.dtype).tiny), 0)
    else:
        if most < n:
            raise RuntimeError(f"Lanczos did not settle within {most} products")
    wanted = [*range(-1, -k - 1, -1), *range(lowest - 1, -1, -1)]
    ends = torch.as_tensor(vectors[..., wanted].copy(), dtype=start.dtype, device=start.device)
    return torch.as_tensor(values[..., wanted].copy(), device=start.device), ends.mT @ basis[..., : m + 1, :]


def _complete(vector: Tensor) -> np.ndarray:
    return (vector == 0).all(dim=-1).cpu().numpy()


def _tridiagonal(diagonal: np.ndarray, off: np.ndarray) -> np.ndarray:
    """Return matrices (..., m, m) from diagonals (..., m) and off-diagonals (..., m - 1)."""
    m = diagonal.shape[-1]
    matrix = np.zeros((*diagonal.shape, m))
    i = np.arange(m)
    matrix[..., i, i] = diagonal
    matrix[..., i[1:], i[:-1]] = matrix[..., i[:-1], i[1:]] = off
    return matrix


def _settled(values: np.ndarray, vectors: np.ndarray, residual: np.ndarray, rtol: float, *, both: bool) -> bool:
    """Tell whether the largest eigenvalue (and the smallest, with `both`) has its accuracy in every run."""
    if values.shape[-1] < 2:
        return bool((residual == 0).all())
    scale = np.abs(values).max(axis=-1)

    def end(last: int, next_: int, size: np.ndarray) -> bool:
        gap = np.maximum(np.abs(values[..., last] - values[..., next_]), 1e-12 * scale)
        return bool(((residual * np.abs(vectors[..., -1, last])) ** 2 <= 0.1 * rtol * size * gap).all())

    return end(-1, -2, np.abs(values[..., -1])) and (not both or end(0, 1, scale))


def top_eigenvalues(
    loss: Loss,
    w: Tensor,
    rng: np.random.Generator,
    *,
    k: int = 1,
    previous: Tensor | None = None,
    rtol: float = 1e-3,
    keep: int = 3,
    scale: Tensor | None = None,
) -> tuple[Tensor, Tensor]:
    r"""Return the k largest Hessian eigenvalues (..., k) at w and vectors (..., keep, n) to pass as `previous` next
    time.

    previous: what an earlier call returned at weights nearby, None for a start from noise. scale: positive factors s
    (..., n) by which an optimizer multiplies the gradient; then the eigenvalues are those of
    $\mathrm{diag}(s)^{1/2} \nabla^2 L\, \mathrm{diag}(s)^{1/2}$, as of $\mathrm{diag}(s) \nabla^2 L$.
    Raises as `lanczos`.
    Domain: w signed any shape.

    >>> quadratic = lambda w: (w**2 * torch.tensor([3.0, 2.0, 1.0])).sum(-1) / 2
    >>> top_eigenvalues(quadratic, torch.zeros(3), np.random.default_rng(0))[0].round(decimals=4)
    tensor([3.], dtype=torch.float64)
    """
    k, keep = domain.integer("k", k, low=1, shape=()), domain.integer("keep", keep, low=1, shape=())
    start = mixed_start(previous, domain.finite("w", w), rng)
    least = LEAST_FROM_NOISE if previous is None else LEAST_PRODUCTS
    product = _scaled(hessian_product(loss, w), scale)
    values, vectors = lanczos(product, start, k=max(k, min(keep, w.shape[-1])), rtol=rtol, least=least)
    return values[..., :k], vectors


def _scaled(product: Callable[[Tensor], Tensor], scale: Tensor | None) -> Callable[[Tensor], Tensor]:
    if scale is None:
        return product
    root = domain.positive("scale", scale).sqrt()
    return lambda v: root * product(root * v)


def spectrum_ends(
    loss: Loss, w: Tensor, rng: np.random.Generator, *, previous: Tensor | None = None, rtol: float = 1e-3
) -> tuple[Tensor, Tensor, Tensor]:
    r"""Return $\lambda_\min$ and $\lambda_\max$ of the Hessian at w, each (...,), and vectors to pass as `previous`.

    One Krylov space holds both ends. $\lambda_\min$ is accurate to rtol times the largest magnitude of the two: near a
    minimum it is only known to be that small. Raises as `lanczos`.
    Domain: w signed any shape.

    >>> saddle = lambda w: (w**2 * torch.tensor([3.0, 1.0, -2.0])).sum(-1) / 2
    >>> low, high, _ = spectrum_ends(saddle, torch.zeros(3), np.random.default_rng(0))
    >>> round(float(low), 4), round(float(high), 4)
    (-2.0, 3.0)
    """
    if w.shape[-1] < 2:
        raise ValueError(f"w must have at least two parameters, got shape {tuple(w.shape)}")
    keep = min(2, w.shape[-1] // 2)
    least = LEAST_FROM_NOISE if previous is None else LEAST_PRODUCTS
    start = mixed_start(previous, domain.finite("w", w), rng)
    values, vectors = lanczos(hessian_product(loss, w), start, k=keep, lowest=keep, rtol=rtol, least=least)
    return values[..., -1], values[..., 0], vectors


def follow(
    loss: Loss, points: Tensor, rng: np.random.Generator, scale: Tensor | None = None, *, rtol: float = 1e-3
) -> np.ndarray:
    r"""Return the sharpness $\lambda_\max(\nabla^2 L)$ (records, ...) at recorded points (records, ..., n) of a run.

    scale: positive factors (n,), (..., n) or (records, ..., n) by which an optimizer multiplies the gradient, such as
    $1/(\sqrt{\hat v} + \epsilon)$ for Adam; the result is then the preconditioned sharpness
    $\lambda_\max(\mathrm{diag}(s)^{1/2} \nabla^2 L\, \mathrm{diag}(s)^{1/2})$, and descent with rate lr is stable below
    2 / lr in both cases. For the spherical sharpness of a scale-invariant loss pass points of unit length.
    Every search starts from three vectors of the record before and a tenth of noise, with at least twelve products:
    from the top vector alone it would stay on an eigenvalue that another one has overtaken.
    Raises ValueError for no points, points that are not finite and scales that are not positive; as `lanczos`.
    Domain: points signed any shape.

    >>> quartic = lambda w: (w**4 * torch.tensor([2.0, 1.0])).sum(-1) / 12
    >>> follow(quartic, torch.tensor([[1.0, 1.0], [1.0, 2.0]]), np.random.default_rng(0)).round(4)
    array([2., 4.])
    """
    domain.finite("points", points)
    if points.ndim < 2 or not len(points):
        raise ValueError(f"points must be (records, ..., n) with a record at least, got shape {tuple(points.shape)}")
    scales = [None] * len(points) if scale is None else torch.as_tensor(scale).expand_as(points)
    vectors, found = None, []
    for w, one in zip(points, scales, strict=True):
        values, vectors = top_eigenvalues(loss, w, rng, previous=vectors, rtol=rtol, scale=one)
        found.append(values[..., 0].cpu().numpy())
    return np.array(found)


def gradient_flow(loss: Loss, w: Tensor, times: ArrayLike, *, rtol: float = 1e-6, atol: float = 1e-9) -> Tensor:
    r"""Return the solution of $\dot w = -\nabla L(w)$ at increasing times, (times, ..., n), the first one that of w.

    An explicit Runge-Kutta method of order 8 with error control (SciPy's DOP853) in float64; its steps are limited by
    the sharpness, as those of gradient descent are. Runs (..., n) are integrated together, so each has the steps of
    the most demanding one. loss must accept float64. Raises ValueError for times that are not finite and increasing,
    and for w that is not finite; RuntimeError when the integration fails.
    Domain: w signed any shape.

    >>> half = lambda w: (w**2).sum(-1) / 2
    >>> gradient_flow(half, torch.tensor([1.0]), [0.0, 1.0]).squeeze().round(decimals=4)
    tensor([1.0000, 0.3679], dtype=torch.float64)
    """
    domain.finite("w", w)

    def slope(at: np.ndarray) -> np.ndarray:
        at = torch.as_tensor(at, device=w.device).requires_grad_()
        return -torch.autograd.grad(loss(at).sum(), at)[0].cpu().numpy()

    path = flows.integrate(slope, w.detach().double().cpu().numpy(), times, rtol=rtol, atol=atol)
    return torch.as_tensor(path.copy(), device=w.device)
