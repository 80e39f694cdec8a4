"""Adam and the Gauss-Newton powers on one network problem, rate and damping tuned alike for every method."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from optclaims import statistics
from optclaims.papers.adam_vs_gauss_newton.measures.tuning import log_losses, tuned
from optclaims.papers.adam_vs_gauss_newton.simulation.networks.training import BASES, Data, noise, train
from optclaims.science import divergence, domain

__all__ = ["METHODS", "Cell", "Key", "compare", "lead", "pooled", "table"]

Array = NDArray[np.float64]
METHODS: dict[str, str | float] = {"Adam": "adam", "GN^-1/2": -0.5, "GN^-1": -1, "GD": 0}
"""Gradient descent is the limit of every power at large damping."""

FLOOR = -12.0  # log10; rounding leaves 1e-16 of a loss of order one: of what is below, less than four digits

OF_MEDIAN = (np.pi / 2) ** 0.5  # its standard error over that of the mean, of normal numbers

Key = tuple[str, float, str]
"""Basis, batch size, method."""


@dataclass(frozen=True)
class Cell:
    """log10 of the losses, floored at `FLOOR`, of one method in one basis at one batch size.

    label: what it is, for errors;  lr, dampings: the grid
    losses: (records, lr, dampings, runs), the cap of `science.divergence` where diverged
    Raises ValueError if the lr of the lowest mean loss lies at an end of the grid, or every one diverges. The ends of
    the damping are the undamped method, whose loss is flat there or infinite, and gradient descent, which is compared
    as well.
    Domain: label any name; losses signed; lr, dampings, losses any length.

    >>> losses = np.array([[[[0.0]], [[0.0]], [[0.0]]], [[[-1.0]], [[-2.0]], [[1.0]]]])
    >>> Cell("Adam", lr=np.array([0.1, 0.2, 0.4]), dampings=[0.0], losses=losses).log_loss
    array([-2.])
    """

    label: str
    lr: Array
    dampings: Sequence[float]
    losses: Array

    def __post_init__(self) -> None:
        lr, dampings = domain.positive("lr", self.lr, (None,)), domain.nonnegative("dampings", self.dampings, (None,))
        losses = domain.finite("losses", self.losses, (None, len(lr), len(dampings), None))
        tuned(10.0 ** losses[-1].min(axis=1), lr, what=self.label)

    @property
    def log_loss(self) -> Array:
        """Final log10 losses of the runs, (runs,), each at its own best lr and damping."""
        return self.losses[-1].min(axis=(0, 1))

    @property
    def curves(self) -> Array:
        """Losses (records, runs) of the runs at these lr and dampings."""
        flat = self.losses.reshape(len(self.losses), -1, self.losses.shape[-1])
        return np.take_along_axis(flat, flat[-1].argmin(axis=0)[None, None], axis=1)[:, 0]

    @property
    def diverged(self) -> NDArray[np.bool_]:
        """Which runs end at the cap, (lr, dampings, runs)."""
        return self.losses[-1] >= np.log10(divergence.CAP)

    @property
    def by_lr(self) -> Array:
        """Final log10 losses (lr, runs), each run at its best damping."""
        return self.losses[-1].min(axis=1)


def compare(
    data: Data, quadrant: str, rngs: Sequence[np.random.Generator], grids: Mapping[str, ArrayLike],
    dampings: Sequence[float], steps: int, every: int,
) -> dict[Key, Cell]:  # fmt: skip
    """Train methods at their grids of rates in one quadrant, "E 16" or "I inf" (full batch), a run for each generator.

    The methods, rates and dampings of a run share its randomness. Raises ValueError as `Cell` does.

    >>> from optclaims.science.networks import SQUARED, perceptron
    >>> data = Data.of(perceptron((2, 3, 1)), SQUARED, np.eye(2), np.array([0.0, 1.0]), "cpu")
    >>> rngs = [np.random.default_rng(seed) for seed in (0, 1)]
    >>> list(compare(data, "I inf", rngs, {"GD": [0.01, 0.1, 1.0, 10.0, 100.0]}, [0.0], steps=5, every=5))
    [('I', inf, 'GD')]
    """
    domain.nonnegative("dampings", dampings, (None,))
    steps, every = domain.integer("steps", steps, low=1, shape=()), domain.integer("every", every, low=1, shape=())
    domain.one_of("quadrant", quadrant.split()[0], BASES)
    basis, batch = quadrant.split()[0], float(quadrant.split()[1])
    shared, cells = noise(data, batch, steps, every, rngs), {}
    for name, grid in grids.items():
        lr, damped = np.asarray(grid, float), dampings if name.startswith("GN") else [0.0]
        seen = "I" if name == "GD" else basis  # it is the same in all bases
        losses = log_losses(train(data, METHODS[name], seen, lr, damped, shared, steps, every))
        cells[basis, batch, name] = Cell(f"{name} in quadrant {quadrant}", lr, damped, np.maximum(losses, FLOOR))
    return cells


def lead(cells: Mapping[Key, Cell], basis: str, batch: float, method: str, others: Sequence[str]) -> Array:
    """Decades by which a method ends below the best of others, (runs,); the methods share each run's randomness.

    >>> grid = np.array([[[[0.0]], [[0.0]], [[0.0]]], [[[-1.0]], [[-2.0]], [[-1.0]]]])
    >>> cells = {("I", 16, name): Cell(name, [0.1, 0.2, 0.4], [0.0], k * grid) for k, name in enumerate("BA", 1)}
    >>> lead(cells, "I", batch=16, method="A", others=["B"])
    array([2.])
    """
    batch = domain.positive("batch", batch, (), infinite=True)
    for name in (method, *others):
        domain.one_of("basis, batch, method", (basis, batch, name), tuple(cells))
    best = np.min([cells[basis, batch, other].log_loss for other in others], axis=0)
    return best - cells[basis, batch, method].log_loss


def pooled(errors: ArrayLike) -> Array:
    """Standard errors (points,) of a curve, each the root mean square of itself and two neighbours on either side.

    Three or four runs that happen to agree at one point do not make it certain.

    >>> pooled([1.0, 1.0, 0.0, 1.0]).round(3)
    array([0.816, 0.866, 0.866, 0.816])
    """
    padded = np.pad(np.square(domain.nonnegative("errors", errors, (None,))), 2, constant_values=np.nan)
    return np.sqrt(np.nanmean(np.lib.stride_tricks.sliding_window_view(padded, 5), axis=1))


def table(cells: Mapping[Key, Cell], every: int) -> pd.DataFrame:
    """Long table: tuned loss against the step, and final loss at the best damping of each run against the rate.

    Columns kind (curve, lr), basis, batch, method, x, log_loss, stderr (`pooled` along x): the mean over the runs of
    a curve, the median of those at one lr. Next to divergence rounding decides whether a run is lost: the median does
    not follow a single one, and a run that ends above its start, or diverges, counts as no progress, so that a rate
    keeps its place.

    >>> grid = np.array([[[[0.0, 0.0]], [[0.0, 0.0]], [[0.0, 0.0]]], [[[-1.0, -1.0]], [[-2.0, -2.0]], [[0.0, -1.0]]]])
    >>> table({("I", 16, "Adam"): Cell("Adam", [0.1, 0.2, 0.4], [0.0], grid)}, every=5).x.tolist()
    [0.0, 5.0, 0.1, 0.2, 0.4]
    """
    every = domain.integer("every", every, low=1, shape=())
    frames = []
    for (basis, batch, method), cell in cells.items():
        steps = np.arange(len(cell.losses)) * every
        for kind, x, values, middle, factor in (
            ("curve", steps, cell.curves, np.mean, 1.0),
            ("lr", cell.lr, cell.by_lr, np.median, OF_MEDIAN),
        ):
            values = np.minimum(values, cell.losses[0, 0, 0])
            errors = factor * pooled(statistics.stderr(values, 1))
            columns = {"x": x, "log_loss": middle(values, axis=1), "stderr": errors}
            labels = {
                "kind": kind,
                "basis": basis,
                "batch": "full" if np.isinf(batch) else f"{batch:g}",
                "method": method,
            }
            frames.append(pd.DataFrame(columns).assign(**labels))
    return pd.concat(frames)
