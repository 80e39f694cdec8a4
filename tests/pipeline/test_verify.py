import json
import shutil
from pathlib import Path

import pytest
from rich.console import Console

import synthetic
from optclaims.pipeline.verify import of_papers, verify

QUICK = Path("results/quick")


def run(cards, total=2):
    console = Console(width=200, record=True, quiet=False)
    return verify(cards, QUICK, total, console), console.export_text()


def test_as_expected(project):
    well, text = run(project)
    assert well
    assert "4 claims of 2 papers in results/quick: 2 reproduced, 1 inconclusive, 1 not-run" in text
    assert "not run: coins/never-edge: needs scale paper" in text
    assert "0.5 [0.49, 0.51]" in text and "(-inf, 0)" in text
    assert "control no slope [flat]: not rejected" in text


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


def test_a_column_that_only_the_card_knows_is_an_error(project):
    path = QUICK / "coins/flips/frequency.csv"
    path.write_text(path.read_text().replace("orbit_stderr", "orbit_error"))
    well, text = run(project)
    assert not well
    assert f"ERROR: coins/flips: the card names columns of frequency that {path} lacks: orbit_stderr" in text
    path.write_text("status\n")  # not run
    assert run(project)[0]
