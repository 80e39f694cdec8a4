r"""The sharpness-reduction flow along the minimisers, and its two closed forms.

$d\zeta/d\tau = -2 \nabla_\Gamma \log\lambda_1 / (4 + \|\nabla_\Gamma \log\lambda_1\|^2)$
with slow time $\tau = \epsilon t$ (the paper's main theorem; its form is recalled, derived anew, and confirmed by
simulation).
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from optclaims.science import domain

ALMOST_FLAT = 1e-12  # angles below it cannot be told from the flattest point


def flow_speed(slope: ArrayLike, memory: float = 2.0) -> np.ndarray:
    r"""Return $2 g / (4 + (2 / C_b) \|g\|^2)$ for the gradient g of log lambda_1 along the minimisers.

    slope: (..., dimensions), or a number for a curve of minimisers. memory: $C_b = (1-\beta)/\eta_{in}^2$ of scalar
    RMSprop on the sphere; 2 is gradient descent with weight decay. The sharpness then falls at the rate
    $2G^2/(4+G^2) < 2$. Raises ValueError unless memory > 0.
    Domain: slope signed any shape.

    >>> float(flow_speed(2.0))
    0.5
    """
    domain.positive("memory", memory, ())
    slope = np.asarray(domain.finite("slope", slope))
    square = slope**2 if slope.ndim == 0 else np.sum(slope**2, axis=-1, keepdims=True)
    return 2 * slope / (4 + 2 / memory * square)


def reduction_flow(
    slope: Callable[[np.ndarray], np.ndarray], start: ArrayLike, taus: ArrayLike, memory: float = 2.0
) -> np.ndarray:
    """Integrate the flow from a point of the minimisers; returns (times, dimensions).

    slope: point (dimensions,) -> gradient of log lambda_1 along the minimisers, in the same coordinates, which must be
    orthonormal (or the ambient ones). taus: increasing slow times, the first one that of the start.
    Raises ValueError for taus that do not increase, a start or a slope that is not finite; RuntimeError when the
    integration fails.
    Domain: start signed any shape.

    >>> reduction_flow(lambda alpha: 2 * np.tan(alpha), np.arctan(3.0), [0.0, 1.0])[1].round(4)  # arctan(3 / e)
    array([0.8346])
    """
    from scipy.integrate import solve_ivp

    domain.function("slope", slope), domain.positive("memory", memory, ())
    taus, start = domain.increasing("taus", taus), domain.vector("start", np.atleast_1d(start))
    if len(taus) == 1:
        return start[None].copy()
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
    r"""Return $\lambda_1 = 1 + a \sin^2\phi$ on the equator of minimisers of the three-dimensional toy, a >= 0.

    Domain: angle signed any shape.

    >>> float(toy_sharpness(np.pi / 2, 8.0))
    9.0
    """
    angle, a = domain.finite("angle", angle), domain.nonnegative("a", a, ())
    return 1 + a * np.sin(angle) ** 2


def toy_log_sharpness_slope(angle: ArrayLike, a: float) -> np.ndarray:
    r"""Return $d \log\lambda_1 / d\phi = 2 a \sin\phi \cos\phi / (1 + a \sin^2\phi)$, a >= 0.

    Domain: angle signed any shape.

    >>> float(toy_log_sharpness_slope(0.0, 8.0))
    0.0
    """
    angle, a = domain.finite("angle", angle), domain.nonnegative("a", a, ())
    return 2 * a * np.sin(angle) * np.cos(angle) / toy_sharpness(angle, a)


def toy_flow(angle: ArrayLike, a: float) -> np.ndarray:
    r"""Return the antiderivative F with $\tau = F(\phi_0) - F(\phi)$ along the flow, for $0 < \phi < \pi/2$.

    $F(\phi) = \tfrac1a \ln\tan\phi - \ln\cos\phi + \tfrac12 \ln(1 + a \sin^2\phi)$. Raises ValueError for angles
    outside of that range and unless a > 0.
    Domain: angle any shape.

    >>> round(float(toy_flow(np.pi / 4, 2.0)), 4)  # ln(2) / 2 + ln(2) / 2
    0.6931
    """
    angle, a = domain.within("angle", angle, 0, np.pi / 2, "()"), domain.positive("a", a, ())
    return np.log(np.tan(angle)) / a - np.log(np.cos(angle)) + 0.5 * np.log(toy_sharpness(angle, a))


def toy_angle(taus: ArrayLike, start: float, a: float) -> np.ndarray:
    """Return the angle phi(tau) of the flow on the toy, by inverting `toy_flow`; tau = 0 is the start.

    Raises ValueError unless 0 < start < pi/2, a > 0 and taus >= 0.

    >>> toy_angle([0.0, 2.5], 1.2, 8.0).round(4)
    array([1.2   , 0.0621])
    """
    from scipy.optimize import brentq

    start, a = domain.within("start", start, 0, np.pi / 2, "()", ()), domain.positive("a", a, ())
    taus = domain.nonnegative("taus", np.atleast_1d(taus), (None,))
    top = toy_flow(start, a)

    def flow_of_log(u: float) -> float:
        """toy_flow at exp(u); below rounding F is ln(phi) / a, and exp(u) itself may underflow."""
        return u / a if u < np.log(ALMOST_FLAT) else float(toy_flow(np.exp(u), a))

    def angle(tau: float) -> float:
        left = np.log(start) - a * (tau + 1) - 1  # in log phi: the flow ends exponentially close to 0
        return np.exp(brentq(lambda u: top - flow_of_log(u) - tau, left, np.log(start), xtol=1e-13))

    return np.array([angle(tau) if tau > 0 else start for tau in taus])


def regression_angle(taus: ArrayLike, start: ArrayLike) -> np.ndarray:
    r"""Return alpha(tau) with $\tan\alpha = \tan\alpha_0\, e^{-\tau}$ for linear regression with batch normalisation.

    alpha is the angle between the minimiser and the minimum-norm interpolant; along it $G = 2 \tan\alpha$. Minimisers
    fill the open hemisphere around the interpolant: ValueError unless |start| < pi/2 and taus >= 0.
    Domain: taus any shape; start signed any shape.

    >>> float(np.tan(regression_angle(np.log(3.0), np.arctan(3.0))).round(12))
    1.0
    """
    taus = domain.nonnegative("taus", taus)
    start = domain.within("start", start, -np.pi / 2, np.pi / 2, "()")
    domain.broadcastable(taus=taus, start=start)
    return np.arctan(np.tan(start) * np.exp(-np.asarray(taus)))


def regression_sharpness(angle: ArrayLike, flattest: ArrayLike) -> np.ndarray:
    r"""Return $\lambda_1 = 2\mu \|w^*\|^2 (1 + \tan^2\alpha)$; flattest: $2\mu\|w^*\|^2$, its value at alpha = 0.

    Raises ValueError unless |angle| < pi/2 and flattest > 0.
    Domain: angle signed any shape; flattest any shape.

    >>> float(regression_sharpness(0.0, 3.0))
    3.0
    """
    angle = domain.within("angle", angle, -np.pi / 2, np.pi / 2, "()")
    domain.positive("flattest", flattest), domain.broadcastable(angle=angle, flattest=flattest)
    return np.asarray(flattest) * (1 + np.tan(angle) ** 2)
