"""How close each check came to another outcome: its own margin, and that of its nearest control."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from optclaims.pipeline.card import Card
from optclaims.pipeline.markdown import table
from optclaims.pipeline.results import Row, collect
from optclaims.verdicts import Outcome, spelled

# In these units a margin is a distance in errors of the measurement, so that less than one may turn with the seed.
OF_ERRORS = ("half-widths", "standard errors")
NEAR = 1.0

Check = Mapping[str, object]


@dataclass(frozen=True)
class Call:
    """What could have turned a check: its own measurement (``control`` is None) or one of its controls."""

    quantity: str
    control: str | None
    margin: Mapping[str, object]

    def __str__(self) -> str:
        what = f"control {self.control!r} of {self.quantity}" if self.control else self.quantity
        return f"{what}: {spelled(self.margin)}"


def of_check(check: Check) -> str:
    """Return how far the measurement is inside or outside what is accepted, in words."""
    margin = check.get("margin")
    if margin is None:
        return ""
    if margin["value"] < 0:
        return f"{spelled({**margin, 'value': -margin['value']})} across the bound"
    low, high = check["accept"]
    inside = (low is None or check["measured"] >= low) and (high is None or check["measured"] <= high)
    return f"{spelled(margin)} {'inside' if inside else 'outside'}"


def nearest(check: Check) -> Mapping[str, object] | None:
    """Return the control that is nearest to passing, None for an identity without controls."""
    return next((control for control in check.get("controls", ()) if control["label"] == check.get("nearest")), None)


def calls(check: Check) -> Iterator[Call]:
    """Yield what could have turned a check by chance: its measurement, its nearest control, where they have an error.

    A control that is the excluded value itself (two equal arms) is rejected by definition, whatever the seed.
    """
    control = nearest(check)
    by_definition = control and control["ci"][0] == control["ci"][1] == check.get("null")
    for label, margin in ((None, check.get("margin")), (control and control["label"], control and control["margin"])):
        if margin and margin["unit"] in OF_ERRORS and not (label and by_definition):
            yield Call(check["quantity"], label, margin)


def closest(row: Row) -> Call | None:
    """Return what would have to turn for the verdict of a claim to turn, None where nothing that decides has an error.

    Of a reproduced claim the closest call of all checks. A claim stays not-reproduced as long as one of its checks
    does: of those the one that is furthest from turning.
    """
    if row.verdict not in (Outcome.REPRODUCED, Outcome.NOT_REPRODUCED):
        return None
    deciding = [list(calls(check)) for check in row.checks if check["outcome"] == row.verdict]
    found = [min(each, key=_value) for each in deciding if each]
    if row.verdict == Outcome.NOT_REPRODUCED:
        return max(found, key=_value) if all(deciding) and found else None
    return min(found, key=_value, default=None)


def _value(call: Call) -> float:
    return call.margin["value"]


def fragile(rows: Iterable[Row]) -> list[tuple[Row, Call]]:
    """Return the decided claims whose closest call is closer than one half-width or standard error."""
    found = [(row, closest(row)) for row in rows]
    return [(row, call) for row, call in found if call and call.margin["value"] < NEAR]


def markdown(cards: Mapping[str, Card], folder: Path, root: Path) -> str:
    """Return the table of fragile claims among the kept results of ``root / folder``."""
    kept = {paper: card for paper, card in cards.items() if (root / folder / paper).is_dir()}
    found = [
        [row.paper, row.claim, call.quantity, call.control, spelled(call.margin)]
        for row, call in fragile(collect(kept, root / folder))
    ]
    return table(["paper", "claim", "check", "control", "margin"], found) if found else "None."
