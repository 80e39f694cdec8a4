r"""Gradients of a small convolutional network for all runs of an arm, compiled: torch is far slower at this size.

One convolution with 3 x 3 kernels at every second pixel, relu, and a dense layer. Of an image it needs the
neighbourhoods of these pixels, its patches: the convolution is a dense layer that all patches share.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optclaims.science import domain
from optclaims.science.kernels import njit

__all__ = ["gradient", "patches", "scores", "size"]

f32 = np.float32
FAST = {"reassoc", "contract", "nsz", "arcp"}  # but NaN and infinity stay what they are
TAPS = 9


def size(squares: int, filters: int, classes: int) -> int:
    """Number of parameters of the network on images of so many patches: kernels, their biases, dense layer, biases.

    >>> size(16, 8, 10)
    1370
    """
    squares, filters = (domain.integer(n, v, low=1, shape=()) for n, v in (("squares", squares), ("filters", filters)))
    return int((TAPS + 1) * filters + (squares * filters + 1) * domain.integer("classes", classes, low=1, shape=()))


def patches(images: ArrayLike) -> NDArray[np.float32]:
    """The 3 x 3 neighbourhoods (n, squares, 9) of every second pixel of images (n, height, width), zeros around them.

    Domain: images signed.

    >>> patches(np.eye(2)[None])[0, 0].reshape(3, 3)
    array([[0., 0., 0.],
           [0., 1., 0.],
           [0., 0., 1.]], dtype=float32)
    """
    images = np.asarray(domain.finite("images", images, (None, None, None)), f32)
    wide = np.pad(images, ((0, 0), (1, 1), (1, 1)))
    found = np.lib.stride_tricks.sliding_window_view(wide, (3, 3), axis=(1, 2))[:, ::2, ::2]
    return np.ascontiguousarray(found.reshape(len(images), -1, TAPS))


def gradient(
    theta: ArrayLike, x: ArrayLike, y: ArrayLike, rows: ArrayLike, filters: int, classes: int
) -> NDArray[np.float32]:
    """Gradients (runs, parameters) of the mean cross-entropy of a step, rows (runs, batch) of x.

    theta: (runs, parameters);  x: `patches` of the images (n, squares, 9);  y: classes (n,)

    Domain: theta, x signed; rows any length.

    >>> x = patches(np.ones((1, 2, 2)))
    >>> gradient(np.zeros((1, 14)), x, [0], [[0]], filters=1, classes=2)[0, -2:]
    array([-0.5,  0.5], dtype=float32)
    """
    x = np.ascontiguousarray(domain.finite("x", np.asarray(x), (None, None, TAPS)), f32)
    theta = domain.finite("theta", theta, (None, size(x.shape[1], filters, classes)))
    theta = np.ascontiguousarray(theta, f32)
    y = domain.integer("y", np.asarray(y), 0, classes - 1, (len(x),))
    rows = domain.integer("rows", np.asarray(rows), 0, len(x) - 1, (len(theta), None))
    out = np.zeros_like(theta)
    _gradients(theta, x, y, rows, int(filters), int(classes), out)
    return out


def scores(theta: ArrayLike, x: ArrayLike, filters: int, classes: int) -> Iterator[NDArray[np.float32]]:
    """Yield the outputs (n, classes) of each network of theta (runs, parameters) on x, `patches` (n, squares, 9).

    Domain: theta, x signed; theta infinite; theta NaN.

    >>> next(scores(np.zeros((1, 14)), patches(np.ones((1, 2, 2))), filters=1, classes=2))
    array([[0., 0.]], dtype=float32)
    """
    x = np.asarray(domain.finite("x", np.asarray(x), (None, None, TAPS)), f32)
    theta = domain.shape("theta", np.asarray(theta, f32), (None, size(x.shape[1], filters, classes)))
    return (_scores(weights, x, int(filters), int(classes)) for weights in theta)


def _scores(weights: NDArray, x: NDArray, filters: int, classes: int) -> NDArray[np.float32]:
    cut = (TAPS + 1) * filters
    kernel, dense = weights[:cut].reshape(TAPS + 1, filters), weights[cut:].reshape(-1, classes)
    features = x.reshape(-1, TAPS) @ kernel[:-1]
    features += kernel[-1]
    np.maximum(features, 0, out=features)
    return features.reshape(len(x), -1) @ dense[:-1] + dense[-1]


@njit(cache=True, error_model="numpy", fastmath=FAST)
def _gradients(theta, x, y, rows, filters, classes, out):
    """Gradients of one step of every run, added to out."""
    runs, batch = rows.shape
    squares, units, cut = x.shape[1], x.shape[1] * filters, (TAPS + 1) * filters
    taken, held = np.empty((batch, squares, TAPS), f32), np.empty((batch * squares, filters), f32)
    back, delta = np.empty((batch, units), f32), np.empty((batch, classes), f32)
    patch, below, features = taken.reshape(-1, TAPS), back.reshape(-1, filters), held.reshape(batch, units)
    for run in range(runs):
        w, g = theta[run], out[run]
        dense = w[cut : cut + units * classes].reshape(units, classes)
        for s in range(batch):
            taken[s] = x[rows[run, s]]
        np.dot(patch, w[: TAPS * filters].reshape(TAPS, filters), held)
        for i in range(len(held)):
            for f in range(filters):
                held[i, f] = max(held[i, f] + w[TAPS * filters + f], f32(0))
        np.dot(features, dense, delta)
        for s in range(batch):
            _softmax(delta[s], w[-classes:], y[rows[run, s]], f32(1) / f32(batch), g[-classes:])
        np.dot(features.T, delta, g[cut : cut + units * classes].reshape(units, classes))
        np.dot(delta, dense.T, back)
        for i in range(len(held)):
            for f in range(filters):
                below[i, f] = below[i, f] if held[i, f] > 0 else f32(0)
                g[TAPS * filters + f] += below[i, f]
        np.dot(patch.T, below, g[: TAPS * filters].reshape(TAPS, filters))


@njit(inline="always")
def _softmax(row, shift, label, share, g):
    """Turn the outputs of a sample, shift to be added, into the gradient by them of its share of the loss; sum in g."""
    top, total = row[0] + shift[0], f32(0)
    for c in range(len(row)):
        row[c] += shift[c]
        top = max(top, row[c])
    for c in range(len(row)):
        row[c] = np.exp(row[c] - top)
        total += row[c]
    for c in range(len(row)):
        row[c] *= share / total
    row[label] -= share
    for c in range(len(row)):
        g[c] += row[c]
