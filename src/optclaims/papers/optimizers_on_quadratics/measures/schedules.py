"""What is read off runs with falling steps: second phases, best steps, growth by decades, averages."""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from optclaims.papers.optimizers_on_quadratics.simulation import chains
from optclaims.papers.optimizers_on_quadratics.simulation.schedules import halving, optimal_steps, worst_direction
from optclaims.science import domain
from optclaims.science.quadratics import noise
from optclaims.statistics import Estimate, from_stderr, stderr

__all__ = [
    "averaged_losses",
    "decade_slope",
    "from_best",
    "gain",
    "halving_cost",
    "moment_curves",
    "moments",
    "off_the_law",
    "scaled_variance",
    "slope",
]

Array = NDArray[np.float64]


def off_the_law(law: Callable[..., Array], first: float, steps: int, *, mistake: str | None = None, **setting) -> float:
    r"""Return the largest relative distance of optimal steps' a_n from a law of the second phase.

    The phase begins where ``sigma^2 / a_n`` reaches ``(kappa - 1) / (2 kappa)``. law: function of a there, the number
    of steps since, kappa and sigma2; mistake and setting (mu, L, sigma2): as for `optimal_steps`.

    >>> off_the_law(lambda a, n, kappa, sigma2: a / (1 + n), 1.0, 1, mu=1.0, L=1.0, sigma2=1.0)
    0.0
    """
    domain.function("law", law)
    a = optimal_steps(first, steps, **setting, mistake=mistake)[0]
    kappa, sigma2 = setting["L"] / setting["mu"], setting["sigma2"]
    a = a[int(np.argmax(sigma2 / a >= (kappa - 1) / (2 * kappa))) :]
    return float(np.abs(a / law(a[0], np.arange(len(a)), kappa, sigma2) - 1).max())


def from_best(first: float, at: ArrayLike, tried: ArrayLike, *, mistake: str | None = None, **setting) -> float:
    r"""Return the largest relative distance of optimal steps, at some times, from the best ones by search.

    at: indices of steps; tried: steps (n,), of which the one with the least next a is the best; mistake and setting
    (mu, L, sigma2): as for `optimal_steps`, and a mistake is in the steps only, not in the a before them.
    Domain: at any length.

    >>> from_best(1.0, [0], np.array([0.25, 0.75]), mu=1.0, L=1.0, sigma2=1.0)
    0.5
    """
    tried, at = domain.positive("tried", tried, (None,)), domain.integer("at", at, low=0, shape=(None,))
    a, right = optimal_steps(first, int(at.max()) + 1, **setting)
    steps = right if mistake is None else optimal_steps(first, int(at.max()) + 1, **setting, mistake=mistake)[1]
    best = [tried[np.argmin(worst_direction(a[n], tried, **setting))] for n in at]
    return float(np.abs(best / steps[at] - 1).max())


def moments(a: float, times: ArrayLike, b: float = 1.0, start: float = 4.0) -> Array:
    r"""Return ``E e_n^2`` at the times (n,) for steps ``a / (n + b)``, curvature and noise 1, from ``e_0^2 = start``.

    >>> moments(1.0, [1, 2, 4]).round(6)  # the running mean of the noise
    array([1.  , 0.5 , 0.25])
    """
    a, b = domain.positive("a", a, ()), domain.positive("b", b, ())
    times = domain.integer("times", domain.increasing("times", times, low=1))
    start = domain.nonnegative("start", start, ())
    return noise.variances(1.0, times, a / (np.arange(times[-1]) + b), start=start)[:, 0]


def moment_curves(sizes: Sequence[float], last: int) -> pd.DataFrame:
    """Return `moments` at 61 times, evenly in the logarithm up to last: columns a, n, moment.

    >>> moment_curves([1.0], 1).to_numpy().tolist()
    [[1.0, 1.0, 1.0]]
    """
    times = np.unique(np.geomspace(1, domain.integer("last", last, low=1, shape=()), 61).astype(int))
    sizes = domain.positive("sizes", sizes, (None,))
    return pd.concat([pd.DataFrame({"a": a, "n": times, "moment": moments(a, times)}) for a in sizes])


def slope(a: float, last: int, b: float = 1.0) -> float:
    r"""Return the slope of ``log E e_n^2`` against ``log n`` over the decade up to last; arguments as for `moments`.

    >>> round(slope(0.25, 10_000), 3)
    -0.5
    """
    first, second = moments(a, [domain.integer("last", last, low=10, shape=()) // 10, last], b)
    return float(np.log10(second / first))


def gain(a: float, last: int, b: float = 1.0, start: float = 4.0) -> float:
    r"""Return by how much ``n E e_n^2`` grows in the decade up to last, in units of ``ln 10 / 4``, its law at a = 1/2.

    Arguments and errors as for `moments`.

    >>> round(gain(0.5, 10_000), 4)
    1.0011
    """
    decade = [domain.integer("last", last, low=10, shape=()) // 10, last]
    first, second = moments(a, decade, b, start) * decade
    return float((second - first) / (0.5**2 * np.log(10)))


def scaled_variance(lr: ArrayLike, averaged: bool = True) -> float:
    r"""Return ``N E e^2`` after N steps, lr (N,), of the mean iterate or of the last one; curvature and noise 1.

    >>> round(scaled_variance(np.full(1000, 0.1)), 4)
    0.9863
    """
    lr = domain.positive("lr", lr, (None,))
    function = noise.averaged_variances if domain.one_of("averaged", averaged, (True, False)) else noise.variances
    return float(function(1.0, [len(lr)], lr)[0, 0] * len(lr))


def averaged_losses(
    cells: Sequence[tuple[str, int, int]],
    step: Callable[[int], float],
    rng: Callable[..., np.random.Generator],
    runs: int,
) -> dict[tuple[str, int, int], Array]:
    r"""Return the losses (runs,) of mean iterates from 3 on ``|w|`` ("absolute") or ``max(w, -w/3)`` ("lopsided").

    cells: function, number of steps N, and the N for which the step is made; step: the step for an N; rng: gives the
    stream of a cell by its names.

    >>> names = lambda *name, **cell: np.random.default_rng(0)
    >>> averaged_losses([("lopsided", 1, 1)], lambda count: 0.1, names, 2)
    {('lopsided', 1, 1): array([3., 3.])}
    """
    domain.function("step", step), domain.function("rng", rng)
    runs, losses = domain.integer("runs", runs, low=1, shape=()), {}
    for function, count, step_for in cells:
        stream = rng("averages", function=function, count=count, step_for=step_for)
        w = chains.averages(function, float(step(step_for)), count, stream, runs, 3.0)
        losses[function, count, step_for] = np.maximum(w, -w if function == "absolute" else -w / 3)
    return losses


def halving_cost(kappa: float) -> float:
    r"""Return ``N a / sigma^2`` after 14 halvings of the step, N steps in all, each made when a has halved.

    >>> round(halving_cost(20.0), 2)
    24.22
    """
    return halving(14, kappa) / 2**13


def decade_slope(first: ArrayLike, second: ArrayLike) -> Estimate:
    r"""Return ``log10`` of the ratio of the means of two independent samples, second over first, with its interval.

    >>> round(decade_slope([9.0, 11.0], [0.9, 1.1]).value, 6)
    -1.0
    """
    first, second = (domain.positive(*pair, (None,)) for pair in (("first", first), ("second", second)))
    for name, sample in {"first": first, "second": second}.items():
        domain.at_least(f"length of {name}", len(sample), 2)
    relative = np.hypot(stderr(first) / first.mean(), stderr(second) / second.mean())
    return from_stderr(float(np.log10(second.mean() / first.mean())), float(relative / np.log(10)), np.inf)
