"""The workflow on a real SLURM of one node, started for these tests: same bytes, failures, time limits.

They are skipped where SLURM or its Snakemake plugin is not installed or its daemons do not start. The plugin is looked
for in this environment and in the folder OPTCLAIMS_SLURM_PLUGIN (`pip install --target`): installed for good, it would
ask SLURM at every start of snakemake. With OPTCLAIMS_SLURM_REAL set, a real experiment runs too.
"""

import importlib.util
import os
import shutil
import subprocess
import threading
import time

import pytest

from .conftest import COMPLETE, ROOT, Project, make_sweep
from .slurm import Slurm, UnavailableError
from .test_survival import processes_of

PLUGIN = os.environ.get("OPTCLAIMS_SLURM_PLUGIN", "")
PROFILE = ("--workflow-profile", "workflow/profiles/slurm", "--slurm-init-seconds-before-status-checks", "2")


@pytest.fixture(scope="module")
def slurm(tmp_path_factory):
    plugin = "snakemake_executor_plugin_slurm"
    if importlib.util.find_spec(plugin) is None and not os.path.isdir(os.path.join(PLUGIN, plugin)):
        pytest.skip("snakemake-executor-plugin-slurm is not installed (set OPTCLAIMS_SLURM_PLUGIN to its folder)")
    try:
        cluster = Slurm(tmp_path_factory.mktemp("slurm"))
    except UnavailableError as reason:
        pytest.skip(str(reason))
    yield cluster
    cluster.stop()


def submit(slurm, project, *arguments, config=("scale=quick",)):
    """Run snakemake with the profile to its end; stdout and stderr are joined."""
    path = os.pathsep.join([slurm.environment["PATH"], project.environment["PATH"]])
    python_path = os.pathsep.join(filter(None, [project.environment["PYTHONPATH"], PLUGIN]))
    return subprocess.run(
        project.command(*PROFILE, *arguments, "--config", *config),
        cwd=project.root,
        env=project.environment | slurm.environment | {"PATH": path, "PYTHONPATH": python_path},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=600,
        check=False,
    )


def jobs(slurm):
    """Return (state, time limit, memory) of every job so far, oldest first."""
    said = slurm.run("squeue", "-h", "-t", "all", "-S", "i", "-o", "%T %l %m").stdout
    return [tuple(line.split()) for line in said.splitlines()]


@pytest.fixture(scope="module")
def swept(tmp_path_factory):
    """A project with a sweep, and its results when it ran here."""
    project = Project(tmp_path_factory.mktemp("swept"))
    make_sweep(project)
    run = project.snakemake()
    assert run.returncode == 0, run.stdout
    project.local = project.results()
    return project


@pytest.mark.parametrize(("split", "submitted"), [("false", 1), ("true", 5)])
def test_results_equal_those_of_a_local_run(slurm, swept, split, submitted):
    shutil.rmtree(swept.root / "results")
    before = len(jobs(slurm))
    run = submit(slurm, swept, config=("scale=quick", f"split={split}"))
    assert run.returncode == 0, run.stdout
    assert "1 claim of 1 paper in results/quick: 1 reproduced" in run.stdout
    assert [state for state, *_ in jobs(slurm)[before:]] == ["COMPLETED"] * submitted
    assert swept.results() == swept.local


def test_a_failing_notebook_is_reported_with_its_log_and_a_job_out_of_time_gets_more(slurm, tmp_path):
    project = Project(tmp_path)
    for paper, line in {
        "broken": "raise RuntimeError('the sky fell')",
        "slow": "import pathlib, time\nfirst = pathlib.Path('first')\nif not first.exists():\n"
        "    first.touch()\n    time.sleep(600)\nproblem = problems.NoisyQuadratic(sigma)",
    }.items():
        project.add_paper(paper)
        project.edit(f"notebooks/{paper}/stationary_variance.py", "problem = problems.NoisyQuadratic(sigma)", line)
    before = len(jobs(slurm))
    run = submit(slurm, project)
    assert run.returncode != 0
    # The failing notebook: what, where, and the end of its log; the others finish.
    assert "RuntimeError: the sky fell" in run.stdout
    assert "results/quick/logs/broken/stationary_variance.log" in run.stdout
    assert "3 claims of 3 papers in results/quick: 2 reproduced, 1 failed" in run.stdout
    assert set(project.results("toy")) == COMPLETE
    assert project.results("broken") == {}
    # The slow one: killed after its minute, then with twice the time and memory.
    states = jobs(slurm)[before:]
    timed_out = [limit for state, limit, _ in states if state == "TIMEOUT"]
    assert timed_out == ["1:00"], states
    assert [limit for state, limit, _ in states if state == "COMPLETED"] == ["1:00", "2:00"], states
    assert project.results("slow").keys() == COMPLETE


HERE = "problem = problems.NoisyQuadratic(sigma)"
AT_FIRST = "import pathlib, time\nif not pathlib.Path('{0}').exists():\n    pathlib.Path('{0}').touch(); {1}\n" + HERE
GREEDY = "x = np.ones((1500, 1000, 100)); time.sleep(60)"  # 1.2 GB of the 0.9 that its card asks for


def disturbed(slurm, place, paper, first, then):
    """Run the toy paper and one that does something at its first attempt, with a meddler that waits for it."""
    project = Project(place)
    project.add_paper(paper)
    project.edit(f"notebooks/{paper}/paper.yaml", "minutes: 1", "minutes: 4")  # on a busy machine too
    project.edit("notebooks/toy/paper.yaml", "minutes: 1", "minutes: 4")
    project.edit(f"notebooks/{paper}/stationary_variance.py", HERE, AT_FIRST.format("first", first))

    def meddle():
        while not (place / "first").exists():
            time.sleep(0.5)
        then()

    meddler = threading.Thread(target=meddle, daemon=True)
    meddler.start()
    before = len(jobs(slurm))
    run = submit(slurm, project)
    meddler.join(60)
    assert run.returncode == 0, run.stdout
    assert "2 claims of 2 papers in results/quick: 2 reproduced" in run.stdout
    for each in ("toy", paper):
        assert set(project.results(each)) == COMPLETE
    assert not list((place / "results").rglob("*.partial")) and not processes_of(project)
    return [state for state, *_ in jobs(slurm)[before:]]


def test_a_job_beyond_its_memory_gets_more(slurm, tmp_path):
    states = disturbed(slurm, tmp_path, "greedy", GREEDY, lambda: None)
    assert sorted(states)[:2] == ["COMPLETED", "COMPLETED"] and len(states) == 3, states


def test_a_job_that_somebody_cancels_is_submitted_again(slurm, tmp_path):
    def cancel():
        running = slurm.run("squeue", "-h", "-t", "R", "-o", "%i").stdout.split()
        slurm.run("scancel", *running)  # the toy paper's too, where it has not ended

    states = disturbed(slurm, tmp_path, "cancelled", "time.sleep(300)", cancel)
    assert "CANCELLED" in states and states.count("COMPLETED") == 2, states


def test_a_node_that_goes_down_takes_no_result_along(slurm, tmp_path):
    node = slurm.run("sinfo", "-h", "-N", "-o", "%N").stdout.split()[0]

    def go_down_and_come_back():
        slurm.run("scontrol", "update", f"nodename={node}", "state=down", "reason=power")
        time.sleep(5)
        slurm.run("scontrol", "update", f"nodename={node}", "state=resume")

    states = disturbed(slurm, tmp_path, "downed", "time.sleep(300)", go_down_and_come_back)
    assert states.count("COMPLETED") == 2, states


def test_a_damaged_point_of_a_split_sweep_is_named_with_its_remedy(slurm, tmp_path):
    project = Project(tmp_path)
    make_sweep(project)
    split = ("scale=quick", "split=true")
    assert submit(slurm, project, config=split).returncode == 0
    undamaged = project.results()
    place = project.root / "results/quick/toy/stationary_variance"
    damaged = sorted((place / "points").glob("*.csv"))[1]
    damaged.write_text(damaged.read_text()[:-5])
    (place / "verdicts.json").unlink()
    run = submit(slurm, project, config=split)
    assert run.returncode != 0
    command = f"snakemake --cores 1 --force {damaged.relative_to(project.root)} --config split=true"
    assert f"{damaged.name} is damaged" in run.stdout and command in run.stdout, run.stdout
    remedy = command.split()[1:-2]
    assert project.snakemake(*remedy, "--config", *split).returncode == 0
    run = submit(slurm, project, config=split)
    assert run.returncode == 0 and project.results() == undamaged, run.stdout


@pytest.mark.skipif(not os.environ.get("OPTCLAIMS_SLURM_REAL"), reason="takes minutes; set OPTCLAIMS_SLURM_REAL=1")
def test_a_real_experiment_gives_the_same_bytes(slurm, tmp_path):
    project = Project(tmp_path)
    shutil.rmtree(project.root / "src")
    shutil.copytree(ROOT / "src", project.root / "src")
    shutil.copytree(ROOT / "notebooks/amsgrad_counterexample", project.root / "notebooks/amsgrad_counterexample")
    shutil.rmtree(project.root / "notebooks/toy")
    place = project.root / "results/quick/amsgrad_counterexample/theorem_3"
    target = "results/quick/amsgrad_counterexample/theorem_3/verdicts.json"

    def files():
        return {p.name: p.read_bytes() for p in place.glob("*.*") if p.name != "provenance.json"}

    run = project.snakemake(target)
    assert run.returncode == 0, run.stdout
    local = files()
    for split in ("false", "true"):
        shutil.rmtree(place)
        run = submit(slurm, project, target, config=("scale=quick", f"split={split}"))
        assert run.returncode == 0, run.stdout
        assert files() == local
