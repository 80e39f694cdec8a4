"""Ensembles of RMSprop and Adam on a one-dimensional noisy parabola, compiled, in blocks that stay in cache.

Every path has a linear companion driven by the same noise (`theory.companion`), whose exact moments turn the
difference into a control variate. Sums are float64, and so are paths with a step of time below `SMALL`. Above it they
are float32: then beta2 is rounded by up to 6e-8, which moves u by a relative 6e-8 / eta^2. Measured, that is 1e-4 of
the O(eta^2) effect at eta^2 = 0.0125, 1.4 % at 1e-3 and 150 times the effect at 1e-5.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from optclaims.papers.adaptive_sde_scaling.problems.hyperparameters import Hyperparameters
from optclaims.science import domain
from optclaims.science.kernels import njit
from optclaims.science.normals import fill, states

__all__ = ["BLOCK", "MOMENTS", "Setting", "ensemble", "rates"]

BLOCK = 1024
"""Paths advanced together; each block has its own random stream and gives one independent value per moment."""
SMALL = 1e-3
"""Time of a step, lr^2, below which paths are float64."""
MOMENTS = ("theta", "theta2", "v", "m", "m2")
f32 = np.float32


@dataclass(frozen=True)
class Setting:
    """One algorithm on the loss h theta^2 / 2 + drift theta with gradient noise sigma s z.

    start: (theta, m, v). skewed: z = Exp(1) - 1 instead of normal. svag: weights (r1, r2) of two gradients a step.
    correct_from: None for no bias correction, else how many steps came before the first (Adam).
    newest: divide by the root of v after its update (stock Adam) instead of before (the paper).

    Raises ValueError for fewer than one step, a negative sigma, s or v, and numbers that are not finite.
    Domain: h, drift, svag signed.

    >>> from optclaims.papers.adaptive_sde_scaling.problems.hyperparameters import Hyperparameters
    >>> Setting(Hyperparameters(0.1, 0.9, 0.0), sigma=2.0, steps=5, start=(1.0, 0.0, 1.0), svag=(-3.0, 4.0)).noise
    10.0
    """

    hyper: Hyperparameters
    sigma: float
    steps: int
    start: tuple[float, float, float]
    h: float = 1.0
    s: float = 1.0
    drift: float = 0.0
    skewed: bool = False
    svag: tuple[float, float] | None = None
    correct_from: int | None = None
    newest: bool = False
    noise: float = field(init=False)  # standard deviation of the gradient noise of a step

    def __post_init__(self) -> None:
        domain.integer("steps", self.steps, low=1, shape=())
        domain.nonnegative("sigma", self.sigma, ()), domain.nonnegative("s", self.s, ())
        domain.finite("h", self.h, ()), domain.finite("drift", self.drift, ())
        if domain.vector("start", self.start, 3)[2] < 0:
            raise ValueError(f"start must have a second moment v >= 0, got {self.start[2]}")
        if self.svag is not None:
            domain.vector("svag", self.svag, 2)
        if self.correct_from is not None:
            domain.integer("correct_from", self.correct_from, low=0, shape=())
        amplification = 1.0 if self.svag is None else float(np.hypot(*self.svag))
        object.__setattr__(self, "noise", self.sigma * self.s * amplification)


def _corrections(setting: Setting) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Factors (steps,) on m and on v."""
    if setting.correct_from is None:
        return np.ones(setting.steps), np.ones(setting.steps)
    done, hyper = setting.correct_from + np.arange(1, setting.steps + 1.0), setting.hyper
    age = done if setting.newest else done - 1
    if age[0] < 1:
        raise ValueError("with the previous v there is nothing to divide by before the first step")
    return 1 / (1 - hyper.beta1**done), 1 / (1 - hyper.beta2**age)


def rates(setting: Setting) -> NDArray[np.float64]:
    """Learning rates a_k of the companion, (steps,): eta times the corrections over the root of the mean of v.

    >>> from optclaims.papers.adaptive_sde_scaling.problems.hyperparameters import Hyperparameters
    >>> rates(Setting(Hyperparameters(0.1, 0.9, 0.0), sigma=2.0, steps=2, start=(1.0, 0.0, 4.0)))
    array([0.05, 0.05])
    """
    hyper, ages = setting.hyper, np.arange(setting.steps) + setting.newest
    fresh = setting.drift**2 + setting.noise**2
    v = fresh + (setting.start[2] - fresh) * hyper.beta2**ages
    on_m, on_v = _corrections(setting)
    return hyper.lr * on_m / (np.sqrt(v * on_v) + hyper.eps)


def ensemble(
    setting: Setting, paths: int, rng: np.random.Generator, dtype: DTypeLike | None = None
) -> tuple[NDArray, NDArray]:
    """Simulate; return block means of `MOMENTS` after the last step for the algorithm and for its companion.

    paths is rounded up to a multiple of `BLOCK`. Both arrays are (blocks, 5) float64; blocks are independent.
    dtype: of the paths, float32 or float64; unless given, float64 from `SMALL` on downwards.
    Raises ValueError for fewer than one path.

    >>> from optclaims.papers.adaptive_sde_scaling.problems.hyperparameters import from_sde
    >>> hyper, sigma = from_sde(0.1, sigma0=1.0, eps0=0.1, c2=1.0)
    >>> algorithm, companion = ensemble(Setting(hyper, sigma, 20, (1.5, 0.0, 5.0)), 2048, np.random.default_rng(0))
    >>> algorithm.shape
    (2, 5)
    """
    hyper, blocks = setting.hyper, -(-domain.integer("paths", paths, 1, shape=()) // BLOCK)
    domain.generator("rng", rng)
    dtype = (np.float64 if hyper.lr**2 <= SMALL else f32) if dtype is None else np.dtype(dtype).type
    domain.one_of("dtype", dtype, (np.float32, np.float64))
    on_m, on_v = (a.astype(dtype) for a in _corrections(setting))
    r1, r2 = setting.svag or (0.0, 1.0)
    constants = (hyper.lr, hyper.beta1, 1 - hyper.beta1, hyper.beta2, 1 - hyper.beta2, hyper.eps, setting.h)
    constants = np.array((*constants, setting.drift, setting.sigma * setting.s), dtype)
    start, rate, out = np.array(setting.start, dtype), rates(setting).astype(dtype), np.empty((2, blocks, len(MOMENTS)))
    flags = setting.skewed, setting.svag is not None, setting.newest
    _run(states(rng, blocks), start, constants, f32(r1), f32(r2), *flags, on_m, on_v, rate, out)
    return out[0], out[1]


@njit(cache=True, error_model="numpy")
def draw(state: Any, z: Any, spare: Any, skewed: bool) -> None:
    """Fill z with mean 0 and variance 1: normals, or Exp(1) - 1, half the squared length of two normals less 1."""
    fill(state, z)
    if skewed:
        fill(state, spare)
        for i in range(z.size):
            z[i] = f32(0.5) * (z[i] * z[i] + spare[i] * spare[i]) - f32(1)


@njit(cache=True, error_model="numpy", fastmath={"reassoc", "contract", "nsz", "arcp", "afn"})
def _step(theta, m, v, theta_c, m_c, v_c, z, constants, on_m, on_v, rate, newest):
    eta, beta1, new1, beta2, new2, eps, h, drift, noise = constants
    eta *= on_m
    for i in range(z.size):
        push = drift + noise * z[i]
        g = h * theta[i] + push
        before, after = v[i], beta2 * v[i] + new2 * g * g
        v[i] = after
        m[i] = beta1 * m[i] + new1 * g
        theta[i] -= eta * m[i] / (np.sqrt((after if newest else before) * on_v) + eps)
        m_c[i] = beta1 * m_c[i] + new1 * (h * theta_c[i] + push)
        theta_c[i] -= rate * m_c[i]
        v_c[i] = beta2 * v_c[i] + new2 * push * push


@njit(cache=True, error_model="numpy")
def _means(theta, m, v, out):
    out[:] = 0
    for i in range(theta.size):
        t, w = np.float64(theta[i]), np.float64(m[i])
        out[0] += t
        out[1] += t * t
        out[2] += v[i]
        out[3] += w
        out[4] += w * w
    out /= theta.size


@njit(cache=True, error_model="numpy")
def _run(state, start, constants, r1, r2, skewed, pair, newest, on_m, on_v, rate, out):
    z, second, spare = np.empty(BLOCK, f32), np.empty(BLOCK, f32), np.empty(BLOCK, f32)
    c = (
        *(constants[0], constants[1], constants[2], constants[3], constants[4]),
        *(constants[5], constants[6], constants[7], constants[8]),
    )
    for block in range(state.shape[0]):
        theta, m, v = np.full(BLOCK, start[0]), np.full(BLOCK, start[1]), np.full(BLOCK, start[2])
        theta_c, m_c, v_c = theta.copy(), m.copy(), v.copy()
        for k in range(on_m.size):
            draw(state[block], z, spare, skewed)
            if pair:
                draw(state[block], second, spare, skewed)
                for i in range(BLOCK):
                    z[i] = r1 * second[i] + r2 * z[i]
            _step(theta, m, v, theta_c, m_c, v_c, z, c, on_m[k], on_v[k], rate[k], newest)
        _means(theta, m, v, out[0, block])
        _means(theta_c, m_c, v_c, out[1, block])
