r"""Where the methods end on the two periodic problems: the sign of the drift per period, and its roots in beta2.

Both problems are linear, so with steps $\alpha/\sqrt t$ the iterate ends at the left wall, the best point, if and only
if the drift is negative. Formulas are derived; the paper's lemmas are recalled.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq

from optclaims.papers.acprop.problems import Method, frequent, sparse
from optclaims.science import domain, periodic

__all__ = [
    "drift",
    "drifts",
    "largest_root",
    "least_second_moment",
    "scaled_drifts",
    "sparse_converges",
    "sparse_drift",
]

PROBLEMS = {"frequent": frequent, "sparse": sparse}


def drift(method: Method, problem: str, period: int, beta1: ArrayLike, beta2: ArrayLike) -> NDArray[np.float64]:
    r"""Displacement (...) per period and unit step size, $\Delta = -\sum_k n_k / \sqrt{s_k}$, see `science.periodic`.

    problem: "frequent" or "sparse";  beta1, beta2: broadcast to (...)

    Domain: beta1, beta2 any shape.

    >>> from optclaims.papers.acprop.problems import METHODS
    >>> drift(METHODS["Adam"], "frequent", 10, 0.9, [0.7, 0.9]).round(3)
    array([ 0.117, -0.174])
    """
    if not isinstance(method, Method):
        raise ValueError(f"method must be a Method, got {method!r}")
    domain.one_of("problem", problem, PROBLEMS)
    switches = {"numerator": method.numerator, "centred": method.centred, "delay": method.delay}
    return periodic.drift(PROBLEMS[problem](period), beta1, beta2, **switches)


def drifts(method: Method, problem: str, settings: ArrayLike) -> NDArray[np.float64]:
    """Drift (n,) at settings (n, 3) of period, beta1 and beta2, computed for all settings of a period at once.

    >>> from optclaims.papers.acprop.problems import METHODS
    >>> drifts(METHODS["Adam"], "frequent", [[10, 0.9, 0.7], [10, 0.9, 0.9]]).round(3)
    array([ 0.117, -0.174])
    """
    settings = domain.finite("settings", np.asarray(settings, float), (None, 3))
    domain.integer("settings", settings[:, 0], low=3)
    out = np.empty(len(settings))
    for period in np.unique(settings[:, 0]):
        rows = settings[:, 0] == period
        out[rows] = drift(method, problem, period, settings[rows, 1], settings[rows, 2])
    return out


def least_second_moment(method: Method, period: int, beta1: ArrayLike, beta2: ArrayLike) -> NDArray[np.float64]:
    r"""Smallest second moment (...) of a period of the first problem, which the pulse meets where the root is delayed.

    s rises and then falls once a period, so the large gradient P has the largest weight of all, $1/\sqrt{s_{\min}}$,
    and $\Delta \sqrt{s_{\min}} \le -(P - (P-1)) = -1$ for AdaShift and ACProp at every beta1, beta2 in (0, 1).

    Domain: beta1, beta2 any shape.

    >>> from optclaims.papers.acprop.problems import METHODS
    >>> float(least_second_moment(METHODS["AdaShift"], 3, 0.5, 0.5).round(4))
    2.1429
    """
    gradients = frequent(period)
    drift(method, "frequent", period, beta1, beta2)  # refuses what has no drift
    squares = periodic.departures(gradients, beta1) ** 2 if method.centred else gradients**2
    return periodic.averages(squares, beta2).min(axis=-1)


def scaled_drifts(method: Method, settings: ArrayLike) -> NDArray[np.float64]:
    r"""$\Delta \sqrt{s_{\min}}$ (n,) on the first problem at settings (n, 3) of period, beta1 and beta2.

    >>> from optclaims.papers.acprop.problems import METHODS
    >>> scaled_drifts(METHODS["AdaShift"], [[3, 0.5, 0.5]]).round(3)
    array([-1.572])
    """
    out = drifts(method, "frequent", settings)
    settings = np.asarray(settings, float)
    for period in np.unique(settings[:, 0]):
        rows = settings[:, 0] == period
        out[rows] *= np.sqrt(least_second_moment(method, period, settings[rows, 1], settings[rows, 2]))
    return out


def sparse_drift(period: ArrayLike, beta2: ArrayLike) -> NDArray[np.float64]:
    r"""AdaShift's drift on the second problem in closed form, $-\frac P2 s_A^{-1/2} + s_B^{-1/2}$, for any beta1:

    $$s_A = \frac{(1-\beta_2)[\beta_2^2 + (P/2)^2\beta_2^{P-1}]}{1-\beta_2^P},\qquad
    s_B = \frac{(1-\beta_2)[(P/2)^2\beta_2^{P-4} + \beta_2^{P-1}]}{1-\beta_2^P}.$$

    Domain: period, beta2 any shape.

    >>> sparse_drift(40, [0.6, 0.8]).round(3)
    array([725.512, -47.002])
    """
    P = np.asarray(domain.integer("period", period, low=4), float)
    b2 = np.asarray(domain.probability("beta2", beta2, "()"), float)
    domain.broadcastable(period=P, beta2=b2)
    weight = (1 - b2) / (1 - b2**P)
    before_pulse = weight * (b2**2 + (P / 2) ** 2 * b2 ** (P - 1))
    before_small = weight * ((P / 2) ** 2 * b2 ** (P - 4) + b2 ** (P - 1))
    return -P / 2 / np.sqrt(before_pulse) + 1 / np.sqrt(before_small)


def sparse_converges(period: ArrayLike, beta2: ArrayLike, shift: float = 6.0) -> NDArray[np.bool_]:
    r"""Whether AdaShift and RMSprop end at the best point of the second problem: $(P/2)^4 > \beta_2^{6-P}$.

    That is $P \le 6$ or $\beta_2 > (2/P)^{4/(P-6)}$, whatever beta1. shift: the 6, which a control replaces.

    Domain: period, beta2 any shape; shift signed.

    >>> sparse_converges(40, [0.70297, 0.70298])
    array([False,  True])
    """
    P = np.asarray(domain.integer("period", period, low=4), float)
    b2 = np.asarray(domain.probability("beta2", beta2, "()"), float)
    domain.finite("shift", shift, shape=())
    domain.broadcastable(period=P, beta2=b2)
    return 4 * np.log(P / 2) > (shift - P) * np.log(b2)


def largest_root(
    method: Method, problem: str, period: int, beta1: float, low: float = 0.11, high: float = 0.9999
) -> float:
    r"""The largest beta2 in [low, high] at which the drift changes its sign, seen on a grid of 400 values.

    Raises ValueError where there is none.

    >>> from optclaims.papers.acprop.problems import METHODS
    >>> round(largest_root(METHODS["RMSprop"], "frequent", 10, 0.9), 6)
    0.955443
    """
    domain.probability("beta1", beta1, shape=())
    low = domain.probability("low", low, "()", shape=())
    high = domain.within("high", high, low, 1, "()", shape=())
    grid = 1 - np.geomspace(1 - low, 1 - high, 400)
    signs = np.sign(drift(method, problem, period, beta1, grid))
    changes = np.flatnonzero(signs[1:] != signs[:-1])
    if not changes.size:
        raise ValueError(f"beta1 must let the drift change its sign in [{low}, {high}], got {beta1} at P = {period}")
    i = changes[-1]
    return float(brentq(lambda b2: drift(method, problem, period, beta1, b2), grid[i], grid[i + 1], xtol=1e-14))
