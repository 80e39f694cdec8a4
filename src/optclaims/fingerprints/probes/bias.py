r"""Implicit bias: which of the many solutions of an underdetermined system it comes to from 0.

Descent on $\lVert X\theta - y \rVert^2 / 2$ with fewer equations than unknowns, full batch, steps that fall to 0.
Gradient descent stays in the span of the rows and finds the solution of least 2-norm. For one equation, steps of one
size along signs find that of least max-norm, as all coordinates move alike. Solutions are held against both norms.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from scipy.optimize import linprog

from optclaims import style
from optclaims.fingerprints.natures import Driver
from optclaims.fingerprints.probe import Answers, Quantity, require_finite
from optclaims.fingerprints.subjects import Subject
from optclaims.statistics import mean

__all__ = ["Bias", "least_maximum"]


@dataclass(frozen=True)
class Bias:
    """Excess of the 2-norm and of the max-norm over the least possible, for one equation and for several."""

    equations: tuple[int, ...] = (1, 4)
    size: int = 16
    runs: int = 8
    steps: int = 2000
    eta: float = 0.05
    residual: float = 0.05  # relative, above which it has no solution

    name: ClassVar = "bias"
    question: ClassVar = "Which of many solutions does it come to?"
    needs_lr: ClassVar = True
    quantities: ClassVar = tuple(
        Quantity(f"{norm}, {count}", f"its solution of {said} has a {norm} {{}} above the least one", matters=0.2)
        for count, said in ((1, "one equation"), (4, "four equations"))
        for norm in ("2-norm", "max-norm")
    )

    def measure(self, subject: Subject, rng: np.random.Generator) -> pd.DataFrame:
        """Return excesses and the relative residual: run, equations, 2-norm, max-norm, residual."""
        rows = []
        for n in self.equations:
            x = rng.standard_normal((self.runs, n, self.size)) / np.sqrt(self.size)
            y = np.einsum("rnd,rd->rn", x, rng.standard_normal((self.runs, self.size)))
            run = Driver(subject, np.zeros((self.runs, self.size)), float(subject.rate(self.eta)))
            for t in range(self.steps):
                gap = np.einsum("rnd,rd->rn", x, run.theta) - y
                factor = 1 - t / self.steps if subject.nature.lr_is_factor else 1.0
                run.step(np.einsum("rnd,rn->rd", x, gap), factor)
            require_finite(run.theta, "solving equations")
            for i, theta in enumerate(run.theta):
                least = np.linalg.norm(np.linalg.pinv(x[i]) @ y[i]), least_maximum(x[i], y[i])
                rows.append(
                    {
                        "run": i,
                        "equations": n,
                        "2-norm": np.linalg.norm(theta) / least[0] - 1,
                        "max-norm": np.abs(theta).max() / least[1] - 1,
                        "residual": np.linalg.norm(x[i] @ theta - y[i]) / np.linalg.norm(y[i]),
                    }
                )
        return pd.DataFrame(rows)

    def answers(self, frame: pd.DataFrame) -> Answers:
        """Return means over problems, where at least most of them were solved."""
        found = {}
        for count, part in frame.groupby("equations"):
            rest = float(part["residual"].max())
            for norm in ("2-norm", "max-norm"):
                solved = rest < self.residual
                found[f"{norm}, {count}"] = (
                    mean(part[norm].to_numpy())
                    if solved
                    else f"it did not solve the equations: a residual of {rest:.0%} was left"
                )
        return found

    def draw(self, frame: pd.DataFrame) -> Figure:
        """Return the excess of one norm against that of the other, of the solutions among the ends."""
        figure, axes = style.subplots()
        for count, part in frame[frame["residual"] < self.residual].groupby("equations"):
            axes.plot(part["2-norm"], part["max-norm"], "o", label=f"{count}")
        axes.plot(0, 0, "+", color="0.15", markersize=14)
        axes.set(xlabel="2-norm above the least one", ylabel="max-norm above the least one")
        if axes.get_legend_handles_labels()[0]:
            axes.legend(title="equations")
        return figure


def least_maximum(x: np.ndarray, y: np.ndarray) -> float:
    """Return the least max-norm of a solution of x theta = y, a linear program.

    >>> least_maximum(np.array([[1.0, 3.0]]), np.array([2.0]))
    0.5
    """
    n, d = x.shape
    above = np.hstack([np.vstack([np.eye(d), -np.eye(d)]), -np.ones((2 * d, 1))])
    solved = linprog(
        np.append(np.zeros(d), 1.0),
        A_ub=above, b_ub=np.zeros(2 * d), A_eq=np.hstack([x, np.zeros((n, 1))]), b_eq=y,
        bounds=[(None, None)] * d + [(0, None)],
    )  # fmt: skip
    if not solved.success:
        raise RuntimeError(f"the linear program of the least max-norm failed: {solved.message}")
    return float(solved.fun)
