from pathlib import Path

from optclaims.pages import questions
from optclaims.pipeline import cards

ROOT = Path(__file__).parents[2]
QUICK = Path("results/quick")


def test_every_question_has_a_claim_of_a_card():
    known = {
        f"{paper}/{claim}"
        for paper, card in cards.load_all(ROOT / cards.NOTEBOOKS).items()
        for _, claim, _ in card.claims()
    }
    assert {*questions.ASKED.values(), questions.EXAMPLE} <= known


def test_answers_are_the_kept_verdicts(project, monkeypatch):
    monkeypatch.setattr(questions, "ASKED", {"Is it fair?": "coins/fair", "Who knows?": "nobody/knows"})
    lines = questions.markdown(project, QUICK, Path()).splitlines()
    assert lines[2:] == ["| Is it fair? | [`coins/fair`](docs/claims.md#coins) | ✓ reproduced |"]


def test_the_example_shows_what_was_accepted(project, monkeypatch):
    assert questions.example(project, QUICK, Path()) == ""
    monkeypatch.setattr(questions, "EXAMPLE", "dice/six-faces")
    told = questions.example(project, QUICK, Path())
    assert told.startswith("> **✓ reproduced** A die has six faces. (Figure 1 of *Dice*)")
    assert told.endswith("| faces of a die | 6 | \\[6, 6\\] |")
