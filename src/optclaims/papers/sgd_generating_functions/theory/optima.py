"""Optimal learning rates and momenta of both phases (appendices; the trace inequality is "condition (91)" in the
authors' code).
"""

from collections.abc import Callable

import numpy as np
from scipy.optimize import minimize_scalar

from optclaims.papers.sgd_generating_functions.theory import asymptotics, stability
from optclaims.papers.sgd_generating_functions.theory.spectra import Spectrum
from optclaims.science.domain import function, positive, probability, within
from optclaims.science.quadratics.mean_square import checked

__all__ = [
    "best_rate_noise",
    "best_rate_signal",
    "momentum_derivative",
    "numerical_best_rate",
    "numerical_momentum_derivative",
    "trace_difference",
]


def best_rate_signal(spectrum: Spectrum, gamma: float, tau1: float = 1.0) -> float:
    """Effective rate ``a* = 2 zeta / ((1 + zeta) gamma tau1 Tr H)`` that minimises C_s.

    Exact where ``Utilde(1) = gamma tau1 a Tr H / 2``: at beta = 0 with gamma tau2 = 1, or as beta -> 1 with tau2 = 0.

    Raises:
        ValueError: gamma outside (0, 1], tau1 that is not positive, a spectrum without a law or a trace.

    >>> from optclaims.papers.sgd_generating_functions.theory.spectra import power_law
    >>> spectrum = power_law(1.5, 1.5, 1e9)  # zeta = 1: half of the critical rate 2 / Tr H
    >>> round(best_rate_signal(spectrum, gamma=1.0) * spectrum.trace(), 6)
    1.0
    """
    gamma, tau1 = probability("gamma", gamma, "(]", shape=()), positive("tau1", tau1, shape=())
    zeta = spectrum.tail.zeta
    return 2 * zeta / ((1 + zeta) * gamma * tau1 * spectrum.trace())


def best_rate_noise(spectrum: Spectrum, gamma: float, tau1: float = 1.0) -> float:
    """Learning rate ``2 (nu - 1) / ((3 nu - 1) gamma tau1 Tr H)`` that minimises C_n at beta = 0 (exact for gamma tau2
    = 1).

    Raises:
        ValueError: gamma outside (0, 1], tau1 that is not positive, a spectrum without a law or with nu <= 1.

    >>> from optclaims.papers.sgd_generating_functions.theory.spectra import power_law
    >>> spectrum = power_law(2.0, 5.0, 1e9)
    >>> round(best_rate_noise(spectrum, gamma=1.0) * spectrum.trace(), 6)  # 2 / 5
    0.4
    """
    gamma, tau1 = probability("gamma", gamma, "(]", shape=()), positive("tau1", tau1, shape=())
    nu = _summable(spectrum)
    return 2 * (nu - 1) / ((3 * nu - 1) * gamma * tau1 * spectrum.trace())


def _summable(spectrum: Spectrum) -> float:
    """The exponent nu of a tail whose eigenvalues can be summed."""
    return within("nu of the spectrum", spectrum.tail.nu, 1, np.finfo(float).max, "(]")


def numerical_best_rate(
    spectrum: Spectrum, constant: Callable = asymptotics.signal_constant, momentum: float = 0.0, **noise: float
) -> float:
    """Learning rate that minimises a loss constant (C_s or C_n) at fixed momentum, by a search below alpha_c.

    noise: gamma, tau1, tau2.

    Domain: momentum, tau2 signed

    >>> from optclaims.papers.sgd_generating_functions.theory.spectra import power_law
    >>> spectrum = power_law(1.5, 1.5, 1e9)
    >>> round(numerical_best_rate(spectrum, gamma=1.0) / best_rate_signal(spectrum, gamma=1.0), 4)
    1.0
    """
    function("constant", constant)
    limit = stability.critical_lr(spectrum, momentum, **noise)

    def objective(lr: float) -> float:
        return float(np.log(constant(spectrum, lr=lr, momentum=momentum, **noise)))

    found = minimize_scalar(
        objective, bounds=(1e-6 * limit, limit * (1 - 1e-9)), method="bounded", options={"xatol": 1e-12}
    )
    return float(found.x)


def trace_difference(spectrum: Spectrum, factor: float | None = None) -> float:
    """``Tr H Tr H C_0 - ((nu-1)/nu) Tr H^2 Tr C_0`` with ``Tr H C_0`` scaled to 1; positive where negative momentum
    helps.

    ``factor`` replaces ``(nu-1)/nu``.

    Raises:
        ValueError: a spectrum without a law, with nu <= 1, or of infinite ``Tr C_0``; a factor that is not positive.

    >>> from optclaims.papers.sgd_generating_functions.theory.spectra import power_law
    >>> round(trace_difference(power_law(1.5, 3.0, float("inf")), factor=1.0), 3)
    1.122
    """
    nu = _summable(spectrum)
    factor = (nu - 1) / nu if factor is None else positive("factor", factor, shape=())
    return spectrum.trace() - factor * spectrum.trace(2) * spectrum.signal(-1) / spectrum.signal()


def momentum_derivative(spectrum: Spectrum, lr: float, factor: float | None = None) -> float:
    """``d log C_n / d beta`` at beta = 0, gamma tau2 = 1 and the best rate: ``alpha [Tr H C_0/Tr C_0 - ((nu-1)/nu) Tr
    H^2/Tr H]``.

    factor: as in `trace_difference`.

    >>> from optclaims.papers.sgd_generating_functions.theory.spectra import power_law
    >>> spectrum = power_law(1.5, 3.0, float("inf"))
    >>> lr = best_rate_noise(spectrum, gamma=1.0)
    >>> round(momentum_derivative(spectrum, lr, factor=1 / 3), 4)
    0.0715
    """
    lr = positive("lr", lr, shape=())
    scale = spectrum.signal() / (spectrum.signal(-1) * spectrum.trace())
    return lr * trace_difference(spectrum, factor) * scale


def numerical_momentum_derivative(spectrum: Spectrum, lr: float, step: float = 1e-4, **noise: float) -> float:
    """Central difference of ``log C_n`` in beta at beta = 0 and fixed learning rate.

    noise: gamma, tau1, tau2.

    Domain: tau2 signed

    Raises:
        ValueError: a learning rate at which SGD does not converge, parameters out of range.

    >>> from optclaims.papers.sgd_generating_functions.theory.spectra import power_law
    >>> spectrum = power_law(1.5, 3.0, float("inf"))
    >>> lr = best_rate_noise(spectrum, gamma=1.0)
    >>> round(numerical_momentum_derivative(spectrum, lr, gamma=1.0), 4)
    0.0715
    """
    step = within("step", step, 0, 1, "()", shape=())
    checked(lr, 0.0, **noise, shape=())
    high, low = (asymptotics.noise_constant(spectrum, lr=lr, momentum=b, **noise) for b in (step, -step))
    if not np.isfinite(high + low):
        raise ValueError(f"lr must be below the critical rate, got {lr:g}")
    return float(np.log(high / low) / (2 * step))
