"""Training of a small classifier with mass that is kept, lost or absent."""

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

from optclaims.science import domain, networks, perceptrons, training
from optclaims.science.optimizers import Rule

__all__ = ["WIDTHS", "accuracies"]

WIDTHS = (64, 48, 10)


def accuracies(
    rules: Mapping[str, Rule],
    train: tuple[ArrayLike, ArrayLike],
    test: tuple[ArrayLike, ArrayLike],
    batch: int,
    records: Sequence[int],
    rngs: Sequence[np.random.Generator],
) -> dict[str, NDArray[np.float64]]:
    """Return the share of test images that every rule classifies rightly, (records, runs).

    train, test: images (n, 64) and labels (n,); rules share the start and the batches, freshly shuffled, of a run;
    records: increasing numbers of steps; rngs: one a run. A network that is not finite is right by chance.
    Raises ValueError for arguments out of range.

    Domain: train, test any shape, any length.

    >>> from optclaims.science.optimizers import SGD
    >>> data = np.zeros((4, 64)), np.zeros(4, int)
    >>> accuracies({"SGD": SGD(0.1)}, data, data, 2, [0, 3], [np.random.default_rng(0)])["SGD"].shape
    (2, 1)
    """
    images, tests = (domain.finite(n, part[0], (None, WIDTHS[0])) for n, part in (("train", train), ("test", test)))
    labels, truth = (
        domain.integer(n, np.asarray(part[1], float), low=0, high=WIDTHS[-1] - 1, shape=(len(part[0]),))
        for n, part in (("train", train), ("test", test))
    )
    records = domain.integer("records", domain.increasing("records", np.asarray(records), low=0))
    network = networks.perceptron(WIDTHS, "relu")
    start = network.initial(rngs).numpy()
    rows = training.stacked(training.shuffled(rngs, len(images), batch), max(1, int(records[-1])))
    x, y, found = torch.tensor(tests, dtype=torch.float32)[None], torch.as_tensor(truth), {}
    for name, rule in rules.items():
        points = perceptrons.train(WIDTHS, start, images, labels, rows, rule, records, activation="relu")
        with torch.no_grad():
            chosen = [network(torch.from_numpy(theta), x).nan_to_num().argmax(-1) for theta in points]
        found[name] = np.stack([(one == y).double().mean(-1).numpy() for one in chosen])
    return found
