r"""The three toy functions of one variable, and the digits.

The gradients are those of the published notebook, but for the second branch of F2, whose first term lacks a factor 8
there: `F2_SLIPPED` has the notebook's. The functions are their primitives; F2 falls by 0.015 where its branches meet.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optclaims.science import datasets, domain

__all__ = ["F1", "F2", "F2_SLIPPED", "F3", "TOYS", "Toy", "digits"]


class Toy(NamedTuple):
    """A function of one variable, its gradient (both entrywise), its global minimum and its local ones.

    >>> F1.value(np.array([-0.3, 0.2])), F1.gradient(np.array([-0.3, 1.0]))
    (array([0.  , 0.05]), array([0. , 1.6]))
    """

    value: Callable[[ArrayLike], NDArray]
    gradient: Callable[[ArrayLike], NDArray]
    minimum: float
    local: tuple[float, ...] = ()


def _piecewise(edges: tuple[float, ...], *pieces: Callable) -> Callable[[ArrayLike], NDArray]:
    """Return the function that is pieces[i] between edges i - 1 and i, the upper edge included."""

    def function(x: ArrayLike) -> NDArray:
        x = np.asarray(x, float)
        return np.choose(np.searchsorted(edges, x), [piece(x) for piece in pieces])

    return function


F1 = Toy(
    _piecewise((0.0,), lambda x: (x + 0.3) ** 2, lambda x: (x - 0.2) ** 2 + 0.05),
    _piecewise((0.0,), lambda x: 2 * (x + 0.3), lambda x: 2 * (x - 0.2)),
    minimum=-0.3,
    local=(0.2,),
)
_wave = _piecewise((-0.9,), lambda x: -40 * x - 35.15, lambda x: x**3 + x * np.sin(8 * x) + 0.85)
F2 = Toy(
    _wave,
    _piecewise((-0.9,), lambda x: -40 + 0 * x, lambda x: 8 * x * np.cos(8 * x) + np.sin(8 * x) + 3 * x**2),
    minimum=-0.643,
    local=(0.0, 0.588),
)
F2_SLIPPED = F2._replace(
    gradient=_piecewise((-0.9,), lambda x: -40 + 0 * x, lambda x: x * np.cos(8 * x) + np.sin(8 * x) + 3 * x**2)
)
_EDGES = (-0.5, -0.4, 0.0, 0.4, np.nextafter(0.5, 0))  # at 0.5 the parabola begins
F3 = Toy(
    _piecewise(
        _EDGES,
        lambda x: x**2,
        lambda x: 0.75 + x,
        lambda x: -7 * x / 8,
        lambda x: 7 * x / 8,
        lambda x: 0.75 - x,
        lambda x: x**2,
    ),
    _piecewise(
        _EDGES,
        lambda x: 2 * x,
        lambda x: 1 + 0 * x,
        lambda x: -0.875 + 0 * x,
        lambda x: 0.875 + 0 * x,
        lambda x: -1 + 0 * x,
        lambda x: 2 * x,
    ),
    minimum=0.0,
    local=(-0.5, 0.5),
)
TOYS = {"F1": F1, "F2": F2, "F3": F3}


def digits(
    rngs: list[np.random.Generator], steps: int, batch: int
) -> tuple[NDArray, NDArray, NDArray, NDArray[np.int64]]:
    """Return x (n, 64), y (n,), starting weights (runs, 2410) of a perceptron 64-32-10, and batches of every step.

    The batches are rows (runs, steps, batch), drawn with replacement; weights are uniform within one over the root of
    the number of inputs, as torch draws them. One generator a run. Raises ValueError for sizes below 1.

    >>> x, y, theta, rows = digits([np.random.default_rng(0)], steps=3, batch=5)
    >>> theta.shape, rows.shape
    ((1, 2410), (1, 3, 5))
    """
    for rng in rngs:
        domain.generator("rngs", rng)
    steps = domain.integer("steps", steps, low=1, shape=())
    batch = domain.integer("batch", batch, low=1, shape=())
    x, y = datasets.digits()
    scales = np.concatenate([np.full(64 * 32 + 32, 64**-0.5), np.full(32 * 10 + 10, 32**-0.5)])
    theta = np.stack([scales * rng.uniform(-1, 1, scales.size) for rng in rngs])
    return x, y, theta, np.stack([rng.integers(len(x), size=(steps, batch)) for rng in rngs])
