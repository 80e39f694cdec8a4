r"""What is known of the algorithm: its step, its bound, its mean-field path and the bias of its invariant law.

The update is that of the authors' code; the bound, the mean-field recursion and the constant of the bias are derived
here. With $h = G + \sqrt\lambda\, b(G) + O(\lambda)$ and $b(G) = G/(\epsilon+|G|) - G|G|$ the invariant law is
$\pi_\lambda \approx \pi\,(1 - \beta\sqrt\lambda\,(B - E_\pi B))$ with $B' = b(u')$.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.integrate import cumulative_simpson, simpson

from optclaims.papers.theopoula.problems import LIGHT, Potential, energy, slope, superlinear_gradient
from optclaims.science import domain

__all__ = ["arrival", "bias_constant", "displacement", "mean_field", "slack"]

Array = NDArray[np.float64]


def displacement(gradient: ArrayLike, lr: float, eps: float) -> Array:
    r"""Return $\lambda h = \lambda\,G\,(1 + \sqrt\lambda/(\epsilon+|G|)) / (1 + \sqrt\lambda\,|G|)$, any shape.

    Raises ValueError for gradients that are not finite, and for lr or eps that are not positive.

    Domain: gradient signed, any shape.

    >>> displacement([1e30, -0.5], 0.25, 0.5).round(12).tolist()
    [0.5, -0.15]
    """
    g = domain.finite("gradient", gradient)
    root, eps = np.sqrt(domain.positive("lr", lr, ())), domain.positive("eps", eps, ())
    return root**2 * g * (1 + root / (eps + np.abs(g))) / (1 + root * np.abs(g))


def slack(gradient: ArrayLike, lr: float, eps: float) -> Array:
    r"""Return $1 - |\lambda h|/\sqrt\lambda = (1 - \lambda\,|G|/(\epsilon+|G|)) / (1 + \sqrt\lambda\,|G|)$.

    It is positive for every gradient when $\lambda \le 1$, since both factors are: the proof of the step bound.

    Domain: gradient signed, any shape.

    >>> round(float(slack(0.5, 0.25, 0.5)), 12)
    0.7
    """
    size = np.abs(domain.finite("gradient", gradient))
    lr, eps = domain.positive("lr", lr, ()), domain.positive("eps", eps, ())
    return (1 - lr * size / (eps + size)) / (1 + np.sqrt(lr) * size)


def mean_field(lr: float, eps: float, start: float, steps: int) -> Array:
    r"""Return the path (steps + 1,) of $\theta \leftarrow \theta - \lambda E_X h(G(\theta, X))$ on the superlinear
    example, $P(X \le 1) = 3/4$.

    Domain: start signed.

    >>> mean_field(0.1, 0.01, 5.0, 2).round(3).tolist()
    [5.0, 4.684, 4.368]
    """
    theta = np.full(domain.integer("steps", steps, low=0, shape=()) + 1, domain.finite("start", start, ()), float)
    for n in range(steps):
        both = displacement(superlinear_gradient(theta[n], np.array([1, 0])), lr, eps)
        theta[n + 1] = theta[n] - (LIGHT * both[0] + (1 - LIGHT) * both[1])
    return theta


def arrival(path: ArrayLike, level: float) -> int:
    """Return the first n with |path[n]| < level, or the length of the path (n,) if there is none.

    Domain: path signed, NaN, infinite, any length.

    >>> arrival([5.0, 1.0, 0.05], 0.1)
    2
    """
    inside = np.abs(domain.shape("path", np.asarray(path, float), (None,))) < domain.positive("level", level, ())
    return int(np.argmax(inside)) if inside.any() else len(inside)


def bias_constant(
    potential: Potential, eps: float, beta: float, *, boosting: bool = True, bound: float = 6.0, points: int = 200_001
) -> float:
    r"""Return C of $W_1(\pi_\lambda, \pi) = C\sqrt\lambda + O(\lambda)$,

    $$C = \int \Big| \int_{-\infty}^x \beta\,\pi\,(B - E_\pi B) \Big|\,dx,\qquad B' = b(u'(x)).$$

    boosting: with or without the first term of b. By Simpson's rule on `points` nodes of [-bound, bound].
    Raises ValueError for numbers out of range.

    >>> round(bias_constant(Potential(1.0, -1.0, 0.0), 0.1, 1.0), 4)
    0.3993
    """
    eps, beta = domain.positive("eps", eps, ()), domain.positive("beta", beta, ())
    domain.positive("bound", bound, ())
    x = np.linspace(-bound, bound, domain.integer("points", points, low=101, high=10**7, shape=()))
    g, u = slope(potential, x), energy(potential, x)
    weight = np.exp(-beta * (u - u.min()))
    density = weight / simpson(weight, x=x)
    B = _integral((g / (eps + np.abs(g)) if boosting else 0.0) - g * np.abs(g), x)
    inner = _integral(beta * density * (B - simpson(density * B, x=x)), x)
    return float(simpson(np.abs(inner), x=x))


def _integral(values: Array, x: Array) -> Array:
    return cumulative_simpson(values, x=x, initial=0.0)
