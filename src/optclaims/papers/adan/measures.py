"""What is measured: slopes of scaling laws, and rates of oscillating modes."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optclaims.science import domain

__all__ = ["local_slopes", "pair_rate"]


def local_slopes(x: ArrayLike, y: ArrayLike) -> NDArray[np.float64]:
    r"""Return $\Delta\ln y/\Delta\ln x$ between neighbouring points, (points - 1,).

    Domain: x, y any length.

    >>> local_slopes([1, 10, 100], [2, 20, 2000])
    array([1., 2.])
    """
    x, y = domain.positive("x", x, (None,)), domain.positive("y", y, (None,))
    domain.shape("y", np.asarray(y), (len(x),))
    return np.diff(np.log(y)) / np.diff(np.log(x))


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
