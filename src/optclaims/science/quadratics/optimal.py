r"""The best constant parameters on the spectra in ``[mu, L]``, and what they guarantee after n steps.

"Best" means: the smallest spectral radius at the worst eigenvalue, over constant parameters.  ``kappa = L / mu`` and
``q = (sqrt(kappa) - 1) / (sqrt(kappa) + 1)``.  The rate is asymptotic: a heavy ball with its best parameters first
*grows* (the worst residual is `worst_residual`, exact for every n).
Sources: Polyak 1964; Lessard, Recht, Packard 2016 (table of rates); Benning 2021, chapter on momentum; the suprema for
finite n are derived anew.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optclaims.science import domain

__all__ = [
    "Optimum",
    "chebyshev_value",
    "gradient_descent",
    "heavy_ball",
    "nesterov",
    "tuned_nesterov",
    "worst_residual",
]


class Optimum(NamedTuple):
    """Parameters of a two-step method, and the spectral radius that they reach at the worst eigenvalue."""

    lr: float
    momentum: float
    lookahead: float
    rate: float

    @property
    def parameters(self) -> dict[str, float]:
        """Return lr, momentum and lookahead as the keywords that `residuals` and `radius` take."""
        return {"lr": self.lr, "momentum": self.momentum, "lookahead": self.lookahead}


def gradient_descent(mu: float, L: float) -> Optimum:
    r"""Return the best gradient descent: ``lr = 2 / (mu + L)``, rate ``(kappa - 1) / (kappa + 1)``.

    Raises ValueError unless ``0 < mu <= L``.

    >>> gradient_descent(1, 4)
    Optimum(lr=0.4, momentum=0.0, lookahead=0.0, rate=0.6)
    """
    _spectrum(mu, L)
    return Optimum(2 / (mu + L), 0.0, 0.0, (L - mu) / (L + mu))


def heavy_ball(mu: float, L: float) -> Optimum:
    r"""Return the best heavy ball: ``lr = 4 / (sqrt(mu) + sqrt(L))^2``, ``momentum = q^2``, rate ``q``.

    No method in the span of its gradients has a better rate on quadratics. Raises ValueError unless ``0 < mu <= L``.

    >>> heavy_ball(1, 9)
    Optimum(lr=0.25, momentum=0.25, lookahead=0.0, rate=0.5)
    """
    q = contraction(mu, L)
    return Optimum(4 / (np.sqrt(mu) + np.sqrt(L)).item() ** 2, q**2, 0.0, q)


def nesterov(mu: float, L: float) -> Optimum:
    r"""Return Nesterov's method as it is proved for convex functions: ``lr = 1/L``, momentum ``q``, ``1 - kappa^-1/2``.

    Raises ValueError unless ``0 < mu <= L``.

    >>> nesterov(1, 4).rate
    0.5
    """
    q = contraction(mu, L)
    return Optimum(1 / L, q, q, 1 - np.sqrt(mu / L).item())


def tuned_nesterov(mu: float, L: float) -> Optimum:
    r"""Return Nesterov's method tuned to quadratics: ``lr = 4 / (3 L + mu)``, rate ``1 - 2 / sqrt(3 kappa + 1)``.

    The momentum is ``(r - 2) / (r + 2)`` with ``r = sqrt(3 kappa + 1)``. Raises ValueError unless ``0 < mu <= L``.

    >>> tuned_nesterov(1, 5)
    Optimum(lr=0.25, momentum=0.3333333333333333, lookahead=0.3333333333333333, rate=0.5)
    """
    _spectrum(mu, L)
    r = np.sqrt(3 * L / mu + 1).item()
    return Optimum(4 / (3 * L + mu), (r - 2) / (r + 2), (r - 2) / (r + 2), 1 - 2 / r)


def contraction(mu: float, L: float) -> float:
    r"""Return ``q = (sqrt(kappa) - 1) / (sqrt(kappa) + 1)``; raises ValueError unless ``0 < mu <= L``.

    >>> contraction(1, 9)
    0.5
    """
    _spectrum(mu, L)
    root = np.sqrt(L / mu).item()
    return (root - 1) / (root + 1)


def chebyshev_value(n: ArrayLike, kappa: float) -> NDArray[np.float64]:
    r"""Return ``1 / T_n((kappa + 1) / (kappa - 1)) = 2 q^n / (1 + q^{2n})``, the least worst residual of n steps.

    Raises ValueError for kappa below 1 or a negative n.
    Domain: n any shape.

    >>> chebyshev_value([0, 1, 2], 9.0)
    array([1.        , 0.8       , 0.47058824])
    """
    n, q = _steps_and_contraction(n, kappa)
    return 2 * q**n / (1 + q ** (2 * n))


def worst_residual(method: str, n: ArrayLike, kappa: float) -> NDArray[np.float64]:
    r"""Return ``sup |e_n / e_0|`` over all spectra in ``[mu, kappa mu]``, for the best parameters and a start at rest.

        gradient_descent   ((kappa - 1) / (kappa + 1))^n
        heavy_ball         (1 + n (1 + q)) q^n                 at l = L: it grows to about sqrt(kappa) / e first
        nesterov           (1 + n / sqrt(kappa)) (1 - 1 / sqrt(kappa))^n     at l = mu
        chebyshev          `chebyshev_value`: no method in the span of its gradients has less

    Raises ValueError for an unknown method, kappa below 1 or a negative n. Source: derived.
    Domain: n any shape.

    >>> worst_residual("heavy_ball", [0, 1, 2], 9.0)
    array([1.  , 1.25, 1.  ])
    """
    n, q = _steps_and_contraction(n, kappa)
    root = np.sqrt(kappa)
    values = {
        "gradient_descent": lambda: ((kappa - 1) / (kappa + 1)) ** n,
        "heavy_ball": lambda: (1 + n * (1 + q)) * q**n,
        "nesterov": lambda: (1 + n / root) * (1 - 1 / root) ** n,
        "chebyshev": lambda: chebyshev_value(n, kappa),
    }
    return values[domain.one_of("method", method, tuple(values))]()


def _steps_and_contraction(n: ArrayLike, kappa: float) -> tuple[NDArray[np.float64], float]:
    kappa = domain.at_least("kappa", kappa, 1, ())
    return np.asarray(domain.nonnegative("n", n), dtype=float), contraction(1.0, kappa)


def _spectrum(mu: float, L: float) -> None:
    domain.positive("mu", mu, ())
    if not domain.positive("L", L, ()) >= mu:
        raise ValueError(f"L must be at least mu = {mu}, got {L}")
