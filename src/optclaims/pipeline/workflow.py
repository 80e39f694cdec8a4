"""What the Snakefile asks: which files a run makes, what each job is told, what the jobs depend on.

Importing this module puts the folder of the running Python first on PATH, so that rules (and the kernels they start)
find this environment also when it was not activated, lets them read and write UTF-8 whatever the locale is, and lets
them import this very package, whichever is installed.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path

import yaml

from optclaims.pipeline import grids, origins, reading
from optclaims.pipeline.cards import NOTEBOOKS, Card, Experiment
from optclaims.pipeline.instructions import Instructions
from optclaims.pipeline.results import RESULTS, SEED, scale_and_seed, seeded
from optclaims.science import sources

os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
os.environ["PYTHONUTF8"] = "1"
PACKAGE_HERE = str(Path(__file__).resolve().parents[2])
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [PACKAGE_HERE, os.environ.get("PYTHONPATH")]))

SOURCE = Path("src")
CONFIG_FILE = Path("workflow/config.yaml")
# In a job of a cluster: two snakemakes and the runner, 128 MB each.
AROUND_THE_KERNEL_MB = 400


@cache
def default_seed() -> int:
    """Return the seed that stands in the configuration file, whose results need no suffix."""
    return int(yaml.safe_load(CONFIG_FILE.read_text(encoding="utf-8")).get("seed", 0))


def folder(scale: str, seed: int) -> Path:
    """Return the results folder of a scale and seed: ``results/quick``, ``results/quick-seed3``."""
    return RESULTS / seeded(scale, None if seed == default_seed() else seed)


def scale_pattern(experiment: Experiment) -> str:
    """Return the regular expression of the wildcard ``scale``: scales that the card has, with an optional seed."""
    return rf"({'|'.join(experiment.parameters)}){SEED}?"


def job(
    wildcards: Mapping[str, str],
    *,
    paper: str,
    name: str,
    experiment: Experiment,
    instructions: Instructions = "fixed",
) -> str:
    """Return what a job uses, as JSON: a change of it re-runs the job, a reworded claim does not."""
    scale, seed = scale_and_seed(wildcards["scale"])
    return json.dumps(
        {
            "paper": paper,
            "experiment": name,
            "scale": scale,
            "seed": default_seed() if seed is None else seed,
            "parameters": experiment.parameters[scale],
            "instructions": instructions,
            "claims": list(experiment.claims),
            "figures": list(experiment.figures),
            "sweep": experiment.sweep,
        }
        | ({"reads": experiment.reads} if experiment.reads else {})  # a new key would make every job run again
    )


def read_files(wildcards: Mapping[str, str], *, experiment: Experiment, cards: Mapping[str, Card]) -> list[str]:
    """Return the data files, of the same scale and seed, of the experiments that this one reads."""
    addresses = [address.split("/") for address in experiment.reads]
    return [
        str(RESULTS / wildcards["scale"] / paper / name / f"{figure}.csv")
        for paper, name in addresses
        for figure in cards[paper].experiments[name].figures
    ]


WITHOUT_FIGURES = {
    "verdicts": "verdicts.json",
    "notebook": "notebook.ipynb",
    "provenance": "provenance.json",
    "made_with": origins.FILE,
}


def results(paper: str, name: str, experiment: Experiment, parent: Path | str) -> dict[str, str]:
    """Return every file that an experiment makes below a results folder, by what it is."""
    place = Path(parent) / paper / name
    images = {f"{figure}_{kind}": f"{figure}.{kind}" for figure in experiment.figures for kind in ("csv", "svg", "png")}
    return {what: str(place / file) for what, file in (WITHOUT_FIGURES | images).items()}


def targets(cards: Mapping[str, Card], parent: Path) -> list[str]:
    """Return the files of all experiments that the scale of a results folder has."""
    scale, _ = scale_and_seed(parent.name)
    return [
        file
        for paper, card in cards.items()
        for name, experiment in card.experiments.items()
        if scale in experiment.parameters
        for file in results(paper, name, experiment, parent).values()
    ]


def points(wildcards: Mapping[str, str], *, paper: str, name: str, experiment: Experiment) -> list[str]:
    """Return the files of all points of a split sweep."""
    parameters = experiment.parameters[scale_and_seed(wildcards["scale"])[0]]
    grid = grids.grid({axis: parameters[axis] for axis in experiment.sweep})
    place = RESULTS / wildcards["scale"] / paper / name / "points"
    return [str(place / f"{grids.key(point)}.csv") for point in grid]


def dependencies(paper: str, name: str) -> list[str]:
    """Return the modules that a notebook imports from the package, directly or through others."""
    return [str(file) for file in sources.import_closure(NOTEBOOKS / paper / f"{name}.py", SOURCE)]


class Places(dict[str, str]):
    """The place of each experiment among those that run, ``[3 of 48] ``, in the order in which they are started.

    Asked for by the name of the rule. Empty where there is but one, as in each job on a cluster.
    total: returns the number of experiments that run, asked once the jobs are known.
    """

    def __init__(self, total: Callable[[], int]) -> None:
        super().__init__()
        self._total = total

    def __missing__(self, rule: str) -> str:
        total = self._total()
        self[rule] = f"[{len(self) + 1} of {total}] " if total > 1 else ""
        return self[rule]


def is_experiment(rule: str) -> bool:
    """Tell whether a rule runs a whole experiment, not a point of its sweep."""
    return "__" in rule and not rule.endswith("__point")


def priority(paper: str, name: str, experiment: Experiment, folder: Path) -> int:
    """Return how long a job of a results folder takes, in tenths of a second: longer ones start first.

    It is what the job took the last time, at this seed or at the usual one; before that it counts as longer than
    those, by the minutes of its card.
    """
    for place in (folder, folder.with_name(scale_and_seed(folder.name)[0])):
        with suppress(OSError, reading.Damaged, KeyError, TypeError):
            return round(10 * reading.origin(place / paper / name / "provenance.json")["seconds"])
    return 1_000_000 + round(experiment.minutes_at(scale_and_seed(folder.name)[0]))


def runtime(wildcards: Mapping[str, str], attempt: int, *, experiment: Experiment) -> int:
    """Return the time limit in minutes at a scale; a job that ran out of time gets more at the next attempt."""
    scale, _ = scale_and_seed(wildcards["scale"])
    return max(1, round(experiment.minutes_at(scale) * attempt))


def memory(wildcards: Mapping[str, str], attempt: int, *, megabytes: int) -> int:
    """Return the memory to ask for in MB: the kernel's, and what runs around it; more at the next attempt."""
    return (megabytes + AROUND_THE_KERNEL_MB) * attempt


def require_writable(place: Path = RESULTS) -> None:
    """Raise SystemExit with one line unless results can be written."""
    existing = next(path for path in (place, *place.absolute().parents) if path.exists())
    if not existing.is_dir() or not os.access(existing, os.W_OK):
        raise SystemExit(f"{place}: results cannot be written, {existing} is not a writable folder")


def end_beside_the_main_thread() -> None:
    """Let Snakemake's own handler of SIGTERM run in a thread of its own, in this process and for all that it runs.

    The handler takes the lock of the scheduler. Where the main thread holds it when the signal arrives, which it does
    while it selects jobs, it would wait for itself for ever. The handler is exchanged before a scheduler registers it,
    because the snakemake that runs within a job of a cluster calls no hooks.
    """
    try:
        from snakemake.scheduling.job_scheduler import JobScheduler

        handler = JobScheduler.exit_gracefully
    except (ImportError, AttributeError):  # a Snakemake that ends in another way
        return

    def beside(*arguments: object) -> None:
        threading.Thread(target=handler, args=arguments).start()

    if handler.__name__ != beside.__name__:
        JobScheduler.exit_gracefully = beside


def look_once_at_a_time() -> None:
    """Keep one timer for the scheduler's next look at the open jobs, in this process.

    Snakemake sets a timer at every look, and looks at every job that ends, too: after n jobs it would look n times a
    second at the inputs of all open jobs, and use a fifth of a core for it.
    """
    try:
        from snakemake.scheduling.job_scheduler import JobScheduler

        several = JobScheduler._schedule_reevalutation
    except (ImportError, AttributeError):  # a Snakemake that looks in another way
        return

    def once(scheduler: object, delay: float) -> None:
        def look() -> None:
            scheduler.next_look = None  # before the look, which sets the next timer
            scheduler._open_jobs.release()

        if getattr(scheduler, "next_look", None) is None:
            scheduler.next_look = threading.Timer(delay, look)
            scheduler.next_look.daemon = True  # a run that is over does not wait for it
            scheduler.next_look.start()

    if several.__name__ != once.__name__:
        JobScheduler._schedule_reevalutation = once


def require_cores(cores: int | None) -> None:
    """Raise SystemExit with one line where Snakemake was given no core and would wait for ever."""
    if cores is not None and cores < 1:
        raise SystemExit(f"--cores {cores}: at least one core is needed")


def is_stale(report: Path) -> bool:
    """Tell whether the index of a report is missing, or older than a result or a failure beside the report."""
    if not report.exists():
        return True
    made, folder = report.stat().st_mtime_ns, report.parents[1]
    kept = [*folder.glob("*/*/verdicts.json"), *folder.glob("logs/*/*.failed.ipynb")]
    return any(path.stat().st_mtime_ns > made for path in kept)


def shown(chosen: Sequence[str], papers: Sequence[str], folder: Path) -> str:
    """Return the options for a report of the chosen papers and of those that another run has left results of."""
    there = [paper for paper in papers if paper in chosen or any(folder.glob(f"{paper}/*/verdicts.json"))]
    return papers_in(there) if len(there) < len(papers) else ""


def papers_in(chosen: Sequence[str]) -> str:
    """Return the options that restrict a command to some papers."""
    return " ".join(f"--paper {paper}" for paper in chosen)
