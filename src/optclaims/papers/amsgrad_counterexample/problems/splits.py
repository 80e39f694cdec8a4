"""The images that the networks are trained on, split once a seed into training and hold-out images."""

from dataclasses import dataclass

import numpy as np

from optclaims.science import datasets, domain

TEST_DIGITS = 300  # the bundled digits have no test set of their own


@dataclass(frozen=True)
class Data:
    """images (n, depth, height, width) float32; labels (n,) int64; splits: name -> rows (seeds, size).

    The test rows are the same for every seed, so that no image on which a configuration is chosen is a test image.

    Raises ValueError for shapes that do not fit, labels below 0 and rows beyond the images.
    Domain: images signed.

    >>> data = Data(np.zeros((3, 1, 2, 2)), np.arange(3), splits={"train": np.array([[0, 1]]), "test": np.array([[2]])})
    >>> data.images.shape
    (3, 1, 2, 2)
    """

    images: np.ndarray
    labels: np.ndarray
    splits: dict[str, np.ndarray]

    def __post_init__(self) -> None:
        n = len(domain.finite("images", self.images, (None, None, None, None)))
        domain.integer("labels", self.labels, low=0, shape=(n,))
        for name, rows in self.splits.items():
            domain.integer(f"splits[{name!r}]", rows, low=0, high=n - 1, shape=(None, None))


def load(name: str, rng: np.random.Generator, *, seeds: int, train: int, holdout: int) -> Data:
    """Return "digits", "MNIST" or "CIFAR-10" with `train` and `holdout` images for each seed.

    train and holdout are cut down in proportion where the data set holds fewer images, as a partial CIFAR-10 does.
    Grey images keep their range [0, 1]; colour channels are centred on the mean of the training images.
    Raises datasets.Missing if the data set is not to be had, ValueError for another name.

    >>> data = load("digits", np.random.default_rng(0), seeds=2, train=100, holdout=50)
    >>> {name: rows.shape for name, rows in data.splits.items()}
    {'train': (2, 100), 'holdout': (2, 50), 'test': (2, 300)}
    """
    for argument, number in {"seeds": seeds, "train": train, "holdout": holdout}.items():
        domain.integer(argument, number, low=1, shape=())
    known = {"digits": _digits, "MNIST": _mnist, "CIFAR-10": _cifar10}
    images, labels, test = known[domain.one_of("name", name, known)](rng)
    pool = np.setdiff1d(np.arange(len(images)), test)
    share = min(1.0, len(pool) / (train + holdout))
    train, holdout = int(share * train), int(share * holdout)
    orders = np.stack([stream.permutation(pool) for stream in rng.spawn(seeds)])
    splits = {
        "train": orders[:, :train],
        "holdout": orders[:, train : train + holdout],
        "test": np.tile(test, (seeds, 1)),
    }
    return Data(images.astype(np.float32), labels, splits)


def _digits(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    X, y = datasets.digits()
    return X.reshape(-1, 1, 8, 8), y, rng.permutation(len(X))[:TEST_DIGITS]


def _mnist(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return _joined(*datasets.mnist(), shape=(1, 28, 28))


def _cifar10(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    images, labels, test = _joined(*datasets.cifar10(), shape=(3, 32, 32))
    return images - images[: test[0]].mean(axis=(0, 2, 3), keepdims=True), labels, test


def _joined(
    train_X: np.ndarray, train_y: np.ndarray, test_X: np.ndarray, test_y: np.ndarray, *, shape: tuple[int, int, int]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    images = np.concatenate([train_X, test_X]).reshape(-1, *shape)
    return images, np.concatenate([train_y, test_y]), np.arange(len(train_X), len(images))
