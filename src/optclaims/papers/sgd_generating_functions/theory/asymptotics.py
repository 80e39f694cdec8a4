r"""Power-law asymptotics of the loss, ``1 < nu``, ``Utilde(1) < 1`` (asymptotics theorem; derived anew, number not
known).

The loss is a sum of two power laws, ``L(t) ~ C_s t^-zeta + C_n t^(1/nu - 2)``: the signal that slow modes have not yet
lost, and the noise that earlier steps left in them.  The slower one wins: signal-dominated for ``zeta < 2 - 1/nu``,
else noise-dominated.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gamma as gamma_function

from optclaims.papers.sgd_generating_functions.theory import stability
from optclaims.papers.sgd_generating_functions.theory.spectra import PowerLaw, Spectrum
from optclaims.science.domain import positive
from optclaims.science.quadratics.mean_square import checked

__all__ = [
    "local_slope",
    "noise_constant",
    "phase",
    "propagator_constant",
    "signal_constant",
    "transition_time",
    "two_laws",
]

Array = NDArray[np.float64]


def phase(law: PowerLaw) -> str:
    """``signal``, ``noise``, ``eventual divergence`` (1 <= 1/nu < 2) or ``immediate divergence`` (1/nu >= 2).

    >>> phase(PowerLaw(1.5, 1.0)), phase(PowerLaw(1.5, 3.0)), phase(PowerLaw(0.75, 1.0))
    ('signal', 'noise', 'eventual divergence')
    """
    if law.nu <= 0.5:
        return "immediate divergence"
    if law.nu <= 1:
        return "eventual divergence"
    return "signal" if law.zeta < law.noise_exponent else "noise"


def _rate(law: PowerLaw, lr: ArrayLike, momentum: ArrayLike) -> Array:
    """``2 a Lambda``, the rate at which the slowest modes lose their loss per unit of k^-nu."""
    return 2 * law.scale * np.asarray(lr, dtype=float) / (1 - np.asarray(momentum, dtype=float))


def signal_constant(
    spectrum: Spectrum,
    *,
    lr: ArrayLike,
    momentum: ArrayLike,
    gamma: ArrayLike,
    tau1: ArrayLike = 1.0,
    tau2: ArrayLike = 1.0,
) -> Array:
    """``C_s = Q Gamma(zeta+1) (2 a Lambda)^-zeta / (2 (1 - Utilde(1)))``; infinite where SGD does not converge.

    Domain: lr, momentum, gamma, tau1, tau2 any shape; momentum, tau2 signed

    Raises:
        ValueError: a spectrum without a power law or not summable, parameters out of range.

    >>> from optclaims.papers.sgd_generating_functions.theory.spectra import power_law
    >>> spectrum = power_law(1.5, 1.5, 1e9)  # zeta = 1: C_s = 1 / (1.5 * 2 a * 2 (1 - Utilde(1)))
    >>> round(float(signal_constant(spectrum, lr=0.5, momentum=0.0, gamma=0.0)), 4)
    0.3333
    """
    law = spectrum.tail
    u = stability.utilde_one(spectrum, lr=lr, momentum=momentum, gamma=gamma, tau1=tau1, tau2=tau2)
    free = law.signal * gamma_function(law.zeta + 1) * _rate(law, lr, momentum) ** -law.zeta / 2
    with np.errstate(divide="ignore"):
        return np.where(u < 1, free / (1 - u), np.inf)


def propagator_constant(
    law: PowerLaw, *, lr: ArrayLike, momentum: ArrayLike, gamma: ArrayLike, tau1: ArrayLike = 1.0
) -> Array:
    """``C_U = gamma tau1 (2 a Lambda)^(1/nu) Gamma(2 - 1/nu) / (4 nu)`` of ``U_t ~ C_U t^(1/nu - 2)``, nu > 1/2.

    Domain: lr, momentum, gamma, tau1 any shape; momentum signed

    >>> round(float(propagator_constant(PowerLaw(2.0, 1.0), lr=0.5, momentum=0.0, gamma=1.0)), 4)  # sqrt(pi) / 16
    0.1108
    """
    lr, momentum, gamma, tau1, _ = checked(lr, momentum, gamma, tau1)
    if law.nu <= 0.5:
        raise ValueError(f"law must have nu above 1/2, got {law.nu:g}: the propagators do not decay")
    size = _rate(law, lr, momentum) ** (1 / law.nu)
    return np.asarray(gamma) * np.asarray(tau1) * size * gamma_function(2 - 1 / law.nu) / (4 * law.nu)


def noise_constant(
    spectrum: Spectrum,
    *,
    lr: ArrayLike,
    momentum: ArrayLike,
    gamma: ArrayLike,
    tau1: ArrayLike = 1.0,
    tau2: ArrayLike = 1.0,
) -> Array:
    """``C_n = C_U Vtilde(1) / (2 (1 - Utilde(1))^2)``; infinite where SGD does not converge.

    Domain: lr, momentum, gamma, tau1, tau2 any shape; momentum, tau2 signed

    Raises:
        ValueError: a spectrum without a power law, not summable, or of infinite ``sum_k q_k / lambda_k``; parameters
            out of range.

    >>> from optclaims.papers.sgd_generating_functions.theory.spectra import power_law
    >>> spectrum = power_law(1.5, 3.0, 1e9)
    >>> noise_constant(spectrum, lr=[0.1, 1.9], momentum=0.0, gamma=1.0).round(4)
    array([0.2258,    inf])
    """
    setting = {"lr": lr, "momentum": momentum, "gamma": gamma, "tau1": tau1, "tau2": tau2}
    u, v = stability.utilde_one(spectrum, **setting), stability.signal_sum(spectrum, **setting)
    c_u = propagator_constant(spectrum.tail, lr=lr, momentum=momentum, gamma=gamma, tau1=tau1)
    with np.errstate(divide="ignore", invalid="ignore"):  # beyond a pole both sums are infinite
        return np.where(u < 1, c_u * v / (2 * (1 - u) ** 2), np.inf)


def two_laws(spectrum: Spectrum, t: ArrayLike, **setting: ArrayLike) -> Array:
    """``C_s t^-zeta + C_n t^(1/nu - 2)`` in the noise phase, ``C_s t^-zeta`` in the signal phase, shape ``rows +
    t.shape``.

    t: numbers of steps above 0; setting: lr, momentum, gamma, tau1, tau2.

    Domain: t, lr, momentum, gamma, tau1, tau2 any shape; momentum, tau2 signed

    >>> from optclaims.papers.sgd_generating_functions.theory.spectra import power_law
    >>> two_laws(power_law(1.5, 1.5, 1e9), [1e3, 1e4], lr=0.5, momentum=0.0, gamma=0.0)  # t^-1 / 3
    array([3.33333333e-04, 3.33333333e-05])
    """
    law, t = spectrum.tail, np.asarray(positive("t", t))
    signal = np.multiply.outer(signal_constant(spectrum, **setting), t**-law.zeta)
    if phase(law) == "signal":
        return signal
    return signal + np.multiply.outer(noise_constant(spectrum, **setting), t**-law.noise_exponent)


def local_slope(spectrum: Spectrum, first: float, last: float, **setting: ArrayLike) -> Array:
    """Slope ``-log(L(last)/L(first)) / log(last/first)`` of `two_laws` (a positive number for a decreasing loss).

    setting: lr, momentum, gamma, tau1, tau2.

    Domain: lr, momentum, gamma, tau1, tau2 any shape; momentum, tau2 signed

    >>> from optclaims.papers.sgd_generating_functions.theory.spectra import power_law
    >>> round(float(local_slope(power_law(1.5, 1.5, 1e9), first=10, last=100, lr=0.5, momentum=0.0, gamma=0.1)), 6)
    1.0
    """
    first, last = positive("first", first, shape=()), positive("last", last, shape=())
    if not last > first:
        raise ValueError(f"last must be above first = {first:g}, got {last:g}")
    ends = two_laws(spectrum, [first, last], **setting)
    return -np.log(ends[..., 1] / ends[..., 0]) / np.log(last / first)


def transition_time(spectrum: Spectrum, **setting: ArrayLike) -> Array:
    """``t_trans = (C_s / C_n)^(1 / (zeta - 2 + 1/nu))``: the signal law before, the noise law after (noise phase only).

    Domain: lr, momentum, gamma, tau1, tau2 any shape; momentum, tau2 signed

    Raises:
        ValueError: a signal-dominated problem, which has no transition.

    >>> from optclaims.papers.sgd_generating_functions.theory.spectra import power_law
    >>> round(float(transition_time(power_law(2.0, 4.0, 1e9), lr=0.2, momentum=0.0, gamma=1.0)), 1)
    153.8
    """
    law = spectrum.tail
    if phase(law) != "noise":
        raise ValueError(f"no transition: zeta = {law.zeta:g} is not above 2 - 1/nu = {law.noise_exponent:g}")
    ratio = signal_constant(spectrum, **setting) / noise_constant(spectrum, **setting)
    return ratio ** (1 / (law.zeta - law.noise_exponent))
