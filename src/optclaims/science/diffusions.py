r"""Path ensembles of stochastic differential equations: Euler-Maruyama for any equation, exact Ornstein-Uhlenbeck.

Drift and noise of $dX = b(t, X)\,dt + B(t, X)\,dW$ are functions on blocks of paths, x (dimensions, paths):

    @numba.njit
    def drift(t, x, constants, out):            # b, out (dimensions, paths)
        out[0] = -constants[0] * x[0]

    @numba.njit
    def noise(t, x, z, constants, out):         # B z for normals z (noises, paths), out (dimensions, paths)
        out[0] = constants[1] * z[0]

Compiled functions make the whole loop over the steps compiled; functions of NumPy (for dense products, say) run in the
same loop, uncompiled. Paths advance in blocks that stay in cache.

Precision. The state is float64 unless float32 is asked for. In float32 each step of a state of size 1 is rounded by up
to 6e-8, and a constant such as $1 - c\,\Delta t$ by a relative $6 \cdot 10^{-8} / (c\,\Delta t)$ in its distance from
1: where an effect of relative size $\Delta t$ is measured, float32 stops to serve below $\Delta t$ of about 1e-3 (the
rounding of the constant is then a tenth of the effect; at 1e-5 it is a hundred times the effect). The normals have 24
bits in either case, which no mean notices.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numba.core.dispatcher import Dispatcher
from numpy.typing import ArrayLike, DTypeLike, NDArray

from optclaims.science import domain, normals
from optclaims.science.kernels import njit

__all__ = ["PATHS", "euler_maruyama", "ornstein_uhlenbeck"]

PATHS = 512
"""Paths advanced together; each block has its own random stream."""


def _advance(drift, noise, state, x, constants, t, dt, steps, scratch):
    push, kick, z, flat = scratch
    root = np.sqrt(dt)
    for k in range(steps):
        normals.fill(state, flat)
        drift(t + k * dt, x, constants, push)
        noise(t + k * dt, x, z, constants, kick)
        x += dt * push + root * kick


_compiled = njit(error_model="numpy")(_advance)


def euler_maruyama(
    drift: Callable[..., None],
    noise: Callable[..., None],
    start: ArrayLike,
    records: Sequence[int],
    dt: float,
    runs: int,
    rng: np.random.Generator,
    *,
    constants: tuple[Any, ...] = (),
    noises: int | None = None,
    observe: Callable[[NDArray], NDArray] | None = None,
    dtype: DTypeLike = np.float64,
) -> NDArray[np.float64]:
    r"""Return what is observed of independent paths after the recorded numbers of steps, (records, observed, runs).

    $X_{k+1} = X_k + b(k\,\Delta t, X_k)\,\Delta t + \sqrt{\Delta t}\,B(k\,\Delta t, X_k)\,z_k$ (Euler and Maruyama),
    weakly of order 1 in dt. drift, noise: see above. start: (dimensions,). records: increasing numbers of steps, from
    0 or later. constants: passed to drift and noise. noises: normals a step, as many as dimensions unless given.
    observe: block x (dimensions, paths) -> (observed, paths), all coordinates unless given. dtype: of the state.
    Domain: start signed

    Raises ValueError for inputs outside of these, FloatingPointError when a path is no longer finite.

    >>> from numba import njit
    >>> decay = njit(lambda t, x, constants, out: np.negative(x, out))
    >>> still = njit(lambda t, x, z, constants, out: np.multiply(z, 0.0, out))
    >>> paths = euler_maruyama(decay, still, [1.0], [0, 1000], 1e-3, 2, np.random.default_rng(0))
    >>> paths.shape, paths[:, 0, 0].round(4).tolist()
    ((2, 1, 2), [1.0, 0.3677])
    """
    domain.function("drift", drift), domain.function("noise", noise), domain.generator("rng", rng)
    start, dt, runs = (
        domain.vector("start", start),
        domain.positive("dt", dt, ()),
        domain.integer("runs", runs, 1, shape=()),
    )
    marks = np.atleast_1d(domain.integer("records", domain.increasing("records", records, low=0)))
    noises = start.size if noises is None else domain.integer("noises", noises, 1)
    domain.one_of("dtype", np.dtype(dtype).name, ("float32", "float64"))
    compiled = isinstance(drift, Dispatcher) and isinstance(noise, Dispatcher)
    advance = _compiled if compiled else _advance
    flat = np.empty(noises * PATHS, np.float32)
    blocks = []
    for state in normals.states(rng, -(-runs // PATHS)):
        x = np.repeat(start.astype(dtype)[:, None], PATHS, axis=1)
        scratch = (np.empty_like(x), np.empty_like(x), flat.reshape(-1, PATHS), flat)
        seen = []
        for done, mark in zip([0, *marks[:-1]], marks, strict=True):
            advance(drift, noise, state, x, constants, float(done * dt), x.dtype.type(dt), int(mark - done), scratch)
            seen.append(np.array(x if observe is None else observe(x), float))
        if not np.isfinite(x).all():
            raise FloatingPointError(f"a path is no longer finite after {marks[-1]} steps of {dt:g}: take smaller ones")
        blocks.append(np.stack(seen))
    return np.concatenate(blocks, axis=-1)[..., :runs]


def ornstein_uhlenbeck(
    rate: ArrayLike, diffusion: ArrayLike, start: ArrayLike, times: ArrayLike, runs: int, rng: np.random.Generator
) -> NDArray[np.float64]:
    r"""Return exact paths of $dX = -A X\,dt + B\,dW$ at increasing times after the start, (times, dimensions, runs).

    From one time to the next, $X \leftarrow e^{-A h} X + L z$ with $L L^\top = \int_0^h e^{-As} B B^\top
    e^{-A^\top s}\,ds$ (Van Loan's block exponential): no error of time steps, float64.
    rate: A, (d, d) or a number; diffusion: B, (d, noises) or a number; start: (d,) or a number.
    Domain: rate, diffusion, start signed; diffusion any shape

    Raises ValueError for shapes that do not fit, numbers that are not finite and times that do not increase from 0.

    >>> paths = ornstein_uhlenbeck(2.0, 1.0, 0.0, [50.0], 40_000, np.random.default_rng(0))
    >>> bool(abs(paths[0, 0].var() - 1 / 4) < 0.01)  # B^2 / 2A
    True
    """
    from scipy.linalg import expm

    A, B, x = (
        np.atleast_2d(domain.finite("rate", rate)),
        np.atleast_2d(domain.finite("diffusion", diffusion)),
        domain.vector("start", np.atleast_1d(start)),
    )
    d = len(x)
    if len(A) != d:
        raise ValueError(f"rate and start must have one dimension, got {len(A)} and {d}")
    domain.shape("rate", A, (d, d)), domain.shape("diffusion", B, (d, None))
    times, runs = domain.increasing("times", times, low=0), domain.integer("runs", runs, 1, shape=())
    domain.generator("rng", rng)
    state, out = np.repeat(x[:, None], runs, axis=1), []
    for h in np.diff(times, prepend=0.0):
        blocks = expm(h * np.block([[-A, B @ B.T], [np.zeros((d, d)), A.T]]))
        mean = blocks[:d, :d]
        covariance = blocks[:d, d:] @ mean.T
        values, vectors = np.linalg.eigh((covariance + covariance.T) / 2)  # a degenerate one has no Cholesky factor
        root = vectors * np.sqrt(np.maximum(values, 0.0))
        state = mean @ state + root @ rng.standard_normal((d, runs))
        out.append(state)
    return np.stack(out)
