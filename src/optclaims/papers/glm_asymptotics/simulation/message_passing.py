r"""Two-layer vector approximate message passing (MLVAMP) for logistic regression with elastic-net penalties.

The scalar equations with vectors in place of laws: a prior block and an output block act on every coordinate alone,
$x_1 = \mathrm{soft}(h_{1x}, \lambda_1)/(Q_{1x} + \lambda_2)$ and $z_1 = \arg\min \ell(y, z) + \frac{Q_{1z}}2z^2 -
h_{1z}z$; a linear block solves $(Q_{2x} + Q_{2z}F^\top F)x_2 = h_{2x} + F^\top h_{2z}$, $z_2 = Fx_2$. A block hands on
its estimate less the message that came in: $Q' = 1/X - Q$, $h' = x/X - h$, X the mean response of its estimate to h.
A fixed point is the student. Source: Gerbelot, Abbara and Krzakala (2020), the algorithm of the proof and of the
authors' code, equations written anew.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit

from optclaims.science import domain

__all__ = ["MISTAKES", "Path", "pass_messages"]

MISTAKES = ("none", "field not subtracted", "precision not subtracted", "response of all weights", "trace over d")


class Path(NamedTuple):
    """Estimates of the weights (iterations, penalties, d), and at every iteration the mean responses (iterations,
    penalties, 4) of the prior, output and linear block (weights, outputs)."""

    weights: NDArray
    responses: NDArray


def pass_messages(
    rng: np.random.Generator, F: ArrayLike, y: ArrayLike, l1: float, l2: ArrayLike, iterations: int, *,
    damping: float = 1.0, mistake: str = "none",
) -> Path:  # fmt: skip
    r"""Return the path from normal messages and precisions of one, for several penalties at once.

    F: (n, d); y: labels -1 or 1, (n,); l2: (penalties,), not negative; l1: positive. damping: the share of the new
    message. mistake, each a slip of one line: "field not subtracted" ($h_{2z} = z_1/X$), "precision not subtracted"
    ($Q_{1z} = 1/X$), "response of all weights" (X of the prior block as if no weight were zero), "trace over d" (1/d
    for 1/n in the response of the outputs). A path that leaves all bounds is not finite from there on.
    Raises ValueError for parameters out of range.
    Domain: F, y signed; F, y any shape; l2 any length

    >>> F, y = np.eye(2), np.array([1.0, -1.0])
    >>> path = pass_messages(np.random.default_rng(0), F, y, 0.1, [1.0], 40)
    >>> path.weights[-1].round(4)
    array([[ 0.3205, -0.3205]])
    """
    F = domain.finite("F", np.asarray(F, float), (None, None))
    y = domain.finite("y", np.asarray(y, float), (len(F),))
    if not (np.abs(y) == 1).all():
        raise ValueError(f"y must be -1 or 1, got {y[np.abs(y) != 1][0]:g}")
    l1 = domain.positive("l1", l1, ())
    l2 = domain.vector("l2", domain.nonnegative("l2", l2))[:, None]
    damping = domain.probability("damping", damping, "(]", ())
    domain.one_of("mistake", mistake, MISTAKES)
    (n, d), count = F.shape, len(l2)
    _, singular, right = np.linalg.svd(F, full_matrices=False)
    hx, hz = (domain.generator("rng", rng).standard_normal((count, size)) for size in (d, n))
    Qx = Qz = np.ones((count, 1))
    weights, responses, u = [], [], np.zeros((count, n))
    with np.errstate(all="ignore"):  # a mistaken path may overflow
        for _ in range(domain.integer("iterations", iterations, low=1, shape=())):
            x, Xx = _shrunk(hx, Qx, l1, l2)
            u = _logistic(y * hz, Qz, u)
            z, Xz = y * u, (1 / (Qz + expit(u) * expit(-u))).mean(axis=1, keepdims=True)
            used = 1 / (Qx + l2) if mistake == "response of all weights" else Xx
            back_x, back_hx = 1 / used - Qx, x / used - hx
            back_z, back_hz = 1 / Xz - Qz, z / Xz - (0 if mistake == "field not subtracted" else hz)
            inverse = 1 / (back_x + back_z * singular**2)  # (penalties, rank)
            pull = back_hx + back_hz @ F
            mean = pull / back_x + (pull @ right.T * (inverse - 1 / back_x)) @ right
            Xx2 = (inverse.sum(axis=1, keepdims=True) + (d - len(singular)) / back_x) / d
            Xz2 = (inverse * singular**2).sum(axis=1, keepdims=True) / n
            weights.append(x)
            responses.append(np.concatenate([Xx, Xz, Xx2, Xz2], axis=1))
            outputs = Xz2 * n / d if mistake == "trace over d" else Xz2
            kept = 0 if mistake == "precision not subtracted" else back_z
            new = 1 / Xx2 - back_x, mean / Xx2 - back_hx, 1 / outputs - kept, mean @ F.T / outputs - back_hz
            old = Qx, hx, Qz, hz
            Qx, hx, Qz, hz = ((1 - damping) * a + damping * b for a, b in zip(old, new, strict=True))
    return Path(np.array(weights), np.array(responses))


def _shrunk(h: NDArray, Q: NDArray, l1: float, l2: NDArray) -> tuple[NDArray, NDArray]:
    """Weights of the prior block (penalties, d) and their mean response (penalties, 1)."""
    x = np.sign(h) * np.maximum(np.abs(h) - l1, 0) / (Q + l2)
    return x, (x != 0).mean(axis=1, keepdims=True) / (Q + l2)


def _logistic(g: NDArray, Q: NDArray, u: NDArray) -> NDArray:
    r"""Return the root of $Qu - g - 1/(1 + e^u)$ by Newton's method from u, halving its bracket where that is slow."""
    low, high = g / Q, (g + 1) / Q
    change = high - low
    for _ in range(80):
        share = expit(-u)
        excess = Q * u - g - share
        low, high = np.where(excess < 0, u, low), np.where(excess < 0, high, u)
        new = np.clip(u - excess / (Q + share * (1 - share)), low, high)
        small = np.abs(new - u) <= 1e-14 * (1 + np.abs(u))
        new = np.where(small | (2 * np.abs(new - u) <= change), new, (low + high) / 2)
        change, u = np.abs(new - u), new
        if (small | np.isnan(change)).all():
            break
    return u
