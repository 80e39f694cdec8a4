"""The five methods along gradients that do not depend on the point: periodic ones, and independent draws."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optclaims.papers.acprop.problems import Method
from optclaims.papers.acprop.simulation.compiled import independent_blocks, on_interval
from optclaims.science import domain

__all__ = ["Blocks", "Path", "displacement", "independent", "run", "tail_mean"]


class Path(NamedTuple):
    """Records (runs, records): the point after a step, the sum of all points so far, the root of the step."""

    x: NDArray[np.float64]
    total: NDArray[np.float64]
    root: NDArray[np.float64]


class Blocks(NamedTuple):
    """Means over blocks (blocks,) of the displacement, of 1 / root, and of -(g - E g) / root."""

    displacement: NDArray[np.float64]
    inverse: NDArray[np.float64]
    gap: NDArray[np.float64]


def flags(method: Method) -> tuple[bool, bool, bool]:
    """What the compiled loops take for a method, whose delay they have for 0 and 1 only."""
    if not isinstance(method, Method):
        raise ValueError(f"method must be a Method, got {method!r}")
    if method.delay > 1:
        raise ValueError(f"method must have a delay of 0 or 1, got {method.delay}")
    return method.numerator == "momentum", bool(method.centred), method.delay == 1


def run(
    method: Method, gradients: ArrayLike, times: ArrayLike, *, lr: ArrayLike, beta1: ArrayLike, beta2: ArrayLike,
    start: float = 0.0, low: float = -1.0, high: float = 1.0, decay: bool = True,
) -> Path:  # fmt: skip
    r"""Run one method along periodic gradients, clipped to [low, high], and record it after the given steps.

    gradients: one period (P,);  times: increasing;  lr, beta1, beta2: (runs,), or numbers
    decay: steps $\mathrm{lr}/\sqrt t$, else constant ones. Both moments are corrected for their start, eps is 0.

    Domain: gradients, low signed; gradients, times any length; lr, beta1, beta2 any shape, any length.

    >>> from optclaims.papers.acprop.problems import METHODS, sparse
    >>> run(METHODS["ACProp"], sparse(40), [100_000], lr=0.1, beta1=0.9, beta2=0.65, start=1.0, low=0.0).x.round(2)
    array([[0.01]])
    """
    gradients = np.ascontiguousarray(domain.vector("gradients", gradients), float)
    times = domain.integer("times", np.asarray(domain.increasing("times", times, low=1), float))
    domain.nonnegative("lr", lr)
    domain.probability("beta1", beta1, "[)")
    domain.probability("beta2", beta2, "[)")
    domain.broadcastable(lr=lr, beta1=beta1, beta2=beta2)
    low, high = domain.finite("low", low, shape=()), domain.finite("high", high, shape=())
    if low > high:
        raise ValueError(f"high must be at least low, got {high} below {low}")
    start = domain.within("start", start, low, high, shape=())
    settings = [np.atleast_1d(np.array(a, float)) for a in np.broadcast_arrays(lr, beta1, beta2)]
    domain.shape("lr", settings[0], (None,))
    path = Path(*(np.zeros((settings[0].size, times.size)) for _ in Path._fields))
    ends = float(start), float(low), float(high)
    on_interval(gradients, settings[0], bool(decay), *flags(method), *settings[1:], *ends, times, *path)
    return path


def tail_mean(path: Path, times: ArrayLike) -> NDArray[np.float64]:
    """Mean (runs,) of the points after the last but one recorded step, up to the last.

    Domain: times any length.

    >>> from optclaims.papers.acprop.problems import METHODS
    >>> tail_mean(run(METHODS["Adam"], [1.0, 1.0], [98, 100], lr=1.0, beta1=0.5, beta2=0.5), [98, 100])
    array([-1.])
    """
    if not isinstance(path, Path):
        raise ValueError(f"path must be a Path, got {type(path).__name__}")
    times = domain.increasing("times", times, low=1)
    domain.shape("times", times, (path.total.shape[1],))
    if len(times) < 2:
        raise ValueError(f"times must hold two records, got {len(times)}")
    return (path.total[:, -1] - path.total[:, -2]) / (times[-1] - times[-2])


def displacement(
    method: Method, gradients: ArrayLike, beta1: float, beta2: ArrayLike, *, lr: float = 1e-6, periods: int = 50
) -> NDArray[np.float64]:
    r"""Mean displacement (runs,) per period and unit step size far from all walls, once the start is forgotten.

    It is forgotten to rounding after $40/((1-\max\beta)P) + 5$ periods.

    Domain: gradients signed, any length; beta2 any shape, any length.

    >>> from optclaims.papers.acprop.problems import METHODS, frequent
    >>> displacement(METHODS["Adam"], frequent(10), 0.9, 0.7).round(4)
    array([0.1168])
    """
    gradients = domain.vector("gradients", gradients)
    beta1 = domain.probability("beta1", beta1, "[)", shape=())
    beta2 = np.atleast_1d(domain.probability("beta2", beta2, "[)"))
    lr = domain.positive("lr", lr, shape=())
    periods = domain.integer("periods", periods, low=1, shape=())
    P, slowest = len(gradients), max(beta1, float(beta2.max()))
    first = int(40 / ((1 - slowest) * P)) + 5
    far = {"low": -1e300, "high": 1e300, "decay": False}
    path = run(method, gradients, [first * P, (first + periods) * P], lr=lr, beta1=beta1, beta2=beta2, **far)
    return (path.x[:, 1] - path.x[:, 0]) / (lr * periods)


def independent(
    method: Method, period: int, beta1: float, beta2: float, rng: np.random.Generator, *, steps: int, blocks: int = 50
) -> Blocks:
    """Means over blocks of steps under independent gradients: P with probability 1/P, else -1.

    Warm-up is 40 / (1 - max beta) steps, on top of `steps`. Equal generators give every method the same gradients.

    >>> from optclaims.papers.acprop.problems import METHODS
    >>> found = independent(METHODS["ACProp"], 5, 0.9, 0.9, np.random.default_rng(0), steps=100_000)
    >>> bool(found.displacement.mean() < 0)
    True
    """
    period = domain.integer("period", period, low=3, shape=())
    beta1 = domain.probability("beta1", beta1, "[)", shape=())
    beta2 = domain.probability("beta2", beta2, "[)", shape=())
    rng = domain.generator("rng", rng)
    blocks = domain.integer("blocks", blocks, low=1, shape=())
    steps = domain.integer("steps", steps, low=blocks, high=10**9, shape=())
    warm = int(np.ceil(40 / (1 - max(beta1, beta2))))
    gradients = np.where(rng.random(warm + steps) < 1 / period, float(period), -1.0)
    out = Blocks(*(np.zeros(blocks) for _ in Blocks._fields))
    independent_blocks(gradients, *flags(method), float(beta1), float(beta2), 1 / period, warm, *out)
    return out
