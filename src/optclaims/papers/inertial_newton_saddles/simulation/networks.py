"""Training of linear networks from small weights: the loss, and how far the weights have come from the saddle."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optclaims.papers.inertial_newton_saddles.problems import networks
from optclaims.science import domain
from optclaims.science.optimizers import Rule

__all__ = ["train"]

Array = NDArray[np.float64]


def train(
    rule: Rule, theta: ArrayLike, sizes: Sequence[tuple[int, int]], target: ArrayLike, steps: int
) -> tuple[Array, Array]:
    r"""Return the losses (steps + 1, runs), and $|u|$ along the unstable directions (steps + 1, runs).

    theta: weights (runs, parameters); the second array is the norm of all weights where there are more than two layers.
    Raises ValueError for weights that do not fit the sizes.

    Domain: theta, target signed; sizes any shape, any length.

    >>> from optclaims.science.optimizers import SGD
    >>> train(SGD(lr=0.5), [[1.0, 1.0]], [(1, 1), (1, 1)], [1.0], 1)[0]
    array([[0.],
           [0.]])
    """
    theta, out = np.asarray(domain.finite("theta", theta, (None, None))), []
    state = rule.start(theta)
    for t in range(1, domain.integer("steps", steps, low=0, shape=()) + 2):
        part = networks.unstable_part(theta, sizes, target) if len(sizes) == 2 else theta
        out.append((networks.loss(theta, sizes, target), np.linalg.norm(part, axis=1)))
        theta, state = rule.step(theta, networks.gradient(theta, sizes, target), state, t)
    losses, parts = zip(*out, strict=True)
    return np.array(losses), np.array(parts)
