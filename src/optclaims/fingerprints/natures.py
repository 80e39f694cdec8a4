"""What runs of an optimizer may share, found out by trying: then the runs of a probe are moved together, or apart.

An optimizer that acts on every coordinate alone moves all runs as one tensor. One whose step has lr as a factor moves
runs of different learning rates together too: it is run at the largest of them, and each run takes its share of the
step. Any other optimizer has an instance for every run. Nothing here is assumed: each is tried on the same gradients.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from optclaims.fingerprints.movers import Array, Mover, SubjectError, matrix_shape
from optclaims.streams import stream

__all__ = ["Driver", "Nature", "examine"]

SIZE, STEPS = 12, 30
SAME = 1e-6  # relative: what eps = 1e-8 does to gradients of order 1 is below it


@dataclass(frozen=True)
class Nature:
    """What was found out.

    matrices: it refuses vectors, or treats a matrix other than a vector of the same numbers; it is then asked with
    matrices. coordinatewise: no coordinate's gradient changes another one's path
    lr_matters: another lr gives another path; lr_is_factor: along given points and gradients steps are proportional
    to lr; repeats: a second run takes the same path
    """

    matrices: bool
    coordinatewise: bool
    lr_matters: bool
    lr_is_factor: bool
    repeats: bool


class Asked(Protocol):
    """What is needed of an optimizer here; see `subjects.Subject`."""

    lr: float
    nature: Nature

    def make(self, theta: Array, lr: float, shape: tuple[int, ...]) -> Mover: ...

    def shape(self, size: int) -> tuple[int, ...]: ...

    def quietly(self) -> Any: ...


def examine(subject: Asked) -> Nature:
    """Find out the nature of an optimizer; raises SubjectError where it cannot move at all.

    >>> from optclaims.fingerprints.subjects import load
    >>> examine(load("optclaims.science.optimizers.ScaledSign"))
    Nature(matrices=False, coordinatewise=False, lr_matters=True, lr_is_factor=True, repeats=True)
    """
    rng = stream(0, "fingerprint", "nature")
    start, gradients = rng.standard_normal(SIZE), rng.standard_normal((STEPS, SIZE))
    points = rng.standard_normal((STEPS, SIZE))
    other = gradients.copy()
    other[:, 0] *= -3.0

    def path(gradients: Array, lr: float = subject.lr, at: Array | None = None, matrix: bool = False) -> Array:
        mover = subject.make(start[None], lr, matrix_shape(SIZE) if matrix else (SIZE,))
        point, steps = start[None], []
        for t, gradient in enumerate(gradients):
            point = point if at is None else at[t][None]
            moved = mover.move(point, gradient[None])
            steps.append(moved - point)
            point = moved
        return np.concatenate(steps)

    with subject.quietly():
        paths, trouble = {}, {}
        for matrix in (False, True):
            try:
                paths[matrix] = path(gradients, matrix=matrix)
            except SubjectError as error:
                trouble[matrix] = error
        if not paths:
            raise trouble[False]
        repeats = all(np.array_equal(path(gradients, matrix=m), p, equal_nan=True) for m, p in paths.items())
        as_vector, as_matrix = paths.get(False), paths.get(True)
        # Where paths are random they differ anyway: only what repeats is compared.
        matrices = as_vector is None or (as_matrix is not None and repeats and not alike(as_matrix, as_vector))
        first = paths[matrices]
        if not np.isfinite(first).all():
            raise SubjectError(f"gives NaN or infinity within {STEPS} steps, for gradients of order 1")
        if not first.any():
            raise SubjectError(f"does not move within {STEPS} steps, for gradients of order 1")
        coupled = path(other, matrix=matrices)
        slower = path(gradients, subject.lr / 8, matrix=matrices)
        at_points = [path(gradients, lr, points, matrix=matrices) for lr in (subject.lr, subject.lr / 8)]
    return Nature(
        matrices=matrices,
        coordinatewise=alike(coupled[:, 1:], first[:, 1:]),
        lr_matters=not alike(slower, first),
        lr_is_factor=alike(8 * at_points[1], at_points[0]),
        repeats=bool(repeats),
    )


def alike(path: Array, other: Array, tolerance: float = SAME) -> bool:
    """Whether two paths agree to rounding, relative to the size of the second one."""
    return deviation(path, other) < tolerance


def deviation(path: Array, other: Array) -> float:
    """Return how far two paths are apart, relative to the size of the second one; infinite where it is not finite."""
    gap = float(np.linalg.norm(path - other) / max(float(np.linalg.norm(other)), 1e-300))
    return gap if np.isfinite(gap) else np.inf


class Driver:
    """Runs of an optimizer side by side, moved by gradients that the caller computes at `theta` (runs, parameters).

    lr: a number, or one for each run (runs,) or (runs, 1).

    >>> from optclaims.fingerprints.subjects import load
    >>> run = Driver(load("torch.optim.SGD"), np.ones((2, 3)), np.array([0.5, 0.25]))
    >>> run.step(run.theta)[:, 0]
    array([0.5 , 0.75])
    """

    def __init__(self, subject: Asked, theta: Array, lr: Array | float) -> None:
        self.theta = np.array(theta, float)
        runs, size = self.theta.shape
        rates = np.broadcast_to(np.asarray(lr, float).reshape(-1), (runs,))
        nature = subject.nature
        self.share: Array | None = None
        if nature.coordinatewise and (nature.lr_is_factor or not np.ptp(rates)):
            blocks = [(slice(0, runs), float(rates.max()))]
            if np.ptp(rates):
                self.share = (rates / rates.max())[:, None]
        elif nature.coordinatewise:
            order = {rate: np.flatnonzero(rates == rate) for rate in np.unique(rates)}
            blocks = [(rows, float(rate)) for rate, rows in order.items()]
        else:
            blocks = [(slice(run, run + 1), float(rates[run])) for run in range(runs)]
        # Side by side in a vector: in a matrix of runs some optimizers would see rows and columns.
        together = nature.coordinatewise
        self.blocks = [
            (rows, subject.make(self.theta[rows], rate, (self.theta[rows].size,) if together else subject.shape(size)))
            for rows, rate in blocks
        ]

    def step(self, gradient: Array, factor: float = 1.0) -> Array:
        """Take a step at gradient (runs, parameters), `factor` times as long, and return the new `theta`.

        A factor other than 1 is the business of the caller: exact where lr is a factor of the steps.
        """
        moved = np.empty_like(self.theta)
        for rows, mover in self.blocks:
            moved[rows] = mover.move(self.theta[rows], gradient[rows])
        if self.share is not None or factor != 1.0:
            moved = self.theta + factor * (1.0 if self.share is None else self.share) * (moved - self.theta)
        self.theta = moved
        return moved
