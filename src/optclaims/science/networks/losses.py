"""Losses by the outputs of a network, with what per-sample gradients and the Gauss-Newton matrix need."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from torch import Tensor
from torch.nn import functional

from optclaims.science.networks.network import Network

__all__ = ["CROSS_ENTROPY", "LOGISTIC", "SQUARED", "Loss", "mean_loss"]

Map = Callable[[Tensor, Tensor], Tensor]


@dataclass(frozen=True)
class Loss:
    """A loss of one sample by its outputs.

    value: (outputs (runs, n, ...), targets (runs, n, ...)) -> losses (runs, n);  residual: the gradient by the outputs
    sampled: (outputs, uniforms (runs, n)) -> the residual at a label drawn from the model; the mean of its outer
        product is the Hessian by the outputs, so that factors with it give the Gauss-Newton matrix

    >>> import torch
    >>> f, y = torch.tensor([[[1.0], [3.0]]]), torch.tensor([[0.0, 1.0]])
    >>> SQUARED.value(f, y), SQUARED.residual(f, y).flatten()
    (tensor([[0.5000, 2.0000]]), tensor([1., 2.]))
    >>> absolute = Loss(lambda f, y: (f[..., 0] - y).abs(), lambda f, y: (f - y.unsqueeze(-1)).sign(), lambda f, u: f)
    >>> absolute.value(f, y)
    tensor([[1., 2.]])
    """

    value: Map
    residual: Map
    sampled: Map


def _like(targets: Tensor, outputs: Tensor) -> Tensor:
    """Targets (runs, n) of networks with one output get its axis."""
    return targets if targets.ndim == outputs.ndim else targets.unsqueeze(-1)


def _drawn(shares: Tensor, uniforms: Tensor) -> Tensor:
    """One-hot class drawn from shares (..., classes)."""
    below = shares.cumsum(dim=-1) < uniforms.unsqueeze(-1)
    return _one_hot(below.sum(dim=-1).clamp(max=shares.shape[-1] - 1), shares)


def _one_hot(labels: Tensor, like: Tensor) -> Tensor:
    return functional.one_hot(labels, like.shape[-1]).to(like.dtype)


def _picked(outputs: Tensor, labels: Tensor) -> Tensor:
    """Cross-entropy (runs, n), its mean over the tokens where outputs are (runs, n, tokens, classes)."""
    loss = -outputs.log_softmax(-1).gather(-1, labels.expand(outputs.shape[:-1]).unsqueeze(-1)).squeeze(-1)
    return loss if loss.ndim == 2 else loss.flatten(2).mean(-1)


def _softmax_residual(outputs: Tensor, labels: Tensor) -> Tensor:
    tokens = 1 if outputs.ndim == 3 else outputs.shape[2]
    return (outputs.softmax(-1) - _one_hot(labels, outputs)) / tokens


def _squared_draw(outputs: Tensor, uniforms: Tensor) -> Tensor:
    """sqrt(K) times a unit vector at random: its outer product has mean I; with one output nothing is drawn."""
    classes = outputs.shape[-1]
    chosen = (uniforms * classes).long().clamp(max=classes - 1)
    return classes**0.5 * _one_hot(chosen, outputs)


SQUARED = Loss(
    lambda f, y: (f - _like(y, f)).square().flatten(2).sum(-1) / 2, lambda f, y: f - _like(y, f), _squared_draw
)
r"""$\|f - y\|^2 / 2$."""

LOGISTIC = Loss(
    lambda f, y: functional.softplus(f[..., 0]) - y * f[..., 0],
    lambda f, y: f.sigmoid() - y.unsqueeze(-1),
    lambda f, u: f.sigmoid() - (u.unsqueeze(-1) < f.sigmoid()).to(f.dtype),
)
r"""$\ln(1 + e^f) - y f$ for labels 0 and 1 and one output."""

CROSS_ENTROPY = Loss(_picked, _softmax_residual, lambda f, u: f.softmax(-1) - _drawn(f.softmax(-1), u))
r"""Softmax cross-entropy for class numbers; of a language model its mean over the tokens."""


def mean_loss(network: Network, loss: Loss) -> Callable[..., Tensor]:
    """Return (theta, x, y, *context) -> each run's mean loss over its samples, (runs,).

    >>> import torch
    >>> from optclaims.science.networks import perceptron
    >>> objective = mean_loss(perceptron((2, 10), last=0), CROSS_ENTROPY)
    >>> objective(torch.zeros(1, 30), torch.ones(1, 4, 2), torch.zeros(1, 4, dtype=int))  # ln 10
    tensor([2.3026])
    """

    def objective(theta: Tensor, x: Tensor, y: Tensor, *context: Any) -> Tensor:
        return loss.value(network(theta, x, *context), y).mean(-1)

    return objective
