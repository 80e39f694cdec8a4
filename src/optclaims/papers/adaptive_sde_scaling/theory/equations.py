"""Moments of the RMSprop and the Adam SDE on a noisy parabola, where the law stays Gaussian.

Loss f = h theta^2 / 2 in one dimension, noise of constant standard deviation s, deterministic start. The second moment
u then has no noise, u(t) = s^2 + (u0 - s^2) exp(-c2 t), and the position is linear with known coefficients in time.
"""

import numpy as np
from scipy.integrate import solve_ivp

__all__ = ["adam_sde", "rmsprop_sde"]


def rmsprop_sde(
    T: float, *, h: float = 1, s: float = 1, sigma0: float, eps0: float, c2: float, theta0: float, u0: float
) -> dict[str, float]:
    r"""Return E theta, E theta^2, Var theta and u at time T of the RMSprop SDE.

    $d\theta = -P^{-1}(h\theta\,dt + \sigma_0 s\,dW)$, $P = \sigma_0\sqrt u + \epsilon_0$, $\dot u = c_2 (s^2 - u)$;
    hence $m' = -hm/P$ and $V' = -2hV/P + \sigma_0^2 s^2/P^2$. Theorem for RMSprop, Section 4 (recalled).
    Keys theta, theta2, variance, u. Raises ValueError for a negative time.
    """
    _check(T)

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
    Keys theta, theta2, variance, m, m2, covariance, u. Raises ValueError unless 0 < t0 <= T.
    """
    _check(T - t0)
    if not t0 > 0:
        raise ValueError(f"the bias corrections vanish at time 0: start at t0 > 0, got {t0}")
    theta0, m0, u_start = start
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


def _check(duration: float) -> None:
    if duration < 0:
        raise ValueError(f"the equation runs forward in time, got a duration of {duration:g}")


def _second_moment(t: float, s: float, c2: float, u0: float) -> float:
    return s**2 + (u0 - s**2) * np.exp(-c2 * t)


def _integrate(slope, t0: float, T: float, state: list[float]) -> list[float]:
    if t0 == T:
        return state
    return solve_ivp(slope, (t0, T), state, method="DOP853", rtol=1e-11, atol=1e-13).y[:, -1].tolist()
