"""The arms of the comparison, their grids of learning rates, and the data."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from optclaims.science import datasets, domain
from optclaims.science import optimizers as opt

__all__ = ["ARMS", "SHIFTED", "Arm", "Digits", "digits", "grid"]


class Arm(NamedTuple):
    """make: learning rates (runs, 1) -> rule;  centre: of the grid, from a pilot;  gradients: of each step."""

    make: Callable[[NDArray], opt.Rule]
    centre: float
    gradients: int = 1


SHIFTED = "AdamW, shifted grid"
ARMS: dict[str, Arm] = {
    "Adam": Arm(opt.Adam, 3e-2),
    "Adam, half the rate": Arm(lambda lr: opt.Adam(lr / 2), 3e-2),
    "AdamW": Arm(opt.AdamW, 3e-2),
    SHIFTED: Arm(opt.AdamW, 3e-2),
    "AMSGrad": Arm(lambda lr: opt.Adam(lr, amsgrad=True), 3e-2),
    "SGD with momentum": Arm(opt.HeavyBall, 1e-1),
    "gradient descent": Arm(opt.SGD, 0.5),
    "diffGrad": Arm(opt.DiffGrad, 3e-2),
    "Aida (2, 1.2)": Arm(lambda lr: opt.Aida(lr, q=1.2), 3e-2),
    "Adan": Arm(opt.Adan, 3e-2),
    "SUPER-ADAM, momentum": Arm(lambda lr: opt.SuperAdam.published(lr, 0, c=5.0, bias_correction=True), 0.3),
    "SUPER-ADAM": Arm(lambda lr: opt.SuperAdam.published(lr, 1, c=5.0, bias_correction=True), 0.1, gradients=2),
}
"""With each method's own defaults, and k = 1, m = 100, c = 5 for the schedules of SUPER-ADAM."""


def grid(arm: str, points: int, ratio: float) -> NDArray[np.float64]:
    """Return the learning rates (points,) of an arm, around its centre; those of SHIFTED are half a step off.

    >>> grid("Adam", 3, 2.0)
    array([0.015, 0.03 , 0.06 ])
    """
    domain.one_of("arm", arm, tuple(ARMS))
    points, ratio = domain.integer("points", points, low=1, shape=()), domain.positive("ratio", ratio, ())
    return ARMS[arm].centre * ratio ** (np.arange(points) - (points - 1) / 2 + 0.5 * (arm == SHIFTED))


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
