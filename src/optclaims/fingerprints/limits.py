"""A limit of time for foreign code, which may never come to an end."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from optclaims.science import domain

__all__ = ["TimeUp", "within"]


class TimeUp(BaseException):
    """Time is up. No Exception, so that neither an optimizer nor what guards it takes it for a mistake of its own."""


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Raise TimeUp in the block after so many seconds; raises ValueError unless they are positive.

    Only the main thread can be interrupted, and only between instructions of Python; elsewhere there is no limit.

    >>> with within(60.0):
    ...     print("in time")
    in time
    """
    domain.positive("seconds", seconds)
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(*_: object) -> None:
        raise TimeUp

    before = signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, before)
