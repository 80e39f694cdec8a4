"""Whether a process still runs, told by a file that it holds: the lock ends with the process, however that ends."""

import fcntl
from contextlib import suppress
from pathlib import Path
from typing import IO


def hold(file: IO[str]) -> None:
    """Lock an open file until this process, and those that inherit it, have ended."""
    with suppress(OSError):  # a file system without locks
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def is_locked(path: Path) -> bool:
    """Tell whether a running process holds a file."""
    with path.open(encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except OSError:  # a file system without locks
            return False
    return False
