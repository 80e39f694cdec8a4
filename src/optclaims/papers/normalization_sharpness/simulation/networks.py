"""Networks whose trainable weights are one scale-invariant vector, trained by full-batch gradient descent.

Hidden layers are linear (or convolutional) without bias, then batch normalisation without affine parameters and without
an epsilon, then GELU; the last layer is fixed. Loss: half the mean square error of one output. All runs of a comparison
are trained at once: weights are (runs, parameters), images (runs, examples, ...).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from optclaims.science import domain, networks
from optclaims.science.networks import Network

__all__ = [
    "Task",
    "convolutional",
    "descend",
    "evaluate",
    "outputs",
    "parity_task",
    "perceptron",
    "training_loss",
]


@dataclass(frozen=True)
class Task:
    """Images and labels of +1 or -1 for every run; the first `trained` examples are the training set.

    images: (runs, examples, ...); labels: (runs, examples); readout: (runs, features), the fixed last layer.

    Raises ValueError for shapes that do not fit and more trained examples than there are.
    Domain: images, labels, readout signed.

    >>> task = Task(torch.eye(3)[None], torch.tensor([[1.0, -1.0, 1.0]]), readout=torch.ones(1, 4), trained=2)
    >>> task.images.shape
    torch.Size([1, 3, 3])
    """

    images: Tensor
    labels: Tensor
    readout: Tensor
    trained: int

    def __post_init__(self) -> None:
        runs, examples = domain.finite("labels", self.labels, (None, None)).shape
        (
            domain.finite("images", self.images),
            domain.shape("images[..., 0]", self.images.flatten(2)[..., 0], (runs, examples)),
        )
        domain.finite("readout", self.readout, (runs, None))
        domain.integer("trained", self.trained, low=1, high=examples, shape=())


def perceptron(inputs: int, hidden: Sequence[int], *, normalised: bool = True) -> Network:
    """Return a fully connected network; without normalisation it is not scale-invariant (a control).

    >>> perceptron(64, (32, 32)).parameters
    3072
    """
    inputs = domain.integer("inputs", inputs, low=1, shape=())
    domain.integer("hidden", hidden, low=1, shape=(None,))
    return networks.perceptron((inputs, *hidden), "gelu", bias=False, normalised=normalised, head=False)


def convolutional(channels: Sequence[int], image: tuple[int, int, int] = (1, 8, 8)) -> Network:
    """Return 3 x 3 convolutions with 2 x 2 mean pooling between.

    Domain: channels any length.

    >>> convolutional([8, 12, 12]).parameters
    2232
    """
    domain.integer("channels", channels, low=1, shape=(None,))
    plan = [step for width in channels for step in (width, "pool")][:-1]
    how = {"activation": "gelu", "pool": "mean", "bias": False, "normalisation": "batch"}
    return networks.convolutional(image, plan, None, **how)


def outputs(network: Network, w: Tensor, task: Task, examples: int | None = None) -> Tensor:
    """Return the outputs (runs, examples) for weights w (runs, parameters), of all or of the first examples.

    Normalised by the statistics of the training set.

    Domain: w signed, infinite, NaN.

    >>> task = Task(torch.eye(3)[None], torch.tensor([[1.0, -1.0, 1.0]]), readout=torch.ones(1, 4), trained=2)
    >>> network = perceptron(3, (4,))
    >>> w = network.initial([np.random.default_rng(0)])
    >>> outputs(network, w, task, 2).shape
    torch.Size([1, 2])
    """
    domain.shape("w", w, (None, network.parameters))
    if examples is not None:
        domain.integer("examples", examples, low=task.trained, high=task.labels.shape[1], shape=())
    features = network(w, task.images[:, :examples], task.trained)
    return (features @ task.readout.unsqueeze(2)).squeeze(2)


def training_loss(network: Network, task: Task) -> Callable[[Tensor], Tensor]:
    """Return w (runs, parameters) -> half the mean square error (runs,) on the training set.

    >>> task = Task(torch.eye(3)[None], torch.tensor([[1.0, -1.0, 1.0]]), readout=torch.ones(1, 4), trained=2)
    >>> network = perceptron(3, (4,))
    >>> w = network.initial([np.random.default_rng(0)])
    >>> training_loss(network, task)(w).shape
    torch.Size([1])
    """
    labels = task.labels[:, : task.trained]
    return lambda w: 0.5 * (outputs(network, w, task, task.trained) - labels).square().mean(-1)


@torch.no_grad()
def evaluate(network: Network, task: Task, w: Tensor) -> dict[str, np.ndarray]:
    """Return train_loss, train_accuracy, test_accuracy (runs,) of weights; accuracies in per cent.

    Domain: w signed, infinite, NaN.

    >>> task = Task(torch.eye(3)[None], torch.tensor([[1.0, -1.0, 1.0]]), readout=torch.ones(1, 4), trained=2)
    >>> network = perceptron(3, (4,))
    >>> w = network.initial([np.random.default_rng(0)])
    >>> sorted(evaluate(network, task, w))
    ['test_accuracy', 'train_accuracy', 'train_loss']
    """
    found, n = outputs(network, w, task), task.trained
    right = (found * task.labels > 0).double()
    return {
        "train_loss": (0.5 * (found - task.labels).square())[:, :n].mean(-1).cpu().numpy(),
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

    Domain: w signed.

    >>> def half(w):
    ...     return w.square().sum(1) / 2
    >>> kept, _, losses = descend(half, torch.ones(1, 2), lr=0.5, wd=0.0, steps=2, records=[1])
    >>> kept, losses
    (tensor([[[0.5000, 0.5000]]]), array([[0.25]], dtype=float32))
    """
    domain.finite("w", w, (None, None)), domain.positive("lr", lr, ()), domain.nonnegative("wd", wd, ())
    steps = domain.integer("steps", steps, low=1, shape=())
    domain.increasing("records", np.asarray(records), low=0)
    if max(records) >= steps:
        raise ValueError(f"records must lie before the number of steps {steps}, got {max(records)}")
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

    Domain: images signed, any shape.

    >>> task = parity_task(np.eye(4), np.arange(4), [np.random.default_rng(0)], trained=3, features=5)
    >>> task.images.shape, task.readout.shape
    (torch.Size([1, 4, 4]), torch.Size([1, 5]))
    """
    images = domain.finite("images", images)
    digits = domain.integer("digits", digits, low=0, shape=(len(images),))
    domain.integer("features", features, low=1, shape=())
    images = (images - images.mean()) / images.std()
    labels = np.where(digits % 2 == 0, 1.0, -1.0)
    orders = [rng.permutation(len(images)) for rng in rngs]
    shuffled = np.stack([images[order] for order in orders])
    arranged = shuffled if images.ndim == 2 else shuffled[:, :, None]
    readout = np.stack([rng.standard_normal(features) / np.sqrt(features) for rng in rngs])
    arrays = (arranged, np.stack([labels[order] for order in orders]), readout)
    return Task(*(torch.as_tensor(array, dtype=torch.float32) for array in arrays), trained)
