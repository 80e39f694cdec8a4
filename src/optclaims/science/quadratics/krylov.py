r"""Methods that choose their steps from the gradients: conjugate gradients, steepest descent, BFGS and L-BFGS.

On ``L(w) = 1/2 (w - w*)^T H (w - w*)`` with exact line search the last three of them and a heavy ball with the right
coefficients are one method: the least loss in the span of the gradients so far (Krylov space).
Sources: Nocedal and Wright 2006, chapters 5 to 7 (recalled); Benning 2021, chapter on other methods.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optclaims.science import domain

__all__ = ["bfgs", "conjugate_gradients", "conjugate_momentum", "losses", "steepest_descent"]

Array = NDArray[np.float64]


def losses(hessian: ArrayLike, errors: ArrayLike) -> Array:
    r"""Return ``1/2 e^T H e``; hessian (d, d), or its diagonal (d,); errors (..., d).

    Raises ValueError for shapes that do not fit.
    Domain: errors signed, any shape, any length.

    >>> losses([1.0, 4.0], [[1.0, 1.0], [2.0, 0.0]])
    array([2.5, 2. ])
    """
    errors = np.asarray(domain.finite("errors", errors, (..., None)), dtype=float)
    H = _hessian(hessian, errors.shape[-1])
    return 0.5 * np.sum(errors * _times(H, errors), axis=-1)


def conjugate_gradients(hessian: ArrayLike, start: ArrayLike, steps: int, sign: float = 1.0) -> Array:
    r"""Return ``w_n - w*`` for n = 0 .. steps, shape (steps + 1, d), by conjugate directions.

    ``d_n = g_n + (|g_n|^2 / |g_{n-1}|^2) d_{n-1}`` and exact line search along ``-d_n``. ``sign=-1`` is the slip of
    a printed minus in ``d_n``. hessian: symmetric positive, (d, d) or its diagonal (d,); start: ``w_0 - w*``, (d,).
    A gradient of exactly 0 ends the run, its last point is repeated. Raises ValueError for shapes that do not fit.
    Domain: start, sign signed.

    >>> conjugate_gradients([1.0, 4.0], [4.0, 1.0], 2).round(12) + 0.0
    array([[ 4. ,  1. ],
           [ 2.4, -0.6],
           [ 0. ,  0. ]])
    """
    H, e = _arguments(hessian, start)
    sign = domain.finite("sign", sign, ())
    out, direction, before = [e], np.zeros_like(e), np.inf
    for _ in range(domain.integer("steps", steps, low=0, shape=())):
        g = _times(H, e)
        if not g.any():
            break
        direction, before = g + sign * (g @ g / before) * direction, g @ g
        e = _line_search(H, e, g, direction)
        out.append(e)
    return _padded(out, steps)


def conjugate_momentum(hessian: ArrayLike, start: ArrayLike, steps: int) -> Array:
    r"""Return the same points as a heavy ball: momentum ``h_n |g_n|^2 / (h_{n-1} |g_{n-1}|^2)``, lr ``h_n``.

    ``h_n`` is the exact line search along ``d_n``, which is known from the last move: ``d_n = g_n + (|g_n|^2 /
    |g_{n-1}|^2) (w_{n-1} - w_n) / h_{n-1}``. Arguments and errors as for `conjugate_gradients`.
    Domain: start signed.

    >>> H, start = [1.0, 3.0, 5.0], [1.0, 1.0, 1.0]
    >>> np.allclose(conjugate_momentum(H, start, 3), conjugate_gradients(H, start, 3))
    True
    """
    H, e = _arguments(hessian, start)
    out, move, lr, before = [e], np.zeros_like(e), 1.0, np.inf
    for _ in range(domain.integer("steps", steps, low=0, shape=())):
        g = _times(H, e)
        square = g @ g
        if not square:
            break
        direction = g - square / before * move / lr
        new_lr = g @ direction / (direction @ _times(H, direction))
        move = new_lr * square / (lr * before) * move - new_lr * g
        e, lr, before = e + move, new_lr, square
        out.append(e)
    return _padded(out, steps)


def steepest_descent(hessian: ArrayLike, start: ArrayLike, steps: int) -> Array:
    r"""Return the points of gradient descent with exact line search, ``h = |g|^2 / g^T H g``; shape (steps + 1, d).

    Arguments and errors as for `conjugate_gradients`.
    Domain: start signed.

    >>> steepest_descent([1.0, 4.0], [4.0, 1.0], 1)
    array([[ 4. ,  1. ],
           [ 2.4, -0.6]])
    """
    H, e = _arguments(hessian, start)
    out = [e]
    for _ in range(domain.integer("steps", steps, low=0, shape=())):
        g = _times(H, e)
        if not g.any():
            break
        e = _line_search(H, e, g, g)
        out.append(e)
    return _padded(out, steps)


def bfgs(hessian: ArrayLike, start: ArrayLike, steps: int, memory: int | None = None) -> Array:
    r"""Return the points of BFGS with exact line search from the identity; shape (steps + 1, d).

    memory: number of pairs that L-BFGS keeps (two-loop recursion with unit scaling); None keeps all, which is BFGS.
    Other arguments and errors as for `conjugate_gradients`.
    Domain: start signed.

    >>> H, start = [1.0, 3.0, 5.0], [1.0, 1.0, 1.0]
    >>> np.allclose(bfgs(H, start, 2, memory=1), conjugate_gradients(H, start, 2))
    True
    """
    H, e = _arguments(hessian, start)
    keep = steps if memory is None else domain.integer("memory", memory, low=1, shape=())
    out, g, pairs = [e], _times(H, e), []
    for _ in range(domain.integer("steps", steps, low=0, shape=())):
        if not g.any():
            break
        new = _line_search(H, e, g, _two_loops(g, pairs))
        change = _times(H, new) - g
        pairs = [*pairs, (new - e, change)][-keep:]
        e, g = new, g + change
        out.append(e)
    return _padded(out, steps)


def _two_loops(g: Array, pairs: list[tuple[Array, Array]]) -> Array:
    """Inverse Hessian estimate times g, from pairs of moves and gradient changes, oldest first."""
    weights = []
    for s, y in reversed(pairs):
        weights.append(s @ g / (s @ y))
        g = g - weights[-1] * y
    for (s, y), weight in zip(pairs, reversed(weights), strict=True):
        g = g + (weight - y @ g / (s @ y)) * s
    return g


def _line_search(H: Array, e: Array, g: Array, direction: Array) -> Array:
    return e - g @ direction / (direction @ _times(H, direction)) * direction


def _times(H: Array, e: Array) -> Array:
    return H * e if H.ndim == 1 else e @ H.T


def _arguments(hessian: ArrayLike, start: ArrayLike) -> tuple[Array, Array]:
    e = np.asarray(domain.vector("start", start), dtype=float)
    return _hessian(hessian, len(e)), e


def _hessian(hessian: ArrayLike, d: int) -> Array:
    H = np.asarray(domain.finite("hessian", hessian), dtype=float)
    if H.shape not in ((d,), (d, d)):
        raise ValueError(f"hessian must have shape ({d},) or ({d}, {d}) to fit the start, got {H.shape}")
    return domain.positive("hessian", H) if H.ndim == 1 else domain.covariance("hessian", H)


def _padded(points: list[Array], steps: int) -> Array:
    return np.array(points + [points[-1]] * (steps + 1 - len(points)))
