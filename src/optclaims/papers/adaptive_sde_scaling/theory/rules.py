"""Closed forms for the noise floor and for a linear loss, where the scaling rule's validity can be read off."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optclaims.science import domain

__all__ = ["displacement_ratio", "noise_floor"]


def noise_floor(sigma0: float, eps0: float, h: float = 1, s: float = 1) -> float:
    r"""Return the stationary variance $\sigma_0^2 s^2 / (2h(\sigma_0 s + \epsilon_0))$ of the RMSprop SDE (derived).

    For small eps0 it is $s\eta/(2h\sqrt B)$: a function of $\eta/\sqrt B$, where that of SGD depends on $\eta/B$.
    sigma0, h, s > 0, eps0 >= 0, else ValueError.

    >>> noise_floor(1.0, 0.0)
    0.5
    """
    domain.positive("sigma0", sigma0, ()), domain.nonnegative("eps0", eps0, ())
    domain.positive("h", h, ()), domain.positive("s", s, ())
    return (sigma0 * s) ** 2 / (2 * h * (sigma0 * s + eps0))


def displacement_ratio(r: ArrayLike, kappa: ArrayLike) -> NDArray[np.float64]:
    r"""Return $R(\kappa) = \sqrt{(1+r)/(1+\kappa r)}$, the progress per sample under the square-root rule.

    r: squared mean gradient over noise variance at the base batch, on a linear loss (derived). Under the linear rule
    it is $\sqrt\kappa R(\kappa)$. Exact where $1 - \beta$ vanishes, so that v stays at its mean.
    Raises ValueError for a negative r or kappa <= 0.

    >>> float(displacement_ratio(1.0, 7.0))
    0.5
    """
    r, kappa = domain.nonnegative("r", r), domain.positive("kappa", kappa)
    domain.broadcastable(r=r, kappa=kappa)
    return np.sqrt((1 + r) / (1 + kappa * r))
