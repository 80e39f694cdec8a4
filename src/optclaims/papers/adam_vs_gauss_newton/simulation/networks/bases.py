"""Bases of the weights in which an adaptive method takes its diagonal: identity, Kronecker, full eigenbasis.

Each basis rotates gradients (lists of (runs, in, out)), rotates steps back, and gives the mean over the samples of the
squared rotated per-sample gradients from their factors (`optclaims.science.networks.factors`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from optclaims.science.networks import Factor, jacobian, square_mean

__all__ = ["BASES"]

Factors = list[Factor]


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
        moments = [[torch.bmm(x.flatten(1, -2).mT, x.flatten(1, -2)) for x in factor] for factor in factors]
        return cls(*([torch.linalg.eigh(m)[1] for m in side] for side in zip(*moments, strict=True)))

    def rotate(self, gradients: list[Tensor]) -> list[Tensor]:
        """See Basis."""
        return [a.mT @ g @ s for a, g, s in zip(self.left, gradients, self.right, strict=True)]

    def back(self, steps: list[Tensor]) -> list[Tensor]:
        """See Basis."""
        return [a @ g @ s.mT for a, g, s in zip(self.left, steps, self.right, strict=True)]

    def square_mean(self, factors: Factors) -> list[Tensor]:
        """See Basis; (a U_A)' (delta U_S) are the rotated per-sample gradients."""
        sides = zip(factors, self.left, self.right, strict=True)
        return square_mean([Factor(turned(a, left), turned(d, right)) for (a, d), left, right in sides])


def turned(x: Tensor, rotation: Tensor) -> Tensor:
    """x (runs, n, [tokens,] k) times rotation (runs, k, k)."""
    return torch.bmm(x.flatten(1, -2), rotation).view(x.shape)


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
        J = jacobian(factors)
        H = J.mT @ J
        mean = torch.diagonal(H, dim1=1, dim2=2).mean(dim=1)
        apart = torch.linspace(0, 1e-6, H.shape[1], dtype=H.dtype, device=H.device)
        return cls(
            torch.linalg.eigh(H + torch.diag_embed(mean[:, None] * apart))[1],
            tuple((a.shape[-1], d.shape[-1]) for a, d in factors),
        )

    def rotate(self, gradients: list[Tensor]) -> list[Tensor]:
        """See Basis."""
        flat = torch.cat([g.flatten(1) for g in gradients], dim=1)
        return [torch.bmm(flat.unsqueeze(1), self.rotation).squeeze(1)]

    def back(self, steps: list[Tensor]) -> list[Tensor]:
        """See Basis."""
        flat = torch.bmm(self.rotation, steps[0].unsqueeze(2)).squeeze(2)
        pieces = flat.split([m * k for m, k in self.shapes], dim=1)
        return [piece.unflatten(1, shape) for piece, shape in zip(pieces, self.shapes, strict=True)]

    def square_mean(self, factors: Factors) -> list[Tensor]:
        """See Basis."""
        return [(jacobian(factors) @ self.rotation).square().mean(dim=1)]


BASES: dict[str, Callable[[Factors], Basis]] = {"I": lambda _: Identity(), "K": Kronecker.of, "E": Full.of}
"""Bases by name, from the factors of the Gauss-Newton matrix; `train` builds and renews them."""
