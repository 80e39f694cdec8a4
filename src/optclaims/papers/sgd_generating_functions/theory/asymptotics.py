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
    """``signal``, ``noise``, ``eventual divergence`` (1 <= 1/nu < 2) or ``immediate divergence`` (1/nu >= 2)."""
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
    """``C_s = Q Gamma(zeta+1) (2 a Lambda)^-zeta / (2 (1 - Utilde(1)))``; infinite where SGD does not converge."""
    law = spectrum.law
    u = stability.utilde_one(spectrum, lr=lr, momentum=momentum, gamma=gamma, tau1=tau1, tau2=tau2)
    free = law.signal * gamma_function(law.zeta + 1) * _rate(law, lr, momentum) ** -law.zeta / 2
    return np.where(u < 1, free / np.where(u < 1, 1 - u, 1.0), np.inf)


def propagator_constant(
    law: PowerLaw, *, lr: ArrayLike, momentum: ArrayLike, gamma: ArrayLike, tau1: ArrayLike = 1.0
) -> Array:
    """``C_U = gamma tau1 (2 a Lambda)^(1/nu) Gamma(2 - 1/nu) / (4 nu)`` of ``U_t ~ C_U t^(1/nu - 2)``."""
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
    """``C_n = C_U Vtilde(1) / (2 (1 - Utilde(1))^2)``; infinite where SGD does not converge."""
    setting = {"lr": lr, "momentum": momentum, "gamma": gamma, "tau1": tau1, "tau2": tau2}
    u, v = stability.utilde_one(spectrum, **setting), stability.signal_sum(spectrum, **setting)
    c_u = propagator_constant(spectrum.law, lr=lr, momentum=momentum, gamma=gamma, tau1=tau1)
    return np.where(u < 1, c_u * v / (2 * np.where(u < 1, 1 - u, 1.0) ** 2), np.inf)


def two_laws(spectrum: Spectrum, t: ArrayLike, **setting: ArrayLike) -> Array:
    """``C_s t^-zeta + C_n t^(1/nu - 2)`` in the noise phase, ``C_s t^-zeta`` in the signal phase, shape ``rows +
    t.shape``.
    """
    law, t = spectrum.law, np.asarray(t, dtype=float)
    signal = np.multiply.outer(signal_constant(spectrum, **setting), t**-law.zeta)
    if phase(law) == "signal":
        return signal
    return signal + np.multiply.outer(noise_constant(spectrum, **setting), t**-law.noise_exponent)


def local_slope(spectrum: Spectrum, first: float, last: float, **setting: ArrayLike) -> Array:
    """Slope ``-log(L(last)/L(first)) / log(last/first)`` of `two_laws` (a positive number for a decreasing loss)."""
    ends = two_laws(spectrum, [first, last], **setting)
    return -np.log(ends[..., 1] / ends[..., 0]) / np.log(last / first)


def transition_time(spectrum: Spectrum, **setting: ArrayLike) -> Array:
    """``t_trans = (C_s / C_n)^(1 / (zeta - 2 + 1/nu))``: the signal law before, the noise law after (noise phase only).

    Raises:
        ValueError: a signal-dominated problem, which has no transition.
    """
    law = spectrum.law
    if phase(law) != "noise":
        raise ValueError(f"no transition: zeta = {law.zeta:g} is not above 2 - 1/nu = {law.noise_exponent:g}")
    ratio = signal_constant(spectrum, **setting) / noise_constant(spectrum, **setting)
    return ratio ** (1 / (law.zeta - law.noise_exponent))
