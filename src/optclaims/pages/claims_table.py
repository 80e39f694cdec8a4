"""The claims of all papers with the verdicts of the kept reference, as Markdown for the README."""

import re
from collections.abc import Mapping
from pathlib import Path

from optclaims.pipeline.cards import Card
from optclaims.pipeline.results import Row, collect
from optclaims.pipeline.verify import summary

MARKS = {"reproduced": "✓", "not-reproduced": "✗", "inconclusive": "?", "not-run": "–"}


def markdown(cards: Mapping[str, Card], folder: Path, root: Path) -> str:
    """Return the counts, then for each paper that has kept results its cover figure and a table of its claims.

    folder: the kept results, relative to root, the folder of the README.
    """
    cards = {paper: card for paper, card in cards.items() if (root / folder / paper).is_dir()}
    rows = collect(cards, root / folder)
    parts = [summary(rows, len(cards), len(cards), folder) + "."]
    for paper, card in cards.items():
        experiment, _, figure = card.cover.partition("/")
        parts += [
            f"### [{card.title}]({card.url})",
            f"{card.authors}. {card.venue}. Target `{paper}`.",
            f"![{card.experiments[experiment].title}]({folder / paper / experiment / figure}.png)",
            "\n".join(["| claim | source | data | verdict |", "|---|---|---|---|", *_lines(paper, rows)]),
        ]
    return "\n\n".join(parts)


def _lines(paper: str, rows: list[Row]) -> list[str]:
    return [
        f"| {_cell(row.statement)} (`{row.claim}`) | {_cell(row.source)} | {row.data} | {_verdict(row)} |"
        for row in rows
        if row.paper == paper
    ]


def _verdict(row: Row) -> str:
    reason = f": {_cell(row.reason)}" if row.verdict != "reproduced" and row.reason else ""
    return f"{MARKS.get(row.verdict, '!')} {row.verdict}{reason}"


def _cell(text: str) -> str:
    """A bar would end the cell; in a formula an escaped one would become a double bar."""
    formula = re.sub(r"\$[^$]*\$", lambda found: found[0].replace("|", r"\vert "), " ".join(text.split()))
    return formula.replace("|", r"\|")
