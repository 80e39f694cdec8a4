r"""The problems: a gradient of degree 29, potentials of degree four, and digits."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optclaims.science import datasets, domain

__all__ = [
    "DOUBLE_WELL",
    "LIGHT",
    "QUARTIC",
    "TILTED",
    "Potential",
    "digits_split",
    "energy",
    "slope",
    "superlinear_gradient",
]

LIGHT = 0.75
"""Probability of X <= 1 for X uniform on (-2, 2)."""


def superlinear_gradient(theta: ArrayLike, doubled: ArrayLike) -> NDArray[np.float64]:
    r"""Return $G(\theta, x) = 2\theta\,(1 + 1\{x \le 1\}) + 30\,\theta^{29}$, with $2\,\mathrm{sign}\,\theta$ in place
    of $2\theta$ beyond $|\theta| = 1$: the paper's introductory example (recalled).

    theta: any shape; doubled: whether x <= 1 (1 or 0), broadcasts against theta.
    Raises ValueError for doubled other than 0 and 1. A theta that is not finite gives a gradient that is not.

    Domain: theta signed, infinite, NaN, any shape, any length; doubled any shape, any length.

    >>> superlinear_gradient([0.5, -2.0], [1, 0]).tolist()
    [2.000000055879..., -16106127362.0]
    """
    theta = np.asarray(theta, float)
    domain.broadcastable(theta=theta, doubled=doubled)
    doubled = domain.integer("doubled", doubled, low=0, high=1)
    return 2 * np.clip(theta, -1, 1) * (1 + doubled) + 30 * theta**29


@dataclass(frozen=True)
class Potential:
    r"""$u(x) = a x^4/4 + b x^2/2 + c x$; the target law has the density $\propto e^{-\beta u}$.

    Domain: quadratic, linear signed.

    >>> Potential(quartic=1.0, quadratic=-1.0, linear=0.0)
    Potential(quartic=1.0, quadratic=-1.0, linear=0.0)
    """

    quartic: float
    quadratic: float
    linear: float

    def __post_init__(self) -> None:
        domain.positive("quartic", self.quartic, ())
        domain.finite("quadratic", self.quadratic, ())
        domain.finite("linear", self.linear, ())


def energy(potential: Potential, x: ArrayLike) -> NDArray[np.float64]:
    """Return u(x), any shape.

    Domain: x signed, any shape.

    >>> energy(Potential(1.0, -1.0, 0.0), 2.0)
    2.0
    """
    x = domain.finite("x", x)
    return potential.quartic * x**4 / 4 + potential.quadratic * x**2 / 2 + potential.linear * x


def slope(potential: Potential, x: ArrayLike) -> NDArray[np.float64]:
    """Return u'(x), any shape.

    Domain: x signed, any shape.

    >>> slope(Potential(1.0, 0.0, 0.2), 1.0)
    1.2
    """
    x = domain.finite("x", x)
    return potential.quartic * x**3 + potential.quadratic * x + potential.linear


DOUBLE_WELL, QUARTIC, TILTED = Potential(1.0, -1.0, 0.0), Potential(1.0, 0.0, 0.0), Potential(1.0, -1.0, 0.2)


def digits_split(train: int, rng: np.random.Generator) -> tuple[NDArray, NDArray, NDArray, NDArray]:
    """Return shuffled digits: train images (train, 64), train labels, test images (1797 - train, 64), test labels.

    Raises ValueError unless 1 <= train <= 1796.

    >>> [part.shape for part in digits_split(1500, np.random.default_rng(0))]
    [(1500, 64), (1500,), (297, 64), (297,)]
    """
    images, labels = datasets.digits()
    train = domain.integer("train", train, low=1, high=len(labels) - 1, shape=())
    order = domain.generator("rng", rng).permutation(len(labels))
    return images[order[:train]], labels[order[:train]], images[order[train:]], labels[order[train:]]
