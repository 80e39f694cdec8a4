"""Where results come from: job, commit, versions, instructions, machine, time and memory."""

from __future__ import annotations

import platform
import resource
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path


def provenance(
    job: Mapping[str, object], origin: Mapping[str, object], started: float, root: Path
) -> dict[str, object]:
    """Return the record of a job that this process has run, for ``provenance.json``.

    origin: versions and instructions (`origins.made_with`).
    """
    used = [resource.getrusage(of) for of in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return {
        "job": job,
        "commit": commit(root),
        **origin,
        "platform": platform.platform(),
        "processor": platform.processor() or platform.machine(),
        "started": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(started)),
        "seconds": round(time.time() - started, 2),
        "cpu_seconds": round(sum(process.ru_utime + process.ru_stime for process in used), 2),
        "peak_memory_mb": round(used[1].ru_maxrss / 1024),
    }


def commit(root: Path) -> str | None:
    """Return the commit of a folder; None without git, or where nothing is under its control."""
    command = ["git", "describe", "--always", "--dirty"]
    try:
        said = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False, timeout=60)
    except (OSError, subprocess.SubprocessError):
        return None
    return said.stdout.strip() or None
