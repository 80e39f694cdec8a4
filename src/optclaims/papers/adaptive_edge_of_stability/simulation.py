"""Runs of optimizers on a quadratic and on networks, with records of their sharpness."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optclaims.science import domain
from optclaims.science.optimizers import Rule

__all__ = ["growth"]

OVERFLOW = 1e100  # a run that has grown so far stays there


def growth(rule: Rule, curvature: ArrayLike, steps: int) -> NDArray[np.float64]:
    r"""Return $\log_{10}$ of the growth of $|(\theta_t, \theta_{t-1})|$ over `steps` steps (100 at most).

    From $\theta_0 = 1$, on quadratics $s\theta^2/2$. curvature: s (cells,);
    the rule's numbers may be arrays (cells,) too.
    Domain: curvature any length.

    >>> from optclaims.science.optimizers import SGD
    >>> growth(SGD(lr=1.0), [1.9, 2.1], 500).round()
    array([-23.,  21.])
    """
    if not isinstance(rule, Rule):
        raise ValueError(f"rule must be an optimizer of this package, got {rule!r}")
    s = np.asarray(domain.nonnegative("curvature", curvature, (None,)), float)
    theta = before = np.ones(len(s))
    state = rule.start(theta)
    for t in range(1, domain.integer("steps", steps, low=1, shape=()) + 1):
        new, state = rule.step(theta, s * theta, state, t)
        before, theta = theta, np.where(np.abs(theta) < OVERFLOW, new, theta)
    return np.log10(np.hypot(theta, before) / 2**0.5 + np.finfo(float).tiny)
