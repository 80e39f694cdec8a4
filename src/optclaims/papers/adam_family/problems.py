"""The arms of the comparison, their grids of learning rates, and the data."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from optclaims.science import datasets, domain
from optclaims.science import optimizers as opt

__all__ = ["ARMS", "CENTRES", "NETWORKS", "PLAIN", "SHIFTED", "UNTUNED", "Arm", "Digits", "digits", "grid"]


class Arm(NamedTuple):
    """make: learning rates (runs, 1) -> rule;  gradients: of each step."""

    make: Callable[[NDArray], opt.Rule]
    gradients: int = 1


SHIFTED = "AdamW, shifted grid"
PLAIN = ("Adam", "Adam, half the rate", "gradient descent", "SGD with momentum")
ARMS: dict[str, Arm] = {
    "Adam": Arm(opt.Adam),
    "Adam, half the rate": Arm(lambda lr: opt.Adam(lr / 2)),
    "AdamW": Arm(opt.AdamW),
    SHIFTED: Arm(opt.AdamW),
    "AMSGrad": Arm(lambda lr: opt.Adam(lr, amsgrad=True)),
    "SGD with momentum": Arm(opt.HeavyBall),
    "gradient descent": Arm(opt.SGD),
    "diffGrad": Arm(opt.DiffGrad),
    "Aida (2, 1.2)": Arm(lambda lr: opt.Aida(lr, q=1.2)),
    "Adan": Arm(opt.Adan),
    "SUPER-ADAM, momentum": Arm(lambda lr: opt.SuperAdam.published(lr, 0, c=5.0, bias_correction=True)),
    "SUPER-ADAM": Arm(lambda lr: opt.SuperAdam.published(lr, 1, c=5.0, bias_correction=True), gradients=2),
}
"""With each method's own defaults, and k = 1, m = 100, c = 5 for the schedules of SUPER-ADAM."""

UNTUNED = {"Adam at half its rate": ("Adam, half the rate", "Adam"), "Adam at diffGrad's rate": ("Adam", "diffGrad")}
"""Comparisons at one common rate, the mistake that the policy avoids: an arm, and the arm whose rate it takes."""

NETWORKS = ("perceptron", "convolutional", "residual", "transformer")
CENTRES: dict[str, tuple[float, ...]] = {
    "Adam": (3e-2, 4e-2, 2e-3, 1e-3),
    "Adam, half the rate": (3e-2, 4e-2, 2e-3, 1e-3),
    "AdamW": (3e-2, 4e-2, 2e-3, 1e-3),
    SHIFTED: (3e-2, 4e-2, 2e-3, 1e-3),
    "AMSGrad": (3e-2, 4e-2, 2e-3, 1e-3),
    "SGD with momentum": (1e-1, 1.3e-1, 1e-1, 3e-2),
    "gradient descent": (0.5, 0.6, 0.5, 0.3),
    "diffGrad": (3e-2, 4e-2, 2e-3, 1e-3),
    "Aida (2, 1.2)": (3e-2, 5e-2, 2e-3, 1e-3),
    "Adan": (3e-2, 8e-2, 3e-3, 3e-3),
    "SUPER-ADAM, momentum": (0.3, 0.6, 3e-2, 3e-2),
    "SUPER-ADAM": (0.1, 0.13, 1e-2, 1e-2),
}
"""Centres of the grids for each network: from a pilot on digits with its own generators, guessed for the deep ones."""


def grid(arm: str, network: str, points: int, ratio: float) -> NDArray[np.float64]:
    """Return the learning rates (points,) of an arm, around its centre; those of SHIFTED are half a step off.

    >>> grid("Adam", "perceptron", 3, 2.0)
    array([0.015, 0.03 , 0.06 ])
    """
    domain.one_of("arm", arm, tuple(ARMS)), domain.one_of("network", network, NETWORKS)
    points, ratio = domain.integer("points", points, low=1, shape=()), domain.positive("ratio", ratio, ())
    centre = CENTRES[arm][NETWORKS.index(network)]
    return centre * ratio ** (np.arange(points) - (points - 1) / 2 + 0.5 * (arm == SHIFTED))


class Digits(NamedTuple):
    """x (n, 64), y (n,) to train on, and test_x, test_y."""

    x: NDArray[np.float32]
    y: NDArray[np.int64]
    test_x: NDArray[np.float32]
    test_y: NDArray[np.int64]


def digits(rng: np.random.Generator) -> Digits:
    """Return scikit-learn's digits, three quarters at random to train on.

    >>> len(digits(np.random.default_rng(0)).test_y)
    450
    """
    X, y = datasets.digits()
    order = domain.generator("rng", rng).permutation(len(y))
    cut = len(y) * 3 // 4
    first, rest = order[:cut], order[cut:]
    return Digits(X[first].astype(np.float32), y[first], X[rest].astype(np.float32), y[rest])
