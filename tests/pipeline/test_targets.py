from types import SimpleNamespace

import pytest

from optclaims.pipeline import targets

NAMES = ["all", "compare", "reference", "coins", "dice"]


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("compar", "no target 'compar', did you mean compare?"),
        ("xyz", "no target 'xyz'; there are all, compare, reference, coins, dice"),
        ("results/quik/coins/flips/verdicts.json", "no scale 'quik', did you mean quick?"),
        ("results/quick/coin/flips/verdicts.json", "no paper 'coin', did you mean coins?"),
        ("results/quick-seed3/coins/flip/verdicts.json", "coins has no experiment 'flip', did you mean flips?"),
        ("results/quick/coins/edges/verdicts.json", "coins/edges has no scale quick; it has paper"),
        ("results/quick/coins/flips/verdict.json", "makes no verdict.json, did you mean verdicts.json"),
        ("results/quick/coins/flips/frequencies.csv", "makes no frequencies.csv, did you mean frequency.csv"),
    ],
)
def test_what_was_meant_is_said(project, target, message):
    assert message in targets.complaint(target, NAMES, project)


@pytest.mark.parametrize(
    "target",
    [
        "coins",
        "results/quick/coins/flips/frequency.svg",
        "results/quick-seed3/coins/flips/verdicts.json",
        "results/quick/coins/flips/points/n=3.csv",
        "results/quick/report.html",
        "results/quick/claims.csv",
        "results/quick/logs/coins/flips.log",
        "results/robustness-quick.csv",
        "results/try/coins/flips/quick+n=3/verdicts.json",
        "report.zip",
        "elsewhere/file",
    ],
)
def test_what_can_be_made_or_is_left_to_snakemake(project, target):
    assert targets.complaint(target, NAMES, project) is None


def test_a_file_that_is_there_is_no_mistake(project, tmp_path):
    (tmp_path / "file").write_text("")
    assert targets.complaint("file", NAMES, project) is None


def test_a_workflow_ends_before_it_plans_a_misspelt_target():
    planned = []
    settings = SimpleNamespace(targets={"good"})
    workflow = SimpleNamespace(dag_settings=settings, _prepare_dag=lambda *a, **k: planned.append((a, k)))
    targets.refuse_misspelt(workflow, lambda target: None if target == "good" else f"no {target}")
    workflow._prepare_dag(1, forceall=True)
    settings.targets = {"bad"}
    with pytest.raises(SystemExit, match="no bad"):
        workflow._prepare_dag(1, forceall=True)
    assert planned == [((1,), {"forceall": True})]
    targets.refuse_misspelt(SimpleNamespace(), str)  # another Snakemake: nothing to hold on to
