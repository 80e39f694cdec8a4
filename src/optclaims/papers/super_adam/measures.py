"""What is measured on runs: mean squares, and root mean squares over what is predicted for them."""

import numpy as np
from numpy.typing import ArrayLike

from optclaims import statistics
from optclaims.papers.super_adam import simulation
from optclaims.papers.super_adam.problems import Setting
from optclaims.science import domain
from optclaims.statistics import Estimate

__all__ = ["distance_of_a_step", "last_not_below", "rms_over"]


def rms_over(gradients: ArrayLike, predicted: ArrayLike) -> Estimate:
    r"""Return the root mean square over runs, coordinates and records of gradients over prediction.

    $\bigl(\sum g^2/\sum p^2\bigr)^{1/2}$, each record with the same weight. gradients: (records, runs, d); predicted:
    (records, d), root mean squares.

    Domain: gradients signed; gradients, predicted any shape.

    >>> rms_over(np.full((1, 2, 1), 3.0), [[2.0]]).value
    1.5
    """
    gradients = domain.finite("gradients", np.asarray(gradients, float), (None, None, None))
    predicted = np.asarray(domain.positive("predicted", predicted), float)
    domain.shape("predicted", predicted, (len(gradients), gradients.shape[2]))
    shares = (gradients**2).sum(axis=2) / (predicted**2).sum(axis=1)[:, None]
    square = statistics.mean(shares.mean(axis=0))
    return Estimate(*(max(end, 0.0) ** 0.5 for end in (square.value, square.low, square.high)))


def last_not_below(first: ArrayLike, second: ArrayLike) -> int:
    """Return the last index at which `first` is not below `second`; both (n,).

    Raises ValueError where that is never, or still so at the end.

    Domain: first, second any length.

    >>> last_not_below([3.0, 2.0, 1.0], [2.0, 2.0, 2.0])
    1
    """
    first, second = (domain.vector(n, np.asarray(v, float)) for n, v in (("first", first), ("second", second)))
    domain.shape("second", second, (len(first),))
    above = np.flatnonzero(first >= second)
    if not len(above) or above[-1] == len(first) - 1:
        raise ValueError(
            f"first must cross below second and stay there, got {first[-1]:g} and {second[-1]:g} at the end"
        )
    return int(above[-1])


def distance_of_a_step(setting: Setting, gradients: ArrayLike, weighted: bool) -> float:
    """Return the largest distance of the estimate after one step of the rule, the 300th, from the formula.

    gradients: (3, d), the estimate before the step and the gradients of one sample at the new and at the last point
    weighted: False leaves the factor 1 - alpha of the correction out of the formula

    Domain: gradients signed.

    >>> distance_of_a_step(Setting(1, 2.0), np.eye(3), weighted=True) < 1e-15
    True
    """
    if not isinstance(setting, Setting):
        raise ValueError(f"setting must be a Setting, got {type(setting).__name__}")
    domain.one_of("weighted", weighted, (True, False))
    g, now, before = domain.finite("gradients", np.asarray(gradients, float), (3, None))
    rule, zero = setting.rule(matrix="constant", eps=1.0), np.zeros_like(g)
    _, state = rule.step(zero, now, {"g": g, "v": zero}, 300, before=before)
    expected = simulation.one_estimate(g, now, before, float(setting.alpha(300)), weighted=weighted)
    return float(np.abs(state["g"] - expected).max())
