r"""ACProp, RMSprop and SGD on a smooth function that is not convex, $\sum_i x_i^2/(1+x_i^2)$, with Gaussian noise."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from optclaims.papers.acprop.problems import Method
from optclaims.papers.acprop.simulation.compiled import smooth_descent
from optclaims.papers.acprop.simulation.online import flags
from optclaims.science import domain

__all__ = ["squared_gradients"]


def squared_gradients(
    method: Method | None, rates: Sequence[Callable[[NDArray], NDArray]], rngs: Sequence[np.random.Generator], *,
    steps: int, d: int = 10, noise: float = 0.5, start: float = 2.0, beta1: float = 0.9, beta2: float = 0.999,
    eps: float = 1e-16,
) -> NDArray[np.float64]:  # fmt: skip
    r"""Mean over the steps of $\lVert\nabla f\rVert^2$ (runs, rates) from the point (start, ..., start).

    method: None is SGD;  rates: steps t = 1, ..., T (T,) -> learning rates (T,);  rngs: one a run. All methods with
    equal generators meet the same noise.

    Domain: start signed.

    >>> squared_gradients(None, [np.zeros_like], [np.random.default_rng(0)], steps=5, d=1).round(4)
    array([[0.0256]])
    """
    adaptive = method is not None
    switches = flags(method) if adaptive else (False, False, False)
    rngs = [domain.generator("rngs", rng) for rng in rngs]
    steps = domain.integer("steps", steps, low=1, high=10**9, shape=())
    d = domain.integer("d", d, low=1, shape=())
    noise = domain.nonnegative("noise", noise, shape=())
    start = domain.finite("start", start, shape=())
    beta1 = domain.probability("beta1", beta1, "[)", shape=())
    beta2 = domain.probability("beta2", beta2, "[)", shape=())
    eps = domain.nonnegative("eps", eps, shape=())
    t = np.arange(1.0, steps + 1)
    lr = np.stack([domain.nonnegative("rates", domain.function("rates", rate)(t), shape=(steps,)) for rate in rates])
    squares = np.zeros((len(rngs), len(lr)))
    for run, rng in enumerate(rngs):  # one run at a time, which bounds the memory
        drawn = noise * rng.standard_normal((1, steps, d))
        constants = float(beta1), float(beta2), float(eps), float(start)
        smooth_descent(drawn, lr, adaptive, *switches, *constants, squares[run : run + 1])
    return squares
