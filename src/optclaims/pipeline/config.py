"""The configuration of a run: nine keys, each checked before any job starts."""

from __future__ import annotations

import difflib
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError, field_validator

from optclaims.fingerprints import names
from optclaims.pipeline.cards import Scale, Strict, describe
from optclaims.pipeline.instructions import Instructions


class ConfigError(Exception):
    """A configuration that cannot be used; the message has one line per mistake."""


class Config(Strict):
    """What a run computes."""

    scale: Scale = "default"
    seed: int = Field(0, ge=0)
    seeds: list[Annotated[int, Field(ge=0)]] = Field([0, 1, 2, 3, 4, 5], min_length=2)
    papers: str | list[str] = "all"
    data: str | None = None
    split: bool = False
    instructions: Instructions = "fixed"
    optimizer: str | None = None
    arguments: dict[str, Any] = Field(default_factory=dict)

    @field_validator("arguments", mode="before")
    @classmethod
    def _keywords(cls, arguments: object) -> dict[str, Any]:
        return names.arguments_of(arguments)

    @field_validator("seeds")
    @classmethod
    def _different(cls, seeds: list[int]) -> list[int]:
        if len(set(seeds)) < len(seeds):
            raise ValueError(f"each seed once, not {seeds}")
        return seeds

    @field_validator("data")
    @classmethod
    def _existing(cls, data: str | None) -> str | None:
        if data is not None and not Path(data).is_dir():
            raise ValueError(f"there is no folder {data!r}; make it first")
        return data

    def chosen(self, papers: Sequence[str]) -> list[str]:
        """Return the chosen ones of the papers that exist; raises ConfigError for one that does not."""
        if self.papers == "all":
            return list(papers)
        chosen = [self.papers] if isinstance(self.papers, str) else self.papers
        unknown = [paper for paper in chosen if paper not in papers]
        if unknown or not chosen:
            raise ConfigError(f"config key 'papers': {suggestion(', '.join(unknown) or 'an empty list', papers)}")
        return [paper for paper in papers if paper in chosen]


def parse(values: Mapping[str, object]) -> Config:
    """Validate the merged configuration; raises ConfigError naming each key and what is allowed."""
    try:
        return Config.model_validate(dict(values))
    except ValidationError as error:
        lines = [f"config key {line}" for line in describe(error)]
        allowed = f"allowed keys: {', '.join(Config.model_fields)}"
        raise ConfigError("\n".join([*lines, allowed])) from None


def suggestion(wrong: str, allowed: Sequence[str]) -> str:
    """Return what is wrong, what is allowed, and the closest allowed value if there is one."""
    close = difflib.get_close_matches(wrong, allowed, 1)
    meant = f"; did you mean {close[0]!r}?" if close else ""
    return f"{wrong!r} is not known{meant} Allowed: {', '.join(allowed)}"


def schema() -> str:
    """Return the JSON Schema of the configuration."""
    return (
        json.dumps({"$schema": "https://json-schema.org/draft/2020-12/schema"} | Config.model_json_schema(), indent=1)
        + "\n"
    )


def export_data_directory(config: Config) -> None:
    """Hand the configured data directory to the jobs; without one, the caller's environment decides."""
    if config.data:
        os.environ["OPTCLAIMS_DATA"] = config.data
