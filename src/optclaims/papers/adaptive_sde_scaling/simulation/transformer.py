"""A one-layer causal transformer on sequences of a random Markov chain of order two, trained from many runs at once.

Pre-normalisation without learned gains, GELU, learned positions, stock Adam; runs are rules x seeds.
"""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from optclaims.papers.adaptive_sde_scaling.problems.hyperparameters import Hyperparameters
from optclaims.science import domain, networks, training
from optclaims.science.optimizers import Adam

__all__ = ["NETWORK", "chain", "initial", "sequences", "train"]

VOCABULARY, CONTEXT, WIDTH, HEADS = 16, 16, 32, 2
NETWORK = networks.transformer(
    VOCABULARY, CONTEXT, WIDTH, HEADS, 4 * WIDTH, VOCABULARY, causal=True, normalised=True, activation="gelu"
)


def chain(rng: np.random.Generator) -> NDArray[np.float64]:
    """Cumulative transition probabilities (16, 16, 16) given two tokens: softmax of 1.5 times standard normals.

    >>> chain(np.random.default_rng(0))[..., -1].round(12).min()
    np.float64(1.0)
    """
    weights = np.exp(1.5 * rng.standard_normal((VOCABULARY,) * 3))
    return np.cumsum(weights / weights.sum(-1, keepdims=True), axis=-1)


def sequences(cumulative: NDArray[np.float64], rng: np.random.Generator, size: int) -> NDArray[np.int64]:
    """Fresh sequences of 17 tokens, (size, 17), started from two uniform tokens.

    >>> rng = np.random.default_rng(0)
    >>> sequences(chain(rng), rng, 3).shape
    (3, 17)
    """
    domain.within("cumulative", cumulative, 0, 1 + 1e-9, shape=(VOCABULARY,) * 3)
    size = domain.integer("size", size, low=1, shape=())
    out = rng.integers(VOCABULARY, size=(size, CONTEXT + 1))
    uniform = rng.random((size, CONTEXT + 1))
    for t in range(2, CONTEXT + 1):
        below = cumulative[out[:, t - 2], out[:, t - 1], :-1] < uniform[:, t, None]
        out[:, t] = below.sum(1)
    return out


def initial(rngs: Sequence[np.random.Generator]) -> NDArray[np.float32]:
    """Initial weights (seeds, parameters): N(0, 1 / fan-in) for products, 0.1 N(0, 1) for embeddings, zero biases.

    >>> initial([np.random.default_rng(0)]).shape[0]
    1
    """
    return NETWORK.initial(rngs).numpy()


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

    Domain: theta signed.

    >>> rng = np.random.default_rng(0)
    >>> data, theta = sequences(chain(rng), rng, 4)[None], initial([rng])
    >>> train(theta, data, data[0, :3], [Hyperparameters(1e-3, 0.9, 1e-8)], batch=2, checkpoints=2).shape
    (1, 1, 2)
    """
    theta = domain.finite("theta", theta, (None, NETWORK.parameters))
    data = domain.integer("data", data, low=0, high=VOCABULARY - 1, shape=(len(theta), None, CONTEXT + 1))
    held_out = domain.integer("held_out", held_out, low=0, high=VOCABULARY - 1, shape=(None, CONTEXT + 1))
    batch, checkpoints = (
        domain.integer(*pair, low=1, shape=()) for pair in (("batch", batch), ("checkpoints", checkpoints))
    )
    seeds, total, length = data.shape
    if total % (batch * checkpoints):
        raise ValueError(f"{total} sequences at {checkpoints} checkpoints are no whole batches of {batch}")

    def column(name: str) -> NDArray:
        return np.repeat([getattr(hyper, name) for hyper in rules], seeds)[:, None]

    loss = networks.mean_loss(NETWORK, networks.CROSS_ENTROPY)
    test = torch.as_tensor(held_out)[None]
    stream = torch.as_tensor(data).view(seeds, -1, batch, length).repeat(len(rules), 1, 1, 1).movedim(1, 0)
    steps = len(stream)
    frame = training.train(
        loss, Adam(column("lr"), column("beta1"), column("beta2"), column("eps")),
        torch.as_tensor(theta).repeat(len(rules), 1), ((part[..., :-1], part[..., 1:]) for part in stream),
        np.arange(1, checkpoints + 1) * (steps // checkpoints),
        lambda w: {"loss": loss(w, test[..., :-1], test[..., 1:])},
    )  # fmt: skip
    return np.log(frame["loss"].to_numpy().reshape(len(rules), seeds, checkpoints))
