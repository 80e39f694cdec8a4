r"""The sharpness-reduction flow along the minimisers, and its two closed forms.

$d\zeta/d\tau = -2 \nabla_\Gamma \log\lambda_1 / (4 + \|\nabla_\Gamma \log\lambda_1\|^2)$ in slow time $\tau = \epsilon t$
(the paper's main theorem; its form is recalled, derived anew, and confirmed by simulation).
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike


def flow_speed(slope: ArrayLike, memory: float = 2.0) -> np.ndarray:
    r"""Return $2 g / (4 + (2 / C_b) \|g\|^2)$ for the gradient g of log lambda_1 along the minimisers.

    slope: (..., dimensions), or a number for a curve of minimisers. memory: $C_b = (1-\beta)/\eta_{in}^2$ of scalar
    RMSprop on the sphere; 2 is gradient descent with weight decay. The sharpness then falls at the rate
    $2G^2/(4+G^2) < 2$. Raises ValueError unless memory > 0.
    """
    if memory <= 0:
        raise ValueError(f"C_b must be positive, got {memory}")
    slope = np.asarray(slope, float)
    square = slope**2 if slope.ndim == 0 else np.sum(slope**2, axis=-1, keepdims=True)
    return 2 * slope / (4 + 2 / memory * square)


def reduction_flow(
    slope: Callable[[np.ndarray], np.ndarray], start: ArrayLike, taus: ArrayLike, memory: float = 2.0
) -> np.ndarray:
    """Integrate the flow from a point of the minimisers; returns (times, dimensions).

    slope: point (dimensions,) -> gradient of log lambda_1 along the minimisers, in the same coordinates, which must be
    orthonormal (or the ambient ones). taus: increasing slow times, the first one that of the start.
    Raises RuntimeError when the integration fails.
    """
    from scipy.integrate import solve_ivp

    taus = np.asarray(taus, float)
    start = np.atleast_1d(np.asarray(start, float))
    solution = solve_ivp(
        lambda _, point: -flow_speed(slope(point), memory),
        (taus[0], taus[-1]),
        start,
        t_eval=taus,
        method="DOP853",
        rtol=1e-11,
        atol=1e-13,
    )
    if not solution.success:
        raise RuntimeError(f"the flow could not be integrated: {solution.message}")
    return solution.y.T


def toy_sharpness(angle: ArrayLike, a: float) -> np.ndarray:
    r"""Return $\lambda_1 = 1 + a \sin^2\phi$ on the equator of minimisers of the three-dimensional toy."""
    return 1 + a * np.sin(angle) ** 2


def toy_log_sharpness_slope(angle: ArrayLike, a: float) -> np.ndarray:
    r"""Return $d \log\lambda_1 / d\phi = 2 a \sin\phi \cos\phi / (1 + a \sin^2\phi)$."""
    return 2 * a * np.sin(angle) * np.cos(angle) / toy_sharpness(angle, a)


def toy_flow(angle: ArrayLike, a: float) -> np.ndarray:
    r"""Return the antiderivative F with $\tau = F(\phi_0) - F(\phi)$ along the flow, for $0 < \phi < \pi/2$.

    $F(\phi) = \tfrac1a \ln\tan\phi - \ln\cos\phi + \tfrac12 \ln(1 + a \sin^2\phi)$.
    """
    return np.log(np.tan(angle)) / a - np.log(np.cos(angle)) + 0.5 * np.log(toy_sharpness(angle, a))


def toy_angle(taus: ArrayLike, start: float, a: float) -> np.ndarray:
    """Return the angle phi(tau) of the flow on the toy, by inverting `toy_flow`.

    Raises ValueError unless 0 < start < pi/2 and a > 0.
    """
    from scipy.optimize import brentq

    if not (0 < start < np.pi / 2 and a > 0):
        raise ValueError(f"need 0 < start < pi/2 and a > 0, got start={start}, a={a}")

    def angle(tau: float) -> float:
        # In log phi: the flow ends exponentially close to 0.
        left = np.log(start) - a * (tau + 1) - 1
        return np.exp(brentq(lambda u: toy_flow(start, a) - toy_flow(np.exp(u), a) - tau, left, np.log(start) + 1e-12))

    return np.array([angle(tau) if tau > 0 else start for tau in np.atleast_1d(np.asarray(taus, float))])


def regression_angle(taus: ArrayLike, start: ArrayLike) -> np.ndarray:
    r"""Return alpha(tau) with $\tan\alpha = \tan\alpha_0\, e^{-\tau}$ for linear regression with batch normalisation.

    alpha is the angle between the minimiser and the minimum-norm interpolant; along it $G = 2 \tan\alpha$.
    """
    return np.arctan(np.tan(start) * np.exp(-np.asarray(taus)))


def regression_sharpness(angle: ArrayLike, flattest: ArrayLike) -> np.ndarray:
    r"""Return $\lambda_1 = 2\mu \|w^*\|^2 (1 + \tan^2\alpha)$; flattest: $2\mu\|w^*\|^2$, its value at alpha = 0."""
    return np.asarray(flattest) * (1 + np.tan(angle) ** 2)
