r"""Where weight normalization ends, in closed form; $\hat w_\perp$ is the part of the direction in the kernel of A.

The flow conserves $\|\hat w_\perp\| \exp(g^2 / 2k)$, $k = c\|w\|^2$, with c the step size of g over that of w.
Source: the invariant is the paper's (Lemma on the flow, approximately); the limits and rates are derived here, exact
for the flow and of first order in the step size for descent.
"""

from typing import NamedTuple

import numpy as np
from scipy.optimize import brentq

from optclaims.papers.weight_norm_implicit_bias.problems import Problem
from optclaims.science import domain

__all__ = ["Limit", "beats_descent", "invariant", "limit", "multiplier", "sphere_rate", "tail_rate"]


class Limit(NamedTuple):
    r"""Limit of a run: $|g_\infty|$, $\|\hat w_{\perp,\infty}\|$ and the distance $\|x_\infty - x^\star\|$."""

    g: float
    kernel: float
    error: float


def invariant(g: np.ndarray, kernel: np.ndarray, k: np.ndarray) -> np.ndarray:
    r"""Return $\log(\|\hat w_\perp\|) + g^2/2k$, which the flow conserves.

    g: any sign. kernel: $\|\hat w_\perp\|$ in (0, 1]. k: $c\|w\|^2 > 0$. They broadcast. Raises ValueError otherwise.

    Domain: g signed; g, kernel, k any shape

    >>> float(invariant(2.0, 1.0, 4.0))
    0.5

    """
    domain.broadcastable(g=g, kernel=kernel, k=k)
    kernel = np.asarray(domain.probability("kernel", kernel, "(]"), float)
    return np.log(kernel) + np.square(domain.finite("g", g)) / (2 * np.asarray(domain.positive("k", k), float))


def limit(g: float, kernel: float, norm: float, k: float = 1.0) -> Limit:
    r"""Return the limit of the flow: $G = g_\infty^2$ solves $G(1 - \|\hat w_\perp\|^2 e^{(g^2 - G)/k}) = g^{\star 2}$.

    The left side rises wherever it is positive, so the root is unique; it does not depend on the spectrum of A.
    g: start, any sign. kernel: $\|\hat w_\perp\|$ of the start, in [0, 1]. norm: $g^\star > 0$. k: $c\|w\|^2 > 0$.
    Raises ValueError otherwise.

    Domain: g signed

    >>> [round(value, 4) for value in limit(1.0, 0.5, 2.0)]
    [2.012, 0.1089, 0.2191]

    """
    g, kernel = domain.finite("g", g, ()), domain.probability("kernel", kernel, shape=())
    norm, k = domain.positive("norm", norm, ()), domain.positive("k", k, ())
    if kernel == 0:
        return Limit(norm, 0.0, 0.0)
    share = lambda G: np.exp(np.minimum(2 * np.log(kernel) + (g**2 - G) / k, 700.0))  # noqa: E731
    high = norm**2 + g**2 * kernel**2 + k
    while high * (1 - share(high)) < norm**2:
        high *= 2
    G = brentq(lambda G: G * (1 - share(G)) - norm**2, norm**2, high, xtol=1e-14, rtol=1e-14)
    end = float(np.sqrt(share(G)))
    return Limit(float(np.sqrt(G)), end, float(np.sqrt(G)) * end)


def beats_descent(g: float, kernel: float, norm: float, k: float = 1.0) -> bool:
    r"""Return whether the limit is nearer to $x^\star$ than that of gradient descent on x, $|g| \|\hat w_\perp\|$.

    With $a = g^2$ and $G = g^{\star 2} + a\|\hat w_\perp\|^2$: if and only if $\log(G/a) < (G - a)/k$.
    Arguments and errors as for `limit`; g and kernel not 0.

    Domain: g signed

    >>> beats_descent(1.0, 0.5, 2.0), beats_descent(0.1, 0.5, 2.0)
    (True, False)

    """
    g, kernel = domain.finite("g", g, ()), domain.probability("kernel", kernel, "(]", ())
    norm, k = domain.positive("norm", norm, ()), domain.positive("k", k, ())
    if g == 0:
        raise ValueError("g must not be 0, where gradient descent makes no error")
    G = norm**2 + (g * kernel) ** 2
    return bool(np.log(G / g**2) < (G - g**2) / k)


def multiplier(problem: Problem, g: float) -> float:
    r"""Return $\mu > 0$ for which $x_\mu = (A^\top A + \mu I)^{-1} A^\top b$ has norm g.

    It is where projected descent on the sphere of radius g ends. g: in (0, $g^\star$). Raises ValueError otherwise.

    >>> round(multiplier(Problem([[2.0, 0.0]], [3.0, 4.0]), 1.0), 12)  # 4 * 3 / (4 + mu) = 1
    8.0

    """
    g = domain.within("g", g, 0, problem.norm, "()", ())
    values, solution = problem.curvatures, problem.rows @ problem.target
    excess = lambda mu: np.linalg.norm(values * solution / (values + mu)) - g  # noqa: E731
    high = values.max()
    while excess(high) > 0:
        high *= 2
    return float(brentq(excess, 0.0, high, xtol=1e-15, rtol=1e-14))


def sphere_rate(problem: Problem, g: float, lr: float) -> float:
    r"""Return $-\log(1 + \eta\mu g^2)$, what a step on the sphere of radius g adds to $\log\|w_\perp\|$ in the end.

    lr: $\eta > 0$. Arguments and errors as for `multiplier`.

    >>> round(sphere_rate(Problem([[2.0, 0.0]], [3.0, 4.0]), 1.0, 0.1), 6)
    -0.587787

    """
    return -float(np.log1p(domain.positive("lr", lr, ()) * multiplier(problem, g) * g**2))


def tail_rate(problem: Problem, g: float, lr: float, c: float, norm: float = 1.0) -> float:
    r"""Return $2\log(1 - \eta\Lambda)$, what a step adds to the logarithm of the loss near the limit.

    $\Lambda$ is the smallest eigenvalue of
    $A [c\,\hat w\hat w^\top + (g_\infty^2/\|w\|^2)(I - \hat w\hat w^\top)] A^\top$, where $A\hat w = b/g_\infty$.
    g: $g_\infty > 0$. lr: $\eta$, with $\eta\Lambda < 1$. norm: $\|w\| > 0$. Raises ValueError otherwise.

    >>> round(tail_rate(Problem([[1.0, 0.0]], [2.0, 0.0]), 2.0, 0.1, 0.5), 6)  # one row: Lambda = c
    -0.102587

    """
    g, lr = domain.positive("g", g, ()), domain.positive("lr", lr, ())
    c, norm = domain.positive("c", c, ()), domain.positive("norm", norm, ())
    A, share = problem.matrix, (g / norm) ** 2
    image = A @ problem.target / g
    smallest = np.linalg.eigvalsh(share * A @ A.T + (c - share) * np.outer(image, image))[0]
    if not 0 < lr * smallest < 1:
        raise ValueError(f"lr must keep 0 < lr * Lambda < 1, got {lr:g} with Lambda = {smallest:g}")
    return 2 * float(np.log1p(-lr * smallest))
