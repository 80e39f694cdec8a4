"""Comparing two results folders: verdicts by outcome, figures column by column within the tolerances of the cards."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd

from optclaims.pipeline import origins, reading
from optclaims.pipeline.card import Card, Experiment, Figure
from optclaims.pipeline.deviations import Deviation, deviations
from optclaims.pipeline.differences import (
    DIFFERENT,
    EQUAL,
    NEAR,
    Absence,
    ColumnChange,
    Comparison,
    Note,
    Rounding,
    ShapeChange,
    VerdictChange,
)
from optclaims.pipeline.reading import Damaged
from optclaims.pipeline.results import FAILED, MISSING, ResultsError, failed_notebook, require, scale_of
from optclaims.pipeline.verify import plural
from optclaims.verdicts import Outcome


def compare(cards: Mapping[str, Card], new: Path, old: Path) -> Comparison:
    """Compare the experiments of the cards in a results folder with those in another one, usually the reference.

    Raises ResultsError for a folder that is missing, and for folders of two scales, whose parameters differ.
    """
    if scale_of(require(new)) != scale_of(require(old)):
        raise ResultsError(f"{new} and {old} are of different scales; their numbers cannot be compared")
    found = Comparison(old, new)
    for paper, card in cards.items():
        for name, experiment in card.experiments.items():
            _compare_experiment(found, paper, name, experiment)
    return found


def _compare_experiment(found: Comparison, paper: str, name: str, experiment: Experiment) -> None:
    scale = scale_of(found.new)
    if scale not in experiment.parameters:
        found.notes.append(Note(paper, name, "everything", f"needs scale {' or '.join(experiment.parameters)}"))
        return
    sides = (found.old, found.new)
    records = [_verdicts(side, paper, name) for side in sides]
    absent = [(side, record) for side, record in zip(sides, records, strict=True) if isinstance(record, str)]
    if absent:
        found.absences += [Absence(paper, name, side, state) for side, state in absent]
        return
    reasons = [_not_run(claims) for claims in records]
    if any(reasons):
        why = [f"not-run in {side} ({reason})" for side, reason in zip(sides, reasons, strict=True) if reason]
        found.notes.append(Note(paper, name, "everything", "; ".join(why)))
        return
    changed = _origin_changes([side / paper / name for side in sides])
    found.origins.update(changed)
    with _bytes(found, paper, name, "verdicts.json", equal_origin=not changed):
        for claim in experiment.claims:
            _compare_claim(found, paper, name, claim, *(claims.get(claim) for claims in records))
    for figure, declared in experiment.figures.items():
        with _bytes(found, paper, name, f"{figure}.csv", equal_origin=not changed):
            _compare_figure(found, paper, name, figure, declared)
    for side in sides:
        extra = sorted(path.stem for path in (side / paper / name).glob("*.csv") if path.stem not in experiment.figures)
        found.shapes += [ShapeChange(paper, name, figure, f"in {side}, but not in the card") for figure in extra]


def _origin_changes(places: Iterable[Path]) -> list[str]:
    try:
        return origins.changes(*map(origins.read, places))
    except Damaged as error:
        return [str(error)]


@contextmanager
def _bytes(found: Comparison, paper: str, name: str, file: str, *, equal_origin: bool) -> Iterator[None]:
    """Count a file that is compared inside as equal byte for byte, equal within tolerance, or different."""
    before = len(found.differences)
    yield
    paths = [side / paper / name / file for side in (found.old, found.new)]
    if len(found.differences) > before:
        found.files[DIFFERENT] += 1
    elif paths[0].read_bytes() == paths[1].read_bytes():
        found.files[EQUAL] += 1
    else:
        found.files[NEAR] += 1
        if equal_origin:
            found.roundings.append(Rounding(paper, name, file))


def _verdicts(folder: Path, paper: str, name: str) -> dict[str, dict[str, object]] | str:
    """Return the judged claims of an experiment, or the state that it is in instead."""
    path = folder / paper / name / "verdicts.json"
    try:
        return reading.verdicts(path)["claims"]
    except FileNotFoundError:
        return FAILED if failed_notebook(folder, paper, name).exists() else MISSING
    except Damaged as error:
        return str(error)


def _not_run(claims: Mapping[str, Mapping[str, object]]) -> str | None:
    """Return the reason of an experiment that ended without running, None for one that ran."""
    if any(claim["verdict"] != Outcome.NOT_RUN or claim["checks"] for claim in claims.values()):
        return None
    return next((str(claim["reason"]) for claim in claims.values()), "no claims")


def _compare_claim(
    found: Comparison,
    paper: str,
    name: str,
    claim: str,
    old: Mapping[str, object] | None,
    new: Mapping[str, object] | None,
) -> None:
    found.claims_compared += 1
    for change in _claim_changes(paper, name, claim, old, new):
        if Outcome.NOT_RUN in (change.old, change.new):
            what = f"{claim}, check {change.check!r}" if change.check else claim
            found.notes.append(Note(paper, name, what, f"{change.old} -> {change.new}"))
        else:
            found.verdicts.append(change)


def _claim_changes(
    paper: str, name: str, claim: str, old: Mapping[str, object] | None, new: Mapping[str, object] | None
) -> Iterable[VerdictChange]:
    """Yield a changed verdict, or where it is the same the changed checks behind it."""
    before, after = (MISSING if side is None else str(side["verdict"]) for side in (old, new))
    if before != after:
        yield VerdictChange(paper, name, claim, before, after)
    elif old and new:
        outcomes = [{check["quantity"]: check["outcome"] for check in side["checks"]} for side in (old, new)]
        for quantity in dict.fromkeys([*outcomes[0], *outcomes[1]]):
            before, after = (side.get(quantity, MISSING) for side in outcomes)
            if before != after:
                yield VerdictChange(paper, name, claim, before, after, check=quantity)


def _compare_figure(found: Comparison, paper: str, name: str, figure: str, declared: Figure) -> None:
    paths = [side / paper / name / f"{figure}.csv" for side in (found.old, found.new)]
    missing = [f"missing in {path.parents[2]}" for path in paths if not path.exists()]
    if missing:
        found.shapes.append(ShapeChange(paper, name, figure, " and ".join(missing)))
        return
    try:
        old, new = map(reading.table, paths)
    except Damaged as error:
        found.shapes.append(ShapeChange(paper, name, figure, str(error)))
        return
    found.figures.append((paper, name, figure))
    for what in _shape_changes(old, new, declared):
        found.shapes.append(ShapeChange(paper, name, figure, what))
    if len(old) != len(new):
        return
    for column, apart in deviations(old, new, declared):
        if isinstance(apart, str):
            found.notes.append(Note(paper, name, f"{figure}: column {column}", apart))
        elif apart.beyond.any():
            found.columns.append(ColumnChange(paper, name, figure, column, **_sizes(apart)))


def _sizes(apart: Deviation) -> dict[str, object]:
    rows = np.flatnonzero(apart.beyond)
    largest = {"relative": None, "absolute": None}
    if not apart.text:
        largest = {"relative": float(apart.relative[rows].max()), "absolute": float(apart.absolute[rows].max())}
    return {"rows": rows.tolist(), "length": len(apart.beyond), "tolerance": apart.tolerance, **largest}


def _shape_changes(old: pd.DataFrame, new: pd.DataFrame, declared: Figure) -> Iterator[str]:
    for label, columns in (
        ("missing", [c for c in old if c not in new]),
        ("new", [c for c in new if c not in old]),
        # A card can only be held against the columns once there are some.
        ("in the card, but not in the figure:", [c for c in declared.columns if c not in old and c not in new]),
    ):
        if columns:
            yield f"{plural(len(columns), 'column')} {label} {', '.join(columns)}"
    if len(old) != len(new):
        yield f"{plural(len(old), 'row')} -> {plural(len(new), 'row')}"
