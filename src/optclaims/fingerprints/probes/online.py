r"""Reddi's online problem and a sparse one: a rare large gradient against many small ones of the other sign.

Reddi: the gradient is C once in P steps, else -1, with $C = \kappa (P-1)$, $\kappa > 1$: on average it is positive, and
a step should go down. Sparse: P/2 once, -1 once, 0 else (Zhuang et al. 2021). Whoever divides by a root that knows the
gradient of the step, or forgets within a period, goes up. The gradients do not depend on the point, so the drift of one
settled period decides. The regret is that on [-1, 1] with projection, relative to that of standing at the wrong end.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from optclaims import style
from optclaims.fingerprints.natures import Driver
from optclaims.fingerprints.probe import Answers, Quantity, between, require_finite, share
from optclaims.fingerprints.subjects import Subject
from optclaims.statistics import Estimate

__all__ = ["Online"]


@dataclass(frozen=True)
class Online:
    """Drift, average regret and region of failure."""

    periods: tuple[int, ...] = (3, 10, 30, 100, 300, 1000)  # each a divisor of half the steps
    kappas: tuple[float, ...] = (1.05, 1.5, 3.0)
    projected: tuple[int, ...] = (3, 10)  # periods
    steps: int = 6000
    size: int = 4
    eta: float = 0.01

    name: ClassVar = "online"
    question: ClassVar = "Does it follow the mean of rare large and many small gradients?"
    needs_lr: ClassVar = True
    quantities: ClassVar = (
        Quantity("wrong", "in the share {} of Reddi's problems it goes the wrong way"),
        Quantity("wrong sparse", "in the share {} of the sparse problems it goes the wrong way"),
        Quantity("longest period", "it goes the right way up to a period of {} (kappa = 1.5)", "steps", 100.0, True),
        Quantity("regret", "its average regret is {} of that at the wrong end"),
    )

    def problems(self) -> pd.DataFrame:
        """Return one row a run: kind, period, kappa."""
        rows = [("drift", p, k) for p in self.periods for k in self.kappas]
        rows += [("sparse", p, np.nan) for p in self.periods if p > 3]
        rows += [("regret", p, k) for p in self.projected for k in self.kappas]
        return pd.DataFrame(rows, columns=["kind", "period", "kappa"])

    @staticmethod
    def gradients(problems: pd.DataFrame, steps: int) -> np.ndarray:
        """Return the gradients (steps, runs) of steps 0, 1, ..."""
        period, kappa, t = problems["period"].to_numpy(), problems["kappa"].to_numpy(), np.arange(steps)[:, None]
        reddi = np.where(t % period == 0, kappa * (period - 1), -1.0)
        sparse = np.where(t % period == 0, period / 2, np.where(t % period == period - 3, -1.0, 0.0))
        return np.where(problems["kind"].to_numpy() == "sparse", sparse, reddi)

    def measure(self, subject: Subject, rng: np.random.Generator) -> pd.DataFrame:
        """Return the mean displacement a step in units of lr over the second half, and the relative regrets."""
        problems, half = self.problems(), self.steps // 2
        cycle = self.gradients(problems, half)
        lr = float(subject.rate(self.eta))
        run = Driver(subject, np.zeros((len(problems), self.size)), lr)
        bounded, regret = (problems["kind"] == "regret").to_numpy(), np.zeros(len(problems))
        for t in range(self.steps):
            gradient = cycle[t % half]
            if t == half:
                middle = run.theta.copy()
            if t >= half:
                regret += gradient * (1 + run.theta.mean(axis=1)) / half
            run.step(np.repeat(gradient[:, None], self.size, axis=1))
            run.theta[bounded] = np.clip(run.theta[bounded], -1, 1)
        require_finite(run.theta, "following an online problem")
        mean = np.mean(cycle, axis=0)
        drift = (run.theta - middle).mean(axis=1) / half / lr
        return problems.assign(value=np.where(bounded, regret / (2 * mean), drift))

    def answers(self, frame: pd.DataFrame) -> Answers:
        """Return shares of the fixed lists of problems, and the bracket of the longest period."""
        kinds = {kind: part for kind, part in frame.groupby("kind")}
        line = kinds["drift"][kinds["drift"]["kappa"] == 1.5].set_index("period")["value"]
        good = line.index[(line < -1e-9).cumprod().astype(bool)]
        longest: Estimate | str = "it goes the wrong way at every period"
        if len(good) == len(line):
            longest = Estimate.exact(float(line.index[-1]))
        elif len(good):
            longest = between(float(good[-1]), float(line.index[len(good)]))
        return {
            "wrong": share((kinds["drift"]["value"] > -1e-9).to_numpy()),
            "wrong sparse": share((kinds["sparse"]["value"] > -1e-9).to_numpy()),
            "longest period": longest,
            "regret": Estimate.exact(float(kinds["regret"]["value"].mean())),
        }

    def draw(self, frame: pd.DataFrame) -> Figure:
        """Return the drift against the period."""
        figure, axes = style.subplots()
        for kappa, part in frame[frame["kind"] == "drift"].groupby("kappa"):
            axes.plot(part["period"], part["value"], "o-", label=f"Reddi, {kappa:g}")
        sparse = frame[frame["kind"] == "sparse"]
        axes.plot(sparse["period"], sparse["value"], "s--", label="sparse")
        axes.axhline(0, **style.THEORY)
        axes.set(xscale="log", xlabel="period", ylabel="drift a step / lr (above the line: wrong)")
        axes.set_yscale("symlog", linthresh=1e-3)
        axes.legend(title="problem, kappa")
        return figure
