"""The data that the networks are trained on (replace by the problems of the paper)."""

from dataclasses import dataclass

import numpy as np

from optclaims.science import datasets, domain


@dataclass(frozen=True)
class Task:
    """Images x (n, inputs) and class numbers y (n,), for training and for testing.

    Raises ValueError for lengths that differ and numbers that are no class.

    Domain: x, test_x signed

    >>> Task(np.eye(2), np.array([0, 1]), np.ones((1, 2)), test_y=np.array([0])).x.shape
    (2, 2)
    """

    x: np.ndarray
    y: np.ndarray
    test_x: np.ndarray
    test_y: np.ndarray

    def __post_init__(self) -> None:
        for x, y in (("x", "y"), ("test_x", "test_y")):
            images = domain.finite(x, getattr(self, x), (None, None))
            domain.integer(y, getattr(self, y), low=0, shape=(len(images),))


def digits(rng: np.random.Generator, train: int) -> Task:
    """Return scikit-learn's 8 x 8 digits, centred, with so many of them for training and the rest for testing.

    >>> digits(np.random.default_rng(0), train=1000).test_x.shape
    (797, 64)
    """
    x, y = datasets.digits()
    domain.integer("train", train, low=1, high=len(y) - 1, shape=())
    order = rng.permutation(len(y))
    x, rows, rest = x - x.mean(), order[:train], order[train:]
    return Task(x[rows], y[rows], x[rest], y[rest])
