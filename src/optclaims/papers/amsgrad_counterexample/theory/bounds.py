r"""Regret bounds, evaluated along a run at every t = 1..T (Theorems 4 and 5 and their corollaries).

Shapes: gradients, m and root_vhat = sqrt(vhat_t) are (d, T); beta1 is the sequence (T,); results are (T,).
The printed proof of Theorem 4 has a gap where beta1_t decreases (Tran and Phong 2019, arXiv 1904.03590); the forms here
were derived anew, for non-increasing beta1_t, and imply the printed bound in that case. All of them rest on a
root_vhat that never falls. Where it does, as Adam's, the same formulas bound nothing: `proven=False` evaluates them
there, to see them broken.
"""

import numpy as np
from numpy.typing import ArrayLike

from optclaims.papers.amsgrad_counterexample.theory.theorems import below_root
from optclaims.science import domain

__all__ = ["adamnc_bound", "amsgrad_bound", "constant_momentum_bound", "kingma_ba_bound", "posterior_bound"]


def non_increasing(beta1: ArrayLike, steps: int) -> np.ndarray:
    """Return the momentum (steps,) if it lies in [0, 1) and never increases, which the proofs need."""
    beta1 = domain.probability("beta1", beta1, "[)", shape=(steps,))
    if np.any(np.diff(beta1) > 0):
        raise ValueError(f"beta1 must not increase, got {np.diff(beta1).max():.3g} more in one step")
    return beta1


def run_of(name: str, first: ArrayLike, roots: ArrayLike, proven: bool) -> tuple[np.ndarray, np.ndarray]:
    """Return the arrays (d, T) of a run; the roots must not fall where the bound is to be a bound."""
    first = domain.finite(name, first, ("d", "T"))
    roots = domain.nonnegative("root_vhat", roots, first.shape)
    falls = -np.diff(roots, axis=1) > 1e-12 * roots[:, :-1]
    if proven and falls.any():
        raise ValueError(f"root_vhat must not fall (proven=False evaluates the formula there), got {falls.sum()} falls")
    return first, roots


def positive(alpha: float, diameter: float) -> None:
    """Both are positive numbers."""
    domain.positive("alpha", alpha, shape=())
    domain.positive("diameter", diameter, shape=())


def gradient_norms(gradients: np.ndarray) -> np.ndarray:
    """``sum_i ||g_{1:t,i}||_2`` (T,)."""
    return np.sqrt(np.cumsum(gradients**2, axis=1)).sum(axis=0)


def steps_squared(m: np.ndarray, root_vhat: np.ndarray, alpha: float) -> np.ndarray:
    """``sum_{s<=t} alpha_s sum_i m_{s,i}^2 / sqrt(vhat_{s,i})`` (T,), with 0/0 = 0."""
    t = np.arange(1, m.shape[1] + 1)
    ratio = np.divide(m**2, root_vhat, out=np.zeros_like(m), where=root_vhat > 0).sum(axis=0)
    return np.cumsum(alpha / np.sqrt(t) * ratio)


def distance_terms(root_vhat: np.ndarray, beta1: np.ndarray, alpha: float, diameter: float) -> np.ndarray:
    """First two terms of `amsgrad_bound` (T,): what the changing metric and the momentum cost."""
    t, total = np.arange(1, root_vhat.shape[1] + 1), root_vhat.sum(axis=0)
    spread = np.sqrt(t) * total + np.cumsum(beta1 * total * np.sqrt(t))
    return diameter**2 / (2 * alpha * (1 - beta1[0])) * spread


def amsgrad_bound(
    gradients: ArrayLike,
    root_vhat: ArrayLike,
    beta1: ArrayLike,
    beta2: float,
    alpha: float,
    diameter: float = 2.0,
    *,
    proven: bool = True,
) -> np.ndarray:
    r"""Bound of Theorem 4 with its first term halved, for steps ``alpha / sqrt(t)``.

    ``B_T = D^2 sqrt(T) / (2 alpha (1-beta1)) sum_i sqrt(vhat_{T,i})
    + D^2 / (2 (1-beta1)) sum_t sum_i beta1_t sqrt(vhat_{t,i}) / alpha_t
    + alpha sqrt(1 + ln T) / ((1-beta1)^2 (1-gamma) sqrt(1-beta2)) sum_i ||g_{1:T,i}||``, gamma = beta1 / sqrt(beta2);
    O(sqrt T) for ``beta1_t = beta1 lambda^{t-1}`` (Corollary 1).
    Raises ValueError unless beta1_1 < sqrt(beta2) and beta1_t never increases. Source: as quoted by Tran and Phong.

    Domain: gradients signed.

    >>> amsgrad_bound([[1.0, -1.0]], [[1.0, 1.0]], beta1=[0.0, 0.0], beta2=0.75, alpha=1.0).round(3)
    array([4.   , 6.509])
    """
    gradients, root_vhat = run_of("gradients", gradients, root_vhat, proven)
    beta1 = non_increasing(beta1, gradients.shape[1])
    positive(alpha, diameter)
    b1, beta2 = below_root(float(beta1[0]), beta2)
    t = np.arange(1, gradients.shape[1] + 1)
    factor = alpha / ((1 - b1) ** 2 * (1 - b1 / np.sqrt(beta2)) * np.sqrt(1 - beta2))
    third = factor * np.sqrt(1 + np.log(t)) * gradient_norms(gradients)
    return distance_terms(root_vhat, beta1, alpha, diameter) + third


def posterior_bound(
    m: ArrayLike, root_vhat: ArrayLike, beta1: ArrayLike, alpha: float, diameter: float = 2.0, *, proven: bool = True
) -> np.ndarray:
    r"""Bound of Theorem 4 before its last estimate: known once the run is over, and tighter. Source: ours.

    Its third term is ``(1+beta1) / (2 (1-beta1)) sum_t alpha_t sum_i m_{t,i}^2 / sqrt(vhat_{t,i})``, which the theorem
    estimates by the norms of the gradients. From ``(1-beta1_t) g_t = m_t - beta1_t m_{t-1}``, the projection's
    inequality for ``m_t (x_t - x*)``, Young's for ``m_{t-1} (x_t - x*)``, and
    ``alpha_t / sqrt(vhat_t) <= alpha_{t-1} / sqrt(vhat_{t-1})``.

    Domain: m signed.

    >>> posterior_bound([[1.0, -1.0]], [[1.0, 1.0]], beta1=[0.0, 0.0], alpha=1.0).round(3)
    array([2.5  , 3.682])
    """
    m, root_vhat = run_of("m", m, root_vhat, proven)
    beta1 = non_increasing(beta1, m.shape[1])
    positive(alpha, diameter)
    moved = (1 + beta1[0]) / (2 * (1 - beta1[0])) * steps_squared(m, root_vhat, alpha)
    return distance_terms(root_vhat, beta1, alpha, diameter) + moved


def constant_momentum_bound(
    m: ArrayLike, root_vhat: ArrayLike, beta1: float, alpha: float, diameter: float = 2.0, *, proven: bool = True
) -> np.ndarray:
    r"""Bound for AMSGrad with constant beta1, where that of Theorem 4 grows like T^{3/2}. Source: ours.

    ``B'_T = (2-beta1) / (4 (1-beta1)) D^2 sqrt(T) / alpha sum_i sqrt(vhat_{T,i})
    + (1+beta1) / (2 (1-beta1)) sum_t alpha_t sum_i m_{t,i}^2 / sqrt(vhat_{t,i})``, O(sqrt(T log T)), by summation by
    parts of ``g_t = (m_t - beta1 m_{t-1}) / (1-beta1)``, in the spirit of Alacaoglu et al. (2020, arXiv 2003.09729).

    Domain: m signed.

    >>> constant_momentum_bound([[1.0, -1.0]], [[1.0, 1.0]], beta1=0.0, alpha=1.0).round(3)
    array([2.5  , 3.682])
    """
    m, root_vhat = run_of("m", m, root_vhat, proven)
    beta1 = domain.probability("beta1", beta1, "[)", shape=())
    positive(alpha, diameter)
    t = np.arange(1, m.shape[1] + 1)
    first = (2 - beta1) / (4 * (1 - beta1)) * diameter**2 * np.sqrt(t) / alpha * root_vhat.sum(axis=0)
    return first + (1 + beta1) / (2 * (1 - beta1)) * steps_squared(m, root_vhat, alpha)


def adamnc_bound(gradients: ArrayLike, beta1: ArrayLike, alpha: float, diameter: float = 2.0) -> np.ndarray:
    r"""Bound of Theorem 5 for AdamNc with ``beta2_t = 1 - 1/t`` (constants derived anew).

    ``D^2 / (2 alpha (1-beta1)) sum_i ||g_{1:T,i}|| + D^2 / (2 (1-beta1) alpha) sum_t beta1_t sum_i ||g_{1:t,i}||
    + 2 alpha / (1-beta1)^3 sum_i ||g_{1:T,i}||``. Raises ValueError if beta1_t increases.

    Domain: gradients signed.

    >>> adamnc_bound([[3.0, -4.0]], beta1=[0.5, 0.0], alpha=1.0)
    array([ 66., 106.])
    """
    gradients = domain.finite("gradients", gradients, ("d", "T"))
    beta1 = non_increasing(beta1, gradients.shape[1])
    positive(alpha, diameter)
    b1, norms = beta1[0], gradient_norms(gradients)
    first = diameter**2 / (2 * alpha * (1 - b1)) * (norms + np.cumsum(beta1 * norms))
    return first + 2 * alpha / (1 - b1) ** 3 * norms


def kingma_ba_bound(
    gradients: ArrayLike, root_v: ArrayLike, beta1: float, beta2: float, alpha: float, diameter: float = 2.0
) -> np.ndarray:
    r"""Bound that Kingma and Ba (2015, Theorem 4.1) claimed for Adam (recalled; the momentum term is left out).

    ``D^2 / (2 alpha (1-beta1)) sum_i sqrt(T v_{T,i})
    + alpha (1+beta1) G / ((1-beta1) sqrt(1-beta2) (1-beta1^2/sqrt(beta2))^2) sum_i ||g_{1:T,i}||``,
    G = largest gradient so far.
    Raises ValueError unless beta1^2 < sqrt(beta2).

    Domain: gradients signed.

    >>> kingma_ba_bound([[1.0, -2.0]], [[0.5, 1.0]], beta1=0.0, beta2=0.75, alpha=1.0).round(3)
    array([ 3.   , 11.773])
    """
    gradients = domain.finite("gradients", gradients, ("d", "T"))
    root_v = domain.nonnegative("root_v", root_v, gradients.shape)
    beta1 = domain.probability("beta1", beta1, "[)", shape=())
    beta2 = domain.probability("beta2", beta2, "[)", shape=())
    positive(alpha, diameter)
    if beta1**2 >= np.sqrt(beta2):
        raise ValueError(f"beta1 must have beta1^2 < sqrt(beta2), got {beta1=}, {beta2=}")
    t = np.arange(1, gradients.shape[1] + 1)
    largest = np.maximum.accumulate(np.abs(gradients).max(axis=0))
    constant = alpha * (1 + beta1) / ((1 - beta1) * np.sqrt(1 - beta2) * (1 - beta1**2 / np.sqrt(beta2)) ** 2)
    first = diameter**2 / (2 * alpha * (1 - beta1)) * np.sqrt(t) * root_v.sum(axis=0)
    return first + constant * largest * gradient_norms(gradients)
