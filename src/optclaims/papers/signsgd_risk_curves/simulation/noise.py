"""Draws of label noise: each function returns a sampler, (rng, size) -> float array."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optclaims.science.domain import integer, nonnegative, positive, vector

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
    """N(0, v^2); v = 0 gives zeros.

    >>> gaussian(deviation=0.5)(np.random.default_rng(0), 3).shape
    (3,)
    """
    deviation = nonnegative("deviation", deviation, shape=())
    return lambda rng, size: deviation * rng.standard_normal(size)


def rademacher(deviation: float) -> Sampler:
    """+v or -v with equal probability.

    >>> np.abs(rademacher(deviation=0.5)(np.random.default_rng(0), 3))
    array([0.5, 0.5, 0.5])
    """
    deviation = positive("deviation", deviation, shape=())
    return lambda rng, size: deviation * (2.0 * rng.integers(0, 2, size) - 1)


def uniform(half_width: float) -> Sampler:
    """Uniform on [-a, a].

    >>> bool(np.all(np.abs(uniform(half_width=0.5)(np.random.default_rng(0), 99)) <= 0.5))
    True
    """
    half_width = positive("half_width", half_width, shape=())
    return lambda rng, size: rng.uniform(-half_width, half_width, size)


def laplace(scale: float) -> Sampler:
    """Density exp(-|x| / b) / (2 b).

    >>> laplace(scale=0.5)(np.random.default_rng(0), 3).shape
    (3,)
    """
    scale = positive("scale", scale, shape=())
    return lambda rng, size: rng.laplace(0, scale, size)


def cauchy(scale: float) -> Sampler:
    """Density gamma / (pi (x^2 + gamma^2)).

    >>> cauchy(scale=0.5)(np.random.default_rng(0), 3).shape
    (3,)
    """
    scale = positive("scale", scale, shape=())
    return lambda rng, size: scale * rng.standard_cauchy(size)


def student_t(dof: float, scale: float = 1.0) -> Sampler:
    """Scale times Student's t.

    >>> student_t(dof=3.0, scale=0.5)(np.random.default_rng(0), 3).shape
    (3,)
    """
    dof, scale = positive("dof", dof, shape=()), positive("scale", scale, shape=())
    return lambda rng, size: scale * rng.standard_t(dof, size)


def mixture(probabilities: ArrayLike, deviations: ArrayLike) -> Sampler:
    """N(0, v_j^2) with probability p_j.

    >>> mixture(probabilities=(0.25, 0.75), deviations=(2.0, 1.0))(np.random.default_rng(0), 3).shape
    (3,)
    """
    p = vector("probabilities", positive("probabilities", probabilities))
    v = positive("deviations", deviations, shape=p.shape)
    if not np.isclose(p.sum(), 1):
        raise ValueError(f"probabilities must add up to 1, got {p.sum():g}")
    return lambda rng, size: v[rng.choice(v.size, size, p=p)] * rng.standard_normal(size)


def empirical(residuals: ArrayLike) -> Sampler:
    """Given residuals (n,), drawn with replacement.

    Domain: residuals signed

    >>> bool(np.isin(empirical([1.0, -2.0])(np.random.default_rng(0), 9), [1.0, -2.0]).all())
    True
    """
    values = vector("residuals", residuals)
    return lambda rng, size: rng.choice(values, size)


def draw(sampler: Sampler, rngs: Sequence[np.random.Generator], steps: int) -> NDArray[np.float32]:
    """One sequence of label noise for each generator, (runs, steps), in single precision, where it may be infinite.

    >>> draw(gaussian(0.5), np.random.default_rng(0).spawn(2), steps=5).shape
    (2, 5)
    """
    steps = integer("steps", steps, low=0, shape=())
    with np.errstate(over="ignore"):  # a heavy tail
        return np.stack([sampler(rng, steps) for rng in rngs]).astype(np.float32)
