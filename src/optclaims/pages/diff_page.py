"""What differs between two results folders as one page: verdicts, missing experiments, figures before and after."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from optclaims.pages.overlay import overlay
from optclaims.pages.pictures import Picture
from optclaims.pages.redraw import attempt, redraw
from optclaims.pages.rendering import environment, save
from optclaims.pages.series import Change, changes, layout
from optclaims.pipeline import reading
from optclaims.pipeline.cards import Card, Figure
from optclaims.pipeline.deviations import Deviation, deviations, is_numeric
from optclaims.pipeline.differences import Comparison
from optclaims.pipeline.reading import Damaged
from optclaims.pipeline.results import seed_of

ROWS_SHOWN = 12


@dataclass(frozen=True)
class FigureDiff:
    """A figure of two folders.

    before, after: the two drawings, each a picture or the reason why there is none. both: old and new in one panel.
    tables: the first rows of both, where a drawing is missing.
    """

    name: str
    caption: str
    shapes: list[str]
    changes: list[Change]
    before: Picture | str = ""
    after: Picture | str = ""
    both: Picture | str = ""
    tables: list[tuple[str, pd.DataFrame]] = field(default_factory=list)

    @property
    def beyond(self) -> bool:
        """Tell whether the figure differs by more than its tolerances, or in shape."""
        return bool(self.shapes) or any(change.beyond for change in self.changes)


def write(cards: Mapping[str, Card], found: Comparison, path: Path) -> None:
    """Write a comparison as one HTML file that needs no other. Equal folders give equal bytes."""
    figures = list(_figures(cards, found))
    page = environment().get_template("diff.html.j2")
    text = page.render(
        found=found,
        seeds=[seed_of(found.old), seed_of(found.new)],
        claims=list(_claims(cards, found)),
        beyond=[figure for figure in figures if figure.beyond],
        within=[figure for figure in figures if not figure.beyond and figure.changes],
        same=sum(not figure.beyond and not figure.changes for figure in figures),
        rows_shown=ROWS_SHOWN,
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    save(path, text)


def _claims(cards: Mapping[str, Card], found: Comparison) -> Iterator[dict[str, object]]:
    """Yield every claim with another verdict or other checks, with the checks that came out otherwise."""
    for paper, name, claim in dict.fromkeys((c.paper, c.experiment, c.claim) for c in found.verdicts):
        old, new = (_claim(side / paper / name / "verdicts.json", claim) for side in (found.old, found.new))
        before, after = ({check["quantity"]: check for check in side["checks"]} for side in (old, new))
        both = [(quantity, before.get(quantity), after.get(quantity)) for quantity in {**before, **after}]
        changed = [(q, b, a) for q, b, a in both if not (b and a and b["outcome"] == a["outcome"])]
        yield {
            "name": f"{paper}/{claim}",
            "statement": cards[paper].experiments[name].claims[claim].statement,
            "before": old["verdict"],
            "after": new["verdict"],
            "checks": changed,
            "others": len({**before, **after}) - len(changed),
        }


def _claim(path: Path, claim: str) -> dict[str, object]:
    return reading.verdicts(path)["claims"].get(claim, {"verdict": "missing", "checks": []})


def _figures(cards: Mapping[str, Card], found: Comparison) -> Iterator[FigureDiff]:
    """Yield every figure of the cards that either folder holds, and what else the folders were found to differ in."""
    shapes: dict[tuple[str, str, str], list[str]] = {key: [] for key in found.figures}
    for shape in found.shapes:
        shapes.setdefault((shape.paper, shape.experiment, shape.figure), []).append(shape.what)
    for (paper, name, figure), what in shapes.items():
        declared = cards[paper].experiments[name].figures.get(figure, Figure(caption="no longer in the card"))
        yield _figure((paper, name, figure), declared, what, [side / paper / name for side in (found.old, found.new)])


def _figure(key: tuple[str, str, str], declared: Figure, shapes: list[str], sides: Sequence[Path]) -> FigureDiff:
    paths = [side / f"{key[2]}.csv" for side in sides]
    tables = [_table(path) for path in paths]
    listed: list[Change] = []
    both: Picture | str = ""
    if all(table is not None for table in tables):
        listed, both = _together(*tables, declared)
    diff = FigureDiff("/".join(key), declared.caption, shapes, listed)
    if not diff.beyond:
        return diff
    drawn = [
        f"{'damaged' if path.exists() else 'missing'}: {path}" if table is None else redraw(*key, path)
        for path, table in zip(paths, tables, strict=True)
    ]
    present = [
        (label, table.head(ROWS_SHOWN), picture)
        for label, table, picture in zip(("before", "after"), tables, drawn, strict=True)
        if table is not None
    ]
    undrawn = any(isinstance(picture, str) for *_, picture in present)
    shown = [(label, table) for label, table, _ in present] if undrawn else []
    return replace(diff, before=drawn[0], after=drawn[1], both=both, tables=shown)


def _table(path: Path) -> pd.DataFrame | None:
    with suppress(Damaged, FileNotFoundError):
        return reading.table(path)
    return None


def _together(old: pd.DataFrame, new: pd.DataFrame, declared: Figure) -> tuple[list[Change], Picture | str]:
    """Return what changed between two versions of a table, and the first column beyond its tolerance in one panel."""
    curves = layout(old, new)
    apart: dict[str, Deviation] = {}
    if len(old) == len(new):
        apart = {column: one for column, one in deviations(old, new, declared) if isinstance(one, Deviation)}
    listed = changes(old, new, apart, curves)
    moved = {change.column for change in listed if change.beyond and not apart[change.column].text}
    numbers = [column for column in new if column in moved]  # a measured value stands before its errors
    if len(old) != len(new):
        numbers = [c for c in new if c in old and is_numeric(old[c], new[c]) and c not in (*curves.keys, curves.x)]
    if not numbers:
        return listed, ""
    column = numbers[0]
    return listed, attempt(lambda: overlay(old, new, column, curves, apart.get(column)), "no panel of both")
