"""Data sets: scikit-learn's digits, MNIST and CIFAR-10.

MNIST and CIFAR-10 are looked for in the data directory (environment variable `OPTCLAIMS_DATA`, default `data/`),
then downloaded there. What is neither there nor downloadable raises `Missing` with the reason.

    data/mnist/train-images-idx3-ubyte[.gz], ...       the four original names, compressed or not
    data/cifar-10-batches-py/data_batch_1, ...         or data/cifar-10-python.tar.gz, the published archive
"""

import gzip
import hashlib
import importlib.util
import os
import pickle
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import IO

import numpy as np

from optclaims.science.missing import Missing

Split = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]

MNIST_URL = "https://ossci-datasets.s3.amazonaws.com/mnist/"
# SHA-256 of the uncompressed content: every mirror compresses anew, so the .gz itself has no stable checksum.
MNIST_SHA256 = {
    "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}
CIFAR10_URL = "https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz"
CIFAR10_MD5 = "c58f30108f718f92721af3b95e74349a"
CIFAR10_TRAIN = tuple(f"data_batch_{i}" for i in range(1, 6))


def directory() -> Path:
    """Return the data directory: environment variable `OPTCLAIMS_DATA`, else `data/` in the working directory.

    >>> directory().name  # doctest: +SKIP
    'data'
    """
    return Path(os.environ.get("OPTCLAIMS_DATA") or "data")


def digits() -> tuple[np.ndarray, np.ndarray]:
    """Return scikit-learn's bundled digits: X (1797, 64) float64 in [0, 1] (8 x 8 pixels) and y (1797,) int64.

    >>> X, y = digits()
    >>> X.shape, y[:4].tolist()
    ((1797, 64), [0, 1, 2, 3])
    """
    # The file alone: importing the package that holds it takes longer than most experiments with it.
    package = Path(importlib.util.find_spec("sklearn").origin).parent
    table = np.loadtxt(package / "datasets/data/digits.csv.gz", delimiter=",")
    return table[:, :-1] / 16.0, table[:, -1].astype(np.int64)


def mnist() -> Split:
    """Return MNIST: train_X (60000, 784) float32 in [0, 1], train_y (60000,) int64, test_X (10000, 784), test_y.

    Raises `Missing` if a file is absent and cannot be downloaded, or if its content is not MNIST's.

    >>> [part.shape for part in mnist()]  # doctest: +SKIP
    [(60000, 784), (60000,), (10000, 784), (10000,)]
    """
    train_X, train_y, test_X, test_y = (_idx(_mnist_bytes(name)) for name in MNIST_SHA256)
    return _pixels(train_X), train_y.astype(np.int64), _pixels(test_X), test_y.astype(np.int64)


def cifar10() -> Split:
    """Return CIFAR-10: train_X (n, 3, 32, 32) float32 in [0, 1], train_y (n,) int64, test_X (10000, 3, 32, 32), test_y.

    n is 50000 in the published archive. A folder that holds only some of the five training batches is accepted:
    n is then 10000 a batch, so report `len(train_X)` beside every result.
    Raises `Missing` if there is no training batch or no test batch and the archive cannot be downloaded.

    >>> [part.shape for part in cifar10()]  # doctest: +SKIP
    [(50000, 3, 32, 32), (50000,), (10000, 3, 32, 32), (10000,)]
    """
    batches = _cifar_folder(directory() / "cifar-10-batches-py") or _cifar_archive()
    train = [batches[name] for name in CIFAR10_TRAIN if name in batches]
    if not train or "test_batch" not in batches:
        raise Missing(f"CIFAR-10 in {directory()} lacks its {'test batch' if train else 'training batches'}")
    train_X, train_y = (np.concatenate(parts) for parts in zip(*train, strict=True))
    return train_X, train_y, *batches["test_batch"]


def _pixels(X: np.ndarray) -> np.ndarray:
    return X.reshape(len(X), -1).astype(np.float32) / np.float32(255)


def _download(data_set: str, url: str, path: Path, known_hash: str | None) -> None:
    """Download `url` to `path`; raise `Missing` instead of whatever the network raises."""
    import pooch

    try:
        pooch.retrieve(url, known_hash, fname=path.name, path=path.parent)
    except OSError as error:  # what requests raises without a network is one, too
        reason = f"{type(error).__name__} at {url}"
        raise Missing(f"{data_set} is not in {directory()} and could not be downloaded ({reason})") from error
    except ValueError as error:
        raise Missing(f"the file at {url} has another checksum than {data_set}") from error


def _mnist_bytes(name: str) -> bytes:
    """Uncompressed content of one MNIST file, its checksum verified."""
    packed = directory() / "mnist" / f"{name}.gz"
    plain = packed.with_suffix("")
    if not packed.exists() and not plain.exists():
        _download("MNIST", f"{MNIST_URL}{name}.gz", packed, known_hash=None)
    path = plain if plain.exists() else packed
    try:
        content = path.read_bytes() if path == plain else gzip.decompress(path.read_bytes())
    except (OSError, EOFError) as error:
        raise Missing(f"{path} cannot be read ({error})") from error
    if hashlib.sha256(content).hexdigest() != MNIST_SHA256[name]:
        raise Missing(f"{path} does not hold MNIST's {name}: the SHA-256 of its uncompressed content differs")
    return content


def _idx(content: bytes) -> np.ndarray:
    """Decode the IDX format: two zero bytes, type 8 (unsigned byte), rank, the sizes big-endian, the bytes."""
    if content[:3] != b"\0\0\x08":
        raise Missing("not an IDX file of unsigned bytes")
    header = 4 + 4 * content[3]
    shape = np.frombuffer(content, ">u4", count=content[3], offset=4)
    return np.frombuffer(content, np.uint8, offset=header).reshape(tuple(shape))


class _ArraysOnly(pickle.Unpickler):
    """Loads the arrays and lists of a CIFAR batch and no other object: a pickle could otherwise run any code."""

    ALLOWED = frozenset({"_reconstruct", "ndarray", "dtype"})

    def find_class(self, module: str, name: str) -> Callable:
        """Resolve numpy's three array constructors, refuse the rest."""
        if module.split(".")[0] == "numpy" and name in self.ALLOWED:
            return np._core.multiarray._reconstruct if name == "_reconstruct" else getattr(np, name)
        raise pickle.UnpicklingError(f"{module}.{name} has no place in a CIFAR-10 batch")


def _cifar_batch(file: IO[bytes]) -> tuple[np.ndarray, np.ndarray]:
    try:
        batch = _ArraysOnly(file, encoding="bytes").load()
        X, y = batch[b"data"], np.asarray(batch[b"labels"], dtype=np.int64)
    except (pickle.UnpicklingError, EOFError, KeyError) as error:
        raise Missing(f"a file of CIFAR-10 is not one of its batches ({error})") from error
    return _pixels(X).reshape(-1, 3, 32, 32), y


def _cifar_folder(folder: Path) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    batches = {}
    for path in (folder / name for name in (*CIFAR10_TRAIN, "test_batch")):
        if path.exists():
            with path.open("rb") as file:
                batches[path.name] = _cifar_batch(file)
    return batches


def _cifar_archive() -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Batches straight out of the archive: nothing half unpacked can be left behind or read by a second job."""
    path = directory() / "cifar-10-python.tar.gz"
    if not path.exists():
        _download("CIFAR-10", CIFAR10_URL, path, known_hash=f"md5:{CIFAR10_MD5}")
    wanted = {f"cifar-10-batches-py/{name}" for name in (*CIFAR10_TRAIN, "test_batch")}
    try:
        with tarfile.open(path) as archive:
            members = [member for member in archive if member.name in wanted]
            return {Path(member.name).name: _cifar_batch(archive.extractfile(member)) for member in members}
    except (tarfile.TarError, EOFError) as error:
        raise Missing(f"{path} cannot be read ({error})") from error
