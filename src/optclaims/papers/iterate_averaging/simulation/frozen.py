r"""Gradient descent in frozen random fields: every batch has a perturbation of its own, which never changes.

$f(w) = \sigma\ell\sqrt{2/M} \sum_{m=1}^M \cos(\omega_m \cdot w + b_m)$ with $\omega \sim N(0, I/\ell^2)$ and uniform
phases is nearly a Gaussian process of kernel $\sigma^2\ell^2 e^{-\lVert w-w'\rVert^2/2\ell^2}$: its gradient has
variance $\sigma^2$ in every coordinate, and forgets itself over the distance $\ell$.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optclaims.science import domain

__all__ = ["descend"]


def descend(
    rng: np.random.Generator, lr: ArrayLike, size: int, length: float, *, fields: int = 8, features: int = 400,
    epochs: int = 150, skip: int = 37,
) -> tuple[NDArray, NDArray]:  # fmt: skip
    r"""Return the risks $\frac12\lVert w\rVert^2$, (rates,), of the average after `skip` epochs and of the last.

    $w \leftarrow w - \alpha(w + \nabla f_B(w))$ from $w = 1$ in `size` coordinates, $\sigma = 1$; an epoch takes
    every field once, in a new order. All learning rates lr (rates,) meet the same fields in the same order.
    The risk of the last iterate is the mean over the ends of the last tenth of the epochs.
    length: $\ell$;  features: M. Raises ValueError for parameters out of range.

    Domain: lr any length

    >>> [risk.shape for risk in descend(np.random.default_rng(0), [0.1, 0.3], 5, 1.0, epochs=10, skip=2)]
    [(2,), (2,)]
    """
    domain.generator("rng", rng)
    lr = domain.vector("lr", domain.positive("lr", lr))[:, None]
    counts = {"size": size, "fields": fields, "features": features, "epochs": epochs}
    size, fields, features, epochs = (domain.integer(name, n, low=1, shape=()) for name, n in counts.items())
    skip = domain.integer("skip", skip, 0, epochs - 1, ())
    waves = rng.standard_normal((fields, features, size)) / domain.positive("length", length, ())
    phases = rng.uniform(0, 2 * np.pi, (fields, features))
    # In single precision, which is three times as fast and 1e-7 of a wave off.
    waves, phases, lr = (array.astype(np.float32) for array in (waves, phases, lr))
    height = np.float32(length * (2 / features) ** 0.5)
    w, total, risk = np.ones((len(lr), size), np.float32), np.zeros((len(lr), size)), np.zeros(len(lr))
    tail = max(1, epochs // 10)
    for epoch in range(epochs):
        for batch in rng.permutation(fields):
            force = np.sin(w @ waves[batch].T + phases[batch]) @ waves[batch]
            w = w - lr * (w - height * force)
            if epoch >= skip:
                total += w
        if epoch >= epochs - tail:
            risk += (w**2).sum(axis=1) / 2 / tail
    average = total / (fields * (epochs - skip))
    return (average**2).sum(axis=1) / 2, risk
