"""Totals of a run from made-up jobs whose answers are known by hand."""

import json
import os

import pytest

from optclaims.pipeline import timing
from optclaims.pipeline.results import ResultsError


def job(start, end, cpu=1.0):
    return timing.Job("paper", f"from {start}", start, end, cpu, 100)


def write(folder, experiment, end, seconds, **recorded):
    log, place = folder / "logs/paper" / f"{experiment}.tsv", folder / "paper" / experiment
    log.parent.mkdir(parents=True, exist_ok=True)
    place.mkdir(parents=True)
    log.write_text(f"s\th:m:s\tcpu_time\n{seconds}\t0:00:00\t0.5\n")
    os.utime(log, (end, end))
    (place / "provenance.json").write_text(json.dumps({"peak_memory_mb": 250, **recorded}))


def test_jobs_are_read_from_benchmark_files_and_provenance(tmp_path):
    write(tmp_path, "late", 2000.0, 12.5, cpu_seconds=9.0)
    write(tmp_path, "early", 1000.0, 3.0, cpu_seconds=2.0)
    early, late = timing.jobs(tmp_path)
    assert late == timing.Job("paper", "late", 1987.5, 2000.0, 9.0, 250)
    assert (early.experiment, early.wall, early.cpu) == ("early", 3.0, 2.0)


def test_a_full_schedule_takes_as_long_as_it_must():
    two_cores = [job(0, 4, 4), job(0, 1, 1), job(1, 4, 3)]
    found = timing.summary(two_cores, 2)
    assert (found.wall, found.busy, found.cpu, found.longest, found.bound, found.none) == (4, 8, 8, 4, 4, 0)
    assert found.efficiency == 1
    assert timing.summary(two_cores, 4).efficiency == 0.5


def test_gaps_and_a_long_last_job_show():
    found = timing.summary([job(5, 6), job(0, 2), job(1, 3), job(6, 16)], 2)
    assert (found.wall, found.none) == (16, 2)
    assert found.bound == found.longest == 10


def test_what_cannot_be_timed_is_named(tmp_path):
    with pytest.raises(ResultsError, match="no job"):
        timing.jobs(tmp_path)
    write(tmp_path, "old", 1000.0, 3.0)
    with pytest.raises(ResultsError, match=r"provenance\.json: no CPU time"):
        timing.jobs(tmp_path)
