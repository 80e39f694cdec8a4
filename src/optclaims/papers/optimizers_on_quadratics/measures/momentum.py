"""What is read off two-step methods: rates over a spectrum, best parameters by search, suprema and crossings."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize

from optclaims.science import domain
from optclaims.science.quadratics import two_step

__all__ = ["contracted_faster", "first_below", "power_norms", "rate", "search", "suprema"]

Array = NDArray[np.float64]


def rate(lr: float, momentum: float, ahead: float, kappa: float) -> float:
    """Return the largest spectral radius at the ends of the spectrum [1, kappa], where it is attained.

    ahead: lookahead as a multiple of momentum, 0 for the heavy ball and 1 for Nesterov's method.
    Domain: lr any shape; momentum, ahead signed.

    >>> rate(0.25, 0.25, 0.0, 9.0)
    0.5
    """
    domain.finite("ahead", ahead, ()), domain.finite("momentum", momentum, ())
    x = domain.positive("lr", lr) * np.array([1.0, domain.at_least("kappa", kappa, 1, shape=())])
    return float(two_step.radius(x, momentum, ahead * momentum).max())


def search(kappa: float, ahead: float, rounds: int = 10) -> tuple[Array, float]:
    """Return the (lr, momentum) with the least rate and that rate, by simplex searches begun from gradient descent.

    At the best point two pairs of roots meet, where a simplex may shrink too early: it is begun anew, ever smaller.
    Raises ValueError when the last search does not settle.
    Domain: ahead signed.

    >>> found, least = search(9.0, 0.0)
    >>> round(least, 5)
    0.5
    """
    domain.finite("ahead", ahead, ())
    point = np.array([1 / domain.at_least("kappa", kappa, 1, shape=()), 0.5])
    for k in range(domain.integer("rounds", rounds, low=1, shape=())):
        simplex = point * (1 + 0.1 * 0.2**k * np.array([[0, 0], [1, -1], [1, 1]]))
        options = {"xatol": 1e-13, "fatol": 1e-13, "maxiter": 4000, "maxfev": 4000, "initial_simplex": simplex}
        best = minimize(lambda p: _guarded(p, ahead, kappa), point, method="Nelder-Mead", options=options)
        point = best.x
    if not best.success:
        raise ValueError(f"kappa = {kappa}: the search did not settle: {best.message}")
    return best.x, float(best.fun)


def _guarded(point: Array, ahead: float, kappa: float) -> float:
    return rate(*point, ahead, kappa) if point[0] > 0 else 10.0


def suprema(eigenvalues: ArrayLike, steps: int, **parameters: float) -> Array:
    """Return the largest ``|e_n / e_0|`` over the eigenvalues for n = 0 .. steps.

    Domain: eigenvalues signed; lr any shape.

    >>> suprema([1.0, 3.0], 2, lr=0.5)
    array([1.  , 0.5 , 0.25])
    """
    domain.vector("eigenvalues", eigenvalues)
    return np.abs(two_step.residuals(eigenvalues, steps, **parameters)).max(axis=1)


def first_below(values: ArrayLike, others: ArrayLike) -> int:
    """Return the first n >= 1 at which the values are below the others; -1 if that never happens.

    Domain: values, others signed.

    >>> first_below([1, 2, 0.1], [1, 1, 1])
    2
    """
    values = domain.vector("values", values)
    others = domain.vector("others", others, len(values))
    below = np.flatnonzero(values[1:] < others[1:])
    return int(below[0]) + 1 if below.size else -1


def contracted_faster(kappa: float, lr: float, radius: float, points: int = 200_001) -> float:
    """Return the share of eigenvalues, even in [1, kappa], with ``|1 - lr l|`` below the radius.

    >>> round(contracted_faster(3.0, 0.5, 0.25, points=201), 4)
    0.4925
    """
    domain.at_least("kappa", kappa, 1, ()), domain.positive("lr", lr, ()), domain.nonnegative("radius", radius, ())
    points = domain.integer("points", points, low=2, shape=())
    return float(np.mean(np.abs(1 - lr * np.linspace(1, kappa, points)) < radius))


def power_norms(x: ArrayLike, momentum: ArrayLike, powers: int) -> Array:
    """Return ``||R^n||_2`` of the companion matrices for n = 1 .. powers, shape (powers, ...).

    Domain: x, momentum signed any shape.

    >>> power_norms(1.0, 0.0, 2)
    array([1., 0.])
    """
    R = two_step.companion(x, momentum)
    power, out = np.broadcast_to(np.eye(2), R.shape), []
    for _ in range(domain.integer("powers", powers, low=1, shape=())):
        power = power @ R
        out.append(np.linalg.norm(power, ord=2, axis=(-2, -1)))
    return np.array(out)
