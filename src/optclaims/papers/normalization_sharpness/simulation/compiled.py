"""Compiled loops over the steps of gradient descent with weight decay, recorded every few steps.

All in float64: at small eps the offset from the minimisers is far below the resolution of float32.
"""

import numpy as np

from optclaims.science import domain
from optclaims.science.kernels import njit


@njit(cache=True)
def _toy_gradient(x, y, z, a):
    """Gradient of L(w) = (1 + a y^2 / |w|^2) z^2 / (2 |w|^2)."""
    square = x * x + y * y + z * z
    Y, Z = y * y / square, z * z / square
    kappa = 1 + a * Y
    radial = a * Y * Z + kappa * Z
    return -x * radial / square, y * (a * Z - radial) / square, z * (kappa - radial) / square


@njit(cache=True)
def _toy(w, a, lr, wd, steps, every, out):
    x, y, z = w
    for t in range(steps):
        if t % every == 0:
            out[t // every, 0], out[t // every, 1], out[t // every, 2] = x, y, z
        gx, gy, gz = _toy_gradient(x, y, z, a)
        x, y, z = (1 - lr * wd) * x - lr * gx, (1 - lr * wd) * y - lr * gy, (1 - lr * wd) * z - lr * gz


@njit(cache=True)
def _toy_rms(theta, v, a, rate, beta, steps, every, out):
    x, y, z = theta
    for t in range(steps):
        if t % every == 0:
            out[t // every, 0], out[t // every, 1], out[t // every, 2] = x, y, z
        gx, gy, gz = _toy_gradient(x, y, z, a)
        step = rate / np.sqrt(v)
        v = beta * v + (1 - beta) * (gx * gx + gy * gy + gz * gz)
        x, y, z = x - step * gx, y - step * gy, z - step * gz
        norm = np.sqrt(x * x + y * y + z * z)
        x, y, z = x / norm, y / norm, z / norm


@njit(cache=True)
def _regression(w, covariance, correlation, lr, wd, steps, every, out):
    d = len(w)
    image = np.empty(d)
    for t in range(steps):
        if t % every == 0:
            out[t // every] = w
        square, projection = 0.0, 0.0
        for i in range(d):
            total = 0.0
            for j in range(d):
                total += covariance[i, j] * w[j]
            image[i] = total
            square += w[i] * total
            projection += correlation[i] * w[i]
        q = np.sqrt(square)
        for i in range(d):
            gradient = -2 * (correlation[i] / q - projection * image[i] / (q * square))
            w[i] = (1 - lr * wd) * w[i] - lr * gradient


def _records(steps: int, every: int, dimensions: int) -> tuple[int, int, np.ndarray]:
    steps, every = domain.integer("steps", steps, 1, shape=()), domain.integer("every", every, 1, shape=())
    return steps, every, np.empty(((steps - 1) // every + 1, dimensions))


def _finished(out: np.ndarray, lr: float) -> np.ndarray:
    if not np.isfinite(out[-1]).all():
        raise FloatingPointError(f"the iterates overflowed with lr = {lr:g}; take a smaller learning rate")
    return out


def _check_descent(w: np.ndarray, lr: float, wd: float, dimensions: int) -> np.ndarray:
    """Return a start of the right shape that is not the origin, where a scale-invariant loss has no value."""
    domain.positive("lr", lr, ()), domain.nonnegative("wd", wd, ())
    w = np.array(domain.vector("w", w, dimensions))
    domain.positive("length of w", float(np.linalg.norm(w)))
    return w


def toy(w: np.ndarray, a: float, *, lr: float, wd: float, steps: int, every: int = 1) -> np.ndarray:
    r"""Run gradient descent with weight decay on $L(w) = \tfrac12 (1 + a y^2/|w|^2)\, z^2/|w|^2$.

    Returns the iterates (records, 3) before the steps 0, every, 2 every, ... Raises FloatingPointError on overflow,
    ValueError unless lr > 0, wd and a >= 0, steps and every >= 1, and w is finite, (3,) and not the origin.
    Domain: w signed.

    >>> toy(np.array([1.0, 0.0, 0.0]), 8.0, lr=0.5, wd=0.2, steps=2)  # on the minimisers: weight decay alone
    array([[1. , 0. , 0. ],
           [0.9, 0. , 0. ]])
    """
    w, a = _check_descent(w, lr, wd, 3), domain.nonnegative("a", a, ())
    steps, every, out = _records(steps, every, 3)
    _toy(w, float(a), float(lr), float(wd), steps, every, out)
    return _finished(out, lr)


def toy_gradient(w: np.ndarray, a: float) -> np.ndarray:
    """Return the gradient (..., 3) of the toy at iterates (..., 3), none of them the origin.

    Domain: w signed any shape.

    >>> toy_gradient([0.0, 1.0, 0.0], 8.0)
    array([-0.,  0.,  0.])
    """
    w, a = domain.finite("w", w, (..., 3)), domain.nonnegative("a", a, ())
    domain.positive("length of w", np.linalg.norm(w, axis=-1))
    flat = w.reshape(-1, 3)
    return np.array([_toy_gradient(*row, a) for row in flat]).reshape(w.shape)


def toy_rms(
    theta: np.ndarray, v: float, a: float, *, rate: float, beta: float, steps: int, every: int = 1
) -> np.ndarray:
    r"""Run scalar RMSprop on the sphere on the toy: $\theta' = \Pi(\theta - \tfrac{\eta}{\sqrt v}\nabla L)$, then v.

    $v' = \beta v + (1 - \beta) \|\nabla L(\theta)\|^2$; theta (3,) of unit length. Returns (records, 3).
    Raises ValueError unless v and rate > 0, 0 <= beta <= 1, a >= 0, steps and every >= 1.

    >>> toy_rms(np.array([1.0, 0.0, 0.0]), 1.0, 8.0, rate=0.1, beta=0.9, steps=1)
    array([[1., 0., 0.]])
    """
    domain.vector("theta", theta, 3), domain.positive("rate", rate, ())
    theta, a = _check_descent(theta, rate, 0.0, 3), domain.nonnegative("a", a, ())
    domain.positive("v", v, ()), domain.probability("beta", beta, "[]", ())
    domain.within("length of theta", float(np.linalg.norm(theta)), 1 - 1e-9, 1 + 1e-9)
    steps, every, out = _records(steps, every, 3)
    _toy_rms(theta, float(v), float(a), float(rate), float(beta), steps, every, out)
    return _finished(out, rate)


def regression(
    w: np.ndarray, covariance: np.ndarray, correlation: np.ndarray, *, lr: float, wd: float, steps: int, every: int = 1
) -> np.ndarray:
    r"""Run gradient descent with weight decay on linear regression with batch normalisation.

    $\nabla L = -2 (b / q - (b^\top w)\, \Sigma w / q^3)$ with $q^2 = w^\top \Sigma w$; w (d,), Sigma (d, d), b (d,).
    Returns (records, d). Raises FloatingPointError on overflow, ValueError for shapes that do not fit, w with
    $w^\top \Sigma w = 0$, and numbers as `toy`.
    Domain: w, correlation signed.

    >>> regression(np.ones(2), np.eye(2), np.ones(2), lr=0.5, wd=0.2, steps=2)  # at the minimum
    array([[1. , 1. ],
           [0.9, 0.9]])
    """
    w = _check_descent(w, lr, wd, len(w))
    covariance, correlation = _moments(covariance, correlation, len(w))
    domain.positive("w' covariance w", float(w @ covariance @ w))
    steps, every, out = _records(steps, every, len(w))
    _regression(w, covariance, correlation, float(lr), float(wd), steps, every, out)
    return _finished(out, lr)


def _moments(covariance: np.ndarray, correlation: np.ndarray, d: int) -> tuple[np.ndarray, np.ndarray]:
    covariance = domain.shape("covariance", domain.symmetric("covariance", covariance), (d, d))
    return np.ascontiguousarray(covariance), np.ascontiguousarray(domain.vector("correlation", correlation, d))


def regression_gradient(w: np.ndarray, covariance: np.ndarray, correlation: np.ndarray) -> np.ndarray:
    """Return the gradient (..., d) of the regression loss at iterates (..., d).

    Domain: w signed any shape; correlation signed.

    >>> bool(np.abs(regression_gradient(np.ones(2), np.eye(2), np.ones(2))).max() < 1e-12)
    True
    """
    w = domain.finite("w", w, (..., None))
    covariance, correlation = _moments(covariance, correlation, w.shape[-1])
    image = w @ covariance
    square = domain.positive("w' covariance w", np.sum(image * w, axis=-1, keepdims=True))
    projection = (w @ correlation)[..., None]
    return -2 * (correlation - projection * image / square) / np.sqrt(square)
