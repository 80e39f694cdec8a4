"""The kinds of values that stand in a card, and reading YAML strictly."""

from __future__ import annotations

import keyword
import re
from collections.abc import Mapping
from typing import Annotated

import yaml
from pydantic import AfterValidator, Field


class CardError(Exception):
    """Cards that cannot be used; the message has one line per mistake."""


def _matching(pattern: str, description: str) -> AfterValidator:
    def check(name: str) -> str:
        if not re.fullmatch(pattern, name):
            raise ValueError(f"{name!r} must be {description}")
        return name

    return AfterValidator(check)


SnakeCase = Annotated[str, _matching("[a-z][a-z0-9]*(_[a-z0-9]+)*", "in snake_case")]
KebabCase = Annotated[str, _matching("[a-z0-9]+(-[a-z0-9]+)*", "in kebab-case")]


Words = Annotated[str, _matching(r"(?s).*\S.*", "not empty")]
Address = Annotated[str, _matching(r"https?://\S+", "an address that begins with http:// or https://")]

RESERVED = {"all", "atlas", "atlas_entry", "compare", "fingerprint", "logs", "reference", "report", "robustness", "try"}
"""Names of rules of the workflow, and of the folder beside the papers' results."""


def require_key(paper: str, where: str = "") -> None:
    """Raise CardError for a name that cannot be folder, Python package, Snakemake target and config value at once."""
    mistake = None
    if not re.fullmatch("[a-z][a-z0-9]*(_[a-z0-9]+)*", paper):
        mistake = "must be in snake_case, such as adam_local_stability"
    elif paper in RESERVED:
        mistake = "is a name of the workflow's own"
    elif keyword.iskeyword(paper) or not isinstance(yaml.safe_load(paper), str):
        mistake = "means something else in Python or YAML"
    if mistake:
        raise CardError(f"{where}{paper!r}: the key of a paper {mistake}")


def _plain_data(value: object, place: str = "") -> object:
    """Return a parameter that JSON can hold; raises ValueError naming the place of one that it cannot."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            if not isinstance(key, str):
                raise ValueError(f"{place}key {key!r} must be text")
            _plain_data(item, f"{place}{key}: ")
    elif isinstance(value, list):
        for item in value:
            _plain_data(item, place)
    elif not (value is None or isinstance(value, (str, int, float))):
        raise ValueError(f"{place}a {type(value).__name__} cannot be handed to a notebook; put quotes around it")
    return value


Parameters = Annotated[dict[str, object], AfterValidator(_plain_data)]
Size = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class UniqueKeyLoader(yaml.CSafeLoader if hasattr(yaml, "CSafeLoader") else yaml.SafeLoader):
    """YAML in which a key that stands twice is an error instead of silently winning."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[object, object]:
        """Return the mapping of a node."""
        keys: list[object] = []
        for key_node, _ in node.value:
            if key_node.tag == "tag:yaml.org,2002:merge":  # keys taken over from elsewhere may be overridden here
                continue
            key = self.construct_object(key_node, deep=True)
            if key in keys:
                raise yaml.constructor.ConstructorError(None, None, f"key {key!r} stands twice", key_node.start_mark)
            keys.append(key)
        return super().construct_mapping(node, deep)
