"""Random matrices and random fields: indices and heights of critical points."""

import numpy as np
from numpy.typing import NDArray

from optclaims.science import domain

__all__ = ["critical_points", "determinant_weights", "ensemble", "reduced_weights"]

Array = NDArray[np.float64]


def ensemble(d: int, samples: int, rng: np.random.Generator) -> Array:
    """Return matrices of the Gaussian orthogonal ensemble, variance 1 off the diagonal and 2 on it, (samples, d, d).

    >>> ensemble(3, 2, np.random.default_rng(0)).shape
    (2, 3, 3)
    """
    d, samples = domain.integer("d", d, low=1, shape=()), domain.integer("samples", samples, low=1, shape=())
    G = rng.standard_normal((samples, d, d))
    return (G + np.swapaxes(G, 1, 2)) / np.sqrt(2)


def reduced_weights(d: int, samples: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """Return heights u and weights ``exp(-u^2 / 4)``, (samples, d + 1) each: column k is for k negative eigenvalues.

    >>> u, w = reduced_weights(2, 5, np.random.default_rng(0))
    >>> u.shape, bool((np.diff(u, axis=1) > 0).all())
    ((5, 3), True)
    """
    d, samples = domain.integer("d", d, low=1, shape=()), domain.integer("samples", samples, low=1, shape=())
    x = np.linalg.eigvalsh(ensemble(d + 1, samples, rng))
    return x, np.exp(-(x**2) / 4)


def determinant_weights(
    d: int, samples: int, rng: np.random.Generator, *, determinant: bool = True, height: bool = True
) -> tuple[Array, Array]:
    """Return the same from Hessians ``G - u I`` with normal heights u, weighted by ``|det|`` in their index's column.

    determinant, height: False for the mistakes of leaving out the weight, or u.

    >>> u, w = determinant_weights(2, 5, np.random.default_rng(0))
    >>> int(np.count_nonzero(w))
    5
    """
    d, samples = domain.integer("d", d, low=1, shape=()), domain.integer("samples", samples, low=1, shape=())
    u = rng.standard_normal(samples)
    values = np.linalg.eigvalsh(ensemble(d, samples, rng)) - (u[:, None] if height else 0.0)
    index = np.sum(values < 0, axis=1)
    size = np.abs(np.prod(values, axis=1)) if determinant else np.ones(samples)
    weights = np.where(index[:, None] == np.arange(d + 1), size[:, None], 0.0)
    return np.broadcast_to(u[:, None], weights.shape), weights


def critical_points(
    rng: np.random.Generator, d: int = 3, features: int = 500, starts: int = 1200, steps: int = 60
) -> tuple[Array, NDArray[np.int64]]:
    """Return heights and indices of the critical points of one random field that Newton's method finds in a box.

    The field is ``sqrt(2 / M) sum cos(k.x + phase)`` with standard normal k; starts in [-3, 3]^d, steps capped at 0.5,
    points with a coordinate beyond 2.5 dropped, points closer than 1e-4 merged.

    >>> u, index = critical_points(np.random.default_rng(0), d=1, features=20, starts=30)
    >>> set(index.tolist())
    {0, 1}
    """
    for name, number in {"d": d, "features": features, "starts": starts, "steps": steps}.items():
        domain.integer(name, number, low=1, shape=())
    k, phase = rng.standard_normal((features, d)), rng.uniform(0, 2 * np.pi, features)
    scale = np.sqrt(2 / features)
    x = rng.uniform(-3, 3, (starts, d))
    for _ in range(steps):
        angle = x @ k.T + phase
        gradient = -scale * np.sin(angle) @ k
        step = np.linalg.solve(_hessian(angle, k, scale), gradient[..., None])[..., 0]
        x = x - step * np.minimum(1, 0.5 / np.maximum(np.linalg.norm(step, axis=1, keepdims=True), 1e-300))
    angle = x @ k.T + phase
    good = (np.linalg.norm(scale * np.sin(angle) @ k, axis=1) < 1e-9) & (np.abs(x).max(axis=1) < 2.5)
    kept: list[int] = []
    for i in np.flatnonzero(good):
        if not kept or np.linalg.norm(x[kept] - x[i], axis=1).min() > 1e-4:
            kept.append(int(i))
    values = np.linalg.eigvalsh(_hessian(angle[kept], k, scale))
    return scale * np.cos(angle[kept]).sum(axis=1), np.sum(values < 0, axis=1)


def _hessian(angle: Array, k: Array, scale: float) -> Array:
    products = (k[:, :, None] * k[:, None, :]).reshape(len(k), -1)
    return -scale * (np.cos(angle) @ products).reshape(len(angle), k.shape[1], k.shape[1])
