"""AdaGrad on quadratics that are aligned with the coordinates or rotated, many runs side by side."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optclaims.science import domain
from optclaims.science.kernels import njit

__all__ = ["aligned_and_rotated", "hitting_times", "rotation"]

Array = NDArray[np.float64]


def rotation(d: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """Return a normal start (d,) and a random rotation (d, d), the start drawn first.

    >>> start, basis = rotation(3, np.random.default_rng(0))
    >>> bool(np.allclose(basis @ basis.T, np.eye(3)))
    True
    """
    start = rng.standard_normal(domain.integer("d", d, low=1, shape=()))
    return start, np.linalg.qr(rng.standard_normal((d, d)))[0]


def hitting_times(hessians: Array, starts: Array, lr: Array, limit: int, goal: float = 1e-3) -> NDArray[np.int64]:
    """Return the first step at which ``|w| <= goal |w_0|``, or -1 beyond the limit; hessians (runs, d, d), lr (runs,).

    AdaGrad with eps = 0, compiled.
    Domain: hessians, starts signed.

    >>> hitting_times(np.eye(2)[None], np.ones((1, 2)), np.array([0.5]), 100)
    array([13])
    """
    hessians = domain.finite("hessians", hessians, (None, "d", "d"))
    starts = domain.finite("starts", starts, hessians.shape[:2])
    lr, goal = domain.positive("lr", lr, (len(starts),)), domain.positive("goal", goal, ())
    return _arrivals(hessians, starts, lr, domain.integer("limit", limit, low=1, shape=()), float(goal))


@njit(cache=True)
def _arrivals(hessians, starts, lr, limit, goal):
    out = np.full(len(starts), -1)
    for r in range(len(starts)):
        w, v, g = starts[r].copy(), np.zeros_like(starts[r]), np.zeros_like(starts[r])
        size = goal * goal * np.sum(w * w)
        for t in range(1, limit + 1):
            for i in range(w.size):
                g[i] = np.sum(hessians[r, i] * w)
            for i in range(w.size):
                v[i] += g[i] * g[i]
                if v[i] > 0:
                    w[i] -= lr[r] * g[i] / np.sqrt(v[i])
            if np.sum(w * w) <= size:
                out[r] = t
                break
    return out


def aligned_and_rotated(
    kappas: Sequence[float], lrs: Sequence[float], rngs: Sequence[np.random.Generator], d: int = 10, limit: int = 60_000
) -> pd.DataFrame:
    """Return hitting times: columns kappa, seed, lr, arm ("aligned" or "rotated"), steps.

    Eigenvalues are ``geomspace(1, kappa, d)``; each generator gives one start and one rotation for all.

    >>> frame = aligned_and_rotated([1.0], [1.0], [np.random.default_rng(0)], d=2, limit=50)
    >>> frame.arm.tolist()
    ['aligned', 'rotated']
    """
    d, limit = domain.integer("d", d, low=1, shape=()), domain.integer("limit", limit, low=1, shape=())
    kappas, lrs = domain.vector("kappas", domain.at_least("kappas", kappas, 1)), domain.positive("lrs", lrs, (None,))
    drawn = [rotation(d, rng) for rng in rngs]
    rows, hessians, starts = [], [], []
    for kappa in kappas:
        for seed, (start, basis) in enumerate(drawn):
            levels = np.diag(np.geomspace(1, kappa, d))
            for arm, hessian in (("aligned", levels), ("rotated", basis @ levels @ basis.T)):
                for lr in lrs:
                    rows.append((kappa, seed, lr, arm))
                    hessians.append(hessian)
                    starts.append(start)
    frame = pd.DataFrame(rows, columns=["kappa", "seed", "lr", "arm"])
    times = hitting_times(np.array(hessians), np.array(starts), frame.lr.to_numpy(), limit)
    return frame.assign(steps=times)
