"""Compiled loops over the steps of gradient descent with weight decay, recorded every few steps.

All in float64: at small eps the offset from the minimisers is far below the resolution of float32.
"""

import numpy as np

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


def _recorded(steps: int, every: int, dimensions: int) -> np.ndarray:
    if steps < 1 or every < 1:
        raise ValueError(f"steps and every must be at least 1, got {steps} and {every}")
    return np.empty(((steps - 1) // every + 1, dimensions))


def _require_finite(out: np.ndarray, lr: float) -> np.ndarray:
    if not np.isfinite(out[-1]).all():
        raise FloatingPointError(f"the iterates overflowed with lr = {lr:g}; take a smaller learning rate")
    return out


def toy(w: np.ndarray, a: float, *, lr: float, wd: float, steps: int, every: int = 1) -> np.ndarray:
    r"""Run gradient descent with weight decay on $L(w) = \tfrac12 (1 + a y^2/|w|^2)\, z^2/|w|^2$.

    Returns the iterates (records, 3) before the steps 0, every, 2 every, ... Raises FloatingPointError on overflow.
    """
    out = _recorded(steps, every, 3)
    _toy(np.asarray(w, float), float(a), float(lr), float(wd), steps, every, out)
    return _require_finite(out, lr)


def toy_gradient(w: np.ndarray, a: float) -> np.ndarray:
    """Return the gradient (..., 3) of the toy at iterates (..., 3)."""
    w = np.asarray(w, float)
    flat = w.reshape(-1, 3)
    return np.array([_toy_gradient(*row, a) for row in flat]).reshape(w.shape)


def toy_rms(
    theta: np.ndarray, v: float, a: float, *, rate: float, beta: float, steps: int, every: int = 1
) -> np.ndarray:
    r"""Run scalar RMSprop on the sphere on the toy: $\theta' = \Pi(\theta - \tfrac{\eta}{\sqrt v}\nabla L)$, then v.

    $v' = \beta v + (1 - \beta) \|\nabla L(\theta)\|^2$; theta (3,) of unit length. Returns (records, 3).
    """
    out = _recorded(steps, every, 3)
    _toy_rms(np.asarray(theta, float), float(v), float(a), float(rate), float(beta), steps, every, out)
    return _require_finite(out, rate)


def regression(
    w: np.ndarray, covariance: np.ndarray, correlation: np.ndarray, *, lr: float, wd: float, steps: int, every: int = 1
) -> np.ndarray:
    r"""Run gradient descent with weight decay on linear regression with batch normalisation.

    $\nabla L = -2 (b / q - (b^\top w)\, \Sigma w / q^3)$ with $q^2 = w^\top \Sigma w$; w (d,), Sigma (d, d), b (d,).
    Returns (records, d). Raises FloatingPointError on overflow.
    """
    out = _recorded(steps, every, len(w))
    _regression(np.array(w, float), covariance, correlation, float(lr), float(wd), steps, every, out)
    return _require_finite(out, lr)


def regression_gradient(w: np.ndarray, covariance: np.ndarray, correlation: np.ndarray) -> np.ndarray:
    """Return the gradient (..., d) of the regression loss at iterates (..., d)."""
    image = w @ covariance
    square = np.sum(image * w, axis=-1, keepdims=True)
    projection = (w @ correlation)[..., None]
    return -2 * (correlation - projection * image / square) / np.sqrt(square)
