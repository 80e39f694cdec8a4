r"""Aida on $f(x) = h x^2/2$ near its minimum: thresholds, rates, algebraic decay and the symmetric two-cycle.

Without bias correction, eps inside the root, decay $x \leftarrow (1 - \eta\mu) x$ first. All derived here, exact as
stated but for `algebraic_decay`. For $q > 1$ the force $|m|^q \mathrm{sign}(m)$ has slope 0 at the origin, so nothing
but the decay is linear there; for $q = 1$ the step is linear, and this is the theory of Adam.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq

from optclaims.science import domain

__all__ = ["algebraic_decay", "critical_lr", "cycle_jacobian", "cycle_widths", "decay_rate", "largest_cycle"]


def critical_lr(beta1: float, eps: float, curvature: float, weight_decay: float, p: float = 2.0) -> float:
    r"""Return the learning rate up to which the origin attracts for q = 1:
    $\eta h (1-\beta_1)/\epsilon^{1/p} < (1+\beta_1)(2 - \eta\mu)$.

    Raises ValueError for parameters out of range.

    >>> round(critical_lr(0.9, 1e-4, 1.0, 0.1), 5), round(critical_lr(0.9, 1e-4, 1.0, 0.0), 5)
    (0.37291, 0.38)
    """
    _check(beta1=beta1, eps=eps, curvature=curvature, weight_decay=weight_decay, p=p)
    force = curvature * (1 - beta1) / eps ** (1 / p)
    return float(2 * (1 + beta1) / (force + (1 + beta1) * weight_decay))


def decay_rate(lr: ArrayLike, weight_decay: ArrayLike, beta1: ArrayLike, q: ArrayLike) -> NDArray:
    r"""Return the factor a step by which x shrinks for q > 1, $\max(|1 - \eta\mu|, \beta_1^q)$; it does not ask for h.

    x is driven by $|m|^q$, which itself shrinks by $\beta_1^q$ once x is small. Arguments broadcast.
    Raises ValueError unless q > 1.

    Domain: lr, weight_decay, beta1, q any shape

    >>> decay_rate(0.1, [0.2, 3.0], 0.9, 2.0)
    array([0.98, 0.81])
    """
    domain.positive("lr", lr)
    domain.nonnegative("weight_decay", weight_decay)
    domain.probability("beta1", beta1, "[)")
    domain.within("q", q, 1, np.inf, ends="()")
    lr, weight_decay, beta1, q = (np.asarray(value, float) for value in (lr, weight_decay, beta1, q))
    return np.maximum(np.abs(1 - lr * weight_decay), beta1**q)


def algebraic_decay(
    start: ArrayLike,
    steps: ArrayLike,
    lr: ArrayLike,
    eps: ArrayLike,
    p: ArrayLike,
    q: ArrayLike,
    curvature: float = 1.0,
) -> NDArray:
    r"""Return $x_t = [x_0^{1-q} + (q-1) K t]^{-1/(q-1)}$ with $K = \eta h^q \epsilon^{-q/p}$.

    The iterate without weight decay, up to a factor $1 + O(\ln t / t)$, for q > 1 and a small start > 0.
    Arguments broadcast. Raises ValueError unless
    q > 1.

    Domain: start, steps, lr, eps, p, q any shape

    >>> algebraic_decay(1e-4, 20_000, 1.0, 1e-4, 2.0, 2.0).round(12)
    np.float64(5e-09)
    """
    for name, value in (("start", start), ("lr", lr), ("eps", eps), ("p", p)):
        domain.positive(name, value)
    domain.positive("curvature", curvature, ())
    domain.nonnegative("steps", steps)
    domain.within("q", q, 1, np.inf, ends="()")
    start, steps, lr, eps, p, q = (np.asarray(value, float) for value in (start, steps, lr, eps, p, q))
    force = lr * curvature**q * eps ** (-q / p)
    return (start ** (1 - q) + (q - 1) * force * steps) ** (-1 / (q - 1))


def cycle_widths(
    lr: float, beta1: float, eps: float, weight_decay: float, p: float, q: float, curvature: float = 1.0
) -> NDArray:
    r"""Return the half widths W, increasing, of all two-cycles $x = \pm W$, $m = \mp s h W$: with
    $s = (1-\beta_1)/(1+\beta_1)$ the roots of $(2 - \eta\mu)(h^p W^p + \epsilon)^{q/p} = \eta s^q h^q W^{q-1}$.

    One or none for q = 1, two or none for q > 1. Solved to rounding between $10^{-60}$ and $10^6$ over h. Raises
    ValueError for parameters out of range.

    >>> cycle_widths(1.0, 0.0, 1e-8, 0.1, 2.0, 1.2).round(5)
    array([0.     , 0.52632])
    """
    _check(beta1=beta1, eps=eps, curvature=curvature, weight_decay=weight_decay, p=p, q=q, lr=lr)
    s, keep = (1 - beta1) / (1 + beta1), 2 - lr * weight_decay

    def excess(log_w: float) -> float:  # both sides over the right one, so that nothing underflows
        y = curvature * np.exp(log_w)
        return np.log(keep / (lr * curvature * s**q)) + q / p * np.log(y**p + eps) - (q - 1) * np.log(y)

    grid = np.log(np.geomspace(1e-60, 1e6, 2001) / curvature)
    values = np.array([excess(x) for x in grid]) if keep > 0 else np.ones(2001)
    changes = np.flatnonzero(np.sign(values[1:]) != np.sign(values[:-1]))
    return np.exp([brentq(excess, grid[i], grid[i + 1], xtol=1e-15, rtol=1e-15) for i in changes])


def largest_cycle(
    lr: ArrayLike, beta1: ArrayLike, eps: float, weight_decay: ArrayLike, p: ArrayLike, q: ArrayLike
) -> NDArray:
    """Return the largest width of `cycle_widths` at curvature 1 for arrays that broadcast to (cells,), NaN for none.

    Domain: lr, beta1, weight_decay, p, q any shape

    >>> largest_cycle(1.0, 0.0, 1e-8, 0.1, 2.0, [1.2, 2.0]).round(5)
    array([0.52632, 0.52632])
    """
    domain.positive("eps", eps, ())
    cells = np.broadcast_arrays(*np.atleast_1d(lr, beta1, eps, weight_decay, p, q))
    return np.array(
        [[np.nan, *cycle_widths(*map(float, cell))][-1] for cell in zip(*map(np.ravel, cells), strict=True)]
    )


def cycle_jacobian(
    width: float,
    lr: float,
    beta1: float,
    beta2: float,
    eps: float,
    weight_decay: float,
    p: float,
    q: float,
    curvature: float = 1.0,
) -> NDArray:
    r"""Return S DF (3, 3) at a two-cycle: the derivative of one step of (m, r, x), reflected by S = diag(-1, 1, -1).

    The cycle attracts where its spectral radius is below 1. width: from `cycle_widths`. Raises ValueError for
    parameters out of range.

    >>> width = cycle_widths(1.0, 0.0, 1e-8, 0.1, 2.0, 1.2)[-1]
    >>> jacobian = cycle_jacobian(width, 1.0, 0.0, 0.5, 1e-8, 0.1, 2.0, 1.2)
    >>> round(float(abs(np.linalg.eigvals(jacobian)).max()), 3)
    0.831
    """
    domain.positive("width", width, ())
    domain.probability("beta2", beta2, "[)", ())
    _check(beta1=beta1, eps=eps, curvature=curvature, weight_decay=weight_decay, p=p, q=q, lr=lr)
    y = curvature * width
    m, root = (1 - beta1) / (1 + beta1) * y, y**p + eps
    dm = np.array([beta1, 0.0, (1 - beta1) * curvature])
    dr = np.array([0.0, beta2, (1 - beta2) * p * curvature * y ** (p - 1)])
    dx = np.array([0.0, 0.0, 1 - lr * weight_decay])
    dx = dx - lr * root ** (-q / p) * (q * m ** (q - 1) * dm - m**q * (q / p) / root * dr)
    return np.diag([-1.0, 1.0, -1.0]) @ np.stack([dm, dr, dx])


def _check(**values: float) -> None:
    domain.probability("beta1", values.pop("beta1"), "[)", ())
    domain.nonnegative("weight_decay", values.pop("weight_decay"), ())
    for name, value in values.items():
        domain.positive(name, value, ())
