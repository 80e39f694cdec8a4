"""Every formula that a reader meets is typeset: in cards, notebooks and documentation."""

import re
from pathlib import Path

import pytest

from optclaims.pages import article, typeset
from optclaims.pipeline import cards

ROOT = Path(__file__).parents[2]
CARDS = cards.load_all(ROOT / cards.NOTEBOOKS)
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), *sorted((ROOT / "notebooks").glob("*/*.py"))]
# A command of LaTeX that was left over, as code or within a formula.
LEFT = re.compile(r"<code>[^<]*\\[^<]*</code>|<m(?:i|o|n|text)[^>]*>[^<]*\\[^<]*</m")


def words(card):
    yield card.title
    for experiment in card.experiments.values():
        yield experiment.title
        yield from (figure.caption for figure in experiment.figures.values())
        for claim in experiment.claims.values():
            yield from (claim.statement, str(claim.source), claim.reason or "")
            if claim.finding:
                yield from (claim.finding.title, claim.finding.text)


def markdown(path):
    text = path.read_text()
    if path.suffix == ".md":
        return text
    cells = [cell for cell in re.split(r"^# %%", text, flags=re.M) if cell.startswith(" [markdown]")]
    return "\n\n".join(re.sub(r"^# ?", "", cell.partition("\n")[2], flags=re.M) for cell in cells)


@pytest.mark.parametrize("paper", CARDS)
def test_formulas_of_a_card(paper):
    assert [text for text in words(CARDS[paper]) if LEFT.search(str(typeset.text(text)))] == []


@pytest.mark.parametrize("path", PAGES, ids=lambda path: "/".join(path.parts[-2:]))
def test_formulas_of_a_page(path):
    assert LEFT.findall(str(article.prose(markdown(path)))) == []


def test_what_is_not_understood_is_found():
    assert LEFT.search(str(typeset.text(r"$\left($"))) and LEFT.search(str(typeset.text(r"$\unknowncommand$")))
