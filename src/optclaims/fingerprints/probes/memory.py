r"""Memory: the response to one impulse, how long a large gradient is felt in the size of steps, and what silence does.

All in gradient noise of variance 1 that is the same in every arm. *Impulse*: +1 and -1 are added to one gradient, and
the paths part; the steps until 90 % of their final distance are there: 1 for gradient descent, 22 for momentum 0.9.
*Size*: the gradients of one step are 100 times the noise; the steps until movement is back at 0.7 of what it would be:
for Adam $1 + (1-\beta_2)\,10^4 \beta_2^k = 1/0.49$. The *first step* tells how the memory begins: with Adam's
correction it is lr. *Silence*: gradients are 0 for thousands of steps, then 1 once; the largest step in units of lr is
1 for gradient descent, and up to $(1-\beta_1)/\sqrt{1-\beta_2}$ for Adam.
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

__all__ = ["Memory"]

ARMS = ("plus", "minus", "noise", "spike", "silence")


@dataclass(frozen=True)
class Memory:
    """Three responses, one stack of five arms."""

    runs: int = 4
    size: int = 64
    before: int = 1000
    impulse: int = 400  # steps after which the response is complete
    steps: int = 8000
    spike: float = 100.0
    window: int = 50
    back: float = 0.7

    name: ClassVar = "memory"
    question: ClassVar = "How long does it remember, and how large is a step after silence?"
    needs_lr: ClassVar = False
    quantities: ClassVar = (
        Quantity("impulse", "90 % of its response to an impulse are there after {} steps", "steps", 10.0, True),
        Quantity("size", "it feels a hundredfold gradient for {} steps", "steps", 100.0, True),
        Quantity("first step", "its first step against a gradient of 1 is {} lr", "lr", 10.0, True),
        Quantity("silence", "its largest step after 8000 silent ones is {} lr", "lr", 10.0, True),
    )

    def measure(self, subject: Subject, rng: np.random.Generator) -> pd.DataFrame:
        """Return part (first, response, size, silence), run, step after the event, value."""
        arm = np.repeat(np.arange(len(ARMS)), self.runs)
        plus, minus, noise, spike, silence = (arm == i for i in range(len(ARMS)))
        run, rows = Driver(subject, np.zeros((len(arm), self.size)), subject.lr), []
        scale = np.abs(subject.lr)
        moved = np.zeros(len(arm))
        first = Driver(subject, np.zeros((1, self.size)), subject.lr).step(np.ones((1, self.size)))
        rows.append(("first", 0, 1, float(np.abs(require_finite(first, "taking its first step")).mean() / scale)))
        for t in range(-self.before, self.steps):
            gradient = np.tile(rng.standard_normal((self.runs, self.size)), (len(ARMS), 1))
            if t >= 0:
                gradient[silence] = 0.0
            if t == 0:
                gradient[plus] += 1.0
                gradient[minus] -= 1.0
                gradient[spike] = np.copysign(self.spike, gradient[spike])
            last = run.theta.copy()
            moved += np.mean((run.step(gradient) - last) ** 2, axis=1)
            if 0 <= t < self.impulse:
                gap = (run.theta[minus] - run.theta[plus]).mean(axis=1) / 2 / scale
                rows += [("response", i, t + 1, value) for i, value in enumerate(gap)]
            if (t + 1) % self.window == 0:
                if t > 0:
                    ratios = np.sqrt(moved[spike] / np.maximum(moved[noise], 1e-300))
                    rows += [("size", i, t + 1, value) for i, value in enumerate(ratios)]
                moved[:] = 0.0
        require_finite(run.theta, "remembering noise")
        largest, call = np.zeros(self.runs), np.ones((len(arm), self.size))
        for t in range(50):
            last = run.theta[silence]
            run.step(call if t == 0 else np.zeros_like(call))
            largest = np.maximum(largest, np.abs(run.theta[silence] - last).mean(axis=1))
        rows += [("silence", i, self.steps, value / scale) for i, value in enumerate(largest)]
        require_finite(run.theta, "stepping after silence")
        return pd.DataFrame(rows, columns=["part", "run", "step", "value"])

    def answers(self, frame: pd.DataFrame) -> Answers:
        """Return means over runs."""
        parts = {part: rows.pivot(index="step", columns="run", values="value") for part, rows in frame.groupby("part")}
        return {
            "first step": Estimate.exact(float(parts["first"].iloc[0, 0])),
            "impulse": self._impulse(parts["response"]),
            "size": self._size(parts["size"]),
            "silence": mean(parts["silence"].iloc[0].to_numpy()),
        }

    def _impulse(self, response: pd.DataFrame) -> Estimate | str:
        final = response.iloc[-self.impulse // 4 :].mean()
        if not (final.mean() > 0 and final.mean() > 2 * final.std()):
            return "one impulse moves it nowhere for good"
        if self._to_come(response) > 0.1:
            return f"its response to an impulse is not over after {self.impulse} steps"
        return mean((response >= 0.9 * final).idxmax().to_numpy(float))

    def _to_come(self, response: pd.DataFrame) -> float:
        """Return the share of the response after the record: both its last quarters as a geometric series."""
        half, later, end = (response.mean(axis=1).iloc[k * self.impulse // 4 - 1] for k in (2, 3, 4))
        if end - later < 0.01 * end:  # noise
            return 0.0
        ratio = (end - later) / max(later - half, 1e-300)
        return (end - later) / end * ratio / (1 - ratio) if ratio < 1 else np.inf

    def _size(self, size: pd.DataFrame) -> Estimate | str:
        # The spike itself, and the momentum of it, fall into the first windows.
        felt = size.iloc[2:] < self.back
        if felt.iloc[-1].any():
            return f"it feels a hundredfold gradient for more than {self.steps} steps"
        last = [float(column.index[column.to_numpy()].max()) if column.any() else 0.0 for _, column in felt.items()]
        found, reach = mean(last), self.window
        return Estimate(found.value, max(found.low - reach, 0.0), found.high + reach)

    def draw(self, frame: pd.DataFrame) -> Figure:
        """Return the response to an impulse, and the size of steps after a hundredfold gradient."""
        figure, axes = style.subplots(1, 2, width=3.6, height=3.0)
        for panel, part in zip(axes, ("response", "size"), strict=True):
            curve = frame[frame["part"] == part].groupby("step")["value"].mean()
            panel.plot(curve.index, curve)
            panel.set(xlabel="steps since", xscale="log")
        axes[0].set(title="after an impulse", ylabel="distance / lr")
        axes[1].axhline(self.back, **style.THEORY)
        axes[1].set(title="after a hundredfold gradient", ylabel="movement, relative", yscale="log")
        return figure
