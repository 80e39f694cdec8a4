r"""Moments of the process on quadratics, its limits, and the stability of its discretisation. All derived here.

On $\Phi_i = a (x - b_i)^2/2$ with $E\,b = 0$, $E\,b^2 = \sigma^2$ and $k = 1/\eta$ the second moments solve
$$(qq)' = 2qv,\quad (qv)' = vv + (-\alpha\,qv - a\,qq + a\,qb)/m,\quad (vv)' = 2(-\alpha\,vv - a\,qv + a\,vb)/m,$$
$$(qb)' = vb - k\,qb,\qquad (vb)' = (-\alpha\,vb - a\,qb + a\sigma^2)/m - k\,vb.$$
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.integrate import solve_ivp
from scipy.linalg import expm, solve_discrete_lyapunov

from optclaims.papers.pdmp_momentum.problems import Setting
from optclaims.science import domain

__all__ = [
    "Moments",
    "fixed_wait_variance",
    "full_gradient_flow",
    "full_gradient_path",
    "lag",
    "largest_step",
    "moment_path",
    "scheme_multipliers",
    "stationary",
]

Array = NDArray[np.float64]
Law = Callable[[float], float]


class Moments(NamedTuple):
    """Second moments of position q, velocity v and the centre b of the present potential."""

    qq: float
    qb: float
    vv: float


def stationary(setting: Setting, variance: float) -> Moments:
    r"""Return $E q^2 = \sigma^2 a (1 + mk/\alpha)/D$, $E qb = \sigma^2 a / D$, $E v^2 = a k\,E qb/\alpha$ with
    $D = a + \alpha k + m k^2$. variance: $\sigma^2$.

    >>> stationary(Setting(0.0, 1.0, 1.0, 0.5), 3.0).qq
    1.0
    """
    m, alpha, a, k = setting.mass, setting.friction, setting.curvature, 1 / setting.wait
    qb = domain.positive("variance", variance, ()) * a / (a + alpha * k + m * k**2)
    return Moments(qb * (1 + m * k / alpha), qb, a * k * qb / alpha)


def drift(setting: Setting) -> Array:
    """Return the matrix of (q, v)' between two jumps, with the centre at 0."""
    m = domain.positive("mass", setting.mass, ())
    return np.array([[0.0, 1.0], [-setting.curvature / m, -setting.friction / m]])


def full_gradient_path(setting: Setting, start: float, times: ArrayLike) -> Array:
    """Return q (times,) of the dynamics with the mean potential, from rest at `start`: the mean of the process.

    Domain: start signed; times any length.

    >>> full_gradient_path(Setting(1.0, 2.0, 1.0, 0.5), 1.0, [0.0, 1.0]).round(6).tolist()  # (1 + t) e^-t
    [1.0, 0.735759]
    """
    matrix, start = drift(setting), domain.finite("start", start, ())
    return np.array([start * expm(matrix * t)[0, 0] for t in domain.increasing("times", times, low=0)])


def full_gradient_flow(
    slope: Callable[[float], float], mass: float, friction: float, start: float, times: ArrayLike
) -> Array:
    r"""Return q (times,) of $m \ddot q = -\alpha \dot q - \bar\Phi'(q)$ from rest at `start`, for any mean potential.

    slope: q -> $\bar\Phi'(q)$. By DOP853 with a relative tolerance of 1e-10. times: increasing, not negative.
    Raises ValueError for numbers out of range and where the solver fails.

    Domain: start signed; times any length.

    >>> full_gradient_flow(lambda q: q, 1.0, 2.0, 1.0, [0.0, 1.0]).round(6).tolist()  # (1 + t) e^-t
    [1.0, 0.735759]
    """
    domain.function("slope", slope)
    m, alpha = domain.positive("mass", mass, ()), domain.positive("friction", friction, ())
    start, times = domain.finite("start", start, ()), domain.increasing("times", times, low=0)
    change = lambda _, y: (y[1], -(alpha * y[1] + slope(y[0])) / m)  # noqa: E731
    solved = solve_ivp(change, (0.0, times[-1]), [start, 0.0], "DOP853", t_eval=times, rtol=1e-10, atol=1e-12)
    if not solved.success:
        raise ValueError(f"times up to {times[-1]:g} cannot be reached, got: {solved.message}")
    return solved.y[0]


def fixed_wait_variance(setting: Setting, variance: float) -> float:
    r"""Return the stationary $E q^2$ at the jumps when every wait is exactly $\eta$.

    With the propagator P of a sojourn, $z' = Pz + (I - P) e_1 b$, hence $S = P S P^\top + \sigma^2 w w^\top$.

    >>> found = fixed_wait_variance(Setting(1.0, 1.0, 1.0, 1e-3), 1.0)
    >>> round(found / stationary(Setting(1.0, 1.0, 1.0, 1e-3), 1.0).qq, 3)
    0.5
    """
    P = expm(drift(setting) * setting.wait)
    pushed = (np.eye(2) - P)[:, 0]
    noise = domain.positive("variance", variance, ()) * np.outer(pushed, pushed)
    return float(solve_discrete_lyapunov(P, noise)[0, 0])


def moment_path(
    mass: Law, wait: Law, friction: float, curvature: float, variance: float, start: float, times: ArrayLike
) -> Array:
    r"""Return $E q^2$ (times,) from rest at `start`, mass m(t) and mean wait $\eta(t)$ functions of time.

    The moment equations above, by LSODA with a relative tolerance of 1e-9; the first centre is drawn like all others.
    times: increasing, not negative. Raises ValueError for numbers out of range and where the solver fails.

    Domain: start signed; times any length.

    >>> moment_path(lambda t: 1.0, lambda t: 0.5, 1.0, 1.0, 3.0, 0.0, [100.0]).round(6).tolist()
    [1.285714]
    """
    domain.function("mass", mass), domain.function("wait", wait)
    alpha, a = domain.positive("friction", friction, ()), domain.positive("curvature", curvature, ())
    variance, start = domain.positive("variance", variance, ()), domain.finite("start", start, ())
    times = domain.increasing("times", times, low=0)

    def change(t: float, y: Array) -> list[float]:
        qq, qv, vv, qb, vb = y
        m, k = mass(t), 1 / wait(t)
        return [
            2 * qv,
            vv + (-alpha * qv - a * qq + a * qb) / m,
            2 * (-alpha * vv - a * qv + a * vb) / m,
            vb - k * qb,
            (-alpha * vb - a * qb + a * variance) / m - k * vb,
        ]

    begin = [start**2, 0.0, 0.0, 0.0, 0.0]
    solved = solve_ivp(change, (0.0, times[-1]), begin, "LSODA", t_eval=times, rtol=1e-9, atol=1e-13)
    if not solved.success:
        raise ValueError(f"times up to {times[-1]:g} cannot be reached, got: {solved.message}")
    return solved.y[0]


def lag(times: ArrayLike, mass: ArrayLike, mass_slope: ArrayLike, friction: float, curvature: float, c: float) -> Array:
    r"""Return the leading part of $t\,(E q^2\,\alpha/(\sigma^2 a \eta) - 1)$ for $\eta = c/(1+t)$,

    $$\frac{\alpha}{2a} + \frac m\alpha\Big(1 + \frac{t m'}{2m}\Big)
    - \frac{a c/\alpha}{1 + m/(\alpha\eta)},$$

    up to O(1/t). times, mass, mass_slope: t, m(t) and m'(t), (times,).

    Domain: mass_slope signed; times any length.

    >>> lag([100.0], [1.0], [0.0], 1.0, 1.0, 0.1).round(4).tolist()
    [1.4999]
    """
    t, m = domain.positive("times", times, ("n",)), domain.positive("mass", mass, ("n",))
    slope = domain.shape("mass_slope", domain.finite("mass_slope", mass_slope), np.shape(t))
    domain.shape("mass", m, np.shape(t))
    alpha, a, c = (domain.positive(n, x, ()) for n, x in (("friction", friction), ("curvature", curvature), ("c", c)))
    eta = c / (1 + t)
    return alpha / (2 * a) + m / alpha * (1 + t * slope / (2 * m)) - (a * c / alpha) / (1 + m / (alpha * eta))


def largest_step(mass: ArrayLike, friction: ArrayLike, curvature: ArrayLike) -> Array:
    r"""Return the step below which the semi-implicit scheme is stable, $(\alpha + \sqrt{\alpha^2 + 4am})/a$.

    From $h^2 a < 2(2m + \alpha h)$. The arguments broadcast; mass 0 gives SGD's $2\alpha/a$.

    Domain: mass, friction, curvature any shape, any length.

    >>> float(largest_step(0.0, 1.0, 4.0))
    0.5
    """
    m, alpha, a = domain.nonnegative("mass", mass), domain.positive("friction", friction), curvature
    a = domain.positive("curvature", a)
    domain.broadcastable(mass=m, friction=alpha, curvature=a)
    return (alpha + np.sqrt(alpha**2 + 4 * a * m)) / a


def scheme_multipliers(
    h: ArrayLike, mass: ArrayLike, friction: ArrayLike, curvature: ArrayLike
) -> NDArray[np.complex128]:
    r"""Return both multipliers (..., 2) of the semi-implicit scheme on curvature a.

    They are the roots of $z^2 - (1 + \beta - l a) z + \beta$ with $\beta = m/(m + \alpha h)$, $l = h^2/(m + \alpha h)$.
    The arguments broadcast.

    Domain: h, mass, friction, curvature any shape, any length.

    >>> scheme_multipliers(0.5, 0.0, 1.0, 1.0).real.tolist()  # SGD with learning rate h / alpha
    [0.0, 0.5]
    """
    h, m = domain.positive("h", h), domain.nonnegative("mass", mass)
    alpha, a = domain.positive("friction", friction), domain.positive("curvature", curvature)
    domain.broadcastable(h=h, mass=m, friction=alpha, curvature=a)
    beta, lr = m / (m + alpha * h), h**2 / (m + alpha * h)
    half = (1 + beta - lr * a) / 2
    root = np.sqrt(np.asarray(half**2 - beta, complex))
    return np.stack([half - root, half + root], axis=-1)
