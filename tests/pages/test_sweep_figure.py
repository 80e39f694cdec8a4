import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from optclaims import checks
from optclaims.pages import sweep_figure
from optclaims.statistics import Estimate


def claim(measured, width=0.1, accept=(None, 0.5), quantity="gap"):
    check = checks.within(
        quantity,
        Estimate(measured, measured - width, measured + width),
        accept,
        origin="typed",
        controls={"two": Estimate(2, 1.9, 2.1)},
    )
    return {"verdict": check.outcome, "checks": [check.record()]}


def test_the_table_has_what_was_measured_and_accepted():
    frame = sweep_figure.table([("1", claim(0.2)), ("2", claim(0.45)), ("3", None), ("4", claim(0.8))], "C")
    assert list(frame.columns) == ["C", "check", "measured", "low", "high", "accept_low", "accept_high", "outcome"]
    assert list(frame["C"]) == ["1", "2", "4"]
    assert list(frame["outcome"]) == ["reproduced", "inconclusive", "not-reproduced"]
    assert frame["low"].tolist() == pytest.approx([0.1, 0.35, 0.7]) and set(frame["accept_high"]) == {0.5}


def test_checks_belong_together_where_only_numbers_differ():
    frame = sweep_figure.table(
        [("1", claim(0.2, quantity="gap at C = 1")), ("2", claim(0.3, quantity="gap at C = 2.5"))], "C"
    )
    assert list(frame["check"]) == ["gap at C = 1"] * 2


def test_what_was_not_run_is_left_out():
    record = {"verdict": "not-run", "checks": [checks.not_run("slope", "no data").record()]}
    assert sweep_figure.table([("1", record)], "C").empty


def test_the_picture_is_drawn_from_the_table_that_was_written(tmp_path):
    frame = sweep_figure.table([(str(n), claim(n / 10)) for n in range(1, 9)], "C")
    assert sweep_figure.write(frame, tmp_path / "new/fair") == tmp_path / "new/fair.svg"
    assert {path.name for path in (tmp_path / "new").iterdir()} == {"fair.csv", "fair.svg", "fair.png"}
    assert pd.read_csv(tmp_path / "new/fair.csv").shape == (8, 8)


@pytest.mark.parametrize(
    ("texts", "scale"), [(("1", "2", "3"), "linear"), (("1", "10", "100"), "log"), (("a", "b"), "linear")]
)
def test_the_axis_follows_the_values(texts, scale):
    frame = sweep_figure.table([(text, claim(0.2)) for text in texts], "C")
    frame["C"] = pd.to_numeric(frame["C"]) if scale == "log" or texts[0] == "1" else frame["C"]
    figure = sweep_figure.draw(frame)
    assert figure.axes[0].get_xscale() == scale
    plt.close(figure)


def test_the_accepted_band_and_its_end_are_seen():
    frame = sweep_figure.table([(str(n), claim(0.2)) for n in (1, 2)], "C").astype({"C": float})
    figure = sweep_figure.draw(frame)
    bottom, top = figure.axes[0].get_ylim()
    assert bottom < 0.1 and top > 0.5
    assert np.isclose(figure.axes[0].get_lines()[-1].get_ydata()[0], 0.5)
    plt.close(figure)
