"""Which starts end in a cycle, and how long a K-cycle exists."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from optclaims.papers.optimizers_on_quadratics.problems.polygon import PolygonFunction, polygon_function
from optclaims.papers.optimizers_on_quadratics.problems.scalar import pieces
from optclaims.papers.optimizers_on_quadratics.simulation.descent import path
from optclaims.science import domain
from optclaims.science.optimizers import Rule
from optclaims.science.quadratics import optimal

__all__ = ["around_the_cycle", "best_polygon", "caught", "gradient_gap", "orbit", "threshold"]

Array = NDArray[np.float64]


def caught(rule: Rule, starts: ArrayLike, steps: int = 600, far: float = 0.1) -> NDArray[np.bool_]:
    """Tell which starts at rest are still farther than ``far`` from the minimum 0 of the three pieces at the end.

    Domain: starts signed.

    >>> from optclaims.science.optimizers import HeavyBall
    >>> caught(HeavyBall(1 / 9, 4 / 9), [3.0, 3.2, 3.5])
    array([False,  True, False])
    """
    starts, far = domain.vector("starts", starts), domain.nonnegative("far", far, ())
    steps = domain.integer("steps", steps, low=3, shape=())
    return np.abs(path(rule, pieces(), starts, steps, keep=3)).max(axis=0) > far


def best_polygon(corners: int, kappa: float) -> PolygonFunction:
    """Return the polygon function for the heavy ball that is best on S(1, kappa).

    >>> best_polygon(3, 25.0).L
    25.0
    """
    domain.at_least("kappa", kappa, 1, ())
    best = optimal.heavy_ball(1.0, kappa)
    return polygon_function(corners, 1.0, kappa, best.lr, best.momentum)


def gradient_gap(corners: int, kappa: float) -> float:
    """Return the largest ``|grad f(z_t) - g_t|``: 0 where the K-cycle exists.

    >>> gradient_gap(3, 18.5) < 1e-12 < gradient_gap(3, 17.5)
    True
    """
    corners = domain.integer("corners", corners, low=3, shape=())
    domain.at_least("kappa", kappa, 1, ())
    f = best_polygon(corners, kappa)
    z = f.cycle()
    corner = (z[:, 0] + 1j * z[:, 1]) * f.corner  # the projection that the cycle needs
    found = f.projection(z)
    return float((f.L - f.mu) * np.abs(found[:, 0] + 1j * found[:, 1] - corner).max())


def threshold(corners: int, low: float = 2.0, high: float = 1000.0) -> float:
    """Return the condition number at which the gap of the gradients vanishes, by bisection.

    >>> round(threshold(4), 3)
    25.274
    """
    corners = domain.integer("corners", corners, low=3, shape=())
    low, high = domain.positive("low", low, ()), domain.positive("high", high, ())
    if not 1 <= low < high:
        raise ValueError(f"low must be at least 1 and below high = {high:g}, got {low}")
    while high - low > 1e-10 * high:
        middle = (low + high) / 2
        low, high = (low, middle) if gradient_gap(corners, middle) < 1e-11 else (middle, high)
    return high


def around_the_cycle(f: PolygonFunction, rule: Rule, rng: np.random.Generator, runs: int = 100) -> Array:
    """Return the final distances from 0 of runs begun within 1 % of two neighbouring points of the cycle, (runs,).

    The run has ``12 sqrt(L / mu) + 200`` steps; the rule is a heavy ball or has no memory.

    >>> from optclaims.science.optimizers import HeavyBall
    >>> best = optimal.heavy_ball(1.0, 25.0)
    >>> ends = around_the_cycle(best_polygon(3, 25.0), HeavyBall(best.lr, best.momentum), np.random.default_rng(0), 4)
    >>> ends.round(6)
    array([1., 1., 1., 1.])
    """
    runs = domain.integer("runs", runs, low=1, shape=())
    z = f.cycle()
    before, now = (z[k] + 0.01 * rng.uniform(-1, 1, (runs, 2)) / np.sqrt(2) for k in (-1, 0))
    steps = int(12 * np.sqrt(f.L / f.mu)) + 200
    state = {name: (before - now) / rule.lr for name in rule.start(now)}
    for t in range(1, steps + 1):
        now, state = rule.step(now, f.gradient(now), state, t)
    return np.linalg.norm(now, axis=-1)


def orbit(
    f: PolygonFunction, rule: Rule, steps: int, starts: Sequence[tuple[float, float]], cells: int = 33
) -> pd.DataFrame:
    """Return values of the function on a grid, and runs from starts at rest: columns kind, step, x, y, loss.

    kind: "loss" on the grid, "run 1", "run 2", .. for the starts.
    Domain: starts signed.

    >>> from optclaims.science.optimizers import SGD
    >>> orbit(best_polygon(3, 25.0), SGD(lr=0.01), 2, [(1.0, 1.0)], cells=2).kind.tolist()
    ['loss', 'loss', 'loss', 'loss', 'run 1', 'run 1', 'run 1']
    """
    steps, cells = domain.integer("steps", steps, low=0, shape=()), domain.integer("cells", cells, low=2, shape=())
    x, y = (axis.ravel() for axis in np.meshgrid(*[np.linspace(-1.6, 1.6, cells)] * 2))
    now = np.array(domain.finite("starts", starts, (None, 2)), dtype=float)
    state, points = rule.start(now), [now]
    for t in range(1, steps + 1):
        now, state = rule.step(now, f.gradient(now), state, t)
        points.append(now)
    frames = [pd.DataFrame({"kind": "loss", "step": 0, "x": x, "y": y})]
    for k, run in enumerate(np.stack(points, axis=1), start=1):
        frames.append(pd.DataFrame({"kind": f"run {k}", "step": range(steps + 1), "x": run[:, 0], "y": run[:, 1]}))
    frame = pd.concat(frames)
    return frame.assign(loss=f.value(frame[["x", "y"]].to_numpy()))
