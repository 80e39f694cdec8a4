import os
from pathlib import Path

import pytest

from optclaims.pages import captions
from optclaims.pipeline import cards

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def real_cards():
    """The cards of the project; they name their notebooks relative to its root."""
    here = Path.cwd()
    os.chdir(ROOT)
    try:
        return cards.load_all()
    finally:
        os.chdir(here)


def test_a_caption_has_every_figure_and_claim_in_one_line(real_cards):
    for_rule = captions.Captions(real_cards)
    for paper, card in real_cards.items():
        for name, experiment in card.experiments.items():
            caption = for_rule[f"{paper}__{name}"]
            assert "\n" not in caption and "$" not in caption
            assert caption.count("<b>") == len(experiment.figures)
            assert caption.count("<li>") == len(experiment.claims)


def test_captions_are_made_when_they_are_asked_for(real_cards):
    assert dict(captions.Captions(real_cards)) == {}


def test_labels_hold_no_braces_in_which_snakemake_would_look_for_wildcards():
    assert captions.plain(r"Adam at $\beta_{2} = 1$, $\eta_{max}$") == r"Adam at $\beta_2 = 1$, $\eta_(max)$"
