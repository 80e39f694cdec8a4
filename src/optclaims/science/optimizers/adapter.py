r"""Any optimizer of torch as a rule; torch, which takes two seconds to import, comes with the first one."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

import array_api_compat

from optclaims.science import domain
from optclaims.science.optimizers.rule import Array, Rule, State

if TYPE_CHECKING:
    import torch

__all__ = ["FromTorch", "from_torch"]


@dataclass(frozen=True)
class FromTorch(Rule):
    """A torch optimizer as a rule: see `from_torch`.

    >>> import torch
    >>> rule = FromTorch(lambda tensors: torch.optim.SGD(tensors, lr=0.5))
    >>> rule.start(torch.ones(2))["optimizer"]["param_groups"][0]["lr"]
    0.5
    """

    factory: Callable[[list[torch.Tensor]], torch.optim.Optimizer]
    shapes: tuple[tuple[int, ...], ...] | None = None

    def __post_init__(self) -> None:
        domain.function("factory", self.factory)
        for shape in self.shapes or ():
            domain.integer("shapes", shape, low=1)

    def start(self, theta: Array) -> State:
        return {"optimizer": self.factory(self.tensors(theta)).state_dict()}

    def step(self, theta: Array, gradient: Array, state: State, t: int) -> tuple[Array, State]:
        domain.integer("t", t, low=1)
        domain.shape("gradient", gradient, tuple(theta.shape))
        tensors = self.tensors(theta)
        optimizer = self.factory(tensors)
        optimizer.load_state_dict(copy.deepcopy(state["optimizer"]))  # which an optimizer may go on to write into
        for tensor, part in zip(tensors, self.tensors(gradient), strict=True):
            tensor.grad = part
        optimizer.step()
        import torch

        moved = torch.cat([tensor.flatten() for tensor in tensors]).reshape(tuple(theta.shape))
        moved = moved if array_api_compat.is_torch_array(theta) else moved.numpy()
        return moved, {"optimizer": optimizer.state_dict()}

    def change(self, theta: Array, gradient: Array, state: State, t: int) -> tuple[Array, State]:
        moved, state = self.step(theta, gradient, state, t)
        return theta - moved, state

    def tensors(self, theta: Array) -> list[torch.Tensor]:
        """Return fresh tensors that hold theta: a single one without shapes, else those of one run after the other."""
        import torch

        flat = torch.as_tensor(theta).detach().clone()
        if self.shapes is None:
            return [flat]
        sizes = [prod(shape) for shape in self.shapes]
        domain.shape("theta", theta, (..., sum(sizes)))
        runs = flat.reshape(-1, sum(sizes))
        pieces = [zip(run.split(sizes), self.shapes, strict=True) for run in runs]
        return [piece.reshape(shape).clone() for run in pieces for piece, shape in run]


def from_torch(
    factory: Callable[[list[torch.Tensor]], torch.optim.Optimizer], shapes: tuple[tuple[int, ...], ...] | None = None
) -> FromTorch:
    r"""Return the torch optimizer that `factory` makes for a list of tensors, as a rule; NumPy arrays too.

    shapes: shapes of the tensors in the flat vector (..., parameters), for optimizers that look at more than single
    entries, as Muon at matrices; every run then has tensors of its own. Without them theta is one tensor.
    Any step size or schedule is set in the factory. Optimizers that need a closure, as LBFGS, raise torch's TypeError.
    Each step makes the optimizer anew and copies its memory, so the rule is pure and slower than the optimizer.

    >>> import numpy as np, torch
    >>> rule, theta = from_torch(lambda tensors: torch.optim.SGD(tensors, lr=0.5)), np.ones(2)
    >>> rule.step(theta, np.array([1.0, 2.0]), rule.start(theta), t=1)[0]
    array([0.5, 0. ])
    """
    return FromTorch(factory, shapes)
