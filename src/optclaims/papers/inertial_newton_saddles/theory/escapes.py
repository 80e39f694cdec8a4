r"""How long a run stays near a strict saddle. Derived from the modes; Castera 2023 tables the measured iterations."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optclaims.papers.inertial_newton_saddles.theory.modes import growing_share, growth
from optclaims.science import domain

__all__ = ["MEAN_LOG", "escape_steps", "mean_escape_steps", "plateau_radius"]

Array = NDArray[np.float64]
MEAN_LOG = float((np.euler_gamma + np.log(2)) / 2)  # -E ln|N| of a standard normal number


def escape_steps(
    start: ArrayLike, radius: float, alpha: ArrayLike, beta: ArrayLike, curvature: ArrayLike, lr: ArrayLike
) -> Array:
    r"""Return $[\ln(r/|x_0|) - \ln c]/\ln(1+\gamma s_+)$; the first step with $|x_k| > r$ is the next whole number.

    start: sizes $|x_0|$ along the unstable direction, at the author's initial velocity; radius: r, in the linear
    range. Raises ValueError for starts of size 0, which never leave.

    Domain: start, alpha, beta, lr any shape; curvature signed, any shape.

    >>> float(escape_steps(1.0, 8.0, 1.0, 1.0, -8.0, 0.125)) # doctest: +ELLIPSIS
    3.0...
    """
    distance = np.log(domain.positive("radius", radius, shape=())) - np.log(domain.positive("start", start))
    return (distance - np.log(growing_share(alpha, beta, curvature))) / growth(alpha, beta, curvature, lr)


def mean_escape_steps(
    noise: ArrayLike, radius: float, alpha: ArrayLike, beta: ArrayLike, curvature: ArrayLike, lr: ArrayLike
) -> Array:
    r"""Return the mean of `escape_steps` over starts $x_0 \sim N(0, \mathrm{noise}^2)$: $-E\ln|N| = 0.635$ is added.

    Domain: noise, alpha, beta, lr any shape; curvature signed, any shape.

    >>> float(mean_escape_steps(1e-3, 1.0, 1.0, 1.0, -8.0, 0.125)) # doctest: +ELLIPSIS
    10.88...
    """
    domain.positive("noise", noise)
    return escape_steps(noise, radius, alpha, beta, curvature, lr) + MEAN_LOG / growth(alpha, beta, curvature, lr)


def plateau_radius(target_norm: float, share: float) -> float:
    r"""Return $|u| = \sqrt{2|s|(1-\sqrt{q})}$, where the loss of a two-layer linear network is q times its plateau.

    The loss along u is $\frac12(|s| - |u|^2/2)^2$, the plateau $|s|^2/2$.

    >>> round(plateau_radius(2.0, 0.25), 4)
    1.4142
    """
    q = domain.probability("share", share, "(]", shape=())
    return float(np.sqrt(2 * domain.positive("target_norm", target_norm, shape=()) * (1 - np.sqrt(q))))
