import gzip
import hashlib
import io
import pickle
import tarfile

import numpy as np
import pooch
import pytest
import sklearn.datasets

from optclaims.science import datasets


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("OPTCLAIMS_DATA", str(tmp_path))
    return tmp_path


@pytest.fixture(autouse=True)
def offline(monkeypatch):
    def refuse(url, known_hash, fname, path):
        raise OSError(f"no route to {url}")

    monkeypatch.setattr(pooch, "retrieve", refuse)


def idx(array):
    header = b"\0\0\x08" + bytes([array.ndim]) + b"".join(n.to_bytes(4, "big") for n in array.shape)
    return header + array.astype(np.uint8).tobytes()


@pytest.fixture
def tiny_mnist(monkeypatch):
    """Four fabricated files in MNIST's format, whose checksums stand in for the published ones."""
    rng = np.random.default_rng(0)
    arrays = [rng.integers(256, size=shape) for shape in ((6, 28, 28), (6,), (2, 28, 28), (2,))]
    contents = {name: idx(array) for name, array in zip(datasets.MNIST_SHA256, arrays, strict=True)}
    sums = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
    monkeypatch.setattr(datasets, "MNIST_SHA256", sums)
    return arrays, contents


def write_mnist(folder, contents, compressed=True):
    (folder / "mnist").mkdir(exist_ok=True)
    for name, content in contents.items():
        path = folder / "mnist" / (f"{name}.gz" if compressed else name)
        path.write_bytes(gzip.compress(content, compresslevel=1) if compressed else content)


def batch(n, seed):
    rng = np.random.default_rng(seed)
    return {b"data": rng.integers(256, size=(n, 3072), dtype=np.uint8), b"labels": list(rng.integers(10, size=n))}


def plain(content):
    return {**content, b"labels": [int(label) for label in content[b"labels"]]}


def test_digits_are_the_bundled_ones():
    X, y = datasets.digits()
    assert X.shape == (1797, 64) and X.dtype == np.float64 and y.dtype == np.int64
    assert X.min() == 0 and X.max() == 1 and set(y) == set(range(10))
    known, labels = sklearn.datasets.load_digits(return_X_y=True)
    np.testing.assert_array_equal(X, known / 16)
    np.testing.assert_array_equal(y, labels)


def test_the_data_directory_is_data_unless_the_environment_says_otherwise(monkeypatch, tmp_path):
    monkeypatch.delenv("OPTCLAIMS_DATA", raising=False)
    assert str(datasets.directory()) == "data"
    monkeypatch.setenv("OPTCLAIMS_DATA", str(tmp_path))
    assert datasets.directory() == tmp_path


@pytest.mark.parametrize("compressed", [True, False])
def test_mnist_is_read_whoever_compressed_it(folder, tiny_mnist, compressed):
    arrays, contents = tiny_mnist
    write_mnist(folder, contents, compressed)
    train_X, train_y, test_X, test_y = datasets.mnist()
    np.testing.assert_array_equal(train_X, (arrays[0].reshape(6, 784) / 255).astype(np.float32))
    np.testing.assert_array_equal(train_y, arrays[1])
    assert test_X.shape == (2, 784) and test_y.dtype == np.int64


def test_one_changed_pixel_is_not_mnist(folder, tiny_mnist):
    _, contents = tiny_mnist
    name = "train-images-idx3-ubyte"
    write_mnist(folder, {**contents, name: contents[name][:-1] + bytes([contents[name][-1] ^ 1])})
    with pytest.raises(datasets.Missing, match="SHA-256"):
        datasets.mnist()


def test_a_truncated_file_is_missing_data_not_a_crash(folder, tiny_mnist):
    _, contents = tiny_mnist
    write_mnist(folder, contents)
    path = folder / "mnist" / "t10k-images-idx3-ubyte.gz"
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(datasets.Missing, match="cannot be read"):
        datasets.mnist()


def test_without_files_and_network_the_reason_says_both(folder):
    with pytest.raises(datasets.Missing, match=r"MNIST is not in .* could not be downloaded .*OSError at https"):
        datasets.mnist()
    with pytest.raises(datasets.Missing, match=r"CIFAR-10 is not in .* could not be downloaded"):
        datasets.cifar10()


def test_mnist_is_downloaded_into_the_data_directory(folder, tiny_mnist, monkeypatch):
    _, contents = tiny_mnist

    def retrieve(url, known_hash, fname, path):
        path.mkdir(parents=True, exist_ok=True)
        (path / fname).write_bytes(gzip.compress(contents[fname.removesuffix(".gz")]))

    monkeypatch.setattr(pooch, "retrieve", retrieve)
    datasets.mnist()
    assert sorted(p.name for p in (folder / "mnist").iterdir()) == sorted(f"{name}.gz" for name in contents)


def test_a_download_with_another_checksum_is_missing_data(folder, monkeypatch):
    def retrieve(url, known_hash, fname, path):
        assert known_hash == f"md5:{datasets.CIFAR10_MD5}"
        raise ValueError("MD5 hash of downloaded file does not match")

    monkeypatch.setattr(pooch, "retrieve", retrieve)
    with pytest.raises(datasets.Missing, match="another checksum"):
        datasets.cifar10()


def test_a_partial_cifar_folder_is_accepted(folder):
    (folder / "cifar-10-batches-py").mkdir()
    contents = {
        "data_batch_1": plain(batch(4, 1)),
        "data_batch_3": plain(batch(5, 2)),
        "test_batch": plain(batch(3, 3)),
    }
    for name, content in contents.items():
        (folder / "cifar-10-batches-py" / name).write_bytes(pickle.dumps(content))
    train_X, train_y, test_X, test_y = datasets.cifar10()
    assert train_X.shape == (9, 3, 32, 32) and train_X.dtype == np.float32 and len(test_y) == 3
    np.testing.assert_array_equal(train_y[4:], contents["data_batch_3"][b"labels"])
    red = contents["test_batch"][b"data"][0, :1024].reshape(32, 32)
    np.testing.assert_allclose(test_X[0, 0], red / 255, rtol=1e-6)


def test_training_batches_alone_are_not_enough(folder):
    (folder / "cifar-10-batches-py").mkdir()
    (folder / "cifar-10-batches-py" / "data_batch_1").write_bytes(pickle.dumps(plain(batch(2, 0))))
    with pytest.raises(datasets.Missing, match="test batch"):
        datasets.cifar10()


def test_the_archive_gives_what_the_folder_gives(folder):
    contents = {"data_batch_1": plain(batch(2, 1)), "test_batch": plain(batch(2, 3))}
    with tarfile.open(folder / "cifar-10-python.tar.gz", "w:gz") as archive:
        for name, content in contents.items():
            raw = pickle.dumps(content)
            info = tarfile.TarInfo(f"cifar-10-batches-py/{name}")
            info.size = len(raw)
            archive.addfile(info, io.BytesIO(raw))
    packed = datasets.cifar10()
    (folder / "cifar-10-batches-py").mkdir()
    for name, content in contents.items():
        (folder / "cifar-10-batches-py" / name).write_bytes(pickle.dumps(content))
    for left, right in zip(packed, datasets.cifar10(), strict=True):
        np.testing.assert_array_equal(left, right)


def test_a_batch_that_would_run_code_is_refused(folder):
    class Payload:
        def __reduce__(self):
            return (print, ("this must not run",))

    (folder / "cifar-10-batches-py").mkdir()
    (folder / "cifar-10-batches-py" / "data_batch_1").write_bytes(pickle.dumps({b"data": Payload()}))
    with pytest.raises(datasets.Missing, match="no place"):
        datasets.cifar10()


def test_the_published_pickle_names_are_understood():
    """The published batches were written by Python 2 and name numpy.core, which newer releases have renamed."""
    array = np.arange(6, dtype=np.uint8)
    written = pickle.dumps(array, protocol=3).replace(b"numpy._core.multiarray", b"numpy.core.multiarray")
    np.testing.assert_array_equal(datasets._ArraysOnly(io.BytesIO(written), encoding="bytes").load(), array)
