r"""Extreme eigenvalues of batch Hessians of a network, and their prediction from per-sample products."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from scipy.sparse.linalg import LinearOperator, eigsh

from optclaims.papers.granziol_batch_hessian.problems import Classifier
from optclaims.science import domain

__all__ = ["Resolved", "end", "leading", "predicted_top", "resolved", "shifts"]

CHUNK = 50  # samples whose products are held at once


def _operator(net: Classifier, w: np.ndarray, curvature: str) -> LinearOperator:
    size = net.parameters
    return LinearOperator((size, size), matvec=lambda v: net.product(w, v.reshape(1, -1), curvature)[0], dtype=float)


def leading(
    net: Classifier, w: np.ndarray, count: int, curvature: str, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return the largest eigenvalues (count,) of the mean curvature, descending, and eigenvectors (parameters, count).

    SciPy's Lanczos from a random start. Raises ValueError for a count that is not below the number of parameters.
    Domain: w signed

    >>> from optclaims.papers.granziol_batch_hessian.problems import classifier
    >>> net = classifier(np.eye(3), np.array([0, 1, 1]), 2)
    >>> leading(net, np.zeros(14), 2, "hessian", np.random.default_rng(0))[1].shape
    (14, 2)
    """
    domain.integer("count", count, low=1, high=net.parameters - 1, shape=())
    domain.finite("w", w, (net.parameters,))
    start = domain.generator("rng", rng).standard_normal(net.parameters)
    values, vectors = eigsh(_operator(net, w, curvature), k=count, which="LA", v0=start, tol=1e-8)
    return values[::-1], vectors[:, ::-1]


def end(net: Classifier, w: np.ndarray, curvature: str, start: np.ndarray, *, lowest: bool = False) -> float:
    """Return the largest eigenvalue of the mean curvature, or the lowest, by SciPy's Lanczos from a start vector.

    start: (parameters,), such as the eigenvector of a matrix nearby with a little noise.
    Domain: w signed; start signed

    >>> from optclaims.papers.granziol_batch_hessian.problems import classifier
    >>> net = classifier(np.eye(3), np.array([0, 1, 1]), 2)
    >>> w, start = np.ones(14), np.arange(14.0)
    >>> end(net, w, "hessian", start, lowest=True) < 0 < end(net, w, "hessian", start)
    True
    """
    domain.finite("w", w, (net.parameters,)), domain.finite("start", start, (net.parameters,))
    which = "SA" if lowest else "LA"
    values = eigsh(
        _operator(net, w, curvature), k=1, which=which, v0=start, ncv=12, tol=1e-5, return_eigenvectors=False
    )
    return float(values[0])


class Resolved(NamedTuple):
    r"""Per-sample curvature within a subspace Q, (n, k, k), and $S = \frac1n\sum_i Q^\top H_i (I - QQ^\top) H_i Q$."""

    blocks: np.ndarray
    outside: np.ndarray


def resolved(net: Classifier, w: np.ndarray, directions: np.ndarray, curvature: str) -> Resolved:
    """Return what `predicted_top` needs, for orthonormal directions (parameters, k).

    Domain: directions signed; w signed

    >>> from optclaims.papers.granziol_batch_hessian.problems import classifier
    >>> net = classifier(np.eye(3), np.array([0, 1, 1]), 2)
    >>> resolved(net, np.zeros(14), np.eye(14)[:, :2], "hessian").blocks.shape
    (3, 2, 2)
    """
    domain.finite("w", w, (net.parameters,))
    directions = domain.finite("directions", directions, (net.parameters, None))
    blocks, outside = [], 0.0
    for first in range(0, len(net.inputs), CHUNK):
        part = net.part(np.arange(first, min(first + CHUNK, len(net.inputs))))
        moved = part.products(w, directions.T, curvature)  # (chunk, k, parameters)
        inside = moved @ directions
        blocks.append(inside)
        outside = outside + (moved @ moved.swapaxes(1, 2) - inside @ inside.swapaxes(1, 2)).sum(0)
    return Resolved(np.concatenate(blocks), outside / len(net.inputs))


def predicted_top(known: Resolved, chosen: np.ndarray, effective: float, *, keep: int | None = None) -> float:
    r"""Return $\lambda' = \lambda_{\max}\bigl(Q^\top H_B Q + S / b\lambda'\bigr)$ for a batch, by damped iteration.

    chosen: the samples of the batch; effective: b; keep: only the first directions are resolved, the others count to
    the outside. Exact in the block, second order outside of it. Derived here.
    Raises ValueError for an effective batch that is not positive, RuntimeError where the iteration does not settle.
    Domain: chosen any length

    >>> known = Resolved(np.ones((2, 1, 1)), np.zeros((1, 1)))
    >>> predicted_top(known, np.array([0, 1]), 5.0)
    1.0
    """
    effective = domain.positive("effective", effective, ())
    chosen = domain.integer("chosen", chosen, low=0, high=len(known.blocks) - 1, shape=(None,))
    keep = (
        len(known.outside) if keep is None else domain.integer("keep", keep, low=1, high=len(known.outside), shape=())
    )
    block = known.blocks[chosen].mean(axis=0)
    dropped = known.blocks[:, :keep, keep:]
    outside = known.outside[:keep, :keep] + (dropped @ dropped.swapaxes(1, 2)).mean(axis=0)
    block = (block + block.T)[:keep, :keep] / 2
    top = float(np.linalg.eigvalsh(block)[-1])
    for _ in range(200):
        new = float(np.linalg.eigvalsh(block + outside / (effective * top))[-1])
        if abs(new - top) < 1e-12 * abs(top):
            return new
        top = (top + new) / 2
    raise RuntimeError("the iteration for the top eigenvalue did not settle")


def shifts(
    net: Classifier, w: np.ndarray, curvature: str, effective: Mapping[int, float], draws: int, resolve: int,
    rng: np.random.Generator,
) -> list[dict[str, float]]:  # fmt: skip
    r"""Return by how much the ends of the spectrum of random batches leave that of the data, a row for each batch.

    effective: the finite-population b of every batch size. Columns: batch; top, the largest eigenvalue of the data;
    upper, that of the batch less $\phi_1^\top H_B \phi_1$, whose mean is top; lower, the other end (0 for the
    Gauss-Newton matrix); resolved and one, predictions of upper by `predicted_top` with `resolve` directions and with
    one; dominant, that of second order with all denominators equal to top; whole and whole_lower, upper and lower with
    all samples as the batch.
    Domain: w signed

    >>> from optclaims.papers.granziol_batch_hessian.problems import classifier
    >>> net = classifier(np.eye(3), np.array([0, 1, 1]), 2)
    >>> rows = shifts(net, np.ones(14), "hessian", {2: 4.0}, 3, 2, np.random.default_rng(0))
    >>> len(rows), all(row["lower"] > -1e-6 for row in rows)
    (3, True)
    """
    domain.integer("draws", draws, low=1, shape=())
    resolve = domain.integer("resolve", resolve, low=1, high=net.parameters - 1, shape=())
    values, Q = leading(net, w, resolve, curvature, rng)
    noise = rng.standard_normal(net.parameters) / net.parameters**0.5
    start = Q[:, 0] + 0.1 * noise

    def lowest(part: Classifier) -> float:
        return end(part, w, curvature, noise, lowest=True) if curvature == "hessian" else 0.0

    known, bottom = resolved(net, w, Q, curvature), lowest(net)
    along = known.blocks[:, 0, 0]
    dominant = (known.outside[0, 0] + (known.blocks[:, 0, 1:] ** 2).sum(1).mean()) / values[0]
    of_data = {"top": values[0], "whole": end(net, w, curvature, start) - along.mean()}
    of_data["whole_lower"] = bottom - lowest(net)
    rows = []
    for batch, b in effective.items():
        for _ in range(draws):
            part = rng.choice(len(net.inputs), batch, replace=False)
            own, base = net.part(part), along[part].mean()
            rows.append(of_data | {"batch": batch, "dominant": dominant / b, "lower": bottom - lowest(own)})
            rows[-1]["upper"] = end(own, w, curvature, start) - base
            rows[-1]["resolved"] = predicted_top(known, part, b) - base
            rows[-1]["one"] = predicted_top(known, part, b, keep=1) - base
    return rows
