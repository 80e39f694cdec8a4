import json
import shutil
from pathlib import Path

import pytest
from rich.console import Console

import synthetic
from optclaims.pipeline.verify import of_papers, verify

QUICK = Path("results/quick")


def run(cards, total=2, width=200, **keywords):
    console = Console(width=width, record=True, quiet=False)
    return verify(cards, QUICK, total, console, **keywords), console.export_text()


def test_as_expected(project):
    well, text = run(project, everything=True)
    assert well
    assert "4 claims of 2 papers in results/quick: 2 reproduced, 1 inconclusive, 1 not-run" in text
    assert "not run: coins/never-edge: needs scale paper" in text
    assert "0.5 [0.49, 0.51]" in text and "(-inf, 0)" in text
    assert "control no slope [flat]: not rejected" in text


def test_in_short_a_line_for_each_paper_and_two_for_what_is_open(project):
    well, text = run(project)
    assert well
    assert text.splitlines() == [
        "coins   3: 1 reproduced, 1 inconclusive, 1 not-run",
        "dice    1: 1 reproduced",
        "coins/law: inconclusive, as expected",
        "  -0.5 [-0.6, -0.4], accepted (-inf, 0): slope; control no slope [flat]: not rejected",
        "not run: 1 (needs scale paper)",
        "4 claims of 2 papers in results/quick: 2 reproduced, 1 inconclusive, 1 not-run",
    ]


def test_lines_are_cut_at_the_end_of_the_terminal(project):
    cut = run(project, width=60)[1].splitlines()[3]
    assert len(cut) == 60 and cut.startswith("  -0.5 [-0.6, -0.4], accepted (-inf, 0): slope") and cut.endswith("…")


def test_fragile_claims_are_named_with_their_margin(project):
    path = QUICK / "coins/flips/verdicts.json"
    record = json.loads(path.read_text())
    record["claims"]["fair"]["checks"][0]["margin"] = {"value": 0.4, "unit": "half-widths"}
    path.write_text(json.dumps(record))
    assert "fragile, 0.4 half-widths: coins/fair: frequency of heads\n" in run(project)[1]


def test_says_where_the_report_is_if_there_is_one(project):
    assert "Report:" not in run(project)[1]
    (QUICK / "report").mkdir()
    (QUICK / "report/index.html").touch()
    assert run(project)[1].endswith("1 not-run\nReport: results/quick/report/index.html\n")


def test_another_verdict_than_expected_is_an_error(project):
    path = QUICK / "dice/rolls/verdicts.json"
    record = json.loads(path.read_text())
    record["claims"]["six-faces"]["verdict"] = "not-reproduced"
    path.write_text(json.dumps(record))
    well, text = run(project)
    assert not well
    assert "ERROR: dice/six-faces: not-reproduced, expected reproduced" in text
    assert "dice/six-faces: not-reproduced, as expected" not in text


def test_failed_and_missing_are_errors(project):
    synthetic.fail(QUICK, "coins", "flips")
    (QUICK / "dice/rolls/verdicts.json").unlink()
    well, text = run(project)
    assert not well
    assert "ERROR: coins/fair: failed (the notebook raised; see results/quick/logs/coins/flips.log)" in text
    assert "ERROR: dice/six-faces: missing (not run yet)" in text
    assert "1 not-run, 2 failed, 1 missing" in text


def test_a_subset_of_papers_is_named(project):
    well, text = run({"dice": project["dice"]})
    assert well
    assert "1 claim of 1 of 2 papers in results/quick: 1 reproduced" in text


@pytest.mark.parametrize(("counts", "text"), [((1, 1), "1 paper"), ((2, 2), "2 papers"), ((1, 3), "1 of 3 papers")])
def test_of_papers(counts, text):
    assert of_papers(*counts) == text


def test_many_missing_claims_are_counted_not_listed(project, monkeypatch):
    monkeypatch.setattr("optclaims.pipeline.verify.MISSING_LISTED", 0)
    shutil.rmtree(QUICK / "dice")
    well, text = run(project)
    assert not well
    assert "ERROR: 1 claim missing (not run yet)" in text and "six-faces" not in text
    assert "six-faces" not in run(project, everything=True)[1]


def test_a_column_that_only_the_card_knows_is_an_error(project):
    path = QUICK / "coins/flips/frequency.csv"
    path.write_text(path.read_text().replace("orbit_stderr", "orbit_error"))
    well, text = run(project)
    assert not well
    assert f"ERROR: coins/flips: the card names columns of frequency that {path} lacks: orbit_stderr" in text
    path.write_text("status\n")  # not run
    assert run(project)[0]
