"""Random quadratics and hyperparameters on which formulas are tried."""

import itertools
from typing import NamedTuple

import numpy as np
import pandas as pd

from optclaims.science import domain

__all__ = [
    "ATTRACTING",
    "BETA1",
    "BETA2",
    "NEARLY",
    "Cycle",
    "Setting",
    "far_starts",
    "random_cycles",
    "random_setting",
]

BETA1 = (0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)
BETA2 = (0.1, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99, 0.995, 0.999)
"""The grid on which the stability of the two-cycle is tried."""

ATTRACTING = ((0, 0.5), (0, 0.9), (0.2, 0.5), (0.1, 0.95))
NEARLY = ((0.1, 0.999), (0.15, 0.97))
"""Pairs (beta1, beta2) whose cycle has a spectral radius below 0.99, and others near 1."""


class Setting(NamedTuple):
    """A quadratic with Hessian (d, d), its eigenvalues (d,), and the hyperparameters of Adam."""

    hessian: np.ndarray
    curvatures: np.ndarray
    lr: float
    beta1: float
    beta2: float
    eps: float


def random_setting(rng: np.random.Generator, dimension: int) -> Setting:
    r"""Return a setting with curvatures log-uniform in [0.1, 10] and a random basis.

    $\beta_1$ is uniform in [0, 0.95], $\beta_2$ in [0.5, 0.9999], eps log-uniform in [1e-6, 1e-2], the learning rate
    0.2 to 1.8 times the critical one. Raises ValueError for a dimension below 1.

    >>> random_setting(np.random.default_rng(0), 3).hessian.shape
    (3, 3)

    """
    domain.generator("rng", rng)
    dimension = domain.integer("dimension", dimension, low=1, shape=())
    curvatures = 10 ** rng.uniform(-1, 1, dimension)
    basis = np.linalg.qr(rng.standard_normal((dimension, dimension)))[0]
    beta1, beta2, eps = rng.uniform(0, 0.95), rng.uniform(0.5, 0.9999), 10 ** rng.uniform(-6, -2)
    critical = 2 * (1 + beta1) * np.sqrt(eps) / ((1 - beta1) * curvatures.max())
    return Setting(basis * curvatures @ basis.T, curvatures, rng.uniform(0.2, 1.8) * critical, beta1, beta2, eps)


class Cycle(NamedTuple):
    """Scalar quadratics and hyperparameters (settings,) at which the two-cycle exists."""

    curvature: np.ndarray
    lr: np.ndarray
    beta1: np.ndarray
    beta2: np.ndarray
    eps: np.ndarray


def random_cycles(rng: np.random.Generator, settings: int) -> Cycle:
    r"""Return settings with $\epsilon = 10^{-6}$ to $10^{-0.3}$ times its largest value at which the cycle exists.

    Curvatures are log-uniform in [0.1, 10], learning rates in [1e-3, 1], $\beta_1$ uniform in [0, 0.95], $\beta_2$ in
    [0.1, 0.9999]. Raises ValueError for fewer settings than 1.

    >>> random_cycles(np.random.default_rng(0), 4).lr.shape
    (4,)

    """
    domain.generator("rng", rng)
    settings = domain.integer("settings", settings, low=1, shape=())
    curvature, lr = 10 ** rng.uniform(-1, 1, settings), 10 ** rng.uniform(-3, 0, settings)
    beta1, beta2 = rng.uniform(0, 0.95, settings), rng.uniform(0.1, 0.9999, settings)
    largest = (lr * curvature * (1 - beta1) / (2 * (1 + beta1))) ** 2
    return Cycle(curvature, lr, beta1, beta2, largest * 10 ** rng.uniform(-6, -0.3, settings))


def far_starts() -> pd.DataFrame:
    """Return cells beta1, beta2, curvature, lr, eps, start: two problems, starts of 0.1 to 300 learning rates.

    >>> len(far_starts())
    48

    """
    pairs = [*ATTRACTING, *NEARLY]
    axes = itertools.product(pairs, [(10.0, 1e-2, 1e-16), (1.0, 0.3, 1e-8)], [0.1, 10, 100, -300])
    columns = ["beta1", "beta2", "curvature", "lr", "eps", "start"]
    return pd.DataFrame([(*pair, *problem, x) for pair, problem, x in axes], columns=columns)
