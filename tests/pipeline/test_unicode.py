from pathlib import Path

import pytest

from optclaims.pipeline import cards, unicode

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("latex", "plain"),
    [
        (r"\beta_1 < \sqrt{\beta_2}", "β₁ < √β₂"),
        (r"x^{-1/2}", "x^(-1/2)"),
        (r"x^{10}", "x¹⁰"),
        (r"x_{k+1}", "xₖ₊₁"),
        (r"\sqrt{1 - \beta_2}", "√(1 - β₂)"),
        (r"\frac{\eta v^2}{1-\eta/2}", "(η v²)/(1-η/2)"),
        (r"\tfrac12 h^2", "1/2 h²"),
        (r"\bar g + \hat{v}_t", "ḡ + v̂ₜ"),
        (r"\mathbb{E}\|w\|^2", "𝔼‖w‖²"),
        (r"\mathrm{Tr} D \approx \lambda", "Tr D ≈ λ"),
        (r"\Delta \to \infty", "Δ → ∞"),
        (r"\unknown{x}", "unknownx"),
        (r"g^\star", "g*"),
    ],
)
def test_formulas_as_a_terminal_shows_them(latex, plain):
    assert unicode.formula(latex) == plain


def test_text_outside_of_formulas_stays():
    assert unicode.text("100 % of x_1 in $x_1$, \\alpha") == "100 % of x_1 in x₁, \\alpha"


@pytest.mark.parametrize("paper", cards.papers(ROOT / "notebooks"))
def test_no_statement_of_a_card_keeps_a_mark_of_latex(paper):
    card = cards.load(paper, ROOT / "notebooks")
    texts = [text for _, _, claim in card.claims() for text in (claim.statement, str(claim.source), claim.reason or "")]
    assert [text for text in map(unicode.text, texts) if set("\\${}") & set(text)] == []
