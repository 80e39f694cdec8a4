"""Paper cards: what a paper claims, which notebook tests it, with which parameters, and what is expected.

A card is ``notebooks/<paper>/paper.yaml``. Everything wrong with it is found before any job starts, in one line each
that names file and key.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    ValidationError,
    model_validator,
)

from optclaims.pipeline import notebooks
from optclaims.pipeline.fields import (
    Address,
    CardError,
    KebabCase,
    Parameters,
    Size,
    SnakeCase,
    UniqueKeyLoader,
    Words,
    require_key,
)
from optclaims.science.sources import SourceError, read
from optclaims.verdicts import Outcome

NOTEBOOKS = Path("notebooks")
SCALES = ("quick", "default", "paper")
Scale = Literal["quick", "default", "paper"]
Expected = Literal["reproduced", "not-reproduced", "inconclusive"]


class Strict(BaseModel):
    """A part of a card; unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Exact(Strict):
    """A column that equals the reference up to rounding (relative 1e-6 by default)."""

    kind: Literal["exact"] = "exact"
    rtol: Size = 1e-6
    atol: Size = 1e-12


class Sampled(Strict):
    """A column of random numbers: another seed exceeds the tolerance, another instruction set does not."""

    kind: Literal["sampled"]
    rtol: Size = 1e-4
    atol: Size = 0.0


class Chaotic(Strict):
    """A column that rounding errors change: compared within k standard errors of ``stderr``, or not at all (reason)."""

    kind: Literal["chaotic"]
    k: float = Field(4.0, gt=0, allow_inf_nan=False)
    stderr: str | None = None
    reason: str | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Chaotic:
        if (self.stderr is None) == (self.reason is None):
            raise ValueError("a chaotic column needs either stderr (a column) or reason (why it is not compared)")
        return self


def _one_or_by_scale(value: object) -> str:
    return "by scale" if isinstance(value, Mapping) else "one"


# The discriminator makes a mistake one line instead of one for each alternative.
ExpectedByScale = Annotated[
    Annotated[Expected, Tag("one")] | Annotated[dict[Scale, Expected], Tag("by scale")],
    Discriminator(_one_or_by_scale),
]
DataByScale = Annotated[
    Annotated[str, Tag("one")] | Annotated[dict[Scale, str], Tag("by scale")], Discriminator(_one_or_by_scale)
]
Minutes = Annotated[float, Field(gt=0, allow_inf_nan=False)]
MinutesByScale = Annotated[
    Annotated[Minutes, Tag("one")] | Annotated[dict[Scale, Minutes], Tag("by scale")], Discriminator(_one_or_by_scale)
]
ALTERNATIVES = {"one", "by scale", "exact", "sampled", "chaotic", "[key]"}
Tolerance = Annotated[Exact | Sampled | Chaotic, Field(discriminator="kind")]


def _spelled_out(value: object) -> object:
    return {"kind": value} if isinstance(value, str) else value


class Figure(Strict):
    """A figure of an experiment: its caption, and how its columns are compared with the reference."""

    caption: Words
    tolerance: Tolerance = Exact()
    columns: dict[str, Tolerance] = {}

    @model_validator(mode="before")
    @classmethod
    def _short_forms(cls, values: object) -> object:
        if isinstance(values, Mapping):
            values = dict(values)
            if "tolerance" in values:
                values["tolerance"] = _spelled_out(values["tolerance"])
            if isinstance(values.get("columns"), Mapping):
                values["columns"] = {name: _spelled_out(value) for name, value in values["columns"].items()}
        return values


class Finding(Strict):
    """What a measurement corrects or sharpens; the numbers beside it are those of the claim's checks."""

    title: Words
    text: Words
    figure: SnakeCase = Field(description="a figure of the claim's experiment")


class Claim(Strict):
    """A statement of the paper, where it stands, and the verdict that is expected of it."""

    statement: Words
    source: Words
    expect: ExpectedByScale = "reproduced"
    reason: str | None = None
    finding: Finding | None = None

    @model_validator(mode="after")
    def _explained(self) -> Claim:
        expected = set(self.expect.values()) if isinstance(self.expect, dict) else {self.expect}
        if expected != {"reproduced"} and not self.reason:
            raise ValueError("`reason` is needed where `expect` is not `reproduced`")
        return self

    def expected(self, scale: str) -> Outcome:
        """Return the verdict that is expected at a scale (reproduced where the card is silent)."""
        outcome = self.expect.get(scale, "reproduced") if isinstance(self.expect, dict) else self.expect
        return Outcome(outcome)


class Experiment(Strict):
    """One notebook: its figures, claims, and parameters by scale."""

    title: Words
    data: DataByScale = "synthetic"
    minutes: MinutesByScale = 5
    memory_mb: int = Field(1000, gt=0)
    sweep: list[str] = []
    reads: list[str] = Field([], description="other experiments, <paper>/<experiment>, whose data this one reads")
    figures: dict[SnakeCase, Figure] = Field(min_length=1)
    claims: dict[KebabCase, Claim] = Field(min_length=1)
    parameters: dict[Scale, Parameters] = Field(min_length=1)
    meanings: dict[str, Words] = Field({}, description="of parameters that mean here something else than in the paper")

    @model_validator(mode="after")
    def _findings_have_figures(self) -> Experiment:
        for name, claim in self.claims.items():
            if claim.finding and claim.finding.figure not in self.figures:
                raise ValueError(f"claims: {name}: finding: no figure {claim.finding.figure!r} in this experiment")
        return self

    @model_validator(mode="after")
    def _minutes_of_every_scale(self) -> Experiment:
        lacking = set(self.parameters) - set(self.minutes) if isinstance(self.minutes, dict) else set()
        if lacking:
            raise ValueError(f"minutes: no time for scale {', '.join(sorted(lacking))}")
        return self

    def minutes_at(self, scale: str) -> float:
        """Return how long a job may take at a scale: a number, 0 at a scale that the experiment does not have."""
        return self.minutes.get(scale, 0) if isinstance(self.minutes, dict) else self.minutes

    def names(self) -> list[str]:
        """Return the names of the parameters, in the order of the card."""
        return list(dict.fromkeys(name for values in self.parameters.values() for name in values))

    def data_set(self, scale: str) -> str:
        """Return the name of the data set that is used at a scale."""
        return self.data.get(scale, "synthetic") if isinstance(self.data, dict) else self.data


class Card(Strict):
    """One paper."""

    title: Words
    authors: Words
    venue: Words
    url: Address
    cover: str = Field(description="<experiment>/<figure> that stands for the paper in the README")
    meanings: dict[str, Words] = Field({}, description="one line of meaning for each parameter of the experiments")
    experiments: dict[SnakeCase, Experiment] = Field(min_length=1)

    @model_validator(mode="after")
    def _names_are_unique(self) -> Card:
        for kind in ("claims", "figures"):
            owners: dict[str, str] = {}
            for name, experiment in self.experiments.items():
                for item in getattr(experiment, kind):
                    if item in owners:
                        raise ValueError(f"{kind[:-1]} {item!r} is declared by both {owners[item]} and {name}")
                    owners[item] = name
        experiment, _, figure = self.cover.partition("/")
        if figure not in getattr(self.experiments.get(experiment), "figures", {}):
            raise ValueError(f"cover: {self.cover!r} is no <experiment>/<figure> of this card")
        return self

    @model_validator(mode="after")
    def _meanings_are_of_parameters(self) -> Card:
        for name, experiment in self.experiments.items():
            for parameter in set(experiment.meanings) - set(experiment.names()):
                raise ValueError(f"experiments.{name}.meanings: {parameter!r} is no parameter of it")
        every = {parameter for experiment in self.experiments.values() for parameter in experiment.names()}
        for parameter in set(self.meanings) - every:
            raise ValueError(f"meanings: {parameter!r} is no parameter of an experiment of this card")
        return self

    def meaning(self, experiment: str, parameter: str) -> str:
        """Return what a parameter of an experiment means in one line, nothing where the card does not say."""
        return self.experiments[experiment].meanings.get(parameter) or self.meanings.get(parameter, "")

    def claims(self) -> Iterable[tuple[str, str, Claim]]:
        """Yield (experiment, claim id, claim)."""
        for name, experiment in self.experiments.items():
            for claim_id, claim in experiment.claims.items():
                yield name, claim_id, claim


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
