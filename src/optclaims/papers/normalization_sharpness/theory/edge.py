"""The effective learning rate, and the oscillation at the edge of stability.

x is the offset from the minimisers along the top eigenvector, h = rate * lambda_1 - 2 the distance from the edge. One
step changes log|x| by h and h by 2 (2 eps - (4 + G^2) x^2): a predator and its prey. All formulas are derived from the
two-dimensional dynamics and confirmed by simulation.
"""

import numpy as np
from numpy.typing import ArrayLike

from optclaims.science import domain


def _decay(eps: ArrayLike) -> ArrayLike:
    """Return eps = lr * weight_decay, in (0, 1): without weight decay there is no slow time."""
    return domain.probability("eps", eps, "()")


def sphere_rates(first: float, gradient_norms: ArrayLike, eps: float) -> np.ndarray:
    r"""Return the effective rates of every step from the norms of the gradients on the sphere.

    $\tilde\eta_{t+1} = \tilde\eta_t / \big((1-\epsilon)^2 (1 + \tilde\eta_t^2 \|\nabla L(\theta_t)\|^2)\big)$, which is
    Pythagoras, since the gradient is orthogonal to w. gradient_norms: (steps,). Returns (steps + 1,).
    Raises ValueError unless first > 0, the norms >= 0 and 0 <= eps < 1.

    >>> sphere_rates(1.0, [1.0], 0.0)
    array([1. , 0.5])
    """
    domain.positive("first", first, ()), domain.probability("eps", eps, "[)", ())
    rates = [first]
    for norm in domain.nonnegative("gradient_norms", gradient_norms, (None,)):
        rates.append(rates[-1] / ((1 - eps) ** 2 * (1 + (rates[-1] * norm) ** 2)))
    return np.array(rates)


def edge_entry_time(product: ArrayLike) -> np.ndarray:
    r"""Return the slow time $\tfrac12 \ln(2 / e_0)$ at which a fitted run gets from rate * lambda_1 = e_0 to 2.

    Without a gradient the norm shrinks as $(1-\epsilon)^t$, so the effective rate grows as $e^{2\tau}$.
    Raises ValueError unless 0 < e_0 <= 2.
    Domain: product any shape.

    >>> round(float(edge_entry_time(0.5)), 4)
    0.6931
    """
    product = domain.within("product", product, 0, 2, "(]")
    return 0.5 * np.log(2 / product)


def edge_squared_norm(lr: float, eps: float, sharpness: ArrayLike) -> np.ndarray:
    r"""Return $\|w\|^2 = \hat\eta \lambda_1 / (2 (1 - \epsilon))$, where the effective rate is $2 / \lambda_1$.

    Domain: sharpness any shape.

    >>> float(edge_squared_norm(0.5, 0.5, 4.0))
    2.0
    """
    domain.positive("lr", lr, ()), domain.probability("eps", eps, "[)", ()), domain.positive("sharpness", sharpness)
    return lr * np.asarray(sharpness) / (2 * (1 - eps))


def mean_square_offset(eps: ArrayLike, slope: ArrayLike) -> np.ndarray:
    r"""Return $\overline{x^2} = 2\epsilon / (4 + G^2)$: over a closed orbit the edge distance h does not change.

    slope: G, the norm of the gradient of log lambda_1 along the minimisers. Raises ValueError unless 0 < eps < 1.
    Domain: eps any shape; slope signed any shape.

    >>> float(mean_square_offset(0.1, 1.0))
    0.04
    """
    eps, slope = _decay(eps), domain.finite("slope", slope)
    domain.broadcastable(eps=eps, slope=slope)
    return 2 * np.asarray(eps) / (4 + np.asarray(slope) ** 2)


def oscillation_period(eps: ArrayLike) -> np.ndarray:
    r"""Return the period $2\pi / \sqrt{8 \epsilon}$ of small oscillations, in steps; G drops out.

    Raises ValueError unless 0 < eps < 1.
    Domain: eps any shape.

    >>> round(float(oscillation_period(1e-4)))
    222
    """
    eps = _decay(eps)
    return 2 * np.pi / np.sqrt(8 * np.asarray(eps))


def oscillation_energy(x: ArrayLike, h: ArrayLike, eps: float, slope: ArrayLike = 0.0) -> np.ndarray:
    r"""Return $E - E_\min$ with $E = \tfrac12 h^2 + (4 + G^2) x^2 - 4 \epsilon \ln|x|$, conserved by the fast dynamics.

    The minimum lies at h = 0 and $x^2 = 2\epsilon / (4 + G^2)$. Raises ValueError unless 0 < eps < 1 and x is not 0.
    Domain: x, h, slope signed any shape; eps any shape.

    >>> float(oscillation_energy(0.1, 2.0, eps=0.02).round(12))
    2.0
    """
    x, h = domain.finite("x", x), domain.finite("h", h)
    domain.positive("|x|", np.abs(x)), domain.broadcastable(x=x, h=h, eps=eps, slope=slope)
    stiffness, centre = 4 + np.asarray(slope) ** 2, mean_square_offset(eps, slope)
    square = np.asarray(x) ** 2
    return 0.5 * np.asarray(h) ** 2 + stiffness * (square - centre) - 2 * eps * np.log(square / centre)


def rms_decay(eps: float) -> tuple[float, float]:
    r"""Return $(\beta, \eta_{in})$ for which scalar RMSprop on the sphere is gradient descent with weight decay.

    $\beta = (1-\epsilon)^4$, $\eta_{in}^2 = (\beta^{-1} - 1)/2$, so $1 - \beta = 2 \beta \eta_{in}^2$. With
    $v = (\eta_{in}/\tilde\eta)^2$ the recursion of `sphere_rates` becomes exactly
    $v' = \beta (v + 2 \eta_{in}^2 g^2 + \eta_{in}^4 g^4 / v)$. Raises ValueError unless 0 < eps < 1.

    >>> beta, rate = rms_decay(0.01)
    >>> round((1 - beta) / (2 * beta * rate**2), 12)
    1.0
    """
    domain.probability("eps", eps, "()", ())
    beta = (1 - eps) ** 4
    return beta, float(np.sqrt((1 / beta - 1) / 2))


def memory_decay(memory: float, rate: float) -> float:
    r"""Return RMSprop's $\beta = 1 - C_b\, \eta_{in}^2$, or $1/(1 + 2\eta_{in}^2)$ for C_b = 2, as weight decay has it.

    Raises ValueError unless both are positive and 0 < beta < 1.

    >>> memory_decay(0.5, 0.1)
    0.995
    """
    domain.positive("memory", memory, ()), domain.positive("rate", rate, ())
    beta = 1 / (1 + 2 * rate**2) if memory == 2 else 1 - memory * rate**2
    if not 0 < beta < 1:
        raise ValueError(f"C_b = {memory:g} with rate {rate:g} gives beta = {beta:g}, which must lie in (0, 1)")
    return beta
