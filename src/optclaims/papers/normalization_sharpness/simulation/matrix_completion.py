"""Completion of a low-rank matrix by a normalised product U V', a scale-invariant loss of w = (U, V)."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from optclaims.science import domain

__all__ = ["Completion", "completion_loss", "effective_rank", "initial_factors", "predictions", "relative_test_error"]


@dataclass(frozen=True)
class Completion:
    """Targets and masks of observed entries, both (runs, d, d); the targets have unit mean square where observed.

    Raises ValueError for shapes that do not fit and masks outside of [0, 1].
    Domain: targets signed.

    >>> Completion(torch.ones(1, 2, 2), observed=torch.eye(2)[None]).targets.shape
    torch.Size([1, 2, 2])
    """

    targets: Tensor
    observed: Tensor

    def __post_init__(self) -> None:
        targets = domain.finite("targets", self.targets, (None, "d", "d"))
        domain.probability("observed", self.observed, shape=tuple(targets.shape))

    @classmethod
    def random(cls, d: int, rank: int, share: float, rngs: list[np.random.Generator]) -> "Completion":
        """Draw one problem a generator: a product of Gaussian factors, each entry observed with probability `share`.

        Raises ValueError unless 1 <= rank <= d and 0 < share < 1.
        """
        if not (1 <= rank <= d and 0 < share < 1):
            raise ValueError(f"need 1 <= rank <= d and 0 < share < 1, got rank {rank}, d {d}, share {share}")
        factors = np.stack([rng.standard_normal((2, d, rank)) for rng in rngs])
        mask = np.stack([rng.random((d, d)) < share for rng in rngs]).astype(float)
        targets = factors[:, 0] @ factors[:, 1].swapaxes(-1, -2)
        scale = np.sqrt((mask * targets**2).sum((-1, -2)) / mask.sum((-1, -2)))
        return cls(torch.as_tensor(targets / scale[:, None, None]), torch.as_tensor(mask))


def initial_factors(d: int, rng: np.random.Generator) -> np.ndarray:
    """Return w (2 d^2,): both factors d x d and normal with standard deviation d^(-1/4).

    >>> initial_factors(3, np.random.default_rng(0)).shape
    (18,)
    """
    d = domain.integer("d", d, low=1, shape=())
    return rng.standard_normal(2 * d * d) / d**0.25


def _mean(problem: Completion, values: Tensor, mask: Tensor | None = None) -> Tensor:
    mask = problem.observed if mask is None else mask
    return (mask * values).sum((-1, -2)) / mask.sum((-1, -2))


def predictions(problem: Completion, w: Tensor) -> Tensor:
    r"""Return $N = UV^\top / q$ (runs, d, d), with $q^2$ the mean of the squared observed entries of $UV^\top$.

    Domain: w signed, infinite, NaN.

    >>> problem = Completion(torch.ones(1, 2, 2), observed=torch.tensor([[[1.0, 1.0], [1.0, 0.0]]]))
    >>> w = torch.ones(1, 8)  # U = V = a matrix of ones: of rank one, and right everywhere
    >>> predictions(problem, w).flatten()
    tensor([1., 1., 1., 1.])
    """
    d = problem.targets.shape[-1]
    domain.shape("w", w, (len(problem.targets), 2 * d * d))
    U, V = w.unflatten(-1, (2, d, d)).unbind(-3)
    product = U @ V.mT
    return product * _mean(problem, product.square()).rsqrt()[:, None, None]


def completion_loss(problem: Completion) -> Callable[[Tensor], Tensor]:
    """Return w (runs, 2 d^2) -> mean square error (runs,) on the observed entries.

    >>> problem = Completion(torch.ones(1, 2, 2), observed=torch.tensor([[[1.0, 1.0], [1.0, 0.0]]]))
    >>> completion_loss(problem)(torch.ones(1, 8))
    tensor([0.])
    """
    return lambda w: _mean(problem, (predictions(problem, w) - problem.targets).square())


@torch.no_grad()
def relative_test_error(problem: Completion, w: Tensor) -> np.ndarray:
    """Return the root mean square error (runs,) on the unobserved entries over their root mean square.

    Domain: w signed, infinite, NaN.

    >>> problem = Completion(torch.ones(1, 2, 2), observed=torch.tensor([[[1.0, 1.0], [1.0, 0.0]]]))
    >>> relative_test_error(problem, torch.ones(1, 8))
    array([0.], dtype=float32)
    """
    hidden = 1 - problem.observed
    error = _mean(problem, (predictions(problem, w) - problem.targets).square(), hidden)
    return (error / _mean(problem, problem.targets.square(), hidden)).sqrt().numpy()


@torch.no_grad()
def effective_rank(problem: Completion, w: Tensor) -> np.ndarray:
    """Return exp of the entropy of the normalised singular values (runs,): r for r equal ones.

    Domain: w signed.

    >>> problem = Completion(torch.ones(1, 2, 2), observed=torch.tensor([[[1.0, 1.0], [1.0, 0.0]]]))
    >>> effective_rank(problem, torch.ones(1, 8)).round(4)
    array([1.], dtype=float32)
    """
    domain.finite("w", w)
    values = torch.linalg.svdvals(predictions(problem, w))
    share = values / values.sum(-1, keepdim=True)
    return torch.exp(torch.special.entr(share).sum(-1)).numpy()
