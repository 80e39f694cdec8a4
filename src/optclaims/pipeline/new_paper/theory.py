"""Exact second moments of SGD on a noisy quadratic (replace by the theory of the paper)."""

import numpy as np
from numpy.typing import ArrayLike

from optclaims.science.domain import nonnegative, positive, within


def stationary_variance(lr: ArrayLike, sigma: float) -> np.ndarray:
    r"""Return the stationary variance of $x \leftarrow x - \eta (x + \sigma \xi)$: $\eta \sigma^2 / (2 - \eta)$.

    lr: learning rates $\eta$, any shape. sigma: standard deviation of the gradient noise.
    Raises ValueError unless 0 < lr < 2, outside which SGD diverges. Source: Section 1 (derived).

    Domain: lr any shape

    >>> stationary_variance([0.5, 1.0], sigma=3.0)
    array([3., 9.])
    """
    lr, sigma = np.asarray(within("lr", lr, 0, 2, "()")), nonnegative("sigma", sigma, shape=())
    return lr * sigma**2 / (2 - lr)


def small_rate_variance(lr: ArrayLike, sigma: float) -> np.ndarray:
    r"""Return the limit for small learning rates, $\eta \sigma^2 / 2$.

    Domain: lr any shape

    >>> small_rate_variance([0.02], sigma=10.0)
    array([1.])
    """
    return np.asarray(positive("lr", lr)) * nonnegative("sigma", sigma, shape=()) ** 2 / 2
