"""Every key of a card with its meaning and default, from the schema."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from optclaims.pipeline.card import Card
from optclaims.pipeline.markdown import table

ORDER = ("Card", "Experiment", "Figure", "Claim", "Source", "Finding", "Exact", "Sampled", "Chaotic")


def markdown() -> str:
    """Return a section for each part of a card: what it is, and a table of its keys."""
    schema = Card.model_json_schema()
    parts = schema["$defs"] | {"Card": schema}
    return "\n\n".join(line for name in ORDER for line in _section(name, parts[name]))


def _section(name: str, part: Mapping[str, object]) -> Iterator[str]:
    yield f"### {name.lower()}"
    yield part["description"].replace("``", "`")
    needed = part.get("required", ())
    rows = [
        [f"`{key}`", _type(of), "needed" if key in needed else f"`{json.dumps(of.get('default'))}`", of["description"]]
        for key, of in part["properties"].items()
    ]
    yield table(["key", "type", "default", "meaning"], rows)


def _type(of: Mapping[str, object]) -> str:
    """Return the type of a value in words."""
    if "$ref" in of:
        return of["$ref"].rpartition("/")[2].lower()
    if "const" in of:
        return f"`{of['const']}`"
    if "enum" in of:
        return " or ".join(f"`{one}`" for one in of["enum"])
    alternatives = of.get("anyOf") or of.get("oneOf")
    if alternatives:
        return " or ".join(dict.fromkeys(_type(one) for one in alternatives if one.get("type") != "null"))
    if of.get("type") == "array":
        return f"list of {_type(of['items'])}s"
    if of.get("type") == "object":
        values = of.get("additionalProperties")
        return f"{_type(values)} by name" if isinstance(values, Mapping) else "values by name"
    return {"string": "text"}.get(of["type"], of["type"])
