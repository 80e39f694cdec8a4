"""Training of the paper's networks with Adam and AMSGrad (Section 5, Figure 2; settings recalled from the paper).

All runs of one comparison are trained at once: tensors carry the axes (arms, seeds, ...), where the arms differ in
the algorithm or its parameters and the seeds in initial weights, batches and dropout masks. The arms of one seed
share all their randomness, so their difference is paired. A network's weights are one flat vector
theta: (arms, seeds, parameters), which makes the optimizer a few operations on a single tensor.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import prod

import numpy as np
import pandas as pd
import torch
from torch import Tensor
from torch.nn import functional

from optclaims.papers.amsgrad_counterexample.problems.splits import Data

LOSS_CAP = 100.0  # a diverged run is recorded with this loss: larger than any other, and finite


@dataclass(frozen=True)
class Network:
    """A classifier with its weights in one vector.

    shapes: shape of each weight tensor, in the order of the flat vector
    scales: standard deviation of the initial weights, one per tensor
    forward: (weights, images, keep) -> logits (arms, seeds, batch, classes); each weight is (arms, seeds, *shape),
        images are (seeds, batch, *image) and keep is (seeds, batch, dropout_units), or None for no dropout
    dropout_units: size of the layer that dropout acts on, 0 for none
    """

    shapes: tuple[tuple[int, ...], ...]
    scales: tuple[float, ...]
    forward: Callable[[list[Tensor], Tensor, Tensor | None], Tensor]
    dropout_units: int = 0

    def initial(self, rng: np.random.Generator) -> np.ndarray:
        """Return random initial weights as one vector (parameters,) float32."""
        pairs = zip(self.shapes, self.scales, strict=True)
        return np.concatenate([(scale * rng.standard_normal(prod(shape))).astype(np.float32) for shape, scale in pairs])

    def logits(self, theta: Tensor, images: Tensor, keep: Tensor | None = None) -> Tensor:
        """Return logits (arms, seeds, batch, classes) for theta (arms, seeds, parameters)."""
        pieces = theta.split([prod(shape) for shape in self.shapes], dim=-1)
        weights = [piece.unflatten(-1, shape) for piece, shape in zip(pieces, self.shapes, strict=True)]
        return self.forward(weights, images, keep)


def _dense(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """x (..., seeds, batch, in) times weight (arms, seeds, in, out) plus bias (arms, seeds, out)."""
    x = x.expand(weight.shape[:2] + x.shape[-2:])
    flat = torch.baddbmm(bias.flatten(0, 1).unsqueeze(1), x.flatten(0, 1), weight.flatten(0, 1))
    return flat.unflatten(0, weight.shape[:2])


def logistic(inputs: int, classes: int) -> Network:
    """Multi-class logistic regression, started at zero weights."""

    def forward(weights: list[Tensor], images: Tensor, keep: Tensor | None) -> Tensor:
        return _dense(images.flatten(2), *weights)

    return Network(((inputs, classes), (classes,)), (0.0, 0.0), forward)


def perceptron(inputs: int, hidden: int, classes: int) -> Network:
    """One hidden layer of ReLU units (the paper: 100), He-normal initial weights."""

    def forward(weights: list[Tensor], images: Tensor, keep: Tensor | None) -> Tensor:
        return _dense(_dense(images.flatten(2), *weights[:2]).relu(), *weights[2:])

    shapes = ((inputs, hidden), (hidden,), (hidden, classes), (classes,))
    return Network(shapes, ((2 / inputs) ** 0.5, 0.0, hidden**-0.5, 0.0), forward)


def _convolution(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """'Same' convolution of every run: x (batch, runs * in, h, w), weight (arms, seeds, out, in, k, k).

    One grouped convolution serves all runs; on a CPU it is 1.3 times faster than a loop over them.
    """
    runs, kernel = weight.shape[0] * weight.shape[1], weight.shape[-1]
    full = functional.conv2d(x, weight.flatten(0, 2), bias.flatten(), padding=kernel // 2, groups=runs)
    return full[..., -x.shape[-2] :, -x.shape[-1] :]  # an even kernel gives one row and column too many


def _response_norm(x: Tensor, runs: int) -> Tensor:
    """Local response normalisation over 9 neighbouring channels of the same run: x / (1 + 1e-3 mean x^2)^(3/4)."""
    channels = x.unflatten(1, (runs, -1)).flatten(0, 1)
    return functional.local_response_norm(channels, 9, alpha=1e-3, beta=0.75, k=1.0).view_as(x)


def convolutional(
    image: tuple[int, int, int], channels: int, kernel: int, hidden: tuple[int, int], classes: int, regularised: bool
) -> Network:
    """Two blocks of convolution, ReLU and 2 x 2 pooling, then three dense layers.

    regularised: response normalisation before each pooling, dropout with probability 1/2 after the first dense layer.
    CIFARNet as in the paper (recalled): image (3, 32, 32), channels 64, kernel 6, hidden (384, 192), regularised.
    """
    depth, height, width = image
    features = channels * (height // 4) * (width // 4)
    shapes = (
        *((channels, depth, kernel, kernel), (channels,), (channels, channels, kernel, kernel), (channels,)),
        *((features, hidden[0]), (hidden[0],), hidden, (hidden[1],), (hidden[1], classes), (classes,)),
    )
    fans = (depth * kernel**2, channels * kernel**2, features, hidden[0])
    scales = [scale for fan in fans for scale in ((2 / fan) ** 0.5, 0.0)]

    def block(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        x = _convolution(x, weight, bias)
        x = _response_norm(x.relu(), weight.shape[0] * weight.shape[1]) if regularised else x
        return functional.max_pool2d(x, 2).relu()  # the same in either order, and cheaper on the pooled tensor

    def forward(weights: list[Tensor], images: Tensor, keep: Tensor | None) -> Tensor:
        arms, seeds = weights[0].shape[:2]
        x = images.expand(arms, *images.shape).movedim(2, 0).flatten(1, 3)  # (batch, arms * seeds * depth, h, w)
        x = x.contiguous(memory_format=torch.channels_last)  # twice as fast on a CPU
        x = block(block(x, *weights[:2]), *weights[2:4])
        x = x.reshape(len(x), arms, seeds, -1).movedim(0, 2)
        x = _dense(x, *weights[4:6]).relu()
        x = x if keep is None else 2 * x * keep
        return _dense(_dense(x, *weights[6:8]).relu(), *weights[8:])

    scales = (*scales, hidden[1] ** -0.5, 0.0)
    return Network(shapes, scales, forward, dropout_units=hidden[0] if regularised else 0)


@dataclass(frozen=True)
class State:
    """Adam's memory, each of theta's shape: first moment m, second moment v, its running maximum vhat."""

    m: Tensor
    v: Tensor
    vhat: Tensor


def step(
    theta: Tensor, state: State, gradient: Tensor, alpha: Tensor, beta1: float, beta2: Tensor, amsgrad: Tensor
) -> None:
    """Update theta and state by one step of the paper's generic update, without bias correction or projection.

        m = beta1 m + (1 - beta1) g,   v = beta2 v + (1 - beta2) g^2,   vhat = max(vhat, v) where amsgrad, else v
        theta = theta - alpha m / (sqrt(vhat) + 1e-8)

    alpha, beta2, amsgrad broadcast against theta. The 1e-8, absent from the analysis, is in every implementation
    for networks: it settles 0/0 at weights that never saw a gradient. In place, since fresh memory for a million
    weights costs several times what the arithmetic does.
    """
    state.m.lerp_(gradient, 1 - beta1)
    state.v.lerp_(gradient.square(), 1 - beta2)
    torch.maximum(torch.where(amsgrad, state.vhat, 0), state.v, out=state.vhat)
    theta.addcdiv_(-alpha * state.m, state.vhat.sqrt().add_(1e-8))


def losses(logits: Tensor, labels: Tensor) -> Tensor:
    """Cross-entropy (arms, seeds, batch) of logits (arms, seeds, batch, classes) and labels (seeds, batch)."""
    return -logits.log_softmax(-1).gather(-1, labels.expand(logits.shape[:-1]).unsqueeze(-1)).squeeze(-1)


def _batches(rng: np.random.Generator, indices: np.ndarray, size: int) -> Iterator[np.ndarray]:
    """Yield batches of a freshly shuffled epoch after the other; an incomplete last batch is dropped."""
    while True:
        order = rng.permutation(indices)
        yield from order[: len(order) // size * size].reshape(-1, size)


@torch.no_grad()
def evaluate(network: Network, theta: Tensor, images: Tensor, labels: Tensor, rows: Tensor, chunk: int = 512) -> Tensor:
    """Return the mean loss (arms, seeds) over the images in rows (seeds, n), without dropout, capped at LOSS_CAP."""
    total = theta.new_zeros(theta.shape[:2])
    for part in rows.split(chunk, dim=1):
        total += losses(network.logits(theta, images[part]), labels[part]).sum(-1)
    return (total / rows.shape[1]).nan_to_num(nan=LOSS_CAP).clamp(max=LOSS_CAP)


def compare(
    network: Network,
    data: Data,
    rngs: Sequence[np.random.Generator],
    *,
    alpha: float,
    beta2: float,
    beta1: float,
    batch: int,
    decay: bool,
    records: Sequence[int],
    device: str = "cpu",
) -> pd.DataFrame:
    """Train with Adam and AMSGrad from every seed; one row per algorithm, seed and step in `records`.

    Returns columns algorithm, seed, step, and the losses train, holdout, test; other arguments as in `train`.
    """
    arms = {"alpha": [alpha] * 2, "beta2": [beta2] * 2, "amsgrad": [False, True]}
    losses = train(network, data, rngs, **arms, beta1=beta1, batch=batch, decay=decay, records=records, device=device)
    axes = {"step": list(records), "algorithm": ["Adam", "AMSGrad"], "seed": range(len(rngs))}
    frame = pd.MultiIndex.from_product(axes.values(), names=axes).to_frame(index=False)
    return frame.assign(**{name: values.ravel() for name, values in losses.items()})


def train(
    network: Network,
    data: Data,
    rngs: Sequence[np.random.Generator],
    *,
    alpha: Sequence[float],
    beta2: Sequence[float],
    amsgrad: Sequence[bool],
    beta1: float,
    batch: int,
    decay: bool,
    records: Sequence[int],
    device: str = "cpu",
) -> dict[str, np.ndarray]:
    """Train every arm (alpha, beta2, amsgrad) from every seed and return the losses after the steps in `records`.

    rngs: one generator a seed, which alone decides that seed's weights, batches and dropout masks;
    decay: alpha_t = alpha / sqrt(t) (the paper's logistic regression), else alpha_t = alpha (its networks);
    records: increasing step counts; device: "cpu", "cuda", or "auto" for a GPU where there is one.
    Returns name of the split -> losses (records, arms, seeds), float64.
    All random numbers come from numpy, so they are the same on every device.
    """
    device = ("cuda" if torch.cuda.is_available() else "cpu") if device == "auto" else device
    images, labels = torch.as_tensor(data.images, device=device), torch.as_tensor(data.labels, device=device)
    rows = {name: torch.as_tensor(part, device=device) for name, part in data.splits.items()}
    alpha, beta2 = (
        torch.tensor(values, dtype=torch.float32, device=device).view(-1, 1, 1) for values in (alpha, beta2)
    )
    amsgrad = torch.tensor(amsgrad, device=device).view(-1, 1, 1)
    theta = torch.as_tensor(np.stack([network.initial(rng) for rng in rngs]), device=device).repeat(len(alpha), 1, 1)
    state = State(*(torch.zeros_like(theta) for _ in range(3)))
    streams = [_batches(rng, part, batch) for rng, part in zip(rngs, data.splits["train"], strict=True)]
    history = {name: [] for name in rows}
    for t in range(1, max(records) + 1):
        taken = torch.as_tensor(np.stack([next(stream) for stream in streams]), device=device)
        keep = _keep(rngs, batch, network.dropout_units, device)
        rate = alpha / t**0.5 if decay else alpha
        gradient = _gradient(network, theta, images[taken], labels[taken], keep)
        step(theta, state, gradient, rate, beta1, beta2, amsgrad)
        if t in records:
            for name, part in rows.items():
                history[name].append(evaluate(network, theta, images, labels, part).double().cpu().numpy())
    return {name: np.stack(values) for name, values in history.items()}


def _gradient(network: Network, theta: Tensor, images: Tensor, labels: Tensor, keep: Tensor | None) -> Tensor:
    """Gradient (arms, seeds, parameters) of each run's mean loss: the losses are summed over runs, never averaged."""
    theta = theta.detach().requires_grad_()
    loss = losses(network.logits(theta, images, keep), labels).mean(-1).sum()
    return torch.autograd.grad(loss, theta)[0]


def _keep(rngs: Sequence[np.random.Generator], batch: int, units: int, device: str) -> Tensor | None:
    """Dropout masks (seeds, batch, units) with probability 1/2, or None for a network without dropout."""
    if not units:
        return None
    size = (batch * units + 7) // 8  # random bits, eight to a byte: sixteen times cheaper than uniforms
    bits = np.stack([np.unpackbits(np.frombuffer(rng.bytes(size), np.uint8), count=batch * units) for rng in rngs])
    return torch.as_tensor(bits, device=device).view(len(rngs), batch, units)
