"""Fully connected networks of any widths."""

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from optclaims.science import domain
from optclaims.science.networks.network import Layer, Network, Weights

__all__ = ["ACTIVATIONS", "perceptron"]

ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "relu": torch.relu,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "gelu": functional.gelu,
    "linear": lambda z: z,
}


def sizes(name: str, values: Sequence[int], least: int = 0) -> tuple[int, ...]:
    """Return numbers of features as a tuple, `least` of them at least; raise ValueError for what are none."""
    values = tuple(int(value) for value in domain.integer(name, np.asarray(values, float), low=1, shape=(None,)))
    if len(values) < least:
        raise ValueError(f"{name} must hold at least {least} numbers, got {values}")
    return values


def gain_of(activation: str) -> float:
    """Factor of the initial variance 1 / inputs that keeps the scale of signals: 2 for the half that relu cuts off."""
    return 2.0 if activation == "relu" else 1.0


def batch_normalised(z: Tensor, trained: int | None = None) -> Tensor:
    """Centre and scale every feature of z (runs, n, [tokens,] features) over its samples, without epsilon.

    trained: the statistics are those of the first `trained` samples (the training set, before test samples), or of all.
    """
    known = z[:, :trained]
    axes = tuple(range(1, z.ndim - 1))
    mean = known.mean(dim=axes, keepdim=True)
    return (z - mean) * known.sub(mean).square().mean(dim=axes, keepdim=True).rsqrt()


def perceptron(
    widths: Sequence[int], activation: str = "relu", *, bias: bool = True, normalised: bool = False,
    head: bool = True, gain: float | None = None, last: float = 1.0, tangent: bool = False,
) -> Network:  # fmt: skip
    r"""Fully connected network with layers of `widths`, inputs first, outputs last.

    Initial variance gain / inputs (`gain_of` the activation unless given), of the last layer last / inputs; biases
    start at zero. last=0 starts at outputs of zero, as logistic regression `perceptron((64, 10), last=0)` usually does.
    activation: relu, tanh, sigmoid, gelu, linear
    normalised: batch normalisation before every activation (without epsilon and scale; the bias comes after it); the
        context is then `trained`, see `batch_normalised`
    head: False gives the last layer normalisation and activation too, for a fixed map behind it
    tangent: the same functions at the start, parametrised by standard normals with factors sqrt(gain / inputs) outside
    Inputs (runs, n, ...) are flattened; outputs are (runs, n, widths[-1]).

    >>> network = perceptron((64, 32, 10), "tanh")
    >>> theta = network.initial(np.random.default_rng(0).spawn(3))
    >>> network(theta, torch.zeros(1, 5, 64)).shape
    torch.Size([3, 5, 10])
    """
    domain.one_of("activation", activation, ACTIVATIONS)
    widths = sizes("widths", widths, least=2)
    domain.nonnegative("last", last, ()), domain.nonnegative("gain", 0.0 if gain is None else gain, ())
    act = ACTIVATIONS[activation]
    gains = [gain_of(activation) if gain is None else gain] * (len(widths) - 2) + [last]
    scales = [(g / inputs) ** 0.5 for g, inputs in zip(gains, widths[:-1], strict=True)]
    pairs = zip(pairwise(widths), scales, strict=True)
    layers = tuple(Layer(a, b, 1.0, bias, s) if tangent else Layer(a, b, s, bias) for (a, b), s in pairs)

    def hidden(w: Weights, i: int, x: Tensor, trained: int | None) -> Tensor:
        if not normalised:
            return act(w.linear(i, x))
        z = batch_normalised(w.linear(i, x, bias=False), trained)
        shift = w.parts(i)[1]
        return act(z if shift is None else z + shift)

    def wire(w: Weights, x: Tensor, trained: int | None = None) -> Tensor:
        x = x.flatten(2)
        for i in range(len(layers) - head):
            x = hidden(w, i, x, trained)
        return w.linear(len(layers) - 1, x) if head else x

    return Network(layers, wire)
