r"""Hyperparameters that change with the step: functions of t = 1, 2, ... for any field of a rule."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from optclaims.science import domain

__all__ = ["Averaging", "Drops", "Geometric", "InversePower", "Power", "Warmup"]

Value = Any  # a number, or an array that broadcasts over runs


@dataclass(frozen=True)
class InversePower:
    r"""$\mathrm{start}\; (t + \mathrm{shift})^{-\mathrm{power}}$; power 1/2 is the step size of online learning.

    Domain: start any shape.

    >>> InversePower(0.5)(4)
    0.25
    """

    start: Value
    power: float = 0.5
    shift: float = 0.0

    def __post_init__(self) -> None:
        domain.nonnegative("start", self.start)
        domain.nonnegative("power", self.power, shape=())
        domain.nonnegative("shift", self.shift, shape=())

    def __call__(self, t: int) -> Value:
        return self.start / (t + self.shift) ** self.power


@dataclass(frozen=True)
class Power:
    r"""$\min(\mathrm{high},\; \mathrm{factor}\; s_{t-1}^{\mathrm{power}})$: a power of the last value of a schedule s.

    >>> Power(2.0, InversePower(1.0), 2, high=1.0)(5)  # 2 / 4
    0.5
    """

    factor: float
    schedule: Callable[[int], Value]
    power: float
    high: float

    def __post_init__(self) -> None:
        domain.function("schedule", self.schedule)
        domain.nonnegative("factor", self.factor, shape=())
        domain.nonnegative("power", self.power, shape=())
        domain.positive("high", self.high, shape=())

    def __call__(self, t: int) -> Value:
        return self.high if t == 1 else min(self.high, self.factor * self.schedule(t - 1) ** self.power)


@dataclass(frozen=True)
class Geometric:
    r"""$\mathrm{start}\; \mathrm{factor}^{t-1}$, as AMSGrad's momentum $\beta_1 \lambda^{t-1}$.

    Domain: start any shape.

    >>> Geometric(0.5, 0.5)(3)
    0.125
    """

    start: Value
    factor: float

    def __post_init__(self) -> None:
        domain.nonnegative("start", self.start)
        domain.probability("factor", self.factor, shape=())

    def __call__(self, t: int) -> Value:
        return self.start * self.factor ** (t - 1)


@dataclass(frozen=True)
class Averaging:
    r"""$1 - 1/t$: the moving average with it is the mean of all steps so far.

    >>> Averaging()(4)
    0.75
    """

    def __call__(self, t: int) -> Value:
        return 1 - 1 / t


@dataclass(frozen=True)
class Drops:
    r"""`start`, multiplied by `factor` after each of the steps `after`.

    Domain: start any shape; after any length.

    >>> [Drops(1.0, (2, 3), 0.5)(t) for t in (1, 2, 3, 4)]
    [1.0, 1.0, 0.5, 0.25]
    """

    start: Value
    after: tuple[int, ...]
    factor: float = 0.1

    def __post_init__(self) -> None:
        domain.nonnegative("start", self.start)
        domain.increasing("after", np.asarray(self.after, float), low=0)
        domain.probability("factor", self.factor, shape=())

    def __call__(self, t: int) -> Value:
        return self.start * self.factor ** sum(t > step for step in self.after)


@dataclass(frozen=True)
class Warmup:
    r"""$\mathrm{end}\,\min(1, t/\mathrm{steps})$: linear from `end / steps` to `end`, then constant.

    Domain: end any shape.

    >>> [Warmup(1.0, 4)(t) for t in (1, 4, 9)]
    [0.25, 1.0, 1.0]
    """

    end: Value
    steps: int

    def __post_init__(self) -> None:
        domain.nonnegative("end", self.end)
        domain.integer("steps", self.steps, low=1, shape=())

    def __call__(self, t: int) -> Value:
        return self.end * min(1.0, t / self.steps)
