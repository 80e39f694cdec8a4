"""Draws of label noise: each function returns a sampler, (rng, size) -> float array."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "Sampler",
    "cauchy",
    "draw",
    "empirical",
    "gaussian",
    "laplace",
    "mixture",
    "rademacher",
    "student_t",
    "uniform",
]

Sampler = Callable[[np.random.Generator, int], NDArray[np.float64]]


def gaussian(deviation: float) -> Sampler:
    """N(0, v^2); v = 0 gives zeros."""
    return lambda rng, size: deviation * rng.standard_normal(size)


def rademacher(deviation: float) -> Sampler:
    """+v or -v with equal probability."""
    return lambda rng, size: deviation * (2.0 * rng.integers(0, 2, size) - 1)


def uniform(half_width: float) -> Sampler:
    """Uniform on [-a, a]."""
    return lambda rng, size: rng.uniform(-half_width, half_width, size)


def laplace(scale: float) -> Sampler:
    """Density exp(-|x| / b) / (2 b)."""
    return lambda rng, size: rng.laplace(0, scale, size)


def cauchy(scale: float) -> Sampler:
    """Density gamma / (pi (x^2 + gamma^2))."""
    return lambda rng, size: scale * rng.standard_cauchy(size)


def student_t(dof: float, scale: float = 1.0) -> Sampler:
    """Scale times Student's t."""
    return lambda rng, size: scale * rng.standard_t(dof, size)


def mixture(probabilities: ArrayLike, deviations: ArrayLike) -> Sampler:
    """N(0, v_j^2) with probability p_j."""
    v = np.asarray(deviations, float)
    return lambda rng, size: v[rng.choice(v.size, size, p=np.asarray(probabilities))] * rng.standard_normal(size)


def empirical(residuals: ArrayLike) -> Sampler:
    """Given residuals, drawn with replacement."""
    values = np.asarray(residuals, float)
    return lambda rng, size: rng.choice(values, size)


def draw(sampler: Sampler, rngs: Sequence[np.random.Generator], steps: int) -> NDArray[np.float32]:
    """One sequence of label noise for each generator, (runs, steps)."""
    return np.stack([sampler(rng, steps) for rng in rngs]).astype(np.float32)
