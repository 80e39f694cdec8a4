"""One-layer transformers."""

import torch
from torch import Tensor
from torch.nn import functional

from optclaims.science import domain
from optclaims.science.networks.network import Layer, Network, Weights, each_run
from optclaims.science.networks.perceptrons import ACTIVATIONS, gain_of

__all__ = ["transformer"]


def transformer(
    vocabulary: int, context: int, width: int, heads: int, hidden: int, outputs: int, *, causal: bool = False,
    normalised: bool = False, activation: str = "relu", embedding: float = 0.1,
) -> Network:  # fmt: skip
    """One layer of attention and a dense block, both with residuals, on sequences of `context` tokens.

    causal: a language model, with outputs (runs, n, context, outputs) at every token; else the mean token is read out,
        outputs (runs, n, outputs)
    normalised: layer normalisation, without parameters, before attention, dense block and readout
    embedding: standard deviation of the initial embeddings of tokens and positions; other weights 1 / sqrt(inputs),
        times `gain_of` the activation before it; biases in the dense block, and in the readout of a causal one
    Inputs: tokens (runs, n, context), integers below `vocabulary`.

    >>> import numpy as np, torch
    >>> network = transformer(2, 10, 32, 2, 64, 1)
    >>> network(network.initial(np.random.default_rng(0).spawn(3)), torch.zeros(1, 7, 10, dtype=int)).shape
    torch.Size([3, 7, 1])
    """
    domain.one_of("activation", activation, ACTIVATIONS)
    counts = {"vocabulary": vocabulary, "context": context, "width": width, "hidden": hidden, "outputs": outputs}
    for name, count in counts.items():
        domain.integer(name, count, low=1, shape=())
    domain.nonnegative("embedding", embedding, ()), domain.integer("heads", heads, low=1, shape=())
    if width % heads:
        raise ValueError(f"heads must divide the width {width}, got {heads}")
    act = ACTIVATIONS[activation]
    layers = (
        Layer(vocabulary, width, embedding, False),
        Layer(context, width, embedding, False),
        *(Layer(width, width, width**-0.5, False),) * 4,
        Layer(width, hidden, (gain_of(activation) / width) ** 0.5),
        Layer(hidden, width, hidden**-0.5),
        Layer(width, outputs, width**-0.5, causal),
    )

    def norm(x: Tensor) -> Tensor:
        return functional.layer_norm(x, (width,)) if normalised else x

    def split(x: Tensor) -> Tensor:
        return x.unflatten(-1, (heads, -1)).transpose(-2, -3)  # (runs, n, heads, context, width / heads)

    def wire(w: Weights, x: Tensor) -> Tensor:
        # One-hot products in place of look-ups: their gradients have factors, as all others.
        position = torch.eye(context, dtype=w.dtype, device=w.device).expand(*x.shape, context)
        one_hot = each_run(lambda tokens: functional.one_hot(tokens.long(), vocabulary).to(w.dtype), x)
        x = w.linear(0, one_hot) + w.linear(1, position)
        inner = norm(x)
        q, k, v = (split(w.linear(i, inner)) for i in (2, 3, 4))
        scores = q @ k.mT / (width / heads) ** 0.5
        if causal:
            future = torch.ones(context, context, dtype=torch.bool, device=w.device).triu(1)
            scores = scores.masked_fill(future, -torch.inf)
        mixed = torch.softmax(scores, dim=-1) @ v
        x = x + w.linear(5, mixed.transpose(-2, -3).flatten(-2))
        x = x + w.linear(7, act(w.linear(6, norm(x))))
        return w.linear(8, norm(x if causal else x.mean(dim=-2)))

    return Network(layers, wire)
