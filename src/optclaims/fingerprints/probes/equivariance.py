r"""Which changes of coordinates leave the path as it was, to rounding.

The same random gradients are sent through an optimizer once as they are and once transformed, and the two paths are
compared. Gradient descent commutes with rotations, Adam with sign flips and with scales of single coordinates, weight
decay spoils shifts. The degree is the p with which steps answer to a factor of the loss, $\Delta(c g) = c^p \Delta(g)$:
1 for gradient descent, 0 for whatever divides by the size of its gradients.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from optclaims import style
from optclaims.fingerprints.movers import matrix_shape
from optclaims.fingerprints.natures import SAME, Driver, deviation
from optclaims.fingerprints.probe import Answers, Quantity
from optclaims.fingerprints.subjects import Subject
from optclaims.statistics import Estimate

__all__ = ["Equivariance"]


@dataclass(frozen=True)
class Equivariance:
    """Rescaling, shift, permutation, sign flips and rotation of coordinates."""

    size: int = 16
    steps: int = 60
    factor: float = 4.0  # of the loss

    name: ClassVar = "equivariance"
    question: ClassVar = "Which changes of coordinates leave the path as it was?"
    needs_lr: ClassVar = False
    quantities: ClassVar = (
        Quantity("degree", "steps grow with the power {} of a factor of the loss", matters=0.5),
        Quantity("shift", "a shift of the origin leaves the path unchanged: {}", "yes = 1"),
        Quantity("permutation", "a permutation of coordinates leaves the path unchanged: {}", "yes = 1"),
        Quantity("signs", "sign flips of coordinates leave the path unchanged: {}", "yes = 1"),
        Quantity("rotation", "a rotation leaves the path unchanged: {}", "yes = 1"),
        Quantity("rows", "a rotation of the rows of a matrix leaves the path unchanged: {}", "yes = 1"),
        Quantity("scales", "scaling single coordinates' gradients leaves the path unchanged: {}", "yes = 1"),
        Quantity("coordinatewise", "every coordinate moves by its own gradients alone: {}", "yes = 1"),
        Quantity("lr is a factor", "lr is a factor of every step: {}", "yes = 1"),
        Quantity("repeats", "a second run takes the same path: {}", "yes = 1"),
    )

    def measure(self, subject: Subject, rng: np.random.Generator) -> pd.DataFrame:
        """Return the deviations of the transformed paths; columns transformation, deviation."""
        n, eye, rows = self.size, np.eye(self.size), matrix_shape(self.size)[0]
        start, gradients = rng.standard_normal(n), rng.standard_normal((self.steps, n))
        maps = {
            "permutation": eye[rng.permutation(n)],
            "signs": np.diag(rng.choice([-1.0, 1.0], n)),
            "rotation": np.linalg.qr(rng.standard_normal((n, n)))[0],
            "rows": np.kron(np.linalg.qr(rng.standard_normal((rows, rows)))[0], np.eye(n // rows)),
        }
        plain = self._steps(subject, start, gradients)
        found = {
            "shift": deviation(self._steps(subject, start + 3.0, gradients), plain),
            "scales": deviation(self._steps(subject, start, gradients * 2.0 ** rng.integers(-2, 3, n)), plain),
        }
        for name, q in maps.items():
            found[name] = deviation(self._steps(subject, q @ start, gradients @ q.T), plain @ q.T)
        larger = self._steps(subject, start, self.factor * gradients)
        halves = [np.log(np.linalg.norm(larger[half]) / np.linalg.norm(plain[half])) for half in self._halves()]
        found |= {f"degree of half {i + 1}": value / np.log(self.factor) for i, value in enumerate(halves)}
        nature = subject.nature
        found |= {"coordinatewise": float(not nature.coordinatewise), "lr is a factor": float(not nature.lr_is_factor)}
        found |= {"repeats": float(not nature.repeats)}
        return pd.DataFrame(
            {"transformation": list(found), "deviation": np.nan_to_num(list(found.values()), posinf=1e6)}
        )

    def _halves(self) -> tuple[slice, slice]:
        return slice(0, self.steps // 2), slice(self.steps // 2, self.steps)

    def _steps(self, subject: Subject, start: np.ndarray, gradients: np.ndarray) -> np.ndarray:
        run = Driver(subject, start[None], subject.lr)
        points = np.stack([start, *(run.step(gradient[None])[0] for gradient in gradients)])
        return np.diff(points, axis=0)

    def answers(self, frame: pd.DataFrame) -> Answers:
        """Return 1 where a path deviates by rounding only, else 0; and the degree with its two halves as interval."""
        found = frame.set_index("transformation")["deviation"]
        ends = sorted(float(found[f"degree of half {i}"]) for i in (1, 2))
        yes = {q.key: Estimate.exact(float(found[q.key] < SAME)) for q in self.quantities[1:]}
        return {"degree": Estimate(sum(ends) / 2, *ends), **yes}

    def draw(self, frame: pd.DataFrame) -> Figure:
        """Return the deviations as bars, with the level of rounding."""
        shown = frame[~frame["transformation"].str.startswith("degree")]
        figure, axes = style.subplots(width=5.2, height=3.0)
        axes.barh(shown["transformation"], np.maximum(shown["deviation"], 1e-17), left=1e-17)
        axes.axvline(SAME, **style.THEORY)
        axes.set(xscale="log", xlabel="relative deviation of the path (left of the line: rounding)", xlim=(1e-17, 1e2))
        axes.invert_yaxis()
        return figure
