r"""Overlap with the teacher, response and second moment of the scalar estimators of weights and of outputs."""

from functools import cache

import numpy as np
from scipy.special import erfc, ndtr

from optclaims.papers.glm_asymptotics.problems import Setting
from optclaims.papers.glm_asymptotics.theory.proximal import proximal
from optclaims.science import domain

__all__ = ["output_moments", "prior_moments"]

REACH = 9.0  # standard deviations of the integral over the field
NODES = 120  # of each piece of it


def prior_moments(setting: Setting, Q: float, mh: float, ch: float) -> np.ndarray:
    r"""Return $(E[x_0x], E[\partial x/\partial h], E[x^2])$ of $x = \mathrm{soft}(h, \lambda_1)/(Q + \lambda_2)$.

    $h = \hat m x_0 + \sqrt{\hat c}\,\xi$ with the teacher's weight $x_0$ and a standard normal $\xi$, in closed form.
    Raises ValueError for Q or $\hat c$ that is not positive.
    Domain: mh signed

    >>> prior_moments(Setting(alpha=1.0, l2=1.0), 1.0, 1.0, 2.0)
    array([0.5 , 0.5 , 0.75])
    """
    slope = domain.positive("Q", Q, ()) + setting.l2
    mh, ch = domain.finite("mh", mh, ()), domain.positive("ch", ch, ())
    moments = np.zeros(3)
    for weight, variance in ((1 - setting.rho, 0.0), (setting.rho, 1.0)):
        total = mh**2 * variance + ch
        u = setting.l1 / np.sqrt(total)
        tail = erfc(u / np.sqrt(2)) / 2
        second = 2 * total * ((1 + u**2) * tail - u * np.exp(-(u**2) / 2) / np.sqrt(2 * np.pi))
        moments += weight * np.array([mh * variance * 2 * tail / slope, 2 * tail / slope, second / slope**2])
    return moments


@cache
def _gauss_legendre() -> tuple[np.ndarray, np.ndarray]:
    return np.polynomial.legendre.leggauss(NODES)


def _pieces(breaks: list[float], deviation: float) -> tuple[np.ndarray, np.ndarray]:
    """Return nodes and weights of the Gaussian integral over a field, split at its breaks."""
    ends = np.unique(np.clip([-REACH * deviation, *breaks, REACH * deviation], -REACH * deviation, REACH * deviation))
    nodes, weights = _gauss_legendre()
    half = np.diff(ends)[:, None] / 2
    h = (ends[:-1, None] + half * (1 + nodes)).ravel()
    return h, (half * weights).ravel() * np.exp(-((h / deviation) ** 2) / 2) / (deviation * np.sqrt(2 * np.pi))


def output_moments(setting: Setting, variance: float, Q: float, mh: float, ch: float) -> np.ndarray:
    r"""Return $(E[z_0z], E[\partial z/\partial h], E[z^2])$ of $z = \arg\min \ell(y, z) + \frac Q2z^2 - hz$.

    $h = \hat m z_0 + \sqrt{\hat c}\,\xi$, the teacher's output $z_0$ normal with the variance given. For a sign
    teacher an integral over h, split where the hinge's proximal map has its corners. Raises ValueError for a
    variance, Q or $\hat c$ that is not positive.
    Domain: mh signed

    >>> output_moments(Setting(alpha=1.0, loss="square", teacher="linear", l2=1.0), 1.0, 1.0, 1.0, 2.0)
    array([1. , 0.5, 1.5])
    """
    T, Q, ch = (domain.positive(name, x, ()) for name, x in (("variance", variance), ("Q", Q), ("ch", ch)))
    mh = domain.finite("mh", mh, ())
    if setting.teacher == "linear":
        second = T * (1 + mh) ** 2 + setting.noise + ch
        return np.array([T * (1 + mh) / (1 + Q), 1 / (1 + Q), second / (1 + Q) ** 2])
    total = mh**2 * T + ch
    h, weights = _pieces([0.0, Q - 1, Q], np.sqrt(total))
    # Given h the teacher's output is normal; both labels contribute alike, so the label is taken as +1, twice.
    mean, deviation = mh * T * h / total, np.sqrt(T * ch / total)
    plus = ndtr(mean / deviation)
    along = mean * plus + deviation * np.exp(-((mean / deviation) ** 2) / 2) / np.sqrt(2 * np.pi)
    z, slope = proximal(setting.loss, h, Q)
    return 2 * np.array([weights @ (along * z), weights @ (plus * slope), weights @ (plus * z**2)])
