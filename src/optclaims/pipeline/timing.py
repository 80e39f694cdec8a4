"""Where the time of a run went: wall time, CPU time, the longest job, and how busy the cores were.

Snakemake's benchmark file of a job says how long it took, its time stamp when it ended (copying results may lose it).
Its CPU time is not used: it is sampled, every 30 s once a job is 15 s old, so it misses up to half of a job. The runner
writes what the job and its kernel used in ``provenance.json``. All jobs are independent, so the critical path is the
longest of them. Points of split sweeps are not counted, and the results must come from one run.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from optclaims.pipeline import reading
from optclaims.pipeline.reading import Damaged, ResultsError
from optclaims.pipeline.verify import plural


@dataclass(frozen=True)
class Job:
    """One experiment: when it started and ended (s since the epoch), CPU seconds and peak memory (MB) it took."""

    paper: str
    experiment: str
    start: float
    end: float
    cpu: float
    memory: int

    @property
    def wall(self) -> float:
        """Seconds from start to end."""
        return self.end - self.start


@dataclass(frozen=True)
class Summary:
    """A run on a number of cores, in seconds.

    wall: from the start of the first job to the end of the last. bound: the least that these jobs can take on so many
    cores, the longest job or an equal share, whichever is more. none: how long no job ran at all.
    """

    jobs: int
    cores: int
    wall: float
    busy: float
    cpu: float
    longest: float
    bound: float
    none: float

    @property
    def efficiency(self) -> float:
        """CPU time of all jobs over the time that the cores had."""
        return self.cpu / (self.cores * self.wall)


def jobs(folder: Path) -> list[Job]:
    """Return the finished experiments of a results folder in the order in which they ended.

    Raises ResultsError if there is none, or where the runner did not record the CPU time.
    """
    found = [_job(folder, path) for path in sorted(folder.glob("logs/*/*.tsv"))]
    if not found:
        raise ResultsError(f"{folder}: no job has left a benchmark file in {folder}/logs")
    return sorted(found, key=lambda job: job.end)


def _job(folder: Path, benchmark: Path) -> Job:
    paper, experiment = benchmark.parent.name, benchmark.stem
    with benchmark.open(newline="", encoding="utf-8") as file:
        last = next(reversed(list(csv.DictReader(file, delimiter="\t"))), {})
    if not (last.get("s") or "").replace(".", "", 1).isdigit():
        raise Damaged(benchmark, "no time in it")
    provenance = folder / paper / experiment / "provenance.json"
    try:
        record = reading.origin(provenance)
        cpu, memory = record["cpu_seconds"], record["peak_memory_mb"]
    except (OSError, KeyError):
        raise ResultsError(f"{provenance}: no CPU time there; run the experiment again") from None
    end = benchmark.stat().st_mtime
    return Job(paper, experiment, end - float(last["s"]), end, cpu, memory)


def summary(found: Sequence[Job], cores: int) -> Summary:
    """Return the totals of a run that was given so many cores."""
    busy, longest = sum(job.wall for job in found), max(job.wall for job in found)
    first, last = min(job.start for job in found), max(job.end for job in found)
    return Summary(
        jobs=len(found),
        cores=cores,
        wall=last - first,
        busy=busy,
        cpu=sum(job.cpu for job in found),
        longest=longest,
        bound=max(longest, busy / cores),
        none=_gaps(found),
    )


def _gaps(found: Sequence[Job]) -> float:
    """Seconds between first start and last end in which no job ran."""
    ordered = sorted(found, key=lambda job: job.start)
    gaps, reached = 0.0, ordered[0].start
    for job in ordered:
        gaps += max(0.0, job.start - reached)
        reached = max(reached, job.end)
    return gaps


def row(scale: str, found: Summary) -> dict[str, object]:
    """Return the totals as a row of the documentation's table of whole runs."""
    return {
        "scale": scale,
        "cores": found.cores,
        "jobs": found.jobs,
        "wall (s)": round(found.wall),
        "CPU of all jobs (s)": round(found.cpu),
        "longest job (s)": round(found.longest),
        "least possible (s)": round(found.bound),
        "efficiency": f"{found.efficiency:.0%}",
    }


def show(found: Sequence[Job], cores: int, console: Console, longest: int = 10) -> None:
    """Print the longest jobs and the totals of a run."""
    table = Table(box=None, pad_edge=False)
    for column in ("job", "wall (s)", "CPU (s)", "memory (MB)"):
        table.add_column(column, justify="left" if column == "job" else "right")
    for job in sorted(found, key=lambda job: -job.wall)[:longest]:
        name = f"{job.paper}/{job.experiment}"
        table.add_row(name, f"{job.wall:.1f}", f"{job.cpu:.1f}", str(job.memory))
    console.print(table)
    total, given = summary(found, cores), plural(cores, "core")
    console.print(
        f"\n{plural(total.jobs, 'job')} in {total.wall:.0f} s on {given}; they took {total.busy:.0f} s together, "
        f"{total.cpu:.0f} s of CPU time\n"
        f"critical path (the longest job) {total.longest:.0f} s; least possible on {given} {total.bound:.0f} s\n"
        f"parallel efficiency {total.efficiency:.0%}: CPU time over {cores} x {total.wall:.0f} s; "
        f"no job ran for {total.none:.0f} s\n"
        f"a job takes {total.cpu / total.jobs:.1f} s of CPU time on average, "
        f"the cheapest {min(job.cpu for job in found):.1f} s",
        highlight=False,
    )
