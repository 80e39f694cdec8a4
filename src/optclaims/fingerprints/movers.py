"""The one thing that all optimizers can do: move a point, given its gradient. torch's interface and rules alike."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from optclaims.science.optimizers import Rule

__all__ = ["Mover", "RuleMover", "SubjectError", "TorchMover", "matrix_shape"]

Array = NDArray[np.float64]


class SubjectError(Exception):
    """What an optimizer did that no optimizer should do; the message is a sentence about it."""


class Mover(Protocol):
    """One instance of an optimizer with its memory, for one array of parameters."""

    def move(self, point: Array, gradient: Array) -> Array:
        """Return where the next step leads from a point with this gradient; the memory goes on."""


class RuleMover:
    """A rule of `science.optimizers` with its memory.

    >>> from optclaims.science.optimizers import SGD
    >>> RuleMover(SGD(0.5), np.ones((1, 2))).move(np.ones((1, 2)), np.ones((1, 2)))
    array([[0.5, 0.5]])
    """

    def __init__(self, rule: Rule, theta: Array) -> None:
        self.rule, self.t = rule, 0
        self.state = self._guarded(lambda: rule.start(theta))
        if rule.two_points:
            raise SubjectError("needs its sample's gradient at two points, which the probes do not give")

    def move(self, point: Array, gradient: Array) -> Array:
        """Return the next point."""
        self.t += 1
        moved, self.state = self._guarded(lambda: self.rule.step(point, gradient, self.state, self.t))
        return moved

    def _guarded(self, call: Callable[[], Any]) -> Any:
        return guarded(call, self.t)

    def remembered(self) -> int:
        """Return how many numbers the memory holds."""
        return _numbers(self.state)


class TorchMover:
    """An optimizer of torch's interface with its own parameter tensor.

    >>> mover = TorchMover(lambda tensors: torch.optim.SGD(tensors, lr=0.5), np.ones((1, 2)), (1, 2))
    >>> mover.move(np.ones((1, 2)), np.ones((1, 2)))
    array([[0.5, 0.5]])
    """

    def __init__(self, factory: Callable[[list[torch.Tensor]], Any], theta: Array, shape: Sequence[int]) -> None:
        self.tensor = torch.nn.Parameter(torch.as_tensor(theta, dtype=torch.float64).clone().reshape(tuple(shape)))
        self.optimizer, self.t = guarded(lambda: factory([self.tensor]), 0), 0
        if not callable(getattr(self.optimizer, "step", None)):
            raise SubjectError(f"is no optimizer: it makes a {type(self.optimizer).__name__}, which has no step()")
        ready = getattr(self.optimizer, "train", None)  # schedule-free ones start in the mode of evaluation
        if callable(ready):
            guarded(ready, 0)

    def move(self, point: Array, gradient: Array) -> Array:
        """Return the next point."""
        self.t += 1
        with torch.no_grad():
            self.tensor.copy_(torch.from_numpy(np.ascontiguousarray(point)).view(self.tensor.shape))
        self.tensor.grad = torch.tensor(gradient, dtype=torch.float64).view(self.tensor.shape)
        guarded(self.optimizer.step, self.t)
        return self.tensor.detach().numpy().reshape(point.shape).copy()

    def __deepcopy__(self, memo: dict[int, Any]) -> TorchMover:
        """Copy the whole optimizer: what torch makes of a copy forgets attributes of its own."""
        twin = object.__new__(type(self))
        kind = type(self.optimizer)
        memo[id(self)], memo[id(self.optimizer)] = twin, object.__new__(kind)
        twin.tensor, twin.optimizer, twin.t = copy.deepcopy(self.tensor, memo), memo[id(self.optimizer)], self.t
        twin.optimizer.__dict__.update(copy.deepcopy(vars(self.optimizer), memo))
        return twin

    def remembered(self) -> int:
        """Return how many numbers the memory holds, single counters not counted."""
        return sum(map(_numbers, self.optimizer.state.values()))


def _numbers(value: Any) -> int:
    if isinstance(value, (torch.Tensor, np.ndarray)):
        size = int(np.prod(value.shape))
        return size if size > 1 else 0
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, (list, tuple)) else ()
    return sum(map(_numbers, parts))


def guarded(call: Callable[[], Any], t: int) -> Any:
    """Return what foreign code returns; whatever it raises becomes a sentence."""
    try:
        return call()
    except SubjectError:
        raise
    except Exception as error:
        first = str(error).strip().splitlines()[:1]
        said = f"{type(error).__name__}: {first[0][:200]}" if first else type(error).__name__
        when = f"raises at step {t}" if t else "cannot be made or started"
        raise SubjectError(f"{when} ({said})") from error


def matrix_shape(size: int) -> tuple[int, int]:
    """Return the most square shape of a matrix with so many entries.

    >>> matrix_shape(12)
    (3, 4)
    """
    rows = next(r for r in range(math.isqrt(size), 0, -1) if size % r == 0)
    return rows, size // rows
