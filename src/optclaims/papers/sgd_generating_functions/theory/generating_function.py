r"""Generating functions of the loss, ``Ltilde(z) = sum_t L(t) z^t`` (the paper's main theorem; number not known).

``2 L(t) = V_t + sum_{s<t} U_{t-1-s} 2 L(s)`` gives ``Ltilde(z) = Vtilde(z) / (2 (1 - z Utilde(z)))``.  Everything here
broadcasts z, lr, momentum, gamma, tau1 and tau2 and sums over the modes of a spectrum.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optclaims.papers.sgd_generating_functions.theory.spectra import Spectrum

__all__ = ["loss_transform", "mode_polynomial", "propagators", "utilde", "vtilde"]

Array = NDArray[np.float64]


def mode_polynomial(
    x: ArrayLike, z: ArrayLike, momentum: ArrayLike, noise: ArrayLike = 0.0, cubic_sign: float = -1.0
) -> Array:
    """Characteristic polynomial of the second moments of one mode; it is ``(1-z)(1-beta z)(1-beta^2 z)`` at ``x = 0``.

    ``S = 1 + z [x^2 (g-1) + 2x(1+beta) - (1+beta+beta^2)] + z^2 [x^2 beta (g+1) - 2x beta (1+beta) + beta + beta^2 +
    beta^3]
    - beta^3 z^3`` with ``x = alpha lambda`` and ``g = tau2 gamma``; ``cubic_sign=+1`` is the misprint used as a
    control.
    """
    x, z, b, g = (np.asarray(a, dtype=float) for a in (x, z, momentum, noise))
    first = x**2 * (g - 1) + 2 * x * (1 + b) - (1 + b + b**2)
    second = x**2 * b * (g + 1) - 2 * x * b * (1 + b) + b + b**2 + b**3
    return 1 + z * first + z**2 * second + cubic_sign * b**3 * z**3


def _columns(*rows: ArrayLike) -> list[Array]:
    """Parameters of shape rows as arrays of shape ``rows + (1,)``, to broadcast against the modes."""
    return [np.asarray(a, dtype=float)[..., None] for a in rows]


def utilde(
    spectrum: Spectrum,
    z: ArrayLike,
    *,
    lr: ArrayLike,
    momentum: ArrayLike,
    gamma: ArrayLike,
    tau1: ArrayLike = 1.0,
    tau2: ArrayLike = 1.0,
    cubic_sign: float = -1.0,
) -> Array:
    """``Utilde(z) = gamma tau1 alpha^2 sum_k lambda_k^2 (1 + beta z) / S(lambda_k, z)``: what the noise of one step
    becomes.
    """
    z, lr, momentum, gamma, tau1, tau2 = _columns(z, lr, momentum, gamma, tau1, tau2)
    x = lr * spectrum.eigenvalues
    terms = x**2 * (1 + momentum * z) / mode_polynomial(x, z, momentum, tau2 * gamma, cubic_sign)
    return (gamma * tau1)[..., 0] * (terms @ spectrum.weights)


def vtilde(
    spectrum: Spectrum,
    z: ArrayLike,
    *,
    lr: ArrayLike,
    momentum: ArrayLike,
    gamma: ArrayLike,
    tau1: ArrayLike = 1.0,
    tau2: ArrayLike = 1.0,
    cubic_sign: float = -1.0,
) -> Array:
    """``Vtilde(z) = sum_k q_k (1 + (2 alpha beta lambda_k - beta - beta^2) z + beta^3 z^2) / S(lambda_k, z)``: the
    signal's part.
    """
    z, lr, momentum, gamma, tau2 = _columns(z, lr, momentum, gamma, tau2)
    x = lr * spectrum.eigenvalues
    top = 1 + (2 * momentum * x - momentum - momentum**2) * z + momentum**3 * z**2
    return (top / mode_polynomial(x, z, momentum, tau2 * gamma, cubic_sign)) @ (spectrum.weights * spectrum.density)


def loss_transform(spectrum: Spectrum, z: ArrayLike, **setting: ArrayLike) -> Array:
    """``Ltilde(z) = Vtilde(z) / (2 (1 - z Utilde(z)))``; setting: lr, momentum, gamma, tau1, tau2."""
    return vtilde(spectrum, z, **setting) / (2 * (1 - np.asarray(z) * utilde(spectrum, z, **setting)))


def propagators(
    spectrum: Spectrum, steps: int, *, lr: float, momentum: float, gamma: float, tau1: float = 1.0, tau2: float = 1.0
) -> tuple[Array, Array]:
    """``(U_t, V_t)``, t = 0..steps-1, from the power of each mode's transfer map.

    ``A M = R M R' - tau2 gamma alpha^2 lambda^2 M_11 ones(2, 2)``, ``R = [[1 - alpha lambda, beta], [-alpha lambda,
    beta]]``, ``U_t = gamma tau1 alpha^2 sum_k lambda_k^2 (A^t ones)_11``, ``V_t = sum_k q_k (A^t E_11)_11``.
    """
    x = lr * spectrum.eigenvalues
    rotate = np.array([[1 - x, np.full_like(x, momentum)], [-x, np.full_like(x, momentum)]])
    unit = np.zeros((2, 2, x.size))
    unit[0, 0] = 1
    kicked, kept = np.ones_like(unit), unit
    u, v = np.empty(steps), np.empty(steps)
    for t in range(steps):
        u[t] = gamma * tau1 * (spectrum.weights @ (x**2 * kicked[0, 0]))
        v[t] = (spectrum.weights * spectrum.density) @ kept[0, 0]
        kicked, kept = (
            np.einsum("abk,bck,dck->adk", rotate, m, rotate) - tau2 * gamma * x**2 * m[0, 0] for m in (kicked, kept)
        )
    return u, v
