"""Optimal learning rates and momenta of both phases (appendices; the trace inequality is "condition (91)" in the
authors' code).
"""

import numpy as np
from scipy.optimize import minimize_scalar

from optclaims.papers.sgd_generating_functions.theory import asymptotics, stability
from optclaims.papers.sgd_generating_functions.theory.spectra import Spectrum

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
    """
    zeta = spectrum.law.zeta
    return 2 * zeta / ((1 + zeta) * gamma * tau1 * spectrum.trace())


def best_rate_noise(spectrum: Spectrum, gamma: float, tau1: float = 1.0) -> float:
    """Learning rate ``2 (nu - 1) / ((3 nu - 1) gamma tau1 Tr H)`` that minimises C_n at beta = 0 (exact for gamma tau2
    = 1).
    """
    nu = spectrum.law.nu
    return 2 * (nu - 1) / ((3 * nu - 1) * gamma * tau1 * spectrum.trace())


def numerical_best_rate(
    spectrum: Spectrum, constant=asymptotics.signal_constant, momentum: float = 0.0, **noise: float
) -> float:
    """Learning rate that minimises a loss constant (C_s or C_n) at fixed momentum, by a search below alpha_c."""
    limit = stability.critical_lr(spectrum, momentum, **noise)

    def objective(lr: float) -> float:
        return float(np.log(constant(spectrum, lr=lr, momentum=momentum, **noise)))

    return minimize_scalar(
        objective, bounds=(1e-6 * limit, limit * (1 - 1e-9)), method="bounded", options={"xatol": 1e-12}
    ).x


def trace_difference(spectrum: Spectrum, factor: float | None = None) -> float:
    """``Tr H Tr H C_0 - ((nu-1)/nu) Tr H^2 Tr C_0`` with ``Tr H C_0`` scaled to 1; positive where negative momentum
    helps.

    ``factor`` replaces ``(nu-1)/nu``.
    """
    nu = spectrum.law.nu
    factor = (nu - 1) / nu if factor is None else factor
    return spectrum.trace() - factor * spectrum.trace(2) * spectrum.signal(-1) / spectrum.signal()


def momentum_derivative(spectrum: Spectrum, lr: float, factor: float | None = None) -> float:
    """``d log C_n / d beta`` at beta = 0, gamma tau2 = 1 and the best rate: ``alpha [Tr H C_0/Tr C_0 - ((nu-1)/nu) Tr
    H^2/Tr H]``.
    """
    scale = spectrum.signal() / (spectrum.signal(-1) * spectrum.trace())
    return lr * trace_difference(spectrum, factor) * scale


def numerical_momentum_derivative(spectrum: Spectrum, lr: float, step: float = 1e-4, **noise: float) -> float:
    """Central difference of ``log C_n`` in beta at beta = 0 and fixed learning rate."""
    high, low = (asymptotics.noise_constant(spectrum, lr=lr, momentum=b, **noise) for b in (step, -step))
    return float(np.log(high / low) / (2 * step))
