"""All second moments of SGD on a finite data set (the paper's proposition on second moments; number not known)."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optclaims.science.domain import integer, probability, shape, symmetric, vector
from optclaims.science.quadratics.mean_square import checked

__all__ = ["exact_losses"]


def exact_losses(
    kernel: ArrayLike, error: ArrayLike, steps: int, *, lr: float, momentum: float, gamma: float, cross: float = 1.0
) -> NDArray[np.float64]:
    """Mean losses ``L(t) = E |d(t)|^2 / (2N)``, t = 0..steps, of mini-batch SGD in output space, without any
    approximation.

    With ``k = K/N`` and the error covariance C (N x N), the gradient noise of a batch drawn without replacement adds
    ``gamma alpha^2 (N k diag(C) k - k C k)`` to the covariance of one step.  Written in the eigenbasis of k, where k is
    a vector, so that a step costs two matrix products: C = E d d', D = E d(t) d(t-1)', E = E d(t-1) d(t-1)'.

    Args:
        kernel: K, shape ``(N, N)``, symmetric.
        error: initial error ``f - y``, shape ``(N,)``.
        steps: number of steps.
        lr: learning rate alpha in units where gradient descent is stable below ``2 (1 + beta) / lambda_max(K/N)``.
        momentum: beta.
        gamma: noise factor ``(N - b) / ((N - 1) b)``.
        cross: 1 for the exact noise; 0 drops ``- k C k`` (a control: the noise of an uncentred gradient).

    Domain: kernel, error, momentum signed

    Raises:
        ValueError: a kernel that is not symmetric or of another size than the error, parameters out of range.

    >>> kernel = [[2.0, 1.0], [1.0, 2.0]]  # two samples, a batch of one: d_i' = d_i - alpha K_ij d_j, j = 1 or 2
    >>> exact_losses(kernel, [1.0, 0.0], 1, lr=0.5, momentum=0.0, gamma=1.0)
    array([0.25   , 0.15625])
    """
    error = vector("error", error)
    n = error.size
    kernel = symmetric("kernel", shape("kernel", kernel, (n, n)))
    steps, cross = integer("steps", steps, low=0, shape=()), probability("cross", cross, shape=())
    lr, momentum, gamma, *_ = checked(lr, momentum, gamma, shape=())
    eigenvalues, basis = np.linalg.eigh(kernel / n)
    start = basis.T @ error
    now = np.outer(start, start)
    mixed, before = now.copy(), now.copy()
    shrink = (1 + momentum - lr * eigenvalues)[:, None]
    outer = lr**2 * np.outer(eigenvalues, eigenvalues)
    drift = shrink * shrink.T - gamma * cross * outer
    losses = np.empty(steps + 1)
    for t in range(steps + 1):
        losses[t] = np.trace(now) / (2 * n)
        diagonal = np.einsum("ij,ij->i", basis @ now, basis)
        # A product with its own transpose comes out exactly symmetric; an antisymmetric rounding error would grow.
        half = basis.T * np.sqrt(np.maximum(diagonal, 0))
        spread = half @ half.T
        turned = shrink * mixed
        new = drift * now - momentum * (turned + turned.T) + momentum**2 * before + (gamma * n) * outer * spread
        mixed, before, now = shrink * now - momentum * mixed.T, now, new
    return losses
