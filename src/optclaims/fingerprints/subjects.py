"""From a name to an optimizer that can be asked: `my_optimizer.py:MyOptimizer`, `torch.optim.NAdam`, a rule."""

from __future__ import annotations

import dataclasses
import importlib
import importlib.util
import inspect
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch

from optclaims.fingerprints import natures
from optclaims.fingerprints.movers import Array, Mover, RuleMover, SubjectError, TorchMover, matrix_shape
from optclaims.fingerprints.names import name_of
from optclaims.science.optimizers import Rule
from optclaims.streams import stream

__all__ = ["LoadError", "Subject", "load"]

FALLBACK_LR = 1e-3  # where neither the arguments nor the optimizer name one


class LoadError(Exception):
    """An optimizer that cannot be found; the message is one line."""


@dataclass(frozen=True)
class Subject:
    """An optimizer that is asked: what makes it, its own learning rate, and what was found out about its nature.

    make: (parameters (runs, n), learning rate, shape of the tensor) -> a mover
    """

    name: str
    spec: str
    make: Callable[[Array, float, tuple[int, ...]], Mover]
    lr: float = FALLBACK_LR
    arguments: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def nature(self) -> natures.Nature:
        """What runs side by side may share; found out by trying it."""
        return natures.examine(self)

    @cached_property
    def speed(self) -> float:
        """Mean step against a gradient of mean 1 and variance 1, in units of lr: what one unit of lr is worth."""
        rng, size = stream(0, "fingerprint", "speed"), 64
        with self.quietly():
            run = natures.Driver(self, np.zeros((8, size)), self.lr)
            noise = rng.standard_normal((400, 8, size // 2))
            points = [run.step(1 + np.concatenate([each, -each], axis=1)) for each in noise]  # its mean is exactly 1
        worth = float(np.mean(points[199] - points[399])) / 200 / self.lr
        if not (np.isfinite(worth) and worth > 1e-12):
            raise SubjectError(
                f"does not descend: against a mean gradient of 1 with unit noise its mean step is {worth:.3g} lr"
            )
        return worth

    def rate(self, eta: Any) -> Any:
        """Return the lr whose steps against a gradient of mean 1 and variance 1 are eta on average."""
        return np.asarray(eta) / self.speed

    def shape(self, size: int) -> tuple[int, ...]:
        """Return the shape of a tensor of one run."""
        return matrix_shape(size) if self.nature.matrices else (size,)

    @staticmethod
    def quietly() -> Any:
        """Return what keeps divergence from warning: it is an answer here."""
        return np.errstate(all="ignore")


def load(spec: str, arguments: Mapping[str, Any] | None = None, name: str | None = None) -> Subject:
    """Return the optimizer of a specification; raises LoadError with what is wrong.

    spec: `file.py:Name`, `package.module.Name`; a class or function of torch's interface (its first argument is the
    list of parameters), or a rule (class or instance). arguments: keywords for it; `lr` becomes its own learning rate.

    >>> load("torch.optim.NAdam", {"lr": 0.01}).lr
    0.01
    """
    arguments = dict(arguments or {})
    found = _find(spec)
    name = name or name_of(spec, arguments)
    if isinstance(found, Rule) or (inspect.isclass(found) and issubclass(found, Rule)):
        return _of_rule(found, spec, arguments, name)
    if not callable(found):
        raise LoadError(f"{spec} is a {type(found).__name__}, neither an optimizer nor a function that makes one")
    return _of_torch(found, spec, arguments, name)


def _find(spec: str) -> Any:
    place, colon, attribute = spec.rpartition(":")
    if not colon:
        place, dot, attribute = spec.rpartition(".")
        if not dot:
            raise LoadError(f"{spec!r}: write file.py:Name or package.module.Name, as torch.optim.Adam")
    try:
        module = _file(Path(place)) if place.endswith(".py") else importlib.import_module(place)
    except (ImportError, OSError, SyntaxError) as error:
        raise LoadError(f"{spec}: cannot be imported ({type(error).__name__}: {error})") from None
    except Exception as error:  # the module's own code
        raise LoadError(f"{spec}: {place} raises while it is imported ({type(error).__name__}: {error})") from error
    if not hasattr(module, attribute):
        known = [n for n, thing in vars(module).items() if callable(thing) and not n.startswith("_")]
        shown = get_close_matches(attribute, known, 12) or known[:12]
        raise LoadError(f"{place} has no {attribute!r}; it has {', '.join(shown) or 'nothing to call'}")
    return getattr(module, attribute)


def _file(path: Path) -> Any:
    if not path.is_file():
        raise FileNotFoundError(f"there is no file {path}")
    name = f"fingerprinted_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def _of_rule(found: Any, spec: str, arguments: dict[str, Any], name: str) -> Subject:
    kind = found if inspect.isclass(found) else type(found)
    fields = {each.name for each in dataclasses.fields(kind)}
    wrong = set(arguments) - fields
    if wrong:
        raise LoadError(f"{spec} has no {', '.join(sorted(wrong))}; it takes {', '.join(sorted(fields))}")
    inner = getattr(found, "rule", None) if isinstance(found, Rule) else None  # a rule that is made of another one
    own = None if inspect.isclass(found) else getattr(inner or found, "lr", None)
    lr = arguments.pop("lr", own if isinstance(own, (int, float)) else FALLBACK_LR)

    def make(theta: Array, rate: float, shape: tuple[int, ...]) -> Mover:
        values = arguments | ({"lr": rate} if "lr" in fields else {})
        try:
            if inner is not None and "lr" not in fields:
                values["rule"] = dataclasses.replace(inner, lr=rate)
            rule = kind(**values) if inspect.isclass(found) else dataclasses.replace(found, **values)
        except (TypeError, ValueError) as error:
            raise SubjectError(f"cannot be made ({type(error).__name__}: {error})") from None
        return RuleMover(rule, theta)

    return Subject(name, spec, make, float(lr), arguments | {"lr": lr})


def _of_torch(found: Callable, spec: str, arguments: dict[str, Any], name: str) -> Subject:
    try:
        parameters = inspect.signature(found).parameters
    except (TypeError, ValueError):
        parameters = {}
    takes_lr = "lr" in parameters or any(p.kind is p.VAR_KEYWORD for p in parameters.values())
    default = parameters["lr"].default if "lr" in parameters else None
    default = float(default) if isinstance(default, (int, float, torch.Tensor)) else FALLBACK_LR
    lr = float(arguments.pop("lr", default))

    def make(theta: Array, rate: float, shape: tuple[int, ...]) -> Mover:
        def factory(tensors: list[torch.Tensor]) -> Any:
            optimizer = found(tensors, **arguments, **({"lr": rate} if takes_lr else {}))
            if not takes_lr:
                for group in getattr(optimizer, "param_groups", ()):
                    group["lr"] = rate
            return optimizer

        return TorchMover(factory, theta, shape)

    return Subject(name, spec, make, lr, arguments | {"lr": lr})
