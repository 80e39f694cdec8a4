"""The risk curves: deterministic limits of the risk of signSGD, SGD and Adam as the dimension grows, t = k / d.

Every curve solves dr_i/dt = -a(t, R) decay_i r_i + b(t, R) forcing_i, R = sum of r_i, coupled through R only. The
solver is implicit (Radau, so stiff spectra and long horizons are safe) and treats R as one more unknown: the Jacobian
is then an arrow, and a step costs O(d).

Every curve starts at time 0; `times` are increasing, and only those asked for are returned. For signSGD and Adam the
start must be delocalised: no feature may carry much of the residual, max |(D^-1 K delta)_i| well below sqrt(2 R), since
the mean of a sign is linear in that ratio only while it is small. `LOCALISED` and above is warned of (UserWarning).
"""

import warnings
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.integrate import solve_ivp
from scipy.sparse import csc_array

from optclaims.papers.signsgd_risk_curves.theory.adam import adam_coefficients
from optclaims.papers.signsgd_risk_curves.theory.covariance import Modes, deviations, sgd_modes, sign_modes
from optclaims.papers.signsgd_risk_curves.theory.noise import Gaussian, Noise
from optclaims.science.domain import finite, increasing, positive, probability, vector

__all__ = ["RISK_CAP", "adam_risk", "evolve", "sgd_risk", "signsgd_risk"]

RISK_CAP = 1e12
"""A curve that diverges is cut there: from then on its risk is reported as this number, never as infinity or NaN."""
LOCALISED = 0.5
"""Largest correlation of a feature with the residual at which the mean sign is within 5 % of its linear part."""
Rate = float | Callable[[float, float], float]


def signsgd_risk(
    covariance: ArrayLike,
    start: ArrayLike,
    noise: Noise,
    lr: Rate | ArrayLike,
    times: ArrayLike,
    *,
    scales: ArrayLike | None = None,
    noise_matrix: ArrayLike | None = None,
) -> NDArray[np.float64]:
    """Risk of signSGD: dr_i/dt = -2 eta lambda_i phi(R) / sqrt(2 R) r_i + eta^2 / (2 d) lambda_i s_i; see `sign_modes`.

    covariance: (d,) or (d, d); start: theta_0 - theta*, (d,), delocalised; lr: eta, or a function of (t, R), or several
    eta (n,), which give several curves; times: increasing, (k,). Returns (k,) or (n, k). Source: the paper's eq.
    (10)-(11) and Theorem 2 (numbers recalled), for a general covariance in the symmetric basis.

    Domain: start signed; lr any shape; scales any shape; noise_matrix signed

    >>> start = np.full(100, 0.1)
    >>> signsgd_risk(np.ones(100), start, Gaussian(0.5), lr=0.3, times=[0.0, 1.0, 5.0]).round(4)
    array([0.5   , 0.3867, 0.1427])
    """
    modes = sign_modes(covariance, start, scales=scales, noise_matrix=noise_matrix)
    _warn_if_localised(finite("covariance", covariance), finite("start", start))
    d = modes.decay.size
    return per_rate(
        lr,
        lambda eta: evolve(
            modes,
            lambda t, R: 2 * eta(t, R) * float(noise.phi(R)) / np.sqrt(2 * R),
            lambda t, R: eta(t, R) ** 2 / (2 * d),
            times,
        ),
    )


def sgd_risk(
    covariance: ArrayLike, start: ArrayLike, noise: Noise, lr: Rate | ArrayLike, times: ArrayLike
) -> NDArray[np.float64]:
    """Risk of SGD: dr_i/dt = -2 eta lambda_i r_i + eta^2 / (2 d) lambda_i^2 (2 R + v^2); arguments as `signsgd_risk`.

    Only the variance v^2 of the noise matters. Beyond the stability edge the curve is cut at `RISK_CAP`. Raises
    ValueError for an infinite variance.

    Domain: start signed; lr any shape

    >>> start = np.full(100, 0.1)
    >>> sgd_risk(np.ones(100), start, Gaussian(0.0), lr=0.5, times=[0.0, 4.0]).round(6)  # exp(-(2 eta - eta^2) t) / 2
    array([0.5     , 0.024894])
    """
    variance = noise.variance
    if not np.isfinite(variance):
        raise ValueError(
            f"noise must have finite variance for SGD, got {noise!r}: an infinite variance has no risk curve"
        )
    modes = sgd_modes(covariance, start)
    d = modes.decay.size
    return per_rate(
        lr,
        lambda eta: evolve(
            modes,
            lambda t, R: 2 * eta(t, R),
            lambda t, R: eta(t, R) ** 2 / (2 * d) * (2 * R + variance),
            times,
        ),
    )


def adam_risk(
    covariance: ArrayLike,
    start: ArrayLike,
    noise: Gaussian,
    lr: Rate | ArrayLike,
    times: ArrayLike,
    beta2: float,
    *,
    coefficients: tuple[float, float] | None = None,
) -> NDArray[np.float64]:
    """Risk of Adam under Gaussian noise, diagonal K (d,): signSGD's with 2 / pi -> phi_A and K_sigma -> c_A I.

    coefficients: (phi_A, c_A), by default those of beta2 without momentum; beta2 = 0 is signSGD. Warns (UserWarning)
    when the memory 1 / (1 - beta2) is not shorter than d. Source: the paper's closing conjecture, made testable.

    Domain: start signed; lr any shape

    >>> start = np.full(100, 0.1)
    >>> adam_risk(np.ones(100), start, Gaussian(0.5), lr=0.3, times=[0.0, 1.0, 5.0], beta2=0.0).round(4)  # signSGD
    array([0.5   , 0.3867, 0.1427])
    """
    if not isinstance(noise, Gaussian):
        raise ValueError(f"noise must be Gaussian for Adam's curve, got {noise!r}")
    variances, start = vector("covariance", positive("covariance", covariance)), vector("start", start)
    beta2 = probability("beta2", beta2, "[)", shape=())
    sign_modes(variances, start)
    _warn_if_localised(variances, start)
    if variances.size * (1 - beta2) <= 1:
        memory = f"beta2 = {beta2} averages over {1 / (1 - beta2):.0f} steps"
        warnings.warn(f"{memory}, no fewer than d = {variances.size}: outside the regime of the equation", stacklevel=2)
    drift, level = adam_coefficients(beta2) if coefficients is None else positive("coefficients", coefficients, (2,))
    modes = Modes(deviations(variances), level * variances, variances * start**2 / 2)
    return per_rate(
        lr,
        lambda eta: evolve(
            modes,
            lambda t, R: 2 * eta(t, R) * drift / np.sqrt(2 * R + noise.variance),
            lambda t, R: eta(t, R) ** 2 / (2 * variances.size),
            times,
        ),
    )


def _warn_if_localised(covariance: NDArray[np.float64], start: NDArray[np.float64]) -> None:
    """Warn of a start at which a single feature carries much of the residual."""
    pull = covariance * start if covariance.ndim == 1 else covariance @ start
    residual = float(start @ pull)
    variances = covariance if covariance.ndim == 1 else np.diag(covariance)
    largest = float(np.max(np.abs(pull) / np.sqrt(variances))) / np.sqrt(residual) if residual > 0 else 0.0
    if largest >= LOCALISED:
        text = f"a feature has correlation {largest:.2f} with the residual: the start is not delocalised"
        warnings.warn(f"{text}, outside the regime of the equation", stacklevel=3)


def per_rate(lr: Rate | ArrayLike, curve: Callable) -> NDArray[np.float64]:
    """Curve of one learning rate (number or schedule), or one row per entry of a vector of them."""
    if callable(lr):
        return curve(lr)
    if np.ndim(lr) == 0:
        eta = positive("lr", lr)
        return curve(lambda t, R: eta)
    return np.stack([per_rate(float(eta), curve) for eta in vector("lr", positive("lr", lr))])


def evolve(
    modes: Modes,
    contraction: Callable[[float, float], float],
    excitation: Callable[[float, float], float],
    times: ArrayLike,
    rtol: float = 1e-8,
) -> NDArray[np.float64]:
    """Solve dr_i/dt = -a(t, R) decay_i r_i + b(t, R) forcing_i; R at the times (k,), increasing, from 0 on.

    contraction, excitation: a and b, functions of t and R. A vanishing risk is clipped at a tiny positive number, where
    a may be large but a r is zero (noiseless signSGD), so a start at the optimum is allowed.

    >>> modes = Modes(decay=np.ones(2), forcing=np.zeros(2), start=np.ones(2))
    >>> evolve(modes, lambda t, R: 1.0, lambda t, R: 0.0, times=[0.0, 1.0, 3.0]).round(6)  # 2 exp(-t)
    array([2.      , 0.735759, 0.099574])
    """
    times, rtol = increasing("times", times, low=0), positive("rtol", rtol, shape=())
    # Modes of equal decay stay proportional up to their forcing, so only their sums matter: one mode for K = I.
    decay, which = np.unique(modes.decay, return_inverse=True)
    forcing, start = np.bincount(which, modes.forcing), np.bincount(which, modes.start)
    d, total = decay.size, start.sum()
    floor = 1e-16 * total + 1e-24
    rows = np.r_[np.arange(d), np.arange(d), np.full(d + 1, d)]
    columns = np.r_[np.arange(d), np.full(d, d), np.arange(d + 1)]

    def slope(t: float, y: NDArray[np.float64]) -> NDArray[np.float64]:
        R = max(y[d], floor)
        change = -contraction(t, R) * decay * y[:d] + excitation(t, R) * forcing
        return np.append(change, change.sum())

    def jacobian(t: float, y: NDArray[np.float64]) -> csc_array:
        R = max(y[d], floor)
        step = 1e-6 * R
        a_slope = (contraction(t, R + step) - contraction(t, R - step)) / (2 * step)
        b_slope = (excitation(t, R + step) - excitation(t, R - step)) / (2 * step)
        own, through_risk = -contraction(t, R) * decay, -a_slope * decay * y[:d] + b_slope * forcing
        return csc_array((np.r_[own, through_risk, own, through_risk.sum()], (rows, columns)), shape=(d + 1, d + 1))

    def escape(t: float, y: NDArray[np.float64]) -> float:
        return y[d] - RISK_CAP

    escape.terminal = True
    scale = max(total, excitation(0.0, floor) * forcing.sum() * 1e-3, 1e-300)
    tolerances = np.append(np.full(d, 1e-10 * scale / d), 1e-12 * scale)
    solution = solve_ivp(
        slope,
        (0.0, times[-1]),
        np.append(start, total),
        "Radau",
        times,
        events=escape,
        rtol=rtol,
        atol=tolerances,
        jac=jacobian,
    )
    if solution.status < 0:
        raise RuntimeError(f"the risk curve could not be integrated: {solution.message}")
    risk = np.full(times.size, RISK_CAP)
    risk[: solution.t.size] = solution.y[d]
    return risk
