r"""Batch-one counterexample of sign methods: two samples whose gradients have opposite signs in the two coordinates.

$f_i = (a_i \cdot \theta)^2 / 2$ with $a_1 = (1, -1/2)$, $a_2 = (-1/2, 1)$, one sample a step: every gradient has the
signs (+, -) or (-, +), so a step along signs never leaves the line on which $\theta_1 + \theta_2$ is what it was, and
never comes to the only minimum, 0 (the mechanism of Karimireddy et al. 2019). Also with a common factor, as 1-norms.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from optclaims import style
from optclaims.fingerprints.natures import Driver
from optclaims.fingerprints.probe import Answers, Quantity, require_finite
from optclaims.fingerprints.subjects import Subject
from optclaims.statistics import mean

__all__ = ["SignTrap"]

SAMPLES = np.array([[1.0, -0.5], [-0.5, 1.0]])


@dataclass(frozen=True)
class SignTrap:
    """How much of the distance across the line is left."""

    runs: int = 12
    steps: int = 3000
    eta: float = 0.02
    start: tuple[float, float] = (1.5, 0.5)
    records: int = 60

    name: ClassVar = "sign_trap"
    question: ClassVar = "Is it caught on a line where the signs of single samples agree?"
    needs_lr: ClassVar = True
    quantities: ClassVar = (Quantity("left", "the share {} of the distance across the line is left", matters=0.5),)

    def measure(self, subject: Subject, rng: np.random.Generator) -> pd.DataFrame:
        """Return the sum of both coordinates, relative to the start: run, step, left."""
        run = Driver(subject, np.tile(self.start, (self.runs, 1)), float(subject.rate(self.eta)))
        every, rows = self.steps // self.records, []
        for t in range(1, self.steps + 1):
            a = SAMPLES[rng.integers(2, size=self.runs)]
            require_finite(run.step((a * run.theta).sum(axis=1, keepdims=True) * a), "descending on two samples")
            if t % every == 0:
                rows.append(run.theta.sum(axis=1) / sum(self.start))
        left = np.abs(np.array(rows))
        run_, step = np.meshgrid(np.arange(self.runs), every * np.arange(1, len(left) + 1))
        return pd.DataFrame({"run": run_.ravel(), "step": step.ravel(), "left": left.ravel()})

    def answers(self, frame: pd.DataFrame) -> Answers:
        """Return the mean over runs of what is left on average over the last quarter."""
        late = frame[frame["step"] > 0.75 * frame["step"].max()]
        return {"left": mean(late.groupby("run")["left"].mean().to_numpy())}

    def draw(self, frame: pd.DataFrame) -> Figure:
        """Return what is left against steps, mean and range over runs."""
        figure, axes = style.subplots()
        by = frame.groupby("step")["left"]
        axes.plot(by.mean().index, by.mean())
        style.band(axes, by.min().index, by.min(), by.max())
        axes.axhline(1.0, **style.THEORY)
        axes.set(xlabel="step", ylabel="distance across the line (caught: 1)", ylim=(0, None))
        return figure
