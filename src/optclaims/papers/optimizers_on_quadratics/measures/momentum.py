"""What is read off two-step methods: rates over a spectrum, best parameters by search, suprema and crossings."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize

from optclaims.science import domain
from optclaims.science.quadratics import optimal, schedules, two_step

__all__ = [
    "complex_norms",
    "contracted_faster",
    "excess_rates",
    "first_below",
    "least_rate",
    "milestones",
    "parameter_errors",
    "power_norms",
    "rate",
    "ravine",
    "residual_curves",
    "residual_errors",
    "search",
    "suprema",
]

Array = NDArray[np.float64]
Found = Mapping[tuple[float, float], tuple[Array, float]]
Formula = Callable[[float], Sequence[float]]


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


def parameter_errors(found: Found, ball: Formula, tuned: Formula) -> list[float]:
    """Return the larger of the relative distances of lr and momentum of both methods from formulas, by kappa.

    found: results of `search` by (kappa, ahead); ball (ahead = 0), tuned (ahead = 1): (lr, momentum, ..) from kappa.

    >>> found = {(9.0, 0.0): (np.array([0.25, 0.25]), 0.5), (9.0, 1.0): (np.array([0.2, 0.5]), 0.6)}
    >>> parameter_errors(found, lambda k: (0.25, 0.2), lambda k: (0.2, 0.5))
    [0.25]
    """
    formulas = {0.0: domain.function("ball", ball), 1.0: domain.function("tuned", tuned)}
    kappas = dict.fromkeys(kappa for kappa, _ in found)
    return [max(float(np.abs(found[k, a][0] / f(k)[:2] - 1).max()) for a, f in formulas.items()) for k in kappas]


def excess_rates(found: Found, ahead: float, rule: Formula) -> list[float]:
    """Return the rates of (lr, momentum, ..) given by kappa above the least ones found by `search`, by kappa.

    >>> excess_rates({(9.0, 0.0): (np.array([0.25, 0.25]), 0.5)}, 0.0, lambda k: (0.25, 0.36))
    [0.09999999999999998]
    """
    domain.one_of("ahead", ahead, (0.0, 1.0)), domain.function("rule", rule)
    return [rate(*rule(k)[:2], ahead, k) - least for (k, a), (_, least) in found.items() if a == ahead]


def least_rate(lr: float, eigenvalues: ArrayLike, momenta: ArrayLike) -> float:
    """Return the least rate of a heavy ball with this lr over the momenta, at the worst eigenvalue.

    Domain: momenta signed, any length.

    >>> least_rate(0.25, [1.0, 4.0], [0.0, 0.25, 0.5])
    0.5
    """
    x = domain.positive("lr", lr, ()) * domain.positive("eigenvalues", eigenvalues, (None,))[:, None]
    return float(two_step.radius(x, domain.vector("momenta", momenta)).max(axis=0).min())


def suprema(eigenvalues: ArrayLike, steps: int, **parameters: float) -> Array:
    """Return the largest ``|e_n / e_0|`` over the eigenvalues for n = 0 .. steps.

    Domain: eigenvalues signed; lr any shape.

    >>> suprema([1.0, 3.0], 2, lr=0.5)
    array([1.  , 0.5 , 0.25])
    """
    eigenvalues = domain.vector("eigenvalues", eigenvalues)
    groups = np.array_split(eigenvalues, -(-len(eigenvalues) // 2000))  # each fits the processor's cache
    return np.max([np.abs(two_step.residuals(part, steps, **parameters)).max(axis=1) for part in groups], axis=0)


def residual_curves(curves: Mapping[str, Array], eigenvalues: ArrayLike, last: int = 200) -> pd.DataFrame:
    """Return worst residuals up to a last step, and those of Chebyshev's semi-iteration: columns method, n, worst.

    curves: `suprema` (steps + 1,) over the eigenvalues by method.

    >>> residual_curves({"none": np.ones(3)}, [1.0, 2.0], last=1).worst.round(4).tolist()
    [1.0, 1.0, 1.0, 0.3333]
    """
    last, x = domain.integer("last", last, low=1, shape=()), domain.positive("eigenvalues", eigenvalues, (None,))
    chebyshev = suprema(
        x, last, **dict(zip(("lr", "momentum"), schedules.chebyshev(x.min(), x.max(), last), strict=True))
    )
    shown = {m: curve[: last + 1] for m, curve in (curves | {"Chebyshev": chebyshev}).items()}
    return pd.concat([pd.DataFrame({"method": m, "n": range(len(s)), "worst": s}) for m, s in shown.items()])


def residual_errors(curves: Mapping[float, Array], formula: Callable[[float], Array]) -> list[float]:
    """Return the largest relative distance of worst residuals from a formula while q^n is above 1e-10, by kappa.

    curves: `suprema` by kappa; formula: values at n = 0, 1, .. from kappa.

    >>> residual_errors({9.0: np.array([1.0, 0.5])}, lambda kappa: np.array([1.0, 0.4]))
    [0.25]
    """
    domain.function("formula", formula)
    clear = {k: optimal.contraction(1.0, k) ** np.arange(len(curve)) > 1e-10 for k, curve in curves.items()}
    return [float(np.abs(curve / formula(k) - 1)[clear[k]].max()) for k, curve in curves.items()]


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


def milestones(descent: Sequence[Array], ball: Sequence[Array], ahead: Sequence[Array]) -> NDArray[np.int64]:
    """Return by which step the heavy ball peaks, is below gradient descent, is below Nesterov, and Nesterov below it.

    Each: worst residuals by step (n,) of gradient descent, heavy ball and Nesterov's method, for each of several kappa.
    Domain: descent, ball, ahead any shape, any length.

    >>> milestones([[1.0, 0.9, 0.8]], [[1.0, 1.5, 0.1]], [[1.0, 0.8, 0.7]])
    array([1, 2, 2, 1])
    """
    for name, curves in {"descent": descent, "ball": ball, "ahead": ahead}.items():
        domain.nonnegative(name, np.asarray(curves), (None, None))
    pairs = [*zip(ball, descent, strict=True), *zip(ball, ahead, strict=True), *zip(ahead, descent, strict=True)]
    return np.array([np.argmax(curve) for curve in ball] + [first_below(*pair) for pair in pairs])


def contracted_faster(kappa: float, lr: float, radius: float, points: int = 200_001) -> float:
    """Return the share of eigenvalues, even in [1, kappa], with ``|1 - lr l|`` below the radius.

    >>> round(contracted_faster(3.0, 0.5, 0.25, points=201), 4)
    0.4925
    """
    domain.at_least("kappa", kappa, 1, ()), domain.positive("lr", lr, ()), domain.nonnegative("radius", radius, ())
    points = domain.integer("points", points, low=2, shape=())
    return float(np.mean(np.abs(1 - lr * np.linspace(1, kappa, points)) < radius))


def complex_norms(
    rng: np.random.Generator, borders: Callable[[Array], tuple[Array, Array]], pairs: int, powers: int
) -> tuple[Array, Array]:
    """Return random momenta (pairs,), and `power_norms` of heavy balls with these at random x between the borders.

    borders: gives the ends of the x with complex roots for momenta.

    >>> beta, norms = complex_norms(np.random.default_rng(0), lambda beta: (0.9 + 0 * beta, 1.1 + 0 * beta), 3, 2)
    >>> beta.shape, norms.shape
    ((3,), (2, 3))
    """
    domain.function("borders", borders)
    beta = domain.generator("rng", rng).uniform(0.01, 0.999, domain.integer("pairs", pairs, low=1, shape=()))
    low, high = borders(beta)
    return beta, power_norms(low + (high - low) * rng.uniform(0.001, 0.999, pairs), beta, powers)


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


def ravine(mu: float, L: float, steps: int = 30) -> pd.DataFrame:
    """Return the paths from (3, 3) of the best gradient descent and heavy ball: columns method, step, x, y.

    >>> ravine(1.0, 1.0, 1).x.tolist()
    [3.0, 0.0, 3.0, 0.0]
    """
    rules = {"gradient descent": optimal.gradient_descent(mu, L), "heavy ball": optimal.heavy_ball(mu, L)}
    paths = {m: 3 * two_step.residuals([mu, L], steps, **rule.parameters) for m, rule in rules.items()}
    frames = [pd.DataFrame({"method": m, "step": range(len(p)), "x": p[:, 0], "y": p[:, 1]}) for m, p in paths.items()]
    return pd.concat(frames)
