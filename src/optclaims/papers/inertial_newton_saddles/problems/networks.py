r"""Deep linear networks with one output, $\frac12 |w - s|^2$ for the product $w$ of their matrices.

Near 0 two layers have a strict saddle (curvatures $\pm|s|$ and 0); with three layers the Hessian vanishes there.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optclaims.science import domain

__all__ = ["gradient", "loss", "product", "shapes", "unstable_part"]

Array = NDArray[np.float64]


def shapes(layers: int, hidden: int, inputs: int) -> list[tuple[int, int]]:
    """Return the shapes of the matrices, first layer first.

    Raises ValueError for fewer than two layers or sizes below 1.

    >>> shapes(2, 5, 4)
    [(5, 4), (1, 5)]
    """
    middle = domain.integer("layers", layers, low=2, shape=()) - 2
    h, d = domain.integer("hidden", hidden, low=1, shape=()), domain.integer("inputs", inputs, low=1, shape=())
    return [(h, d), *[(h, h)] * middle, (1, h)]


def product(theta: ArrayLike, sizes: Sequence[tuple[int, int]]) -> tuple[Array, list[Array]]:
    """Return the product (runs, inputs) and the matrices, for flat weights theta (runs, parameters).

    Raises ValueError for weights of another length than the sizes ask for.

    Domain: theta signed; sizes any shape, any length.

    >>> product([[2.0, 3.0]], [(1, 1), (1, 1)])[0]
    array([[6.]])
    """
    sizes = [tuple(pair) for pair in domain.integer("sizes", sizes, low=1, shape=(None, 2)).tolist()]
    ends = np.cumsum([rows * columns for rows, columns in sizes])
    theta = np.asarray(domain.finite("theta", theta, (None, int(ends[-1]))))
    parts = np.split(theta, ends[:-1], axis=1)
    matrices = [part.reshape(-1, *size) for part, size in zip(parts, sizes, strict=True)]
    w = matrices[-1]
    for matrix in matrices[-2::-1]:
        w = w @ matrix
    return w[:, 0], matrices


def loss(theta: ArrayLike, sizes: Sequence[tuple[int, int]], target: ArrayLike) -> Array:
    """Return half the squared distance of the product from the target (inputs,), shape (runs,).

    Domain: theta, target signed; sizes any shape, any length.

    >>> loss([[2.0, 3.0]], [(1, 1), (1, 1)], [4.0])
    array([2.])
    """
    return 0.5 * np.sum((product(theta, sizes)[0] - domain.vector("target", target)) ** 2, axis=1)


def gradient(theta: ArrayLike, sizes: Sequence[tuple[int, int]], target: ArrayLike) -> Array:
    """Return the gradient of `loss`, (runs, parameters).

    Domain: theta, target signed; sizes any shape, any length.

    >>> gradient([[2.0, 3.0]], [(1, 1), (1, 1)], [4.0])
    array([[6., 4.]])
    """
    w, matrices = product(theta, sizes)
    residual = (w - domain.vector("target", target))[:, None, :]
    after = [np.broadcast_to(np.eye(1), (len(w), 1, 1))]  # product of the later matrices, last layer first
    for matrix in matrices[:0:-1]:
        after.append(after[-1] @ matrix)
    parts, before = [], None  # product of the earlier matrices
    for matrix, later in zip(matrices, after[::-1], strict=True):
        inner = residual if before is None else residual @ np.swapaxes(before, 1, 2)
        parts.append((np.swapaxes(later, 1, 2) @ inner).reshape(len(w), -1))
        before = matrix if before is None else matrix @ before
    return np.concatenate(parts, axis=1)


def unstable_part(theta: ArrayLike, sizes: Sequence[tuple[int, int]], target: ArrayLike) -> Array:
    r"""Return the part of two layers along the unstable directions at 0, $(W_1 s/|s| + W_2^T)/\sqrt2$, (runs, hidden).

    Raises ValueError for another number of layers and for the target 0.

    Domain: theta, target signed; sizes any shape, any length.

    >>> unstable_part([[1.0, 3.0]], [(1, 1), (1, 1)], [4.0]).round(3)
    array([[2.828]])
    """
    target = domain.vector("target", target)
    norm = domain.positive("target's norm", float(np.linalg.norm(target)))
    _, (first, last) = product(theta, domain.shape("sizes", np.asarray(sizes), (2, 2)))
    return (first @ (target / norm) + last[:, 0]) / np.sqrt(2)
