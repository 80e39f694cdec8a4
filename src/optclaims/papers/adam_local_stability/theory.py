r"""Full-batch Adam near a minimum as a dynamical system, and its symmetric two-cycle on a quadratic.

The map is $m' = \beta_1 m + (1-\beta_1) g$, $v' = \beta_2 v + (1-\beta_2) g^2$,
$w' = w - \eta\, m' / \sqrt{v' + \epsilon}$ with the gradient $g = \nabla f(w)$: epsilon inside the
root, no bias correction (which vanishes exponentially).
At a minimum $v = 0$ in every coordinate, so the preconditioner is $\epsilon^{-1/2}$ times the identity and only the
eigenvalues $\mu$ of the Hessian matter. Sources: Bock and Weiss 2019 for the condition (recalled, and derived anew
from the Jury conditions); roots, rates and two-cycle are derived here.
"""

import numpy as np
from numpy.typing import ArrayLike

from optclaims.science import domain

__all__ = [
    "critical_lr",
    "cycle_jacobian",
    "cycle_radius",
    "jacobian_spectrum",
    "mistaken_two_cycles",
    "root_modulus",
    "roots",
    "two_cycle",
]


def _hyperparameters(
    lr: ArrayLike, beta1: ArrayLike, eps: ArrayLike, curvature: ArrayLike, shape: tuple | None = None
) -> list[np.ndarray]:
    checked = (
        domain.positive("lr", lr, shape),
        domain.probability("beta1", beta1, "[)", shape),
        domain.positive("eps", eps, shape),
        domain.positive("curvature", curvature, shape),
    )
    return [np.asarray(value, float) for value in checked]


def roots(lr: ArrayLike, beta1: ArrayLike, eps: ArrayLike, curvature: ArrayLike) -> np.ndarray:
    r"""Return both eigenvalues of the map of (m, w) at the minimum, the larger modulus last.

    $$\lambda^2 - \bigl(1 + \beta_1 - a \mu (1-\beta_1)\bigr) \lambda + \beta_1 = 0, \qquad a = \eta/\sqrt\epsilon.$$

    lr, beta1, eps, curvature ($\mu$) broadcast; returns complex numbers (..., 2). Raises ValueError unless lr, eps and
    curvature are positive and $0 \le \beta_1 < 1$. Source: derived here, exact.

    Domain: lr, beta1, eps, curvature any shape

    >>> roots(0.6, 0.5, 1e-2, 1.0).round(12)  # at the critical learning rate
    array([-0.5+0.j, -1. +0.j])

    """
    lr, beta1, eps, curvature = _hyperparameters(lr, beta1, eps, curvature)
    half = (1 + beta1 - lr / np.sqrt(eps) * curvature * (1 - beta1)) / 2
    root = np.sqrt((half**2 - beta1).astype(complex))
    pair = np.stack([half - root, half + root], axis=-1)
    return np.take_along_axis(pair, np.argsort(np.abs(pair), axis=-1), axis=-1)


def root_modulus(lr: ArrayLike, beta1: ArrayLike, eps: ArrayLike, curvature: ArrayLike) -> np.ndarray:
    r"""Return the factor by which w shrinks (or grows) a step near the minimum: the larger modulus of the `roots`.

    It is $\sqrt{\beta_1}$ where the roots are complex, whatever $\beta_2$: the second moment enters w at second order
    only. Arguments and errors as for `roots`. Source: derived here, exact.

    Domain: lr, beta1, eps, curvature any shape

    >>> float(root_modulus(0.1, 0.81, 1e-4, 1.0).round(12))
    0.9

    """
    return np.abs(roots(lr, beta1, eps, curvature)[..., -1])


def critical_lr(beta1: ArrayLike, eps: ArrayLike, curvature: ArrayLike) -> np.ndarray:
    r"""Return the learning rate below which the minimum attracts: $2 (1+\beta_1) \sqrt\epsilon / ((1-\beta_1) \mu)$.

    curvature is the largest eigenvalue of the Hessian. Arguments broadcast; errors as for `roots`.
    Source: Bock and Weiss 2019 (the form is recalled; the Jury conditions give it exactly).

    Domain: beta1, eps, curvature any shape

    >>> float(critical_lr(0.9, 1e-4, 1.0).round(12))
    0.38

    """
    _, beta1, eps, curvature = _hyperparameters(1.0, beta1, eps, curvature)
    return 2 * (1 + beta1) * np.sqrt(eps) / ((1 - beta1) * curvature)


def jacobian_spectrum(lr: float, beta1: float, beta2: float, eps: float, curvatures: ArrayLike) -> np.ndarray:
    r"""Return all 3d eigenvalues of the map of (m, v, w) at a minimum: $\beta_2$ d times, and the `roots` of each.

    curvatures: (d,) eigenvalues of the Hessian, in any basis. Returns (3d,) complex numbers. Raises ValueError unless
    also $0 \le \beta_2 < 1$. Source: derived here, exact.

    Domain: curvatures any length

    >>> jacobian_spectrum(0.2, 0.0, 0.9, 1e-2, [1.0]).real.round(12).tolist()
    [0.9, 0.0, -1.0]

    """
    domain.probability("beta2", beta2, "[)", ())
    curvatures = domain.positive("curvatures", curvatures, (None,))
    _hyperparameters(lr, beta1, eps, 1.0, ())
    return np.concatenate([np.full(len(curvatures), beta2), roots(lr, beta1, eps, curvatures).ravel()])


def two_cycle(lr: ArrayLike, beta1: ArrayLike, eps: ArrayLike, curvature: ArrayLike) -> np.ndarray:
    r"""Return the half width W of the symmetric two-cycle on $f(w) = \mu w^2 / 2$; 0 where there is none.

    $$W = \frac{1}{\mu} \sqrt{A^2 - \epsilon}, \qquad A = \frac{\eta \mu (1-\beta_1)}{2 (1+\beta_1)},$$

    with $m = \mp (1-\beta_1) \mu W / (1+\beta_1)$ and $v = \mu^2 W^2$ at $w = \pm W$. It exists where
    $A > \sqrt\epsilon$, which is where the minimum repels. Arguments and errors as for `roots`.
    Source: derived here, exact.

    Domain: lr, beta1, eps, curvature any shape

    >>> float(two_cycle(1e-2, 0.9, 1e-16, 10.0).round(9))
    0.000263158

    """
    lr, beta1, eps, curvature = _hyperparameters(lr, beta1, eps, curvature)
    amplitude = lr * curvature * (1 - beta1) / (2 * (1 + beta1))
    return np.sqrt(np.maximum(amplitude**2 - eps, 0.0)) / curvature


def mistaken_two_cycles(
    lr: ArrayLike, beta1: ArrayLike, beta2: ArrayLike, eps: ArrayLike, curvature: ArrayLike
) -> dict[str, np.ndarray]:
    r"""Return what `two_cycle` gives with one mistake each, by its name; for settings at which the cycle exists.

    Domain: lr, beta1, beta2, eps, curvature any shape

    >>> {name: float(W.round(4)) for name, W in mistaken_two_cycles(1.0, 0.0, 0.5, 0.01, 1.0).items()}
    {'eps dropped': 0.5, 'eps outside the root': 0.4, 'eps times 1 - beta2': 0.495, '1 + beta1 replaced by 1': 0.4899}

    """
    lr, beta1, eps, curvature = _hyperparameters(lr, beta1, eps, curvature)
    beta2 = domain.probability("beta2", beta2, "[)")
    amplitude = lr * curvature * (1 - beta1) / (2 * (1 + beta1))
    return {
        "eps dropped": amplitude / curvature,
        "eps outside the root": (amplitude - np.sqrt(eps)) / curvature,
        "eps times 1 - beta2": np.sqrt(amplitude**2 - eps * (1 - beta2)) / curvature,
        "1 + beta1 replaced by 1": np.sqrt((amplitude * (1 + beta1)) ** 2 - eps) / curvature,
    }


def cycle_jacobian(lr: float, beta1: float, beta2: float, eps: float, curvature: float) -> np.ndarray:
    r"""Return the derivative (3, 3) of one step and a reflection at the two-cycle, in the order (m, v, w).

    The map commutes with $S = \mathrm{diag}(-1, 1, -1)$, so the cycle is a fixed point of S after one step. With
    $A^2 = \mu^2 W^2 + \epsilon$ and $m' = (1-\beta_1) \mu W / (1+\beta_1)$ the rows of the derivative are
    $dm' = (\beta_1, 0, (1-\beta_1)\mu)$, $dv' = (0, \beta_2, 2 (1-\beta_2) \mu^2 W)$ and
    $dw' = (0, 0, 1) - \eta\, dm'/A + \eta\, m' dv' / (2 A^3)$. Raises ValueError where there is no cycle.
    Source: derived here, exact.

    >>> cycle_jacobian(0.5, 0.0, 0.9, 0.01, 1.0).shape
    (3, 3)

    """
    domain.probability("beta2", beta2, "[)", ())
    _hyperparameters(lr, beta1, eps, curvature, ())
    width = float(two_cycle(lr, beta1, eps, curvature))
    if width == 0:
        raise ValueError(f"there is a two-cycle for lr above {critical_lr(beta1, eps, curvature):.6g}, got {lr}")
    scale = np.hypot(curvature * width, np.sqrt(eps))
    momentum = (1 - beta1) * curvature * width / (1 + beta1)
    dm = np.array([beta1, 0.0, (1 - beta1) * curvature])
    dv = np.array([0.0, beta2, 2 * (1 - beta2) * curvature**2 * width])
    dw = np.array([0.0, 0.0, 1.0]) - lr * dm / scale + lr * momentum * dv / (2 * scale**3)
    return np.diag([-1.0, 1.0, -1.0]) @ np.stack([dm, dv, dw])


def cycle_radius(lr: float, beta1: float, beta2: float, eps: float, curvature: float) -> float:
    r"""Return the factor a step by which a small distance from the two-cycle grows: it attracts where this is below 1.

    The spectral radius of `cycle_jacobian`, with its arguments and errors. Source: derived here, exact.

    >>> round(cycle_radius(1e-2, 0.0, 0.5, 1e-16, 10.0), 6)  # the square root of beta2
    0.707107

    """
    return float(np.abs(np.linalg.eigvals(cycle_jacobian(lr, beta1, beta2, eps, curvature))).max())
