"""Networks whose trainable weights are one scale-invariant vector, trained by full-batch gradient descent.

Hidden layers are linear (or convolutional) without bias, then batch normalisation without affine parameters and without
an epsilon, then GELU; the last layer is fixed. Loss: half the mean square error of one output. All runs of a comparison
are trained at once: weights are (runs, parameters), images are (runs, inputs or channels, examples, ...): with the
examples last, means and products run along long rows.
"""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import prod

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

__all__ = [
    "Network",
    "Task",
    "convolutional",
    "descend",
    "evaluate",
    "initial_weights",
    "parity_task",
    "perceptron",
    "training_loss",
]


@dataclass(frozen=True)
class Task:
    """Images and labels of +1 or -1 for every run; the first `trained` examples are the training set.

    images: (runs, inputs or channels, examples, ...); labels: (runs, examples); readout: (runs, features), the fixed
    last layer.
    """

    images: Tensor
    labels: Tensor
    readout: Tensor
    trained: int


@dataclass(frozen=True)
class Network:
    """shapes: shape of each weight tensor, inputs before outputs; forward: (weights, images, trained) -> features.

    forward normalises with the statistics of the first `trained` examples; features are (runs, features, examples).
    """

    shapes: tuple[tuple[int, int], ...]
    forward: Callable[[list[Tensor], Tensor, int], Tensor]

    def initial(self, rng: np.random.Generator) -> np.ndarray:
        """Return random weights (parameters,), normal with variance 1 / fan-in."""
        return np.concatenate([rng.standard_normal(prod(shape)) / np.sqrt(shape[0]) for shape in self.shapes])

    def outputs(self, w: Tensor, task: Task, examples: int | None = None) -> Tensor:
        """Return the outputs (runs, examples) for weights w (runs, parameters), of all or of the first examples."""
        pieces = w.split([prod(shape) for shape in self.shapes], dim=-1)
        weights = [piece.unflatten(-1, shape) for piece, shape in zip(pieces, self.shapes, strict=True)]
        features = self.forward(weights, task.images[:, :, :examples], task.trained)
        return (task.readout.unsqueeze(1) @ features).squeeze(1)


def _normalised(z: Tensor, trained: int) -> Tensor:
    """Centre and scale each channel of z (runs, channels, examples, ...) by the statistics of the first examples."""
    axes = tuple(range(2, z.ndim))
    known = z[:, :, :trained]
    mean = known.mean(dim=axes, keepdim=True)
    return (z - mean) * known.sub(mean).square().mean(dim=axes, keepdim=True).rsqrt()


def perceptron(inputs: int, hidden: Sequence[int], *, normalised: bool = True) -> Network:
    """Return a fully connected network; without normalisation it is not scale-invariant (a control)."""
    sizes = (inputs, *hidden)

    def forward(weights: list[Tensor], x: Tensor, trained: int) -> Tensor:
        for weight in weights:
            z = weight.mT @ x
            x = functional.gelu(_normalised(z, trained) if normalised else z)
        return x

    return Network(tuple(itertools.pairwise(sizes)), forward)


def _convolved(x: Tensor, weight: Tensor) -> Tensor:
    """3 x 3 convolution with zero padding; x (runs, in, n, height, width), weight (runs, 9 in, out)."""
    height, width = x.shape[3:]
    padded = functional.pad(x, (1, 1, 1, 1))
    shifted = [padded[..., i : i + height, j : j + width] for i in range(3) for j in range(3)]
    patches = torch.cat(shifted, dim=1)
    return (weight.mT @ patches.flatten(2)).unflatten(2, patches.shape[2:])


def _pooled(x: Tensor) -> Tensor:
    """Mean over 2 x 2 squares of x (runs, channels, n, height, width)."""
    return functional.avg_pool2d(x.flatten(0, 1), 2).unflatten(0, x.shape[:2])


def convolutional(channels: Sequence[int], *, depth: int = 1) -> Network:
    """Return 3 x 3 convolutions with 2 x 2 mean pooling between; images (runs, depth, n, height, width)."""
    sizes = (depth, *channels)

    def forward(weights: list[Tensor], x: Tensor, trained: int) -> Tensor:
        for layer, weight in enumerate(weights):
            x = functional.gelu(_normalised(_convolved(x, weight), trained))
            x = _pooled(x) if layer < len(weights) - 1 else x
        return x.movedim(2, -1).flatten(1, 3)

    return Network(tuple((9 * a, b) for a, b in itertools.pairwise(sizes)), forward)


def training_loss(network: Network, task: Task) -> Callable[[Tensor], Tensor]:
    """Return w (runs, parameters) -> half the mean square error (runs,) on the training set."""
    labels = task.labels[:, : task.trained]
    return lambda w: 0.5 * (network.outputs(w, task, task.trained) - labels).square().mean(-1)


@torch.no_grad()
def evaluate(network: Network, task: Task, w: Tensor) -> dict[str, np.ndarray]:
    """Return train_loss, train_accuracy, test_accuracy (runs,) of weights; accuracies in per cent."""
    outputs = network.outputs(w, task)
    right = (outputs * task.labels > 0).double()
    n = task.trained
    return {
        "train_loss": (0.5 * (outputs - task.labels).square())[:, :n].mean(-1).cpu().numpy(),
        "train_accuracy": 100 * right[:, :n].mean(-1).cpu().numpy(),
        "test_accuracy": 100 * right[:, n:].mean(-1).cpu().numpy(),
    }


def descend(
    loss: Callable[[Tensor], Tensor], w: Tensor, *, lr: float, wd: float, steps: int, records: Sequence[int]
) -> tuple[Tensor, Tensor, np.ndarray]:
    r"""Run $w' = (1 - \hat\eta\hat\lambda)\, w - \hat\eta \nabla L(w)$ and record it at some steps.

    loss: w (runs, n) -> (runs,). Returns, before each step t in records (all below steps): the weights (records, runs,
    n), the midpoints $(w_t + w_{t+1})/2$, in which the period-two oscillation cancels, and the losses (records, runs).
    Raises FloatingPointError when a loss is no longer finite.
    """
    if max(records) >= steps:
        raise ValueError(f"the last record {max(records)} must lie before the number of steps {steps}")
    wanted, kept, middle, losses = set(records), [], [], []
    for t in range(steps):
        w = w.detach().requires_grad_()
        values = loss(w)
        following = (1 - lr * wd) * w.detach() - lr * torch.autograd.grad(values.sum(), w)[0]
        if t in wanted:
            kept.append(w.detach())
            middle.append((w.detach() + following) / 2)
            losses.append(values.detach().cpu().numpy())
            if not np.isfinite(losses[-1]).all():
                raise FloatingPointError(
                    f"the loss is not finite at step {t}; take a smaller learning rate than {lr:g}"
                )
        w = following
    return torch.stack(kept), torch.stack(middle), np.stack(losses)


def parity_task(
    images: np.ndarray, digits: np.ndarray, rngs: Sequence[np.random.Generator], *, trained: int, features: int
) -> Task:
    """Return the task "is the digit even?" with a training set of its own for every run, the rest being its test set.

    images: (n, *image) in any range, centred and scaled here as a whole; a last axis of (height, width) gets a channel
    axis of its own. features: size of the fixed last layer, normal with variance 1 / features.
    """
    images = (images - images.mean()) / images.std()
    labels = np.where(digits % 2 == 0, 1.0, -1.0)
    orders = [rng.permutation(len(images)) for rng in rngs]
    shuffled = np.stack([images[order] for order in orders])
    # Examples go after inputs or channels: (runs, inputs, n) for vectors, (runs, 1, n, height, width) for images.
    arranged = shuffled.swapaxes(1, 2) if images.ndim == 2 else shuffled[:, None]
    readout = np.stack([rng.standard_normal(features) / np.sqrt(features) for rng in rngs])
    arrays = (np.ascontiguousarray(arranged), np.stack([labels[order] for order in orders]), readout)
    return Task(*(torch.as_tensor(array, dtype=torch.float32) for array in arrays), trained)


def initial_weights(network: Network, rngs: Sequence[np.random.Generator]) -> Tensor:
    """Return float32 start weights (runs, parameters), one generator a run."""
    return torch.as_tensor(np.stack([network.initial(rng) for rng in rngs]), dtype=torch.float32)
