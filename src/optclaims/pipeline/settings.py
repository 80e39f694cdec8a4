"""What a person types for a parameter: read as the kind of value that the card has there, or refused in one line.

The kind comes from the card's own values at all scales: ``300000`` asks for a whole number, ``[2.1, 3]`` for a list of
numbers, where a single number means a list of one.
"""

from __future__ import annotations

import ast
import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import yaml

LARGEST_SWEEP = 200


class Refused(ValueError):  # noqa: N818 - what was typed is refused, nothing failed
    """A value that a parameter cannot take; the message says what is allowed."""


@dataclass(frozen=True)
class Kind:
    """What a parameter may be: ``of`` is the kind of a list's elements, ``length`` set where all lists share it."""

    name: str
    of: Kind | None = None
    length: int | None = None

    def __str__(self) -> str:
        if self.name not in ("list", "map"):
            return PLURALS[self.name][0]
        parts = self.of.plural
        return (
            f"a map to {parts}" if self.name == "map" else f"a list of {self.length or ''} {parts}".replace("  ", " ")
        )

    @property
    def plural(self) -> str:
        """Return the words for several values of this kind."""
        if self.name not in ("list", "map"):
            return PLURALS[self.name][1]
        return f"{self.name}s of {self.length or ''} {self.of.plural}".replace("  ", " ")


PLURALS = {
    "truth": ("true or false", "truth values"),
    "whole": ("a whole number", "whole numbers"),
    "mixed": ("a number", "numbers"),
    "real": ("a number", "numbers"),
    "text": ("a text", "texts"),
    "any": ("any value", "values"),
}


def kind_of(examples: Iterable[object], inner: bool = False) -> Kind:
    """Return the kind that all examples are of.

    >>> str(kind_of([[[3, 3, 200], [4, 3, 200]]])), str(kind_of([2.1, 3]))
    ('a list of lists of 3 whole numbers', 'a number')
    """
    examples = list(examples)
    types = {type(example) for example in examples}
    simple = {bool: "truth", int: "whole", float: "real", str: "text"}
    if len(types) == 1 and types <= set(simple):
        return Kind(simple[types.pop()])
    if types == {int, float}:
        return Kind("mixed")
    if types == {list}:
        lengths = {len(example) for example in examples}
        same = lengths.pop() if inner and len(lengths) == 1 else None
        return Kind("list", kind_of([part for example in examples for part in example], inner=True), same)
    if types == {dict}:
        return Kind("map", kind_of([part for example in examples for part in example.values()], inner=True))
    return Kind("any")


def conform(kind: Kind, value: object) -> object:
    """Return a value as a parameter of this kind takes it; raises Refused where it cannot.

    >>> conform(kind_of([[2.1, 3]]), 5.0), conform(kind_of([300]), 1e3), conform(kind_of([0.5]), 1)
    ([5], 1000, 1.0)
    """
    if kind.name == "list":
        return _as_list(kind, value)
    if kind.name == "map":
        if not isinstance(value, dict) or not value:
            raise Refused
        return {str(key): conform(kind.of, part) for key, part in value.items()}
    if kind.name == "any":
        return _finite(value)
    wanted = {"truth": bool, "text": str}.get(kind.name, (int, float))
    if not isinstance(value, wanted) or (isinstance(value, bool) and kind.name != "truth"):
        raise Refused
    if kind.name in ("truth", "text"):
        return value
    _finite(value)
    if kind.name == "real":
        return float(value)
    if float(value).is_integer():
        return int(value)
    if kind.name == "whole":
        raise Refused
    return value


def _as_list(kind: Kind, value: object) -> list[object]:
    """Return a list of this kind; where the value is one of its elements, the list of that one."""
    if isinstance(value, (list, tuple)):
        try:
            if value and kind.length in (None, len(value)):
                return [conform(kind.of, part) for part in value]
        except Refused:
            if kind.length is not None:
                raise
    if kind.length is None:
        return [conform(kind.of, value)]
    raise Refused


def _finite(value: object) -> object:
    if isinstance(value, float) and not math.isfinite(value):
        raise Refused
    return value


def parse(text: str) -> object:
    """Return the value that a text stands for, written as in Python or as in YAML.

    >>> parse("1e5"), parse("[0, 0.9]"), parse("true"), parse("[adam, sgd]")
    (100000.0, [0, 0.9], True, ['adam', 'sgd'])
    """
    try:
        value = ast.literal_eval(text.strip())
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        try:
            value = yaml.safe_load(text)
        except yaml.YAMLError:
            value = text
    return list(value) if isinstance(value, tuple) else value


def read(kind: Kind, text: str) -> object:
    """Return the value of a parameter that was typed; raises Refused."""
    return conform(kind, text if kind.name == "text" else parse(text))


def values(kind: Kind, text: str) -> list[object]:
    """Return the values of a sweep: ``2:10:9`` (nine from 2 to 10), ``1e-3:1:7:log``, or a list, ``2,3,5``.

    Each is what the parameter takes, a list of one where that is a list. Raises Refused.

    >>> values(kind_of([300]), "100:1e4:3:log"), values(kind_of([[2.1, 3]]), "2:3:3")
    ([100, 1000, 10000], [[2], [2.5], [3]])
    """
    found = _range(kind, text) if ":" in text and kind.name not in ("text", "map") else parse(f"[{text}]")
    if not isinstance(found, list):
        raise Refused
    taken = [conform(kind, str(value) if kind.name == "text" else value) for value in found]
    different = [value for number, value in enumerate(taken) if value not in taken[:number]]
    if not 2 <= len(different) <= LARGEST_SWEEP:
        raise Refused
    return different


def _range(kind: Kind, text: str) -> list[float]:
    try:
        first, last, number, *log = text.split(":")
        low, high, count = float(first), float(last), int(number)
    except ValueError:
        raise Refused from None
    if log not in ([], ["log"]) or not 2 <= count <= LARGEST_SWEEP or (log and not low * high > 0):
        raise Refused
    parts = [step / (count - 1) for step in range(count)]
    found = [low * (high / low) ** part if log else low + (high - low) * part for part in parts]
    leaf = kind
    while leaf.of:
        leaf = leaf.of
    return [round(value) if leaf.name == "whole" else float(f"{value:.6g}") for value in found]


def written(kind: Kind, value: object) -> str:
    """Return the shortest text that `read` takes for a value: ``5`` for the list of 5."""
    if isinstance(value, Sequence) and not isinstance(value, str) and len(value) == 1:
        alone = written(kind.of, value[0])
        if read(kind, alone) == value:
            return alone
    if isinstance(value, str) and read(kind, value) == value:
        return value
    return json.dumps(value, separators=(",", ":"))
