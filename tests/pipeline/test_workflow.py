import os
import subprocess
import sys

import pytest

from optclaims.pipeline.cards import Experiment
from optclaims.pipeline.workflow import Places, is_experiment, is_stale, priority, require_cores, runtime, shown


def test_experiments_are_numbered_in_the_order_in_which_they_are_asked_for():
    places = Places(lambda: 12)
    assert [places["b"], places["a"], places["b"]] == ["[1 of 12] ", "[2 of 12] ", "[1 of 12] "]


def test_an_experiment_alone_has_no_number():
    assert Places(lambda: 1)["a"] == ""


@pytest.mark.parametrize(
    ("rule", "whole"), [("toy__first", True), ("toy__first__point", False), ("toy", False), ("report", False)]
)
def test_points_and_other_rules_are_no_experiments(rule, whole):
    assert is_experiment(rule) == whole


def test_a_job_asks_for_the_minutes_of_its_scale_and_for_more_at_the_next_attempt():
    experiment = Experiment.model_construct(minutes={"quick": 0.2, "paper": 6000})
    assert runtime({"scale": "quick-seed3"}, 1, experiment=experiment) == 1
    assert runtime({"scale": "paper"}, 2, experiment=experiment) == 12_000


def test_longer_jobs_start_first_by_what_they_took_the_last_time(tmp_path):
    experiment = Experiment.model_construct(minutes=5)

    def asked(name, folder="quick-seed3"):
        return priority("toy", name, experiment, tmp_path / folder)

    for folder, name, seconds in (("quick", "short", 1.5), ("quick", "long", 20), ("quick-seed3", "short", 2.5)):
        (tmp_path / folder / "toy" / name).mkdir(parents=True)
        (tmp_path / folder / "toy" / name / "provenance.json").write_text(f'{{"seconds": {seconds}}}')
    assert [asked("short"), asked("long"), asked("short", "quick")] == [25, 200, 15]
    assert asked("new") > asked("long")  # who knows
    (tmp_path / "quick/toy/long/provenance.json").write_text("{")
    assert asked("long", "quick") == asked("new")


def test_without_a_core_nothing_is_started():
    for enough in (None, 1, 8):
        require_cores(enough)
    with pytest.raises(SystemExit, match="--cores 0: at least one core is needed"):
        require_cores(0)


def test_a_report_is_stale_once_a_result_or_a_failure_is_newer(tmp_path):
    report = tmp_path / "report/index.html"
    report.parent.mkdir()
    assert is_stale(report)
    report.touch()
    os.utime(report, (100, 100))
    for name in ("p/e/verdicts.json", "logs/p/e.failed.ipynb"):
        path = tmp_path / name
        path.parent.mkdir(parents=True)
        path.touch()
        os.utime(path, (50, 50))
        assert not is_stale(report)
        os.utime(path, (200, 200))
        assert is_stale(report)
        path.unlink()


def test_a_report_shows_the_papers_of_this_run_and_those_that_another_one_has_left(tmp_path):
    papers = ["a", "b", "c"]
    assert shown(["a"], papers, tmp_path) == "--paper a"
    (tmp_path / "b/e").mkdir(parents=True)
    (tmp_path / "b/e/verdicts.json").touch()
    assert shown(["a"], papers, tmp_path) == "--paper a --paper b"
    assert shown(["a", "c"], papers, tmp_path) == ""


LOCKED = """
import os, signal, sys, threading
from types import SimpleNamespace
from snakemake.scheduling.job_scheduler import JobScheduler
from optclaims.pipeline.workflow import end_beside_the_main_thread

for _ in range(2):  # a second Snakefile in the same process changes nothing
    end_beside_the_main_thread()
told = threading.Event()
scheduler = SimpleNamespace(_lock=threading.Lock(), _open_jobs=SimpleNamespace(release=told.set))
signal.signal(signal.SIGTERM, lambda *_: JobScheduler.exit_gracefully(scheduler))
with scheduler._lock:
    os.kill(os.getpid(), signal.SIGTERM)
assert told.wait(20) and scheduler._user_kill == "graceful"
"""


def test_a_signal_that_arrives_while_jobs_are_selected_blocks_nothing():
    subprocess.run([sys.executable, "-c", LOCKED], check=True, timeout=60)


LOOKS = """
import threading
from types import SimpleNamespace
from snakemake.scheduling.job_scheduler import JobScheduler
from optclaims.pipeline.workflow import look_once_at_a_time

for _ in range(2):
    look_once_at_a_time()
looks, looked = [], threading.Semaphore(0)

def release():
    looks.append(1)
    looked.release()

scheduler = SimpleNamespace(_open_jobs=SimpleNamespace(release=release))
for _ in range(5):  # five jobs have ended
    JobScheduler._schedule_reevalutation(scheduler, 0.05)
assert looked.acquire(timeout=20) and not looked.acquire(timeout=0.3) and len(looks) == 1
JobScheduler._schedule_reevalutation(scheduler, 0.05)  # the look that follows sets the next one
assert looked.acquire(timeout=20) and len(looks) == 2
"""


def test_jobs_that_end_together_are_one_look_of_the_scheduler():
    subprocess.run([sys.executable, "-c", LOOKS], check=True, timeout=60)
