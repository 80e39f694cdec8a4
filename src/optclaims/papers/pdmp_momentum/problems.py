r"""The problems: five shifted potentials and their mean, a tilted double well, digits.

The process is $\dot q = v,\ m \dot v = -\alpha v - \nabla\Phi_{i(t)}(q)$: mass m, friction $\alpha$, and an index that
is drawn anew after exponential waits of mean $\eta$, the learning rate of the continuous time.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optclaims.science import datasets, domain

__all__ = ["CENTRES", "VARIANCE", "Setting", "digits_split", "log_cosh_slope", "well_slope"]

CENTRES = np.array([-1.2, -0.4, 0.1, 0.6, 0.9])
VARIANCE = float(np.mean(CENTRES**2))
TILT = 0.15


@dataclass(frozen=True)
class Setting:
    r"""Mass m, friction $\alpha$, curvature a and mean wait $\eta$ of the process on $\Phi_i = a (x - b_i)^2 / 2$.

    >>> Setting(mass=1.0, friction=1.0, curvature=1.0, wait=0.5).relaxation
    1.0
    """

    mass: float
    friction: float
    curvature: float
    wait: float

    def __post_init__(self) -> None:
        domain.nonnegative("mass", self.mass, ())
        for name in ("friction", "curvature", "wait"):
            domain.positive(name, getattr(self, name), ())

    @property
    def relaxation(self) -> float:
        r"""Return a time of forgetting, $\max(1, m/\alpha, \alpha/a)$."""
        return max(1.0, self.mass / self.friction, self.friction / self.curvature)


def log_cosh_slope(q: ArrayLike, centre: ArrayLike) -> NDArray[np.float64]:
    r"""Return the slope $\tanh 2(q - b)$ of $\Phi = \log\cosh(2(q - b))/2$; the arguments broadcast.

    Domain: q, centre signed, any shape, any length.

    >>> float(log_cosh_slope(1.0, 1.0))
    0.0
    """
    q, centre = domain.finite("q", q), domain.finite("centre", centre)
    domain.broadcastable(q=q, centre=centre)
    return np.tanh(2 * (q - centre))


def well_slope(q: ArrayLike) -> NDArray[np.float64]:
    """Return the slope of x^4/4 - x^2/2 + 0.15 x, whose deeper well is the left one; any shape.

    Domain: q signed, any shape.

    >>> well_slope(1.0)
    0.15
    """
    q = domain.finite("q", q)
    return q**3 - q + TILT


def digits_split(train: int, rng: np.random.Generator) -> tuple[NDArray, NDArray, NDArray, NDArray]:
    """Return shuffled digits: train images (train, 64), train labels, test images (1797 - train, 64), test labels.

    Raises ValueError unless 1 <= train <= 1796.

    >>> [part.shape for part in digits_split(1200, np.random.default_rng(0))]
    [(1200, 64), (1200,), (597, 64), (597,)]
    """
    images, labels = datasets.digits()
    train = domain.integer("train", train, low=1, high=len(labels) - 1, shape=())
    order = domain.generator("rng", rng).permutation(len(labels))
    return images[order[:train]], labels[order[:train]], images[order[train:]], labels[order[train:]]
