import re
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import synthetic
from optclaims.pages import diff_page
from optclaims.pages.overlay import overlay
from optclaims.pages.redraw import Picture, redraw
from optclaims.pages.series import layout
from optclaims.pipeline import cards
from optclaims.pipeline.card import Exact
from optclaims.pipeline.compare import compare
from optclaims.pipeline.deviations import deviation

NEW, OLD = Path("results/quick"), Path("results/reference/quick")
FREQUENCY, FACES = Path("coins/flips/frequency.csv"), Path("dice/rolls/faces.csv")


@pytest.fixture
def papers(project):
    """Three papers with equal results on both sides."""
    shutil.copytree("notebooks/dice", "notebooks/lots")
    for folder in (NEW, OLD):
        synthetic.results(folder)
        shutil.copytree(folder / "dice", folder / "lots")
    return cards.load_all()


def edit(path, **columns):
    frame = pd.read_csv(path)
    frame.assign(**{name: change(frame[name]) for name, change in columns.items()}).to_csv(path, index=False)


def page(papers):
    diff_page.write(papers, compare(papers, NEW, OLD), Path("diff.html"))
    return Path("diff.html").read_text()


def text_of(html):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", html.partition("<body>")[2]))


def test_equal_results_say_so(papers):
    html = page(papers)
    assert "No verdict changed, and no figure is beyond its tolerance." in html
    assert "data:image" not in html and 'class="changes"' not in html


def test_what_matters_most_comes_first(papers):
    synthetic.change(NEW)
    html = page(papers)
    places = [html.index(f'id="{part}"') for part in ("summary", "verdicts", "missing", "figures", "within", "notes")]
    assert places == sorted(places)
    assert '<details open id="coins/flips/frequency">' in html and '<details id="within">' in html


def test_a_changed_verdict_shows_both_measurements(papers):
    synthetic.change(NEW)
    text = text_of(page(papers))
    assert "reproduced → ✗ not-reproduced coins/fair" in text
    assert "0.5 [0.49, 0.51]" in text and "0.7 [0.69, 0.71]" in text
    assert text.count("accepted: [0.45, 0.55]") == 2


def test_a_missing_experiment_and_a_change_within_tolerance_are_named(papers):
    synthetic.change(NEW)
    text = text_of(page(papers))
    assert "lots/rolls: no results in results/quick" in text
    assert re.search(r"1 figure changed within tolerance .*?dice/rolls/faces count 5·10 −7 1 → 1", text)


def test_a_changed_figure_is_drawn_three_times_with_its_largest_change(papers):
    synthetic.change(NEW)
    html = page(papers)
    assert html.count("data:image/svg+xml") == 3
    row = re.search(r"the only one.*?</tr>", html, re.S)[0]
    assert text_of("<body>" + row).split()[3:5] == ["frequency", "0.2"]
    assert "0.0001 relative (sampled)" in row and "5 of 8" in row


def test_other_columns_show_values_with_the_reason(papers):
    frame = pd.read_csv(OLD / FREQUENCY)
    frame.rename(columns={"frequency": "heads"}).to_csv(OLD / FREQUENCY, index=False)
    html = page(papers)
    assert "synthetic:draw_frequency cannot draw it: KeyError: &#39;frequency&#39;" in html
    assert "<th>heads</th>" in html and "<th>frequency</th>" in html
    assert html.count("data:image") == 1


def test_other_lengths_are_laid_on_each_other(papers):
    pd.read_csv(NEW / FREQUENCY).head(5).to_csv(NEW / FREQUENCY, index=False)
    html = page(papers)
    assert html.count("data:image") == 3 and "8 rows -&gt; 5 rows" in html


@pytest.mark.parametrize("side", [NEW, OLD])
def test_a_figure_of_one_side_only(papers, side):
    (side / FREQUENCY).unlink()
    html = page(papers)
    assert f"missing: {side / FREQUENCY}" in html and html.count("data:image") == 1


def test_a_figure_that_nothing_draws(papers):
    notebook = Path("notebooks/coins/flips.py")
    notebook.write_text(notebook.read_text().replace("draw=synthetic.draw_frequency", "draw=lambda frame: None"))
    edit(NEW / FREQUENCY, frequency=lambda old: old + 1)
    html = page(papers)
    assert "flips.py names no imported function that draws frequency" in html
    assert html.count("data:image") == 1  # both in one panel need no draw function


def test_equal_folders_give_equal_bytes(papers):
    synthetic.change(NEW)
    assert page(papers) == page(papers)


def test_redraw_shows_the_table_that_it_is_given(papers):
    before = redraw("coins", "flips", "frequency", OLD / FREQUENCY)
    assert isinstance(before, Picture) and (before.width, before.height) == (460, 340)
    assert before == redraw("coins", "flips", "frequency", NEW / FREQUENCY)
    edit(NEW / FREQUENCY, frequency=lambda old: old**2)
    assert before != redraw("coins", "flips", "frequency", NEW / FREQUENCY)


def test_the_overlay_chooses_its_axes():
    old = pd.DataFrame({"t": [1, 10, 100, 1000], "loss": [-1.0, 0.0, 1.0, 2.0]})
    new = old.assign(loss=old["loss"] + [0, 0, 1, 2])
    upper, lower = overlay(old, new, "loss", layout(old, new), deviation(old, new, "loss", Exact())).axes
    assert (upper.get_xscale(), upper.get_yscale(), lower.get_yscale()) == ("log", "linear", "log")
    before, after = upper.lines
    assert before.get_ydata().tolist() == old["loss"].tolist() and after.get_ydata().tolist() == new["loss"].tolist()
    assert lower.lines[0].get_xdata().tolist() == [100, 1000]  # the rows that changed


def test_the_overlay_shows_the_curves_that_changed_most():
    names = [f"curve {number}" for number in range(20)]
    old = pd.DataFrame({"curve": np.repeat(names, 2), "t": [1, 2] * 20, "loss": 1.0})
    new = old.assign(loss=1 + 0.01 * np.repeat(np.arange(20), 2))
    figure = overlay(old, new, "loss", layout(old, new), deviation(old, new, "loss", Exact()))
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["before", "after", *names[:13:-1]]
    assert legend.get_title().get_text() == "6 of 20 curves"
