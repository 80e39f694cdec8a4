"""What stands in a paper's card: its experiments, figures, tolerances, claims and their sources."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, model_validator

from optclaims.pipeline.fields import Address, KebabCase, Parameters, Size, SnakeCase, Words
from optclaims.verdicts import Outcome

SCALES = ("quick", "default", "paper")
Scale = Literal["quick", "default", "paper"]
Expected = Literal["reproduced", "not-reproduced", "inconclusive"]


class Strict(BaseModel):
    """A part of a card; unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Exact(Strict):
    """A column that equals the reference up to rounding (relative 1e-6 by default)."""

    kind: Literal["exact"] = "exact"
    """what kind of tolerance"""
    rtol: Size = 1e-6
    """allowed change over the value of the reference"""
    atol: Size = 1e-12
    """allowed change besides"""


class Sampled(Strict):
    """A column of random numbers: another seed exceeds the tolerance, another instruction set does not."""

    kind: Literal["sampled"]
    """what kind of tolerance"""
    rtol: Size = 1e-4
    """allowed change over the value of the reference"""
    atol: Size = 0.0
    """allowed change besides"""


class Chaotic(Strict):
    """A column that rounding errors change: compared within k standard errors of ``stderr``, or not at all (reason)."""

    kind: Literal["chaotic"]
    """what kind of tolerance"""
    k: float = Field(4.0, gt=0, allow_inf_nan=False)
    """standard errors that are allowed"""
    stderr: str | None = None
    """the column of the reference that holds them"""
    reason: str | None = None
    """why the column is not compared at all"""

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
    """what is drawn, what lines, points and bands are"""
    tolerance: Tolerance = Exact()
    """of all columns that have none of their own"""
    columns: dict[str, Tolerance] = {}
    """tolerance by column"""

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
    """one line"""
    text: Words
    """two or three sentences"""
    figure: SnakeCase
    """a figure of the claim's experiment"""


class Source(Strict):
    """Whose statement it is, where it stands in the paper, and how sure its wording and constants are.

    ``exact``: as printed. ``from memory``: recalled, so that constants may differ. ``reconstructed``: derived anew, or
    from the abstract or the authors' code.
    """

    origin: Literal["paper", "ours"] = "paper"
    """a statement of the paper, or one of this project"""
    locator: Words | None = None
    """theorem, section or figure; of ours what it follows from"""
    confidence: Literal["exact", "from memory", "reconstructed"] = "exact"
    """how sure wording and constants of the paper are"""

    @model_validator(mode="after")
    def _located(self) -> Source:
        if self.origin == "paper" and self.locator is None:
            raise ValueError("`locator` is needed where `origin` is not `ours`")
        if self.origin == "ours" and self.confidence != "exact":
            raise ValueError("`confidence` is about the words of a paper, and `origin` is `ours`")
        return self

    def __str__(self) -> str:
        words = ": ".join(filter(None, ["ours" if self.origin == "ours" else "", self.locator]))
        return words if self.confidence == "exact" else f"{words} [{self.confidence}]"


class Claim(Strict):
    """A statement, of the paper or ours, where it stands, and the verdict that is expected of it."""

    statement: Words
    """no wider than what is checked; formulas between dollar signs"""
    source: Source
    """whose it is and where it stands"""
    expect: ExpectedByScale = "reproduced"
    """the verdict that is known, by scale where it differs"""
    reason: str | None = None
    """why another verdict than reproduced is expected"""
    finding: Finding | None = None
    """where the measurement corrects or sharpens the paper"""

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
    """one line"""
    data: DataByScale = "synthetic"
    """the data set, by scale where it differs"""
    minutes: MinutesByScale = 5
    """what a job takes at most, by scale where it differs; it is stopped after five times as many"""
    memory_mb: int = Field(1000, gt=0)
    """memory that a cluster reserves"""
    sweep: list[str] = []
    """parameters whose values are independent points, jobs of their own with `split=true`"""
    reads: list[str] = []
    """other experiments, <paper>/<experiment>, whose data this one reads"""
    figures: dict[SnakeCase, Figure] = Field(min_length=1)
    """the figures that the notebook draws"""
    claims: dict[KebabCase, Claim] = Field(min_length=1)
    """the claims that it judges"""
    parameters: dict[Scale, Parameters] = Field(min_length=1)
    """values of the notebook's parameters by scale; a scale that is absent is not run"""
    meanings: dict[str, Words] = {}
    """of parameters that mean here something else than in the paper"""

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
    """of the paper"""
    authors: Words
    """separated by commas"""
    venue: Words
    """where and when it was published"""
    url: Address
    """http:// or https://"""
    cover: str
    """<experiment>/<figure> that stands for the paper"""
    meanings: dict[str, Words] = {}
    """one line of meaning for each parameter of the experiments"""
    experiments: dict[SnakeCase, Experiment] = Field(min_length=1)
    """by the name of the notebook"""

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
