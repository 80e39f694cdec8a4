"""What is measured: slopes of scaling laws, and rates of oscillating modes."""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from optclaims.papers.adan import problems, theory
from optclaims.science import domain

__all__ = ["best_steps", "local_slopes", "miss", "pair_rate", "slopes_of_runs"]


def best_steps(
    condition: float, *, rates: int, beta1: float, beta2: float, weight: float | None = None, modes: int = 50
) -> float:
    """Return the steps to 1e-8 at the best of so many learning rates, up to 0.999 of the threshold, by the roots.

    weight: of the gradient difference, beta2 unless given;  modes: curvatures of the quadratic of this condition number

    >>> round(best_steps(100.0, rates=60, beta1=0.0, beta2=0.0, weight=0.0))  # gradient descent
    1027
    """
    rates = domain.integer("rates", rates, low=2, shape=())
    modes = domain.integer("modes", modes, low=2, shape=())
    for name, value in (("beta1", beta1), ("beta2", beta2), ("weight", 0.0 if weight is None else weight)):
        domain.nonnegative(name, value, ())
    spectrum = problems.spectrum(condition, modes)
    grid = np.geomspace(1e-3, 0.999, rates)[:, None] * theory.threshold(beta1, beta2, weight)
    radius = theory.mode_radius(grid * spectrum, beta1, beta2, weight).max(axis=1)
    return float(theory.steps_to(radius.min()))


def local_slopes(x: ArrayLike, y: ArrayLike) -> NDArray[np.float64]:
    r"""Return $\Delta\ln y/\Delta\ln x$ between neighbouring points, (points - 1,).

    Domain: x, y any length.

    >>> local_slopes([1, 10, 100], [2, 20, 2000])
    array([1., 2.])
    """
    x, y = domain.positive("x", x, (None,)), domain.positive("y", y, (None,))
    domain.shape("y", np.asarray(y), (len(x),))
    return np.diff(np.log(y)) / np.diff(np.log(x))


def slopes_of_runs(frame: pd.DataFrame, method: str, column: str = "steps") -> NDArray[np.float64]:
    """Return the `local_slopes` (starts, conditions - 1) of a column over the condition number, for one method.

    frame: method, start, condition and the column, as in the figure `conditioning`

    >>> rows = [("NME", 0, 1.0, 2.0), ("NME", 0, 10.0, 20.0)]
    >>> slopes_of_runs(pd.DataFrame(rows, columns=["method", "start", "condition", "steps"]), "NME")
    array([[1.]])
    """
    if not isinstance(frame, pd.DataFrame):
        raise ValueError(f"frame must be a pandas.DataFrame, got {type(frame).__name__}")
    domain.one_of("method", method, tuple(frame.method.unique()))
    domain.one_of("column", column, tuple(frame.columns))
    runs = frame[frame.method == method].pivot(index="start", columns="condition", values=column)
    return np.array([local_slopes(runs.columns, run) for run in runs.to_numpy()])


def miss(largest: ArrayLike, smallest: ArrayLike, width: ArrayLike) -> NDArray[np.float64]:
    """Return the larger relative distance of both extremes of |x| from the half width of a cycle; all (runs,).

    >>> miss([1.5], [0.9], [1.0])
    array([0.5])
    """
    width = domain.positive("width", np.asarray(width, float), (None,))
    extremes = {"largest": largest, "smallest": smallest}
    extremes = [domain.nonnegative(name, np.asarray(x, float), (len(width),)) for name, x in extremes.items()]
    return np.abs(np.stack(extremes) / width - 1).max(axis=0)


def pair_rate(y: ArrayLike) -> float:
    r"""Return the factor a step of $y_t = \mathrm{Re}(c z^t)$ with complex z: half the log-slope of
    $|y_t^2 - y_{t+1} y_{t-1}|$, which shrinks by exactly $|z|^2$ a step and has no envelope to be fitted.

    y: (steps,), of which the last two thirds are used.

    Domain: y signed; y any length.

    >>> round(pair_rate(0.9 ** np.arange(30) * np.cos(np.arange(30))), 9)
    0.9
    """
    y = domain.vector("y", np.asarray(y, float))
    domain.at_least("len(y)", len(y), 9)
    determinant = np.abs(y[1:-1] ** 2 - y[2:] * y[:-2])
    first = len(determinant) // 3
    return float((determinant[-1] / determinant[first]) ** (0.5 / (len(determinant) - 1 - first)))
