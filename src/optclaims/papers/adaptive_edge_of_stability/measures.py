"""The sharpness of a network, plain and preconditioned."""

import numpy as np
import torch

from optclaims.papers.adaptive_edge_of_stability.problems import Regression, Vector
from optclaims.science import domain
from optclaims.science.curvature import lanczos, mixed_start

__all__ = ["sharpness"]

RTOL = 3e-3  # of the eigenvalue


def sharpness(
    net: Regression,
    w: Vector,
    divisor: Vector | float,
    rng: np.random.Generator,
    previous: torch.Tensor | None = None,
) -> tuple[float, torch.Tensor]:
    r"""Return $\lambda_{\max}(P^{-1/2} H P^{-1/2})$ at w, and vectors to pass as `previous` at weights nearby.

    divisor: the diagonal of P (parameters,), or 1 for the plain sharpness.
    Domain: w signed.

    >>> from optclaims.papers.adaptive_edge_of_stability.problems import regression
    >>> net = regression(np.eye(2), [0, 1], [], classes=2)  # linear: the Hessian does not depend on w
    >>> round(sharpness(net, np.zeros(6, np.float32), 1.0, np.random.default_rng(0))[0], 3)
    2.0
    """
    w = np.asarray(domain.finite("w", w, (net.parameters,)), np.float32)
    root = np.asarray(domain.positive("divisor", divisor), np.float32) ** -0.5
    if root.ndim:
        domain.shape("divisor", root, w.shape)
    domain.generator("rng", rng)

    def product(v: torch.Tensor) -> torch.Tensor:
        return torch.from_numpy(np.asarray(root * net.product(w, root * v.numpy()), np.float32))

    start = mixed_start(previous, torch.from_numpy(w), rng)
    values, vectors = lanczos(product, start, k=min(2, len(w)), rtol=RTOL, least=6 if previous is None else 10)
    return float(values[0]), vectors
