r"""The fixed point of the scalar equations: Kabashima's replica formula.

Gerbelot, Abbara and Krzakala (2020), Theorem 1, in our notation: two scalar channels, weights x and outputs z, that
exchange precisions Q, fields $\hat m$ and variances $\hat c$ with a linear block that knows the design's spectrum.
"""

from typing import NamedTuple

import numpy as np

from optclaims.papers.glm_asymptotics.problems import Setting
from optclaims.papers.glm_asymptotics.theory.channels import output_moments, prior_moments
from optclaims.papers.glm_asymptotics.theory.proximal import proximal
from optclaims.papers.glm_asymptotics.theory.spectra import Spectrum
from optclaims.science import domain

__all__ = ["Solution", "anchor_angle", "decoupled", "solve"]

TOLERANCE = 1e-8  # on the mismatch of the moments of the two sides, relative


class Solution(NamedTuple):
    """Mean squared error per weight, angle between student and teacher, and the mismatch left by the iteration."""

    mse: float
    angle: float
    residual: float


def _linear(spectrum: Spectrum, alpha: float, rho: float, x: np.ndarray, z: np.ndarray) -> tuple[np.ndarray, ...]:
    """Return the moments of weights and of outputs under the linear block's Gaussian, given its messages."""
    values, w = spectrum
    (D, M, C) = (x[k] + values * z[k] for k in range(3))
    share = values / alpha
    return (
        np.array([rho * (w @ (M / D)), w @ (1 / D), w @ ((C + rho * M**2) / D**2)]),
        np.array([rho * (w @ (share * M / D)), w @ (share / D), w @ (share * (C + rho * M**2) / D**2)]),
    )


def _extrinsic(moments: np.ndarray, message: np.ndarray, variance: float) -> np.ndarray:
    """Return the message that goes on: what the moments say less what came in."""
    m, X, q = moments
    return np.array([1 / X, m / (variance * X), q / X**2 - (m / X) ** 2 / variance]) - message


def solve(setting: Setting, spectrum: Spectrum, *, damping: float = 0.6, steps: int = 3000) -> Solution:
    r"""Return error and angle of the student in the limit of large dimension, for the spectrum of $F^\top F$.

    $\mathrm{MSE} = \rho - 2m + q$ and $\cos\theta = m/\sqrt{\rho q}$ at the fixed point, where the scalar channels and
    the linear block agree in $(m, X, q)$. damping: the share of the new message.
    Raises ValueError for damping outside (0, 1], RuntimeError where the mismatch stays above 1e-8.

    >>> from optclaims.papers.glm_asymptotics.theory import orthogonal
    >>> found = solve(Setting(alpha=0.5, loss="square", l2=0.1), orthogonal(0.5))
    >>> round(found.angle, 4), round(anchor_angle(0.5), 4)
    (0.9713, 0.9713)
    """
    damping = domain.probability("damping", damping, "(]", ())
    Tx, Tz = setting.rho, setting.rho * float(spectrum.weights @ spectrum.values) / setting.alpha
    x = z = np.array([1.0, 1.0, 1.0])
    residual = np.inf
    for _ in range(domain.integer("steps", steps, low=1, shape=())):
        try:
            prior, output = prior_moments(setting, *x), output_moments(setting, Tz, *z)
            back_x, back_z = _extrinsic(prior, x, Tx), _extrinsic(output, z, Tz)
            linear_x, linear_z = _linear(spectrum, setting.alpha, setting.rho, back_x, back_z)
            new_x, new_z = _extrinsic(linear_x, back_x, Tx), _extrinsic(linear_z, back_z, Tz)
        except ValueError as error:
            raise RuntimeError(f"the iteration left its domain: {error}") from error
        ours, theirs = np.concatenate([prior, output]), np.concatenate([linear_x, linear_z])
        residual = float(np.max(np.abs(ours - theirs) / np.abs(ours)))
        if residual < TOLERANCE / 1000:
            break
        x, z = (1 - damping) * x + damping * new_x, (1 - damping) * z + damping * new_z
    if not residual < TOLERANCE:
        raise RuntimeError(f"the scalar equations did not settle: mismatch {residual:.1e}")
    m, _, q = prior
    return Solution(float(Tx - 2 * m + q), float(np.arccos(m / np.sqrt(Tx * q))), residual)


def anchor_angle(alpha: float) -> float:
    r"""Return the angle $\arccos\sqrt{2\alpha/\pi}$ of a row-orthogonal design, $\alpha \le 1$, and a sign teacher.

    For any loss of the margin with an $\ell_2$ penalty the samples decouple and the student is a multiple of
    $F^\top y$. Derived here. Raises ValueError for alpha outside (0, 1].

    >>> round(anchor_angle(0.25), 3)
    1.16
    """
    return float(np.arccos(np.sqrt(2 * domain.probability("alpha", alpha, "(]", ()) / np.pi)))


def decoupled(setting: Setting) -> Solution:
    r"""Return error and angle on a row-orthogonal design, $\alpha \le 1$, for a sign teacher and an $\ell_2$ penalty.

    The student is $cF^\top y$, c the minimiser of $\ell(u) + \frac{\lambda_2}2u^2$: every sample is a problem of its
    own. $m = c\alpha\sqrt{2\rho/\pi}$, $q = c^2\alpha$. Derived here; the scalar equations agree, but their
    iteration is singular for the hinge loss. Raises ValueError for other settings.

    >>> round(decoupled(Setting(alpha=0.5, loss="hinge", l2=0.1)).angle, 4)
    0.9713
    """
    angle = anchor_angle(setting.alpha)
    if setting.teacher != "sign" or setting.l1:
        raise ValueError(f"setting must have a sign teacher and no l1, got {setting.teacher} and {setting.l1:g}")
    c = float(proximal(setting.loss, 0.0, setting.l2)[0])
    mse = setting.rho - 2 * c * setting.alpha * np.sqrt(2 * setting.rho / np.pi) + c**2 * setting.alpha
    return Solution(float(mse), angle, 0.0)
