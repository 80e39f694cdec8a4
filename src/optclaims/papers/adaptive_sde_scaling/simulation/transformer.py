"""A one-layer causal transformer on sequences of a random Markov chain of order two, trained from many runs at once.

Runs (rules x seeds) are the leading axis of every tensor, their weights one tensor theta (runs, parameters): batched
products then serve all runs. Pre-normalisation without learned gains, GELU, learned positions, stock Adam.
"""

from collections.abc import Sequence
from math import prod

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from optclaims.papers.adaptive_sde_scaling.problems.hyperparameters import Hyperparameters

__all__ = ["SHAPES", "chain", "initial", "losses", "sequences", "train"]

VOCABULARY, CONTEXT, WIDTH, HEADS = 16, 16, 32, 2
SHAPES = {
    "tokens": (VOCABULARY, WIDTH),
    "positions": (CONTEXT, WIDTH),
    "attention": (WIDTH, 3 * WIDTH),
    "mix": (WIDTH, WIDTH),
    "expand": (WIDTH, 4 * WIDTH),
    "expand_bias": (1, 4 * WIDTH),
    "contract": (4 * WIDTH, WIDTH),
    "contract_bias": (1, WIDTH),
    "readout": (WIDTH, VOCABULARY),
    "readout_bias": (1, VOCABULARY),
}


def chain(rng: np.random.Generator) -> NDArray[np.float64]:
    """Cumulative transition probabilities (16, 16, 16) given two tokens: softmax of 1.5 times standard normals."""
    weights = np.exp(1.5 * rng.standard_normal((VOCABULARY,) * 3))
    return np.cumsum(weights / weights.sum(-1, keepdims=True), axis=-1)


def sequences(cumulative: NDArray[np.float64], rng: np.random.Generator, size: int) -> NDArray[np.int64]:
    """Fresh sequences of 17 tokens, (size, 17), started from two uniform tokens."""
    out = rng.integers(VOCABULARY, size=(size, CONTEXT + 1))
    uniform = rng.random((size, CONTEXT + 1))
    for t in range(2, CONTEXT + 1):
        below = cumulative[out[:, t - 2], out[:, t - 1], :-1] < uniform[:, t, None]
        out[:, t] = below.sum(1)
    return out


def initial(rngs: Sequence[np.random.Generator]) -> NDArray[np.float32]:
    """Initial weights (seeds, parameters): N(0, 1 / fan-in) for products, 0.1 N(0, 1) for embeddings, zero biases."""

    def tensor(name: str, shape: tuple[int, ...], rng: np.random.Generator) -> NDArray:
        scale = 0.0 if "bias" in name else 0.1 if name in ("tokens", "positions") else shape[0] ** -0.5
        return scale * rng.standard_normal(prod(shape))

    rows = [np.concatenate([tensor(*item, rng) for item in SHAPES.items()]) for rng in rngs]
    return np.stack(rows).astype(np.float32)


def _unpack(theta: Tensor) -> dict[str, Tensor]:
    parts = theta.split([prod(shape) for shape in SHAPES.values()], dim=1)
    return {name: part.unflatten(1, shape) for (name, shape), part in zip(SHAPES.items(), parts, strict=True)}


def losses(theta: Tensor, data: Tensor) -> Tensor:
    """Mean next-token cross-entropy (runs,) of weights (runs, parameters) on data (runs, batch, 17)."""
    w = _unpack(theta)
    runs, batch, _ = data.shape
    inputs, targets = data[..., :-1], data[..., 1:]
    rows = torch.arange(runs).view(-1, 1)
    x = w["tokens"][rows, inputs.flatten(1)] + w["positions"].repeat(1, batch, 1)  # (runs, batch * context, width)
    heads = functional.layer_norm(x, (WIDTH,)) @ w["attention"]
    heads = heads.view(runs * batch, CONTEXT, 3, HEADS, WIDTH // HEADS).permute(2, 0, 3, 1, 4)
    mixed = functional.scaled_dot_product_attention(*heads, is_causal=True)
    x = x + mixed.transpose(1, 2).reshape(runs, batch * CONTEXT, WIDTH) @ w["mix"]
    inner = functional.gelu(functional.layer_norm(x, (WIDTH,)) @ w["expand"] + w["expand_bias"])
    x = x + inner @ w["contract"] + w["contract_bias"]
    logits = functional.layer_norm(x, (WIDTH,)) @ w["readout"] + w["readout_bias"]
    chosen = functional.cross_entropy(logits.flatten(0, 1), targets.flatten(), reduction="none")
    return chosen.view(runs, -1).mean(1)


def train(
    theta: NDArray[np.float32],
    data: NDArray[np.int64],
    held_out: NDArray[np.int64],
    rules: Sequence[Hyperparameters],
    batch: int,
    checkpoints: int,
) -> NDArray[np.float64]:
    """Log held-out loss (rules, seeds, checkpoints) of stock Adam under each setting in `rules`, one pass over data.

    theta: (seeds, parameters). data: (seeds, sequences, 17), consumed in order and shared by the rules. held_out:
    (n, 17). Checkpoints are equally spaced in sequences. Raises ValueError where one falls between two steps.
    """
    seeds, total, length = data.shape
    if total % (batch * checkpoints):
        raise ValueError(f"{total} sequences at {checkpoints} checkpoints are no whole batches of {batch}")

    def column(values: list[float]) -> Tensor:
        return torch.tensor(values, dtype=torch.float32).repeat_interleave(seeds).unsqueeze(1)

    names = ("lr", "beta1", "beta2", "eps")
    lr, beta1, beta2, eps = (column([getattr(hyper, name) for hyper in rules]) for name in names)
    weights = torch.as_tensor(theta).repeat(len(rules), 1)
    m, v = torch.zeros_like(weights), torch.zeros_like(weights)
    stream = torch.as_tensor(data).view(seeds, -1, batch, length)
    test = torch.as_tensor(held_out).expand(len(weights), -1, -1)
    steps, curves = stream.shape[1], []
    for k in range(1, steps + 1):
        weights.requires_grad_()
        gradient = torch.autograd.grad(losses(weights, stream[:, k - 1].repeat(len(rules), 1, 1)).sum(), weights)[0]
        with torch.no_grad():
            m, v = m.lerp(gradient, 1 - beta1), v.lerp(gradient.square(), 1 - beta2)
            weights = weights - lr * (m / (1 - beta1**k)) / ((v / (1 - beta2**k)).sqrt() + eps)
            if k % (steps // checkpoints) == 0:
                curves.append(losses(weights, test).log().view(len(rules), seeds).double().numpy())
    return np.stack(curves, axis=-1)
