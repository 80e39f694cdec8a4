"""The processes of one job: its kernel, reached over a private socket, and the end of all of them with the job."""

from __future__ import annotations

import atexit
import ctypes
import os
import shutil
import signal
import sys
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import IO

import psutil
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager

from optclaims.pipeline.locks import hold, is_locked

# Socket paths end at about 100 characters, so their folder is not placed below a possibly deep TMPDIR.
PRIVATE, PREFIX = Path("/tmp"), "optclaims-"
PR_SET_CHILD_SUBREAPER = 36
PATIENCE = 5
"""How many times the minutes of the card a job may take before it is stopped; a queue keeps its own limit."""


class PrivateKernel(AsyncKernelManager):
    """A kernel of this very Python, reached through a Unix socket in a folder of its own."""

    complaints: IO[str] | None = None
    """The file for what the process itself says."""

    def __init__(self, **keywords: object) -> None:
        super().__init__(**keywords)
        private = private_folder()
        self.transport, self.ip = "ipc", f"{private}/k"
        self.connection_file = f"{private}/kernel.json"
        argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        self._kernel_spec = KernelSpec(argv=argv, display_name="Python 3", language="python")

    async def _async_start_kernel(self, **keywords: object) -> None:
        await super()._async_start_kernel(stdout=self.complaints, stderr=self.complaints, **keywords)

    start_kernel = _async_start_kernel


def private_folder(parent: Path = PRIVATE) -> Path:
    """Return a new folder that goes with this process, after removing those that killed ones of this user have left.

    Its owner holds a lock on the file ``lock`` in it, which ends with the owner however it ends.
    """
    for lock in parent.glob(f"{PREFIX}*/lock"):
        with suppress(OSError):
            if lock.stat().st_uid == os.getuid() and not is_locked(lock):
                shutil.rmtree(lock.parent, ignore_errors=True)
    made = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
    holder = (made / "lock.new").open("w", encoding="utf-8")
    hold(holder)
    (made / "lock.new").rename(made / "lock")
    atexit.register(lambda: (shutil.rmtree(made, ignore_errors=True), holder.close()))
    return made


def adopt_orphans() -> None:
    """Become the parent of whatever a descendant leaves behind, so that it can be found and ended."""
    with suppress(OSError, AttributeError):  # other systems than Linux
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def end_descendants() -> list[str]:
    """Kill every process that this one has started, directly or not; return the commands of those that were alive."""
    ended = []
    for child in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):
            if child.status() != psutil.STATUS_ZOMBIE:
                ended.append(" ".join(child.cmdline())[:100])
            child.kill()
    return ended


def end_with_workflow() -> None:
    """Watch the processes up to the snakemake that started this one; once one of them is gone, end with the kernel."""
    ancestors = psutil.Process().parents()
    is_snakemake = ["snakemake" in " ".join(process.cmdline()[:3]) for process in ancestors]
    if not any(is_snakemake):
        return
    watched = ancestors[: is_snakemake.index(True) + 1]

    def watch() -> None:
        while all(process.is_running() for process in watched):
            time.sleep(1)
        end_descendants()
        os.kill(os.getpid(), signal.SIGTERM)  # the main thread clears up
        time.sleep(10)
        os._exit(143)

    threading.Thread(target=watch, daemon=True).start()


class Limit:
    """Stops the kernel when a job has taken ``PATIENCE`` times the minutes of its card."""

    def __init__(self, minutes: float | None) -> None:
        self.minutes, self.exceeded = minutes, False
        if minutes:
            timer = threading.Timer(60 * PATIENCE * minutes, self._stop)
            timer.daemon = True
            timer.start()

    def _stop(self) -> None:
        self.exceeded = True
        end_descendants()

    @property
    def reason(self) -> str:
        """Return what is said of a job that was stopped."""
        return f"was stopped after {PATIENCE * self.minutes:.3g} minutes, {PATIENCE} times the `minutes` of its card"
