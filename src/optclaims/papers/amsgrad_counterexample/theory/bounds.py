r"""Regret bounds, evaluated along a run at every t = 1..T (Theorems 4 and 5 and their corollaries).

Shapes: gradients, m and root_vhat = sqrt(vhat_t) are (d, T); beta1 is the sequence (T,); results are (T,).
The printed proof of Theorem 4 has a gap where beta1_t decreases (Tran and Phong 2019, arXiv 1904.03590); the forms here
were derived anew, for non-increasing beta1_t, and imply the printed bound in that case.
"""

import numpy as np

from optclaims.papers.amsgrad_counterexample.theory.periodic import check_betas

__all__ = ["adamnc_bound", "amsgrad_bound", "constant_momentum_bound", "kingma_ba_bound"]


def check_schedule(beta1: np.ndarray) -> None:
    """Raise ValueError unless the momentum never increases, which the proof needs."""
    if np.any(np.diff(beta1) > 0):
        raise ValueError("the bound needs a non-increasing beta1_t")


def gradient_norms(gradients: np.ndarray) -> np.ndarray:
    """``sum_i ||g_{1:t,i}||_2`` (T,)."""
    return np.sqrt(np.cumsum(gradients**2, axis=1)).sum(axis=0)


def amsgrad_bound(
    gradients: np.ndarray, root_vhat: np.ndarray, beta1: np.ndarray, beta2: float, alpha: float, diameter: float = 2.0
) -> np.ndarray:
    r"""Bound of Theorem 4 with its first term halved, for steps ``alpha / sqrt(t)``.

    ``B_T = D^2 sqrt(T) / (2 alpha (1-beta1)) sum_i sqrt(vhat_{T,i})
    + D^2 / (2 (1-beta1)) sum_t sum_i beta1_t sqrt(vhat_{t,i}) / alpha_t
    + alpha sqrt(1 + ln T) / ((1-beta1)^2 (1-gamma) sqrt(1-beta2)) sum_i ||g_{1:T,i}||``, gamma = beta1 / sqrt(beta2);
    O(sqrt T) for ``beta1_t = beta1 lambda^{t-1}`` (Corollary 1).
    Raises ValueError unless beta1_1 < sqrt(beta2) and beta1_t never increases. Source: as quoted by Tran and Phong.
    """
    check_betas(beta1[0], beta2, theorem=True)
    check_schedule(beta1)
    t = np.arange(1, gradients.shape[1] + 1)
    b1, total = beta1[0], root_vhat.sum(axis=0)
    gamma = b1 / np.sqrt(beta2)
    first = diameter**2 * np.sqrt(t) / (2 * alpha * (1 - b1)) * total
    second = diameter**2 / (2 * (1 - b1)) * np.cumsum(beta1 * total * np.sqrt(t)) / alpha
    third = (
        alpha * np.sqrt(1 + np.log(t)) / ((1 - b1) ** 2 * (1 - gamma) * np.sqrt(1 - beta2)) * gradient_norms(gradients)
    )
    return first + second + third


def constant_momentum_bound(
    m: np.ndarray, root_vhat: np.ndarray, beta1: float, alpha: float, diameter: float = 2.0
) -> np.ndarray:
    r"""Bound for AMSGrad with constant beta1, where that of Theorem 4 grows like T^{3/2}. Source: ours.

    ``B'_T = (2-beta1) / (4 (1-beta1)) D^2 sqrt(T) / alpha sum_i sqrt(vhat_{T,i})
    + (1+beta1) / (2 (1-beta1)) sum_t alpha_t sum_i m_{t,i}^2 / sqrt(vhat_{t,i})``, O(sqrt(T log T)), by summation by
    parts of ``g_t = (m_t - beta1 m_{t-1}) / (1-beta1)``, in the spirit of Alacaoglu et al. (2020, arXiv 2003.09729).
    """
    check_betas(beta1, 0.0)
    t = np.arange(1, m.shape[1] + 1)
    ratio = np.divide(m**2, root_vhat, out=np.zeros_like(m), where=root_vhat > 0).sum(axis=0)
    first = (2 - beta1) / (4 * (1 - beta1)) * diameter**2 * np.sqrt(t) / alpha * root_vhat.sum(axis=0)
    return first + (1 + beta1) / (2 * (1 - beta1)) * np.cumsum(alpha / np.sqrt(t) * ratio)


def adamnc_bound(gradients: np.ndarray, beta1: np.ndarray, alpha: float, diameter: float = 2.0) -> np.ndarray:
    r"""Bound of Theorem 5 for AdamNc with ``beta2_t = 1 - 1/t`` (constants derived anew).

    ``D^2 / (2 alpha (1-beta1)) sum_i ||g_{1:T,i}|| + D^2 / (2 (1-beta1) alpha) sum_t beta1_t sum_i ||g_{1:t,i}||
    + 2 alpha / (1-beta1)^3 sum_i ||g_{1:T,i}||``. Raises ValueError if beta1_t increases.
    """
    check_schedule(beta1)
    b1, norms = beta1[0], gradient_norms(gradients)
    first = diameter**2 / (2 * alpha * (1 - b1)) * (norms + np.cumsum(beta1 * norms))
    return first + 2 * alpha / (1 - b1) ** 3 * norms


def kingma_ba_bound(
    gradients: np.ndarray, root_v: np.ndarray, beta1: float, beta2: float, alpha: float, diameter: float = 2.0
) -> np.ndarray:
    r"""Bound that Kingma and Ba (2015, Theorem 4.1) claimed for Adam (recalled; the momentum term is left out).

    ``D^2 / (2 alpha (1-beta1)) sum_i sqrt(T v_{T,i})
    + alpha (1+beta1) G / ((1-beta1) sqrt(1-beta2) (1-beta1^2/sqrt(beta2))^2) sum_i ||g_{1:T,i}||``,
    G = largest gradient so far.
    Raises ValueError unless beta1^2 < sqrt(beta2).
    """
    check_betas(beta1, beta2)
    if beta1**2 >= np.sqrt(beta2):
        raise ValueError(f"the bound needs beta1^2 < sqrt(beta2), got {beta1=}, {beta2=}")
    t = np.arange(1, gradients.shape[1] + 1)
    largest = np.maximum.accumulate(np.abs(gradients).max(axis=0))
    constant = alpha * (1 + beta1) / ((1 - beta1) * np.sqrt(1 - beta2) * (1 - beta1**2 / np.sqrt(beta2)) ** 2)
    first = diameter**2 / (2 * alpha * (1 - beta1)) * np.sqrt(t) * root_v.sum(axis=0)
    return first + constant * largest * gradient_norms(gradients)
