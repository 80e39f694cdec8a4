"""Training of networks whose gradients vanish: three hidden layers of sigmoids on digits."""

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

from optclaims.science import domain, networks, perceptrons, training
from optclaims.science.optimizers import Rule

__all__ = ["WIDTHS", "losses"]

WIDTHS = (64, 32, 32, 32, 10)


def losses(
    rules: Mapping[str, Rule],
    images: ArrayLike,
    labels: ArrayLike,
    batch: int,
    records: Sequence[int],
    rngs: Sequence[np.random.Generator],
) -> dict[str, NDArray[np.float64]]:
    """Return the training loss (records, runs) of every rule; rules share the starts and the batches of a run.

    images: (n, 64); labels: (n,); batch: of freshly shuffled epochs; records: increasing numbers of steps; rngs: one a
    run, the start and then the batches are drawn from it.
    Raises ValueError for arguments out of range.

    Domain: images signed; images, labels any length.

    >>> from optclaims.science.optimizers import SGD
    >>> found = losses({"SGD": SGD(0.1)}, np.zeros((4, 64)), [0, 1, 2, 3], 2, [0, 5], [np.random.default_rng(0)])
    >>> found["SGD"].shape
    (2, 1)
    """
    images = domain.finite("images", images, (None, WIDTHS[0]))
    labels = domain.integer("labels", np.asarray(labels, float), low=0, high=WIDTHS[-1] - 1, shape=(len(images),))
    records = domain.integer("records", domain.increasing("records", np.asarray(records), low=0))
    network = networks.perceptron(WIDTHS, "sigmoid")
    start = network.initial(rngs).numpy()
    rows = training.stacked(training.shuffled(rngs, len(images), batch), max(1, int(records[-1])))
    loss = networks.mean_loss(network, networks.CROSS_ENTROPY)
    x, y = torch.tensor(images, dtype=torch.float32)[None], torch.as_tensor(labels)[None]
    found = {}
    for name, rule in rules.items():
        points = perceptrons.train(WIDTHS, start, images, labels, rows, rule, records, activation="sigmoid")
        with torch.no_grad():
            found[name] = np.stack([loss(torch.from_numpy(theta), x, y).double().numpy() for theta in points])
    return found
