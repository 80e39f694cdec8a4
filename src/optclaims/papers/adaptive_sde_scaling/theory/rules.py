"""Closed forms for the noise floor and for a linear loss, where the scaling rule's validity can be read off."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["displacement_ratio", "noise_floor"]


def noise_floor(sigma0: float, eps0: float, h: float = 1, s: float = 1) -> float:
    r"""Return the stationary variance $\sigma_0^2 s^2 / (2h(\sigma_0 s + \epsilon_0))$ of the RMSprop SDE (derived).

    For small eps0 it is $s\eta/(2h\sqrt B)$: a function of $\eta/\sqrt B$, where that of SGD depends on $\eta/B$.
    """
    if not (h > 0 and sigma0 * s + eps0 > 0):
        raise ValueError("a stationary law needs h > 0 and a positive preconditioner")
    return (sigma0 * s) ** 2 / (2 * h * (sigma0 * s + eps0))


def displacement_ratio(r: ArrayLike, kappa: ArrayLike) -> NDArray[np.float64]:
    r"""Return $R(\kappa) = \sqrt{(1+r)/(1+\kappa r)}$, the progress per sample under the square-root rule.

    r: squared mean gradient over noise variance at the base batch, on a linear loss (derived). Under the linear rule
    it is $\sqrt\kappa R(\kappa)$. Raises ValueError for a negative r or kappa <= 0.
    """
    r, kappa = np.asarray(r, float), np.asarray(kappa, float)
    if np.any(r < 0) or np.any(kappa <= 0):
        raise ValueError("need r >= 0 and kappa > 0")
    return np.sqrt((1 + r) / (1 + kappa * r))
