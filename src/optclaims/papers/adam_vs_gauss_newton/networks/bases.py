"""Bases of the weights in which an adaptive method takes its diagonal: identity, Kronecker, full eigenbasis.

Each basis rotates gradients (lists of (runs, out, in)), rotates steps back, and gives the mean over the samples of the
squared rotated per-sample gradients from their factors.
"""

from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from optclaims.papers.adam_vs_gauss_newton.networks.models import Factors, times

__all__ = ["Basis", "Full", "Identity", "Kronecker", "gradient", "jacobian"]


class Basis(Protocol):
    """A rotation of the weights."""

    def rotate(self, gradients: list[Tensor]) -> list[Tensor]:
        """Gradients (runs, ...) in the basis."""

    def back(self, steps: list[Tensor]) -> list[Tensor]:
        """Steps of the weights (runs, out, in) from steps in the basis."""

    def square_mean(self, factors: Factors) -> list[Tensor]:
        """Mean over the samples of the squared rotated per-sample gradients, shaped as the rotated gradients."""


def gradient(factors: Factors) -> list[Tensor]:
    """Mean over the samples of the per-sample gradients, (runs, out, in) for each weight matrix."""
    return [times(d.flatten(1, -2).mT, a.flatten(1, -2)) / d.shape[1] for d, a in factors]


def square_mean(delta: Tensor, a: Tensor) -> Tensor:
    """Mean over n of (sum over tokens of delta a')^2, (runs, out, in); delta (runs, n, [tokens,] out)."""
    if delta.ndim == 3:  # one outer product a sample: its square is the outer product of squares
        squared = a[:1].square().expand_as(a) if a.stride(0) == 0 else a.square()
        return times(delta.square().mT, squared) / delta.shape[1]
    total = torch.zeros(len(delta), delta.shape[-1], a.shape[-1], dtype=a.dtype, device=a.device)
    for d, x in zip(delta.split(64, dim=1), a.split(64, dim=1), strict=True):  # 64 samples' gradients at a time
        total += (d.mT @ x).square().sum(dim=1)
    return total / delta.shape[1]


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
        return [square_mean(d, a) for d, a in factors]


@dataclass(frozen=True)
class Kronecker:
    """Rotations U_S (runs, out, out) and U_A (runs, in, in) of every weight matrix: G -> U_S' G U_A."""

    left: list[Tensor]
    right: list[Tensor]

    @classmethod
    def of(cls, factors: Factors) -> "Kronecker":
        """Eigenvectors of the moments E[delta delta'] and E[a a'] over samples and tokens."""
        moments = [[torch.bmm(x.flatten(1, -2).mT, x.flatten(1, -2)) for x in pair] for pair in factors]
        return cls(*([torch.linalg.eigh(m)[1] for m in side] for side in zip(*moments, strict=True)))

    def rotate(self, gradients: list[Tensor]) -> list[Tensor]:
        """See Basis."""
        return [s.mT @ g @ a for s, g, a in zip(self.left, gradients, self.right, strict=True)]

    def back(self, steps: list[Tensor]) -> list[Tensor]:
        """See Basis."""
        return [s @ g @ a.mT for s, g, a in zip(self.left, steps, self.right, strict=True)]

    def square_mean(self, factors: Factors) -> list[Tensor]:
        """See Basis; (delta U_S)(a U_A)' are the rotated per-sample gradients."""
        return [
            square_mean(turned(d, s), turned(a, r)) for (d, a), s, r in zip(factors, self.left, self.right, strict=True)
        ]


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
            tuple((d.shape[-1], a.shape[-1]) for d, a in factors),
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


def jacobian(factors: Factors) -> Tensor:
    """Per-sample gradients (runs, n, weights) written out."""
    parts = [d.mT @ a if d.ndim == 4 else d.unsqueeze(-1) * a.unsqueeze(-2) for d, a in factors]
    return torch.cat([part.flatten(2) for part in parts], dim=2)
