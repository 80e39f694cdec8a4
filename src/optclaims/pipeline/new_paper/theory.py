"""Exact second moments of SGD on a noisy quadratic (replace by the theory of the paper)."""

import numpy as np
from numpy.typing import ArrayLike

from optclaims.science import domain


def stationary_variance(lr: ArrayLike, sigma: float) -> np.ndarray:
    r"""Return the stationary variance of $x \leftarrow x - \eta (x + \sigma \xi)$: $\eta \sigma^2 / (2 - \eta)$.

    lr: learning rates $\eta$, any shape. sigma: standard deviation of the gradient noise.
    Raises ValueError unless 0 < lr < 2, outside which SGD diverges. Source: Section 1 (derived).

    >>> stationary_variance(1.0, sigma=3.0)
    array(9.)
    """
    lr = np.asarray(domain.positive("lr", lr), float)
    if not (lr < 2).all():
        raise ValueError(f"lr: SGD on f(x) = x^2/2 is stable for 0 < lr < 2, got {lr}")
    return lr * domain.nonnegative("sigma", sigma) ** 2 / (2 - lr)


def small_rate_variance(lr: ArrayLike, sigma: float) -> np.ndarray:
    r"""Return the limit for small learning rates, $\eta \sigma^2 / 2$: a plausible mistake at larger ones.

    >>> small_rate_variance(1.0, sigma=3.0)
    array(4.5)
    """
    return np.asarray(domain.positive("lr", lr), float) * domain.nonnegative("sigma", sigma) ** 2 / 2
