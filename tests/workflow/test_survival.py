"""A workflow that is disturbed leaves nothing half-written and nothing running, and the next run completes it.

The bytes in the end are those of a run that nobody disturbed.
"""

import shutil
import signal
import subprocess
import time
from pathlib import Path

import psutil
import pytest

from .conftest import COMPLETE, Project


def wait_until(condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.1)


def processes_of(project):
    """Every process (runner or kernel) that works in the project's folder."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.cwd() == str(project.root) and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except psutil.Error:
            continue
    return found


def add_waiting_paper(project):
    """Add a paper whose notebook waits until the file `go` exists."""
    project.add_paper("waiting")
    project.edit(
        "notebooks/waiting/stationary_variance.py",
        "problem = problems.NoisyQuadratic(sigma)",
        "import pathlib, time\nwhile not pathlib.Path('go').exists(): time.sleep(0.05)\n"
        "problem = problems.NoisyQuadratic(sigma)",
    )


@pytest.fixture
def stuck(project):
    """A project whose second paper waits in its notebook."""
    add_waiting_paper(project)
    yield project
    for process in processes_of(project):
        process.kill()


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """The same project after a run without any waiting."""
    project = Project(tmp_path_factory.mktemp("undisturbed"))
    add_waiting_paper(project)
    (project.root / "go").touch()
    run = project.snakemake(cores=2)
    assert run.returncode == 0, run.stdout
    return project


def start(project):
    """Start the workflow and wait until the first paper is done and the second one is in the middle."""
    command = project.command("--cores", "2", "--config", "scale=quick")
    project.said = project.root / "said"
    with project.said.open("w") as out:
        run = subprocess.Popen(command, cwd=project.root, env=project.environment, stdout=out, stderr=out)
    waiting = project.root / "results/quick/waiting/.stationary_variance.partial/notebook.ipynb"
    wait_until(lambda: ("1 of 4 steps" in project.said.read_text() and waiting.exists()) or run.poll() is not None)
    assert run.poll() is None, project.said.read_text()
    return run


def process_of(project, program):
    """The runner or the kernel of the waiting paper."""
    return next(p for p in processes_of(project) if program in " ".join(p.cmdline()[:3]))


def made_at(project):
    return (project.root / "results/quick/toy/stationary_variance/provenance.json").stat().st_mtime_ns


def is_complete(project, undisturbed):
    """Assert that all results are there with the right bytes, and nothing else is."""
    for paper in ("toy", "waiting"):
        assert set(project.results(paper)) == COMPLETE
        assert project.results(paper) == undisturbed.results(paper)
    files, expected = (
        {str(path.relative_to(p.root)) for path in (p.root / "results").rglob("*")} for p in (project, undisturbed)
    )
    assert files == expected
    assert not processes_of(project)


def finish(project, undisturbed):
    """Let the waiting paper go, run again, and assert that the end is the same and finished work was kept."""
    made = made_at(project)
    (project.root / "go").touch()
    run = project.snakemake("--rerun-incomplete")
    assert run.returncode == 0, run.stdout
    is_complete(project, undisturbed)
    assert made_at(project) == made, "a finished experiment is kept"


def test_after_a_kill_nothing_runs_on_and_the_second_run_completes(stuck, undisturbed):
    run = start(stuck)
    options = process_of(stuck, "ipykernel_launcher").cmdline()
    private = next(Path(option).parent for option in options if option.endswith("/kernel.json"))
    assert private.is_dir()
    run.send_signal(signal.SIGKILL)
    run.wait()
    wait_until(lambda: not processes_of(stuck))
    assert stuck.results("waiting") == {}
    assert not private.exists(), "the folder of the kernel's sockets is removed"
    assert not list((stuck.root / "results").rglob("*.partial"))
    assert stuck.snakemake("--unlock").returncode == 0
    finish(stuck, undisturbed)


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGKILL])
def test_a_runner_that_ends_takes_its_kernel_along(stuck, undisturbed, sent):
    run = start(stuck)
    process_of(stuck, "run_notebook.py").send_signal(sent)
    assert run.wait(60) != 0
    wait_until(lambda: not processes_of(stuck))
    assert stuck.results("waiting") == {}
    finish(stuck, undisturbed)


def test_a_kernel_that_dies_fails_its_experiment_with_a_reason(stuck):
    run = start(stuck)
    process_of(stuck, "ipykernel_launcher").kill()
    assert run.wait(60) != 0
    log = stuck.root / "results/quick/logs/waiting/stationary_variance.log"
    assert "DeadKernelError" in log.read_text()
    assert log.with_suffix(".failed.ipynb").exists()
    assert "failed" in (stuck.root / "results/quick/report/index.html").read_text()
    wait_until(lambda: not processes_of(stuck))


def test_a_second_workflow_is_turned_away_and_the_first_completes(stuck, undisturbed):
    run = start(stuck)
    second = stuck.snakemake()
    assert second.returncode != 0
    assert "LockException" in second.stdout
    (stuck.root / "go").touch()
    assert run.wait(60) == 0, stuck.said.read_text()
    is_complete(stuck, undisturbed)


@pytest.fixture
def mount(project):
    """Mount something on the results folder; skip where that is not permitted."""
    results = project.root / "results"
    results.mkdir()

    def do(*arguments):
        mounted = subprocess.run(["mount", *arguments, results], capture_output=True, text=True, check=False)
        if mounted.returncode:
            pytest.skip(f"file systems cannot be mounted here: {mounted.stderr.strip()}")

    if shutil.which("mount") is None:
        pytest.skip("there is no mount")
    yield do
    subprocess.run(["umount", "--lazy", results], capture_output=True, check=False)


@pytest.mark.parametrize(("kilobytes", "kept"), [(24, set()), (128, COMPLETE)], ids=["notebook", "report"])
def test_a_full_disk_leaves_nothing_half_written(project, mount, undisturbed, kilobytes, kept):
    mount("-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs")
    run = project.snakemake()
    assert run.returncode != 0
    assert "No space left on device" in run.stdout and "Traceback" not in run.stdout
    assert set(project.results()) == kept
    wait_until(lambda: not processes_of(project))
    mount("-o", "remount,size=10m")
    again = project.snakemake("--rerun-incomplete")
    assert again.returncode == 0, again.stdout
    assert project.results() == undisturbed.results()
    # Snakemake marks the folder that a rule makes with a file of its own.
    assert {path.name for path in (project.root / "results").rglob(".*")} <= {".snakemake_timestamp"}


def test_results_that_turned_read_only_stay_as_they_are(project, mount, undisturbed):
    mount("-t", "tmpfs", "tmpfs")
    assert project.snakemake().returncode == 0
    project.edit("notebooks/toy/paper.yaml", "runs: 20000", "runs: 10000")
    mount("-o", "remount,ro")
    run = project.snakemake()
    assert run.returncode != 0
    assert "results cannot be written" in run.stdout and "Traceback" not in run.stdout
    assert project.results() == undisturbed.results()
    mount("-o", "remount,rw")
    project.edit("notebooks/toy/paper.yaml", "runs: 10000", "runs: 20000")
    again = project.snakemake()
    assert again.returncode == 0, again.stdout
    assert project.results() == undisturbed.results()


TOLD_WHILE_IT_SELECTS = """
import os, signal
from snakemake.scheduling.job_scheduler import JobScheduler
update = JobScheduler.update_available_resources

def update_and_be_told(self, selected):  # called while the scheduler's lock is held
    update(self, selected)
    os.kill(os.getpid(), signal.SIGTERM)

JobScheduler.update_available_resources = update_and_be_told
"""


def test_a_workflow_that_is_told_to_end_while_it_selects_jobs_ends_also_without_hooks(project):
    with (project.root / "Snakefile").open("a") as file:
        file.write(TOLD_WHILE_IT_SELECTS)
    command = project.command("--cores", "1", "--no-hooks", "--config", "scale=quick")
    run = subprocess.Popen(command, cwd=project.root, env=project.environment, stdout=subprocess.DEVNULL)
    try:
        assert run.wait(60) != 0
    finally:
        run.kill()
    wait_until(lambda: not processes_of(project))
