"""The command `try` on the small project: a real run with other parameters."""

import json
import os
import signal
import subprocess
import sys
import time

import pandas as pd
import pytest

PLACE = "results/try/toy/stationary_variance"


@pytest.fixture(scope="module")
def tried(tmp_path_factory):
    """A project in which a trial was made after a run of the quick scale; tests may add trials."""
    from .conftest import Project

    project = Project(tmp_path_factory.mktemp("tried"))
    assert project.snakemake().returncode == 0
    project.before = everything_else(project)
    project.first = project.optclaims("try", "toy/stationary-variance", "--set", "lr=0.5", "--set", "runs=3000")
    return project


def everything_else(project):
    """Every file but those of snakemake and of trials, with the time of its last change."""
    left_out = (".snakemake", "__pycache__", "results/try", "numba")
    files = [path for path in project.root.rglob("*") if path.is_file()]
    return {str(path): path.stat().st_mtime_ns for path in files if not any(part in str(path) for part in left_out)}


def test_a_trial_says_the_command_and_the_claim_before_and_after(tried):
    said = tried.first.stdout
    assert tried.first.returncode == 0, said
    assert f"# snakemake --cores 1 {PLACE}/quick+lr=0.5+runs=3000/verdicts.json" in said
    assert "toy/stationary_variance with lr = 0.5, runs = 3000: 1 reproduced" in said
    assert "with lr = 0.5, runs = 3000; before: lr = [0.3, 0.6, 1.0, 1.5], runs = 20000, results/quick" in said
    assert "stationary-variance: reproduced, now reproduced" in said
    assert said.count("    before ") >= 1 and said.count("    now ") >= 1 and "accepted: " in said
    assert f"figures: {PLACE}/quick+lr=0.5+runs=3000/variance.svg" in said
    assert (tried.root / PLACE / "quick+lr=0.5+runs=3000/variance.svg").exists()


def test_a_trial_has_its_own_parameters_and_writes_nowhere_else(tried):
    job = json.loads((tried.root / PLACE / "quick+lr=0.5+runs=3000/provenance.json").read_text())["job"]
    assert job["parameters"] == {"lr": [0.5], "sigma": 1.0, "runs": 3000, "steps": 30}
    assert everything_else(tried) == tried.before


def test_the_second_time_nothing_runs(tried):
    verdicts = tried.root / PLACE / "quick+lr=0.5+runs=3000/verdicts.json"
    made = verdicts.stat().st_mtime_ns
    again = tried.optclaims("try", "toy/stationary_variance", "--set", "runs=3e3", "--set", "lr=[0.5]")
    assert again.returncode == 0 and "now reproduced" in again.stdout
    assert verdicts.stat().st_mtime_ns == made and "with lr = 0.5, runs = 3000: 1" not in again.stdout


def test_the_line_that_it_stands_for_needs_nothing_else(tried):
    target = f"{PLACE}/quick+lr=0.4+runs=2000/verdicts.json"
    run = tried.snakemake(target)
    assert run.returncode == 0, run.stdout
    assert (tried.root / target).exists() and everything_else(tried) == tried.before


def test_what_the_theory_refuses_is_one_line(tried):
    run = tried.optclaims("try", "stationary-variance", "--set", "lr=2.5")
    *_, line = run.stdout.splitlines()
    assert run.returncode == 1 and "Traceback" not in run.stdout
    assert (
        line.startswith("error: lr = 2.5 is refused: ") and "2.5" in line and f"{PLACE}/" not in line.split("(log")[0]
    )


def test_what_cannot_be_typed_runs_nothing(tried):
    run = tried.optclaims("try", "stationary-variance", "--set", "rate=0.5")
    assert run.returncode == 2
    assert run.stdout.strip() == (
        "error: toy/stationary_variance: no parameter 'rate'; parameters: lr, sigma, runs, steps"
    )


def test_a_sweep_tells_where_the_claim_begins_to_fail(tried):
    run = tried.optclaims("try", "stationary-variance", "--sweep", "lr=0.5:2.5:3")
    assert run.returncode == 0, run.stdout
    assert f"{PLACE}/quick+lr={{0.5,1.5,2.5}}/verdicts.json" in run.stdout
    assert "lr = 0.5 to 1.5 (2 values): reproduced" in run.stdout and "lr = 2.5: no verdict, " in run.stdout
    drawn = tried.root / PLACE / "quick+lr=0.5:2.5:3"
    assert {path.suffix for path in drawn.iterdir()} == {".csv", ".svg", ".png"}
    assert set(pd.read_csv(drawn / "stationary-variance.csv")["lr"]) == {0.5, 1.5}
    assert everything_else(tried) == tried.before


def test_killed_and_resumed(tried):
    words = [sys.executable, "-m", "optclaims", "try", "stationary-variance", "--set", "runs=1000", "--set", "lr=0.7"]
    process = subprocess.Popen(
        words, cwd=tried.root, env=tried.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    log = tried.root / "results/try/logs/toy/stationary_variance/quick+lr=0.7+runs=1000.log"
    patience = time.monotonic() + 60
    while not log.exists() and time.monotonic() < patience:
        time.sleep(0.1)
    os.kill(process.pid, signal.SIGTERM)
    process.communicate(timeout=60)
    assert process.returncode != 0
    assert not (tried.root / PLACE / "quick+lr=0.7+runs=1000/verdicts.json").exists()
    again = tried.optclaims(*words[3:])
    assert again.returncode == 0 and "stationary-variance: reproduced, now " in again.stdout, again.stdout
