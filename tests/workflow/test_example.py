"""The example for continuous integration: every command in it exists, and what it hands on is written before."""

import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import typer
import yaml

from optclaims.command import app

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs/examples/github-actions.yml").read_text()
STEPS = yaml.safe_load(TEXT)["jobs"]["quick"]["steps"]
COMMANDS = [shlex.split(step["run"]) for step in STEPS if "run" in step]


def commands(name):
    return [command[1:] for command in COMMANDS if command[0] == name]


def test_a_pull_request_starts_it():
    assert yaml.safe_load(TEXT)[True] == "pull_request"  # `on` is a truth value in YAML 1.1


def test_everything_is_installed_from_files_that_exist():
    (arguments,) = commands("pip")
    assert (ROOT / arguments[arguments.index("-c") + 1]).exists() and arguments[-2:] == ["-e", "."]


def test_snakemake_knows_what_it_is_told():
    (arguments,) = commands("snakemake")
    command = [sys.executable, "-m", "snakemake", "--dry-run", "--quiet", "all", *arguments]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr


def test_optclaims_knows_what_it_is_told():
    (arguments,) = commands("optclaims")
    name, *rest = arguments
    told = typer.main.get_command(app).commands[name].make_context(name, rest).params
    assert told["html"] and told["markdown"]
    assert (ROOT / told["other"]).is_dir()
    kept = STEPS[-1]["with"]["path"].split()
    assert kept == [str(told["html"]), str(told["folder"] / "report")]
    for command in ("cat", "gh"):
        assert all(str(told["markdown"]) in arguments for arguments in commands(command))


@pytest.mark.parametrize("step", [step for step in STEPS if "if" in step], ids=lambda step: step["name"])
def test_what_comes_after_a_failure_does_not_hide_it(step):
    assert "!cancelled()" in step["if"] and "continue-on-error" not in step


def test_conditions_name_steps_that_exist():
    named = {step["id"] for step in STEPS if "id" in step}
    assert {part.partition(".")[0] for step in STEPS for part in step.get("if", "").split("steps.")[1:]} <= named
