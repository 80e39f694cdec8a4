"""What is read off runs on the rod: support, excess losses, distances, heat."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optclaims.papers.optimizers_on_quadratics.problems.rod import Rod, rod
from optclaims.papers.optimizers_on_quadratics.simulation.linear import points
from optclaims.science import domain
from optclaims.science.optimizers import SGD
from optclaims.science.quadratics import krylov

__all__ = ["beyond", "conjugate_excess", "distances", "heat", "ratio_curves"]

Array = NDArray[np.float64]


def beyond(path: Array) -> float:
    """Return the largest entry of a path (points, d) outside the first n cells at point n.

    Domain: path signed.

    >>> beyond(np.array([[0.0, 0.0], [3.0, 0.0], [4.0, 5.0]])), beyond(np.array([[0.0, 0.0], [3.0, -2.0]]))
    (0.0, 2.0)
    """
    path = domain.finite("path", path, (None, None))
    return float(max(np.abs(w[n:]).max(initial=0.0) for n, w in enumerate(path)))


def conjugate_excess(steps: int) -> float:
    """Return the excess loss of conjugate gradients after so many steps on the rod of twice as many cells and one.

    >>> round(conjugate_excess(1), 12)
    0.0625
    """
    problem = rod(2 * domain.integer("steps", steps, low=1, shape=()) + 1)
    error = krylov.conjugate_gradients(problem.hessian, -problem.minimum, steps)[-1]
    return float(krylov.losses(problem.hessian, error))


def distances(path: Array, problem: Rod) -> Array:
    """Return the distances from the minimum, in units of that of the point 0; path (points, d).

    Domain: path signed.

    >>> distances(np.array([[0.0, 0.0], [1.0, 1.0]]), rod(2))
    array([1., 0.])
    """
    path = domain.finite("path", path, (None, len(problem.force)))
    return np.linalg.norm(path - problem.minimum, axis=1) / np.linalg.norm(problem.minimum)


def ratio_curves(ratios: Mapping[str, Array]) -> pd.DataFrame:
    """Return ratios by step and method: columns method, n, ratio.

    >>> ratio_curves({"none": np.array([2.0, 1.0])}).n.tolist()
    [0, 1]
    """
    return pd.concat([pd.DataFrame({"method": m, "n": range(len(r)), "ratio": r}) for m, r in ratios.items()])


def heat(cells: int, times: Sequence[int]) -> pd.DataFrame:
    """Return the points of gradient descent with step 1 / L on the rod at some steps: columns step, cell, heat.

    >>> heat(2, [1]).to_numpy().tolist()
    [[1.0, 1.0, 0.25], [1.0, 2.0, 0.0]]
    """
    problem = rod(domain.integer("cells", cells, low=1, shape=()))
    times = domain.integer("times", times, low=0, shape=(None,))
    path = points(SGD(lr=1.0), problem.gradient, np.zeros(len(problem.force)), int(times.max()))
    frames = [pd.DataFrame({"step": n, "cell": range(1, cells + 1), "heat": path[n]}) for n in times]
    return pd.concat(frames)
