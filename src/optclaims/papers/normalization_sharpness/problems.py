"""The problems: starts on the toy, and linear regression with batch normalisation in its natural coordinates."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from optclaims.science import domain

__all__ = ["Regression", "gaussian_rmse", "linear_target", "random_labels", "toy_start"]


def toy_start(angle: float, a: float, offset: float, *, lr: float, eps: float, product: float = 2.0) -> np.ndarray:
    r"""Return w (3,) of the toy with rate * lambda_1 = product, at an offset from the equator of minimisers.

    $w = r (\cos\phi \sqrt{1 - x^2}, \sin\phi \sqrt{1 - x^2}, x)$ with $r^2 = \hat\eta \lambda_1 / ((1-\epsilon)\,
    e_0)$. Raises ValueError unless 0 < |offset| < 1 (at 0 the loss is at machine zero, and the edge would be passed
    unseen), lr and product > 0, 0 <= eps < 1 and a >= 0.
    Domain: angle, offset signed.

    >>> w = toy_start(0.0, 8.0, 0.6, lr=1.0, eps=0.0, product=1.0)
    >>> w.round(12)
    array([0.8, 0. , 0.6])
    """
    domain.finite("angle", angle, ()), domain.nonnegative("a", a, ())
    _check_start(offset, lr, eps, product)
    sharpness = 1 + a * np.sin(angle) ** 2
    radius = np.sqrt(lr * sharpness / ((1 - eps) * product))
    flat = np.sqrt(1 - offset**2)
    return radius * np.array([np.cos(angle) * flat, np.sin(angle) * flat, offset])


def _check_start(offset: float, lr: float, eps: float, product: float) -> None:
    domain.within("|offset|", abs(domain.finite("offset", offset, ())), 0, 1, "()")
    domain.positive("lr", lr, ()), domain.positive("product", product, ())
    domain.probability("eps", eps, "[)", ())


@dataclass(frozen=True)
class Regression:
    r"""Linear regression with batch normalisation, $L = \tfrac1n \|Xw / \sqrt{w^\top\Sigma w} - y\|^2$.

    covariance: (d, d) $\Sigma = X^\top X / n$; correlation: (d,) $b = X^\top y / n$; interpolant: (d,) minimum-norm
    solution $w^* = X^+ y$; flattest: $2 \mu \|w^*\|^2$ with $\mu = \lambda_\max(\Sigma - b b^\top)$; oscillating:
    (d,) its eigenvector, the top one of the Hessian on every minimiser; null: (d,) a unit vector in the kernel of X.

    Raises ValueError for shapes that do not fit, a matrix that is no covariance and a flattest that is not positive.
    Domain: correlation, interpolant, oscillating, null signed.

    >>> problem = Regression(np.diag([1.0, 1.0, 0.0]), np.eye(3)[0], np.eye(3)[0], 2.0, np.eye(3)[1], null=np.eye(3)[2])
    >>> problem.start(np.pi / 4, 0.6, lr=1.0, eps=0.0).round(3)
    array([0.8  , 0.849, 0.8  ])
    >>> problem.tangent([1.0, 5.0, 2.0])
    np.float64(2.0)
    """

    covariance: np.ndarray
    correlation: np.ndarray
    interpolant: np.ndarray
    flattest: float
    oscillating: np.ndarray
    null: np.ndarray

    def __post_init__(self) -> None:
        d = len(domain.covariance("covariance", self.covariance, definite=False))
        for name in ("correlation", "interpolant", "oscillating", "null"):
            domain.vector(name, getattr(self, name), d)
        domain.positive("flattest", self.flattest, ())

    @classmethod
    def from_data(cls, X: np.ndarray, y: np.ndarray, rng: np.random.Generator) -> "Regression":
        """Centre X (n, d), standardise y (n,) and choose a random direction of the kernel; needs n <= d.

        Raises ValueError where y cannot be interpolated (then there is no manifold of minimisers), where it is
        constant, and where the centred X has no kernel (then the minimiser is one point, as for n = d + 1).
        """
        X, y = domain.finite("X", X, ("n", "d")), domain.finite("y", y, (len(X),))
        X, y, spread = X - X.mean(axis=0), y - y.mean(), y.std()
        y = y / domain.positive("standard deviation of y", spread)
        n, d = X.shape
        if np.linalg.matrix_rank(X) == d:
            raise ValueError(f"the {n} centred rows of {d} features must leave a kernel, got rank {d}")
        inverse = np.linalg.pinv(X)
        interpolant = inverse @ y
        if np.abs(X @ interpolant - y).max() > 1e-8:
            raise ValueError(
                f"{n} labels are not interpolated with {d} features; need n <= d and features of full rank"
            )
        covariance, correlation = X.T @ X / n, X.T @ y / n
        values, vectors = np.linalg.eigh(covariance - np.outer(correlation, correlation))
        free = rng.standard_normal(d)
        free -= inverse @ (X @ free)
        flattest = 2 * values[-1] * interpolant @ interpolant
        return cls(covariance, correlation, interpolant, flattest, vectors[:, -1], free / np.linalg.norm(free))

    def start(self, angle: float, offset: float, *, lr: float, eps: float, product: float = 2.0) -> np.ndarray:
        """Return w (d,) at an angle from the interpolant, displaced along the top eigenvector, at the given edge
        product.

        Raises ValueError as `toy_start`, and unless |angle| < pi/2: minimisers fill an open hemisphere.
        Domain: angle, offset signed.
        """
        domain.within("angle", angle, -np.pi / 2, np.pi / 2, "()", ())
        _check_start(offset, lr, eps, product)
        direction = self.interpolant / np.linalg.norm(self.interpolant)
        minimiser = np.cos(angle) * direction + np.sin(angle) * self.null
        theta = np.sqrt(1 - offset**2) * minimiser + offset * self.oscillating
        sharpness = self.flattest * (1 + np.tan(angle) ** 2)
        return theta * np.sqrt(lr * sharpness / ((1 - eps) * product))

    def tangent(self, w: ArrayLike) -> np.ndarray:
        """Return tan(alpha) of iterates (..., d): the length outside the interpolant and the top eigenvector over that
        along the interpolant.

        Domain: w signed, any shape.
        """
        w = domain.finite("w", w, (..., len(self.null)))
        direction = self.interpolant / np.linalg.norm(self.interpolant)
        along = w @ direction
        rest = w - along[..., None] * direction - (w @ self.oscillating)[..., None] * self.oscillating
        return np.linalg.norm(rest, axis=-1) / along


def random_labels(n: int, d: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return X (n, d) and y (n,), both standard normal and independent.

    >>> [array.shape for array in random_labels(3, 5, np.random.default_rng(0))]
    [(3, 5), (3,)]
    """
    n, d, rng = domain.integer("n", n, 1, shape=()), domain.integer("d", d, 1, shape=()), domain.generator("rng", rng)
    return rng.standard_normal((n, d)), rng.standard_normal(n)


def linear_target(n: int, d: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return X (n, d), y = X beta without noise, and beta (d,), all Gaussian.

    >>> X, y, beta = linear_target(3, 5, np.random.default_rng(0))
    >>> bool(np.allclose(y, X @ beta))
    True
    """
    n, d, rng = domain.integer("n", n, 1, shape=()), domain.integer("d", d, 1, shape=()), domain.generator("rng", rng)
    X, beta = rng.standard_normal((n, d)), rng.standard_normal(d)
    return X, X @ beta, beta


def gaussian_rmse(w: ArrayLike, data: Regression, X: np.ndarray, y: np.ndarray, beta: np.ndarray) -> np.ndarray:
    r"""Return the root mean square test error (...,) of iterates w (..., d) for fresh Gaussian x and labels beta' x.

    The prediction is $\bar y + \sigma_y (x - \bar x)^\top w / \sqrt{w^\top\Sigma w}$ with the training mean and
    standard deviation; with $\Delta = \sigma_y w / \sqrt{w^\top\Sigma w} - \beta$ the error is
    $\sqrt{\|\Delta\|^2 + (\bar x^\top\Delta)^2}$.

    Domain: w signed, any shape; X, y, beta signed.

    >>> rng = np.random.default_rng(0)
    >>> X, y, beta = linear_target(5, 9, rng)
    >>> data = Regression.from_data(X, y, rng)
    >>> bool(gaussian_rmse(data.interpolant, data, X, y, beta) < np.linalg.norm(beta))
    True
    """
    X = domain.finite("X", X, (None, len(data.null)))
    y, beta = domain.vector("y", y, len(X)), domain.vector("beta", beta, X.shape[1])
    w = domain.finite("w", w, (..., X.shape[1]))
    spread = np.sqrt(np.einsum("...i,ij,...j->...", w, data.covariance, w))
    difference = w * (y.std() / spread)[..., None] - beta
    return np.sqrt((difference**2).sum(axis=-1) + (difference @ X.mean(axis=0)) ** 2)
