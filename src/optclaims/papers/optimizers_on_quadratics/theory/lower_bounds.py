r"""What no method in the span of its gradients can beat on the rod, and what attains it.

Sources: Nesterov 2004; thesis, complexity bounds; the exact constant ``L / (8 (n + 1))`` and the equality of the heavy
ball are derived.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optclaims.science import domain
from optclaims.science.quadratics.optimal import contraction

__all__ = ["heavy_ball_point", "least_distance", "least_excess", "rod_eigenvalues", "thesis_excess"]

Array = NDArray[np.float64]


def least_excess(n: ArrayLike, L: float = 1.0) -> Array:
    r"""Return ``L / (8 (n + 1))``, the least excess loss over points with support in the first n cells (mu = 0).

    n + 1 springs between the end at 1 and the first cell at 0, each stretched equally.
    Raises ValueError for a negative n or an L that is not positive.
    Domain: n, L any shape.

    >>> float(least_excess(4))
    0.025
    """
    return domain.positive("L", L) / (8 * (np.asarray(domain.nonnegative("n", n)) + 1))


def thesis_excess(n: ArrayLike, distance: ArrayLike, L: float = 1.0) -> Array:
    r"""Return the thesis's weaker bound ``L D^2 / (16 (n + 1)^2)``, where ``D^2 = 2n + 1`` on the rod of 2n + 1 cells.

    Raises ValueError for a negative n or an L or distance that is not positive.
    Domain: n, distance, L any shape.

    >>> float(thesis_excess(4, 3.0))
    0.0225
    """
    n = np.asarray(domain.nonnegative("n", n))
    return domain.positive("L", L) * domain.positive("distance", distance) ** 2 / (16 * (n + 1) ** 2)


def least_distance(n: ArrayLike, mu: float, L: float) -> Array:
    r"""Return ``q^n``, the least ``|w_n - w*| / |w_0 - w*|`` on the rod with ``mu > 0``.

    Raises ValueError unless ``0 < mu <= L`` and n is not negative.
    Domain: n any shape.

    >>> float(least_distance(2, 1.0, 9.0))
    0.25
    """
    return contraction(mu, L) ** np.asarray(domain.nonnegative("n", n))


def heavy_ball_point(n: int, d: int, mu: float, L: float) -> Array:
    r"""Return ``(q, q^2, .., q^n, 0, .., 0)``: one coordinate a step is finished; shape (d,).

    Raises ValueError unless ``0 < mu <= L`` and ``0 <= n <= d``.

    >>> heavy_ball_point(2, 3, 1.0, 9.0)
    array([0.5 , 0.25, 0.  ])
    """
    d = domain.integer("d", d, low=1, shape=())
    n = domain.integer("n", n, low=0, high=d, shape=())
    return np.where(np.arange(d) < n, contraction(mu, L) ** np.arange(1, d + 1), 0.0)


def rod_eigenvalues(d: int) -> Array:
    r"""Return ``sin^2((2j - 1) pi / (2 (2d + 1)))``, j = 1 .. d: the spectrum of the rod with ``mu = 0, L = 1``.

    Raises ValueError for d below 1.

    >>> rod_eigenvalues(1)
    array([0.25])
    """
    j = np.arange(1, domain.integer("d", d, low=1, shape=()) + 1)
    return np.sin((2 * j - 1) * np.pi / (2 * (2 * d + 1))) ** 2
