import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest
from rich.console import Console

import synthetic
from optclaims.pipeline import reading, trials, what_if
from optclaims.pipeline.what_if import Outcomes


@pytest.fixture
def trial(project):
    return trials.typed("coins", "flips", project["coins"], "quick", None, ["n=50"])


def finished(trial, **keywords):
    claims = reading.verdicts(Path("results/quick/coins/flips/verdicts.json"))["claims"]
    return Outcomes(trial, claims, **keywords)


def shown(outcome, only=("fair", "law")):
    console = Console(width=200, record=True, quiet=False)
    what_if.show(outcome, only, console)
    return console.export_text()


def snakemake(monkeypatch, status, said):
    def start(*arguments, **keywords):
        return SimpleNamespace(communicate=lambda: (None, said), returncode=status)

    monkeypatch.setattr(subprocess, "Popen", start)
    monkeypatch.setattr(what_if.signal, "signal", lambda *_: None)


def test_the_command_that_a_trial_stands_for(trial):
    assert what_if.command([trial], 1) == "snakemake --cores 1 results/try/coins/flips/quick+n=50/verdicts.json"


def test_before_is_the_last_run_of_the_scale_else_the_reference(trial):
    synthetic.results(Path("results/reference/quick"))
    seeded = trials.replace(trial, seed=3)
    assert what_if.before(trial)[0] == what_if.before(seeded)[0] == "results/quick"
    synthetic.results(Path("results/quick-seed3"))
    assert what_if.before(seeded)[0] == "results/quick-seed3"
    Path("results/quick/coins/flips/verdicts.json").write_text("{")
    assert what_if.before(trial)[0] == "results/reference/quick"
    Path("results/reference/quick/coins/flips/verdicts.json").unlink()
    assert what_if.before(trial) == ("not run yet", {})


def test_claims_are_shown_before_and_after(trial):
    text = shown(finished(trial))
    assert "coins/flips with n = 50; before: n = 100, results/quick" in text
    assert "fair: reproduced, now reproduced" in text and "law: inconclusive, now inconclusive" in text
    assert "    before reproduced  0.5 [0.49, 0.51]; accepted: [0.45, 0.55]; 4.0 half-widths inside" in text
    assert "      control: no slope [flat]: -0.01 [-0.03, -0.005], not rejected" in text
    assert text.endswith("figures: results/try/coins/flips/quick+n=50/frequency.svg\n")
    assert "law" not in shown(finished(trial), ["fair"])


def test_checks_that_are_there_on_one_side_only(trial):
    changed = {"fair": synthetic.fair(0.5)[:1], "law": synthetic.law()}
    synthetic.write(Path("results/quick/coins/flips"), {}, changed)
    fewer = finished(trial)
    synthetic.results(Path("results/quick"))
    assert "|z| = 0; accepted" in shown(fewer) and "not asked now" in shown(fewer)


def test_without_a_former_run_only_the_present_is_shown(trial):
    outcome = finished(trial)
    Path("results/quick/coins/flips/verdicts.json").unlink()
    text = shown(outcome)
    assert "not run yet" in text and "fair: reproduced\n" in text and "    before" not in text


def test_a_failure_is_explained_by_the_log_of_this_run(trial, monkeypatch):
    trial.log.parent.mkdir(parents=True)
    trial.log.write_text("[   1.0 s] cell 2\n[   1.2 s] failed in cell 2: ValueError: n must be even\n")
    snakemake(monkeypatch, 1, f"notebooks/coins/flips.py failed\n  log: {trial.log}")
    (outcome,) = what_if.run([trial], 1)
    assert what_if.refusal(outcome) == f"n = 50 is refused: n must be even (log: {trial.log})"
    snakemake(monkeypatch, 1, "MissingInputException")
    with pytest.raises(what_if.Failed, match="MissingInputException"):
        what_if.run([trial], 1)
    snakemake(monkeypatch, 1, "LockException: Error")
    with pytest.raises(what_if.Failed, match="snakemake --unlock"):
        what_if.run([trial], 1)


def test_another_error_than_a_refusal_names_its_kind(trial):
    outcome = Outcomes(trial, {}, "failed in cell 2: KeyError: 3")
    assert what_if.refusal(outcome).startswith("n = 50: the notebook cannot do this: KeyError: 3 (log: ")
    assert "did not come to an end" in what_if.refusal(Outcomes(trial, {}, ""))


def test_equal_verdicts_in_a_row_are_one_span(trial):
    values = [trials.replace(trial, changed={"n": n}) for n in (10, 20, 30, 40)]
    refused = Outcomes(values[3], {}, "failed in cell 1: ValueError: n too large")
    outcomes = [Outcomes(values[0], {"fair": {"verdict": "inconclusive"}}), *map(finished, values[1:3]), refused]
    assert list(what_if.spans(outcomes, "fair", "n")) == [
        "n = 10: inconclusive",
        "n = 20 to 30 (2 values): reproduced",
        "n = 40: no verdict, n too large",
    ]


def test_a_sweep_leaves_a_table_and_a_picture_of_each_claim(trial, tmp_path):
    console = Console(width=200, record=True, quiet=False)
    outcomes = [finished(trials.replace(trial, changed={"n": n})) for n in (10, 20)]
    what_if.show_sweep(outcomes, ["fair", "law"], "n", tmp_path / "sweep", console)
    assert {path.name for path in (tmp_path / "sweep").glob("*.csv")} == {"fair.csv", "law.csv"}
    assert "n = 10 to 20 (2 values): reproduced" in console.export_text()
