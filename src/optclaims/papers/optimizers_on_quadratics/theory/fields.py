r"""Critical points of an isotropic Gaussian field with covariance ``exp(-r^2 / 2)``, and of quadratic saddles.

Given the value u the Hessian is ``G - u I`` with G from the Gaussian orthogonal ensemble (variance 1 off the
diagonal, 2 on it). Kac and Rice weigh with ``|det|``; exactly, the share of points with k negative eigenvalues is
proportional to ``E exp(-x_(k+1)^2 / 4)`` over the ordered eigenvalues of a (d + 1)-dimensional matrix of the same kind,
and u has there the law of ``x_(k+1)`` so weighted. Source: derived (Fyodorov 2004, Auffinger, Ben Arous and Cerny,
recalled).
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optclaims.science import domain

__all__ = ["escape_steps", "levenberg_factor", "morse_shares"]

Array = NDArray[np.float64]


def escape_steps(eps: ArrayLike, lr: float, curvature: float, radius: float = 1.0) -> NDArray[np.int64]:
    r"""Return ``ceil(log(radius / eps) / log(1 + h |l|))``: steps until gradient descent has left a saddle.

    Raises ValueError for an eps outside (0, radius), an lr that is not positive or a curvature that is not negative.
    Domain: eps any shape; curvature signed.

    >>> escape_steps([0.1, 0.01], 0.34, -1.0)
    array([ 8, 16])
    """
    radius = domain.positive("radius", radius, ())
    if not domain.finite("curvature", curvature, ()) < 0:
        raise ValueError(f"curvature must be negative, got {curvature}")
    eps = np.asarray(domain.within("eps", eps, 0, radius, "()"))
    grow = 1 - domain.positive("lr", lr, ()) * curvature
    return np.ceil(np.log(radius / eps) / np.log(grow)).astype(int)


def levenberg_factor(damping: float, curvature: float) -> float:
    r"""Return ``M / (l + M)``, the factor of an eigendirection under a Newton step damped by M.

    It escapes a saddle just where ``M > |l|``, or through a large step just below. Raises ValueError for ``l = -M``.
    Domain: damping, curvature signed.

    >>> levenberg_factor(2.0, -1.0)
    2.0
    """
    if domain.finite("damping", damping, ()) + domain.finite("curvature", curvature, ()) == 0:
        raise ValueError(f"damping must not be the negative of the curvature, got {damping}")
    return damping / (curvature + damping)


def morse_shares(least: float) -> Array:
    r"""Return the shares by index in four dimensions, given that of the minima: ``(m, 1/4, 1/2 - 2m, 1/4, m)``.

    Opposite indices are equally frequent, and the alternating sum vanishes by Morse's count: even and odd indices are
    half of all each. Raises ValueError for a share outside [0, 1/4].

    >>> morse_shares(0.06)
    array([0.06, 0.25, 0.38, 0.25, 0.06])
    """
    m = domain.within("least", least, 0, 0.25, shape=())
    return np.array([m, 0.25, 0.5 - 2 * m, 0.25, m])
