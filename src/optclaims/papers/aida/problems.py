r"""Ten test functions of two variables, with gradients, minimal values and boxes of starts.

The paper's own ten functions were not read; these are standard ones (definitions after the collection of
Surjanovic and Bingham; Goldstein-Price in its logarithmic form).
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from optclaims.science import domain

__all__ = ["FUNCTIONS", "Function", "starts"]


class Function(NamedTuple):
    """value: (x, y) -> f; gradient: (x, y) -> (df/dx, df/dy), entrywise; lowest: the minimal value; box: of starts.

    >>> FUNCTIONS["Booth"].value(1.0, 3.0), FUNCTIONS["Booth"].lowest
    (0.0, 0.0)
    """

    value: Callable[[NDArray, NDArray], NDArray]
    gradient: Callable[[NDArray, NDArray], tuple[NDArray, NDArray]]
    lowest: float
    box: tuple[tuple[float, float], tuple[float, float]]


def _square(half: float) -> tuple[tuple[float, float], tuple[float, float]]:
    return (-half, half), (-half, half)


def _beale(x: NDArray, y: NDArray) -> tuple[NDArray, NDArray]:
    a, b, c = 1.5 - x + x * y, 2.25 - x + x * y**2, 2.625 - x + x * y**3
    return 2 * (a * (y - 1) + b * (y**2 - 1) + c * (y**3 - 1)), 2 * x * (a + 2 * b * y + 3 * c * y**2)


def _himmelblau(x: NDArray, y: NDArray) -> tuple[NDArray, NDArray]:
    a, b = x**2 + y - 11, x + y**2 - 7
    return 4 * a * x + 2 * b, 2 * a + 4 * b * y


def _styblinski_tang(x: NDArray) -> NDArray:
    return 2 * x**3 - 16 * x + 2.5


def _goldstein_price_factors(x: NDArray, y: NDArray) -> tuple[NDArray, NDArray]:
    """Both factors less 1 and less 30: u^2 P(u) in u = x + y + 1 and v = 2x - 3y."""
    first = (x + y + 1) ** 2 * (19 - 14 * x + 3 * x**2 - 14 * y + 6 * x * y + 3 * y**2)
    second = (2 * x - 3 * y) ** 2 * (18 - 32 * x + 12 * x**2 + 48 * y - 36 * x * y + 27 * y**2)
    return first, second


def _goldstein_price(x: NDArray, y: NDArray) -> tuple[NDArray, NDArray]:
    u, v = x + y + 1, 2 * x - 3 * y
    p = 19 - 14 * x + 3 * x**2 - 14 * y + 6 * x * y + 3 * y**2
    q = 18 - 32 * x + 12 * x**2 + 48 * y - 36 * x * y + 27 * y**2
    first, second = 1 + u**2 * p, 30 + v**2 * q
    slope = 2 * u * p + u**2 * (-14 + 6 * x + 6 * y)  # the same along x and y
    return (
        slope / first + (4 * v * q + v**2 * (-32 + 24 * x - 36 * y)) / second,
        slope / first + (-6 * v * q + v**2 * (48 - 36 * x + 54 * y)) / second,
    )


def _log_goldstein_price(x: NDArray, y: NDArray) -> NDArray:
    first, second = _goldstein_price_factors(x, y)
    return np.log1p(first) + np.log(30 + second)


FUNCTIONS = {
    "Rosenbrock": Function(
        lambda x, y: (1 - x) ** 2 + 100 * (y - x**2) ** 2,
        lambda x, y: (-2 * (1 - x) - 400 * x * (y - x**2), 200 * (y - x**2)),
        0.0,
        _square(2.0),
    ),
    "Beale": Function(
        lambda x, y: (1.5 - x + x * y) ** 2 + (2.25 - x + x * y**2) ** 2 + (2.625 - x + x * y**3) ** 2,
        _beale,
        0.0,
        _square(2.0),
    ),
    "Himmelblau": Function(lambda x, y: (x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2, _himmelblau, 0.0, _square(5.0)),
    "Booth": Function(
        lambda x, y: (x + 2 * y - 7) ** 2 + (2 * x + y - 5) ** 2,
        lambda x, y: (10 * x + 8 * y - 34, 8 * x + 10 * y - 38),
        0.0,
        _square(10.0),
    ),
    "Matyas": Function(
        lambda x, y: 0.26 * (x**2 + y**2) - 0.48 * x * y,
        lambda x, y: (0.52 * x - 0.48 * y, 0.52 * y - 0.48 * x),
        0.0,
        _square(10.0),
    ),
    "three-hump camel": Function(
        lambda x, y: 2 * x**2 - 1.05 * x**4 + x**6 / 6 + x * y + y**2,
        lambda x, y: (4 * x - 4.2 * x**3 + x**5 + y, x + 2 * y),
        0.0,
        _square(1.0),  # the valley of the global minimum
    ),
    "McCormick": Function(
        lambda x, y: np.sin(x + y) + (x - y) ** 2 - 1.5 * x + 2.5 * y + 1,
        lambda x, y: (np.cos(x + y) + 2 * (x - y) - 1.5, np.cos(x + y) - 2 * (x - y) + 2.5),
        -np.sqrt(3) / 2 - np.pi / 3,  # the one in the box: others lie lower, further out
        ((-1.5, 1.5), (-3.0, 0.0)),
    ),
    "Styblinski-Tang": Function(
        lambda x, y: (x**4 - 16 * x**2 + 5 * x + y**4 - 16 * y**2 + 5 * y) / 2,
        lambda x, y: (_styblinski_tang(x), _styblinski_tang(y)),
        -78.33233140754285,
        ((-5.0, 0.0), (-5.0, 0.0)),
    ),
    "log Goldstein-Price": Function(_log_goldstein_price, _goldstein_price, np.log(3.0), ((-0.5, 0.5), (-1.5, -0.5))),
    "abs(x) + abs(y)": Function(
        lambda x, y: np.abs(x) + np.abs(y), lambda x, y: (np.sign(x), np.sign(y)), 0.0, _square(1.0)
    ),
}


def starts(rng: np.random.Generator, function: Function, runs: int) -> NDArray:
    """Return starts (runs, 2), uniform in the box of a function. Raises ValueError for no runs.

    >>> starts(np.random.default_rng(0), FUNCTIONS["Matyas"], 5).shape
    (5, 2)
    """
    domain.generator("rng", rng)
    low, high = np.array(function.box).T
    return rng.uniform(low, high, (domain.integer("runs", runs, low=1, shape=()), 2))
