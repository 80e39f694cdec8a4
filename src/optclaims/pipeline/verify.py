"""The table of verdicts with its counts, and whether anything came out other than expected."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from optclaims.pipeline import margins, origins
from optclaims.pipeline.cards import Card
from optclaims.pipeline.results import (
    FAILED,
    INDEX,
    MISSING,
    REPORT,
    Row,
    collect,
    controls,
    counts,
    measured_and_accepted,
)
from optclaims.verdicts import Outcome, spelled

MISSING_LISTED = 20  # after a run of a single experiment the others need no line each
UNCONFIRMED = (Outcome.NOT_REPRODUCED, Outcome.INCONCLUSIVE)
COLORS = {"reproduced": "green", "not-reproduced": "magenta", "inconclusive": "yellow", "not-run": "blue"}


def verify(
    cards: Mapping[str, Card], folder: Path, total_papers: int, console: Console, everything: bool = False
) -> bool:
    """Hold every claim's verdict against what the card expects, and print it; return whether nothing is wrong.

    Wrong are a verdict other than expected, a failed experiment, a missing verdict, and columns that only the card
    knows. ``not-run`` is no error, but it is counted, with its reasons. Printed are a line for each paper, then what is
    not plainly reproduced or close to its bound; everything: every check of every claim.
    """
    rows = collect(cards, folder)
    missing = [row for row in rows if row.verdict == MISSING]
    listed = rows if len(missing) <= MISSING_LISTED else [row for row in rows if row.verdict != MISSING]
    if everything:
        console.print(_table(listed))
        for row in rows:
            if row.verdict == Outcome.NOT_RUN:
                _line(console, f"not run: {row.paper}/{row.claim}: {row.reason}", COLORS["not-run"])
    else:
        _show_papers(rows, console)
        _show_open(rows, console)
    misnamed = list(columns_not_there(cards, folder))
    for line in misnamed:
        _line(console, f"ERROR: {line}", "bold red")
    wrong = [row for row in rows if row.surprising]
    for row in (row for row in wrong if row in listed):
        why = f" ({row.reason})" if row.verdict in (FAILED, MISSING) else f", expected {row.expected}"
        _line(console, f"ERROR: {row.paper}/{row.claim}: {row.verdict}{why}", "bold red")
        if row.checks and not everything:
            _cut(console, f"  {_deciding(row)}")
    if len(missing) > MISSING_LISTED:
        _line(console, f"ERROR: {plural(len(missing), 'claim')} missing (not run yet)", "bold red")
    for line in origins.other_versions(cards, folder):
        _line(console, f"made with another version: {line}", COLORS["inconclusive"])
    _line(console, summary(rows, len(cards), total_papers, folder), "bold")
    if (folder / REPORT / INDEX).exists():
        _line(console, f"Report: {folder / REPORT / INDEX}", "none")
    return not wrong and not misnamed


def _show_papers(rows: Sequence[Row], console: Console) -> None:
    """Print for each paper how its claims came out, in one line."""
    width = max((len(row.paper) for row in rows), default=0)
    for paper, group in groupby(rows, key=lambda row: row.paper):
        own = list(group)
        listed = ", ".join(f"{number} {styled(verdict)}" for verdict, number in counts(own).items())
        console.print(f"{paper:<{width}} {len(own):>3}: {listed}", highlight=False, soft_wrap=True)


def _show_open(rows: Sequence[Row], console: Console) -> None:
    """Print the claims that are not reproduced, as is expected, and those that are close to their bound."""
    unconfirmed = [row for row in rows if row.verdict in UNCONFIRMED and not row.surprising]
    for row in unconfirmed:
        console.print(f"{row.paper}/{row.claim}: {styled(row.verdict)}, as expected", highlight=False, soft_wrap=True)
        _cut(console, f"  {_deciding(row)}")
    for row, call in margins.fragile(rows):
        if row not in unconfirmed and not row.surprising:
            what = f"control {call.control!r} of {call.quantity}" if call.control else call.quantity
            _cut(console, f"fragile, {spelled(call.margin)}: {row.paper}/{row.claim}: {what}")
    reasons = Counter(row.reason for row in rows if row.verdict == Outcome.NOT_RUN)
    if reasons:
        listed = ", ".join(f"{number} ({reason})" for reason, number in reasons.items())
        _cut(console, f"not run: {listed}", COLORS["not-run"])


def _deciding(row: Row) -> str:
    """Return the check that a verdict rests on, in one line that begins with the numbers, since its end may be cut."""
    check = next((check for check in row.checks if check["outcome"] == row.verdict), None)
    if check is None:
        return row.reason or ""
    measured, accepted = measured_and_accepted(check)
    unsound = [f"; control {label}: {became}" for label, _, became, as_it_should in controls(check) if not as_it_should]
    return f"{measured}, accepted {accepted}: {check['quantity']}{''.join(unsound[:1])}"


def columns_not_there(cards: Mapping[str, Card], folder: Path) -> Iterator[str]:
    """Yield a line for each figure for which the card names columns that its table does not have."""
    for paper, card in cards.items():
        for name, experiment in card.experiments.items():
            for figure, declared in experiment.figures.items():
                path = folder / paper / name / f"{figure}.csv"
                if not path.exists():
                    continue
                with path.open(newline="", encoding="utf-8", errors="replace") as file:
                    there = next(csv.reader(file), [])
                kinds = [declared.tolerance, *declared.columns.values()]
                named = [*declared.columns, *(getattr(kind, "stderr", None) for kind in kinds)]
                missing = [column for column in named if column and column not in there]
                if missing and there != ["status"]:  # all that an experiment writes that was not run
                    yield f"{paper}/{name}: the card names columns of {figure} that {path} lacks: {', '.join(missing)}"


def summary(rows: Sequence[Row], papers: int, total_papers: int, folder: Path) -> str:
    """Return the counts in one line: ``17 claims of 1 of 6 papers in results/quick: 16 reproduced, 1 not-run``."""
    listed = ", ".join(f"{number} {verdict}" for verdict, number in counts(rows).items())
    return f"{plural(len(rows), 'claim')} of {of_papers(papers, total_papers)} in {folder}: {listed or 'none'}"


def of_papers(papers: int, total_papers: int) -> str:
    """Return ``6 papers``, or ``1 of 6 papers`` where a subset was chosen, which no summary may hide."""
    return plural(papers, "paper") if papers == total_papers else f"{papers} of {plural(total_papers, 'paper')}"


def plural(number: int, noun: str) -> str:
    """Return ``1 claim``, ``2 claims``."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def styled(verdict: str) -> str:
    """Return a verdict in its colour, as rich markup."""
    return f"[{COLORS.get(verdict, 'red')}]{verdict}[/]"


def _line(console: Console, text: str, style: str) -> None:
    """Print a text that is not markup; a line is not cut, so that it can be searched for in a log."""
    console.print(text, style=style, markup=False, highlight=False, soft_wrap=True)


def _cut(console: Console, text: str, style: str = "none") -> None:
    """Print a text in one line of the terminal, cut off at its end; all of it stands in the report."""
    console.print(text, style=style, markup=False, highlight=False, no_wrap=True, overflow="ellipsis")


def _table(rows: Sequence[Row]) -> Table:
    table = Table(pad_edge=False)
    for column in ("claim", "data", "verdict", "expected", "check", "measured", "accepted"):
        table.add_column(column, overflow="fold")
    paper = None
    for row in rows:
        if row.paper != paper:
            paper = row.paper
            table.add_section()
            table.add_row(f"[bold]{paper}")
        verdict = styled(row.verdict) + (f" ({row.remark})" if row.remark else "")
        head = [row.claim, escape(row.data), verdict, row.expected]
        for check in row.checks or [None]:
            table.add_row(*head, *map(escape, _cells(check) if check else ["", "", ""]))
            head = [""] * 4
    return table


def _cells(check: Mapping[str, object]) -> list[str]:
    """Return quantity, measured and accepted; a control that did not do its duty stands with the quantity."""
    unsound = [f"{label}: {became}" for label, _, became, as_it_should in controls(check) if not as_it_should]
    quantity = "\n".join([str(check["quantity"]), *(f"! control {text}" for text in unsound)])
    return [quantity, *measured_and_accepted(check)]
