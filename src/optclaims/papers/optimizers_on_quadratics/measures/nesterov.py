"""What is read off Nesterov's changing momentum: arrivals at the limit, losses over their bounds, paths."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from optclaims.science import domain
from optclaims.science.quadratics import optimal, schedules, two_step

__all__ = [
    "arrival",
    "bound_ratios",
    "gamma_path",
    "momentum",
    "momentum_of_gamma",
    "momentum_paths",
    "schedule",
]

Array = NDArray[np.float64]


def momentum(inverse_kappa: float, count: int) -> Array:
    """Return ``beta_1, beta_2, ..`` from count values of gamma, one fewer.

    >>> momentum(1.0, 3)
    array([0., 0.])
    """
    count = domain.integer("count", count, low=2, shape=())
    return schedules.dynamic_momentum(schedules.nesterov_gamma(count, inverse_kappa))


def schedule(inverse_kappa: float, steps: int) -> Array:
    """Return the momentum of each step (steps,): a step of gradient descent, then ``beta_1, beta_2, ..``.

    >>> schedule(0.0, 3).round(4)
    array([0.    , 0.    , 0.2818])
    """
    return np.append(0.0, momentum(inverse_kappa, domain.integer("steps", steps, low=2, shape=())))


def arrival(inverse_kappa: float, used: float, within: float = 0.01) -> int:
    """Return the first n whose momentum is within 0.01 of the limit for 1/kappa; used: the 1/kappa of the sequence.

    0 where that is none of the first 1999.

    >>> arrival(0.5, 0.5), arrival(0.005, 0.01)
    (4, 0)
    """
    limit = optimal.contraction(domain.probability("inverse_kappa", inverse_kappa, "(]", ()), 1.0)
    used = domain.probability("used", used, shape=())
    near = np.abs(momentum(used, 2000) - limit) < domain.positive("within", within, ())
    return int(np.argmax(near)) + 1 if near.any() else 0


def bound_ratios(
    bound: Callable[[Array, float, float], Array], mu: float, momenta: ArrayLike, points: int, distance: float = 1.0
) -> Array:
    """Return the largest loss on quadratics with spectrum in [mu, 1] over a bound, by n = 1, 2, .. while it is clear.

    momenta: of each step (steps,), used ahead as well; mu = 0 stands for eigenvalues down to 1e-7. bound: function of
    n, mu and L, clear above 1e-25. distance: size of the start in each eigendirection.
    Domain: momenta signed.

    >>> bound_ratios(lambda n, mu, L: 0.5 / n, 0.5, [0.0, 0.0], points=1)
    array([0.125 , 0.0625])
    """
    momenta, distance = domain.vector("momenta", momenta), domain.positive("distance", distance, ())
    least = max(domain.nonnegative("mu", mu, ()), 1e-7)
    eigenvalues = np.geomspace(least, 1.0, domain.integer("points", points, low=1, shape=()))
    paths = distance * two_step.residuals(eigenvalues, len(momenta), 1.0, momenta, momenta)
    losses = 0.5 * np.max(eigenvalues * paths**2, axis=1)[1:]
    limits = domain.function("bound", bound)(np.arange(1, len(momenta) + 1), mu, 1.0)
    return (losses / limits)[limits > 1e-25]


def gamma_path(inverse_kappa: float, square: float, steps: int) -> pd.DataFrame:
    """Return gamma from the root of square, and its limit: columns n, gamma, limit.

    >>> gamma_path(0.25, 0.25, 1).gamma.tolist()
    [0.5, 0.5]
    """
    first = np.sqrt(domain.positive("square", square, ()))
    gamma = schedules.nesterov_gamma(domain.integer("steps", steps, low=1, shape=()) + 1, inverse_kappa, first=first)
    return pd.DataFrame({"n": range(steps + 1), "gamma": gamma, "limit": np.sqrt(inverse_kappa)})


def momentum_of_gamma(inverse_kappas: Sequence[float], cells: int = 50) -> pd.DataFrame:
    """Return the momentum of one step by gamma and 1/kappa: columns inverse_kappa, gamma, momentum.

    >>> momentum_of_gamma([0.0], cells=2).momentum.round(4).tolist()
    [0.9702, 0.0]
    """
    gammas = np.linspace(0.02, 1.0, domain.integer("cells", cells, low=2, shape=()))
    pairs = [(k, g) for k in domain.probability("inverse_kappas", inverse_kappas, shape=(None,)) for g in gammas]
    values = [schedules.dynamic_momentum(schedules.nesterov_gamma(2, k, first=g))[0] for k, g in pairs]
    return pd.DataFrame(pairs, columns=["inverse_kappa", "gamma"]).assign(momentum=values)


def momentum_paths(inverse_kappas: Sequence[float], rules: Mapping[str, Array]) -> pd.DataFrame:
    """Return momentum by n for several 1/kappa and for rules of thumb: columns rule, n, momentum.

    >>> momentum_paths([1.0], {"none": np.array([0.5])}).to_numpy().tolist()
    [['1/kappa = 1', 1, 0.0], ['none', 1, 0.5]]
    """
    kappas = domain.probability("inverse_kappas", inverse_kappas, shape=(None,))
    count = max(map(len, rules.values()))
    paths = {f"1/kappa = {k:g}": momentum(k, 2000)[:count] for k in kappas} | dict(rules)
    return pd.concat([pd.DataFrame({"rule": r, "n": range(1, len(m) + 1), "momentum": m}) for r, m in paths.items()])
