"""Paper cards: what a paper claims, which notebook tests it, with which parameters, and what is expected.

A card is ``notebooks/<paper>/paper.yaml``. Everything wrong with it is found before any job starts, in one line each
that names file and key.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

import yaml
from pydantic import ValidationError

from optclaims.pipeline import notebooks
from optclaims.pipeline.card import ALTERNATIVES, Card
from optclaims.pipeline.fields import CardError, UniqueKeyLoader, require_key
from optclaims.science.sources import SourceError, read

NOTEBOOKS = Path("notebooks")


def papers(root: Path = NOTEBOOKS) -> list[str]:
    """Return the keys of all papers that have a card, in alphabetical order."""
    return sorted(path.parent.name for path in root.glob("*/paper.yaml"))


def load(paper: str, root: Path = NOTEBOOKS) -> Card:
    """Read and validate one card together with its notebooks; raises CardError naming file and key."""
    path = root / paper / "paper.yaml"
    require_key(paper, f"{path}: ")
    try:
        card = Card.model_validate(yaml.load(read(path), UniqueKeyLoader))
    except FileNotFoundError:
        raise CardError(f"{path}: no such card; papers: {', '.join(papers(root)) or 'none'}") from None
    except yaml.MarkedYAMLError as error:
        line = f":{error.problem_mark.line + 1}" if error.problem_mark else ""
        raise CardError(f"{path}{line}: {error.problem}") from None
    except (yaml.YAMLError, SourceError) as error:  # bytes that are no text
        raise CardError(f"{path}: {' '.join(str(error).removeprefix(str(path)).split()).lstrip(': ')}") from None
    except ValidationError as error:
        raise CardError("\n".join(f"{path}: {line}" for line in describe(error))) from None
    mistakes = list(_notebook_mistakes(card, path))
    if mistakes:
        raise CardError("\n".join(mistakes))
    return card


def load_all(root: Path = NOTEBOOKS) -> dict[str, Card]:
    """Read every card; raises one CardError with the mistakes of all."""
    cards, mistakes = {}, []
    for paper in papers(root):
        try:
            cards[paper] = load(paper, root)
        except CardError as error:
            mistakes.append(str(error))
    mistakes = mistakes or list(_reading_mistakes(cards, root))
    if mistakes:
        raise CardError("\n".join(mistakes))
    return cards


def _reading_mistakes(cards: Mapping[str, Card], root: Path) -> Iterable[str]:
    """Yield one line for each experiment that reads one that is not there, lacks a scale, or waits for itself."""
    every = {f"{paper}/{name}": each for paper, card in cards.items() for name, each in card.experiments.items()}
    for address, experiment in every.items():
        paper, name = address.split("/")
        key = f"{root / paper / 'paper.yaml'}: experiments.{name}.reads"
        for read_one in experiment.reads:
            if read_one not in every:
                yield f"{key}: no experiment {read_one!r}; allowed: <paper>/<experiment> of a card"
                continue
            lacking = set(experiment.parameters) - set(every[read_one].parameters)
            if lacking:
                yield f"{key}: {read_one} has no scale {', '.join(sorted(lacking))}"
        reached, front = set(), list(experiment.reads)
        while front:
            if (one := front.pop()) in every and one not in reached:
                reached.add(one)
                front += every[one].reads
        if address in reached:
            yield f"{key}: {address} would wait for itself"


def describe(error: ValidationError) -> list[str]:
    """Return one line per mistake: the dotted key, what is wrong, and what is allowed."""
    lines = []
    for mistake in error.errors():
        key = ".".join(str(part) for part in mistake["loc"] if part not in ALTERNATIVES)
        message = mistake["msg"].removeprefix("Value error, ")
        if mistake["type"] == "extra_forbidden":
            message = "unknown key"
        elif mistake["type"] == "missing":
            message = "this key is missing"
        lines.append(f"{key}: {message}" if key else message)
    return lines


def _notebook_mistakes(card: Card, path: Path) -> Iterable[str]:
    for name, experiment in card.experiments.items():
        notebook = path.parent / f"{name}.py"
        key = f"{path}: experiments.{name}"
        try:
            named = set(notebooks.parameters(notebook))
        except SourceError as error:
            yield f"{key}: {error}"
            continue
        for scale, values in experiment.parameters.items():
            for parameter in sorted(set(values) - named):
                yield f"{key}.parameters.{scale}.{parameter}: {notebook} has no such parameter; it has {sorted(named)}"
            for parameter in sorted(named - set(values)):
                yield f"{key}.parameters.{scale}: parameter {parameter!r} of {notebook} is not set"
            for axis in experiment.sweep:
                if not isinstance(values.get(axis), list):
                    yield f"{key}.sweep: {axis!r} must be a parameter with a list of values (scale {scale})"


def schema() -> str:
    """Return the JSON Schema of a card, for editors and for other tools."""
    return (
        json.dumps({"$schema": "https://json-schema.org/draft/2020-12/schema"} | Card.model_json_schema(), indent=1)
        + "\n"
    )
