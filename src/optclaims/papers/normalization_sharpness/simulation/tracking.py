"""Sharpness along recorded runs, and the table of everything that the network figures show."""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from torch import Tensor

from optclaims.papers.normalization_sharpness.simulation import networks
from optclaims.science import curvature, domain
from optclaims.science.networks import Network

__all__ = ["follow", "sharpness_along"]


def sharpness_along(
    loss: Callable[[Tensor], Tensor], points: Tensor, rng: np.random.Generator, *, spherical: bool = True
) -> np.ndarray:
    r"""Return $\lambda_1$ (records, runs) at points (records, runs, n), each search started from the record before.

    spherical: at w/|w|; else at w itself, for a network that is not scale-invariant.

    Domain: points signed.

    >>> import torch
    >>> ratio = lambda w: w[:, 0] ** 2 / w.square().sum(-1)  # scale-invariant
    >>> sharpness_along(ratio, torch.tensor([[[0.0, 3.0, 0.0]]]), np.random.default_rng(0)).round(4)
    array([[2.]])
    """
    domain.finite("points", points, (None, None, None))
    at = points / points.norm(dim=-1, keepdim=True) if spherical else points
    return curvature.follow(loss, at, rng)


def follow(
    network: Network,
    task: networks.Task,
    w: Tensor,
    rng: np.random.Generator,
    *,
    lr: float,
    wd: float,
    steps: int,
    records: Sequence[int],
    spherical: bool = True,
) -> pd.DataFrame:
    r"""Train and return one row a record and run: step, run, sharpness, rate, product, train_loss, train_accuracy, ...

    sharpness, loss and accuracies are taken at the midpoint of two iterates; raw_loss at the iterate. rate is the
    effective rate $\hat\eta/((1-\hat\eta\hat\lambda)\|w\|^2)$, or $\hat\eta$ where not spherical; product: rate times
    sharpness.

    Domain: w signed.

    >>> import torch
    >>> task = networks.Task(torch.eye(3)[None], torch.tensor([[1.0, -1.0, 1.0]]), readout=torch.ones(1, 4), trained=2)
    >>> network = networks.perceptron(3, (4,))
    >>> w, rng = network.initial([np.random.default_rng(0)]), np.random.default_rng(1)
    >>> follow(network, task, w, rng, lr=0.1, wd=0.0, steps=3, records=[0, 2]).step.tolist()
    [0, 2]
    """
    loss = networks.training_loss(network, task)
    kept, middle, raw = networks.descend(loss, w, lr=lr, wd=wd, steps=steps, records=records)
    sharpness = sharpness_along(loss, middle, rng, spherical=spherical)
    square = kept.double().square().sum(-1).cpu().numpy()
    rate = lr / ((1 - lr * wd) * square) if spherical else np.full_like(square, lr)
    seen = pd.concat([pd.DataFrame(networks.evaluate(network, task, w)) for w in middle], ignore_index=True)
    step, run = (axis.ravel() for axis in np.meshgrid(records, range(raw.shape[1]), indexing="ij"))
    values = {"sharpness": sharpness, "rate": rate, "product": rate * sharpness, "raw_loss": raw}
    return seen.assign(step=step, run=run, **{name: array.ravel() for name, array in values.items()})
