"""Trials: one experiment with other parameters, in a folder whose name says which.

``results/try/<paper>/<experiment>/quick-seed3+T=3000+C=5/`` is the quick scale at seed 3 with two parameters changed.
The name is all that Snakemake needs to make it; nothing below ``results/try`` is compared, reported or kept.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import quote, unquote

from optclaims.pipeline import settings, workflow
from optclaims.pipeline.cards import Card, Experiment
from optclaims.pipeline.instructions import Instructions
from optclaims.pipeline.results import RESULTS, scale_and_seed, seeded
from optclaims.pipeline.settings import Refused

FOLDER = RESULTS / "try"
LOGS = FOLDER / "logs"
NAME = r"[\w.=%+-]+"
LONGEST_NAME = 200
"""A file name has at most 255 characters, and that of a failed notebook is somewhat longer."""


@dataclass(frozen=True)
class Trial:
    """An experiment at a scale, with some parameters changed."""

    paper: str
    name: str
    experiment: Experiment
    scale: str
    seed: int | None = None
    changed: dict[str, object] = field(default_factory=dict)

    @property
    def parameters(self) -> dict[str, object]:
        """All parameters as the notebook gets them."""
        return self.experiment.parameters[self.scale] | self.changed

    @property
    def texts(self) -> dict[str, str]:
        """The changed values as short texts, in the order of the card."""
        names = [name for name in self.parameters if name in self.changed]
        return {name: settings.written(kind(self.experiment, name), self.changed[name]) for name in names}

    @property
    def spelled(self) -> str:
        """What was changed, for people: ``T = 3000, C = 5``."""
        return ", ".join(f"{name} = {text}" for name, text in self.texts.items())

    @property
    def label(self) -> str:
        """The name of the folder."""
        return named(self.scale, self.seed, self.texts)

    @property
    def folder(self) -> Path:
        """Where the results are."""
        return FOLDER / self.paper / self.name / self.label

    @property
    def log(self) -> Path:
        """The log of the job."""
        return LOGS / self.paper / self.name / f"{self.label}.log"

    def with_(self, parameter: str, value: object) -> Trial:
        """Return the same trial with one more parameter changed."""
        return replace(self, changed=self.changed | {parameter: value})


def named(scale: str, seed: int | None, texts: Mapping[str, str], safe: str = "") -> str:
    """Return the name of a trial; values stand in it as in an address, ``%2C`` for a comma.

    Raises Refused for one too long for a file.
    """
    parts = [f"{name}={quote(text, safe=safe)}" for name, text in texts.items()]
    label = "+".join([seeded(scale, seed), *parts])
    if len(label) > LONGEST_NAME:
        raise Refused(f"so many values make no name of at most {LONGEST_NAME} characters; set fewer, or shorter ones")
    return label


def kind(experiment: Experiment, parameter: str) -> settings.Kind:
    """Return the kind of values that a parameter takes: that of the card's own."""
    values = [values[parameter] for values in experiment.parameters.values() if parameter in values]
    return settings.kind_of(values)


def require(experiment: Experiment, parameter: str) -> str:
    """Return the name of a parameter; raises Refused with the allowed ones for another."""
    names = experiment.names()
    if parameter in names:
        return parameter
    close = difflib.get_close_matches(parameter, names, 2, 0.5)
    meant = f", did you mean {' or '.join(close)}?" if close else ""
    raise Refused(f"no parameter {parameter!r}{meant}; parameters: {', '.join(names) or 'none'}")


def value(card: Card, name: str, parameter: str, text: str, several: bool = False) -> object:
    """Return what was typed for a parameter, of a sweep the list of values; raises Refused with what is allowed."""
    experiment = card.experiments[name]
    takes = kind(experiment, require(experiment, parameter))
    try:
        return settings.values(takes, text) if several else settings.read(takes, text)
    except Refused:
        example = json.dumps(next(v[parameter] for v in experiment.parameters.values() if parameter in v))
        meaning = card.meaning(name, parameter)
        allowed = f"{takes}, as {example} in the card" + (f" ({meaning})" if meaning else "")
        if several:
            ways = "at least two values, 2,3,5, or first:last:number, 2:10:9, or 0.1:10:9:log"
            raise Refused(f"{parameter}={text}: allowed are {ways}; each is {allowed}") from None
        raise Refused(f"{parameter}={text}: allowed is {allowed}") from None


def typed(paper: str, name: str, card: Card, scale: str, seed: int | None, changes: Sequence[str]) -> Trial:
    """Return the trial that a person asks for by changes such as ``T=3000``; raises Refused."""
    experiment = card.experiments[name]
    if scale not in experiment.parameters:
        raise Refused(f"no scale {scale!r}; scales: {', '.join(experiment.parameters)}")
    changed: dict[str, object] = {}
    for change in changes:
        parameter, text = assignment(change)
        if parameter in changed:
            raise Refused(f"{parameter} is set twice")
        changed[parameter] = value(card, name, parameter, text)
    trial = Trial(paper, name, experiment, scale, seed, changed)
    trial.label  # noqa: B018 - raises Refused for too long a name
    return trial


def swept(start: Trial, card: Card, sweep: str) -> tuple[list[Trial], Path]:
    """Return a trial for each value of a sweep such as ``C=2:10:9``, and the folder for what is drawn of them all."""
    parameter, text = assignment(sweep)
    if parameter in start.changed:
        raise Refused(f"{parameter} is set and swept")
    found = [start.with_(parameter, one) for one in value(card, start.name, parameter, text, several=True)]
    texts = {name: text if name == parameter else found[0].texts[name] for name in found[0].texts}
    return found, FOLDER / start.paper / start.name / named(start.scale, start.seed, texts, safe=":,")


def assignment(text: str) -> tuple[str, str]:
    """Return the two sides of ``name=value``; raises Refused."""
    name, equals, value = text.partition("=")
    if not equals or not value.strip():
        raise Refused(f"{text!r}: a change is written NAME=VALUE, as in T=3000")
    return name.strip(), value.strip()


def read(paper: str, name: str, card: Card, label: str) -> Trial:
    """Return the trial that a folder is named after; raises Refused."""
    first, *parts = label.split("+")
    return typed(paper, name, card, *scale_and_seed(first), [unquote(part) for part in parts])


class Jobs:
    """What Snakemake's rule asks about the trial that the wildcards paper, experiment and trial name."""

    def __init__(self, cards: Mapping[str, Card], instructions: Instructions) -> None:
        self._cards, self._instructions = cards, instructions

    def trial(self, wildcards: Mapping[str, str]) -> Trial:
        """Return the trial; ends with one line for a name that cannot be."""
        paper, name = wildcards["paper"], wildcards["experiment"]
        try:
            if name not in self._cards[paper].experiments:
                raise Refused(f"no experiment {name!r}; experiments: {', '.join(self._cards[paper].experiments)}")
            return read(paper, name, self._cards[paper], wildcards["trial"])
        except Refused as refused:
            raise SystemExit(f"{FOLDER / paper / name / wildcards['trial']}: {refused}") from None

    def modules(self, wildcards: Mapping[str, str]) -> list[str]:
        """Return the modules that the notebook imports."""
        trial = self.trial(wildcards)
        return workflow.dependencies(trial.paper, trial.name)

    def data(self, wildcards: Mapping[str, str]) -> list[str]:
        """Return the files of other experiments that it reads, of the same scale and seed and with nothing changed."""
        trial = self.trial(wildcards)
        scale = {"scale": seeded(trial.scale, trial.seed)}
        return workflow.read_files(scale, experiment=trial.experiment, cards=self._cards)

    def memory(self, wildcards: Mapping[str, str], attempt: int) -> int:
        """Return the memory to ask for, that of the card."""
        return workflow.memory(wildcards, attempt, megabytes=self.trial(wildcards).experiment.memory_mb)

    def runtime(self, wildcards: Mapping[str, str], attempt: int) -> int:
        """Return the minutes to ask a cluster for, those of the card."""
        trial = self.trial(wildcards)
        return workflow.runtime({"scale": trial.scale}, attempt, experiment=trial.experiment)

    def job(self, wildcards: Mapping[str, str]) -> str:
        """Return what the job uses, as JSON: that of its scale, with other parameters."""
        trial = self.trial(wildcards)
        scale = seeded(trial.scale, trial.seed)
        usual = workflow.job(
            {"scale": scale},
            paper=trial.paper,
            name=trial.name,
            experiment=trial.experiment,
            instructions=self._instructions,
        )
        other = {"parameters": trial.parameters, "results": str(RESULTS / scale), "trial": trial.spelled}
        return json.dumps(json.loads(usual) | other)


def target(trials: Sequence[Trial]) -> str:
    """Return the words by which snakemake makes trials that differ in one parameter, as they are typed in a shell."""
    labels = [trial.label.split("+") for trial in trials]
    place = FOLDER / trials[0].paper / trials[0].name
    parts = []
    for column in zip(*labels, strict=True):
        name = column[0].partition("=")[0]
        several = [part.removeprefix(f"{name}=") for part in column]
        parts.append(column[0] if len(set(column)) == 1 else f"{name}={{{','.join(several)}}}")
    return f"{place / '+'.join(parts)}/verdicts.json"
