r"""Risk in high dimension, against the equations of SGD and of signSGD.

Streaming least squares, one fresh sample a step: $x \sim N(0, I_d)$, residual $r = x \cdot \Delta + \xi$, gradient
$r x$. With $q = \lVert\Delta\rVert^2$ and $s^2 = q + \sigma^2$ the squared distance follows, for large d,

$$q' = q - 2\,\mathrm{lr}\,q + \mathrm{lr}^2 ((d + 2) q + d \sigma^2) \ \text{(SGD, exact)}, \qquad
q' = q - \tfrac4\pi\,\mathrm{lr}\,q / s + \mathrm{lr}^2 d \ \text{(signSGD)}.$$

Each equation is given the lr that fits best; the answers are the distances that remain, rms of ln q over time.
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
from optclaims.statistics import jackknife

__all__ = ["Risk", "curves"]

EQUATIONS = ("SGD", "signSGD")


@dataclass(frozen=True)
class Risk:
    """Gap to either equation, with its best learning rate."""

    size: int = 100
    runs: int = 8
    steps: int = 1000
    times: tuple[float, float] = (0.5, 1.0)  # steps in units of 1 / d
    start: float = 25.0  # squared distance
    noise: float = 1.0
    every: int = 20

    name: ClassVar = "risk"
    question: ClassVar = "Does its risk in high dimension follow SGD's equation, or signSGD's?"
    needs_lr: ClassVar = True
    quantities: ClassVar = tuple(
        Quantity(f"gap to {name}", f"its risk curve is {{}} (rms of ln) from {name}'s equation", matters=0.3)
        for name in EQUATIONS
    )

    def measure(self, subject: Subject, rng: np.random.Generator) -> pd.DataFrame:
        """Return squared distances: run, eta, step, q."""
        d, etas = self.size, np.repeat(np.array(self.times) / self.size, self.runs)
        direction = rng.standard_normal((self.runs, d))
        direction *= np.sqrt(self.start) / np.linalg.norm(direction, axis=1, keepdims=True)
        run, rows = Driver(subject, np.tile(direction, (len(self.times), 1)), subject.rate(etas)), []
        for t in range(self.steps + 1):
            if t % self.every == 0:
                rows.append(np.sum(run.theta**2, axis=1))
            x = np.tile(rng.standard_normal((self.runs, d)), (len(self.times), 1))
            xi = np.tile(rng.standard_normal(self.runs), len(self.times))
            run.step(((x * run.theta).sum(axis=1) + self.noise * xi)[:, None] * x)
        q = require_finite(np.array(rows), "descending on streaming least squares")
        step, which = np.meshgrid(self.every * np.arange(len(q)), np.arange(len(etas)), indexing="ij")
        columns = {"run": which.ravel() % self.runs, "eta": etas[which.ravel()], "step": step.ravel()}
        return pd.DataFrame(columns | {"q": q.ravel()})

    def answers(self, frame: pd.DataFrame) -> Answers:
        """Return the least gaps, resampled by runs."""
        table = frame.pivot_table(index="run", columns=["eta", "step"], values="q").to_numpy()
        found = {}
        for equation in EQUATIONS:
            theory = self._theory(equation, int(frame["step"].max()))[1].reshape(-1, table.shape[1])

            def gap(q: np.ndarray, theory: np.ndarray = theory) -> float:
                return float(np.sqrt(np.mean((np.log(q.mean(axis=0)) - theory) ** 2, axis=1)).min())

            found[f"gap to {equation}"] = jackknife(gap, table)
        return found

    def _theory(self, equation: str, steps: int) -> tuple[np.ndarray, np.ndarray]:
        """Return factors of lr (factors,) and ln q (factors, etas, times)."""
        factors = np.logspace(-1, 1, 161)
        rates = factors[:, None] * np.array(self.times) / self.size
        found = curves(equation, rates, self.size, self.start, self.noise, steps)[:: self.every]
        return factors, np.log(np.moveaxis(found, 0, -1))

    def draw(self, frame: pd.DataFrame) -> Figure:
        """Return the curves with the best of either equation."""
        figure, axes = style.subplots(1, 2, width=3.6, height=3.0, sharey=True)
        mean = frame.groupby(["eta", "step"])["q"].mean().unstack()
        for panel, equation in zip(axes, EQUATIONS, strict=True):
            theory = self._theory(equation, int(frame["step"].max()))[1]
            best = np.mean((np.log(mean.to_numpy()) - theory) ** 2, axis=(1, 2)).argmin()
            for i, (eta, curve) in enumerate(mean.iterrows()):
                panel.plot(curve.index / self.size, curve, label=f"{eta * self.size:g} / d")
                panel.plot(curve.index / self.size, np.exp(theory[best, i]), **style.THEORY)
            panel.set(yscale="log", xlabel="steps / d", title=f"against {equation}'s equation")
        axes[0].set_ylabel("squared distance")
        axes[1].legend(title="step")
        return figure


def curves(equation: str, lr: np.ndarray, size: int, start: float, noise: float, steps: int) -> np.ndarray:
    """Return q (steps + 1, ...) of an equation for each of the rates (...); what grows is held at 1e6.

    >>> curves("SGD", np.array([0.01]), 100, 25.0, 0.0, 1).round(3)
    array([[25.   ],
           [24.755]])
    """
    q, out = np.full(np.shape(lr), float(start)), []
    for _ in range(steps + 1):
        out.append(q)
        if equation == "SGD":
            q = q - 2 * lr * q + lr**2 * ((size + 2) * q + size * noise**2)
        else:
            q = q - 4 / np.pi * lr * q / np.sqrt(q + noise**2) + lr**2 * size
        q = np.clip(q, 1e-12, 1e6)
    return np.array(out)
