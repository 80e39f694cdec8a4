from pathlib import Path

import pytest

import synthetic
from optclaims.pipeline import results
from optclaims.pipeline.locks import hold
from optclaims.pipeline.results import ResultsError

QUICK = Path("results/quick")


def verdicts(cards, folder=QUICK):
    return {f"{row.paper}/{row.claim}": row.verdict for row in results.collect(cards, folder)}


def test_every_declared_claim_has_a_row(project):
    assert verdicts(project) == {
        "coins/fair": "reproduced",
        "coins/law": "inconclusive",
        "coins/never-edge": "not-run",
        "dice/six-faces": "reproduced",
    }
    assert results.counts(results.collect(project, QUICK)) == {"reproduced": 2, "inconclusive": 1, "not-run": 1}


def test_rows_carry_data_set_expectation_and_reason_of_the_scale(project):
    fair, law, edge, six = results.collect(project, QUICK)
    assert (fair.data, edge.data) == ("digits", "synthetic")
    assert (law.expected, law.remark, law.explained) == ("inconclusive", "1 of 2 checks run", True)
    assert edge.reason == "needs scale paper"
    assert not fair.explained and not six.explained
    assert not any(row.surprising for row in (fair, law, edge, six))


def test_missing_and_failed_are_told_apart(project):
    (QUICK / "dice/rolls/verdicts.json").unlink()
    synthetic.fail(QUICK, "coins", "flips")
    assert verdicts(project)["dice/six-faces"] == "missing"
    assert verdicts(project)["coins/law"] == "failed"
    failed = results.collect(project, QUICK)[0]
    assert failed.surprising and failed.reason.endswith("results/quick/logs/coins/flips.log")


def test_not_run_is_no_surprise(project):
    synthetic.not_run(QUICK / "coins/flips", "no coin")
    rows = results.collect(project, QUICK)
    assert (rows[0].verdict, rows[0].reason, rows[0].surprising) == ("not-run", "no coin", False)


@pytest.mark.parametrize("name", ["quick", "default", "paper", "quick-seed3"])
def test_scale_of(name):
    assert results.scale_of(Path("results", name)) == name.removesuffix("-seed3")


@pytest.mark.parametrize("name", ["draft", "quick-seed", "quik", "quick-seedx"])
def test_other_folders_are_no_results(name):
    with pytest.raises(ResultsError, match="is no results folder"):
        results.scale_of(Path("results", name))


@pytest.mark.parametrize(
    ("folder", "command"),
    [
        ("results/default", "snakemake --cores 8 --config scale=default makes them"),
        ("results/quick-seed3", "snakemake --cores 8 --config scale=quick seed=3 makes them"),
        ("results/reference/default", "snakemake reference --cores 8 --config scale=default makes one"),
    ],
)
def test_a_missing_folder_comes_with_the_command_that_makes_it(project, folder, command):
    with pytest.raises(ResultsError) as error:
        results.require(Path(folder))
    assert command in str(error.value) and len(str(error.value).splitlines()) == 1


def test_folders_prefers_own_results_to_the_reference(project):
    synthetic.results(Path("results/reference/quick"))
    synthetic.results(Path("results/reference/default"))
    assert results.folders() == {"quick": QUICK, "default (reference)": Path("results/reference/default")}


def test_measured_and_accepted(project):
    fair, law, *_ = results.collect(project, QUICK)
    assert results.measured_and_accepted(fair.checks[0]) == ("0.5 [0.49, 0.51]", "[0.45, 0.55]")
    assert results.measured_and_accepted(fair.checks[1])[0] == "|z| = 0"
    assert results.measured_and_accepted(law.checks[0]) == ("-0.5 [-0.6, -0.4]", "(-inf, 0)")
    assert results.measured_and_accepted(law.checks[1]) == ("not run: MNIST is not in the data directory", "")


def test_controls_say_what_became_of_them(project):
    fair, law, _, six = results.collect(project, QUICK)
    assert [*results.controls(fair.checks[0])] == [
        ("a coin of lead", "0.8 [0.79, 0.81]", "rejected by 24.0 half-widths", True)
    ]
    assert [*results.controls(six.checks[0])] == [("a coin", "2", "rejected by a factor 3", True)]
    flat, planted = results.controls(law.checks[0])
    assert flat[2:] == ("not rejected", False)
    assert planted[2:] == ("planted effect accepted", True)


def test_a_killed_job_has_failed_one_that_runs_is_missing_and_so_is_what_was_deleted(project):
    (QUICK / "dice/rolls/verdicts.json").unlink()
    log = QUICK / "logs/dice/rolls.log"
    log.parent.mkdir(parents=True)

    def row():
        return results.collect(project, QUICK)[-1]

    with log.open("w") as file:
        file.write("[    0.5 s] cell 1 of 2, n = 6\n")
        file.flush()
        hold(file)
        assert (row().verdict, row().reason) == ("missing", "it runs now")
    assert (row().verdict, row().reason) == ("failed", f"its job was killed; see {log}")
    log.write_text("[    0.5 s] cell 1 of 2, n = 6\n[    0.9 s] 1 reproduced\n")
    assert (row().verdict, row().reason) == ("missing", "not run yet")
