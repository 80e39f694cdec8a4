from pathlib import Path

import pytest

from html_page import Page
from optclaims.pages import report, site

README = """# Coins

<!-- table: papers -->
A coin, $p = \\frac{1}{2}$; [pages](docs/claims.md#law), [code](src/coins.py), [how](#how), <b>typed</b>.
<!-- end -->

![coin](docs/examples/coin.png) [elsewhere](https://example.org/)

## How
"""
CLAIMS = """# Claims

## Law
[back](../README.md)
"""


@pytest.fixture
def pages(project):
    Path("README.md").write_text(README)
    Path("docs/examples").mkdir(parents=True)
    Path("docs/claims.md").write_text(CLAIMS)
    Path("docs/examples/coin.png").write_bytes(b"png")
    report.write(project, Path("results/quick"), 2)
    index = site.write(Path(), Path("results/quick"), Path("results/site"))
    assert index == Path("results/site/index.html")
    return {path.relative_to(index.parent).as_posix(): Page(path.read_text()) for path in index.parent.rglob("*.html")}


def test_documentation_and_report_lie_side_by_side(pages):
    assert set(pages) == {"index.html", "claims.html", "report/index.html", "report/coins.html", "report/dice.html"}
    assert "table: papers" not in pages["index.html"].text and "<b>typed</b>" in pages["index.html"].text


def test_every_link_has_a_target(pages):
    hrefs = pages["index.html"].values("href")
    assert "claims.html#law" in hrefs and "https://example.org/" in hrefs and "#" in hrefs
    assert pages["index.html"].values("src") == ["files/docs/examples/coin.png"]
    assert Path("results/site/files/docs/examples/coin.png").read_bytes() == b"png"
    for name in ("index.html", "claims.html"):
        for target in (t for t in pages[name].values("href") if "://" not in t and not t.startswith("data:")):
            file, _, anchor = target.partition("#")
            assert (file or name) in pages and (not anchor or anchor in pages[file or name].values("id"))


def test_what_was_there_is_replaced(pages):
    old = Path("results/site/old.html")
    old.touch()
    site.write(Path(), Path("results/quick"), Path("results/site"))
    assert not old.exists()
