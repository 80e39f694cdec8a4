r"""Per-sample gradients and Gauss-Newton factors.

A forward pass keeps, for every layer, the inputs a (with a one for its bias) and the outputs z = W' a of its linear
map. With delta = d loss / d z the gradient of one sample by the layer is $a\delta^\top$, summed over the tokens, or the
positions of a convolution, where there are any. So per-sample gradients need not be stored, and the diagonals of their
second moments are cheap. Networks with batch normalisation have no gradient of a single sample: they are refused.
"""

from collections.abc import Callable
from functools import partial
from math import prod
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from optclaims.science import domain
from optclaims.science.networks.losses import Loss
from optclaims.science.networks.network import Layer, Network, Weights, each_run, kernel_of, padded, shared

__all__ = ["Factor", "curvature_factors", "factors", "gradient", "jacobian", "square_mean"]


class Factor(NamedTuple):
    """Of one layer: inputs a (runs, n, [tokens,] in [+ 1]) and delta (runs, n, [tokens,] out)."""

    a: Tensor
    delta: Tensor


class _Recorder(Weights):
    """Weights that keep the inputs and outputs of their linear maps."""

    def __init__(self, layers: tuple[Layer, ...], theta: Tensor) -> None:
        super().__init__(layers, theta)
        self.kept: dict[int, tuple[Tensor, Tensor]] = {}

    def linear(self, i: int, a: Tensor, *, bias: bool = True) -> Tensor:
        if i in self.kept or bias < self.layers[i].bias:
            raise ValueError("network must use every layer once and with its bias, and normalise over no batch")
        z = super().linear(i, a, bias=bias)
        z = z if z.requires_grad else z.requires_grad_()
        self.kept[i] = each_run(partial(self._augmented, i), a.detach()), z
        return z

    def _augmented(self, i: int, a: Tensor) -> Tensor:
        a = a if self.layers[i].multiplier == 1 else self.layers[i].multiplier * a
        return functional.pad(a, (0, 1), value=1.0) if self.layers[i].bias else a

    def convolution(self, i: int, x: Tensor, *, stride: int = 1, bias: bool = True) -> Tensor:
        n, channels = len(x), x.shape[1] // self.runs
        kernel = kernel_of(self.layers[i], channels)
        patches = functional.unfold(padded(x, kernel), kernel, stride=stride)  # (n, runs * channels * kernel^2, places)
        z = self.linear(i, patches.unflatten(1, (self.runs, -1)).movedim(1, 0).mT, bias=bias)
        sizes = [-(-size // stride) for size in x.shape[2:]]
        return z.mT.movedim(0, 1).reshape(n, -1, *sizes)


def factors(
    network: Network, theta: Tensor, x: Tensor, residual: Callable[[Tensor], Tensor], *context: Any
) -> list[Factor]:
    """Factors, a layer each, of the per-sample gradients when residual(outputs) is the gradient by the outputs.

    theta (runs, parameters), x (runs or 1, n, ...). Raises ValueError for a network with batch normalisation.
    Domain: theta signed, infinite, NaN; x signed, infinite, NaN, any shape.

    >>> import torch
    >>> from optclaims.science.networks import SQUARED, perceptron
    >>> network, y = perceptron((2, 1), last=0), torch.ones(1, 3)
    >>> kept = factors(network, torch.zeros(1, 3), torch.ones(1, 3, 2), lambda f: SQUARED.residual(f, y))
    >>> network.packed(gradient(kept))
    tensor([[-1., -1., -1.]])
    """
    recorder = _Recorder(network.layers, network.checked(theta).detach())
    with torch.enable_grad():
        outputs = network.wire(recorder, shared(x, len(theta)), *context)
    order = range(len(network.layers))
    deltas = torch.autograd.grad(outputs, [recorder.kept[i][1] for i in order], residual(outputs.detach()))
    return [Factor(recorder.kept[i][0], delta) for i, delta in zip(order, deltas, strict=True)]


def curvature_factors(
    network: Network, theta: Tensor, x: Tensor, loss: Loss, uniforms: Tensor, *context: Any
) -> list[Factor]:
    """Factors at labels drawn from the model by uniforms (runs, n): their mean outer product has the Gauss-Newton
    matrix as its expectation.

    Domain: theta signed, infinite, NaN; x signed, infinite, NaN, any shape.

    >>> import torch
    >>> from optclaims.science.networks import SQUARED, perceptron
    >>> kept = curvature_factors(perceptron((2, 1)), torch.zeros(1, 3), torch.ones(1, 5, 2), SQUARED, torch.zeros(1, 5))
    >>> square_mean(kept)[0].flatten()
    tensor([1., 1., 1.])
    """
    domain.probability("uniforms", uniforms, shape=(len(theta), None))
    return factors(network, theta, x, lambda f: loss.sampled(f, uniforms), *context)


def gradient(kept: list[Factor]) -> list[Tensor]:
    """Mean over the samples of the per-sample gradients, (runs, in [+ 1], out) a layer; see `factors`.

    >>> import torch
    >>> kept = [Factor(torch.ones(1, 2, 3), torch.tensor([[[1.0], [2.0]]]))]  # one layer, two samples
    >>> gradient(kept)[0].flatten()
    tensor([1.5000, 1.5000, 1.5000])
    """
    return [times(a.flatten(1, -2), delta.flatten(1, -2)) / a.shape[1] for a, delta in kept]


def times(a: Tensor, delta: Tensor) -> Tensor:
    """a' delta of a (runs, k, in), delta (runs, k, out); one large product where all runs share their inputs."""
    return (delta.mT @ a[0]).mT if len(a) > 1 and a.stride(0) == 0 else torch.bmm(a.mT, delta)


def square_mean(kept: list[Factor]) -> list[Tensor]:
    """Mean over the samples of the squared per-sample gradients, (runs, in [+ 1], out) a layer; see `factors`.

    >>> import torch
    >>> kept = [Factor(torch.ones(1, 2, 3), torch.tensor([[[1.0], [2.0]]]))]  # one layer, two samples
    >>> square_mean(kept)[0].flatten()
    tensor([2.5000, 2.5000, 2.5000])
    """
    return [_square_mean(*factor) for factor in kept]


def _square_mean(a: Tensor, delta: Tensor) -> Tensor:
    if delta.ndim == 3:  # one outer product a sample: its square is the outer product of squares
        return times(each_run(torch.square, a), delta.square()) / delta.shape[1]
    chunk = max(1, 2**22 // prod((len(a), a.shape[-1], delta.shape[-1])))  # a few samples' gradients at a time
    total = torch.zeros(len(a), a.shape[-1], delta.shape[-1], dtype=delta.dtype, device=delta.device)
    for x, d in zip(a.split(chunk, dim=1), delta.split(chunk, dim=1), strict=True):
        total += (x.mT @ d).square().sum(dim=1)
    return total / delta.shape[1]


def jacobian(kept: list[Factor]) -> Tensor:
    """Per-sample gradients (runs, n, parameters) written out; see `factors`.

    >>> import torch
    >>> kept = [Factor(torch.ones(1, 2, 3), torch.tensor([[[1.0], [2.0]]]))]  # one layer, two samples
    >>> jacobian(kept)
    tensor([[[1., 1., 1.],
             [2., 2., 2.]]])
    """
    parts = [a.mT @ d if d.ndim == 4 else a.unsqueeze(-1) * d.unsqueeze(-2) for a, d in kept]
    return torch.cat([part.flatten(2) for part in parts], dim=2)
