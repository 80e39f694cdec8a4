"""What a probe is: a question, an experiment that gives a tidy frame, and answers with intervals read off the frame."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Protocol

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from optclaims.fingerprints.movers import SubjectError
from optclaims.fingerprints.subjects import Subject
from optclaims.statistics import Estimate

__all__ = ["Answers", "Probe", "Quantity", "between", "require_finite", "share"]

Answers = Mapping[str, Estimate | str]
"""By key of the quantity: what was measured, or the sentence why nothing was."""


@dataclass(frozen=True)
class Quantity:
    """One number of a fingerprint.

    says: the sentence with {} for the value; matters: the difference from which on two optimizers count as wholly
    different in it; log: as a factor instead of a difference; compared: whether distances use it
    """

    key: str
    says: str
    unit: str = "1"
    matters: float = 1.0
    log: bool = False
    compared: bool = True

    def gap(self, value: float, other: float) -> float:
        """Return how different two values are, from 0 to 1.

        >>> Quantity("steps", "{} steps", matters=10.0, log=True).gap(1.0, 10.0)
        1.0
        """
        if self.log:
            value, other = (np.log(max(abs(x), 1e-12)) for x in (value, other))
        size = np.log(self.matters) if self.log else self.matters
        return float(min(abs(value - other) / size, 1.0))


class Probe(Protocol):
    """A question to any optimizer. Nothing in it knows the name of the optimizer that it asks.

    needs_lr: whether it has to choose learning rates
    """

    name: ClassVar[str]
    question: ClassVar[str]
    quantities: ClassVar[tuple[Quantity, ...]]
    needs_lr: ClassVar[bool]

    def measure(self, subject: Subject, rng: np.random.Generator) -> pd.DataFrame:
        """Return what was seen, one row an observation; raises SubjectError where the optimizer cannot be asked."""

    def answers(self, frame: pd.DataFrame) -> Answers:
        """Return all quantities from the frame alone."""

    def draw(self, frame: pd.DataFrame) -> Figure:
        """Return the figure of the frame."""


def between(below: float, above: float) -> Estimate:
    """Return a number that lies between two, with those as its interval: the middle of a bracket.

    >>> between(1.0, 3.0)
    Estimate(value=2.0, low=1.0, high=3.0)
    """
    return Estimate((below + above) / 2, below, above)


def share(flags: np.ndarray) -> Estimate:
    """Return the share of a fixed list of settings, which has no error."""
    return Estimate.exact(float(np.mean(flags)))


def require_finite(theta: np.ndarray, doing: str) -> np.ndarray:
    """Return theta; raises SubjectError unless all of it is finite."""
    if not np.isfinite(theta).all():
        lost = float(np.mean(~np.isfinite(theta)))
        raise SubjectError(f"gave NaN or infinity while {doing} ({lost:.0%} of the parameters)")
    return theta
