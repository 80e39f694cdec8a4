"""Notebooks that misbehave fail with their reason, leave nothing behind, and the mended one runs after them."""

import json
import os
import subprocess
import sys

import pytest

from optclaims.pipeline import cards, workflow

from .conftest import COMPLETE

NAME = "stationary_variance"
NOTEBOOK = f"notebooks/toy/{NAME}.py"
FINISH = "experiment.finish()"


def run(project, minutes="1", **environment):
    """Run the toy paper's notebook as a job and return its exit status, what it said, and its log."""
    card = cards.load("toy", project.root / "notebooks")
    experiment = card.experiments[NAME]
    job = workflow.job({"scale": "quick"}, paper="toy", name=NAME, experiment=experiment, instructions="fixed")
    options = {
        "notebook": NOTEBOOK,
        "job": job,
        "out": f"results/quick/toy/{NAME}",
        "log": "toy.log",
        "minutes": minutes,
    }
    command = [sys.executable, "workflow/scripts/run_notebook.py"]
    said = subprocess.run(
        [
            *command,
            *(text for option, value in (options | {"minutes": minutes}).items() for text in (f"--{option}", value)),
        ],
        cwd=project.root,
        env=project.environment | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
        check=False,
    )
    return said.returncode, said.stdout, (project.root / "toy.log").read_text()


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (FINISH, "", "without verdicts: it must call experiment.finish()"),
        (FINISH, "import sys; sys.exit(0)", "without verdicts: it must call experiment.finish()"),
        (
            FINISH,
            "class StopNotebook(Exception): pass\nraise StopNotebook('mine')",
            "without verdicts: it must call experiment.finish()",
        ),
        (FINISH, "import os; os._exit(0)", "ended without an answer: DeadKernelError"),
        (FINISH, f"{FINISH}\nassert 1 > 2", "AssertionError"),
        (
            FINISH,
            f"{FINISH}\nexperiment.claim('stationary-variance').exact('late', 1, (2, 3), origin='o', controls={{}})",
            "claim 'stationary-variance' comes after experiment.finish(), where it does not count",
        ),
        (
            "problem = problems.NoisyQuadratic(sigma)",
            "np.random.normal()\nproblem = problems.NoisyQuadratic(sigma)",
            "drew from (or seeded) np.random itself",
        ),
        ('"variance": squared.mean(1)', '"variance": [1, 2, 3, float("inf")]', "infinity in ['variance']"),
    ],
    ids=["no finish", "exit", "own stop", "os exit", "raises after", "claims after", "global random", "infinity"],
)
def test_no_result_without_its_reason(project, old, new, reason):
    project.edit(NOTEBOOK, old, new)
    status, said, log = run(project)
    assert status == 1 and reason in said.splitlines()[0], said
    assert reason in log
    assert "log: toy.log" in said and (project.root / "toy.failed.ipynb").exists()
    assert project.results() == {} and not list((project.root / "results").rglob("*.partial"))


def test_an_endless_loop_is_stopped(project):
    project.edit(NOTEBOOK, "problem = problems.NoisyQuadratic(sigma)", "while True: pass")
    status, said, log = run(project, minutes="0.1")
    assert status == 1
    assert "was stopped after 0.5 minutes, 5 times the `minutes` of its card" in said
    assert "was stopped after" in log


def test_what_a_notebook_leaves_running_ends_with_its_job(project):
    command = "subprocess.Popen(['sleep', '97'], start_new_session=True)"
    project.edit(NOTEBOOK, FINISH, f"import subprocess; {command}; {FINISH}")
    status, _, log = run(project)
    assert status == 0 and "ended with the job: sleep 97" in log
    listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    assert "sleep 97" not in listed.splitlines()


def test_a_folder_in_the_results_is_renewed(project):
    place = "import json, os, pathlib; p = pathlib.Path(json.loads(os.environ['OPTCLAIMS_JOB'])['out'], 'more')"
    project.edit(NOTEBOOK, FINISH, f"{place}; p.mkdir(); (p / 'file').touch(); {FINISH}")
    for _ in range(2):
        status, said, _ = run(project)
        assert status == 0, said
    assert (project.root / f"results/quick/toy/{NAME}/more/file").exists()


@pytest.mark.parametrize(
    "environment",
    [
        {"PYTHONOPTIMIZE": "2"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"PATH": "/nowhere"},
        {"HOME": "/proc/none"},
    ],
    ids=["optimize", "locale", "no git", "no home"],
)
def test_odd_environments(project, environment):
    project.edit(NOTEBOOK, FINISH, f"print('\u03b7 \u2192 0'); {FINISH}")
    status, said, _ = run(project, **environment)
    assert status == 0, said
    assert set(project.results()) == COMPLETE
    origin = json.loads((project.root / f"results/quick/toy/{NAME}/provenance.json").read_text())
    assert origin["commit"] is None or os.pathsep in environment.get("PATH", os.pathsep)
