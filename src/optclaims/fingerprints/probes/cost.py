"""What it costs: numbers remembered for each parameter, and time per step against torch's SGD and Adam."""

import time
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd
import torch
from matplotlib.figure import Figure

from optclaims import style
from optclaims.fingerprints.movers import TorchMover
from optclaims.fingerprints.probe import Answers, Quantity
from optclaims.fingerprints.subjects import Subject
from optclaims.statistics import Estimate, median

__all__ = ["Cost"]


@dataclass(frozen=True)
class Cost:
    """State per parameter, and median ratio of times of interleaved steps."""

    side: int = 256  # of the matrix of parameters
    steps: int = 3
    rounds: int = 12

    name: ClassVar = "cost"
    question: ClassVar = "What does it remember, and how long does a step take?"
    needs_lr: ClassVar = False
    quantities: ClassVar = (
        Quantity("state", "it remembers {} numbers for each parameter", "numbers / parameter"),
        Quantity("against SGD", "a step takes {} times that of torch's SGD", "times", compared=False),
        Quantity("against Adam", "a step takes {} times that of torch's Adam", "times", compared=False),
    )

    def measure(self, subject: Subject, rng: np.random.Generator) -> pd.DataFrame:
        """Return the seconds of a step of 65536 parameters: round, optimizer, seconds, state."""
        theta = rng.standard_normal((self.side, self.side))
        gradient = 0.1 * rng.standard_normal(theta.shape)
        kinds = {
            "it": subject.make(theta, subject.lr, theta.shape),
            "SGD": TorchMover(lambda tensors: torch.optim.SGD(tensors, lr=1e-3), theta, theta.shape),
            "Adam": TorchMover(lambda tensors: torch.optim.Adam(tensors, lr=1e-3), theta, theta.shape),
        }
        rows = []
        for k in range(self.rounds + 1):  # the first round makes the memory
            for name, mover in kinds.items():
                began = time.process_time()
                for _ in range(self.steps if k else 1):
                    mover.move(theta, gradient)
                seconds = (time.process_time() - began) / self.steps
                rows += [{"round": k, "optimizer": name, "seconds": seconds}] if k else []
        return pd.DataFrame(rows).assign(state=kinds["it"].remembered() / theta.size)

    def answers(self, frame: pd.DataFrame) -> Answers:
        """Return the memory, exact, and the medians over rounds of the ratios of times."""
        times = frame.pivot(index="round", columns="optimizer", values="seconds")
        return {
            "state": Estimate.exact(float(frame["state"].iloc[0])),
            "against SGD": median((times["it"] / times["SGD"]).to_numpy()),
            "against Adam": median((times["it"] / times["Adam"]).to_numpy()),
        }

    def draw(self, frame: pd.DataFrame) -> Figure:
        """Return the times of all rounds."""
        figure, axes = style.subplots(width=5.2, height=2.2)
        for name, part in frame.groupby("optimizer", sort=False):
            axes.plot(1e6 * part["seconds"], [name] * len(part), "o", alpha=0.5)
        axes.set(xlabel="microseconds a step (65536 parameters)", xlim=(0, None), ylim=(-0.5, 2.5))
        return figure
