"""RMSprop beside a fine Euler-Maruyama solution of its SDE, on a double well with state-dependent noise.

f'(x) = x - sin 2x and Sigma^(1/2)(x) = 1 + sin(x) / 2. The noise of a step is the normalised sum of the Brownian
increments within it, so that the two differ by the algorithm's error alone.
"""

from math import ceil

import numpy as np
from numpy.typing import NDArray

from optclaims.papers.adaptive_sde_scaling.problems.hyperparameters import from_sde
from optclaims.papers.adaptive_sde_scaling.simulation.ensembles import BLOCK
from optclaims.science import domain
from optclaims.science.kernels import njit
from optclaims.science.normals import fill, inline, states

__all__ = ["coupled"]

f32 = np.float32


@inline
def sine(x):
    """sin(x) to 2e-6 for moderate x: nearest multiple of pi removed, odd polynomial of degree 9."""
    n = np.floor(x * f32(1 / np.pi) + f32(0.5))
    y = (x - n * f32(3.140625)) - n * f32(np.pi - 3.140625)
    q = y * y
    p = f32(-0.16666667) + q * (f32(8.3333310e-3) + q * (f32(-1.9840874e-4) + q * f32(2.7525562e-6)))
    p = y + y * q * (p + q * q * q * q * f32(-2.3889859e-8))
    return p * (f32(1) - f32(2) * (n - f32(2) * np.floor(n * f32(0.5))))


def coupled(
    eta2: float,
    T: float,
    start: tuple[float, float],
    paths: int,
    rng: np.random.Generator,
    *,
    sigma0: float,
    eps0: float,
    c2: float,
    dt: float,
    frozen: bool = False,
) -> tuple[NDArray, NDArray]:
    """Return block means of (theta, theta^2, u) at time T for RMSprop and for the SDE, each (blocks, 3).

    start: (theta, u). dt: upper bound of the SDE's time step; frozen keeps Sigma at the start in the SDE, a mistake.
    Raises ValueError unless T is a whole number of steps eta2.

    >>> constants = {"sigma0": 1.0, "eps0": 0.1, "c2": 2.0}
    >>> algorithm, equation = coupled(0.1, 0.2, (0.3, 0.5), 10, np.random.default_rng(0), dt=0.05, **constants)
    >>> algorithm.shape
    (1, 3)
    """
    eta2, T, dt = (domain.positive(*pair, ()) for pair in (("eta2", eta2), ("T", T), ("dt", dt)))
    start, paths = start_of(start), domain.integer("paths", paths, low=1, shape=())
    steps = round(T / eta2)
    if abs(steps * eta2 - T) > 1e-9 * T:
        raise ValueError(f"T = {T:g} is not a whole number of steps of {eta2:g}")
    hyper, sigma = from_sde(eta2, sigma0, eps0, c2)
    blocks, substeps = -(-paths // BLOCK), ceil(eta2 / dt - 1e-9)
    out = np.empty((2, blocks, 3))
    values = (hyper.lr, 1 - hyper.beta2, hyper.eps, sigma, sigma0, eps0, c2, eta2 / substeps, *start)
    _run(states(rng, blocks), tuple(f32(x) for x in values), steps, substeps, frozen, out)
    return out[0], out[1]


def start_of(start: tuple[float, float]) -> tuple[float, float]:
    """Return (theta, u) as floats; raise ValueError unless both are finite and u >= 0."""
    theta, u = domain.vector("start", start, 2).tolist()
    if u < 0:
        raise ValueError(f"start must have a second moment u >= 0, got {u}")
    return theta, u


@njit(cache=True, forceinline=True, error_model="numpy", fastmath={"reassoc", "contract", "nsz", "arcp", "afn"})
def _fine_step(x, u, total, z, sigma0, eps0, c2, dt, root_dt, fixed, frozen):
    for i in range(x.size):
        total[i] += z[i]
        s = fixed if frozen else f32(1) + f32(0.5) * sine(x[i])
        scale = f32(1) / (sigma0 * np.sqrt(u[i]) + eps0)
        x[i] -= scale * ((x[i] - sine(f32(2) * x[i])) * dt + sigma0 * s * root_dt * z[i])
        u[i] += c2 * (s * s - u[i]) * dt


@njit(cache=True, forceinline=True, error_model="numpy", fastmath={"reassoc", "contract", "nsz", "arcp", "afn"})
def _coarse_step(x, v, total, eta, new, eps, sigma, scale):
    for i in range(x.size):
        g = x[i] - sine(f32(2) * x[i]) + sigma * (f32(1) + f32(0.5) * sine(x[i])) * total[i] * scale
        x[i] -= eta * g / (np.sqrt(v[i]) + eps)
        v[i] += new * (g * g - v[i])


@njit(cache=True, error_model="numpy")
def _run(state, values, steps, substeps, frozen, out):
    eta, new, eps, sigma, sigma0, eps0, c2, dt, theta0, u0 = values
    z, total = np.empty(BLOCK, f32), np.empty(BLOCK, f32)
    fixed, root_dt, scale = f32(1 + 0.5 * np.sin(theta0)), f32(np.sqrt(dt)), f32(1 / np.sqrt(substeps))
    for block in range(state.shape[0]):
        x, v = np.full(BLOCK, theta0), np.full(BLOCK, u0 * sigma * sigma)
        y, u = x.copy(), np.full(BLOCK, u0)
        for _ in range(steps):
            total[:] = 0
            for _ in range(substeps):
                fill(state[block], z)
                _fine_step(y, u, total, z, sigma0, eps0, c2, dt, root_dt, fixed, frozen)
            _coarse_step(x, v, total, eta, new, eps, sigma, scale)
        for side, (position, second) in enumerate(((x, v / (sigma * sigma)), (y, u))):
            out[side, block, 0] = position.astype(np.float64).mean()
            out[side, block, 1] = (position.astype(np.float64) ** 2).mean()
            out[side, block, 2] = second.astype(np.float64).mean()
