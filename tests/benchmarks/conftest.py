"""What all benchmarks share: one thread, races between candidates, and the tables at the end.

pytest tests/benchmarks --benchmark-only                            prints the tables
pytest tests/benchmarks --benchmark-only --keep docs/performance    and keeps what was measured for the documentation
"""

import os

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
os.environ |= dict.fromkeys(THREADS, "1")  # read when numpy, torch and numba are imported, which is below

from pathlib import Path  # noqa: E402

import pytest  # noqa: E402
import torch  # noqa: E402

from benchmarks.race import take_turns  # noqa: E402
from optclaims.pages import performance  # noqa: E402

MEASURED = pytest.StashKey[dict[str, list[dict[str, object]]]]()


def pytest_addoption(parser):
    parser.addoption("--keep", type=Path, metavar="FOLDER", help="write what was measured to CSV files in this folder")


def pytest_configure(config):
    torch.set_num_threads(1)
    config.option.benchmark_quiet = True  # its table has one line a race, which compares nothing
    config.stash[MEASURED] = {"machine": performance.machine()}


@pytest.fixture
def measured(request):
    """Add a row to a table of measurements."""
    return lambda table, **row: request.config.stash[MEASURED].setdefault(table, []).append(row)


@pytest.fixture
def race(benchmark, measured):
    """Let candidates take turns and return how many times faster the first one, ours, is than each (best rounds).

    limits: names of candidates that do only a part of the work which nothing can avoid.
    """

    def run(kernel, problem, unit, candidates, *, rounds=7, limits=()):
        rates = benchmark.pedantic(take_turns, args=(candidates, rounds))
        ours, *_ = rates
        for name, values in rates.items():
            role = "ours" if name == ours else "limit" if name in limits else "rival"
            best, median = max(values), sorted(values)[len(values) // 2]
            row = dict(kernel=kernel, problem=problem, unit=unit, candidate=name, role=role)
            measured("kernels", **row, best=f"{best:.4g}", median=f"{median:.4g}")
        return {name: max(rates[ours]) / max(values) for name, values in rates.items()}

    return run


@pytest.fixture
def time_of(benchmark):
    """Return the best CPU seconds of each of several functions that take turns."""

    def run(functions, rounds=5):
        candidates = {name: lambda function=function: function() or 1.0 for name, function in functions.items()}
        rates = benchmark.pedantic(take_turns, args=(candidates, rounds))
        return {name: 1 / max(values) for name, values in rates.items()}

    return run


def pytest_terminal_summary(terminalreporter, config):
    found = config.stash[MEASURED]
    folder = config.getoption("--keep")
    if folder:
        performance.keep(found, folder)
    for name, rows in found.items():
        if rows:
            terminalreporter.section(name)
            terminalreporter.write_line(performance.table(name, rows))
