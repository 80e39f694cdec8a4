"""Completion of a low-rank matrix by a normalised product U V', a scale-invariant loss of w = (U, V)."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

__all__ = ["Completion", "completion_loss", "effective_rank", "initial_factors", "predictions", "relative_test_error"]


@dataclass(frozen=True)
class Completion:
    """Targets and masks of observed entries, both (runs, d, d); the targets have unit mean square where observed."""

    targets: Tensor
    observed: Tensor

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
    """Return w (2 d^2,): both factors d x d and normal with standard deviation d^(-1/4)."""
    return rng.standard_normal(2 * d * d) / d**0.25


def _mean(problem: Completion, values: Tensor, mask: Tensor | None = None) -> Tensor:
    mask = problem.observed if mask is None else mask
    return (mask * values).sum((-1, -2)) / mask.sum((-1, -2))


def predictions(problem: Completion, w: Tensor) -> Tensor:
    r"""Return $N = UV^\top / q$ (runs, d, d), with $q^2$ the mean of the squared observed entries of $UV^\top$."""
    d = problem.targets.shape[-1]
    U, V = w.unflatten(-1, (2, d, d)).unbind(-3)
    product = U @ V.mT
    return product * _mean(problem, product.square()).rsqrt()[:, None, None]


def completion_loss(problem: Completion) -> Callable[[Tensor], Tensor]:
    """Return w (runs, 2 d^2) -> mean square error (runs,) on the observed entries."""
    return lambda w: _mean(problem, (predictions(problem, w) - problem.targets).square())


@torch.no_grad()
def relative_test_error(problem: Completion, w: Tensor) -> np.ndarray:
    """Return the root mean square error (runs,) on the unobserved entries over their root mean square."""
    hidden = 1 - problem.observed
    error = _mean(problem, (predictions(problem, w) - problem.targets).square(), hidden)
    return (error / _mean(problem, problem.targets.square(), hidden)).sqrt().numpy()


@torch.no_grad()
def effective_rank(problem: Completion, w: Tensor) -> np.ndarray:
    """Return exp of the entropy of the normalised singular values (runs,): r for r equal ones."""
    values = torch.linalg.svdvals(predictions(problem, w))
    share = values / values.sum(-1, keepdim=True)
    return torch.exp(torch.special.entr(share).sum(-1)).numpy()
