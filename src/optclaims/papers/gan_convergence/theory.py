r"""The Dirac-GAN linearised at its equilibrium: eigenvalues, rates, critical regularisation, largest step sizes.

With $f'(0) = 1/2$ and $f''(0) = -1/4$. A training method follows the field v, by simultaneous steps (SimGD)
$x \leftarrow x + h v(x)$, by alternating steps (AltGD), or in continuous time. The eigenvalues are those of the
paper's table (derived anew and checked against numerical Jacobians); step sizes, the averaged radius and the cycle are
derived here.
"""

import numpy as np
from numpy.typing import ArrayLike
from scipy.integrate import cumulative_simpson
from scipy.special import expit

from optclaims.science import domain

__all__ = [
    "METHODS",
    "alternating_multipliers",
    "critical_penalty",
    "critical_variance",
    "cycle_radius_squared",
    "eigenvalues",
    "first_order_ring",
    "invariant_ring",
    "largest_step",
    "radius_squared",
    "simultaneous_rate",
]

SLOPE, BEND = 0.5, -0.25
METHODS = ("gan", "non_saturating", "wgan", "instance_noise", "gradient_penalty", "consensus")


def eigenvalues(method: str, strength: ArrayLike = 0.0) -> np.ndarray:
    r"""Return both eigenvalues (..., 2) of $v'(0, 0)$.

    GAN and non-saturating GAN: $\pm i/2$; WGAN: $\pm i$; instance noise of standard deviation s:
    $f'' s^2 \pm \sqrt{(f'')^2 s^4 - (f')^2}$; gradient penalty $\gamma$: $-\gamma/2 \pm \sqrt{\gamma^2/4 - f'^2}$;
    consensus optimisation: $-\gamma (f')^2 \pm i f'$. strength: $\gamma$ or s, not negative; the first three ignore it.
    Raises ValueError for an unknown method or a negative strength. Source: the paper's table, derived anew, exact.

    Domain: strength any shape

    >>> eigenvalues("gradient_penalty", 1.0)  # critical
    array([-0.5+0.j, -0.5+0.j])

    """
    domain.one_of("method", method, METHODS)
    strength = np.asarray(domain.nonnegative("strength", strength), float)
    zero = np.zeros_like(strength)
    middle, square = {
        "gan": (zero, zero - SLOPE**2),
        "non_saturating": (zero, zero - SLOPE**2),
        "wgan": (zero, zero - 1.0),
        "instance_noise": (BEND * strength**2, (BEND * strength**2) ** 2 - SLOPE**2),
        "gradient_penalty": (-strength / 2, strength**2 / 4 - SLOPE**2),
        "consensus": (-strength * SLOPE**2, zero - SLOPE**2),
    }[method]
    root = np.sqrt(square.astype(complex))
    return np.stack([middle - root, middle + root], axis=-1)


def critical_penalty() -> float:
    r"""Return the gradient penalty $2 f'(0) = 1$ at which both eigenvalues meet, and decay is fastest.

    Source: the paper's section on regularisation, exact.

    >>> critical_penalty()
    1.0

    """
    return 2 * SLOPE


def critical_variance() -> float:
    r"""Return the variance $-f'(0)/f''(0) = 2$ of the instance noise at which both eigenvalues meet.

    Source: the paper's section on instance noise, exact.

    >>> critical_variance()
    2.0

    """
    return -SLOPE / BEND


def simultaneous_rate(method: str, strength: ArrayLike, lr: ArrayLike) -> np.ndarray:
    r"""Return $\log \max_i |1 + h \lambda_i|$, what SimGD adds to the logarithm of the radius a step.

    lr: step size $h > 0$; it broadcasts with strength. Errors as for `eigenvalues`. Source: the paper, exact.

    Domain: strength, lr any shape

    >>> float(simultaneous_rate("gan", 0.0, 0.2).round(6))  # outward
    0.004975

    """
    lr = np.asarray(domain.positive("lr", lr), float)
    return np.log(np.abs(1 + lr[..., None] * eigenvalues(method, strength)).max(-1))


def alternating_multipliers(lr: ArrayLike, penalty: ArrayLike = 0.0) -> np.ndarray:
    r"""Return both multipliers (..., 2) of one generator and one discriminator step with gradient penalty.

    Their product is $1 - h\gamma$ and their sum $2 - h^2 (f')^2 - h\gamma$. lr: $h > 0$, penalty: $\gamma \ge 0$.
    Raises ValueError otherwise. Source: derived here from the paper's setting, exact.

    Domain: lr, penalty any shape

    >>> np.abs(alternating_multipliers(0.2)).round(12)  # on the unit circle: the linearisation does not decide
    array([1., 1.])

    """
    lr = np.asarray(domain.positive("lr", lr), float)
    penalty = np.asarray(domain.nonnegative("penalty", penalty), float)
    product, half = 1 - lr * penalty, (2 - (lr * SLOPE) ** 2 - lr * penalty) / 2
    root = np.sqrt((half**2 - product).astype(complex))
    return np.stack([half - root, half + root], axis=-1)


def largest_step(scheme: str, penalty: ArrayLike) -> np.ndarray:
    r"""Return the step size below which gradient-penalised training converges near the equilibrium.

    Simultaneous: $\min_i -2 \mathrm{Re} \lambda_i / |\lambda_i|^2$, which is $4\gamma$ for $\gamma < 1$. Alternating:
    $4 (\sqrt{1 + \gamma^2} - \gamma)$, always below $2/\gamma$. scheme: "simultaneous" or "alternating".
    penalty: $\gamma > 0$. Raises ValueError otherwise. Source: derived here, exact.

    Domain: penalty any shape

    >>> float(largest_step("simultaneous", 0.3).round(12)), float(largest_step("alternating", 0.75))
    (1.2, 2.0)

    """
    domain.one_of("scheme", scheme, ("simultaneous", "alternating"))
    penalty = np.asarray(domain.positive("penalty", penalty), float)
    if scheme == "simultaneous":
        values = eigenvalues("gradient_penalty", penalty)
        return (-2 * values.real / np.abs(values) ** 2).min(-1)
    return (np.sqrt(penalty**2 + 4 * SLOPE**2) - penalty) / SLOPE**2


def invariant_ring(lr: ArrayLike) -> np.ndarray:
    r"""Return the smallest and largest radius (..., 2) of linearised AltGD from (1, 1).

    With one step each it conserves $\theta^2 - \tfrac h2 \theta\psi + \psi^2$, so
    $r \in [\sqrt{(2 - h/2)/(1 + h/4)}, \sqrt2]$. lr: $0 < h < 4$. Raises ValueError otherwise.
    Source: derived here, exact for the linearisation.

    Domain: lr any shape

    >>> invariant_ring(0.2).round(4).tolist()
    [1.3452, 1.4142]

    """
    lr = np.asarray(domain.within("lr", lr, 0, 4, "()"), float)
    return np.stack([np.sqrt((2 - lr / 2) / (1 + lr / 4)), np.sqrt(2) * np.ones_like(lr)], axis=-1)


def first_order_ring(lr: ArrayLike) -> np.ndarray:
    r"""Return the smallest and largest radius (..., 2) of AltGD of the GAN from (1, 1), to first order in h.

    With $u = \theta\psi = \sin 2\varphi$ at $r^2 = 2$ one round changes
    $\frac{d r^2}{d\varphi} = 2h \bigl(f'(u) \cos 2\varphi - f''(u) \sin 2\varphi\, (1 - \cos 2\varphi)\bigr)$; with
    $f'(0)$ and without $f''$ it gives the `invariant_ring` to that order. lr: $h > 0$. Raises ValueError otherwise.
    Source: derived here.

    Domain: lr any shape

    >>> first_order_ring(0.05).round(4).tolist()
    [1.3961, 1.4162]

    """
    angle = np.linspace(np.pi / 4, np.pi / 4 + 2 * np.pi, 2001)
    slope = expit(-np.sin(2 * angle))
    turn, bend = np.cos(2 * angle), -slope * (1 - slope)
    change = cumulative_simpson(2 * (slope * turn - bend * np.sin(2 * angle) * (1 - turn)), x=angle, initial=0)
    lr = np.asarray(domain.positive("lr", lr), float)
    return np.sqrt(2 + lr[..., None] * np.array([change.min(), change.max()]))


def radius_squared(time: ArrayLike, start: ArrayLike) -> np.ndarray:
    r"""Return $r^2(t) \approx 1/(1/r_0^2 + t/8)$ of the non-saturating GAN in continuous time.

    From $\frac{d}{dt} r^2 = -2u \tanh(u/2)$, $u = \theta\psi$, averaged over the rotation: $-r^4/8$.
    time: not negative; start: $r_0^2 > 0$. They broadcast. Raises ValueError otherwise. Source: derived here, to order
    $r^2$.

    Domain: time, start any shape

    >>> float(radius_squared(8.0, 1.0))
    0.5

    """
    time = np.asarray(domain.nonnegative("time", time), float)
    return 1 / (1 / np.asarray(domain.positive("start", start), float) + time / 8)


def cycle_radius_squared(lr: ArrayLike) -> np.ndarray:
    r"""Return $2h$, the squared radius at which SimGD's growth and the field's decay balance (non-saturating GAN).

    SimGD adds $h^2 (f')^2 r^2$ to $r^2$ a step, the field takes $h r^4/8$. lr: $h > 0$. Raises ValueError otherwise.
    Source: derived here, to first order in h.

    Domain: lr any shape

    >>> float(cycle_radius_squared(0.2))
    0.4

    """
    return 2 * np.asarray(domain.positive("lr", lr), float)
