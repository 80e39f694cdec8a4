from pathlib import Path

import pytest
import yaml
from pydantic import ValidationError

import synthetic
from optclaims.pages import findings
from optclaims.pipeline.card import Card, Finding
from optclaims.pipeline.reference import renew

QUICK, KEPT = Path("results/quick"), Path("results/reference/quick")


def with_finding(cards, figure="frequency"):
    card = cards["coins"].model_copy(deep=True)
    finding = Finding(title="Coins are fair", text="As $p$ says | so.", figure=figure)
    claims = card.experiments["flips"].claims
    claims["fair"] = claims["fair"].model_copy(update={"finding": finding})
    return cards | {"coins": card}


def test_a_finding_has_its_figure_and_the_numbers_of_its_checks(project):
    cards = with_finding(project)
    renew(cards, QUICK, KEPT, list(cards))
    page = findings.markdown(cards, KEPT, Path())
    assert page.startswith("## Coins are fair")
    assert "`coins/fair`, reproduced." in page and "As $p$ says | so." in page
    assert "| frequency of heads | 0.5 \\[0.49, 0.51\\] | \\[0.45, 0.55\\] |" in page
    assert "(../results/reference/quick/coins/flips/frequency.png)" in page
    assert (KEPT / "coins/flips/frequency.png").exists()
    assert page.count("## ") == 1, "claims without a finding are not told"


def test_numbers_follow_the_verdict_file(project):
    cards = with_finding(project)
    synthetic.write(KEPT / "coins/flips", {}, {"fair": synthetic.fair(0.7), "law": synthetic.law()})
    assert "0.7 \\[0.69, 0.71\\]" in findings.markdown(cards, KEPT, Path())


def test_a_finding_without_its_figure_is_refused():
    values = yaml.safe_load(synthetic.COINS)
    claim = values["experiments"]["flips"]["claims"]["fair"]
    claim["finding"] = {"title": "t", "text": "x", "figure": "edge"}
    with pytest.raises(ValidationError, match="fair: finding: no figure 'edge' in this experiment"):
        Card.model_validate(values)
