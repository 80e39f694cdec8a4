r"""Training fields of the Dirac-GAN: data at 0, the generator at $\theta$, the discriminator $D(x) = \psi x$.

The loss is $L(\theta, \psi) = f(\psi\theta) + f(0)$ with $f(t) = -\log(1 + e^{-t})$; the generator lowers it, the
discriminator raises it, so training follows the field $v = (-\psi f'(\theta\psi),\ \theta f'(\theta\psi))$.
Each function returns a field: a function of points (..., 2), holding $(\theta, \psi)$, that returns arrays of the same
shape. Source: sections 2 and 3 of the paper, read in its code where that is public.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit

from optclaims.science import domain

__all__ = [
    "FAMILIES",
    "Field",
    "Method",
    "build",
    "consensus",
    "gan",
    "gradient_penalty",
    "instance_noise",
    "nine_methods",
    "non_saturating",
    "slope",
    "wgan",
    "wgan_gp",
]

Field = Callable[[np.ndarray], np.ndarray]
TURN, SECOND = np.array([-1.0, 1.0]), np.array([0.0, 1.0])


def slope(t: ArrayLike) -> np.ndarray:
    r"""Return $f'(t) = \sigma(-t)$, one half at 0.

    Domain: t signed, any shape

    >>> float(slope(0.0))
    0.5

    """
    return _slope(np.asarray(domain.finite("t", t)))


def gan() -> Field:
    r"""Return the field of the original GAN, $(-\psi, \theta) f'(\theta\psi)$.

    >>> gan()(np.array([1.0, 0.0])).tolist()[1]
    0.5

    """
    return lambda point: _turn(point) * _slope(point[..., 0] * point[..., 1])[..., None]


def non_saturating() -> Field:
    r"""Return the field of the non-saturating GAN, $(-\psi f'(-\theta\psi),\ \theta f'(\theta\psi))$.

    >>> non_saturating()(np.array([0.0, 1.0])).tolist()
    [-0.5, 0.0]

    """

    def field(point: np.ndarray) -> np.ndarray:
        u = point[..., 0] * point[..., 1]
        return _turn(point) * np.stack([_slope(-u), _slope(u)], axis=-1)

    return field


def wgan() -> Field:
    r"""Return the field of the Wasserstein GAN, $(-\psi, \theta)$: $f(t) = t$.

    >>> wgan()(np.array([1.0, 2.0])).tolist()
    [-2.0, 1.0]

    """
    return _turn


def wgan_gp(penalty: float, target: float) -> Field:
    r"""Return the field of WGAN-GP, $(-\psi,\ \theta - \gamma\,\mathrm{sign}(\psi)(|\psi| - g_0))$.

    penalty: $\gamma \ge 0$. target: $g_0 \ge 0$. Raises ValueError otherwise.

    >>> wgan_gp(0.5, 1.0)(np.array([0.0, 3.0])).tolist()
    [-3.0, -1.0]

    """
    domain.nonnegative("penalty", penalty, ())
    domain.nonnegative("target", target, ())

    def field(point: np.ndarray) -> np.ndarray:
        psi = point[..., 1]
        pull = penalty * np.sign(psi) * (np.abs(psi) - target)
        return _turn(point) - pull[..., None] * SECOND

    return field


def gradient_penalty(penalty: float, field: Field | None = None) -> Field:
    r"""Return a field with the penalty $\tfrac\gamma2 \psi^2$ on the discriminator's gradient: $-\gamma\psi$ is added.

    On the Dirac-GAN the penalty is the same at the data (R1) and at the generator's point (R2).
    penalty: $\gamma \ge 0$. field: of the GAN by default. Raises ValueError otherwise.

    >>> gradient_penalty(0.3)(np.array([0.0, 1.0])).tolist()
    [-0.5, -0.3]

    """
    domain.nonnegative("penalty", penalty, ())
    plain = gan() if field is None else domain.function("field", field)
    return lambda point: plain(point) - penalty * point * SECOND


def instance_noise(std: float, nodes: int = 40, *, fake_only: bool = False) -> Field:
    r"""Return the field with Gaussian noise on generated and real points, its expectation by Gauss-Hermite quadrature.

    $$v = \bigl(-\psi\, E f'(\psi(\theta+\xi)),\ E[(\theta+\xi) f'(\psi(\theta+\xi))] - E[\xi f'(-\psi\xi)]\bigr),
    \qquad \xi \sim N(0, s^2).$$

    std: $s \ge 0$. nodes: at least 1. fake_only: leaves the real points without noise, a plausible mistake.
    Raises ValueError otherwise.

    >>> instance_noise(0.0)(np.array([1.0, 1.0])).round(6).tolist()
    [-0.268941, 0.268941]

    """
    domain.nonnegative("std", std, ())
    x, weight = np.polynomial.hermite_e.hermegauss(domain.integer("nodes", nodes, low=1, shape=()))
    x, weight = std * x, weight / weight.sum()

    def field(point: np.ndarray) -> np.ndarray:
        theta, psi = point[..., :1], point[..., 1:]
        fake = _slope(psi * (theta + x))
        real = 0.0 if fake_only else (weight * x * _slope(-psi * x)).sum(-1)
        return np.stack([-psi[..., 0] * (weight * fake).sum(-1), (weight * (theta + x) * fake).sum(-1) - real], -1)

    return field


def consensus(penalty: float) -> Field:
    r"""Return the field of consensus optimisation, $v - \gamma \nabla \tfrac12 \|v\|^2$ of the GAN's v.

    With $u = \theta\psi$ and $r^2 = \theta^2 + \psi^2$, $\tfrac12\|v\|^2 = \tfrac12 r^2 f'(u)^2$ has the gradient
    $f'(u)^2 (\theta, \psi) + r^2 f'(u) f''(u) (\psi, \theta)$. penalty: $\gamma \ge 0$. Raises ValueError otherwise.

    >>> consensus(1.0)(np.array([1.0, 0.0])).tolist()  # the second term is r^2 f' f'' = -1/8, subtracted
    [-0.25, 0.625]

    """
    domain.nonnegative("penalty", penalty, ())

    def field(point: np.ndarray) -> np.ndarray:
        first = _slope(point[..., 0] * point[..., 1])[..., None]
        second = -first * (1 - first)
        square = (point**2).sum(-1, keepdims=True)
        return _turn(point) * first - penalty * (first**2 * point + square * first * second * point[..., ::-1])

    return field


FAMILIES = {
    "gan": lambda strength: gan(),
    "non_saturating": lambda strength: non_saturating(),
    "wgan": lambda strength: wgan(),
    "instance_noise": instance_noise,
    "gradient_penalty": gradient_penalty,
    "consensus": consensus,
}
"""Fields that have a derivative at the equilibrium, by their strength; the first three have none."""


def build(family: str, strength: float = 0.0) -> Field:
    r"""Return the field of a family of `FAMILIES` with a strength, $\gamma$ or s.

    Raises ValueError for other names and a negative strength.

    >>> build("gradient_penalty", 0.3)(np.array([0.0, 1.0])).tolist()
    [-0.5, -0.3]

    """
    family = domain.one_of("family", family, tuple(FAMILIES))
    return FAMILIES[family](domain.nonnegative("strength", strength, ()))


class Method(NamedTuple):
    r"""A training method of the paper's comparison: its family and strength, its field, where $|\psi|$ is clipped."""

    family: str
    strength: float
    field: Field
    clip: float | None = None


def nine_methods() -> dict[str, Method]:
    """Return the nine methods of the paper's comparison, with the strengths of the authors' notebook.

    WGAN-GP is of no family: it has no derivative at the equilibrium.

    >>> list(nine_methods())
    ['GAN', 'NS', 'WGAN', 'WGAN-GP', 'consensus', 'noise', 'R1', 'R1 critical', 'NS R1']

    """
    return {
        "GAN": Method("gan", 0.0, gan()),
        "NS": Method("non_saturating", 0.0, non_saturating()),
        "WGAN": Method("wgan", 0.0, wgan(), 1.0),
        "WGAN-GP": Method("", 0.7, wgan_gp(0.7, 1.0)),
        "consensus": Method("consensus", 1.0, consensus(1.0)),
        "noise": Method("instance_noise", 0.7, instance_noise(0.7)),
        "R1": Method("gradient_penalty", 0.3, gradient_penalty(0.3)),
        "R1 critical": Method("gradient_penalty", 1.0, gradient_penalty(1.0)),
        "NS R1": Method("gradient_penalty", 0.3, gradient_penalty(0.3, non_saturating())),
    }


def _turn(point: np.ndarray) -> np.ndarray:
    return point[..., ::-1] * TURN


def _slope(t: np.ndarray) -> np.ndarray:
    return expit(-t)
