"""A whole fingerprint: all probes of one optimizer, whatever single ones run into."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from optclaims import style
from optclaims.fingerprints import comparison
from optclaims.fingerprints.limits import TimeUp, within
from optclaims.fingerprints.movers import SubjectError
from optclaims.fingerprints.probe import Answers, Probe, Quantity
from optclaims.fingerprints.probes import PROBES
from optclaims.fingerprints.saved import FILE, Answer, ProbeAnswers, Saved, table
from optclaims.fingerprints.subjects import Subject
from optclaims.statistics import Estimate
from optclaims.streams import stream

__all__ = ["Fingerprint", "ask", "take", "to_save", "warnings_about", "write"]

LIMIT = 600.0  # seconds a probe: many times what the slowest takes


@dataclass(frozen=True)
class Fingerprint:
    """Answers by probe and quantity, the frames they were read from, and sentences about what is odd."""

    name: str
    spec: str
    arguments: Mapping[str, object]
    answers: Mapping[str, Answers]
    remarks: tuple[str, ...] = ()
    seed: int = 0
    frames: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    seconds: Mapping[str, float] = field(default_factory=dict)


def take(subject: Subject, *, seed: int = 0, probes: Iterable[Probe] = PROBES, limit: float = LIMIT) -> Fingerprint:
    """Ask all probes; one that the optimizer cannot answer leaves its reason, and the others go on.

    limit: seconds that a probe may take, and before them the first steps, without which none can be asked

    >>> from optclaims.fingerprints.subjects import load
    >>> from optclaims.fingerprints.probes.saddle import Saddle
    >>> found = take(load("torch.optim.SGD"), probes=[Saddle()])
    >>> round(found.answers["saddle"]["slope"].value, 2)
    1.0
    """
    frames, answers, seconds = {}, {}, {}
    hangs = _hangs(subject, limit)
    if hangs:
        answers = {probe.name: {quantity.key: f"it {hangs}" for quantity in probe.quantities} for probe in probes}
        return Fingerprint(subject.name, subject.spec, dict(subject.arguments), answers, (f"It {hangs}.",), seed)
    for probe in probes:
        began = time.process_time()
        frame, answers[probe.name] = ask(probe, subject, seed, limit)
        seconds[probe.name] = time.process_time() - began
        if frame is not None:
            frames[probe.name] = frame
    remarks = tuple(warnings_about(subject))
    return Fingerprint(subject.name, subject.spec, dict(subject.arguments), answers, remarks, seed, frames, seconds)


def _hangs(subject: Subject, limit: float) -> str:
    """Return what is said of an optimizer that does not come through its first steps in time, else nothing."""
    try:
        with within(limit):
            _ = subject.nature
    except TimeUp:
        return f"was stopped after {limit:.3g} s, in which it had not finished its first steps"
    except SubjectError:
        pass  # every probe will say so
    return ""


def ask(probe: Probe, subject: Subject, seed: int = 0, limit: float = LIMIT) -> tuple[pd.DataFrame | None, Answers]:
    """Return the frame and the answers of one probe; the same random numbers for every optimizer."""
    try:
        if probe.needs_lr and not subject.nature.lr_matters:
            raise SubjectError("ignores lr: its path is the same at another learning rate, and this probe chooses it")
        with within(limit), subject.quietly():
            frame = probe.measure(subject, stream(seed, "fingerprint", probe.name))
    except SubjectError as error:
        return None, {quantity.key: f"it {error}" for quantity in probe.quantities}
    except TimeUp:
        late = f"it was stopped after {limit:.3g} s without an answer"
        return None, {quantity.key: late for quantity in probe.quantities}
    try:
        return frame, probe.answers(frame)
    except ValueError as error:  # what estimators refuse: no variance at all, numbers beyond floating point
        reason = f"what it did cannot be summed up in a number ({error})"
        return frame, {quantity.key: reason for quantity in probe.quantities}


def warnings_about(subject: Subject) -> list[str]:
    """Return sentences about what a reader of the numbers has to know first."""
    try:
        nature = subject.nature
    except SubjectError as error:
        return [f"It {error}."]
    said = []
    if not nature.repeats:
        said.append(
            "It has hidden randomness: equal gradients gave two different paths. Its numbers are those of one run each."
        )
    if not nature.lr_matters:
        said.append("It ignores lr: another learning rate gave the same path.")
    elif not nature.lr_is_factor:
        said.append("Its lr is no factor of the step, so runs of different learning rates had an instance each.")
    if nature.matrices:
        said.append("It treats matrices other than vectors, and was asked with matrices.")
    if not nature.coordinatewise:
        said.append("Coordinates influence each other: every run had an instance of its own.")
    return said


def to_save(found: Fingerprint, known: pd.DataFrame | None = None) -> Saved:
    """Return what fingerprint.json holds; known: the table of known optimizers, to name the nearest of."""
    probes = {probe.name: probe for probe in PROBES}
    answers = {
        name: ProbeAnswers(
            question=probes[name].question,
            quantities={q.key: _answer(q, answered[q.key]) for q in probes[name].quantities},
        )
        for name, answered in found.answers.items()
    }
    saved = Saved(
        name=found.name,
        spec=found.spec,
        arguments=json.loads(json.dumps(dict(found.arguments), default=str)),
        seed=found.seed,
        remarks=list(found.remarks),
        probes=answers,
        versions={"numpy": np.__version__, "torch": torch.__version__},
    )
    if known is not None:
        saved.nearest = comparison.nearest(found.name, table([saved]), known)
    return saved


def _answer(quantity: Quantity, found: Estimate | str) -> Answer:
    own = {"says": quantity.says, "unit": quantity.unit}
    if isinstance(found, str):
        return Answer(**own, reason=found)
    return Answer(**own, value=found.value, low=found.low, high=found.high)


def write(found: Fingerprint, folder: Path, known: pd.DataFrame | None = None, *, figures: bool = True) -> Saved:
    """Write frames, figures and, last of all, fingerprint.json into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    style.apply()
    for probe in PROBES:
        if probe.name in found.frames:
            file = folder / f"{probe.name}.csv"
            found.frames[probe.name].to_csv(file, index=False, float_format="%.10g", lineterminator="\n")
            if figures:
                style.save(style.drawn(probe.draw, pd.read_csv(file)), folder / probe.name)
    saved = to_save(found, known)
    temporary = folder / f".{FILE}.part"
    temporary.write_text(saved.model_dump_json(indent=1) + "\n", encoding="utf-8")
    temporary.replace(folder / FILE)
    return saved
