"""The effective learning rate, and the oscillation at the edge of stability.

x is the offset from the minimisers along the top eigenvector, h = rate * lambda_1 - 2 the distance from the edge. One
step changes log|x| by h and h by 2 (2 eps - (4 + G^2) x^2): a predator and its prey. All formulas are derived from the
two-dimensional dynamics and confirmed by simulation.
"""

import numpy as np
from numpy.typing import ArrayLike


def _require_decay(eps: ArrayLike) -> None:
    if np.any(np.asarray(eps) <= 0):
        raise ValueError("eps = lr * weight_decay must be positive: without weight decay there is no slow time")


def sphere_rates(first: float, gradient_norms: ArrayLike, eps: float) -> np.ndarray:
    r"""Return the effective rates of every step from the norms of the gradients on the sphere.

    $\tilde\eta_{t+1} = \tilde\eta_t / \big((1-\epsilon)^2 (1 + \tilde\eta_t^2 \|\nabla L(\theta_t)\|^2)\big)$, which is
    Pythagoras, since the gradient is orthogonal to w. gradient_norms: (steps,). Returns (steps + 1,).
    """
    rates = [first]
    for norm in np.asarray(gradient_norms, float):
        rates.append(rates[-1] / ((1 - eps) ** 2 * (1 + (rates[-1] * norm) ** 2)))
    return np.array(rates)


def edge_entry_time(product: ArrayLike) -> np.ndarray:
    r"""Return the slow time $\tau = \tfrac12 \ln(2 / e_0)$ at which a fitted run with rate * lambda_1 = e_0 < 2 gets to 2.

    Without a gradient the norm shrinks as $(1-\epsilon)^t$, so the effective rate grows as $e^{2\tau}$.
    Raises ValueError unless 0 < e_0 <= 2.
    """
    product = np.asarray(product, float)
    if np.any((product <= 0) | (product > 2)):
        raise ValueError(f"rate * lambda_1 must start in (0, 2], got {product}")
    return 0.5 * np.log(2 / product)


def edge_squared_norm(lr: float, eps: float, sharpness: ArrayLike) -> np.ndarray:
    r"""Return $\|w\|^2 = \hat\eta \lambda_1 / (2 (1 - \epsilon))$, where the effective rate is $2 / \lambda_1$."""
    return lr * np.asarray(sharpness) / (2 * (1 - eps))


def mean_square_offset(eps: ArrayLike, slope: ArrayLike) -> np.ndarray:
    r"""Return $\overline{x^2} = 2\epsilon / (4 + G^2)$: over a closed orbit the edge distance h does not change.

    slope: G, the norm of the gradient of log lambda_1 along the minimisers. Raises ValueError unless eps > 0.
    """
    _require_decay(eps)
    return 2 * np.asarray(eps) / (4 + np.asarray(slope) ** 2)


def oscillation_period(eps: ArrayLike) -> np.ndarray:
    r"""Return the period $2\pi / \sqrt{8 \epsilon}$ of small oscillations, in steps; G drops out.

    Raises ValueError unless eps > 0.
    """
    _require_decay(eps)
    return 2 * np.pi / np.sqrt(8 * np.asarray(eps))


def oscillation_energy(x: ArrayLike, h: ArrayLike, eps: float, slope: ArrayLike = 0.0) -> np.ndarray:
    r"""Return $E - E_\min$ with $E = \tfrac12 h^2 + (4 + G^2) x^2 - 4 \epsilon \ln|x|$, conserved by the fast dynamics.

    The minimum lies at h = 0 and $x^2 = 2\epsilon / (4 + G^2)$. Raises ValueError unless eps > 0.
    """
    stiffness, centre = 4 + np.asarray(slope) ** 2, mean_square_offset(eps, slope)
    square = np.asarray(x) ** 2
    return 0.5 * np.asarray(h) ** 2 + stiffness * (square - centre) - 2 * eps * np.log(square / centre)


def rms_decay(eps: float) -> tuple[float, float]:
    r"""Return $(\beta, \eta_{in})$ for which scalar RMSprop on the sphere is gradient descent with weight decay.

    $\beta = (1-\epsilon)^4$, $\eta_{in}^2 = (\beta^{-1} - 1)/2$, so $1 - \beta = 2 \beta \eta_{in}^2$. With
    $v = (\eta_{in}/\tilde\eta)^2$ the recursion of `sphere_rates` becomes exactly
    $v' = \beta (v + 2 \eta_{in}^2 g^2 + \eta_{in}^4 g^4 / v)$. Raises ValueError unless eps > 0.
    """
    _require_decay(eps)
    beta = (1 - eps) ** 4
    return beta, float(np.sqrt((1 / beta - 1) / 2))


def memory_decay(memory: float, rate: float) -> float:
    r"""Return RMSprop's $\beta = 1 - C_b\, \eta_{in}^2$, or $1/(1 + 2\eta_{in}^2)$ for C_b = 2, as weight decay has it.

    Raises ValueError unless 0 < beta < 1.
    """
    beta = 1 / (1 + 2 * rate**2) if memory == 2 else 1 - memory * rate**2
    if not 0 < beta < 1:
        raise ValueError(f"C_b = {memory:g} with rate {rate:g} gives beta = {beta:g}, which must lie in (0, 1)")
    return beta
