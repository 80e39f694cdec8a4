"""A network: layers stored one after the other in a flat vector, and the function that wires them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from optclaims.science import domain

__all__ = ["Layer", "Network", "Weights"]


@dataclass(frozen=True)
class Layer:
    r"""One linear map $z = \text{multiplier}\,(W^\top a) + b$, in the flat vector as W row by row, then b.

    inputs, outputs: numbers of features; of a convolution, inputs = channels * kernel^2
    scale: standard deviation of the initial weights; biases start at zero
    multiplier: 1, or 1 / sqrt(inputs) with scale 1 for the tangent-kernel parametrisation

    >>> Layer(64, 32, 0.125).shape
    (65, 32)
    """

    inputs: int
    outputs: int
    scale: float
    bias: bool = True
    multiplier: float = 1.0

    def __post_init__(self) -> None:
        """Raise ValueError for sizes or scales that no layer has."""
        domain.integer("inputs", self.inputs, low=1, shape=())
        domain.integer("outputs", self.outputs, low=1, shape=())
        domain.nonnegative("scale", self.scale, ())
        domain.positive("multiplier", self.multiplier, ())

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns: the bias, where there is one, is the last row."""
        return self.inputs + self.bias, self.outputs


class Weights:
    """The layers of all runs as a wire uses them; `w[i]` is (runs, inputs [+ 1 for the bias], outputs)."""

    def __init__(self, layers: Sequence[Layer], theta: Tensor) -> None:
        self.layers, self.runs, self.dtype, self.device = layers, len(theta), theta.dtype, theta.device
        pieces = theta.split([prod(layer.shape) for layer in layers], dim=1)
        self._tensors = [piece.unflatten(1, layer.shape) for piece, layer in zip(pieces, layers, strict=True)]

    def __getitem__(self, i: int) -> Tensor:
        return self._tensors[i]

    def parts(self, i: int) -> tuple[Tensor, Tensor | None]:
        """Weight (runs, inputs, outputs), times its multiplier, and bias (runs, 1, outputs) or None."""
        layer, tensor = self.layers[i], self._tensors[i]
        weight = tensor[:, : layer.inputs]
        weight = weight if layer.multiplier == 1 else layer.multiplier * weight
        return weight, tensor[:, layer.inputs :] if layer.bias else None

    def linear(self, i: int, a: Tensor, *, bias: bool = True) -> Tensor:
        """Outputs (runs, n, [tokens,] out) of layer i for a (runs, n, [tokens,] in), with its bias if it has one."""
        weight, shift = self.parts(i)
        shift = shift if bias else None
        if self.runs > 1 and a.stride(0) == 0:  # all runs share their inputs: one large product
            z = (weight.mT @ a[0].flatten(0, -2).mT).mT
            z = z if shift is None else z + shift
        elif shift is None:
            z = torch.bmm(a.flatten(1, -2), weight)
        else:
            z = torch.baddbmm(shift, a.flatten(1, -2), weight)
        return z.unflatten(1, a.shape[1:-1])

    def convolution(self, i: int, x: Tensor, *, stride: int = 1, bias: bool = True) -> Tensor:
        """'Same' convolution of every run by layer i; x (n, runs * channels, h, w), runs side by side as channels.

        One grouped convolution serves all runs; on a CPU it is faster than a loop over them.
        """
        weight, shift = self.parts(i)
        channels = x.shape[1] // self.runs
        kernel = kernel_of(self.layers[i], channels)
        grouped = weight.mT.reshape(-1, channels, kernel, kernel)
        shift = shift.flatten() if bias and shift is not None else None
        return functional.conv2d(padded(x, kernel), grouped, shift, stride=stride, groups=self.runs)


def kernel_of(layer: Layer, channels: int) -> int:
    """Width of the square kernel of a convolution with so many input channels."""
    return round((layer.inputs // channels) ** 0.5)


def padded(x: Tensor, kernel: int) -> Tensor:
    """Zeros around x (..., h, w) so that the outputs of a convolution have its size; the larger half after it."""
    return functional.pad(x, ((kernel - 1) // 2, kernel // 2) * 2)


@dataclass(frozen=True)
class Network:
    """Layers and their wiring; called with weights and inputs it gives the outputs.

    layers: in the order of the flat vector
    wire: (w: Weights, x (runs, n, ...), *context) -> outputs (runs, n, ...)
    dropout_units: width of the layer that a dropout mask in the context multiplies; 0 for none

    >>> import numpy as np, torch
    >>> network = Network((Layer(2, 3, 1.0), Layer(3, 1, 1.0)), lambda w, x: w.linear(1, w.linear(0, x).relu()))
    >>> theta = network.initial([np.random.default_rng(seed) for seed in range(5)])
    >>> theta.shape, network(theta, torch.ones(5, 7, 2)).shape
    (torch.Size([5, 13]), torch.Size([5, 7, 1]))
    """

    layers: tuple[Layer, ...]
    wire: Callable[..., Tensor]
    dropout_units: int = 0

    def __post_init__(self) -> None:
        """Raise ValueError for a width that no layer has."""
        domain.integer("dropout_units", self.dropout_units, low=0, shape=())

    @property
    def parameters(self) -> int:
        """Length of the flat vector of one run."""
        return sum(prod(layer.shape) for layer in self.layers)

    def initial(self, rngs: Sequence[np.random.Generator], dtype: torch.dtype = torch.float32) -> Tensor:
        """Random weights theta (runs, parameters), normal with each layer's scale, biases zero; a generator a run.

        Raises ValueError without generators.
        """
        rngs = [domain.generator("rngs", rng) for rng in rngs]
        if not rngs:
            raise ValueError("rngs must hold at least one numpy.random.Generator, got none")
        return torch.as_tensor(np.stack([self._drawn(rng) for rng in rngs]), dtype=dtype)

    def _drawn(self, rng: np.random.Generator) -> np.ndarray:
        pieces = []
        for layer in self.layers:
            drawn = layer.scale * rng.standard_normal(layer.shape)
            drawn[layer.inputs :] = 0.0
            pieces.append(drawn.ravel())
        return np.concatenate(pieces)

    def unpacked(self, theta: Tensor) -> list[Tensor]:
        """Layers (runs, inputs [+ 1], outputs) of theta (runs, parameters); the flat vector again: `packed`."""
        return [Weights(self.layers, theta)[i] for i in range(len(self.layers))]

    def packed(self, tensors: Sequence[Tensor]) -> Tensor:
        """One flat vector (runs, parameters) of tensors shaped as the layers."""
        return torch.cat([tensor.flatten(1) for tensor in tensors], dim=1)

    def __call__(self, theta: Tensor, x: Tensor, *context: Any) -> Tensor:
        """Outputs (runs, n, ...) for theta (runs, parameters) and x (runs, n, ...), or (1, n, ...) shared by all runs.

        context: what the wire takes besides, such as a dropout mask. Raises ValueError where shapes do not fit.
        """
        return self.wire(Weights(self.layers, self.checked(theta)), shared(x, len(theta)), *context)

    def checked(self, theta: Tensor) -> Tensor:
        """Return theta; raise ValueError unless it is (runs, parameters)."""
        return domain.shape("theta", theta, (None, self.parameters))


def each_run(function: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    """function(x) of x (runs, n, ...), computed once where all runs share x."""
    if len(x) == 1 or x.stride(0):
        return function(x)
    once = function(x[:1])
    return once.expand(len(x), *once.shape[1:])


def shared(x: Tensor, runs: int) -> Tensor:
    """x (runs, n, ...), as it is or expanded from (1, n, ...); raise ValueError for another number of runs."""
    if len(x) not in (1, runs):
        raise ValueError(f"x must have a leading axis of 1 or {runs} runs, got shape {tuple(x.shape)}")
    return x.expand(runs, *x.shape[1:])
