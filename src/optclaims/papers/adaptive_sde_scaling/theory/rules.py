"""Closed forms for the noise floor and for a linear loss, where the scaling rule's validity can be read off."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optclaims.science import domain

__all__ = ["displacement_ratio", "noise_floor", "root_correction"]


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
    Domain: r, kappa any shape.

    >>> float(displacement_ratio(1.0, 7.0))
    0.5
    """
    r, kappa = domain.nonnegative("r", r), domain.positive("kappa", kappa)
    domain.broadcastable(r=r, kappa=kappa)
    return np.sqrt((1 + r) / (1 + kappa * r))


def root_correction(ratio: ArrayLike, beta2: ArrayLike, steps: ArrayLike) -> NDArray[np.float64]:
    r"""Return $\overline{E\,v_k^{-1/2}}\,(\bar g^2+\sigma^2)^{1/2} = 1 + \tfrac38 V$, the mean over the steps, up to
    $O((1-\beta_2)^2)$ (derived).

    v starts at its mean; its relative variance is $V_k = \frac{1-\beta_2}{1+\beta_2}\,
    \frac{2+4\rho}{(1+\rho)^2}\,(1-\beta_2^{2k})$ for normal noise, with ratio $\rho = \bar g^2/\sigma^2$ at the batch
    that is used. Raises ValueError for a negative ratio, beta2 outside of [0, 1) and steps below 1.
    Domain: ratio, beta2, steps any shape.

    >>> float(root_correction(0.0, 0.9, 10**9).round(4))  # 1 + 3/8 * 0.1 / 1.9 * 2
    1.0395
    """
    ratio, beta2 = domain.nonnegative("ratio", ratio), domain.probability("beta2", beta2, "[)")
    steps = np.asarray(domain.integer("steps", steps, 1), float)
    domain.broadcastable(ratio=ratio, beta2=beta2, steps=steps)
    settled = 1 - (1 - beta2 ** (2 * steps)) / (steps * (1 - np.square(beta2)))
    return 1 + 0.375 * (1 - beta2) / (1 + beta2) * (2 + 4 * ratio) / np.square(1 + ratio) * settled
