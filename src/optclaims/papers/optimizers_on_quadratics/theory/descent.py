r"""Gradient descent: where it beats the flow and small steps, what it guarantees, how long it searches for a step.

``x = lr l`` is the curvature times the step. Sources: thesis, chapter on gradient descent; the crossing points, the
tight convex constant and the corrected count of Armijo steps are derived.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq

from optclaims.science import domain

__all__ = ["armijo_count", "convex_bound", "crossing", "gradient_budget", "pl_rate", "worst_huber", "worst_knee"]


def crossing(m: float = np.inf) -> float:
    r"""Return the x below which one step is nearer 0 than m small ones: root of ``x - 1 = |1 - x/m|^m``, x > 1.

    ``|1 - x| < |1 - x/m|^m`` holds exactly for ``0 < x < x_c(m)``; at ``m = inf`` the right side is ``exp(-x)``, the
    gradient flow. ``x_c(2) = 4 - 2 sqrt 2``. Raises ValueError for m below 2.

    Domain: m infinite.

    >>> round(crossing(), 6), round(crossing(2), 6)
    (1.278465, 1.171573)
    """
    if not (np.ndim(m) == 0 and m >= 2):
        raise ValueError(f"m must be a number, at least 2, or infinity, got {m}")

    def excess(x):
        return x - 1 - (np.exp(-x) if np.isinf(m) else abs(1 - x / m) ** m)

    return brentq(excess, 1.0, 1.5, xtol=1e-15)


def convex_bound(n: ArrayLike, distance: float, L: float, lr: float) -> NDArray[np.float64]:
    r"""Return ``2 L D^2 / (4 + n L h (2 - L h))``, the thesis's bound with the square of ``D = |w_0 - w*|``.

    Raises ValueError for a step outside ``(0, 2/L)``. Source: thesis (square added; Nesterov 2004, recalled).
    Domain: n any shape.

    >>> float(convex_bound(4, 1.0, 1.0, 1.0))
    0.25
    """
    x = domain.positive("L", L, ()) * domain.finite("lr", lr, ())
    if not 0 < x < 2:
        raise ValueError(f"lr must lie in (0, 2/L) = (0, {2 / L:g}), got {lr}")
    n = np.asarray(domain.nonnegative("n", n))
    return 2 * L * domain.positive("distance", distance, ()) ** 2 / (4 + n * x * (2 - x))


def worst_knee(n: ArrayLike, distance: float) -> NDArray[np.float64]:
    r"""Return the knee ``D / (2n + 1)`` of the Huber function on which n steps ``1/L`` of gradient descent do worst.

    Raises ValueError for a negative n or a distance that is not positive. Source: Drori and Teboulle 2014 (recalled).
    Domain: n, distance any shape.

    >>> float(worst_knee(1, 3.0))
    1.0
    """
    return domain.positive("distance", distance) / (2 * np.asarray(domain.nonnegative("n", n)) + 1)


def worst_huber(n: ArrayLike, distance: float, L: float = 1.0) -> NDArray[np.float64]:
    r"""Return ``L D^2 / (4n + 2)``, the excess loss there: no convex function with Lipschitz slope gives more.

    Arguments and errors as for `worst_knee`.
    Domain: n, distance, L any shape.

    >>> float(worst_huber(10, 3.0))
    0.21428571428571427
    """
    n = np.asarray(domain.nonnegative("n", n))
    return domain.positive("L", L) * domain.positive("distance", distance) ** 2 / (4 * n + 2)


def gradient_budget(excess: float, L: float, lr: float) -> float:
    r"""Return ``(L_0 - inf L) / (h (1 - L h / 2))``, which bounds the sum of all squared gradients, convex or not.

    Raises ValueError for a negative excess or a step outside ``(0, 2/L)``.
    Domain: excess any shape.

    >>> gradient_budget(1.0, 1.0, 1.0)
    2.0
    """
    x = domain.positive("L", L, ()) * domain.finite("lr", lr, ())
    if not 0 < x < 2:
        raise ValueError(f"lr must lie in (0, 2/L) = (0, {2 / L:g}), got {lr}")
    return domain.nonnegative("excess", excess) / (lr * (1 - x / 2))


def pl_rate(c: float, L: float) -> float:
    r"""Return ``1 - c / (2 L)``, the largest ratio of excess losses in one step ``1/L`` when ``|g|^2 >= c (L - L*)``.

    Raises ValueError unless ``0 <= c <= 2 L``. Source: thesis (Polyak-Lojasiewicz).

    >>> pl_rate(2.0, 10.0)
    0.9
    """
    domain.finite("c", c, ())
    if not 0 <= c <= 2 * domain.positive("L", L, ()):
        raise ValueError(f"c must lie in [0, 2 L] = [0, {2 * L:g}], got {c}")
    return 1 - c / (2 * L)


def armijo_count(lipschitz: float, guess: float, factor: float) -> int:
    r"""Return how often backtracking divides by ``factor < 1`` the guess: ``ceil(log(L / guess) / log(1 / factor))``.

    Exact for ``L w^2 / 2``; the thesis prints the product of the logarithms.
    Raises ValueError unless ``0 < guess <= L`` and ``0 < factor < 1``.

    >>> armijo_count(100, 1, 0.5)
    7
    """
    domain.positive("guess", guess, ())
    domain.probability("factor", factor, "()", shape=())
    if not 0 < guess <= domain.positive("lipschitz", lipschitz, ()):
        raise ValueError(f"guess must lie in (0, {lipschitz:g}], got {guess}")
    return int(np.ceil(np.log(lipschitz / guess) / np.log(1 / factor)))
