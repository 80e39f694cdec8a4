"""The papers and all their claims with the verdicts of the kept reference, as Markdown for the documentation.

No line counts over several papers: whoever adds a paper adds lines and changes none.
"""

from collections.abc import Mapping
from pathlib import Path

from optclaims.pipeline.card import Card
from optclaims.pipeline.markdown import table
from optclaims.pipeline.results import Row, by_origin, collect, counts

MARKS = {"reproduced": "✓", "not-reproduced": "✗", "inconclusive": "?", "not-run": "–"}
PAGE = Path("docs/claims.md")


def papers(cards: Mapping[str, Card], folder: Path, root: Path) -> str:
    """Return a table with one line a paper: its title, where it was published, and how its claims came out.

    folder: the kept results, relative to root, the folder of the README.
    """
    lines = []
    for paper, card in _kept(cards, root / folder).items():
        title = f"[{card.title}]({PAGE}#{paper})"
        lines.append([title, card.venue, f"`{paper}`", _counted(collect({paper: card}, root / folder))])
    return table(["paper", "venue", "target", "claims"], lines)


def claims(cards: Mapping[str, Card], folder: Path, root: Path) -> str:
    """Return for each paper that has kept results its cover figure and a table of its claims.

    folder: the kept results, relative to root; the page lies in a folder of root.
    """
    parts = []
    for paper, card in _kept(cards, root / folder).items():
        rows = collect({paper: card}, root / folder)
        experiment, _, figure = card.cover.partition("/")
        picture = Path("..", folder, paper, experiment, f"{figure}.png")
        parts += [
            f"## {paper}",
            f"[{card.title}]({card.url}). {card.authors}. {card.venue}. {_counted(rows)}.",
            f"![{card.experiments[experiment].title}]({picture})",
            table(["claim", "source", "data", "verdict"], map(_line, by_origin(rows))),
        ]
    return "\n\n".join(parts)


def _kept(cards: Mapping[str, Card], folder: Path) -> dict[str, Card]:
    return {paper: card for paper, card in cards.items() if (folder / paper).is_dir()}


def _counted(rows: list[Row]) -> str:
    return f"{len(rows)}: " + ", ".join(f"{number} {verdict}" for verdict, number in counts(rows).items())


def _line(row: Row) -> list[str]:
    reason = f": {row.reason}" if row.verdict != "reproduced" and row.reason else ""
    return [
        f"{row.statement} (`{row.claim}`)",
        row.source,
        row.data,
        f"{MARKS.get(row.verdict, '!')} {row.verdict}{reason}",
    ]
