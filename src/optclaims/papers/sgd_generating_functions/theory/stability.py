"""When does mini-batch SGD with momentum converge: ``Utilde(1) < 1`` (stability theorem; number not known)."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq
from scipy.special import gamma as gamma_function

from optclaims.papers.sgd_generating_functions.theory import generating_function
from optclaims.papers.sgd_generating_functions.theory.spectra import Spectrum

__all__ = [
    "CONVERGES",
    "GRADIENT_DIVERGES",
    "NOISE_DIVERGES",
    "critical_lr",
    "gradient_limit",
    "growth_rate",
    "lambda_crit",
    "signal_sum",
    "small_rate_growth",
    "stability_lines",
    "status",
    "utilde_one",
]

Array = NDArray[np.float64]
CONVERGES, NOISE_DIVERGES, GRADIENT_DIVERGES = "converges", "noise diverges", "gradient diverges"


def _denominators(spectrum: Spectrum, lr, momentum, gamma, tau2) -> tuple[Array, Array]:
    """Effective learning rate a and ``2 + a lambda_k (tau2 gamma - f)``, f = (1-beta)/(1+beta), with a mode axis at the
    end.
    """
    lr, momentum, gamma, tau2 = (np.asarray(a, dtype=float)[..., None] for a in (lr, momentum, gamma, tau2))
    if not np.all(np.abs(momentum) < 1):
        raise ValueError("the momentum must lie in (-1, 1)")
    if not np.all((gamma >= 0) & (gamma <= 1)):
        raise ValueError("the noise factor gamma must lie in [0, 1]")
    if not np.all(lr > 0):
        raise ValueError("the learning rate must be positive")
    rate = lr / (1 - momentum)
    return rate, 2 + rate * spectrum.eigenvalues * (tau2 * gamma - (1 - momentum) / (1 + momentum))


def utilde_one(
    spectrum: Spectrum,
    *,
    lr: ArrayLike,
    momentum: ArrayLike,
    gamma: ArrayLike,
    tau1: ArrayLike = 1.0,
    tau2: ArrayLike = 1.0,
) -> Array:
    """``Utilde(1) = gamma tau1 a sum_k lambda_k / (2 + a lambda_k (tau2 gamma - f))``; infinite beyond a pole.

    A negative denominator would make the sum small or negative and look stable, so any pole that was passed gives
    infinity.

    Raises:
        ValueError: a spectrum that is not summable (Utilde(1) is infinite for every learning rate), parameters out of
            range.
    """
    spectrum.trace()
    rate, below = _denominators(spectrum, lr, momentum, gamma, tau2)
    safe = np.where(below > 0, below, np.inf)
    sums = np.asarray(gamma) * np.asarray(tau1) * rate[..., 0] * ((spectrum.eigenvalues / safe) @ spectrum.weights)
    return np.where(np.all(below > 0, axis=-1), sums, np.inf)


def signal_sum(
    spectrum: Spectrum,
    *,
    lr: ArrayLike,
    momentum: ArrayLike,
    gamma: ArrayLike,
    tau1: ArrayLike = 1.0,
    tau2: ArrayLike = 1.0,
) -> Array:
    """``Vtilde(1) = sum_k (q_k/lambda_k) (1 + 2 a beta lambda_k / (1-beta^2)) / (a (2 + a lambda_k (tau2 gamma -
    f)))``.
    """
    rate, below = _denominators(spectrum, lr, momentum, gamma, tau2)
    b = np.asarray(momentum, dtype=float)[..., None]
    top = 1 + 2 * rate * b * spectrum.eigenvalues / (1 - b**2)
    return (top / (rate * below)) @ (spectrum.weights * spectrum.density / spectrum.eigenvalues)


def gradient_limit(spectrum: Spectrum, momentum: ArrayLike) -> Array:
    """``2 (1 + beta) / lambda_max``: the stability limit of gradient descent with momentum, without noise."""
    return 2 * (1 + np.asarray(momentum, dtype=float)) / spectrum.largest


def status(spectrum: Spectrum, *, lr: ArrayLike, momentum: ArrayLike, **noise: ArrayLike) -> NDArray[np.str_]:
    """`CONVERGES`, `NOISE_DIVERGES` (``Utilde(1) >= 1``) or `GRADIENT_DIVERGES` (beyond `gradient_limit`), element by
    element.
    """
    unstable = np.asarray(lr) >= gradient_limit(spectrum, momentum)
    noisy = utilde_one(spectrum, lr=lr, momentum=momentum, **noise) >= 1
    return np.select([unstable, noisy], [GRADIENT_DIVERGES, NOISE_DIVERGES], CONVERGES)


def critical_lr(spectrum: Spectrum, momentum: float, gamma: float, tau1: float = 1.0, tau2: float = 1.0) -> float:
    """Largest stable learning rate ``alpha_c``: the root of ``Utilde(1) = 1``, or the gradient limit where that comes
    first.
    """
    limit = float(gradient_limit(spectrum, momentum))

    def excess(lr: float) -> float:
        # 1/U - 1 rather than U - 1: it stays finite, and changes sign, when a pole comes before the gradient limit.
        return 1 / utilde_one(spectrum, lr=lr, momentum=momentum, gamma=gamma, tau1=tau1, tau2=tau2) - 1

    if gamma == 0 or excess(limit * (1 - 1e-12)) > 0:
        return limit
    return brentq(excess, 1e-12 * limit, limit * (1 - 1e-12), xtol=1e-14, rtol=1e-12)


def lambda_crit(spectrum: Spectrum, tau1: float = 1.0, tau2: float = 1.0) -> float:
    """Root of ``tau1 sum_k lambda_k / (lambda_crit + tau2 lambda_k) = 1``; ``a < 2 / (gamma lambda_crit)`` is
    necessary.

    It is the trace of H for ``tau2 = 0`` and smaller for ``tau2 > 0``; for ``tau2 < 0`` only ``lambda_crit > -tau2
    lambda_max`` has a meaning.
    """
    trace = tau1 * spectrum.trace()
    lowest = max(0.0, -tau2 * spectrum.largest)

    def excess(value: float) -> float:
        return tau1 * float(spectrum.weights @ (spectrum.eigenvalues / (value + tau2 * spectrum.eigenvalues))) - 1

    low = lowest + 1e-14 * trace
    return (
        brentq(excess, low, trace + lowest + abs(tau2) * spectrum.largest, xtol=1e-15, rtol=1e-13)
        if excess(low) > 0
        else low
    )


def stability_lines(spectrum: Spectrum, momentum: ArrayLike, gamma: float, tau2: float = 1.0) -> dict[str, Array]:
    """Learning rates over momentum of the boundary and its two upper bounds, ``noiseless`` and ``lambda_crit``."""
    momentum = np.asarray(momentum, dtype=float)
    return {
        "boundary": np.array([critical_lr(spectrum, b, gamma, tau2=tau2) for b in momentum]),
        "noiseless": gradient_limit(spectrum, momentum),
        "lambda_crit": 2 * (1 - momentum) / (gamma * lambda_crit(spectrum, tau2=tau2)),
    }


def growth_rate(
    spectrum: Spectrum, *, lr: float, momentum: float, gamma: float, tau1: float = 1.0, tau2: float = 1.0
) -> float:
    """Rate ``-log z*`` of ``L(t) ~ const z*^-t``, ``z* Utilde(z*) = 1`` in (0, 1); 0 where there is no such root
    (convergence).

    Works for spectra that are not summable: z < 1 needs only ``Tr H^2``.

    Raises:
        ValueError: a learning rate beyond the gradient limit, where a single mode diverges and the criterion does not
            apply.
    """
    if lr >= gradient_limit(spectrum, momentum):
        raise ValueError("beyond the gradient limit the growth is not that of the noise")

    def excess(rate: float) -> float:
        z = np.exp(-rate)
        return float(
            z * generating_function.utilde(spectrum, z, lr=lr, momentum=momentum, gamma=gamma, tau1=tau1, tau2=tau2) - 1
        )

    smallest = 1e-13
    if excess(smallest) <= 0:
        return 0.0
    largest = 1.0
    while excess(largest) > 0:
        largest *= 2
    return brentq(excess, smallest, largest, xtol=1e-16, rtol=1e-12)


def small_rate_growth(spectrum: Spectrum, *, lr: float, momentum: float, gamma: float, tau1: float = 1.0) -> float:
    """Growth rate for ``1/2 < nu < 1`` and small a: ``eps ~ (C_U Gamma(1/nu - 1))^(nu / (1 - nu))``, C_U of
    `asymptotics`.
    """
    nu = spectrum.law.nu
    rate = 2 * lr / (1 - momentum) * spectrum.law.scale
    c_u = gamma * tau1 * rate ** (1 / nu) * gamma_function(2 - 1 / nu) / (4 * nu)
    return (c_u * gamma_function(1 / nu - 1)) ** (nu / (1 - nu))
