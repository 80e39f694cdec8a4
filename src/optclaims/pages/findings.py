"""Findings: where measurements correct or sharpen what was published, told with the numbers of the kept verdicts."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from optclaims.pipeline.card import Card
from optclaims.pipeline.markdown import table
from optclaims.pipeline.results import Row, collect, measured_and_accepted


def markdown(cards: Mapping[str, Card], folder: Path, root: Path) -> str:
    """Return a section for each claim with a finding: what was found, the figure, and every check with its numbers.

    folder: the kept results, relative to root; the page lies in a folder of root.
    """
    rows = {(row.paper, row.claim): row for row in collect(cards, root / folder)}
    sections = []
    for paper, card in cards.items():
        for experiment, claim, declared in card.claims():
            if declared.finding and (root / folder / paper / experiment).is_dir():
                picture = Path("..", folder, paper, experiment, f"{declared.finding.figure}.png")
                caption = card.experiments[experiment].figures[declared.finding.figure].caption
                sections += [
                    f"## {declared.finding.title}",
                    f"{card.authors}, *{card.title}*; `{paper}/{claim}`, {rows[paper, claim].verdict}.",
                    declared.finding.text,
                    f"![{_plain(caption)}]({picture})",
                    table(["measured", "value", "accepted"], checks(rows[paper, claim])),
                ]
    return "\n\n".join(sections)


def checks(row: Row) -> Iterator[list[str]]:
    """Yield what each check measured, its value, and what was accepted, without marks of Markdown."""
    for check in row.checks:
        yield [_plain(text) for text in (check["quantity"], *measured_and_accepted(check))]


def _plain(text: str) -> str:
    """Without what would make a link of an interval, or end the title of a picture."""
    return " ".join(text.split()).replace("[", r"\[").replace("]", r"\]")
