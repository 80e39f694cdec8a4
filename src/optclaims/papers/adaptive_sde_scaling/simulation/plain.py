"""The same processes once more, by other means: the shared rules in float64 with NumPy's generator, no companion.

Ten times slower than the compiled ensembles and without their control variate; it shares no line with them.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from optclaims.papers.adaptive_sde_scaling.problems.hyperparameters import from_sde
from optclaims.papers.adaptive_sde_scaling.simulation.ensembles import Setting
from optclaims.papers.adaptive_sde_scaling.simulation.nonlinear import start_of
from optclaims.science import diffusions, domain
from optclaims.science.kernels import njit
from optclaims.science.optimizers import Adam

__all__ = ["double_well", "double_well_sde", "plain_moments", "rule_of", "with_new_root"]

BLOCK = 16_384
Moments = dict[str, tuple[float, float]]


def rule_of(setting: Setting) -> Adam:
    """Return the shared rule that a setting describes.

    >>> from optclaims.papers.adaptive_sde_scaling.problems.hyperparameters import Hyperparameters
    >>> rule_of(Setting(Hyperparameters(0.1, 0.9, 0.0), 1.0, 5, (1.0, 0.0, 1.0))).root_of
    'previous'
    """
    hyper, corrected = setting.hyper, setting.correct_from is not None
    root_of = "new" if setting.newest else "previous"
    return Adam(hyper.lr, hyper.beta1, hyper.beta2, hyper.eps, bias_correction=corrected, root_of=root_of)


def plain_moments(setting: Setting, runs: int, rng: np.random.Generator) -> Moments:
    """Return (mean, standard error) of theta, theta2, m, m2 and u = v over the noise variance, after the last step.

    Not for SVAG. Raises ValueError for fewer than two runs.

    >>> from optclaims.papers.adaptive_sde_scaling.problems.hyperparameters import from_sde
    >>> hyper, sigma = from_sde(0.1, sigma0=1.0, eps0=0.1, c2=1.0)
    >>> sorted(plain_moments(Setting(hyper, sigma, 20, (1.5, 0.0, 5.0)), 100, np.random.default_rng(0)))
    ['m', 'm2', 'theta', 'theta2', 'u']
    """
    domain.integer("runs", runs, 2, shape=()), domain.generator("rng", rng)
    rule, first = rule_of(setting), 1 if setting.correct_from is None else setting.correct_from
    first = max(first, 0 if setting.newest else 1)  # how many steps came before

    def gradient(theta: NDArray) -> NDArray:
        z = rng.exponential(size=theta.shape) - 1 if setting.skewed else rng.standard_normal(theta.shape)
        return setting.h * theta + setting.drift + setting.noise * z

    ends = []
    for size in _blocks(runs):
        theta, m, v = (np.full((size, 1), value, float) for value in setting.start)
        state = {"m": m, "v": v}
        for k in range(setting.steps):
            theta, state = rule.step(theta, gradient(theta), state, first + k + 1)
        ends.append([theta, state["m"], state["v"]])
    theta, m, v = (np.concatenate(parts)[:, 0] for parts in zip(*ends, strict=True))
    values = {"theta": theta, "theta2": theta**2, "m": m, "m2": m**2, "u": v / setting.noise**2}
    return {name: _mean(x) for name, x in values.items()}


def _blocks(runs: int) -> list[int]:
    return [BLOCK] * (runs // BLOCK) + [runs % BLOCK] * bool(runs % BLOCK)


def _mean(x: NDArray) -> tuple[float, float]:
    return float(x.mean()), float(x.std(ddof=1) / np.sqrt(x.size))


def double_well(eta2: float, T: float, start: tuple[float, float], runs: int, rng: np.random.Generator, **constants):
    """Return (mean, standard error) of theta, theta2 under RMSprop on the double well of `nonlinear`, by the shared
    rule; start: (theta, u); constants: sigma0, eps0, c2.

    >>> found = double_well(0.1, 0.5, (0.3, 0.5), 100, np.random.default_rng(0), sigma0=1.0, eps0=0.1, c2=2.0)
    >>> list(found)
    ['theta', 'theta2']
    """
    eta2, T = domain.positive("eta2", eta2, ()), domain.positive("T", T, ())
    start, runs = start_of(start), domain.integer("runs", runs, 2, shape=())
    hyper, sigma = from_sde(eta2, **constants)
    setting = Setting(hyper, sigma, round(T / eta2), (start[0], 0.0, start[1] * sigma**2))
    rule, ends = rule_of(setting), []
    for size in _blocks(runs):
        theta, v = np.full((size, 1), start[0]), np.full((size, 1), setting.start[2])
        state = {"m": np.zeros_like(v), "v": v}
        for k in range(setting.steps):
            noise = sigma * (1 + 0.5 * np.sin(theta)) * rng.standard_normal(theta.shape)
            theta, state = rule.step(theta, theta - np.sin(2 * theta) + noise, state, k + 2)
        ends.append(theta[:, 0])
    theta = np.concatenate(ends)
    return {"theta": _mean(theta), "theta2": _mean(theta**2)}


@njit
def _drift(t, x, constants, out):
    sigma0, eps0, c2, _ = constants
    scale = np.sin(x[0])
    out[0] = -(x[0] - np.sin(2 * x[0])) / (sigma0 * np.sqrt(x[1]) + eps0)
    out[1] = c2 * ((1 + 0.5 * scale) ** 2 - x[1])


@njit
def _noise(t, x, z, constants, out):
    sigma0, eps0, _, frozen = constants
    strength = 1 + 0.5 * np.sin(frozen + 0 * x[0]) if np.isfinite(frozen) else 1 + 0.5 * np.sin(x[0])
    out[0] = sigma0 * strength * z[0] / (sigma0 * np.sqrt(x[1]) + eps0)
    out[1] = 0


def double_well_sde(
    T: float,
    start: tuple[float, float],
    runs: int,
    rng: np.random.Generator,
    *,
    dt: float,
    sigma0: float,
    eps0: float,
    c2: float,
    frozen: bool = False,
) -> Moments:
    """Return (mean, standard error) of theta, theta2 at time T under the SDE of the double well, by `diffusions`.

    frozen keeps the strength of the noise in dW at the start, a mistake.

    >>> constants = {"sigma0": 1.0, "eps0": 0.1, "c2": 2.0}
    >>> list(double_well_sde(0.1, (0.3, 0.5), 100, np.random.default_rng(0), dt=0.01, **constants))
    ['theta', 'theta2']
    """
    domain.positive("sigma0", sigma0, ()), domain.nonnegative("eps0", eps0, ()), domain.nonnegative("c2", c2, ())
    start = start_of(start)
    steps = domain.integer("T / dt", round(domain.positive("T", T, ()) / domain.positive("dt", dt, ())), 1)
    constants = (sigma0, eps0, c2, float(start[0]) if frozen else np.nan)
    theta = diffusions.euler_maruyama(
        _drift, _noise, start, [steps], T / steps, runs, rng, constants=constants, noises=1, observe=lambda x: x[:1]
    )[0, 0]
    return {"theta": _mean(theta), "theta2": _mean(theta**2)}


def with_new_root(setting: Setting) -> Setting:
    """Return the setting that divides by the second moment after its update: the nearest mistake.

    >>> from optclaims.papers.adaptive_sde_scaling.problems.hyperparameters import Hyperparameters
    >>> with_new_root(Setting(Hyperparameters(0.1, 0.9, 0.0), 1.0, 5, (1.0, 0.0, 1.0))).newest
    True
    """
    return replace(setting, newest=not setting.newest)
