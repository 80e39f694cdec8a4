"""A workflow that is killed leaves nothing half-written and nothing running, and the next run completes it."""

import os
import signal
import subprocess
import time

import psutil
import pytest

from .conftest import COMPLETE


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


@pytest.fixture
def stuck(project):
    """A project whose second paper waits in its notebook until the file `go` exists."""
    project.add_paper("waiting")
    project.edit(
        "notebooks/waiting/stationary_variance.py",
        "squared = end**2",
        "import pathlib, time\nwhile not pathlib.Path('go').exists(): time.sleep(0.05)\nsquared = end**2",
    )
    yield project
    for process in processes_of(project):
        process.kill()


def start(project):
    """Start the workflow and wait until the first paper is done and the second one is in the middle."""
    command = project.command("--cores", "2", "--config", "scale=quick")
    said = project.root / "said"
    with said.open("w") as out:
        run = subprocess.Popen(command, cwd=project.root, env=project.environment, stdout=out, stderr=out)
    waiting = project.root / "results/quick/waiting/.stationary_variance.partial/notebook.ipynb"
    wait_until(lambda: ("1 of 4 steps" in said.read_text() and waiting.exists()) or run.poll() is not None)
    assert run.poll() is None
    return run


def test_after_a_kill_nothing_runs_on_and_the_second_run_completes(stuck):
    run = start(stuck)
    run.send_signal(signal.SIGKILL)
    run.wait()
    wait_until(lambda: not processes_of(stuck))
    assert stuck.results("waiting") == {}
    finished = stuck.results()
    provenance = stuck.root / "results/quick/toy/stationary_variance/provenance.json"
    made = provenance.stat().st_mtime_ns

    (stuck.root / "go").touch()
    assert stuck.snakemake("--unlock").returncode == 0
    second = stuck.snakemake("--rerun-incomplete")
    assert second.returncode == 0, second.stdout
    assert set(stuck.results("waiting")) == COMPLETE
    assert stuck.results() == finished
    assert provenance.stat().st_mtime_ns == made, "a finished experiment is kept"
    assert not list((stuck.root / "results").rglob("*.partial"))


def test_a_runner_that_is_told_to_end_takes_its_kernel_along(stuck):
    run = start(stuck)
    runner = next(p for p in processes_of(stuck) if "run_notebook.py" in " ".join(p.cmdline()[:2]))
    os.kill(runner.pid, signal.SIGTERM)
    assert run.wait(60) != 0
    wait_until(lambda: not processes_of(stuck))
    assert stuck.results("waiting") == {}


def test_a_kernel_that_dies_fails_its_experiment_with_a_reason(stuck):
    run = start(stuck)
    kernel = next(p for p in processes_of(stuck) if "ipykernel_launcher" in " ".join(p.cmdline()))
    kernel.kill()
    assert run.wait(60) != 0
    log = stuck.root / "results/quick/logs/waiting/stationary_variance.log"
    assert "DeadKernelError" in log.read_text()
    assert log.with_suffix(".failed.ipynb").exists()
    assert "failed" in (stuck.root / "results/quick/report.html").read_text()
