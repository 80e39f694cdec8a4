"""Networks of linear maps whose per-sample gradients are sums of outer products, and their losses.

A forward pass keeps, for every weight matrix W (out, in), the inputs a and outputs z = W a of its linear map. With
delta = d loss / d z the gradient of one sample is delta a', summed over the tokens where there are any. So no
per-sample gradient has to be stored, and diagonals of second moments are cheap.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

__all__ = [
    "CROSS_ENTROPY",
    "LOGISTIC",
    "SQUARED",
    "Factors",
    "Loss",
    "Network",
    "factors",
    "perceptron",
    "times",
    "transformer",
]

Factors = list[tuple[Tensor, Tensor]]
"""For each weight matrix delta (runs, n, [tokens,] out) and a (runs, n, [tokens,] in)."""


@dataclass(frozen=True)
class Network:
    """Linear maps and how they are wired.

    shapes: (out, in) of every weight matrix;  scales: standard deviations of the initial weights
    wire: (apply, inputs (runs, n, ...)) -> outputs (runs, n, classes), where apply(i, a) gives z = W_i a
    """

    shapes: tuple[tuple[int, int], ...]
    scales: tuple[float, ...]
    wire: Callable[[Callable[[int, Tensor], Tensor], Tensor], Tensor]

    def initial(self, rng: np.random.Generator) -> list[np.ndarray]:
        """Gaussian initial weights, one matrix for each shape."""
        return [scale * rng.standard_normal(shape) for scale, shape in zip(self.scales, self.shapes, strict=True)]

    def outputs(self, weights: list[Tensor], inputs: Tensor) -> Tensor:
        """Outputs (runs, n, classes) for weights (runs, out, in) and inputs (runs, n, ...)."""
        return self.wire(lambda i, a: linear(weights[i], a), inputs)


def linear(weight: Tensor, a: Tensor) -> Tensor:
    """W a for weight (runs, out, in) and a (runs, n, [tokens,] in)."""
    z = times(weight, a.flatten(1, -2).mT).mT
    return z.unflatten(1, a.shape[1:-1])


def times(x: Tensor, y: Tensor) -> Tensor:
    """x (runs, k, n) times y (runs, n, m); one large matrix product where all runs share an expanded y."""
    return x @ y[0] if len(y) and y.stride(0) == 0 else torch.bmm(x, y)  # no run may be left


def factors(network: Network, weights: list[Tensor], inputs: Tensor, residual: Callable[[Tensor], Tensor]) -> Factors:
    """Factors of the per-sample gradients when residual(outputs) is the gradient by the outputs."""
    kept: dict[int, tuple[Tensor, Tensor]] = {}

    def apply(i: int, a: Tensor) -> Tensor:
        z = linear(weights[i], a)
        z = z if z.requires_grad else z.requires_grad_()
        kept[i] = (a.detach(), z)
        return z

    with torch.enable_grad():
        outputs = network.wire(apply, inputs)
    order = range(len(network.shapes))
    deltas = torch.autograd.grad(outputs, [kept[i][1] for i in order], residual(outputs.detach()))
    return [(delta, kept[i][0]) for i, delta in zip(order, deltas, strict=True)]


def perceptron(widths: tuple[int, ...], activation: Callable[[Tensor], Tensor], gain: float) -> Network:
    """Fully connected layers without biases (the inputs have a one); initial variance gain / in, of the last 1 / in."""
    shapes = tuple((out, inner) for inner, out in pairwise(widths))
    scales = (*((gain / inner) ** 0.5 for inner in widths[:-2]), widths[-2] ** -0.5)

    def wire(apply: Callable[[int, Tensor], Tensor], x: Tensor) -> Tensor:
        for i in range(len(shapes) - 1):
            x = activation(apply(i, x))
        return apply(len(shapes) - 1, x)

    return Network(shapes, scales, wire)


def transformer(tokens: int, width: int, heads: int, hidden: int) -> Network:
    """One layer on binary tokens: embeddings, attention and a ReLU block with residuals, the mean token read out.

    Inputs (runs, n, tokens) of 0 and 1, one output. With 10 tokens, width 32, 2 heads, 64 hidden units: 8 704 weights.
    """
    shapes = (
        *((width, 2), (width, tokens)),
        *((width, width),) * 4,
        *((hidden, width + 1), (width, hidden + 1), (1, width)),
    )
    scales = (0.5, 0.5, *(width**-0.5,) * 4, (2 / width) ** 0.5, hidden**-0.5, width**-0.5)

    def split(x: Tensor) -> Tensor:
        return x.unflatten(-1, (heads, -1)).transpose(-2, -3)  # (runs, n, heads, tokens, width / heads)

    def wire(apply: Callable[[int, Tensor], Tensor], x: Tensor) -> Tensor:
        position = torch.eye(tokens, dtype=torch.float64, device=x.device).expand(*x.shape, tokens)
        x = apply(0, functional.one_hot(x.long(), 2).double()) + apply(1, position)
        q, k, v = (split(apply(i, x)) for i in (2, 3, 4))
        mixed = torch.softmax(q @ k.mT / (width / heads) ** 0.5, dim=-1) @ v
        x = x + apply(5, mixed.transpose(-2, -3).flatten(-2))
        x = x + apply(7, with_one(torch.relu(apply(6, with_one(x)))))
        return apply(8, x.mean(dim=-2))

    return Network(shapes, scales, wire)


def with_one(x: Tensor) -> Tensor:
    """A column of ones after the last axis, for a bias."""
    return functional.pad(x, (0, 1), value=1.0)


@dataclass(frozen=True)
class Loss:
    """A loss by its outputs.

    value: (outputs (runs, n, classes), targets (runs, n)) -> losses (runs, n);  residual: the gradient by the outputs
    sampled: (outputs, uniforms (runs, n)) -> the residual at a label drawn from the model; the mean of its outer
        product is the Hessian by the outputs, so the factors with it give the Gauss-Newton matrix
    """

    value: Callable[[Tensor, Tensor], Tensor]
    residual: Callable[[Tensor, Tensor], Tensor]
    sampled: Callable[[Tensor, Tensor], Tensor]


def one_hot(labels: Tensor, like: Tensor) -> Tensor:
    return functional.one_hot(labels, like.shape[-1]).to(like.dtype)


def drawn_class(outputs: Tensor, uniforms: Tensor) -> Tensor:
    below = outputs.softmax(dim=-1).cumsum(dim=-1) < uniforms.unsqueeze(-1)
    return below.sum(dim=-1).clamp(max=outputs.shape[-1] - 1)


SQUARED = Loss(
    lambda f, y: (f[..., 0] - y) ** 2 / 2,
    lambda f, y: f - y.unsqueeze(-1),
    lambda f, _: torch.ones_like(f),  # the Hessian by the output is 1: nothing to draw
)
"""(f - y)^2 / 2 for one output."""

LOGISTIC = Loss(
    lambda f, y: functional.softplus(f[..., 0]) - y * f[..., 0],
    lambda f, y: f.sigmoid() - y.unsqueeze(-1),
    lambda f, u: f.sigmoid() - (u.unsqueeze(-1) < f.sigmoid()).to(f.dtype),
)
"""log(1 + e^f) - y f for labels 0 and 1."""

CROSS_ENTROPY = Loss(
    lambda f, y: functional.cross_entropy(f.flatten(0, 1), y.flatten(), reduction="none").view(y.shape),
    lambda f, y: f.softmax(dim=-1) - one_hot(y, f),
    lambda f, u: f.softmax(dim=-1) - one_hot(drawn_class(f, u), f),
)
"""Softmax cross-entropy for class numbers."""
