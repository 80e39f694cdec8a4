r"""How long steps may be on a quadratic, and how the rate depends on curvature.

*Largest stable step*: with $f = \theta^2/2$ and a start so far away that bounded steps cannot grow to it, the largest
lr at which the distance does not grow: 2 for gradient descent, $2(1+\mu)$ for heavy ball, none for sign-like steps.

*Exponent of the preconditioner*: among curvatures h the rate of approach is $\propto h^{1-\alpha}$. At full batch
$\alpha = 0$ for gradient descent, and 1 for steps that divide by the size of the gradient, which is $\propto h$. At
small batch the noise of the gradient is $\propto \sqrt h$, as that of a well-fitted model, and dividing by its size
gives 1/2: the power 1/2 of Gauss-Newton (Adam or Gauss-Newton, 2025).
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from optclaims import style
from optclaims.fingerprints.natures import Driver
from optclaims.fingerprints.probe import Answers, Quantity, between, require_finite
from optclaims.fingerprints.subjects import Subject
from optclaims.statistics import Estimate, mean

__all__ = ["Stability"]


@dataclass(frozen=True)
class Stability:
    """Largest stable step, exponent of the preconditioner at full and at small batch."""

    rates: int = 48
    steps: int = 480
    size: int = 4
    far: float = 1e9
    eta: float = 2e-3
    noise: float = 10.0
    runs: int = 8
    copies: int = 16
    longest: int = 1500
    way: float = 0.1  # of the fastest, and twice that

    name: ClassVar = "stability"
    question: ClassVar = "How long may steps be on a quadratic, and what power of the curvature is divided out?"
    needs_lr: ClassVar = True
    quantities: ClassVar = (
        Quantity("has a limit", "beyond some lr, distances grow without bound: {}", "yes = 1"),
        Quantity("largest step", "the largest stable lr times curvature is {}", "1 / curvature", matters=2.0, log=True),
        Quantity("full batch", "the exponent of the preconditioner at full batch is {}", matters=0.5),
        Quantity("small batch", "the exponent of the preconditioner at small batch is {}", matters=0.5),
    )

    def measure(self, subject: Subject, rng: np.random.Generator) -> pd.DataFrame:
        """Return growth against lr, and progress against curvature at two times: part, x, run, level, value."""
        growth, rates = [], np.logspace(-3, 3, self.rates)
        for _ in range(2):
            grows = self._grows(subject, rates)
            growth += [
                {"part": "growth", "x": x, "run": 0, "level": 0, "value": float(g)}
                for x, g in zip(rates, grows, strict=True)
            ]
            last = self._bracket(rates, grows)
            if last is None:
                break
            rates = np.linspace(*last, self.rates)
        h = np.logspace(-0.6, 0.6, 7)
        rows = [
            {"part": part, "x": x, "run": run, "level": level, "value": value}
            for part, random in (("full batch", None), ("small batch", rng))
            for level, found in enumerate(self._progress(subject, h, random))
            for run, line in enumerate(found)
            for x, value in zip(h, line, strict=True)
        ]
        return pd.DataFrame(growth + rows)

    @staticmethod
    def _bracket(rates: np.ndarray, grows: np.ndarray) -> tuple[float, float] | None:
        """Return the last rate below which nothing grows, and the first one that does."""
        if not grows.any() or grows[0]:
            return None
        first = int(grows.argmax())
        return float(rates[first - 1]), float(rates[first])

    def _grows(self, subject: Subject, rates: np.ndarray) -> np.ndarray:
        run = Driver(subject, np.full((len(rates), self.size), self.far), rates)
        peaks = np.zeros((4, len(rates)))
        for t in range(self.steps):
            size = np.abs(run.step(run.theta)).max(axis=1)
            peaks[4 * t // self.steps] = np.fmax(peaks[4 * t // self.steps], np.where(np.isfinite(size), size, np.inf))
        return ~np.isfinite(peaks[3]) | (peaks[3] > peaks[2] * (1 + 1e-9)) & (peaks[3] > self.far)

    def _progress(self, subject: Subject, h: np.ndarray, rng: np.random.Generator | None) -> list[np.ndarray]:
        """Return -ln of the remaining distance (runs, curvatures) when the fastest has come so far, and twice as far.

        With noise, two copies under the same noise start at +1 and -1: half their difference is the mean distance.
        """
        runs, curvatures = (1, h) if rng is None else (self.runs, np.repeat(h, self.copies))
        start = np.ones((2 * runs, len(curvatures)))
        start[runs:] = -1.0
        run, found = Driver(subject, start, float(subject.rate(self.eta))), []
        for t in range(1, self.longest + 1):
            gradient = curvatures * run.theta
            if rng is not None:
                noise = self.noise * np.sqrt(curvatures) * rng.standard_normal((runs, len(curvatures)))
                gradient = gradient + np.concatenate([noise, noise])
            require_finite(run.step(gradient), "approaching the minimum of a quadratic")
            left = (run.theta[:runs] - run.theta[runs:]) / 2
            left = left.reshape(runs, len(h), -1).mean(axis=2)
            if left.mean(axis=0).min() < 1 - self.way * 2 ** len(found) or t == self.longest:
                found.append(-np.log(np.maximum(left, 1e-9)))
            if len(found) == 2:
                break
        return found

    def answers(self, frame: pd.DataFrame) -> Answers:
        """Return the bracket of the largest step, and one minus the slopes of rate against curvature."""
        growth = frame[frame["part"] == "growth"]
        grows, rates = growth["value"].to_numpy() > 0, growth["x"].to_numpy()
        answers: dict[str, Estimate | str] = {"has a limit": Estimate.exact(float(grows.any()))}
        if not grows.any():
            answers["largest step"] = f"distances grew at no lr up to {rates.max():.0f}"
        elif rates[grows].min() == rates.min():
            answers["largest step"] = f"distances grow at every lr from {rates.min():.0e} on"
        else:
            first = rates[grows].min()
            answers["largest step"] = between(rates[rates < first].max(), first)
        for part in ("full batch", "small batch"):
            answers[part] = self._exponent(frame[frame["part"] == part])
        return answers

    def _exponent(self, frame: pd.DataFrame) -> Estimate | str:
        """Return one minus the slope, with its error over runs and with the biases of finite ways and steps.

        That of the way is what halving it changes, that of the step is of the order lr h at the largest curvature h.
        """
        found = []
        for _, part in frame.groupby("level"):
            table = part.pivot(index="run", columns="x", values="value").clip(lower=1e-9)
            if table.max(axis=None) < 1e-3:
                return "hardly any progress within the steps of the probe"
            x = np.log(table.columns.to_numpy(float))
            found.append(1 - np.log(table.to_numpy()) @ (x - x.mean()) / np.sum((x - x.mean()) ** 2))
        bias = abs(float(found[-1].mean() - found[0].mean())) + self.eta * frame["x"].max() / 2
        near = mean(found[0]) if len(found[0]) > 1 else Estimate.exact(found[0][0])
        return Estimate(near.value, near.low - bias, near.high + bias)

    def draw(self, frame: pd.DataFrame) -> Figure:
        """Return progress against curvature, with the lines of exponents 0, 1/2 and 1."""
        figure, axes = style.subplots(1, 2, width=3.6, height=3.0, sharey=False)
        for panel, part in zip(axes, ("full batch", "small batch"), strict=True):
            curve = frame[(frame["part"] == part) & (frame["level"] == 0)].groupby("x")["value"].mean()
            panel.plot(curve.index, curve, "o", zorder=4)
            middle = curve.iloc[len(curve) // 2]
            for alpha in (0.0, 0.5, 1.0):
                panel.plot(curve.index, middle * curve.index.to_numpy() ** (1 - alpha), **style.THEORY)
                end = (curve.index[-1] * 1.1, middle * curve.index[-1] ** (1 - alpha))
                panel.annotate(f"{alpha:g}", end, va="center")
            panel.set(xscale="log", yscale="log", xlabel="curvature", ylabel="progress", title=part)
            panel.set_xlim(right=7)
            panel.set_xticks([0.25, 0.5, 1, 2, 4], ["1/4", "1/2", "1", "2", "4"], minor=False)
            panel.set_xticks([], minor=True)
        return figure
