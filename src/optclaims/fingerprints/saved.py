"""fingerprint.json: what it holds, its schema, and the same as rows of a table."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

__all__ = ["Answer", "Near", "ProbeAnswers", "Saved", "read", "schema", "table"]

FILE = "fingerprint.json"
COLUMNS = ("optimizer", "probe", "quantity", "value", "low", "high", "unit", "reason")


class Strict(BaseModel):
    """Unknown keys are refused."""

    model_config = ConfigDict(extra="forbid")


class Answer(Strict):
    """One quantity: a value with its 95 % interval and unit, or the reason why there is none."""

    says: str = Field(description="sentence with {} for the value")
    unit: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    reason: str | None = None


class ProbeAnswers(Strict):
    """A question and its quantities."""

    question: str
    quantities: dict[str, Answer]


class Near(Strict):
    """A known optimizer with its distance, from 0 (alike in all) to 1 (different in all), and a sentence each way."""

    name: str
    distance: float
    low: float
    high: float
    shared: int = Field(description="number of quantities that both have")
    like: str
    unlike: str


class Saved(Strict):
    """The fingerprint of an optimizer."""

    format: int = Field(1, description="version of this format")
    name: str
    spec: str
    arguments: dict[str, Any]
    seed: int
    remarks: list[str] = Field(description="what a reader of the numbers has to know first")
    probes: dict[str, ProbeAnswers]
    nearest: list[Near] = []
    versions: dict[str, str] = {}


def schema() -> str:
    """Return the JSON Schema of fingerprint.json.

    >>> json.loads(schema())["title"]
    'Saved'
    """
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return json.dumps(head | Saved.model_json_schema(), indent=1) + "\n"


def read(path: Path) -> Saved:
    """Return a fingerprint that was written."""
    return Saved.model_validate_json(path.read_text(encoding="utf-8"))


def table(fingerprints: Iterable[Saved]) -> pd.DataFrame:
    """Return one row a quantity."""
    rows = [
        (each.name, probe, key, answer.value, answer.low, answer.high, answer.unit, answer.reason)
        for each in fingerprints
        for probe, answers in each.probes.items()
        for key, answer in answers.quantities.items()
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))
