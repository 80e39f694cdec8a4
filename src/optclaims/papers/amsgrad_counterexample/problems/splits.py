"""The images that the networks are trained on, split once a seed into training and hold-out images."""

from dataclasses import dataclass

import numpy as np

from optclaims.science import datasets

TEST_DIGITS = 300  # the bundled digits have no test set of their own


@dataclass(frozen=True)
class Data:
    """images (n, depth, height, width) float32; labels (n,) int64; splits: name -> rows (seeds, size).

    The test rows are the same for every seed, so that no image on which a configuration is chosen is a test image.
    """

    images: np.ndarray
    labels: np.ndarray
    splits: dict[str, np.ndarray]


def load(name: str, rng: np.random.Generator, *, seeds: int, train: int, holdout: int) -> Data:
    """Return "digits", "MNIST" or "CIFAR-10" with `train` and `holdout` images for each seed.

    train and holdout are cut down in proportion where the data set holds fewer images, as a partial CIFAR-10 does.
    Grey images keep their range [0, 1]; colour channels are centred on the mean of the training images.
    Raises datasets.Missing if the data set is not to be had, KeyError for another name.
    """
    images, labels, test = {"digits": _digits, "MNIST": _mnist, "CIFAR-10": _cifar10}[name](rng)
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
