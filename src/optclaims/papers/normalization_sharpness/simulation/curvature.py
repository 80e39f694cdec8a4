"""Sharpness of regression, measured on the Hessian of its loss and not taken from a formula."""

import numpy as np
import torch
from torch import Tensor

from optclaims.science import curvature, domain

__all__ = ["regression_top"]


def regression_top(
    theta: np.ndarray, covariance: np.ndarray, correlation: np.ndarray, rng: np.random.Generator
) -> float:
    r"""Return the largest eigenvalue of the Hessian of $L = 2 - 2\,b^\top w / \sqrt{w^\top\Sigma w}$ at theta (d,).

    By autograd and Lanczos to a relative 1e-8. Raises ValueError for shapes that do not fit.
    Domain: theta, correlation signed.

    >>> round(regression_top(np.array([1.0, 0.0]), np.eye(2), np.array([1.0, 0.0]), np.random.default_rng(0)), 6)
    2.0
    """
    theta = domain.vector("theta", theta)
    b = torch.as_tensor(domain.vector("correlation", correlation, len(theta)))
    matrix = torch.as_tensor(domain.shape("covariance", domain.symmetric("covariance", covariance), (len(b), len(b))))
    domain.positive("theta' covariance theta", float(theta @ matrix.numpy() @ theta), ())

    def loss(w: Tensor) -> Tensor:
        return 2 - 2 * (w @ b) * ((w @ matrix) * w).sum(-1).rsqrt()

    values, _ = curvature.top_eigenvalues(loss, torch.as_tensor(theta), rng, rtol=1e-8)
    return float(values[0])
