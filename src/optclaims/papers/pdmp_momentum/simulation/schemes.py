r"""The semi-implicit scheme, $v^+ = (m v - h g)/(m + \alpha h),\ q^+ = q + h v^+$, on a quadratic and in a double well.

That it is the paper's own discretisation is an assumption. As a rule for any gradient it is `Underdamped` of
`science.optimizers`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optclaims.papers.pdmp_momentum.problems import well_slope
from optclaims.science import domain
from optclaims.science.kernels import njit

if TYPE_CHECKING:  # the rules come with torch, which takes longer to load than the escapes take to run
    from optclaims.science.optimizers import Rule

__all__ = ["bisected_step", "escapes", "grows", "scheme"]

Array = NDArray[np.float64]
FRICTIONS = ("implicit", "explicit")


def scheme(rule: Rule, slopes: Callable[[Array, int], Array], start: ArrayLike, steps: int) -> Array:
    """Return the points (steps + 1, parameters) of a rule on gradients that depend on the point and the step 1, 2, ...

    Domain: start signed; start any length.

    >>> from optclaims.science.optimizers import SGD
    >>> scheme(SGD(0.5), lambda q, t: q, [1.0], 2).ravel().tolist()
    [1.0, 0.5, 0.25]
    """
    domain.function("slopes", slopes)
    theta = np.asarray(domain.vector("start", start), float)
    state, points = rule.start(theta), [theta]
    for t in range(1, domain.integer("steps", steps, low=0, shape=()) + 1):
        theta, state = rule.step(theta, slopes(theta, t), state, t)
        points.append(theta)
    return np.stack(points)


@njit(cache=True)
def _grows(h, mass, friction, curvature, steps, explicit):
    """Whether the second half of a run from q = 1, v = 0 ends with more energy than it began with."""
    q, v, half = 1.0, 0.0, 0.0
    for n in range(steps):
        if explicit:
            v -= h * (friction * v + curvature * q) / mass
        else:
            v = (mass * v - h * curvature * q) / (mass + friction * h)
        q += h * v
        size = curvature * q * q + mass * v * v
        if size > 1e100:
            return True
        if n == steps // 2:
            half = size
    return size > half


def grows(h: float, mass: float, friction: float, curvature: float, steps: int, scheme: str = "implicit") -> bool:
    """Tell whether a run on a q^2 / 2 grows: whether its energy at the end is larger than in the middle.

    scheme: friction "implicit", or "explicit" as in Euler's method.

    >>> grows(2.1, 0.0, 1.0, 1.0, 100), grows(1.9, 0.0, 1.0, 1.0, 100)
    (True, False)
    """
    explicit = domain.one_of("scheme", scheme, FRICTIONS) == "explicit"
    if explicit:
        domain.positive("mass", mass, ())
    values = (
        domain.positive("h", h, ()),
        domain.nonnegative("mass", mass, ()),
        domain.positive("friction", friction, ()),
        domain.positive("curvature", curvature, ()),
    )
    return bool(_grows(*map(float, values), domain.integer("steps", steps, low=2, shape=()), explicit))


def bisected_step(
    mass: float, friction: float, curvature: float, steps: int, *, scheme: str = "implicit", high: float = 100.0
) -> float:
    """Return the step size at which runs begin to grow, by 50 bisections of [high / 10^5, high].

    Raises ValueError where runs do not change from shrinking to growing between these ends.

    >>> round(bisected_step(0.0, 1.0, 1.0, 1000), 6)
    2.0
    """
    high = domain.positive("high", high, ())
    low = high / 1e5
    ends = [grows(h, mass, friction, curvature, steps, scheme) for h in (low, high)]
    if ends != [False, True]:
        raise ValueError(f"high must enclose the change from shrinking to growing, got {high:g}")
    for _ in range(50):
        middle = (low + high) / 2
        if grows(middle, mass, friction, curvature, steps, scheme):
            high = middle
        else:
            low = middle
    return (low + high) / 2


def escapes(
    h: float, mass: Callable[[int], float], noise: float, start: ArrayLike, steps: int, rng: np.random.Generator
) -> Array:
    """Return the end points (runs,) of the scheme in the tilted double well, friction 1, noise of either sign a step.

    mass: step 1, 2, ... -> mass;  noise: +-noise is added to each gradient;  start: (runs,), from rest
    Raises ValueError for arguments out of range.

    Domain: start signed; start any length.

    >>> escapes(0.1, lambda k: 0.0, 0.0, [-1.0, 2.0], 500, np.random.default_rng(0)).round(2).tolist()
    [-1.07, 0.91]
    """
    h, noise = domain.positive("h", h, ()), domain.nonnegative("noise", noise, ())
    domain.function("mass", mass), domain.generator("rng", rng)
    q = np.asarray(domain.vector("start", start), float)
    v = np.zeros(q.shape)
    for k in range(1, domain.integer("steps", steps, low=1, shape=()) + 1):
        m, g = mass(k), well_slope(q)
        if noise:
            g = g + noise * (2 * rng.integers(2, size=q.shape) - 1)
        v = (m * v - h * g) / (m + h)
        q = q + h * v
    return q
