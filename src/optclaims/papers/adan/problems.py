"""Problems: a smooth one of several dimensions for identities, and diagonal quadratics of given condition."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optclaims.science import domain

__all__ = ["Wavy", "spectrum"]


@dataclass(frozen=True)
class Wavy:
    r"""$f(x) = x^T A x/2 - a \sum_i \cos x_i$, A symmetric and positive definite: curvature that changes with x.

    A: (d, d);  amplitude: a

    >>> Wavy(np.eye(2), 0.0).gradient(np.array([1.0, 2.0]))
    array([1., 2.])
    """

    A: NDArray[np.float64]
    amplitude: float = 0.3

    def __post_init__(self) -> None:
        domain.covariance("A", self.A)
        domain.nonnegative("amplitude", self.amplitude, ())

    @classmethod
    def random(cls, rng: np.random.Generator, dimension: int, amplitude: float = 0.3) -> "Wavy":
        """Return one with eigenvalues in [0.5, 5] in a random basis.

        >>> Wavy.random(np.random.default_rng(0), 3).A.shape
        (3, 3)
        """
        basis = np.linalg.qr(rng.standard_normal((domain.integer("dimension", dimension, low=1, shape=()),) * 2))[0]
        A = basis @ np.diag(rng.uniform(0.5, 5, dimension)) @ basis.T
        return cls((A + A.T) / 2, amplitude)

    def gradient(self, x: ArrayLike) -> NDArray[np.float64]:
        r"""Return $A x + a \sin x$; x: (d,).

        Domain: x signed.

        >>> Wavy(np.eye(1), 0.5).gradient([0.0])
        array([0.])
        """
        x = domain.finite("x", np.asarray(x, float), (len(self.A),))
        return self.A @ x + self.amplitude * np.sin(x)


def spectrum(condition: float, dimension: int) -> NDArray[np.float64]:
    """Return curvatures (dimension,) from 1 / condition to 1, equidistant in the logarithm.

    >>> spectrum(100.0, 3)
    array([0.01, 0.1 , 1.  ])
    """
    domain.at_least("condition", condition, 1, ())
    return np.geomspace(1 / condition, 1.0, domain.integer("dimension", dimension, low=2, shape=()))
