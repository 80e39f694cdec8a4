"""Stationary variances from the Lyapunov equation, without closed forms."""

import numpy as np
from scipy.linalg import solve_discrete_lyapunov

from optclaims.science import domain
from optclaims.science.quadratics import two_step

__all__ = ["lyapunov_variance"]


def lyapunov_variance(
    lr: float, momentum: float, lookahead: float, curvature: float = 1.0, noise: float = 1.0
) -> float:
    """Return the stationary variance of a two-step method by solving ``C = R C R^T + noise``.

    Raises ValueError for an lr that is not positive.
    Domain: momentum, lookahead signed.

    >>> round(lyapunov_variance(0.5, 0.0, 0.0), 6)
    0.333333
    """
    for name, value in {"momentum": momentum, "lookahead": lookahead}.items():
        domain.finite(name, value, ())
    curvature = domain.positive("curvature", curvature, ())
    kick = np.diag([0.0, domain.positive("lr", lr, ()) ** 2 * domain.nonnegative("noise", noise, ())])
    return float(solve_discrete_lyapunov(two_step.companion(lr * curvature, momentum, lookahead), kick)[1, 1])
