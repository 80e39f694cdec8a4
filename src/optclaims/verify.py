"""The table of verdicts with its counts, and whether anything came out other than expected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from optclaims.cards import Card
from optclaims.results import Row, collect, counts, measured_and_accepted

COLORS = {"reproduced": "green", "not-reproduced": "magenta", "inconclusive": "yellow", "not-run": "blue"}


def verify(cards: Mapping[str, Card], folder: Path, total_papers: int, console: Console) -> bool:
    """Print every claim's verdict against what the card expects; return whether nothing is wrong.

    Wrong are a verdict other than expected, a failed experiment, and a missing verdict. ``not-run`` is no error, but
    it is counted and listed.
    """
    rows = collect(cards, folder)
    console.print(_table(rows))
    for row in rows:
        if row.verdict == "not-run":
            console.print(f"not run: {row.paper}/{row.claim}: {row.reason}", style=COLORS["not-run"])
    wrong = [row for row in rows if row.surprising]
    for row in wrong:
        why = f" ({row.reason})" if row.verdict in ("failed", "missing") else f", expected {row.expected}"
        console.print(f"ERROR: {row.paper}/{row.claim}: {row.verdict}{why}", style="bold red")
    console.print(summary(rows, len(cards), total_papers, folder))
    return not wrong


def summary(rows: Sequence[Row], papers: int, total_papers: int, folder: Path) -> str:
    """Return the counts in one line: ``12 claims of 1 of 6 papers in results/quick: 11 reproduced, 1 not-run``."""
    which = f"{papers} papers" if papers == total_papers else f"{papers} of {total_papers} papers"
    which = which.replace("1 papers", "1 paper") if papers == total_papers else which
    listed = ", ".join(f"{number} {verdict}" for verdict, number in counts(rows).items())
    return f"{len(rows)} claims of {which} in {folder}: {listed}"


def _table(rows: Sequence[Row]) -> Table:
    table = Table(title=None, show_lines=False, pad_edge=False)
    for column in ("claim", "data", "verdict", "expected", "check", "measured", "accepted"):
        table.add_column(column, overflow="fold")
    paper = None
    for row in rows:
        if row.paper != paper:
            paper = row.paper
            table.add_section()
            table.add_row(f"[bold]{paper}")
        verdict = f"[{COLORS.get(row.verdict, 'red')}]{row.verdict}"
        verdict += f" ({row.remark})" if row.remark else ""
        head = [row.claim, row.data, verdict, row.expected]
        for check in row.checks or [None]:
            cells = [check["quantity"], *measured_and_accepted(check)] if check else ["", "", ""]
            table.add_row(*head, *(cell.replace("[", r"\[") for cell in cells))
            head = [""] * 4
    return table
