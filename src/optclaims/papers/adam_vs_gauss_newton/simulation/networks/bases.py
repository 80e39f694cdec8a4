"""Bases of the weights in which an adaptive method takes its diagonal: identity, Kronecker, full eigenbasis.

Each basis rotates gradients (lists of (runs, in, out)), rotates steps back, and gives the mean over the samples of the
squared rotated per-sample gradients from their factors (`optclaims.science.networks.factors`).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from optclaims.science.networks import Factor, jacobian, square_mean

__all__ = ["BASES"]

Factors = list[Factor]
FEW = 8


def product(a: Tensor, b: Tensor) -> Tensor:
    """Stacked matrix products; on a CPU those of NumPy, which are fast at every level of instructions.

    >>> product(torch.eye(2).expand(3, 2, 2), torch.ones(3, 2, 4)).shape
    torch.Size([3, 2, 4])
    """
    if a.device.type != "cpu":
        return a @ b
    with np.errstate(over="ignore", invalid="ignore"):  # of runs that diverge
        return torch.from_numpy(a.numpy() @ b.numpy())


def jacobians(factors: Factors) -> Iterator[tuple[slice, Tensor]]:
    """Per-sample gradients (a few runs, n, weights) at a time, so that a processor's cache holds them."""
    runs = len(factors[0].delta)
    for first in range(0, max(runs, 1), FEW):  # of no runs, none
        few = slice(first, first + FEW)
        yield few, jacobian([Factor(a[few], delta[few]) for a, delta in factors])


def eigenvectors(moments: Tensor) -> Tensor:
    """Eigenvectors of stacked symmetric matrices, as columns, in ascending order of the eigenvalues; see `product`.

    >>> eigenvectors(torch.diag(torch.tensor([2.0, 1.0]))).abs()
    tensor([[0., 1.],
            [1., 0.]])
    """
    on_cpu = moments.device.type == "cpu"
    return torch.from_numpy(np.linalg.eigh(moments.numpy())[1]) if on_cpu else torch.linalg.eigh(moments)[1]


class Basis(Protocol):
    """A rotation of the weights."""

    def rotate(self, gradients: list[Tensor]) -> list[Tensor]:
        """Gradients (runs, ...) in the basis."""

    def back(self, steps: list[Tensor]) -> list[Tensor]:
        """Steps of the weights (runs, in, out) from steps in the basis."""

    def square_mean(self, factors: Factors) -> list[Tensor]:
        """Mean over the samples of the squared rotated per-sample gradients, shaped as the rotated gradients."""


class Identity:
    """The weights as they are."""

    def rotate(self, gradients: list[Tensor]) -> list[Tensor]:
        """See Basis."""
        return gradients

    def back(self, steps: list[Tensor]) -> list[Tensor]:
        """See Basis."""
        return steps

    def square_mean(self, factors: Factors) -> list[Tensor]:
        """See Basis."""
        return square_mean(factors)


@dataclass(frozen=True)
class Kronecker:
    """Rotations U_A (runs, in, in) and U_S (runs, out, out) of every weight matrix: G -> U_A' G U_S."""

    left: list[Tensor]
    right: list[Tensor]

    @classmethod
    def of(cls, factors: Factors) -> "Kronecker":
        """Eigenvectors of the moments E[a a'] and E[delta delta'] over samples and tokens."""
        moments = [[product(x.flatten(1, -2).mT, x.flatten(1, -2)) for x in factor] for factor in factors]
        return cls(*([eigenvectors(m) for m in side] for side in zip(*moments, strict=True)))

    def rotate(self, gradients: list[Tensor]) -> list[Tensor]:
        """See Basis."""
        return [product(product(a.mT, g), s) for a, g, s in zip(self.left, gradients, self.right, strict=True)]

    def back(self, steps: list[Tensor]) -> list[Tensor]:
        """See Basis."""
        return [product(product(a, g), s.mT) for a, g, s in zip(self.left, steps, self.right, strict=True)]

    def square_mean(self, factors: Factors) -> list[Tensor]:
        """See Basis; (a U_A)' (delta U_S) are the rotated per-sample gradients."""
        sides = zip(factors, self.left, self.right, strict=True)
        return square_mean([Factor(turned(a, left), turned(d, right)) for (a, d), left, right in sides])


def turned(x: Tensor, rotation: Tensor) -> Tensor:
    """x (runs, n, [tokens,] k) times rotation (runs, k, k)."""
    return product(x.flatten(1, -2), rotation).view(x.shape)


@dataclass(frozen=True)
class Full:
    """One rotation (runs, weights, weights) of all weights together; gradients in it are one tensor (runs, weights)."""

    rotation: Tensor
    shapes: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, factors: Factors) -> "Full":
        """Eigenvectors of the Gauss-Newton matrix J' J / n.

        Its null space has no basis of its own, but Adam sees one: a millionth of a diagonal of distinct numbers, from 0
        to the mean curvature, settles it, alike on every machine.
        """
        H = torch.cat([product(J.mT, J) for _, J in jacobians(factors)])
        mean = torch.diagonal(H, dim1=1, dim2=2).mean(dim=1)
        apart = torch.linspace(0, 1e-6, H.shape[1], dtype=H.dtype, device=H.device)
        return cls(
            eigenvectors(H + torch.diag_embed(mean[:, None] * apart)),
            tuple((a.shape[-1], d.shape[-1]) for a, d in factors),
        )

    def rotate(self, gradients: list[Tensor]) -> list[Tensor]:
        """See Basis."""
        flat = torch.cat([g.flatten(1) for g in gradients], dim=1)
        return [product(flat.unsqueeze(1), self.rotation).squeeze(1)]

    def back(self, steps: list[Tensor]) -> list[Tensor]:
        """See Basis."""
        flat = product(self.rotation, steps[0].unsqueeze(2)).squeeze(2)
        pieces = flat.split([m * k for m, k in self.shapes], dim=1)
        return [piece.unflatten(1, shape) for piece, shape in zip(pieces, self.shapes, strict=True)]

    def square_mean(self, factors: Factors) -> list[Tensor]:
        """See Basis."""
        rotated = (product(J, self.rotation[runs]).square_() for runs, J in jacobians(factors))
        return [torch.cat([squares.mean(dim=1) for squares in rotated])]


BASES: dict[str, Callable[[Factors], Basis]] = {"I": lambda _: Identity(), "K": Kronecker.of, "E": Full.of}
"""Bases by name, from the factors of the Gauss-Newton matrix; `train` builds and renews them."""
