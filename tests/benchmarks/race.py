"""Candidates that take turns in one process, on one thread.

A machine that is busy, warm or slow is so for all of them, so their ratios are much steadier than their rates. Time is
CPU time of the process: what other processes take does not count.
"""

import time
from collections.abc import Callable, Mapping

Candidate = Callable[[], float]
"""Does some work and returns how much, in the unit of the race."""


def take_turns(candidates: Mapping[str, Candidate], rounds: int) -> dict[str, list[float]]:
    """Return work per CPU second of every candidate in every round; a first round, which compiles, is not counted."""
    rates: dict[str, list[float]] = {name: [] for name in candidates}
    for number in range(rounds + 1):
        for name, candidate in candidates.items():
            before = time.process_time()
            work = candidate()
            spent = time.process_time() - before
            if number:
                rates[name].append(work / spent)
    return rates
