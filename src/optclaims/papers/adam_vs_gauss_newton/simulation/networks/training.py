"""Training of many networks at once with idealised Adam or a power of the damped Gauss-Newton diagonal."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from optclaims.papers.adam_vs_gauss_newton.simulation.networks.bases import BASES, Basis, Factors
from optclaims.science import domain
from optclaims.science.networks import Loss, Network, factors, gradient
from optclaims.science.training import device_of

__all__ = ["BASES", "Data", "noise", "train"]

AT_ONCE = 64  # networks: what a step computes of them stays in a processor's cache
CAP = 100.0  # a run whose loss is beyond it has diverged: no task starts above 3


@dataclass(frozen=True)
class Data:
    """Inputs (n, ...) and targets (n,) of a network, with its loss.

    Raises ValueError for numbers that are not finite and lengths that differ.
    Domain: inputs signed, any shape; targets signed.

    >>> from optclaims.science.networks import SQUARED, perceptron
    >>> Data(perceptron((2, 1)), SQUARED, inputs=torch.eye(2), targets=torch.tensor([0.0, 1.0])).targets
    tensor([0., 1.])
    """

    network: Network
    loss: Loss
    inputs: Tensor
    targets: Tensor

    def __post_init__(self) -> None:
        domain.finite("targets", self.targets, (len(domain.finite("inputs", self.inputs)),))

    @classmethod
    def of(cls, network: Network, loss: Loss, inputs: ArrayLike, targets: ArrayLike, device: str) -> "Data":
        """Put arrays on a device: "cpu", "cuda", or "auto" for a GPU where there is one.

        All random numbers come from numpy, so they are the same on every device.
        """
        device = device_of(device)
        dtype = None if np.asarray(targets).dtype == np.int64 else torch.float64
        inputs = torch.as_tensor(np.asarray(inputs), dtype=torch.float64, device=device)
        return cls(network, loss, inputs, torch.as_tensor(np.asarray(targets), dtype=dtype, device=device))


@dataclass(frozen=True)
class Noise:
    """All randomness of the runs, shared by methods, rates and dampings.

    starts: initial weights of every run, (runs, parameters);  rows: batches (T, runs, B), None for full batch
    uniforms: (ceil(T / every), runs, n), for labels drawn from the model
    """

    starts: Tensor
    rows: Tensor | None
    uniforms: Tensor


def initial(network: Network, rng: np.random.Generator) -> Tensor:
    """Initial weights (parameters,) in double precision; matrices without a bias are drawn output by output."""
    drawn = network.unpacked(network.initial([rng], torch.float64))
    by_output = [
        w if layer.bias else w.view(1, *w.shape[:0:-1]).mT for layer, w in zip(network.layers, drawn, strict=True)
    ]
    return network.packed(by_output)[0]


def noise(data: Data, batch: float, steps: int, every: int, rngs: Sequence[np.random.Generator]) -> Noise:
    """Draw starts, batches (with replacement) and label noise for one run from each generator.

    Domain: batch infinite.

    >>> from optclaims.science.networks import SQUARED, perceptron
    >>> data = Data.of(perceptron((2, 3, 1)), SQUARED, np.eye(2), np.array([0.0, 1.0]), "cpu")
    >>> rngs = [np.random.default_rng(seed) for seed in (0, 1)]
    >>> noise(data, 4, 10, 5, rngs).rows.shape
    torch.Size([10, 2, 4])
    """
    batch = domain.positive("batch", batch, (), infinite=True)
    steps, every = domain.integer("steps", steps, low=1, shape=()), domain.integer("every", every, low=1, shape=())
    if np.isfinite(batch):
        domain.integer("batch", batch, low=1)
    n = len(data.targets)
    starts, rows, uniforms = zip(
        *(
            (
                initial(data.network, rng),
                None if np.isinf(batch) else rng.integers(0, n, (steps, int(batch))),
                rng.random((-(-steps // every), n)),
            )
            for rng in rngs
        ),
        strict=True,
    )
    device = data.inputs.device
    batches = None if np.isinf(batch) else torch.as_tensor(np.stack(rows, axis=1), device=device)
    return Noise(torch.stack(starts).to(device), batches, torch.as_tensor(np.stack(uniforms, axis=1), device=device))


def train(
    data: Data, method: str | float, basis: str, lr: Sequence[float], dampings: Sequence[float], noise: Noise,
    steps: int, every: int,
) -> NDArray[np.float64]:  # fmt: skip
    r"""Losses over all data at steps 0, every, ..., T, (records, lr, dampings, runs), with eta_0 (1 - t / T).

    method: "adam", g / sqrt(v) with the expected square v = m2 / B + (1 - 1 / B) gbar^2 of a batch's gradient at every
    step (at full batch the sign), or p: g (h + damping)^p with h the diagonal of the Gauss-Newton matrix from labels
    drawn from the model. h and the basis are renewed every `every` steps; diverged runs end there, with infinite loss.

    Raises ValueError for another basis or method.
    Domain: method signed; lr, dampings any length.

    >>> from optclaims.science.networks import SQUARED, perceptron
    >>> data = Data.of(perceptron((2, 3, 1)), SQUARED, np.eye(2), np.array([0.0, 1.0]), "cpu")
    >>> rngs = [np.random.default_rng(seed) for seed in (0, 1)]
    >>> shared = noise(data, np.inf, 10, 5, rngs)
    >>> train(data, -0.5, "E", [0.1, 0.2], [1e-2, 1e-1, 1.0], shared, steps=10, every=5).shape
    (3, 2, 3, 2)
    """
    lr, dampings = domain.positive("lr", lr, (None,)), domain.nonnegative("dampings", dampings, (None,))
    steps, every = domain.integer("steps", steps, low=1, shape=()), domain.integer("every", every, low=1, shape=())
    domain.one_of("basis", basis, BASES)
    _ = domain.one_of("method", method, ("adam",)) if isinstance(method, str) else domain.finite("method", method, ())
    few = max(1, AT_ONCE // (len(dampings) * noise.uniforms.shape[1]))
    parts = [lr[first : first + few] for first in range(0, len(lr), few)]
    return np.concatenate([_train(data, method, basis, part, dampings, noise, steps, every) for part in parts], axis=1)


def _train(
    data: Data, method: str | float, basis: str, lr: ArrayLike, dampings: ArrayLike, noise: Noise,
    steps: int, every: int,
) -> NDArray[np.float64]:  # fmt: skip
    """See `train`; all at once."""
    runs, device = noise.uniforms.shape[1], data.inputs.device
    grids = np.meshgrid(lr, dampings, np.arange(runs), indexing="ij")
    eta, damping = (torch.as_tensor(x.reshape(-1, 1), dtype=torch.float64, device=device) for x in grids[:2])
    run, live = torch.as_tensor(grids[2].ravel(), device=device), torch.arange(len(eta), device=device)
    theta = noise.starts[run]
    losses = torch.full((-(-steps // every) + 1, len(eta)), torch.inf, dtype=torch.float64, device=device)
    for t in range(steps):
        if t % every == 0:
            now = mean_loss(data, theta)
            losses[t // every, live] = now
            kept = torch.isfinite(now)
            theta, live, run = theta[kept], live[kept], run[kept]
            of_model = curvature_factors(data, theta, noise.uniforms[t // every][run])
            frame = BASES[basis](of_model)
            diagonal = [] if method == "adam" else frame.square_mean(of_model)
        rows = None if noise.rows is None else noise.rows[t][run]
        g = frame.rotate(gradient(data_factors(data, theta, rows)))
        if method == "adam":
            move = adam_move(data, theta, frame, g, rows)
        else:
            move = [
                x * (h + damping[live].view(-1, *[1] * (h.ndim - 1))) ** method
                for x, h in zip(g, diagonal, strict=True)
            ]
        theta = theta - eta[live] * (1 - t / steps) * data.network.packed(frame.back(move))
    losses[-1, live] = mean_loss(data, theta)
    return losses.cpu().numpy().reshape(len(losses), len(lr), len(dampings), runs)


def mean_loss(data: Data, theta: Tensor) -> Tensor:
    """Mean loss over all data (runs,), infinite where it is beyond the cap."""
    loss = data.loss.value(data.network(theta, data.inputs[None]), data.targets.expand(len(theta), -1)).mean(dim=1)
    return torch.where(loss < CAP, loss, torch.inf)


def data_factors(data: Data, theta: Tensor, rows: Tensor | None) -> Factors:
    """Factors of the loss's gradients at the batch (runs, B), or at all data."""
    X, y = (
        (data.inputs[None], data.targets.expand(len(theta), -1))
        if rows is None
        else (data.inputs[rows], data.targets[rows])
    )
    return factors(data.network, theta, X, lambda f: data.loss.residual(f, y))


def curvature_factors(data: Data, theta: Tensor, uniforms: Tensor) -> Factors:
    """Factors of the gradients at labels drawn from the model, whose mean outer product is the Gauss-Newton matrix."""
    return factors(data.network, theta, data.inputs[None], lambda f: data.loss.sampled(f, uniforms))


def adam_move(data: Data, theta: Tensor, frame: Basis, g: list[Tensor], rows: Tensor | None) -> list[Tensor]:
    """g / sqrt(E[g^2]) with the expectation over batches, exact; the sign at full batch."""
    if rows is None:
        return [normalised(part, part**2) for part in g]
    of_data, batch = data_factors(data, theta, None), rows.shape[1]
    mean, squares = frame.rotate(gradient(of_data)), frame.square_mean(of_data)
    return [normalised(part, m2 / batch + (1 - 1 / batch) * m**2) for part, m2, m in zip(g, squares, mean, strict=True)]


def normalised(g: Tensor, square: Tensor) -> Tensor:
    """g / sqrt(square), (runs, ...), zero where the root is below 1e-10 of the largest of the run.

    Along a weight that plays no part a gradient is rounding error, which must not become a step of full size.
    """
    largest = square.flatten(1).amax(dim=1).view(-1, *[1] * (square.ndim - 1))
    return torch.where(square > 1e-20 * largest, g * square.clamp(min=1e-300).rsqrt(), 0.0)
