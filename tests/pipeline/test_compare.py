import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

import synthetic
from optclaims.pipeline import origins
from optclaims.pipeline.card import Chaotic, Exact, Sampled
from optclaims.pipeline.compare import compare
from optclaims.pipeline.deviations import deviation
from optclaims.pipeline.differences import DIFFERENT, EQUAL, NEAR, markdown, show
from optclaims.pipeline.results import ResultsError

NEW, OLD = Path("results/quick"), Path("results/reference/quick")
FREQUENCY = NEW / "coins/flips/frequency.csv"


@pytest.fixture
def cards(project):
    synthetic.results(OLD)
    return project


def edit(column, row, change, path=FREQUENCY):
    frame = pd.read_csv(path)
    frame[column] = frame[column].astype(object)
    frame.loc[row, column] = change(frame.loc[row, column])
    frame.to_csv(path, index=False)


def judge(claim, verdict, path=NEW / "coins/flips/verdicts.json", check=None):
    record = json.loads(path.read_text())
    if check is not None:
        record["claims"][claim]["checks"][check]["outcome"] = verdict
    else:
        record["claims"][claim]["verdict"] = verdict
    path.write_text(json.dumps(record))


def printed(found):
    console = Console(width=80, record=True)
    show(found, console)
    return console.export_text()


def test_equal_results_do_not_differ(cards):
    found = compare(cards, NEW, OLD)
    assert found.differences == []
    assert (found.claims_compared, len(found.figures)) == (3, 2)
    assert [note.what for note in found.notes] == [
        "frequency: column orbit_stderr",
        "frequency: column weather",
        "everything",
    ]
    text = printed(found)
    assert "coins/edges: everything not compared: needs scale paper" in text
    assert "3 verdicts and 2 figures compared (3 not compared); differ: none" in text


@pytest.mark.parametrize(
    ("column", "inside", "outside"),
    [
        ("frequency", 0.99e-4, 1.01e-4),  # sampled: 1e-4 relative
        ("n", 0.99e-6, 1.01e-6),  # exact: 1e-6 relative
        ("orbit", 2.99 * 0.01 * 3, 3.01 * 0.01 * 3),  # chaotic: 3 standard errors of 0.01 around 1/3
    ],
)
def test_each_tolerance_has_its_edge(cards, column, inside, outside):
    edit(column, 2, lambda value: value * (1 + inside))
    assert compare(cards, NEW, OLD).columns == []
    synthetic.results(NEW)
    edit(column, 2, lambda value: value * (1 - outside))
    (change,) = compare(cards, NEW, OLD).columns
    assert (change.paper, change.experiment, change.figure, change.column) == ("coins", "flips", "frequency", column)
    assert (change.rows, change.length) == ([2], 8)
    assert change.relative == pytest.approx(outside, rel=1e-3)


def test_a_column_that_is_not_compared_may_do_what_it_wants(cards):
    edit("weather", 0, lambda value: value + 100)
    edit("orbit_stderr", 0, lambda value: value * 100)
    assert compare(cards, NEW, OLD).differences == []


def test_an_exploded_error_does_not_excuse_a_change(cards):
    edit("orbit_stderr", 1, lambda value: value * 100)
    edit("orbit", 1, lambda value: value + 0.1)
    assert [change.column for change in compare(cards, NEW, OLD).columns] == ["orbit"]


def test_the_size_of_a_change_is_said(cards):
    for row in range(5):
        edit("frequency", row, lambda value: value * 1.5)
    text = printed(compare(cards, NEW, OLD))
    assert "coins/flips/frequency: column frequency: 5 rows of 8 (row 1, 2, 3, ...), at most 0.5 relative, 0.3" in text
    assert "allowed: 0.0001 relative (sampled)" in text


def test_text_must_be_equal(cards):
    edit("status", 7, lambda _: "diverged")
    (change,) = compare(cards, NEW, OLD).columns
    assert (change.rows, change.relative, change.tolerance) == ([7], None, "equal text")


def test_a_number_that_became_text_or_a_gap_is_a_change(cards):
    edit("frequency", 0, lambda _: "")
    edit("orbit", 1, lambda _: "lost")
    gap, word = compare(cards, NEW, OLD).columns
    assert (gap.column, gap.rows, gap.absolute) == ("frequency", [0], np.inf)
    assert (word.column, word.tolerance) == ("orbit", "equal text")


def test_gaps_on_both_sides_are_equal(cards):
    for path in (FREQUENCY, OLD / "coins/flips/frequency.csv"):
        edit("frequency", 0, lambda _: "", path)
    assert compare(cards, NEW, OLD).differences == []


def test_order_of_rows_matters(cards):
    pd.read_csv(FREQUENCY).iloc[::-1].to_csv(FREQUENCY, index=False)
    assert "n" in [change.column for change in compare(cards, NEW, OLD).columns]


def test_changed_shapes_are_named(cards):
    frame = pd.read_csv(FREQUENCY)
    frame.drop(columns="status").assign(extra=1).to_csv(FREQUENCY, index=False)
    (NEW / "dice/rolls/faces.csv").write_text("face,count\n1,1\n")
    (OLD / "dice/rolls/old.csv").write_text("a\n1\n")
    assert [(shape.figure, shape.what) for shape in compare(cards, NEW, OLD).shapes] == [
        ("frequency", "1 column missing status"),
        ("frequency", "1 column new extra"),
        ("faces", "6 rows -> 1 row"),
        ("old", "in results/reference/quick, but not in the card"),
    ]


def test_a_missing_figure_is_named(cards):
    FREQUENCY.unlink()
    assert [shape.what for shape in compare(cards, NEW, OLD).shapes] == ["missing in results/quick"]


def test_a_tolerance_for_a_column_that_is_nowhere_is_named(cards):
    for folder in (NEW, OLD):
        path = folder / "coins/flips/frequency.csv"
        pd.read_csv(path).drop(columns="weather").to_csv(path, index=False)
    (shape,) = compare(cards, NEW, OLD).shapes
    assert shape.what == "1 column in the card, but not in the figure: weather"


def test_changed_verdicts_come_first(cards):
    edit("frequency", 0, lambda value: value + 1)
    judge("fair", "not-reproduced")
    found = compare(cards, NEW, OLD)
    assert [(c.claim, c.old, c.new) for c in found.verdicts] == [("fair", "reproduced", "not-reproduced")]
    assert found.differences[0] == found.verdicts[0]
    assert "coins/flips: fair: reproduced -> not-reproduced" in printed(found)


def test_a_changed_check_behind_the_same_verdict_is_named(cards):
    judge("fair", "inconclusive", check=1)
    (change,) = compare(cards, NEW, OLD).verdicts
    assert (change.check, change.old, change.new) == ("mean", "reproduced", "inconclusive")


def test_a_dropped_claim_or_check_is_named(cards):
    path = NEW / "coins/flips/verdicts.json"
    record = json.loads(path.read_text())
    del record["claims"]["law"], record["claims"]["fair"]["checks"][0]
    path.write_text(json.dumps(record))
    assert [(c.claim, c.check, c.new) for c in compare(cards, NEW, OLD).verdicts] == [
        ("fair", "frequency of heads", "missing"),
        ("law", None, "missing"),
    ]


@pytest.mark.parametrize("side", [NEW, OLD])
def test_not_run_is_no_difference(cards, side):
    synthetic.not_run(side / "coins/flips", "no coin")
    found = compare(cards, NEW, OLD)
    assert found.differences == []
    assert f"coins/flips: everything not compared: not-run in {side} (no coin)" in printed(found)


def test_a_claim_that_was_not_run_is_no_difference(cards):
    judge("fair", "not-run")
    found = compare(cards, NEW, OLD)
    assert found.differences == []
    assert "coins/flips: fair not compared: reproduced -> not-run" in printed(found)


def test_failed_and_missing_experiments_are_differences(cards):
    synthetic.fail(NEW, "coins", "flips")
    (OLD / "dice/rolls/verdicts.json").unlink()
    assert [str(absence) for absence in compare(cards, NEW, OLD).absences] == [
        "coins/flips: its notebook raised in results/quick",
        "dice/rolls: no results in results/reference/quick",
    ]


def test_only_the_given_papers_are_compared(cards):
    edit("frequency", 0, lambda value: value + 1)
    assert compare({"dice": cards["dice"]}, NEW, OLD).differences == []


def test_no_reference(project):
    with pytest.raises(ResultsError, match=r"no reference for scale quick.*snakemake reference .* makes one"):
        compare(project, NEW, OLD)


def test_a_folder_equals_itself(project):
    found = compare(project, NEW, NEW)
    assert found.differences == [] and found.claims_compared == 3


def test_two_scales_cannot_be_compared(cards):
    synthetic.results(Path("results/default"))
    with pytest.raises(ResultsError, match="different scales"):
        compare(cards, Path("results/default"), OLD)


def test_another_seed_can(cards):
    synthetic.results(Path("results/quick-seed7"))
    assert compare(cards, Path("results/quick-seed7"), OLD).differences == []


def test_markdown_is_made_of_whole_tables(cards):
    edit("frequency", 0, lambda value: value + 1)
    edit("status", 0, lambda _: "a|b")
    judge("fair", "not-reproduced")
    (NEW / "dice/rolls/faces.csv").unlink()
    text = markdown(compare(cards, NEW, OLD))
    assert "| coins/fair | reproduced | not-reproduced |" in text
    assert "| coins/flips/frequency | frequency | 1 of 8 | 1.7 | 0.0001 relative (sampled) |" in text
    assert "| dice/rolls/faces | missing in results/quick |" in text
    for table in text.split("### ")[1:]:
        rows = [line for line in table.splitlines() if line.startswith("|")]
        assert len({line.replace("\\|", "").count("|") for line in rows}) == 1


def frames(values):
    return pd.DataFrame({"x": values, "stderr": 0.5})


numbers = st.lists(st.floats(-1e6, 1e6, allow_subnormal=False), min_size=1, max_size=20)
tolerances = st.sampled_from([Exact(), Sampled(kind="sampled"), Chaotic(kind="chaotic", stderr="stderr")])


@given(numbers, tolerances)
def test_nothing_differs_from_itself(values, tolerance):
    apart = deviation(frames(values), frames(values), "x", tolerance)
    assert not apart.beyond.any() and not apart.excess.any() and not apart.relative.any()


@given(numbers, tolerances, st.data())
def test_a_large_change_is_found_in_its_row(values, tolerance, data):
    row = data.draw(st.integers(0, len(values) - 1))
    changed = [value + (10 + abs(value)) * (i == row) for i, value in enumerate(values)]
    apart = deviation(frames(values), frames(changed), "x", tolerance)
    assert np.flatnonzero(apart.beyond).tolist() == np.flatnonzero(apart.excess > 1).tolist() == [row]
    assert apart.absolute[row] == pytest.approx(10 + abs(values[row]))


def test_a_change_from_zero_is_infinite_relative_to_it():
    apart = deviation(frames([0.0]), frames([1.0]), "x", Exact())
    assert (apart.relative[0], apart.absolute[0]) == (np.inf, 1.0)


@pytest.mark.parametrize(("old", "new"), [(np.inf, 1.0), (1.0, np.inf), (np.inf, -np.inf), (np.nan, 1.0)])
def test_infinities_and_gaps_are_beyond_any_tolerance(old, new):
    assert deviation(frames([old]), frames([new]), "x", Exact()).beyond.all()
    assert not deviation(frames([old]), frames([old]), "x", Exact()).beyond.any()


def test_equal_bytes_equal_within_tolerance_and_different_are_told_apart(cards):
    assert compare(cards, NEW, OLD).files == {EQUAL: 4}
    edit("frequency", 2, lambda value: value * (1 + 0.5e-4))
    edit("face", 0, lambda value: value + 1, NEW / "dice/rolls/faces.csv")
    found = compare(cards, NEW, OLD)
    assert found.files == {EQUAL: 2, NEAR: 1, DIFFERENT: 1}
    assert "files: 2 equal byte for byte, 1 equal within tolerance, 1 different" in printed(found)
    assert "files: 2 equal byte for byte" in markdown(found)


def test_other_bytes_at_equal_versions_and_instructions_are_a_note(cards):
    edit("frequency", 2, lambda value: value * (1 + 0.5e-4))
    found = compare(cards, NEW, OLD)
    assert found.differences == [] and found.made_with() == []
    riddle = "coins/flips/frequency.csv: other bytes, though made with equal versions and instructions"
    assert riddle in printed(found) and riddle in markdown(found)

    made = NEW / "coins/flips" / origins.FILE
    made.write_text(made.read_text().replace("X86_V3", "X86_V4"))
    found = compare(cards, NEW, OLD)
    assert found.roundings == [], "with other instructions that is what tolerances are for"
    assert found.made_with() == ["numpy's instructions X86_V3 -> X86_V4 (1 experiment)"]
    assert "numpy's instructions X86_V3 -> X86_V4 (1 experiment)" in printed(found)
