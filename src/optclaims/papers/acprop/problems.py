r"""The paper's two periodic linear problems, and the methods that it compares on them.

A method is the choice of a numerator, of what its second moment averages, and of the step that this is taken from.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optclaims.science import domain

__all__ = ["METHODS", "Method", "frequent", "sparse", "triples"]


@dataclass(frozen=True)
class Method:
    """numerator: "momentum" or "gradient";  centred: the second moment averages $(g-m)^2$, else $g^2$
    delay: how many steps before its use the second moment is taken, 0 (synchronous) or 1 (asynchronous)

    >>> Method("gradient", centred=True, delay=1) == METHODS["ACProp"]
    True
    """

    numerator: str
    centred: bool
    delay: int

    def __post_init__(self) -> None:
        domain.one_of("numerator", self.numerator, ("gradient", "momentum"))
        domain.one_of("centred", self.centred, (True, False))
        domain.integer("delay", self.delay, low=0, shape=())


METHODS = {
    "RMSprop": Method("gradient", centred=False, delay=0),
    "Adam": Method("momentum", centred=False, delay=0),
    "AdaBelief": Method("momentum", centred=True, delay=0),
    "AdaShift": Method("gradient", centred=False, delay=1),
    "ACProp": Method("gradient", centred=True, delay=1),
}


def frequent(period: int) -> NDArray[np.float64]:
    """Gradients of one period (P,) of the first problem: P once, then -1; on [-1, 1] the best point is -1 (recalled).

    >>> frequent(3)
    array([ 3., -1., -1.])
    """
    period = domain.integer("period", period, low=3, shape=())
    gradients = np.full(period, -1.0)
    gradients[0] = period
    return gradients


def sparse(period: int) -> NDArray[np.float64]:
    """Gradients (P,) of the second problem: P/2 at the first step of a period, -1 at step P-2, else 0 (recalled).

    On [0, 1] the best point is 0.

    >>> sparse(6)
    array([ 3.,  0.,  0., -1.,  0.,  0.])
    """
    period = domain.integer("period", period, low=4, shape=())
    gradients = np.zeros(period)
    gradients[0], gradients[period - 3] = period / 2, -1.0
    return gradients


def triples(rng: np.random.Generator, count: int, low: int, high: int) -> NDArray[np.float64]:
    r"""Random settings (count, 3): P even in [low, high], beta1 even in (0.05, 0.99), 1 - beta2 log-even in $10^{-3.5}$
    to $10^{-0.05}$.

    >>> triples(np.random.default_rng(0), 2, 4, 9).shape
    (2, 3)
    """
    rng = domain.generator("rng", rng)
    count = domain.integer("count", count, low=1, shape=())
    low = domain.integer("low", low, low=3, shape=())
    high = domain.integer("high", high, low=low, shape=())
    period = rng.integers(low, high + 1, count)
    return np.stack([period, rng.uniform(0.05, 0.99, count), 1 - 10 ** rng.uniform(-3.5, -0.05, count)], axis=1)
