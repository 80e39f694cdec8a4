r"""Edge of stability on a network: where lr times the preconditioned sharpness settles.

Full-batch training of a small tanh network sharpens until descent is only just stable. The preconditioner of an unknown
optimizer is its response J: by how much a step (in units of lr) changes with the gradient of that step. Then
$\mathrm{lr}\,\lambda_{\max}(J \nabla^2 L)$ settles at 2 for gradient descent, $2 (1+\mu)$ for heavy ball, and
$2(1+\beta_1)$ for Adam, whose J holds the factor $1-\beta_1$ of $38/\mathrm{lr}$ (Cohen et al. 2021, 2022). Steps along
signs do not answer to the size of the gradient: their J is 0, and there is no edge.
"""

import copy
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from optclaims import style
from optclaims.fingerprints.movers import guarded
from optclaims.fingerprints.natures import Driver
from optclaims.fingerprints.probe import Answers, Quantity, require_finite
from optclaims.fingerprints.subjects import Subject
from optclaims.statistics import Estimate, mean

__all__ = ["Edge", "Network"]


class Network:
    r"""A tanh network with one hidden layer, without biases, and a fixed data set: $L = \mathrm{mean}\,(f - y)^2 / 2$.

    >>> network = Network(np.random.default_rng(0), samples=4, inputs=2, hidden=3)
    >>> network.gradient(np.zeros((5, network.size))).shape
    (5, 9)
    """

    def __init__(self, rng: np.random.Generator, samples: int, inputs: int, hidden: int) -> None:
        self.x, self.y = rng.standard_normal((samples, inputs)), rng.standard_normal(samples)
        self.hidden, self.size = hidden, hidden * (inputs + 1)

    def gradient(self, theta: np.ndarray) -> np.ndarray:
        """Return the gradients (runs, size)."""
        inner, outer = theta[:, : -self.hidden].reshape(len(theta), self.hidden, -1), theta[:, -self.hidden :]
        units = np.tanh(self.x @ inner.transpose(0, 2, 1))  # (runs, samples, hidden)
        rest = ((units @ outer[:, :, None])[:, :, 0] - self.y) / len(self.y)
        back = (1 - units**2) * outer[:, None, :] * rest[:, :, None]
        of_inner = back.transpose(0, 2, 1) @ self.x
        of_outer = (rest[:, None, :] @ units)[:, 0]
        return np.concatenate([of_inner.reshape(len(theta), -1), of_outer], axis=1)

    def hessians(self, theta: np.ndarray, width: float = 1e-5) -> np.ndarray:
        """Return the Hessians (runs, size, size) by central differences of the gradient."""
        shifts = width * np.eye(self.size)
        ends = [self.gradient((theta[:, None] + sign * shifts).reshape(-1, self.size)) for sign in (1, -1)]
        found = ((ends[0] - ends[1]) / (2 * width)).reshape(len(theta), self.size, self.size)
        return (found + found.transpose(0, 2, 1)) / 2


@dataclass(frozen=True)
class Edge:
    """Plateau of lr times the preconditioned sharpness over learning rates and starts."""

    etas: tuple[float, ...] = tuple(0.1 * 2 ** (np.arange(14) / 2))
    runs: int = 4
    samples: int = 20
    inputs: int = 3
    hidden: int = 12
    steps: int = 3000
    records: int = 12
    flat: float = 0.12  # relative change to the next lr below which it has settled

    name: ClassVar = "edge"
    question: ClassVar = "Where does lr times the preconditioned sharpness of a network settle?"
    needs_lr: ClassVar = True
    quantities: ClassVar = (
        Quantity("has an edge", "its steps answer to the size of the gradient, so there is an edge: {}", "yes = 1"),
        Quantity("plateau", "lr times the preconditioned sharpness settles at {}", "1", 2.0, True),
    )

    def measure(self, subject: Subject, rng: np.random.Generator) -> pd.DataFrame:
        """Return lr times the sharpness at records of the last half: run, eta, step, sharpness."""
        network = Network(rng, self.samples, self.inputs, self.hidden)
        start = rng.standard_normal((self.runs, network.size))
        start[:, : -self.hidden] /= np.sqrt(self.inputs)
        start[:, -self.hidden :] /= np.sqrt(self.hidden)
        etas = np.repeat(self.etas, self.runs)
        rates = np.asarray(subject.rate(etas))
        run, rows = Driver(subject, np.tile(start, (len(self.etas), 1)), rates), []
        records = self.records if subject.nature.coordinatewise else self.records // 3  # its whole matrix is measured
        every = self.steps // 2 // records
        for t in range(1, self.steps + 1):
            if t > self.steps // 2 and t % every == 0:
                rows += self._record(run, network, rates, etas, t, subject.nature.coordinatewise)
            theta = run.step(network.gradient(run.theta))
            lost = ~(np.abs(theta).max(axis=1) < 1e3)
            run.theta[lost] = 1e3  # where it stays, out of the record
        if not rows:
            require_finite(np.full(1, np.nan), "training a network at every learning rate")
        return pd.DataFrame(rows, columns=["run", "eta", "step", "sharpness"])

    def _record(
        self, run: Driver, network: Network, rates: np.ndarray, etas: np.ndarray, t: int, alone: bool
    ) -> list[tuple[int, float, int, float]]:
        good = np.flatnonzero(np.abs(run.theta).max(axis=1) < 1e3)
        if not len(good):
            return []
        gradient = network.gradient(run.theta)
        response = self._response(run, gradient, alone)[good]
        values = self._largest(np.nan_to_num(response), network.hessians(run.theta[good]), alone)
        return [(int(i % self.runs), float(etas[i]), t, float(v)) for i, v in zip(good, values, strict=True)]

    @staticmethod
    def _response(run: Driver, gradient: np.ndarray, alone: bool) -> np.ndarray:
        """Return lr J = -d step / d gradient (runs, size, size) by steps of copies with shifted gradients.

        Where every coordinate is alone, J is diagonal, and its diagonal (runs, size) is returned.
        """
        width = 1e-4 * np.maximum(np.sqrt(np.mean(gradient**2, axis=1, keepdims=True)), 1e-12)

        def step(shift: np.ndarray) -> np.ndarray:
            twin = guarded(lambda: copy.deepcopy(run), 0)
            return twin.step(gradient + shift)

        size = gradient.shape[1]
        if alone:
            slope, wider = ((step(-w) - step(w)) / (2 * w) for w in (width, 4 * width))
            jumps = np.abs(slope - wider) > 0.5 * np.maximum(np.abs(slope), np.abs(wider))  # a sign that changed
            return np.where(jumps, 0.0, slope)
        found = np.empty((len(gradient), size, size))
        for i in range(size):
            shift = width * np.eye(size)[i]
            found[:, :, i] = (step(-shift) - step(shift)) / (2 * width)
        return found

    @staticmethod
    def _largest(response: np.ndarray, hessians: np.ndarray, alone: bool) -> np.ndarray:
        """Return the largest real parts of the eigenvalues of J H; with a diagonal J by those of a symmetric matrix."""
        if not alone:
            return np.linalg.eigvals(response @ hessians).real.max(axis=1)
        root = np.sqrt(np.maximum(response, 0.0))
        return np.linalg.eigvalsh(root[:, :, None] * hessians * root[:, None, :])[:, -1]

    def answers(self, frame: pd.DataFrame) -> Answers:
        """Return the mean over starts at the first lr that changes nothing to the one before; medians over records."""
        by = frame.groupby(["run", "eta"])["sharpness"]
        table = by.median().unstack().where(by.size().unstack() >= by.size().max() / 2).dropna(axis=1)
        typical = table.median().clip(lower=0.0)
        if typical.empty or typical.max() < 0.01:
            none = "its steps do not answer to the size of the gradient, so there is no edge"
            return {"has an edge": Estimate.exact(0.0), "plateau": none}
        there = {"has an edge": Estimate.exact(1.0)}
        change = np.abs(np.diff(typical) / np.maximum(typical.to_numpy()[:-1], 1e-9))
        settled = np.flatnonzero((change < self.flat) & (typical.to_numpy()[:-1] > 0.5))
        if not len(settled):
            return there | {"plateau": "the sharpness settled at no learning rate that was tried"}
        return there | {"plateau": mean(table.iloc[:, settled[0] + 1].to_numpy())}

    def draw(self, frame: pd.DataFrame) -> Figure:
        """Return the settled sharpness against lr."""
        figure, axes = style.subplots()
        by = frame.groupby("eta")["sharpness"]
        middle = by.median()
        axes.errorbar(middle.index, middle, [middle - by.quantile(0.25), by.quantile(0.75) - middle], fmt="o-")
        for level in (2.0, 3.8):
            axes.axhline(level, **style.THEORY)
        axes.set(xscale="log", ylim=(0, 4.5), xlabel="step (lines: 2 and 3.8)", ylabel="lr x preconditioned sharpness")
        return figure
