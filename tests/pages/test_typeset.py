import pytest

from optclaims.pages import article, typeset


@pytest.mark.parametrize(
    "latex",
    [
        r"\href{javascript:alert(1)}{x}",
        r"x + \href {https://example.org} {y}",
        r"\style{background: url(x)}{x}",
        r"\class{name}{x}",
        r"\cssId{name}{x}",
    ],
)
def test_formulas_carry_no_links_and_no_styles(latex):
    for html in (typeset.text(f"so ${latex}$"), article.prose(f"so ${latex}$"), article.prose(f"$$\n{latex}\n$$")):
        assert "<math" not in html and "href=" not in html and "style=" not in html and "class=" not in html
        assert "<code>" in html


def test_other_formulas_are_mathml():
    assert "<math" in typeset.text(r"$\frac{1}{2}$")


def test_links_in_prose_go_nowhere_active():
    assert "href" not in article.prose("[x](javascript:alert(1))")
