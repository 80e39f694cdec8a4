r"""The rule for lr that keeps the stationary noise when the batch grows: $\mathrm{lr} \propto B^\kappa$.

On $f = \theta^2/2$ with gradient noise of variance 1/B that outweighs the slope, the stationary variance is
$\propto \mathrm{lr}^a B^b$ and $\kappa = -b/a$: 1 for gradient descent, whose variance is $\approx \mathrm{lr}/(2B)$,
and 1/2 for steps divided by the size of the noise, $\approx \mathrm{lr}/(2\sqrt B)$ (Malladi et al. 2022).
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

__all__ = ["Batch"]


@dataclass(frozen=True)
class Batch:
    """Exponent of lr in B, from stationary variances at six settings."""

    batches: tuple[int, ...] = (1, 4, 16)
    etas: tuple[float, ...] = (5e-3, 2e-2)
    runs: int = 8
    size: int = 36
    burn: int = 1200
    steps: int = 1200

    name: ClassVar = "batch"
    question: ClassVar = "How must lr follow the batch, so that the stationary noise stays?"
    needs_lr: ClassVar = True
    quantities: ClassVar = (
        Quantity("exponent", "lr must follow the power {} of the batch to keep the noise", matters=0.5),
    )

    def measure(self, subject: Subject, rng: np.random.Generator) -> pd.DataFrame:
        """Return variances over time and coordinates: run, batch, eta, half, variance."""
        grid = [(batch, eta) for batch in self.batches for eta in self.etas]
        batch, eta = (np.repeat(column, self.runs) for column in zip(*grid, strict=True))
        run = Driver(subject, np.zeros((len(batch), self.size)), subject.rate(eta))
        noise = 1 / np.sqrt(batch)[:, None]
        variance = np.zeros((2, len(batch)))
        for t in range(self.burn + self.steps):
            run.step(run.theta + noise * rng.standard_normal(run.theta.shape))
            if t >= self.burn:
                half = 2 * (t - self.burn) // self.steps
                variance[half] += np.mean(run.theta**2, axis=1) / (self.steps / 2)
        require_finite(variance, "standing in noise")
        columns = {"run": np.tile(np.arange(self.runs), len(grid)), "batch": batch, "eta": eta}
        return pd.concat([pd.DataFrame(columns | {"half": i, "variance": variance[i]}) for i in (0, 1)])

    def answers(self, frame: pd.DataFrame) -> Answers:
        """Return -b/a of the plane ln variance = a ln eta + b ln B, resampled by runs."""
        halves = frame.pivot_table(index="run", columns="half", values="variance")
        change = float(halves[1].mean() / halves[0].mean())
        if not 0.85 < change < 1.15:
            return {"exponent": f"there is no stationary noise: its variance changes by the factor {change:.2f} in the "
                                "second half of the record"}  # fmt: skip
        table = frame.pivot_table(index="run", columns=["batch", "eta"], values="variance")
        x = np.log(np.array(table.columns.to_list(), float))
        x = np.column_stack([x, np.ones(len(x))])

        def exponent(variances: np.ndarray) -> float:
            of_batch, of_rate, _ = np.linalg.lstsq(x, np.log(variances.mean(axis=0)), rcond=None)[0]
            return float(-of_batch / of_rate)

        return {"exponent": jackknife(exponent, table.to_numpy())}

    def draw(self, frame: pd.DataFrame) -> Figure:
        """Return variances against the batch for both learning rates."""
        figure, axes = style.subplots()
        for eta, part in frame.groupby("eta"):
            curve = part.groupby("batch")["variance"].mean()
            axes.plot(curve.index, curve, "o-", label=f"{eta:g}")
            for power in (0.5, 1.0):
                axes.plot(curve.index, curve.iloc[0] * curve.index.to_numpy(float) ** -power, **style.THEORY)
        axes.set(xscale="log", yscale="log", xlabel="batch (lines: powers -1/2 and -1)", ylabel="stationary variance")
        axes.legend(title="step")
        return figure
