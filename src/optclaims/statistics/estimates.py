"""A value with its 95 % confidence interval, the only form in which a measurement reaches a check."""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy.special import stdtrit

CONFIDENCE = 0.95


@dataclass(frozen=True)
class Estimate:
    """A measured value with its 95 % confidence interval [low, high]; an exact number has low = value = high.

    Raises ValueError for NaN or infinity, and unless low <= value <= high.
    """

    value: float
    low: float
    high: float

    def __post_init__(self) -> None:
        for field in ("value", "low", "high"):
            object.__setattr__(self, field, float(getattr(self, field)))
        if not all(map(math.isfinite, (self.value, self.low, self.high))):
            raise ValueError(f"an estimate must be finite, got {self.value} in [{self.low}, {self.high}]")
        if not self.low <= self.value <= self.high:
            raise ValueError(f"the interval [{self.low}, {self.high}] does not hold its estimate {self.value}")

    @classmethod
    def exact(cls, value: float) -> Estimate:
        """Return a number that has no error."""
        return cls(value, value, value)

    def __neg__(self) -> Estimate:
        return Estimate(-self.value, -self.high, -self.low)

    def __add__(self, constant: float) -> Estimate:
        return Estimate(self.value + constant, self.low + constant, self.high + constant)

    def __sub__(self, constant: float) -> Estimate:
        return self + (-constant)

    def __mul__(self, factor: float) -> Estimate:
        ends = sorted((self.low * factor, self.high * factor))
        return Estimate(self.value * factor, *ends)

    def __truediv__(self, divisor: float) -> Estimate:
        return self * (1 / divisor)


def t_quantile(probability: float, dof: float) -> float:
    """Return the quantile of Student's t distribution; ``dof=np.inf`` is the normal distribution."""
    return float(stdtrit(dof, probability))  # scipy.special: a job that needs no more than this starts a second sooner


def from_stderr(value: float, stderr: float, dof: float) -> Estimate:
    r"""Return value $\pm\, t_{0.975,\mathrm{dof}} \cdot$ stderr; ``dof=np.inf`` is the normal interval."""
    half_width = t_quantile((1 + CONFIDENCE) / 2, dof) * stderr
    return Estimate(value, value - half_width, value + half_width)
