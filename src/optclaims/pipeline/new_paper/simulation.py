"""SGD on a problem with noisy gradients (replace by what the paper simulates)."""

from collections.abc import Callable

import numpy as np

from optclaims.science.domain import integer
from optclaims.science.optimizers import SGD

Gradient = Callable[[np.ndarray, np.random.Generator], np.ndarray]


def sgd(
    gradient: Gradient, lr: float, runs: int, steps: int, rng: np.random.Generator, start: float = 0.0
) -> np.ndarray:
    """Return the iterates of independent runs after some steps of the shared rule `SGD`, (runs,).

    gradient: maps iterates (runs, 1) and a generator to noisy gradients. start: where all runs begin.

    >>> sgd(lambda x, rng: x, 0.5, runs=2, steps=3, rng=np.random.default_rng(0), start=8.0)
    array([1., 1.])
    """
    runs, steps = integer("runs", runs, low=1, shape=()), integer("steps", steps, low=0, shape=())
    rule, x = SGD(lr), np.full((runs, 1), float(start))
    state = rule.start(x)
    for t in range(1, steps + 1):
        x, state = rule.step(x, gradient(x, rng), state, t)
    return x[:, 0]
