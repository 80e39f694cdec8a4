"""What the benchmarks measured, kept as CSV files, and the tables of ``docs/performance.md`` made from them.

A folder of measurements holds one file for each table: ``machine.csv`` (what was measured on), ``kernels.csv`` (rates
of ours and of what else one would use), ``scaling.csv`` (seconds against sizes), ``memory.csv``, ``startup.csv`` (the
parts of a job's start), ``instructions.csv`` (the fixed level against the processor's own) and ``pipeline.csv`` (whole
runs).
"""

import csv
import math
import os
import platform
import statistics
from collections.abc import Mapping, Sequence
from importlib import metadata
from itertools import groupby
from pathlib import Path

from optclaims.pipeline import markdown

FOLDER = Path("docs/performance")
TABLES = ("machine", "kernels", "scaling", "memory", "startup", "instructions", "pipeline")
PACKAGES = ("numpy", "scipy", "numba", "torch", "pandas", "matplotlib", "snakemake", "papermill")
RIVAL = "curvlinops-for-pytorch"
PREFIXES = ((1e9, "G"), (1e6, "M"), (1e3, "k"))

Row = Mapping[str, object]


def machine() -> list[dict[str, str]]:
    """Return what the rates depend on: processor, cores, and versions (of a rival too, where it is installed)."""
    rivals = {distribution.name for distribution in metadata.distributions()} & {RIVAL}
    versions = {name: metadata.version(name) for name in (*PACKAGES, *rivals)}
    about = {
        "processor": _processor(),
        "cores": str(os.cpu_count()),
        "system": f"{platform.system()} {platform.machine()}",
        "Python": platform.python_version(),
    }
    return [{"what": what, "value": value} for what, value in (about | versions).items()]


def _processor() -> str:
    """Return the name of the processor and its widest vector instructions, where the system tells."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    facts = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in lines)}
    flags = facts.get("flags", "").split()
    vectors = next((name for name, flag in (("AVX-512", "avx512f"), ("AVX2", "avx2")) if flag in flags), "SSE2")
    return f"{facts.get('model name', platform.machine())} ({vectors})"


def keep(measured: Mapping[str, Sequence[Row]], folder: Path) -> None:
    """Write each table that was measured to ``<name>.csv`` in the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in measured.items():
        _write(folder / f"{name}.csv", rows)


def replace(path: Path, row: Row, keys: Sequence[str]) -> None:
    """Put a row into a CSV file, instead of the one that agrees with it in the keys if there is one."""
    kept = _read(path) if path.exists() else []
    others = [old for old in kept if any(old[key] != str(row[key]) for key in keys)]
    _write(path, [*others, row])


def _write(path: Path, rows: Sequence[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def tables(folder: Path) -> dict[str, str]:
    """Return all tables as Markdown, by name; one that was never measured says so."""
    paths = {name: folder / f"{name}.csv" for name in TABLES}
    return {name: table(name, _read(path)) if path.exists() else "Not measured." for name, path in paths.items()}


def table(name: str, rows: Sequence[Row]) -> str:
    """Return measured rows as a Markdown table: kernels compared, scaling as exponents, all else as it is."""
    head, *body = {"kernels": _compared, "scaling": _exponents}.get(name, _plain)(rows)
    return markdown.table(head, body)


def _plain(rows: Sequence[Row]) -> list[list[str]]:
    return [list(rows[0]), *([str(value) for value in row.values()] for row in rows)]


def exponent(rows: Sequence[Row]) -> float:
    """Return the slope of log seconds over log value, by least squares."""
    x, y = ([math.log(float(row[column])) for row in rows] for column in ("value", "seconds"))
    return statistics.linear_regression(x, y).slope


def _exponents(rows: Sequence[Row]) -> list[list[str]]:
    lines = [["kernel", "cost against", "from", "to", "exponent"]]
    for (kernel, axis), series in groupby(rows, key=lambda row: (row["kernel"], row["axis"])):
        points = list(series)
        ends = (str(point["value"]) for point in (points[0], points[-1]))
        lines.append([str(kernel), str(axis), *ends, f"{round(exponent(points), 2) + 0.0:.2f}"])
    return lines


def _compared(rows: Sequence[Row]) -> list[list[str]]:
    """One line for each candidate but ours, which stands in the first line of its problem."""
    lines = [["kernel", "problem", "ours", "against", "reaches", "ours is faster", "by medians"]]
    for _, race in groupby(rows, key=lambda row: (row["kernel"], row["problem"])):
        ours, *others = race
        first = [str(ours["kernel"]), str(ours["problem"]), f"{short(float(ours['best']))} {ours['unit']}/s"]
        for other in others:
            ratios = [float(ours[which]) / float(other[which]) for which in ("best", "median")]
            against = f"*limit:* {other['candidate']}" if other["role"] == "limit" else str(other["candidate"])
            reaches = short(float(other["best"]))
            lines.append([*first, against, reaches, *map(_times, ratios)])
            first = ["", "", ""]
    return lines


def _times(ratio: float) -> str:
    return f"× {ratio:.{0 if ratio > 9.95 else 1 if ratio > 0.995 else 2}f}"


def short(value: float) -> str:
    """Return a number with three digits and a prefix: ``1.23 G``."""
    scale, prefix = next(((s, p) for s, p in PREFIXES if value >= s), (1.0, ""))
    return f"{value / scale:.3g} {prefix}".strip()
