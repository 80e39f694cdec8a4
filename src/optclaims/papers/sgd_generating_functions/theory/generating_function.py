r"""Generating functions of the loss, ``Ltilde(z) = sum_t L(t) z^t`` (the paper's main theorem; number not known).

``2 L(t) = V_t + sum_{s<t} U_{t-1-s} 2 L(s)`` gives ``Ltilde(z) = Vtilde(z) / (2 (1 - z Utilde(z)))``.  Everything here
broadcasts z, lr, momentum, gamma, tau1 and tau2 and sums over the modes of a spectrum.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optclaims.papers.sgd_generating_functions.theory.spectra import Spectrum
from optclaims.science.domain import broadcastable, finite, integer, nonnegative, one_of, within
from optclaims.science.quadratics.mean_square import checked

__all__ = ["largest_growth", "loss_transform", "mode_polynomial", "propagators", "utilde", "vtilde"]

Array = NDArray[np.float64]


def mode_polynomial(
    x: ArrayLike, z: ArrayLike, momentum: ArrayLike, noise: ArrayLike = 0.0, cubic_sign: float = -1.0
) -> Array:
    """Characteristic polynomial of the second moments of one mode; it is ``(1-z)(1-beta z)(1-beta^2 z)`` at ``x = 0``.

    ``S = 1 + z [x^2 (g-1) + 2x(1+beta) - (1+beta+beta^2)] + z^2 [x^2 beta (g+1) - 2x beta (1+beta) + beta + beta^2 +
    beta^3]
    - beta^3 z^3`` with ``x = alpha lambda`` and ``g = tau2 gamma``; ``cubic_sign=+1`` is the misprint used as a
    control.

    Domain: x, z, momentum, noise any shape; z, momentum, noise, cubic_sign signed

    >>> mode_polynomial(x=0.0, z=0.5, momentum=0.5)  # 1/2 * 3/4 * 7/8
    0.328125
    """
    x, z = nonnegative("x", x), finite("z", z)
    b, g = within("momentum", momentum, -1, 1, "()"), finite("noise", noise)
    cubic_sign = one_of("cubic_sign", float(finite("cubic_sign", cubic_sign, shape=())), (-1.0, 1.0))
    broadcastable(x=x, z=z, momentum=b, noise=g)
    first, second, third = _coefficients(x, b, g)
    return 1 + z * first + z**2 * second - cubic_sign * z**3 * third


def _coefficients(x: Array, b: Array, g: Array) -> tuple[Array, Array, Array]:
    """Coefficients of z, z^2 and z^3 of `mode_polynomial`."""
    first = x**2 * (g - 1) + 2 * x * (1 + b) - (1 + b + b**2)
    second = x**2 * b * (g + 1) - 2 * x * b * (1 + b) + b + b**2 + b**3
    return first, second, -(b**3) + 0 * x


def largest_growth(
    spectrum: Spectrum, *, lr: float, momentum: float, gamma: float, tau1: float = 1.0, tau2: float = 1.0
) -> float:
    """Largest factor by which the second moments of a single mode grow a step, without what it gets from the others.

    ``1 / |z|`` for the smallest root z of ``S(lambda_k, z)`` over all modes: the spectral radius of the transfer maps
    of `propagators`. The maps are positive for ``tau2 <= 0``; where it is above 1, ``Utilde`` then has its first pole
    at z in (0, 1).

    Domain: momentum, tau2 signed

    >>> from optclaims.papers.sgd_generating_functions.theory.spectra import power_law
    >>> one = power_law(1.5, 1.0, modes=1)
    >>> round(largest_growth(one, lr=1.2, momentum=0.0, gamma=1.0, tau2=-1.0), 4)  # (1 - 1.2)^2 + 1.2^2
    1.48
    """
    lr, momentum, gamma, tau1, tau2 = checked(lr, momentum, gamma, tau1, tau2, shape=())
    x = lr * spectrum.eigenvalues
    companion = np.zeros((x.size, 3, 3))
    companion[:, 0] = -np.stack(_coefficients(x, momentum, gamma * tau2), axis=-1)
    companion[:, 1, 0] = companion[:, 2, 1] = 1
    return float(np.abs(np.linalg.eigvals(companion)).max())


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

    The sum of the series for ``|z|`` below the first pole, see `largest_growth`; its continuation beyond.

    Domain: z, lr, momentum, gamma, tau1, tau2 any shape; z, momentum, tau2, cubic_sign signed

    >>> from optclaims.papers.sgd_generating_functions.theory.spectra import power_law
    >>> one = power_law(1.5, 1.0, modes=1)
    >>> float(utilde(one, 0.5, lr=0.5, momentum=0.0, gamma=0.5))  # 0.5 * 0.25 / (1 - 0.5 (0.25 - 0.125))
    0.1333...
    """
    x, (z, momentum, gamma, tau1, tau2) = _by_mode(spectrum, z, lr, momentum, gamma, tau1, tau2)
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

    Domain: z, lr, momentum, gamma, tau1, tau2 any shape; z, momentum, tau2, cubic_sign signed

    >>> from optclaims.papers.sgd_generating_functions.theory.spectra import power_law
    >>> one = power_law(1.5, 1.0, modes=1)
    >>> float(vtilde(one, 0.5, lr=0.5, momentum=0.0, gamma=0.5))  # 1 / (1 - 0.5 (0.25 - 0.125))
    1.0666...
    """
    x, (z, momentum, gamma, _, tau2) = _by_mode(spectrum, z, lr, momentum, gamma, tau1, tau2)
    top = 1 + (2 * momentum * x - momentum - momentum**2) * z + momentum**3 * z**2
    return (top / mode_polynomial(x, z, momentum, tau2 * gamma, cubic_sign)) @ (spectrum.weights * spectrum.density)


def _by_mode(spectrum: Spectrum, z: ArrayLike, lr: ArrayLike, *rest: ArrayLike) -> tuple[Array, list[Array]]:
    """``x = alpha lambda`` with the modes on the last axis, and the other parameters with an axis for them."""
    z, setting = finite("z", z), checked(lr, *rest)
    names = ("lr", "momentum", "gamma", "tau1", "tau2")
    broadcastable(z=z, **dict(zip(names, setting, strict=True)))
    z, lr, *rest = (np.asarray(a, dtype=float)[..., None] for a in (z, *setting))
    return lr * spectrum.eigenvalues, [z, *rest]


def loss_transform(spectrum: Spectrum, z: ArrayLike, **setting: ArrayLike) -> Array:
    """``Ltilde(z) = Vtilde(z) / (2 (1 - z Utilde(z)))``; setting: lr, momentum, gamma, tau1, tau2.

    The sum of the losses times ``z^t`` while that converges, for ``|z|`` below ``exp(-growth_rate)``.

    Domain: z, lr, momentum, gamma, tau1, tau2 any shape; z, momentum, tau2 signed

    >>> from optclaims.papers.sgd_generating_functions.theory.spectra import power_law
    >>> one = power_law(1.5, 1.0, modes=1)  # a mode alone: its loss is 1/2, 1/8, 1/32, ... for tau1 = tau2
    >>> float(loss_transform(one, 0.5, lr=0.5, momentum=0.0, gamma=0.5))  # 1/2 / (1 - 1/2 * 1/4)
    0.5714...
    """
    return vtilde(spectrum, z, **setting) / (2 * (1 - np.asarray(z) * utilde(spectrum, z, **setting)))


def propagators(
    spectrum: Spectrum, steps: int, *, lr: float, momentum: float, gamma: float, tau1: float = 1.0, tau2: float = 1.0
) -> tuple[Array, Array]:
    """``(U_t, V_t)``, t = 0..steps-1, from the power of each mode's transfer map.

    ``A M = R M R' - tau2 gamma alpha^2 lambda^2 M_11 ones(2, 2)``, ``R = [[1 - alpha lambda, beta], [-alpha lambda,
    beta]]``, ``U_t = gamma tau1 alpha^2 sum_k lambda_k^2 (A^t ones)_11``, ``V_t = sum_k q_k (A^t E_11)_11``.

    Domain: momentum, tau2 signed

    >>> from optclaims.papers.sgd_generating_functions.theory.spectra import power_law
    >>> u, v = propagators(power_law(1.5, 1.0, modes=1), 3, lr=0.5, momentum=0.0, gamma=0.5)
    >>> u, v
    (array([0.125    , 0.015625 , 0.00195312]), array([1.      , 0.125   , 0.015625]))
    """
    steps = integer("steps", steps, low=1, shape=())
    lr, momentum, gamma, tau1, tau2 = checked(lr, momentum, gamma, tau1, tau2, shape=())
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
