r"""Guarantees of Nesterov's method with changing momentum on quadratics. Source: thesis, chapter on momentum."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import j1

from optclaims.science import domain

__all__ = ["bessel_limit", "heuristic_momentum", "loss_bound"]

Array = NDArray[np.float64]


def loss_bound(n: ArrayLike, mu: float, L: float) -> Array:
    r"""Return ``2 mu / (exp(n / (2 sqrt(kappa))) - exp(-n / (2 sqrt(kappa))))^2``, to be multiplied by ``D^2``.

    At ``mu = 0`` it is ``2 L / n^2`` (D stands without its square in print). Raises ValueError for n below 1 or unless
    ``0 <= mu <= L``.
    Domain: n any shape.

    >>> float(loss_bound(2, 0.0, 2.0))
    1.0
    """
    n = np.asarray(domain.at_least("n", n, 1), dtype=float)
    if not domain.nonnegative("mu", mu, ()) <= domain.positive("L", L, ()):
        raise ValueError(f"mu must be at most L = {L}, got {mu}")
    return 2 * L / n**2 if mu == 0 else mu / (2 * np.sinh(n / 2 * np.sqrt(mu / L)) ** 2)


def bessel_limit() -> float:
    r"""Return ``max_t J_1(t)^2``, the share of ``2 L D^2 / n^2`` that remains for mu = 0 and large n.

    The residual tends to ``2 J_1(t) / t`` at ``t = n sqrt(l / L)``.

    >>> round(bessel_limit(), 5)
    0.33857
    """
    return float(np.max(j1(np.linspace(1.5, 2.2, 200_001)) ** 2))


def heuristic_momentum(n: ArrayLike, rule: str) -> Array:
    r"""Return the rule of thumb ``(n - 1) / (n + 2)`` or ``1 - 3 / (n + 5)`` for the n-th momentum, n >= 1.

    Raises ValueError for another rule or n below 1. Sources: Su, Boyd, Candes 2016; Sutskever et al. 2013 (recalled).
    Domain: n any shape.

    >>> heuristic_momentum([1, 4], "(n - 1) / (n + 2)")
    array([0. , 0.5])
    """
    n = np.asarray(domain.at_least("n", n, 1), dtype=float)
    rules = {"(n - 1) / (n + 2)": (n - 1) / (n + 2), "1 - 3 / (n + 5)": 1 - 3 / (n + 5)}
    return rules[domain.one_of("rule", rule, tuple(rules))]
