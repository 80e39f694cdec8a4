r"""Cauchy noise, which has no mean: does it converge, and to what level.

Gradients are $\theta + \xi$ with $\xi$ standard Cauchy. The stationary law of gradient descent is again Cauchy with
scale 1 whatever lr is, so smaller steps do not help; the level of sign-like steps falls as $\sqrt{\mathrm{lr}}$.
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
from optclaims.statistics import Estimate, mean

__all__ = ["HeavyTails"]


@dataclass(frozen=True)
class HeavyTails:
    r"""Distance at two learning rates, each for as many steps as it needs.

    The distance of a law is the scale of the Cauchy law of equal $E|\theta|^{1/4}$, which is $1/\cos(\pi/8)$ at scale
    1; this moment and its variance exist. Random starts keep signs from walking on one lattice.
    """

    etas: tuple[float, float] = (1e-2, 4e-2)
    steps: int = 5000  # at the first, as many fewer at the second as it is larger
    runs: int = 8
    size: int = 64
    every: int = 10

    name: ClassVar = "heavy_tails"
    question: ClassVar = "Does it converge under Cauchy noise, and to what level?"
    needs_lr: ClassVar = True
    quantities: ClassVar = (
        Quantity("exponent", "under Cauchy noise its level falls with the power {} of lr", matters=0.5),
        Quantity(
            "level", "under Cauchy noise it stays {} away from the minimum (steps of 0.01)", matters=10.0, log=True
        ),
    )

    def measure(self, subject: Subject, rng: np.random.Generator) -> pd.DataFrame:
        """Return the quarter moments over coordinates: run, eta, step, moment."""
        rows = []
        for eta in self.etas:
            start, steps = 0.3 * rng.standard_normal((self.runs, self.size)), self._steps(eta)
            run = Driver(subject, start, float(subject.rate(eta)))
            for t in range(1, steps + 1):
                run.step(run.theta + rng.standard_cauchy(run.theta.shape))
                if t % self.every == 0:
                    moments = np.mean(np.abs(run.theta) ** 0.25, axis=1)
                    rows += [{"run": i, "eta": eta, "step": t, "moment": x} for i, x in enumerate(moments)]
            require_finite(run.theta, "descending under Cauchy noise")
        return pd.DataFrame(rows)

    def _steps(self, eta: float) -> int:
        return round(self.steps * self.etas[0] / eta)

    def answers(self, frame: pd.DataFrame) -> Answers:
        """Return the slope between both rates and the level at the first, from the second halves of the records."""
        late = frame[frame["step"] > frame.groupby("eta")["step"].transform("max") / 2]
        logs = np.log(distance(late.groupby(["run", "eta"])["moment"].mean().unstack()).clip(lower=1e-12))
        low, high = self.etas
        level = mean(logs[low].to_numpy())
        return {
            "exponent": mean(((logs[high] - logs[low]) / np.log(high / low)).to_numpy()),
            "level": Estimate(*np.exp([level.value, level.low, level.high])),
        }

    def draw(self, frame: pd.DataFrame) -> Figure:
        """Return the median distance against steps times lr."""
        figure, axes = style.subplots()
        for eta, part in frame.groupby("eta"):
            curve = distance(part.groupby("step")["moment"].mean())
            axes.plot(eta * curve.index, curve, label=f"{eta:g}")
        axes.axhline(1.0, **style.THEORY)
        axes.set(yscale="log", xlabel="step times its size (line: gradient descent)", ylabel="distance")
        axes.legend(title="step")
        return figure


def distance(moment: pd.Series) -> pd.Series:
    """Return the scale of the Cauchy law with this mean of the quarter power."""
    return (np.cos(np.pi / 8) * moment) ** 4
