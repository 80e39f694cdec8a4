r"""When mini-batch SGD with momentum is stable in mean square on a quadratic.

The noise of a batch has the covariance ``gamma (tau1 Tr[H C] H - tau2 H C H)`` of `optclaims.science.moments`; Gaussian
least squares with m fresh samples a step is ``gamma = 1 / m, tau1 = 1, tau2 = -1``.  A unit of loss makes the noise of
one step; later steps damp it, and what it adds to all later losses is U, the gain of the noise.  With
``a = lr / (1 - beta)`` and ``f = (1 - beta) / (1 + beta)``

    U = gamma tau1 a sum_k l_k / (2 + a l_k (tau2 gamma - f)),

and SGD is stable just where every denominator is positive and ``U < 1``.
Source: Velikanov, Kuznedelev, Yarotsky, ICLR 2023, the theorem on stability; derived anew.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq

from optclaims.science import domain
from optclaims.science.quadratics.two_step import largest_stable

__all__ = ["checked", "denominators", "largest_stable_lr", "noise_gain"]

Array = NDArray[np.float64]


def checked(
    lr: ArrayLike,
    momentum: ArrayLike,
    gamma: ArrayLike,
    tau1: ArrayLike = 1.0,
    tau2: ArrayLike = 1.0,
    shape: tuple | None = None,
) -> tuple[Array, Array, Array, Array, Array]:
    r"""Return lr > 0, momentum in (-1, 1), gamma in [0, 1], tau1 >= 0 and tau2 with gamma tau2 <= 1.

    The convergence theorem assumes $0 \le \gamma \tau_2 \le 1$. Below 0 the transfer map of each mode keeps second
    moments positive, so the theorem goes through, but a mode can diverge by itself: its denominator is then not
    positive. Above 1 nothing is known.

    shape: that of every argument, () for numbers; None for any shapes that broadcast.

    Domain: lr, momentum, gamma, tau1, tau2 any shape; momentum, tau2 signed

    >>> checked(0.1, 0.9, 1.0, tau2=-1.0)[0]
    0.1
    """
    lr, momentum = domain.positive("lr", lr, shape), domain.within("momentum", momentum, -1, 1, "()", shape)
    gamma, tau1 = domain.probability("gamma", gamma, shape=shape), domain.nonnegative("tau1", tau1, shape)
    tau2 = domain.finite("tau2", tau2, shape)
    domain.broadcastable(lr=lr, momentum=momentum, gamma=gamma, tau1=tau1, tau2=tau2)
    domain.within("gamma * tau2", gamma * tau2, -np.finfo(float).max, 1)
    return lr, momentum, gamma, tau1, tau2


def denominators(
    eigenvalues: ArrayLike, lr: ArrayLike, momentum: ArrayLike, gamma: ArrayLike, tau2: ArrayLike = 1.0
) -> tuple[Array, Array]:
    r"""Return ``a = lr / (1 - beta)`` and ``2 + a l_k (tau2 gamma - f)``, with a mode axis at the end.

    Domain: lr, momentum, gamma, tau2 any shape; momentum, tau2 signed

    >>> rate, below = denominators([1.0, 2.0], 0.5, 0.0, 1.0)
    >>> rate, below
    (array([0.5]), array([2., 2.]))
    """
    eigenvalues = domain.nonnegative("eigenvalues", eigenvalues, (None,))
    lr, momentum, gamma, _, tau2 = checked(lr, momentum, gamma, tau2=tau2)
    return _denominators(eigenvalues, lr, momentum, gamma, tau2)


def noise_gain(
    eigenvalues: ArrayLike,
    *,
    lr: ArrayLike,
    momentum: ArrayLike = 0.0,
    gamma: ArrayLike,
    tau1: ArrayLike = 1.0,
    tau2: ArrayLike = 1.0,
    weights: ArrayLike | None = None,
) -> Array:
    r"""Return U, shape of the broadcast setting; infinite where a denominator is not positive.

    weights: multiplicities of the eigenvalues, 1 by default.

    Domain: lr, momentum, gamma, tau1, tau2 any shape; momentum, tau2 signed

    >>> noise_gain([1.0], lr=[0.5, 2 / 3, 1.5], gamma=1.0, tau2=-1.0).round(6)  # (1 - x)^2 + 2 x^2 is 1 at 2/3
    array([0.5, 1. , inf])
    """
    eigenvalues, weights = _spectrum(eigenvalues, weights)
    return _gain(eigenvalues, weights, *checked(lr, momentum, gamma, tau1, tau2))


def largest_stable_lr(
    eigenvalues: ArrayLike,
    momentum: float = 0.0,
    *,
    gamma: float,
    tau1: float = 1.0,
    tau2: float = 1.0,
    weights: ArrayLike | None = None,
) -> float:
    r"""Return the root of ``U = 1``, or the limit ``2 (1 + beta) / max l`` without noise where that comes first.

    Arguments as for `noise_gain`.

    Domain: momentum, tau2 signed

    >>> round(largest_stable_lr([1.0], gamma=1.0, tau2=-1.0), 12)  # least squares, one dimension, one sample
    0.666666666667
    """
    eigenvalues, weights = _spectrum(eigenvalues, weights)
    largest = domain.positive("largest of the eigenvalues", float(eigenvalues.max()))
    _, momentum, gamma, tau1, tau2 = checked(1.0, momentum, gamma, tau1, tau2, shape=())
    limit = float(largest_stable(momentum) / largest)

    def excess(lr: float) -> float:
        # 1/U - 1 rather than U - 1: it stays finite, and changes sign, when a pole comes before the limit.
        return 1 / _gain(eigenvalues, weights, lr, momentum, gamma, tau1, tau2) - 1

    if gamma * tau1 == 0 or excess(limit * (1 - 1e-12)) > 0:
        return limit
    return brentq(excess, 1e-12 * limit, limit * (1 - 1e-12), xtol=1e-14 * limit, rtol=1e-12)


def _spectrum(eigenvalues: ArrayLike, weights: ArrayLike | None) -> tuple[Array, Array]:
    eigenvalues = domain.nonnegative("eigenvalues", eigenvalues, (None,))
    if weights is None:
        return eigenvalues, np.ones(len(eigenvalues))
    return eigenvalues, domain.positive("weights", weights, (len(eigenvalues),))


def _denominators(eigenvalues, lr, momentum, gamma, tau2) -> tuple[Array, Array]:
    lr, momentum, gamma, tau2 = (np.asarray(a, dtype=float)[..., None] for a in (lr, momentum, gamma, tau2))
    rate = lr / (1 - momentum)
    return rate, 2 + rate * eigenvalues * (tau2 * gamma - (1 - momentum) / (1 + momentum))


def _gain(eigenvalues, weights, lr, momentum, gamma, tau1, tau2) -> Array:
    rate, below = _denominators(eigenvalues, lr, momentum, gamma, tau2)
    safe = np.where(below > 0, below, np.inf)
    sums = np.asarray(gamma) * np.asarray(tau1) * rate[..., 0] * ((eigenvalues / safe) @ weights)
    return np.where(np.all(below > 0, axis=-1), sums, np.inf)
