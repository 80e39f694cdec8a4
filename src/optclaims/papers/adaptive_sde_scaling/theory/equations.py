"""Moments of the RMSprop and the Adam SDE on a noisy parabola, where the law stays Gaussian.

Loss f = h theta^2 / 2 in one dimension, noise of constant standard deviation s, deterministic start. The second moment
u then has no noise, u(t) = s^2 + (u0 - s^2) exp(-c2 t), and the position is linear with known coefficients in time.
"""

import numpy as np
from scipy.integrate import solve_ivp

from optclaims.science import domain

__all__ = ["adam_sde", "rmsprop_sde"]


def rmsprop_sde(
    T: float, *, h: float = 1, s: float = 1, sigma0: float, eps0: float, c2: float, theta0: float, u0: float
) -> dict[str, float]:
    r"""Return E theta, E theta^2, Var theta and u at time T of the RMSprop SDE.

    $d\theta = -P^{-1}(h\theta\,dt + \sigma_0 s\,dW)$, $P = \sigma_0\sqrt u + \epsilon_0$, $\dot u = c_2 (s^2 - u)$;
    hence $m' = -hm/P$ and $V' = -2hV/P + \sigma_0^2 s^2/P^2$. Theorem for RMSprop, Section 4 (recalled).
    h: curvature, any sign; sigma0 > 0, s, eps0, c2, u0 and T >= 0. Keys theta, theta2, variance, u.
    Raises ValueError outside of these ranges, RuntimeError when the integration fails.
    Domain: h, theta0 signed.

    >>> round(rmsprop_sde(2.0, sigma0=1.0, eps0=0.1, c2=1.0, theta0=1.5, u0=0.5)["theta"], 6)
    0.193707
    """
    _check(T=T, s=s, eps0=eps0, c2=c2, u0=u0)
    domain.positive("sigma0", sigma0, ()), domain.finite("h", h, ()), domain.finite("theta0", theta0, ())

    def slope(t: float, state: np.ndarray) -> list[float]:
        P = sigma0 * np.sqrt(_second_moment(t, s, c2, u0)) + eps0
        return [-h * state[0] / P, -2 * h * state[1] / P + (sigma0 * s / P) ** 2]

    mean, variance = _integrate(slope, 0, T, [theta0, 0.0])
    return {
        "theta": mean,
        "theta2": mean**2 + variance,
        "variance": variance,
        "u": float(_second_moment(T, s, c2, u0)),
    }


def adam_sde(
    T: float,
    *,
    t0: float,
    h: float = 1,
    s: float = 1,
    sigma0: float,
    eps0: float,
    c1: float,
    c2: float,
    start: tuple[float, float, float],
    correction: bool = True,
    diffusion: float | None = None,
) -> dict[str, float]:
    r"""Return the moments at time T of the Adam SDE started at t0 > 0 from (theta, m, u).

    $d\theta = -(\sqrt{\gamma_2}/\gamma_1) P^{-1} m\,dt$, $dm = c_1(h\theta - m)\,dt + \sigma_0 c_1 s\,dW$ with
    $P = \sigma_0\sqrt u + \epsilon_0\sqrt{\gamma_2}$, $\gamma_i = 1 - e^{-c_i t}$; Theorem for Adam (recalled).
    correction=False sets both gammas to 1; diffusion replaces $\sigma_0 c_1$. Both are mistakes, for controls.
    Keys theta, theta2, variance, m, m2, covariance, u. Raises ValueError unless 0 < t0 <= T, and for constants outside
    of their ranges (as `rmsprop_sde`; c1 > 0, and c2 > 0 with the correction), RuntimeError when the integration fails.
    Domain: h signed.

    >>> start = (1.5, 0.3, 0.4)
    >>> round(adam_sde(2.5, t0=0.5, sigma0=1.0, eps0=0.1, c1=4.0, c2=1.0, start=start)["theta"], 6)
    0.171784
    """
    domain.positive("t0", t0, ())  # the bias corrections vanish at time 0
    domain.at_least("T", T, t0, ())
    theta0, m0, u_start = (float(value) for value in domain.vector("start", start, 3))
    if u_start < 0:
        raise ValueError(f"start must have a second moment u >= 0, got {u_start}")
    _check(T=T, s=s, eps0=eps0, c2=c2)
    domain.positive("sigma0", sigma0, ()), domain.positive("c1", c1, ()), domain.finite("h", h, ())
    if correction:
        domain.positive("c2", c2, ())
    if diffusion is not None:
        domain.nonnegative("diffusion", diffusion, ())
    amplitude = s * (sigma0 * c1 if diffusion is None else diffusion)

    def slope(t: float, state: np.ndarray) -> list[float]:
        gamma1, gamma2 = (1 - np.exp(-c1 * t), 1 - np.exp(-c2 * t)) if correction else (1.0, 1.0)
        u = _second_moment(t - t0, s, c2, u_start)
        a = np.sqrt(gamma2) / gamma1 / (sigma0 * np.sqrt(u) + eps0 * np.sqrt(gamma2))
        theta, m, var, cov, var_m = state
        return [
            -a * m,
            c1 * (h * theta - m),
            -2 * a * cov,
            -a * var_m + c1 * (h * var - cov),
            2 * c1 * (h * cov - var_m) + amplitude**2,
        ]

    theta, m, var, cov, var_m = _integrate(slope, t0, T, [theta0, m0, 0.0, 0.0, 0.0])
    u = float(_second_moment(T - t0, s, c2, u_start))
    moments = {"theta": theta, "theta2": theta**2 + var, "m": m, "m2": m**2 + var_m, "u": u}
    return moments | {"variance": var, "covariance": cov}


def _check(**constants: float) -> None:
    for name, value in constants.items():
        domain.nonnegative(name, value, ())


def _second_moment(t: float, s: float, c2: float, u0: float) -> float:
    return s**2 + (u0 - s**2) * np.exp(-c2 * t)


def _integrate(slope, t0: float, T: float, state: list[float]) -> list[float]:
    if t0 == T:
        return state
    solution = solve_ivp(slope, (t0, T), state, method="DOP853", rtol=1e-11, atol=1e-13)
    if not (solution.success and np.isfinite(solution.y[:, -1]).all()):
        raise RuntimeError(f"the moments could not be integrated up to {T:g}: {solution.message}")
    return solution.y[:, -1].tolist()
