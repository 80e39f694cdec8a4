"""What is read off the runs: maps with the paper's protocol, kinds of convergence, and exponents."""

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from optclaims.papers.acprop import problems, simulation, theory
from optclaims.papers.acprop.problems import Method
from optclaims.science import domain

__all__ = [
    "converged_by_protocol",
    "displacement_errors",
    "exponents",
    "failures",
    "kinds",
    "map_row",
    "off_walls",
    "only_one",
    "sparse_map",
    "thresholds",
]

STARTS = (1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1.0)  # step sizes of the paper's protocol (recalled)
KINDS = ("neither", "both", "only ACProp", "only AdaShift")


def converged_by_protocol(method: Method, gradients: ArrayLike, beta1: float, beta2: ArrayLike) -> NDArray[np.bool_]:
    r"""Whether the mean distance from -1 over the last thousand of $10^4$ steps is below 0.01 for some
    $\alpha_0/\sqrt t$ from x = 1 (the paper's protocol, recalled); beta2 (n,).

    Domain: gradients signed, any length; beta2 any shape, any length.

    >>> converged_by_protocol(problems.METHODS["ACProp"], problems.frequent(10), 0.9, 0.9)
    array([ True])
    """
    beta1 = domain.probability("beta1", beta1, "[)", shape=())
    beta2 = np.atleast_1d(domain.probability("beta2", beta2, "[)"))
    times = [9000, 10_000]
    paths = [simulation.run(method, gradients, times, lr=lr, beta1=beta1, beta2=beta2, start=1.0) for lr in STARTS]
    return np.min([simulation.tail_mean(path, times) + 1 for path in paths], axis=0) < 0.01


def map_row(name: str, period: int, beta1: float, beta2: ArrayLike) -> pd.DataFrame:
    """Drift and the protocol's result at each beta2 (n,) on the first problem, as rows of a map.

    Domain: beta2 any length.

    >>> map_row("ACProp", 10, 0.9, [0.9])[["drift", "protocol"]].round(2)
       drift  protocol
    0  -1.16         1
    """
    method = problems.METHODS[domain.one_of("name", name, problems.METHODS)]
    beta2 = domain.vector("beta2", beta2)
    return pd.DataFrame(
        {
            "method": name,
            "beta1": beta1,
            "P": period,
            "one_minus_beta2": 1 - np.asarray(beta2),
            "drift": theory.drift(method, "frequent", period, beta1, beta2),
            "protocol": converged_by_protocol(method, problems.frequent(period), beta1, beta2).astype(int),
        }
    )


def failures(method: Method, settings: ArrayLike) -> list[int]:
    """Number of settings (n, 3) of each period, in rising order, at which the drift of the first problem is positive.

    >>> failures(problems.METHODS["RMSprop"], [[3, 0.9, 0.99], [10, 0.9, 0.9], [10, 0.9, 0.99]])
    [0, 1]
    """
    found = theory.drifts(method, "frequent", settings) > 0
    periods = np.asarray(settings, float)[:, 0]
    return [int(found[periods == period].sum()) for period in np.unique(periods)]


def off_walls(
    method: Method, gradients: ArrayLike, beta2: ArrayLike, walls: ArrayLike, *, steps: int, lr: float,
    beta1: float = 0.9, start: float = 0.0,
) -> float:  # fmt: skip
    r"""Largest distance of runs with constant steps from the walls that they should reach, one for each beta2 (n,).

    walls: (n,), the lower and the upper one among them, around the start

    Domain: gradients, start signed; gradients any length; beta2, walls any length.

    >>> round(off_walls(problems.METHODS["RMSprop"], [1.0, 1.0], [0.9, 0.9], [-1, 1], steps=100, lr=0.1), 6)
    2.0
    """
    beta2 = domain.vector("beta2", domain.probability("beta2", beta2, "[)"))
    walls = np.asarray(domain.finite("walls", walls, (len(beta2),)), float)
    start = domain.finite("start", start, shape=())
    if not walls.min() <= start <= walls.max():
        raise ValueError(f"walls must lie around the start {start}, got {walls}")
    steps = domain.integer("steps", steps, low=1, shape=())
    lr = domain.nonnegative("lr", lr, shape=())
    beta1 = domain.probability("beta1", beta1, "[)", shape=())
    ends = {"low": float(walls.min()), "high": float(walls.max())}
    own = {"lr": lr, "beta1": beta1, "start": start, "decay": False}
    path = simulation.run(method, gradients, [steps], beta2=beta2, **own, **ends)
    return float(np.abs(path.x[:, 0] - walls).max())


def displacement_errors(name: str, problem: str, period: int, beta1: float, beta2: ArrayLike) -> pd.DataFrame:
    """Error of the predicted drift at each beta2 (n,), over its size or 0.001: columns right, and wrong_step, where the
    root is taken for that of the other step (the same one, or the one before).

    Domain: beta2 any length.

    >>> found = displacement_errors("Adam", "frequent", 5, 0.9, [0.9])
    >>> bool(found.right[0] < 1e-9), round(float(found.wrong_step[0]), 2)
    (True, 0.06)
    """
    method = problems.METHODS[domain.one_of("name", name, problems.METHODS)]
    gradients = getattr(problems, domain.one_of("problem", problem, ("frequent", "sparse")))(period)
    beta2 = domain.vector("beta2", beta2)
    measured = simulation.displacement(method, gradients, beta1, beta2)
    other = replace(method, delay=1 - method.delay)
    expected = {
        kind: theory.drift(of, problem, period, beta1, beta2) for kind, of in (("right", method), ("wrong_step", other))
    }
    return pd.DataFrame({k: np.abs(measured - e) / np.maximum(np.abs(e), 1e-3) for k, e in expected.items()})


def kinds(converges: ArrayLike, baseline: ArrayLike) -> NDArray[np.str_]:
    """Name (n,) of what happens where ACProp converges or not, and AdaShift does or not; both (n,) of truth values.

    Domain: converges, baseline any length.

    >>> kinds([True, True, False], [True, False, False]).tolist()
    ['both', 'only ACProp', 'neither']
    """
    left, right = (
        domain.integer(name, np.asarray(a).astype(float) if np.ndim(a) else a, 0, 1)
        for name, a in (("converges", converges), ("baseline", baseline))
    )
    domain.broadcastable(converges=left, baseline=right)
    left, right = np.asarray(left, bool), np.asarray(right, bool)
    return np.select([left & right, left & ~right, ~left & right], KINDS[1:], KINDS[0])


def sparse_map(beta1: ArrayLike, periods: ArrayLike, one_minus_beta2: ArrayLike) -> pd.DataFrame:
    """What happens on the second problem at all settings: columns beta1, P, one_minus_beta2, kind (of KINDS).

    Domain: beta1, periods, one_minus_beta2 any length.

    >>> sparse_map([0.9], [40], [0.35, 0.2]).kind.tolist()
    ['only ACProp', 'both']
    """
    rest = np.asarray(domain.vector("one_minus_beta2", domain.probability("one_minus_beta2", one_minus_beta2, "()")))
    periods, parts = domain.integer("periods", domain.vector("periods", np.asarray(periods, float)), low=4), []
    for b in domain.vector("beta1", domain.probability("beta1", beta1, "()")):
        for P in periods:
            ends = [theory.drift(problems.METHODS[m], "sparse", P, b, 1 - rest) < 0 for m in ("ACProp", "AdaShift")]
            parts.append(pd.DataFrame({"beta1": b, "P": P, "one_minus_beta2": rest, "kind": kinds(*ends)}))
    return pd.concat(parts)


def only_one(method: Method, baseline: Method, settings: ArrayLike) -> tuple[int, int]:
    """Numbers of settings (n, 3) of the second problem at which only the baseline converges, and only the method.

    >>> only_one(problems.METHODS["ACProp"], problems.METHODS["AdaShift"], [[40, 0.9, 0.65], [40, 0.9, 0.8]])
    (0, 1)
    """
    ends, other = (theory.drifts(m, "sparse", settings) < 0 for m in (method, baseline))
    return int((other & ~ends).sum()), int((ends & ~other).sum())


def thresholds(method: Method, pairs: ArrayLike) -> NDArray[np.float64]:
    """Largest roots in beta2 of the drift of the second problem at pairs (n, 2) of period and beta1.

    >>> thresholds(problems.METHODS["ACProp"], [[40, 0.7]]).round(6)
    array([0.699685])
    """
    pairs = domain.nonnegative("pairs", np.asarray(pairs, float), (None, 2))
    return np.array([theory.largest_root(method, "sparse", P, b) for P, b in pairs])


def exponents(first: ArrayLike, last: ArrayLike, factor: float) -> NDArray[np.float64]:
    """Slopes log(last / first) / log(factor) of a power law between two horizons, entry by entry.

    Domain: first, last any shape.

    >>> exponents([4.0], [2.0], 4.0)
    array([-0.5])
    """
    first, last = domain.positive("first", first), domain.positive("last", last)
    domain.shape("last", np.asarray(last), np.shape(first))
    factor = domain.within("factor", factor, 1, np.inf, "()", shape=())
    return np.log(np.asarray(last) / np.asarray(first)) / np.log(factor)
