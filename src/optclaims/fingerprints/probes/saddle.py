r"""Escape from a saddle: steps until a distance d from its stable set has grown to 1, against ln(1/d).

On $f = -\theta^2/2$ gradient descent multiplies the distance by 1 + lr a step, so the steps grow as
$\ln(1/d)/\ln(1+\mathrm{lr})$; heavy ball needs $1/\ln z$ steps for a factor e, with z the larger root of
$z^2 - (1 + \mu + \mathrm{lr}) z + \mu$.
Steps that divide by the size of the gradient do not see d: their slope is 0.
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

__all__ = ["Saddle"]


@dataclass(frozen=True)
class Saddle:
    """Slope of the steps to escape against the logarithm of the first distance."""

    eta: float = 0.05
    distances: int = 9
    nearest: float = 1e-6
    steps: int = 1500

    name: ClassVar = "saddle"
    question: ClassVar = "How much longer does it take to leave a saddle from nearer by?"
    needs_lr: ClassVar = True
    quantities: ClassVar = (
        Quantity(
            "slope", "a start nearer by the factor e costs {} times the steps of gradient descent more",
            "1 / eta steps", matters=0.5,
        ),
    )  # fmt: skip

    def measure(self, subject: Subject, rng: np.random.Generator) -> pd.DataFrame:
        """Return the steps to leave: distance, steps (interpolated; missing where it did not leave), eta."""
        distances = np.logspace(np.log10(self.nearest), -2, self.distances)
        run = Driver(subject, np.repeat(distances[:, None], 4, axis=1), float(subject.rate(self.eta)))
        before, left = np.log(distances), np.full(self.distances, np.nan)
        for t in range(1, self.steps + 1):
            now = np.log(np.maximum(np.abs(run.step(-run.theta)).mean(axis=1), 1e-300))
            out = np.isnan(left) & (now >= 0)
            left[out] = t - now[out] / np.maximum(now[out] - before[out], 1e-300)
            before = now
            if not np.isnan(left).any():
                break
            run.theta = np.clip(run.theta, -100, 100)  # those that have left go nowhere
        require_finite(run.theta, "leaving a saddle")
        return pd.DataFrame({"distance": distances, "steps": left, "eta": self.eta})

    def answers(self, frame: pd.DataFrame) -> Answers:
        """Return the mean slope between neighbouring distances, in units of gradient descent's 1 / ln(1 + eta)."""
        if frame["steps"].isna().any():
            return {"slope": f"it did not leave the saddle within {self.steps} steps from every distance"}
        slopes = -np.diff(frame["steps"]) / np.diff(np.log(frame["distance"]))
        return {"slope": mean(slopes * np.log1p(frame["eta"].iloc[0]))}

    def draw(self, frame: pd.DataFrame) -> Figure:
        """Return steps against distance, with gradient descent's line."""
        figure, axes = style.subplots()
        axes.plot(frame["distance"], frame["steps"], "o-")
        axes.plot(frame["distance"], -np.log(frame["distance"]) / np.log1p(frame["eta"]), **style.THEORY)
        axes.set(xscale="log", xlabel="distance from the stable set (line: gradient descent)", ylabel="steps to leave")
        return figure
