"""Small GANs in the plane, many runs at once: alternating steps, a penalty on the discriminator's slope."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from optclaims.science import domain
from optclaims.science.networks import Layer, Network

__all__ = ["OPTIMIZERS", "PENALTIES", "SHAPES", "data", "sample_paths"]

LATENT, WIDTH, DEPTH, LEAK = 2, 24, 3, 0.2
PENALTIES = ("none", "R1", "R2")
OPTIMIZERS = {
    "SGD": lambda theta, lr: torch.optim.SGD([theta], lr=lr),
    "RMSprop": lambda theta, lr: torch.optim.RMSprop([theta], lr=lr),
}
SHAPES = ("segment", "circle")


def data(shape: str, samples: int, rng: np.random.Generator) -> np.ndarray:
    """Return real points (samples, 2), uniform on the segment from (-1, 0) to (1, 0) or on the unit circle.

    Raises ValueError for another shape and fewer samples than 1.

    >>> data("segment", 3, np.random.default_rng(0))[:, 1].tolist()
    [0.0, 0.0, 0.0]

    """
    domain.one_of("shape", shape, SHAPES)
    samples, rng = domain.integer("samples", samples, low=1, shape=()), domain.generator("rng", rng)
    if shape == "segment":
        return np.stack([rng.uniform(-1, 1, samples), np.zeros(samples)], axis=1)
    angle = rng.uniform(0, 2 * np.pi, samples)
    return np.stack([np.cos(angle), np.sin(angle)], axis=1)


def sample_paths(
    shape: str,
    rngs: Sequence[np.random.Generator],
    *,
    penalty: str,
    strength: float,
    optimizer: str,
    lr: float,
    batch: int,
    steps: int,
    every: int,
    samples: int,
) -> tuple[np.ndarray, np.ndarray]:
    r"""Train one GAN for each generator of random numbers; return generated points and their steps.

    Discriminator and generator (2-24-24-24-1 and 2-24-24-24-2, leaky ReLU of slope 0.2) take turns, with the logistic
    loss, non-saturating for the generator. Initial variances are 2 / inputs, 1 / inputs of the last layer.
    penalty: "none", "R1" (at real points) or "R2" (at generated ones), $\tfrac{\gamma}{2} E \|\nabla D\|^2$ with
    $\gamma$ = strength. Returns (records, runs, samples, 2), every ``every`` steps, and the steps (records,).
    Diverged runs come out as infinity. Raises ValueError for unknown names and numbers out of range.

    >>> rngs = np.random.default_rng(0).spawn(2)
    >>> setting = {"penalty": "R1", "strength": 1.0, "optimizer": "SGD", "lr": 0.1}
    >>> points, at = sample_paths("segment", rngs, **setting, batch=8, steps=4, every=2, samples=5)
    >>> points.shape, at.tolist()
    ((2, 2, 5, 2), [2, 4])

    """
    domain.one_of("penalty", penalty, PENALTIES)
    domain.one_of("optimizer", optimizer, OPTIMIZERS)
    domain.nonnegative("strength", strength, ())
    domain.positive("lr", lr, ())
    steps, every = (domain.integer(n, x, low=1, shape=()) for n, x in (("steps", steps), ("every", every)))
    batch, samples = (domain.integer(n, x, low=1, shape=()) for n, x in (("batch", batch), ("samples", samples)))
    generator, discriminator = _network(2), _network(1)
    g, d = (network.initial(rngs).requires_grad_() for network in (generator, discriminator))
    optimizers = [OPTIMIZERS[optimizer](theta, lr) for theta in (g, d)]
    kept = []
    for step in range(1, steps + 1):
        real = _tensor([data(shape, batch, rng) for rng in rngs])
        fake = generator(g, _latent(rngs, batch)).detach()
        loss = _loss(discriminator(d, real), True) + _loss(discriminator(d, fake), False)
        if penalty != "none":
            loss = loss + strength / 2 * _slope(discriminator, d, real if penalty == "R1" else fake)
        _descend(loss, d, optimizers[1])
        _descend(_loss(discriminator(d, generator(g, _latent(rngs, batch))), True), g, optimizers[0])
        if step % every == 0:
            with torch.no_grad():
                kept.append(generator(g, _latent(rngs, samples)).numpy().astype(float))
    points = np.stack(kept)
    return np.where(np.isfinite(points), points, np.inf), every * np.arange(1, len(kept) + 1)


def _network(outputs: int) -> Network:
    widths = [LATENT] + [WIDTH] * DEPTH + [outputs]
    gains = [2.0] * DEPTH + [1.0]
    layers = tuple(Layer(a, b, (gain / a) ** 0.5) for (a, b), gain in zip(pairwise(widths), gains, strict=True))

    def wire(w, x: Tensor) -> Tensor:
        for i in range(len(layers) - 1):
            x = functional.leaky_relu(w.linear(i, x), LEAK)
        return w.linear(len(layers) - 1, x)

    return Network(layers, wire)


def _latent(rngs: Sequence[np.random.Generator], samples: int) -> Tensor:
    return _tensor([rng.standard_normal((samples, LATENT)) for rng in rngs])


def _tensor(arrays: Sequence[np.ndarray]) -> Tensor:
    return torch.as_tensor(np.stack(arrays), dtype=torch.float32)


def _loss(score: Tensor, real: bool) -> Tensor:
    """Logistic loss, averaged over samples and summed over runs, so that each run has its own gradient."""
    return functional.softplus(-score if real else score).mean(dim=(1, 2)).sum()


def _slope(network: Network, theta: Tensor, x: Tensor) -> Tensor:
    x = x.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(network(theta, x).sum(), x, create_graph=True)
    return gradient.square().sum(-1).mean(-1).sum()


def _descend(loss: Tensor, theta: Tensor, optimizer: torch.optim.Optimizer) -> None:
    (theta.grad,) = torch.autograd.grad(loss, theta)
    optimizer.step()
