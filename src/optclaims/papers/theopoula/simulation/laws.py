"""The invariant law of a rule with Langevin noise, without sampling: the stationary vector of its transitions."""

import numpy as np
from numpy.typing import NDArray

from optclaims.papers.theopoula.problems import Potential, slope
from optclaims.science import domain
from optclaims.science.optimizers import Rule

__all__ = ["invariant"]

ROUNDING = 1e-10  # weights of the solution that far below zero are rounding


def invariant(
    potential: Potential, rule: Rule, beta: float, points: int, bound: float = 6.0
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    r"""Return nodes x (points,) of [-bound, bound] and the weights (points,) of the invariant law of
    $x \leftarrow x - \mathrm{step}(u'(x)) + \sqrt{2\lambda/\beta}\,\xi$.

    The kernel is the normal density at the nodes, its rows scaled to one: a sum over equidistant nodes integrates a
    smooth kernel to rounding once its width $\sqrt{2\lambda/\beta}$ is 1.5 nodes, so the error left is that of the
    kinks of the step.
    rule: without memory, its lr a number
    bound: taming makes the tails heavy, exp(-3.5 |x|) at $\lambda = 0.08$; a rule that is not tamed must not overshoot
        the interval, whose ends would hold it
    Raises ValueError where the nodes are too far apart for the noise, and where no law on the interval is invariant.

    >>> from optclaims.science.optimizers import SGD
    >>> x, weights = invariant(Potential(1.0, 0.0, 0.0), SGD(0.1), 1.0, 201, bound=4.0)
    >>> round(float(weights @ x**2), 2)
    0.69
    """
    lr, beta = domain.positive("lr", rule.lr, ()), domain.positive("beta", beta, ())
    bound, points = domain.positive("bound", bound, ()), domain.integer("points", points, low=3, high=10_000, shape=())
    x = np.linspace(-bound, bound, points)
    width = np.sqrt(2 * lr / beta)
    if width < 1.5 * (x[1] - x[0]):
        raise ValueError(f"points must resolve the noise of width {width:g}, got {points} on [-{bound:g}, {bound:g}]")
    moved, _ = rule.step(x, slope(potential, x), rule.start(x), 1)
    exponent = -0.5 * ((x - moved[:, None]) / width) ** 2
    kernel = np.exp(exponent - exponent.max(axis=1, keepdims=True))  # a step out of the interval ends at its end
    balance = (kernel / kernel.sum(axis=1, keepdims=True)).T - np.eye(points)
    balance[-1] = 1.0  # one balance follows from the others; in its place: the weights sum to one
    weights = np.linalg.solve(balance, np.eye(points)[-1])
    if not weights.min() > -ROUNDING:
        raise ValueError(f"bound must hold an invariant law, got weights down to {weights.min():g} on {bound:g}")
    return x, np.maximum(weights, 0.0)
