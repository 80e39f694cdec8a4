"""Chains: any rule with Langevin noise on the superlinear example, TheoPouLa in a double well."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from optclaims.papers.theopoula.problems import LIGHT, Potential, superlinear_gradient
from optclaims.science import domain
from optclaims.science.diffusions import euler_maruyama
from optclaims.science.kernels import njit
from optclaims.science.optimizers import Rule

__all__ = ["Descent", "superlinear", "well"]

Array = NDArray[np.float64]


class Descent(NamedTuple):
    """mean, spread: (steps + 1, arms), mean and standard deviation over chains, NaN once one of them is not finite
    end: (arms, runs), the last points
    failed: (arms,), the first step at which a chain is not finite, steps + 1 where none is
    """

    mean: Array
    spread: Array
    end: Array
    failed: NDArray[np.int64]


def superlinear(
    rule: Rule,
    start: float,
    steps: int,
    runs: int,
    rng: np.random.Generator,
    *,
    beta: float = 1e12,
    clip: float | None = None,
) -> Descent:
    r"""Run $\theta \leftarrow \theta - \mathrm{step}(G(\theta, X)) + \sqrt{2\lambda/\beta}\,\xi$ on the example.

    rule: its lr (arms, 1) or a number, one row of chains for each;  start: of all chains
    clip: gradients are cut to [-clip, clip] first. Each chain draws its own X and normal at every step.
    Raises ValueError for arguments out of range.

    Domain: start signed.

    >>> from optclaims.science.optimizers import SGD
    >>> superlinear(SGD(0.1), 5.0, 3, 2, np.random.default_rng(0)).failed
    array([2])
    """
    lr = np.reshape(domain.positive("lr", rule.lr), (-1, 1))
    steps, runs = domain.integer("steps", steps, low=1, shape=()), domain.integer("runs", runs, low=2, shape=())
    noise = np.sqrt(2 * lr / domain.positive("beta", beta, ()))
    limit = np.inf if clip is None else domain.positive("clip", clip, ())
    domain.generator("rng", rng)
    theta = np.full((len(lr), runs), domain.finite("start", start, ()), float)
    state, paths, failed = rule.start(theta), [(theta.mean(1), theta.std(1))], np.full(len(lr), steps + 1)
    with np.errstate(over="ignore", invalid="ignore"):  # the explosion is what is measured
        for t in range(1, steps + 1):
            g = np.clip(superlinear_gradient(theta, rng.random(theta.shape) < LIGHT), -limit, limit)
            theta, state = rule.step(theta, g, state, t)
            theta = theta + noise * rng.standard_normal(theta.shape)
            lost = ~np.isfinite(theta).all(axis=1)
            failed[lost] = np.minimum(failed[lost], t)
            paths.append(np.where(lost, np.nan, (theta.mean(1), theta.std(1, ddof=1))))
    return Descent(*np.stack(paths, axis=1), theta, failed)


@njit
def _drift(t, x, constants, out):
    """Minus h, with both factors."""
    quartic, quadratic, linear, root, eps, _ = constants
    for i in range(x.shape[1]):
        g = quartic * x[0, i] ** 3 + quadratic * x[0, i] + linear
        out[0, i] = -g * (1 + root / (eps + abs(g))) / (1 + root * abs(g))


@njit
def _noise(t, x, z, constants, out):
    for i in range(x.shape[1]):
        out[0, i] = constants[5] * z[0, i]


def well(
    potential: Potential, lr: float, eps: float, beta: float, time: float, runs: int, rng: np.random.Generator
) -> Array:
    r"""Return the points (runs,) of chains $x \leftarrow x - \lambda h(u'(x)) + \sqrt{2\lambda/\beta}\,\xi$ at a time.

    They are the Euler-Maruyama scheme of step $\lambda$ with the drift $-h_\lambda$, from 0.
    Raises ValueError for arguments out of range.

    >>> well(Potential(1.0, -1.0, 0.0), 0.1, 0.1, 1.0, 5.0, 3, np.random.default_rng(0)).shape
    (3,)
    """
    lr, eps, beta = (domain.positive(name, x, ()) for name, x in (("lr", lr), ("eps", eps), ("beta", beta)))
    records = [max(1, round(domain.positive("time", time, ()) / lr))]
    constants = (
        potential.quartic,
        potential.quadratic,
        potential.linear,
        float(np.sqrt(lr)),
        eps,
        float(np.sqrt(2 / beta)),
    )
    return euler_maruyama(_drift, _noise, [0.0], records, lr, runs, rng, constants=constants)[0, 0]
