r"""Thresholds of stability of gradient descent with momentum on a quadratic, the preconditioner held fixed.

All forms are $m \leftarrow \beta m + a g,\ \theta \leftarrow \theta - \eta (c\, m + d\, g)$ with $g = s \theta$: a
filter of the gradients with transfer function $C(z) = c\, a z/(z - \beta) + d$, which loses stability at $z = -1$.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq

from optclaims.science import domain
from optclaims.science.quadratics import two_step

__all__ = ["FORMS", "approach_rate", "radius", "root", "threshold"]

Array = NDArray[np.float64]

FORMS = {
    "none": lambda b: (1 - b, 0 * b, 1 + 0 * b),
    "heavy ball": lambda b: (1 + 0 * b, 1 + 0 * b, 0 * b),
    "Nesterov": lambda b: (1 + 0 * b, b, 1 + 0 * b),
    "averaged heavy ball": lambda b: (1 - b, 1 + 0 * b, 0 * b),
    "averaged Nesterov": lambda b: (1 - b, b, 1 - b),
}
"""The factors (a, c, d) of every form; the averaged ones are the momenta of Adam and of Nadam."""


def threshold(form: str, momentum: ArrayLike, lr: ArrayLike = 1.0) -> Array:
    r"""Return the largest stable (preconditioned) curvature $s^* = 2 / (\eta\, C(-1))$, written out for each form:

    $2/\eta$ without momentum; $(2+2\beta)/\eta$ and $(2+2\beta)/(1+2\beta)\eta$ for heavy ball and Nesterov; the
    same over $1-\beta$ for their averaged forms, as in Adam and Nadam. Source: Cohen et al. (2022), the section on the
    threshold (recalled; derived anew).
    Domain: momentum, lr any shape.

    >>> threshold("averaged heavy ball", 0.9).round(6)
    np.float64(38.0)
    """
    domain.one_of("form", form, FORMS)
    b, lr = np.asarray(domain.probability("momentum", momentum, "[)")), np.asarray(domain.positive("lr", lr))
    domain.broadcastable(momentum=b, lr=lr)
    if form == "none":
        return 2 / lr + 0 * b
    plain = two_step.largest_stable(b, b if form.endswith("Nesterov") else 0.0)
    return plain / (1 - b if form.startswith("averaged") else 1) / lr


def radius(form: str, momentum: float, curvature: float, lr: float = 1.0) -> float:
    r"""Return the spectral radius of the companion matrix of (theta, m) at a curvature s.

    >>> round(radius("heavy ball", 0.25, 1.0), 6)  # complex roots have modulus sqrt(momentum)
    0.5
    """
    domain.one_of("form", form, FORMS)
    b, s = domain.probability("momentum", momentum, "[)", ()), domain.nonnegative("curvature", curvature, ())
    lr = domain.positive("lr", lr, ())
    a, c, d = FORMS[form](b)
    companion = np.array([[1 - lr * s * (c * a + d), -lr * c * b], [a * s, b]])
    return float(np.abs(np.linalg.eigvals(companion)).max())


def root(form: str, momentum: float, lr: float = 1.0) -> float:
    r"""Return the curvature where the spectral radius crosses 1, by root finding between $10^{-3}$ and $10^3 / \eta$.

    Raises ValueError for a momentum so near 1 (above 0.99) that the threshold may lie beyond.

    >>> round(root("none", 0.0), 6)
    2.0
    """
    domain.one_of("form", form, FORMS)
    b, lr = domain.within("momentum", momentum, 0, 0.99, shape=()), domain.positive("lr", lr, ())
    return float(brentq(lambda x: radius(form, b, x) - 1, 1e-3, 1e3, xtol=1e-12, rtol=1e-12)) / lr


def approach_rate(beta2: ArrayLike) -> Array:
    r"""Return $-\frac12 \log \beta_2$: growth of the logarithm of the preconditioned sharpness a step.

    While gradients are small beside those of the start, $v \propto \beta_2^t$ and the preconditioner is its root.
    Source: derived.
    Domain: beta2 any shape.

    >>> approach_rate(np.exp(-2.0))
    np.float64(1.0)
    """
    return -np.log(np.asarray(domain.probability("beta2", beta2, "()"))) / 2
