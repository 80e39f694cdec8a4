"""Finds the public functions of theory, simulation and shared science, and makes valid calls of them into bad ones.

Public is what a module lists in `__all__` (everything without an underscore, where there is no list) and defines
itself: functions, dataclasses with their public methods, and no other class. A NamedTuple is a record of results:
nobody builds one by hand, so none is asked to check itself. A compiled kernel is checked by the functions that call it.

The valid calls are those of the docstring's example. What a function takes beyond the common rules is declared in its
docstring, on lines that begin with `Domain:`, clauses divided by semicolons, each a list of arguments and words::

    Domain: start, target signed; lr any shape; times any length; noise infinite

`signed` (negative numbers), `infinite`, `NaN` (what divergence looks like), `any shape` (another number of axes),
`any length` (a length of its own), `any name` (a label).
The walk demands that what is declared signed, infinite, NaN or any name is accepted.
"""

import copy
import dataclasses
import doctest
import functools
import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch

import optclaims.papers
import optclaims.science

NOT_NUMBERS = tuple(f"optclaims.science.{name}" for name in ("domain", "kernels", "sources"))  # arguments, files
ROOMS = ("problems", "theory", "simulation", "measures")
WORDS = ("signed", "infinite", "NaN", "any shape", "any length", "any name")


@dataclass(frozen=True)
class Public:
    """A public function, method or dataclass: where it is, the docstrings that hold its example, and its own one."""

    module: str
    qualname: str
    function: Callable
    docs: str
    own: str

    @property
    def name(self) -> str:
        return f"{self.module}.{self.qualname}"

    @property
    def declared(self) -> dict[str, set[str]]:
        """Words of the `Domain:` lines by argument."""
        found: dict[str, set[str]] = {}
        for text in re.findall(r"^\s*Domain:\s*((?:.+\n?)+?)(?=\n\s*\n|\s*>>>|\Z)", self.own, re.M):
            for clause in " ".join(text.split()).rstrip(".").split(";"):
                words = {word for word in WORDS if re.search(rf"\b{word}\b", clause)}
                names = re.sub("|".join(rf"\b{word}\b" for word in WORDS), "", clause)
                assert words, f"{self.name}: no word of {WORDS} in the clause {clause!r} of its domain"
                for name in re.findall(r"\w+", names):
                    found.setdefault(name, set()).update(words)
        return found


def modules() -> Iterator[str]:
    """Names of all modules of science, and of the walked rooms of all papers."""
    for package in (optclaims.science, optclaims.papers):
        for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            parts = info.name.split(".")
            room = parts[1] == "science" or (len(parts) > 3 and parts[3] in ROOMS)
            if room and info.name not in NOT_NUMBERS:
                yield info.name


def of_module(name: str) -> Iterator[Public]:
    """Public functions, dataclasses and their methods that a module defines itself."""
    module = importlib.import_module(name)
    names = getattr(module, "__all__", None) or [n for n in vars(module) if not n.startswith("_")]
    for entry in names:
        thing = getattr(module, entry)
        if getattr(thing, "__module__", None) != name or hasattr(thing, "py_func"):
            continue  # imported, or compiled
        if inspect.isfunction(thing) and "claim" in inspect.signature(thing).parameters:
            continue  # writes a verdict
        built = dataclasses.is_dataclass(thing) and "__init__" in vars(thing) and dataclasses.fields(thing)
        if inspect.isfunction(thing) or built:
            docs = inspect.cleandoc(thing.__doc__ or "")
            yield Public(name, entry, thing, docs, docs)
        # Methods of shared rules and networks run once a step: who drives them checks before the loop.
        if inspect.isclass(thing) and not issubclass(thing, tuple) and not name.startswith("optclaims.science"):
            yield from methods(name, thing)


def methods(module: str, owner: type) -> Iterator[Public]:
    """Public methods of a class that take arguments."""
    for name, method in list(vars(owner).items()):
        plain = inspect.isfunction(method) and not getattr(method, "__isabstractmethod__", False)
        if plain and (not name.startswith("_") or name == "__call__") and len(inspect.signature(method).parameters) > 1:
            docs = [inspect.cleandoc(thing.__doc__ or "") for thing in (owner, method)]
            yield Public(module, f"{owner.__name__}.{name}", method, "\n\n".join(docs), docs[1])


def example_calls(public: Public) -> list[inspect.BoundArguments]:
    """Run the example as a doctest (raises AssertionError where it fails) and return the calls it makes."""
    module = importlib.import_module(public.module)
    calls: list[inspect.BoundArguments] = []
    signature = inspect.signature(public.function)

    @functools.wraps(public.function, updated=())
    def record(*arguments: object, **named: object) -> object:
        bound = signature.bind(*arguments, **named)
        bound.apply_defaults()
        calls.append(copy.deepcopy(bound))
        return public.function(*arguments, **named)

    test = doctest.DocTestParser().get_doctest(public.docs, dict(vars(module)), public.name, module.__file__, 0)
    owner, _, method = public.qualname.rpartition(".")
    if owner:
        setattr(getattr(module, owner), method, record)
    else:
        test.globs[public.qualname] = record
    said: list[str] = []
    try:
        doctest.DocTestRunner(verbose=False, optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE).run(
            test, out=said.append, clear_globs=False
        )
    finally:
        if owner:
            setattr(getattr(module, owner), method, public.function)
    assert not said, "".join(said)
    return calls


def shown_only(public: Public) -> bool:
    """Whether a function without arguments, which reads data that may be absent, has an example that is not run."""
    return not inspect.signature(public.function).parameters and "# doctest: +SKIP" in public.docs


def spoilt(public: Public, call: inspect.BoundArguments) -> Iterator[tuple[str, str, object]]:
    """Yield (argument, what is wrong with it, bad value) for one valid call."""
    flat = flattened(call)
    lengths = [np.shape(value)[0] for value in flat.values() if is_numeric(value) and np.ndim(value)]
    for name, value in flat.items():
        if name == "self" or isinstance(value, bool):
            continue
        if isinstance(value, str):
            yield name, "an unknown name", "no such name"
        elif is_numeric(value):
            yield from ((name, *bad) for bad in spoilt_numbers(value, lengths))


def spoilt_numbers(value: object, lengths: list[int]) -> Iterator[tuple[str, object]]:
    """Yield what is wrong and a bad version of a number or an array of numbers."""
    numbers = value.detach().clone() if isinstance(value, torch.Tensor) else np.array(value, dtype=float)
    whole = not isinstance(value, torch.Tensor) and np.asarray(value).dtype.kind in "iu"
    if numbers.ndim and len(numbers) == 0:
        return
    like = torch.clone if isinstance(value, torch.Tensor) else np.copy
    for what, bad in (("NaN", np.nan), ("infinity", np.inf)):
        if numbers.ndim and isinstance(value, torch.Tensor) and not value.is_floating_point():
            continue
        spoilt = like(numbers)
        spoilt[(0,) * numbers.ndim if numbers.ndim else ...] = bad
        yield what, spoilt if numbers.ndim else float(bad)
    negative = -abs(numbers) - (numbers == 0) * (1 if whole else 0.125)
    yield "a wrong sign", negative if numbers.ndim else float(negative)
    yield "a wrong shape", numbers[None] if numbers.ndim else np.array([float(numbers)] * 2)
    if numbers.ndim and lengths.count(len(numbers)) > 1 and len(numbers) > 1:
        yield "a wrong length", numbers[:-1]


def is_numeric(value: object) -> bool:
    """Whether a value is a number or holds nothing but numbers."""
    if isinstance(value, torch.Tensor):
        return True
    if isinstance(value, (str, bool)) or value is None or dataclasses.is_dataclass(value) or hasattr(value, "_fields"):
        return False
    try:
        return np.asarray(value).dtype.kind in "fiu"
    except ValueError:
        return False


def flattened(call: inspect.BoundArguments) -> dict[str, object]:
    """Arguments of a call by name, those of **options among them."""
    kinds = {name: parameter.kind for name, parameter in call.signature.parameters.items()}
    flat: dict[str, object] = {}
    for name, value in call.arguments.items():
        if kinds[name] is inspect.Parameter.VAR_KEYWORD:
            flat.update(value)
        elif kinds[name] is not inspect.Parameter.VAR_POSITIONAL:
            flat[name] = value
    return flat


def replaced(call: inspect.BoundArguments, name: str, bad: object) -> inspect.BoundArguments:
    """The call with one argument replaced, nothing shared with the original."""
    call = copy.deepcopy(call)
    if name in call.arguments:
        call.arguments[name] = bad
    else:
        options = next(n for n, p in call.signature.parameters.items() if p.kind is inspect.Parameter.VAR_KEYWORD)
        call.arguments[options] = {**call.arguments[options], name: bad}
    return call
