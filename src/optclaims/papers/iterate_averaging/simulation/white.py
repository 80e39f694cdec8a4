"""SGD on diagonal quadratics with white gradient noise: last iterates and averages of many runs."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optclaims.science import domain

__all__ = ["descend"]


def descend(
    rng: np.random.Generator, runs: int, lr: ArrayLike, curvature: ArrayLike, sigma: float, steps: int, start: float,
    skip: int = 0,
) -> tuple[NDArray, NDArray]:  # fmt: skip
    r"""Return last iterates and averages of $w_{s+1}, \dots, w_n$, both (runs, P); skip: s, below n.

    $w \leftarrow w - \alpha (\lambda w + \xi)$ in every coordinate.
    lr, curvature: (P,) or numbers; a preconditioner is part of lr. Noise $\xi \sim N(0, \sigma^2)$, independent.
    Raises ValueError for parameters out of range.

    Domain: lr, curvature any shape; start signed

    >>> descend(np.random.default_rng(0), 2, 0.5, [1.0], 0.0, 2, 1.0)
    (array([[0.25],
           [0.25]]), array([[0.375],
           [0.375]]))
    """
    domain.generator("rng", rng)
    runs, steps = (int(domain.integer(name, n, low=1, shape=())) for name, n in (("runs", runs), ("steps", steps)))
    lr, curvature = np.broadcast_arrays(
        *np.atleast_1d(domain.positive("lr", lr), domain.positive("curvature", curvature))
    )
    domain.nonnegative("sigma", sigma, ())
    w = np.full((runs, len(lr)), float(domain.finite("start", start, ())))
    keep, kick, total = 1 - lr * curvature, lr * sigma, np.zeros_like(w)
    skip = domain.integer("skip", skip, 0, steps - 1, ())
    noise = np.empty_like(w)
    for step in range(steps):
        w *= keep  # in place: fresh memory costs as much as the arithmetic
        w -= np.multiply(kick, rng.standard_normal(out=noise), out=noise)
        if step >= skip:
            total += w
    return w, total / (steps - skip)
