"""When does mini-batch SGD with momentum converge: ``Utilde(1) < 1`` (stability theorem; number not known).

Every function takes momentum beta in (-1, 1), the noise factor gamma in [0, 1] and ``gamma tau2 <= 1``.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq
from scipy.special import gamma as gamma_function

from optclaims.papers.sgd_generating_functions.theory import generating_function
from optclaims.papers.sgd_generating_functions.theory.spectra import Spectrum
from optclaims.science.domain import finite, positive, probability, vector, within
from optclaims.science.quadratics import mean_square, two_step
from optclaims.science.quadratics.mean_square import checked

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

    Domain: lr, momentum, gamma, tau1, tau2 any shape; momentum, tau2 signed

    Raises:
        ValueError: a spectrum that is not summable (Utilde(1) is infinite for every learning rate), parameters out of
            range.

    >>> from optclaims.papers.sgd_generating_functions.theory.spectra import power_law
    >>> round(float(utilde_one(power_law(1.5, 1.0, 1e6), lr=0.1, momentum=0.0, gamma=1.0)), 4)  # 0.05 Tr H
    0.1305
    """
    spectrum.trace()
    setting = {"lr": lr, "momentum": momentum, "gamma": gamma, "tau1": tau1, "tau2": tau2}
    return mean_square.noise_gain(spectrum.eigenvalues, **setting, weights=spectrum.weights)


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
    f)))``; infinite beyond a pole.

    Domain: lr, momentum, gamma, tau1, tau2 any shape; momentum, tau2 signed

    Raises:
        ValueError: parameters out of range, a spectrum for which ``sum_k q_k / lambda_k`` does not converge.

    >>> from optclaims.papers.sgd_generating_functions.theory.spectra import power_law
    >>> float(signal_sum(power_law(1.5, 1.0, modes=1), lr=0.5, momentum=0.0, gamma=0.0))  # 1 + 1/4 + 1/16 + ...
    1.3333...
    """
    spectrum.signal(-1)
    lr, momentum, gamma, tau1, tau2 = checked(lr, momentum, gamma, tau1, tau2)
    rate, below = mean_square.denominators(spectrum.eigenvalues, lr, momentum, gamma, tau2)
    b = np.asarray(momentum, dtype=float)[..., None]
    top = 1 + 2 * rate * b * spectrum.eigenvalues / (1 - b**2)
    carries = spectrum.density > 0
    weight = np.where(carries, spectrum.weights * spectrum.density, 0) / np.where(carries, spectrum.eigenvalues, 1)
    sums = (top / (rate * np.where(below > 0, below, np.inf))) @ weight
    return np.where(np.all(below > 0, axis=-1), sums, np.inf)


def gradient_limit(spectrum: Spectrum, momentum: ArrayLike) -> Array:
    """``2 (1 + beta) / lambda_max``: the stability limit of gradient descent with momentum, without noise.

    Domain: momentum any shape, signed

    >>> from optclaims.papers.sgd_generating_functions.theory.spectra import power_law
    >>> float(gradient_limit(power_law(1.5, 1.0, 100), momentum=0.5))
    3.0
    """
    return two_step.largest_stable(momentum) / spectrum.largest


def status(spectrum: Spectrum, *, lr: ArrayLike, momentum: ArrayLike, **noise: ArrayLike) -> NDArray[np.str_]:
    """`CONVERGES`, `NOISE_DIVERGES` (``Utilde(1) >= 1``) or `GRADIENT_DIVERGES` (beyond `gradient_limit`), element by
    element.

    noise: gamma, tau1, tau2.

    Domain: lr, momentum, gamma, tau1, tau2 any shape; momentum, tau2 signed

    >>> from optclaims.papers.sgd_generating_functions.theory.spectra import power_law
    >>> status(power_law(1.5, 1.0, 1000), lr=[0.1, 1.5, 2.5], momentum=0.0, gamma=1.0)
    array(['converges', 'noise diverges', 'gradient diverges'], dtype='<U17')
    """
    noisy = utilde_one(spectrum, lr=lr, momentum=momentum, **noise) >= 1
    unstable = np.asarray(lr) >= gradient_limit(spectrum, momentum)
    return np.select([unstable, noisy], [GRADIENT_DIVERGES, NOISE_DIVERGES], CONVERGES)


def critical_lr(spectrum: Spectrum, momentum: float, gamma: float, tau1: float = 1.0, tau2: float = 1.0) -> float:
    """Largest stable learning rate ``alpha_c``: the root of ``Utilde(1) = 1``, or the gradient limit where that comes
    first.

    Domain: momentum, tau2 signed

    >>> from optclaims.papers.sgd_generating_functions.theory.spectra import power_law
    >>> spectrum = power_law(1.5, 1.0, 1000)
    >>> round(critical_lr(spectrum, momentum=0.0, gamma=1.0) * spectrum.trace(), 6)
    2.0
    """
    _, momentum, gamma, tau1, tau2 = checked(1.0, momentum, gamma, tau1, tau2, shape=())
    noise = {"gamma": gamma, "tau1": tau1, "tau2": tau2}
    if gamma * tau1 != 0:
        spectrum.trace()
    return mean_square.largest_stable_lr(spectrum.eigenvalues, momentum, **noise, weights=spectrum.weights)


def lambda_crit(spectrum: Spectrum, tau1: float = 1.0, tau2: float = 1.0) -> float:
    """Root of ``tau1 sum_k lambda_k / (lambda_crit + tau2 lambda_k) = 1``; ``a < 2 / (gamma lambda_crit)`` is
    necessary.

    It is the trace of H for ``tau2 = 0`` and smaller for ``tau2 > 0``; for ``tau2 < 0`` only ``lambda_crit > -tau2
    lambda_max`` has a meaning.

    Domain: tau2 signed

    >>> from optclaims.papers.sgd_generating_functions.theory.spectra import power_law
    >>> round(lambda_crit(power_law(1.5, 1.0, 1000)), 4)
    2.1477
    """
    tau1, tau2 = positive("tau1", tau1, shape=()), finite("tau2", tau2, shape=())
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
    """Learning rates over momentum (n,) of the boundary and its two upper bounds, ``noiseless`` and ``lambda_crit``.

    Domain: momentum, tau2 signed

    >>> from optclaims.papers.sgd_generating_functions.theory.spectra import power_law
    >>> lines = stability_lines(power_law(1.5, 1.0, 1000), momentum=[0.0, 0.9], gamma=1.0)
    >>> {name: line.round(2) for name, line in lines.items()}
    {'boundary': array([0.78, 0.09]), 'noiseless': array([2. , 3.8]), 'lambda_crit': array([0.93, 0.09])}
    """
    momentum = vector("momentum", within("momentum", momentum, -1, 1, "()"))
    gamma = probability("gamma", gamma, "(]", shape=())
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

    Works for spectra that are not summable: z < 1 needs only ``Tr H^2``. For ``tau2 < 0`` a mode may diverge by itself;
    ``Utilde`` then has a pole in (0, 1), and the root lies before it.

    Domain: momentum, tau2 signed

    Raises:
        ValueError: a learning rate beyond the gradient limit, where a single mode diverges without noise and the
            criterion does not apply, or so small that the growth is lost in rounding; parameters out of range.

    >>> from optclaims.papers.sgd_generating_functions.theory.spectra import power_law
    >>> spectrum = power_law(1.5, 1.0, modes=60)
    >>> growth_rate(spectrum, lr=0.1, momentum=0.0, gamma=1.0)
    0.0
    >>> rate = growth_rate(spectrum, lr=1.2, momentum=0.0, gamma=1.0, tau2=-1.0)
    >>> round(float(np.exp(rate)), 2)  # times a step
    3.11
    """
    lr, momentum, gamma, tau1, tau2 = checked(lr, momentum, gamma, tau1, tau2, shape=())
    limit = float(gradient_limit(spectrum, momentum))
    if lr >= limit:
        raise ValueError(f"lr must be below the gradient limit {limit:g}, got {lr:g}: its growth is not the noise's")
    spectrum.trace(2)
    noise = {"momentum": momentum, "gamma": gamma, "tau1": tau1, "tau2": tau2}

    def excess(rate: float) -> float:
        z = np.exp(-rate)
        return float(z * generating_function.utilde(spectrum, z, lr=lr, **noise) - 1)

    # Beyond a pole the series diverges and its continuation may be small: the search begins just before it.
    # With gamma tau2 >= 0 there is none below the gradient limit.
    alone = np.log(generating_function.largest_growth(spectrum, lr=lr, **noise)) if gamma * tau2 < 0 else 0.0
    smallest = max(1e-13, alone * (1 + 1e-12) + 1e-15)
    if gamma * tau1 == 0 or excess(smallest) <= 0:
        if gamma * tau1 > 0 and alone < 1e-13 and _diverges(spectrum, lr=lr, **noise):
            raise ValueError(f"lr must be larger, got {lr:g}: a growth below {smallest:g} a step cannot be resolved")
        return max(0.0, float(alone))
    largest = max(1.0, 2 * smallest)
    while excess(largest) > 0:
        largest *= 2
    return brentq(excess, smallest, largest, xtol=1e-16, rtol=1e-12)


def _diverges(spectrum: Spectrum, **setting: float) -> bool:
    """Whether ``Utilde(1) > 1``; it is infinite for eigenvalues that are not summable."""
    return (spectrum.infinite and spectrum.law.nu <= 1) or bool(utilde_one(spectrum, **setting) > 1)


def small_rate_growth(spectrum: Spectrum, *, lr: float, momentum: float, gamma: float, tau1: float = 1.0) -> float:
    """Growth rate for ``1/2 < nu < 1`` and small a: ``eps ~ (C_U Gamma(1/nu - 1))^(nu / (1 - nu))``, C_U of
    `asymptotics`.

    Domain: momentum signed

    Raises:
        ValueError: an exponent nu outside (1/2, 1), parameters out of range.

    >>> from optclaims.papers.sgd_generating_functions.theory.spectra import power_law
    >>> spectrum, setting = power_law(0.75, 0.5, float("inf")), {"lr": 1e-3, "momentum": 0.0, "gamma": 1.0}
    >>> round(growth_rate(spectrum, **setting) / small_rate_growth(spectrum, **setting), 2)
    0.99
    """
    lr, momentum, gamma, tau1, _ = checked(lr, momentum, gamma, tau1, shape=())
    nu = within("nu of the spectrum", spectrum.tail.nu, 0.5, 1, "()")
    rate = 2 * lr / (1 - momentum) * spectrum.tail.scale
    c_u = gamma * tau1 * rate ** (1 / nu) * gamma_function(2 - 1 / nu) / (4 * nu)
    return float((c_u * gamma_function(1 / nu - 1)) ** (nu / (1 - nu)))
