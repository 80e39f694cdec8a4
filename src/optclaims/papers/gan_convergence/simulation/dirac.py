r"""Compiled training of the Dirac-GAN, for runs of many thousand steps: the loops of `planar` for its own fields."""

import numpy as np
from numpy.typing import ArrayLike

from optclaims.science import domain
from optclaims.science.kernels import njit

__all__ = ["dirac_run"]

SCHEMES = ("simultaneous", "alternating")


def dirac_run(
    starts: ArrayLike,
    lr: ArrayLike,
    steps: int,
    *,
    scheme: str,
    non_saturating: bool = False,
    penalty: float = 0.0,
    every: int = 1,
) -> np.ndarray:
    r"""Return the points (records, runs, 2) of SimGD, or of AltGD with one step each, recorded every so many steps.

    The field is $v = (-\psi f'(\pm\theta\psi),\ \theta f'(\theta\psi) - \gamma\psi)$ with $f'(t) = \sigma(-t)$, minus
    for the non-saturating generator. starts: $(\theta, \psi)$ (runs, 2). lr: $h > 0$, one or (runs,). penalty:
    $\gamma \ge 0$. What diverges goes on as infinity or NaN. Raises ValueError for arguments out of range.

    Domain: starts signed; lr, starts any length; lr any shape

    >>> dirac_run([[1.0, 0.0]], 0.2, 1, scheme="simultaneous")[-1].tolist()
    [[1.0, 0.1]]

    """
    starts = np.asarray(domain.finite("starts", starts, (None, 2)), float)
    lr = np.asarray(domain.positive("lr", lr), float)
    if lr.shape not in ((), (len(starts),)):
        raise ValueError(f"lr must be one number or one a run, ({len(starts)},), got shape {lr.shape}")
    steps = domain.integer("steps", steps, low=1, shape=())
    every = domain.integer("every", every, low=1, high=steps, shape=())
    alternating = bool(SCHEMES.index(domain.one_of("scheme", scheme, SCHEMES)))
    points = np.empty((steps // every + 1, len(starts), 2))
    sign = -1.0 if non_saturating else 1.0
    penalty = float(domain.nonnegative("penalty", penalty, ()))
    _train(starts, np.broadcast_to(lr, len(starts)).copy(), steps, alternating, sign, penalty, every, points)
    return points


@njit(cache=True)
def _train(starts, lr, steps, alternating, sign, penalty, every, points):
    for run in range(len(starts)):
        theta, psi = starts[run]
        points[0, run, 0], points[0, run, 1] = theta, psi
        for k in range(steps):
            slope = 1 / (1 + np.exp(theta * psi))
            moved = theta - lr[run] * psi * (slope if sign > 0 else 1 - slope)
            if alternating:
                theta = moved
                slope = 1 / (1 + np.exp(theta * psi))
            psi += lr[run] * (theta * slope - penalty * psi)
            theta = moved
            if (k + 1) % every == 0:
                points[(k + 1) // every, run, 0], points[(k + 1) // every, run, 1] = theta, psi
