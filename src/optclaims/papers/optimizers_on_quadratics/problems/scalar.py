r"""Functions of one variable on which a statement about gradient descent is sharp, or can fail."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optclaims.science import domain

__all__ = ["Scalar", "exponential", "huber", "pieces", "quadratic", "quartic", "sine"]

Function = Callable[[NDArray[np.float64]], NDArray[np.float64]]


@dataclass(frozen=True)
class Scalar:
    """A function of one variable with infimum 0: values, slopes, and a Lipschitz constant of the slope.

    Raises ValueError for a constant that is not positive.

    >>> Scalar(lambda w: w**2, lambda w: 2 * w, lipschitz=2.0).slope(3.0)
    6.0
    """

    value: Function
    slope: Function
    lipschitz: float

    def __post_init__(self) -> None:
        domain.positive("lipschitz", self.lipschitz, ())


def quadratic(curvature: float) -> Scalar:
    """Return ``curvature w^2 / 2``; raises ValueError unless the curvature is positive.

    >>> float(quadratic(4.0).value(0.5))
    0.5
    """
    c = domain.positive("curvature", curvature, ())
    return Scalar(lambda w: c * w**2 / 2, lambda w: c * w, c)


def huber(knee: float) -> Scalar:
    """Return ``w^2/2`` up to ``|w| = knee`` and its tangents beyond; raises ValueError unless the knee is positive.

    >>> huber(1.0).value(np.array([0.5, 3.0]))
    array([0.125, 2.5  ])
    """
    r = domain.positive("knee", knee, ())
    return Scalar(
        lambda w: np.where(np.abs(w) <= r, w**2 / 2, r * np.abs(w) - r**2 / 2), lambda w: np.clip(w, -r, r), 1.0
    )


def exponential() -> Scalar:
    """Return ``exp(-w)``, convex without a minimum; its slope has constant 1 where ``w >= 0``.

    >>> float(exponential().slope(0.0))
    -1.0
    """
    return Scalar(lambda w: np.exp(-w), lambda w: -np.exp(-w), 1.0)


def sine() -> Scalar:
    """Return ``w^2 + 3 sin(w)^2``, which is not convex, but whose slope dominates its value.

    >>> float(sine().slope(0.0))
    0.0
    """
    return Scalar(lambda w: w**2 + 3 * np.sin(w) ** 2, lambda w: 2 * w + 3 * np.sin(2 * w), 8.0)


def quartic(reach: float) -> Scalar:
    """Return ``w^4``, too flat at 0 for its slope to dominate its value; Lipschitz constant on ``|w| <= reach``.

    >>> float(quartic(3.0).lipschitz)
    108.0
    """
    return Scalar(lambda w: w**4, lambda w: 4 * w**3, 12 * domain.positive("reach", reach, ()) ** 2)


def pieces() -> Scalar:
    """Return the function of Lessard, Recht and Packard with slopes 25, 1, 25: in S(1, 25), a heavy ball cycles on it.

    ``f' = 25 w`` below 1, ``w + 24`` up to 2, ``25 w - 24`` above.

    >>> pieces().slope(np.array([0.5, 1.5, 3.0]))
    array([12.5, 25.5, 51. ])
    """

    def value(w):
        low, middle = 12.5 * w**2, w**2 / 2 + 24 * w - 12
        return np.select([w < 1, w < 2], [low, middle], 12.5 * w**2 - 24 * w + 36)

    def slope(w):
        return 25 * w - 24 * np.clip(w - 1, 0, 1)

    return Scalar(value, slope, 25.0)
