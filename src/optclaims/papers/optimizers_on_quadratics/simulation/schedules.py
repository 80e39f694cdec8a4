"""Recursions of squared distances under step sizes that are chosen from them."""

import numpy as np
from numpy.typing import NDArray

from optclaims.science import domain

__all__ = ["halving", "optimal_steps", "worst_direction"]

Array = NDArray[np.float64]


def worst_direction(a: float, lr: Array, mu: float, L: float, sigma2: float) -> Array:
    r"""Return ``max_i (1 - h l_i)^2 a + h^2 sigma^2 mu L`` for steps h over a spectrum with ends mu and L.

    Domain: a, lr, sigma2 any shape.

    >>> float(worst_direction(1.0, np.array(0.5), 1.0, 2.0, 0.0))
    0.25
    """
    for name, value in {"a": a, "lr": lr, "sigma2": sigma2}.items():
        domain.nonnegative(name, value)
    domain.positive("mu", mu, ()), domain.positive("L", L, ())
    return np.maximum((1 - lr * mu) ** 2, (1 - lr * L) ** 2) * a + lr**2 * sigma2 * mu * L


def optimal_steps(
    first: float, steps: int, mu: float, L: float, sigma2: float, *, mistake: str | None = None
) -> tuple[Array, Array]:
    r"""Return ``a_n`` (steps + 1,) and the steps h (steps,) that each minimise the next a.

    ``h = 2 / (mu + L)`` while ``sigma^2 / a < (kappa - 1) / (2 kappa)``, then ``1 / (L (1 / kappa + sigma^2 / a))``.
    mistake: "no 1/kappa" or "strongly convex" (``a / (sigma^2 (mu + L))``) in the second phase.
    Raises ValueError for another mistake or values that are not positive.

    >>> a, h = optimal_steps(1.0, 1, 1.0, 1.0, 1.0)
    >>> float(a[1]), float(h[0])
    (0.5, 0.5)
    """
    kappa = domain.positive("L", L, ()) / domain.positive("mu", mu, ())
    sigma2 = domain.nonnegative("sigma2", sigma2, ())
    late = {
        None: lambda a: 1 / (L * (1 / kappa + sigma2 / a)),
        "no 1/kappa": lambda a: a / (L * sigma2),
        "strongly convex": lambda a: a / (sigma2 * (mu + L)),
    }[domain.one_of("mistake", mistake, (None, "no 1/kappa", "strongly convex"))]
    a, h = np.empty(domain.integer("steps", steps, low=1, shape=()) + 1), np.empty(steps)
    a[0] = domain.positive("first", first, ())
    for n in range(steps):
        h[n] = 2 / (mu + L) if sigma2 / a[n] < (kappa - 1) / (2 * kappa) else late(a[n])
        a[n + 1] = worst_direction(a[n], h[n], mu, L, sigma2)
    return a, h


def halving(goals: int, kappa: float) -> int:
    r"""Return the number of steps until a is ``2^{1 - goals} sigma^2``, the step halved whenever a has halved.

    ``a' = (1 - 2 h mu L / (mu + L)) a + h^2 sigma^2 mu L`` from ``a = 2 sigma^2`` and ``h = 1 / (mu + L)``, in units
    mu = sigma = 1. Raises ValueError for goals below 1.

    >>> halving(1, 20.0)
    12
    """
    kappa = domain.at_least("kappa", kappa, 1, shape=())
    a, count = 2.0, 0
    for k in range(domain.integer("goals", goals, low=1, shape=())):
        h = 2.0**-k / (1 + kappa)
        keep, kick = 1 - 2 * h * kappa / (1 + kappa), h**2 * kappa
        floor = kick / (1 - keep)
        steps = int(np.ceil(np.log((a - floor) / (2.0**-k - floor)) / -np.log(keep)))
        a, count = floor + keep**steps * (a - floor), count + steps
    return count
