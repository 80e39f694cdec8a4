"""What a job starts ends with it, and what it leaves in the temporary folder goes with the next one."""

import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from optclaims.pipeline import kernel
from optclaims.pipeline.locks import hold, is_locked


def run(code, *arguments):
    process = subprocess.Popen([sys.executable, "-c", code, *map(str, arguments)], stdout=subprocess.PIPE, text=True)
    return process, process.stdout.readline().strip()


HOLDER = """
import sys, time
from pathlib import Path
from optclaims.pipeline import kernel
print(kernel.private_folder(Path(sys.argv[1])), flush=True)
time.sleep(60)
"""


def test_the_folder_of_a_killed_job_is_removed_and_that_of_a_running_one_is_not(tmp_path):
    (killed, left), (running, used) = run(HOLDER, tmp_path), run(HOLDER, tmp_path)
    killed.kill()
    killed.wait()
    assert os.path.isdir(left) and os.path.isdir(used)
    mine = kernel.private_folder(tmp_path)
    assert not os.path.exists(left)
    assert os.path.isdir(used) and mine.is_dir()
    running.kill()
    running.wait()


def test_a_lock_ends_with_its_process(tmp_path):
    path = tmp_path / "file"
    with path.open("w") as file:
        hold(file)
        assert is_locked(path)
    assert not is_locked(path)


ORPHANS = """
import os, subprocess, sys, time
from optclaims.pipeline import kernel
kernel.adopt_orphans()
leave = "import subprocess, sys; print(subprocess.Popen(['sleep', '60'], start_new_session=True).pid, flush=True)"
subprocess.run([sys.executable, "-c", leave])
ended = kernel.end_descendants()
print(ended, flush=True)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="orphans are adopted on Linux")
def test_a_child_in_a_session_of_its_own_ends_with_the_job():
    process, orphan = run(ORPHANS)
    assert "sleep 60" in process.stdout.read()
    process.wait()
    assert not psutil.pid_exists(int(orphan)) or psutil.Process(int(orphan)).status() == psutil.STATUS_ZOMBIE


LIMITED = """
import subprocess, sys
from optclaims.pipeline import kernel
limit = kernel.Limit(float(sys.argv[1]))
print("started", flush=True)
child = subprocess.Popen(["sleep", "60"])
print(child.wait(), limit.exceeded, limit.reason, flush=True)
"""


def test_a_job_that_takes_many_times_its_minutes_is_stopped():
    began = time.monotonic()
    process, _ = run(LIMITED, 0.01)
    said = process.stdout.read()
    assert said.startswith(f"{-signal.SIGKILL} True was stopped after 0.05 minutes, 5 times the `minutes` of its card")
    assert time.monotonic() - began < 30
