r"""Bounds, levels and exact means for compressed descent; all constants derived anew, the statements are recalled."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq
from scipy.stats import laplace, norm

from optclaims.science import domain

__all__ = [
    "convex_bound", "density", "gaussian_density", "memory_bound", "memory_level", "minimum_norm", "nonconvex_bound",
    "quadratic_mean", "reflected_mean", "sign_error", "smallest_on_line",
]  # fmt: skip


def density(vectors: ArrayLike) -> NDArray[np.float64]:
    r"""$\phi(v) = \lVert v\rVert_1^2/(d\lVert v\rVert_2^2) \in [1/d, 1]$ of vectors (..., d) that are not 0.

    Domain: vectors signed, any shape, any length.

    >>> density([3.0, -1.0])
    np.float64(0.8)
    """
    v = np.asarray(domain.finite("vectors", vectors), float)
    squares = (v**2).sum(axis=-1)
    domain.positive("vectors", squares)
    return np.abs(v).sum(axis=-1) ** 2 / (v.shape[-1] * squares)


def sign_error(vectors: ArrayLike, sparse: bool = True) -> NDArray[np.float64]:
    r"""$\lVert C(v)-v\rVert^2/\lVert v\rVert^2 = 1 - \phi(v)(2-\rho)$ of the scaled sign, with sign(0) = 0.

    $\rho$ is the share of entries that are not 0; sparse=False takes it for 1.

    Domain: vectors signed, any shape, any length.

    >>> sign_error([3.0, -1.0]), sign_error([3.0, -1.0, 0.0, 0.0]).round(3)
    (np.float64(0.19999999999999996), np.float64(0.4))
    """
    share = (np.asarray(domain.finite("vectors", vectors)) != 0).mean(axis=-1) if sparse else 1.0
    return 1 - density(vectors) * (2 - share)


def gaussian_density(d: int) -> float:
    r"""Mean of $\phi$ over standard normal vectors, $2/\pi + (1-2/\pi)/d$.

    >>> round(gaussian_density(1000), 5)
    0.63698
    """
    return 2 / np.pi + (1 - 2 / np.pi) / domain.integer("d", d, low=1, shape=())


def memory_bound(delta: ArrayLike, lr: ArrayLike, sigma2: ArrayLike) -> NDArray[np.float64]:
    r"""$E\lVert e_t\rVert^2 \le 4(1-\delta)\gamma^2\sigma^2/\delta^2$ (Lemma 3, recalled).

    sigma2: bounds $E\lVert g_t\rVert^2$, the mean included

    Domain: delta, lr, sigma2 any shape.

    >>> float(memory_bound(0.5, 0.1, 1.0).round(6))
    0.08
    """
    delta, lr, sigma2 = _checked(delta, lr, sigma2)
    return 4 * (1 - delta) * lr**2 * sigma2 / delta**2


def nonconvex_bound(
    gap: float, lr: float, L: float, sigma2: float, delta: float, T: int, compressed: bool = True
) -> float:
    r"""Bound of the mean of $\lVert\nabla f(x_t)\rVert^2$ over t = 0..T (Theorem II, recalled, constants derived):

    $$\frac{2(f(x_0)-f^*)}{\gamma(T+1)} + \gamma L\sigma^2 + \frac{4\gamma^2L^2\sigma^2(1-\delta)}{\delta^2}.$$

    compressed=False leaves out the last term.

    >>> round(nonconvex_bound(1.0, 0.1, 1.0, 1.0, 0.5, 19), 6)
    1.18
    """
    gap, L = domain.nonnegative("gap", gap, shape=()), domain.positive("L", L, shape=())
    T = domain.integer("T", T, low=0, shape=())
    delta, lr, sigma2 = _checked(*(np.asarray(a, float) for a in (delta, lr, sigma2)), single=True)
    extra = L**2 * memory_bound(delta, lr, sigma2) if compressed else 0.0
    return float(2 * gap / (lr * (T + 1)) + lr * L * sigma2 + extra)


def convex_bound(distance: float, lr: float, sigma2: float, delta: float, T: int, compressed: bool = True) -> float:
    r"""Bound of $E f(\bar x_T) - f^*$ for convex f (Theorem III, recalled, constants derived):

    $$\frac{\lVert x_0-x^*\rVert^2}{2\gamma(T+1)}
    + \gamma\sigma^2\Bigl(\frac12 + \frac{2\sqrt{1-\delta}}{\delta}\Bigr).$$

    distance: $\lVert x_0 - x^*\rVert$;  compressed=False leaves out the term in $\delta$

    >>> round(convex_bound(1.0, 0.1, 1.0, 1.0, 4), 6)
    1.05
    """
    distance, T = domain.nonnegative("distance", distance, shape=()), domain.integer("T", T, low=0, shape=())
    delta, lr, sigma2 = _checked(*(np.asarray(a, float) for a in (delta, lr, sigma2)), single=True)
    extra = 2 * np.sqrt(1 - delta) / delta if compressed else 0.0
    return float(distance**2 / (2 * lr * (T + 1)) + lr * sigma2 * (0.5 + extra))


def _checked(delta: ArrayLike, lr: ArrayLike, sigma2: ArrayLike, single: bool = False) -> tuple[NDArray, ...]:
    shape = () if single else None
    domain.probability("delta", delta, "(]", shape)
    domain.positive("lr", lr, shape)
    domain.nonnegative("sigma2", sigma2, shape)
    domain.broadcastable(delta=delta, lr=lr, sigma2=sigma2)
    return tuple(np.asarray(a, float)[()] for a in (delta, lr, sigma2))


def memory_level(law: str = "Gaussian", points: int = 700) -> float:
    r"""Stationary $E e^2$ of one of many coordinates, $p = z + e,\ e' = p - E|p|\,\mathrm{sign}\,p$, $E z^2 = 1$.

    The density of p is iterated on a half line, $q(x) = \int_0^\infty q(p)\,[f(x-p+a) + f(x+p-a)]\,dp$ with $a = E|p|$
    and f that of z; then $E e^2 = E p^2 - a^2$. In units of $\gamma^2\sigma^2$ it is $(1-\bar\delta)/\bar\delta$.

    >>> round(memory_level(), 4)
    0.5885
    """
    f = {"Gaussian": norm, "Laplace": laplace(scale=np.sqrt(0.5))}[
        domain.one_of("law", law, ("Gaussian", "Laplace"))
    ].pdf
    points = domain.integer("points", points, low=10, high=10_000, shape=())
    far = 8.0 if law == "Gaussian" else 16.0
    x = (np.arange(points) + 0.5) * far / points
    q, level = f(x), 0.0
    for _ in range(200):
        q /= 2 * q.sum()  # probabilities of the cells of the half line, half in all
        a, square = 2 * q @ x, 2 * q @ x**2
        if abs(square - a**2 - level) < 1e-10:
            return float(square - a**2)
        level = square - a**2
        q = (f(x[:, None] - x + a) + f(x[:, None] + x - a)) @ q
    raise ValueError(f"points must let the density settle, got {points}")


def reflected_mean(large: float, probability: float, lr: float) -> tuple[float, float]:
    r"""Stationary means on [-1, 1] of signSGD and of SGD, gradients `large` (whole) with a probability q, else -1.

    Steps of lr on a lattice. signSGD climbs when q < 1/2: its distance from +1 is geometric with ratio q/(1-q). SGD's
    distance from -1 is geometric with the root $\theta < 1$ of $(1-q)/\theta + q\,\theta^{\mathrm{large}} = 1$.
    Raises ValueError unless the mean gradient is positive and q < 1/2.

    >>> [round(mean, 4) for mean in reflected_mean(4, 0.25, 0.01)]
    [0.995, -0.9206]
    """
    large = domain.integer("large", large, low=1, shape=())
    q = domain.within("probability", probability, 0, 0.5, "()", shape=())
    lr = domain.positive("lr", lr, shape=())
    if q * large <= 1 - q:
        raise ValueError(f"large must give a positive mean gradient, got {large} with probability {q}")
    root = brentq(lambda theta: (1 - q) / theta + q * theta**large - 1, 1e-12, 1 - 1e-9, xtol=1e-15)
    ratio = q / (1 - q)
    return 1 - lr * ratio / (1 - ratio), -1 + lr * root / (1 - root)


def quadratic_mean(lr: float, d: int, power: float, first: int, last: int) -> float:
    r"""SGD's exact $E f(x_t)$ for $f = \lVert w\rVert^2/2$, $w_0 \sim N(0, I)$, averaged over first <= t < last.

    $E\lVert w_t\rVert^2 = d\rho^{2t} + \gamma^2\,\mathrm{power}\,(1-\rho^{2t})/(1-\rho^2)$ with $\rho = 1-\gamma$ and
    noise of total variance `power` in every gradient.

    >>> quadratic_mean(0.5, 2, 0.0, 0, 2)
    0.625
    """
    lr = domain.within("lr", lr, 0, 2, "()", shape=())
    d = domain.integer("d", d, low=1, shape=())
    power = domain.nonnegative("power", power, shape=())
    first = domain.integer("first", first, low=0, shape=())
    last = domain.integer("last", last, low=first + 1, high=10**8, shape=())
    decay = (1 - lr) ** (2.0 * np.arange(first, last))
    return float(np.mean(d * decay + lr**2 * power * (1 - decay) / (1 - (1 - lr) ** 2)) / 2)


def minimum_norm(matrix: ArrayLike, labels: ArrayLike) -> NDArray[np.float64]:
    """The interpolator (d,) of least norm of a matrix (n, d) with full row rank, which descent from 0 converges to.

    Domain: matrix, labels signed, any length.

    >>> minimum_norm([[2.0, 0.0]], [1.0])
    array([0.5, 0. ])
    """
    matrix = np.asarray(domain.finite("matrix", matrix, (None, None)), float)
    labels = np.asarray(domain.finite("labels", labels, (len(matrix),)), float)
    return matrix.T @ np.linalg.solve(matrix @ matrix.T, labels)


def smallest_on_line(rows: ArrayLike, start: ArrayLike) -> float:
    r"""Least $\frac1n\sum_i\langle a_i, x\rangle^2$ on the line start + span(sign of $a_1$); rows (n, d).

    Domain: rows, start signed, any length.

    >>> round(smallest_on_line([[1.3, -0.7], [-0.7, 1.3]], [1.0, 1.0]), 9)  # half of 8 times 0.3 squared
    0.36
    """
    rows = np.asarray(domain.finite("rows", rows, (None, None)), float)
    start = np.asarray(domain.finite("start", start, (rows.shape[1],)), float)
    at_start, slope = rows @ start, rows @ np.sign(rows[0])
    return float(np.mean((at_start - slope * (slope @ at_start) / (slope @ slope)) ** 2))
