"""Rates of decay and growth along a run, and eigenvalues matched with their predictions."""

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import linear_sum_assignment

from optclaims.science import domain

__all__ = ["distance_from_cycle", "growth_rate", "late_rate", "matched", "pair_rate"]

# Where neither the start nor rounding is seen.
PAIR_WINDOWS = ((5, 60), (20, 90), (40, 120))
LATE = (1500, 2500)


def matched(measured: ArrayLike, predicted: ArrayLike) -> np.ndarray:
    """Return the predictions in the order of the measured values, paired one to one with the least total distance.

    Both (n,) complex. Raises ValueError for unequal lengths.

    Domain: measured, predicted signed

    >>> matched([1.01, 2.0], [2.1, 1.0]).tolist()
    [1.0, 2.1]

    """
    measured, predicted = np.asarray(measured), np.asarray(predicted)
    domain.finite("measured", np.abs(measured), (None,))
    domain.finite("predicted", np.abs(predicted), (len(measured),))
    rows, columns = linear_sum_assignment(np.abs(measured[:, None] - predicted))
    return predicted[columns[np.argsort(rows)]]


def pair_rate(w: ArrayLike) -> float:
    r"""Return the factor by which w shrinks a step where the roots are complex.

    $\sqrt{q}$ with q the factor by which $|w_t^2 - w_{t+1} w_{t-1}|$ changes a step: this determinant is multiplied by
    the product of the roots exactly. Of three windows the median is taken.
    w: (steps + 1,), at least 122 steps. Raises ValueError otherwise.

    Domain: w signed; w any length

    >>> pair_rate(0.9 ** np.arange(130) * np.cos(np.arange(130))).__round__(9)
    0.9

    """
    w = domain.vector("w", w)
    if len(w) < PAIR_WINDOWS[-1][1] + 2:
        raise ValueError(f"w must hold at least {PAIR_WINDOWS[-1][1] + 2} steps, got {len(w)}")
    determinant = np.abs(w[1:-1] ** 2 - w[2:] * w[:-2])
    slopes = [np.log(determinant[high] / determinant[low]) / (high - low) for low, high in PAIR_WINDOWS]
    return float(np.exp(np.median(slopes) / 2))


def distance_from_cycle(largest: ArrayLike, smallest: ArrayLike, width: ArrayLike) -> np.ndarray:
    """Return the larger relative distance of both extremes of |w| from the half width of a cycle; all (cells,).

    >>> distance_from_cycle([1.5], [0.9], [1.0])
    array([0.5])

    """
    width = domain.positive("width", np.asarray(width, float), (None,))
    extremes = {"largest": largest, "smallest": smallest}
    extremes = [domain.nonnegative(name, np.asarray(w, float), (len(width),)) for name, w in extremes.items()]
    return np.abs(np.stack(extremes) / width - 1).max(axis=0)


def late_rate(w: ArrayLike) -> float:
    """Return the factor by which |w| changes a step between steps 1500 and 2500, where the roots are real.

    w: (steps + 1,), at least 2501 long. Raises ValueError otherwise.

    Domain: w signed; w any length

    >>> round(late_rate(0.99 ** np.arange(2600)), 9)
    0.99

    """
    w = domain.vector("w", w)
    low, high = LATE
    if len(w) <= high:
        raise ValueError(f"w must hold more than {high} steps, got {len(w)}")
    return float(np.abs(w[high] / w[low]) ** (1 / (high - low)))


def growth_rate(w: ArrayLike, low: float, high: float) -> float:
    """Return the factor by which |w| grows a step between where it first exceeds ``low`` and ``high``.

    Raises ValueError if it never does.

    Domain: w signed; w any length

    >>> round(growth_rate(1e-9 * 1.5 ** np.arange(40), 1e-6, 1e-4), 9)
    1.5

    """
    size = np.abs(domain.vector("w", w))
    domain.positive("low", low, ())
    domain.positive("high", high, ())
    if not low < high or not size.max() > high:
        raise ValueError(f"high must lie between low = {low:g} and the largest |w| = {size.max():g}, got {high:g}")
    first, last = np.argmax(size > low), np.argmax(size > high)
    if first == last:
        raise ValueError(f"high must be exceeded later than low, got {high:g} at the same step")
    return float((size[last] / size[first]) ** (1 / (last - first)))
