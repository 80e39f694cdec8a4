r"""Step sizes that fall: optimal ones, ``a / (n + b)``, halving, and averages of iterates.

Sources: thesis, chapter on SGD; the harmonic identity, the constants and the logarithm are derived; averages of
quadratics are Ruppert's and Polyak's (recalled).
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optclaims.science import domain

__all__ = ["averaging_bound", "averaging_step", "halving_constant", "harmonic_law", "schedule_limit", "schedule_slope"]

Array = NDArray[np.float64]


def harmonic_law(first: float, steps: ArrayLike, kappa: float, sigma2: float) -> Array:
    r"""Return ``a_n`` from ``1 / a_{n+1} = 1 / a_n + 1 / (sigma^2 kappa)`` with a_0 = first.

    Raises ValueError for values that are not positive.
    Domain: first, steps, kappa, sigma2 any shape.

    >>> float(harmonic_law(1.0, 2, 2.0, 1.0))
    0.5
    """
    rate = domain.positive("sigma2", sigma2) * domain.positive("kappa", kappa)
    return 1 / (1 / domain.positive("first", first) + np.asarray(domain.nonnegative("steps", steps)) / rate)


def schedule_slope(a: ArrayLike, curvature: float = 1.0) -> Array:
    r"""Return the exponent of ``E e_n^2`` for steps ``a / (n + b)``: ``-2 l a`` below 1, else -1 (and a log at 1).

    Raises ValueError for an a or curvature that is not positive.
    Domain: a, curvature any shape.

    >>> schedule_slope([0.1, 2.0])
    array([-0.2, -1. ])
    """
    x = 2 * domain.positive("curvature", curvature) * np.asarray(domain.positive("a", a))
    return -np.minimum(x, 1.0)


def schedule_limit(a: ArrayLike, curvature: float = 1.0, noise: float = 1.0) -> Array:
    r"""Return ``lim n E e_n^2 = a^2 s^2 / (2 l a - 1)`` for ``2 l a > 1``; it is least at ``a = 1 / l``.

    Raises ValueError unless ``2 l a > 1``.
    Domain: a, curvature, noise any shape.

    >>> float(schedule_limit(2.0))
    1.3333333333333333
    """
    a = np.asarray(domain.positive("a", a))
    excess = 2 * domain.positive("curvature", curvature) * a - 1
    domain.positive("2 l a - 1", excess)
    return a**2 * domain.positive("noise", noise) / excess


def halving_constant(kappa: float) -> float:
    r"""Return ``ln 3 (1 + kappa)(1 + 1 / kappa)``, the limit of ``N(k) a_{N(k)} / sigma^2`` for halved steps.

    The step is halved whenever a is halved. Optimal steps need a factor ln 3 less; the thesis's ``2 ln 2`` is an upper
    bound. Raises ValueError for kappa below 1.

    >>> round(halving_constant(20.0), 2)
    24.22
    """
    kappa = domain.at_least("kappa", kappa, 1, shape=())
    return float(np.log(3) * (1 + kappa) * (1 + 1 / kappa))


def averaging_step(steps: ArrayLike, distance: float, lipschitz: float, noise: float) -> Array:
    r"""Return ``D / (sqrt(K^2 + s^2) sqrt(N))``, the constant step for the average of N iterates; noise is ``s^2``.

    Raises ValueError for values that are not positive.
    Domain: steps, distance, lipschitz, noise any shape.

    >>> float(averaging_step(25, 1.0, 3.0, 16.0))
    0.04
    """
    size = np.hypot(domain.positive("lipschitz", lipschitz), np.sqrt(domain.positive("noise", noise)))
    return domain.positive("distance", distance) / (size * np.sqrt(domain.positive("steps", steps)))


def averaging_bound(steps: ArrayLike, distance: float, lipschitz: float, noise: float) -> Array:
    r"""Return ``D sqrt(K^2 + s^2) / sqrt(N)``, above ``E L(mean) - L*`` for that step and convex K-Lipschitz L.

    Raises ValueError for values that are not positive.
    Domain: steps, distance, lipschitz, noise any shape.

    >>> float(averaging_bound(25, 1.0, 3.0, 16.0))
    1.0
    """
    size = np.hypot(domain.positive("lipschitz", lipschitz), np.sqrt(domain.positive("noise", noise)))
    return domain.positive("distance", distance) * size / np.sqrt(domain.positive("steps", steps))
