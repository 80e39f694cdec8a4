import base64
import json
import os
import re
from pathlib import Path

import pandas as pd
import pytest

import synthetic
from html_page import Page
from optclaims.pages import pictures, rendering, report, typeset

QUICK = Path("results/quick")


def whole(cards, folder=QUICK, total_papers=2):
    """The text of the report in one file."""
    return report.write(cards, folder, total_papers, single_file=True).read_text()


@pytest.fixture
def page(project):
    return Page(whole(project))


@pytest.fixture
def pages(project):
    """The pages of the report in a folder, by their names."""
    index = report.write(project, QUICK, total_papers=2)
    return {path.name: Page(path.read_text()) for path in index.parent.glob("*.html")}


def test_a_page_a_paper_and_every_link_has_a_target(pages):
    assert set(pages) == {"index.html", "coins.html", "dice.html"}
    place = QUICK / "report"
    for name, page in pages.items():
        assert len(set(page.values("id"))) == len(page.values("id"))
        for target in (t for t in page.values("href") + page.values("src") if not t.startswith(("data:", "https://"))):
            file, _, anchor = target.partition("#")
            assert (place / (file or name)).is_file()
            assert not anchor or anchor in pages[file or name].values("id")


def test_figures_lie_beside_the_pages_and_are_loaded_when_seen(pages):
    assert pages["index.html"].values("src") == []
    (shown,) = pages["dice.html"].values("src")
    assert (QUICK / "report" / shown).read_bytes() == (QUICK / "dice/rolls/faces.svg").read_bytes()
    assert pages["dice.html"].values("loading") == ["lazy"]
    for label in ("SVG", "PNG", "CSV", "notebook"):
        assert label in pages["dice.html"].words


def test_the_report_says_where_the_drawing_is_programmed(project):
    source = Path("src/synthetic.py")
    source.parent.mkdir()
    source.write_text("import pandas\n\n\ndef draw_faces(frame):\n    pass\n")
    assert "drawn by src/synthetic.py:4" in Page(whole(project)).text


def test_what_is_no_longer_a_paper_loses_its_page(project):
    report.write(project, QUICK, 2)
    report.write({"dice": project["dice"]}, QUICK, 2)
    assert {path.name for path in (QUICK / "report").iterdir()} == {"index.html", "dice.html", "figures"}
    assert [path.name for path in (QUICK / "report/figures").iterdir()] == ["dice"]


def test_a_report_never_takes_away_what_another_one_shows(project):
    """Two may be written at once: neither removes a folder into which the other copies."""
    report.write(project, QUICK, 2)
    folder = QUICK / "report/figures/dice/rolls"
    (folder / ".half.svg.7.part").touch()  # of the other one
    report.write(project, QUICK, 2)
    assert {path.name for path in folder.iterdir()} == {
        ".half.svg.7.part", "faces.svg", "faces.png", "faces.csv", "notebook.ipynb",
    }  # fmt: skip


def test_needs_no_other_file(page):
    assert all(source.startswith("data:image/") for source in page.values("src"))
    for tag, _, target in [item for item in page.attributes if item[1] == "href"]:
        assert target.startswith(("#", "data:")) or (tag == "a" and target.startswith("https://example.org/"))
    assert not re.search(r"url\(|@import|<script[^>]* src", Path("results/quick/report.html").read_text())


def test_links_within_the_page_have_a_target(page):
    targets = {href[1:] for href in page.values("href") if href.startswith("#")}
    ids = page.values("id")
    assert targets <= set(ids) and len(ids) == len(set(ids))


def test_shows_claims_checks_controls_and_commands(page):
    for text in (
        "4 claims of 2 papers",
        "2 reproduced 1 inconclusive 1 not-run",
        "Theorem 2 [from memory]",
        "1 of 2 checks run",
        "0.5 [0.49, 0.51] [0.45, 0.55] half a tenth around 1/2 ✓ reproduced",
        "a coin of lead 0.8 [0.79, 0.81] rejected",
        "−0.5 [−0.6, −0.4] (−∞, 0)",
        "no slope [flat] −0.01 [−0.03, −0.005] not rejected",
        "a planted -1/2 −0.5 [−0.52, −0.48] planted effect accepted",
        "not run: MNIST is not in the data directory",
        "Why inconclusive Few flips at the quick scale.",
        "Why not run needs scale paper",
        "1 claim not confirmed, for known reasons ~ inconclusive coins The error falls as n − 1 / 2 . Few flips",
        "Data: digits · seed 0",
        "Parameters at scale quick n 100",
        "flips, with its standard error.",
        "snakemake --cores 1 --force results/quick/coins/flips/frequency.svg",
        "snakemake --cores 1 --force results/quick/dice/rolls/verdicts.json",
        "Every verdict is as expected; 1 of 4 were not run",
    ):
        assert text in page.text


def test_an_unexpected_negative_verdict_without_a_reason_says_so(project):
    path = QUICK / "dice/rolls/verdicts.json"
    record = json.loads(path.read_text())
    record["claims"]["six-faces"]["verdict"] = "not-reproduced"
    path.write_text(json.dumps(record))
    page = Page(whole(project))
    assert "Why not reproduced Nobody expected this, and the card gives no reason." in page.text


def test_the_executed_notebook_is_in_the_page_once_and_refers_to_its_figures(page):
    assert page.text.count("Tosses Each with") == 2  # one for each experiment that ran
    assert "#coins/flips/frequency" in [v for t, n, v in page.attributes if (t, n) == ("a", "href")]
    assert page.values("id").count("coins/flips:notebook") == page.values("id").count("coins/flips:parameters") == 1
    assert "coins/edges:notebook" not in page.values("id")


def test_without_notebook_and_provenance_the_page_does_without(project):
    for path in [*QUICK.glob("*/*/notebook.ipynb"), *QUICK.glob("*/*/provenance.json")]:
        path.unlink()
    page = Page(whole(project))
    assert "The executed notebook" not in page.text and "Parameters at scale quick" in page.text


def test_figures_are_embedded_with_their_size(page):
    svg = (QUICK / "dice/rolls/faces.svg").read_bytes()
    assert f"data:image/svg+xml;base64,{base64.b64encode(svg).decode()}" in page.values("src")
    assert page.values("width").count("40") == 2 and "Faces of a die." in page.values("alt")


def test_a_large_drawing_is_embedded_as_pixels(project, monkeypatch):
    monkeypatch.setattr(pictures, "LARGEST_SVG", 10)
    page = Page(whole(project))
    assert all(source.startswith("data:image/png;base64,iVBOR") for source in page.values("src"))


def test_a_subset_of_papers_is_named(project):
    page = Page(whole({"dice": project["dice"]}))
    assert "1 claim of 1 of 2 papers" in page.text


def test_after_a_crash_shows_what_exists_and_what_failed(project):
    synthetic.fail(QUICK, "coins", "flips")
    page = Page(whole(project))
    assert "2 verdicts other than expected" in page.text
    assert "The notebook raised. The end of its log: flipping ZeroDivisionError: <no> coins" in page.text
    assert "frequency was not drawn" in page.text
    assert "! failed" in page.text and "Faces of a die." in page.text


def test_before_anything_was_run(project):
    page = Page(whole(project, Path("results/default")))
    assert "2 missing" in page.text and "seed" not in page.text


def test_equal_results_give_equal_bytes(project):
    def written():
        return {path: path.read_bytes() for path in report.write(project, QUICK, 2).parent.rglob("*") if path.is_file()}

    first = written() | {"csv": (QUICK / "claims.csv").read_bytes()}
    assert first == written() | {"csv": (QUICK / "claims.csv").read_bytes()} and len(first) > 4
    assert not list(QUICK.glob(".*"))


def test_when_and_how_long_it_ran_is_in_one_line(project):
    first = whole(project).splitlines()
    path = QUICK / "dice/rolls/provenance.json"
    path.write_text(path.read_text().replace("12.3", "45.6").replace("abc1234", "def5678"))
    second = whole(project).splitlines()
    (differing,) = [new for old, new in zip(first, second, strict=True) if old != new]
    assert differing.startswith('<script type="application/json" id="runs">') and "45.6" in differing


def test_a_progress_bar_in_the_log_of_a_failure_is_one_line(project):
    synthetic.fail(QUICK, "coins", "flips")
    log = QUICK / "logs/coins/flips.log"
    log.write_bytes(b"start\n" + b"".join(b"\rflips %d of 99" % n for n in range(50)) + b"\nZeroDivisionError\n")
    text = Page(whole(project)).text
    assert "The end of its log: start flips 49 of 99 ZeroDivisionError" in text


def test_claims_csv_has_a_row_for_every_check(project):
    report.write(project, QUICK, 2)
    table = pd.read_csv(QUICK / "claims.csv").set_index(["claim", "quantity"])
    assert len(table) == 6
    fair = table.loc[("fair", "frequency of heads")]
    assert (fair.measured, fair.ci_low, fair.ci_high) == (0.5, 0.49, 0.51)
    assert (fair.accept_low, fair.accept_high) == (0.45, 0.55)
    slope = table.loc[("law", "slope")]
    assert (slope.controls, slope.controls_as_they_should) == (2, 1)
    assert (slope.outcome, slope.exclusive_end) == ("inconclusive", 0)
    assert pd.isna(slope.accept_low) and table.loc["never-edge"].reason.item() == "needs scale paper"


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("a < b & c", "a &lt; b &amp; c"),
        ("costs 5 $", "costs 5 $"),
        ("`a<b`", "<code>a&lt;b</code>"),
        (r"$\frac{1$ $\left($", r"<code>\left(</code>"),
        (r"$\text{<b>}$", r"<code>\text{&lt;b&gt;}</code>"),
        (r"$\text{<b></b>}$", r"<code>\text{&lt;b&gt;&lt;/b&gt;}</code>"),
    ],
)
def test_text_is_escaped(source, html):
    assert html in typeset.text(source)


def test_formulas_become_mathml():
    html = typeset.text(r"for $\beta_1 < 1/2$.")
    assert html.startswith("for <math") and html.endswith("</math>.") and "&#x003B2;" in html
    assert '<mo lspace="0" rspace="0">/</mo>' in html


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("-1.2e-05 [-inf, 3e+10]", "−1.2·10<sup>−5</sup> [−∞, 3·10<sup>10</sup>]"),
        ("|z| <= 4", "|z| ≤ 4"),
    ],
)
def test_numbers_are_printed_as_in_books(source, html):
    assert typeset.numbers(source) == html


def test_a_file_that_cannot_be_written_leaves_nothing_and_what_a_kill_has_left_goes(tmp_path, monkeypatch):
    left, path = tmp_path / ".page.html.1.part", tmp_path / "page.html"
    left.touch()
    os.utime(left, (1, 1))
    rendering.save(path, "old")
    assert list(tmp_path.iterdir()) == [path]

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space"):
        rendering.save(path, "new")
    assert list(tmp_path.iterdir()) == [path] and path.read_text() == "old"
