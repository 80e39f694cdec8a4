"""Reading what runs have left: one row per declared claim, whether it was judged, not run, failed or is missing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from optclaims.pipeline import locks, reading
from optclaims.pipeline.cards import SCALES, Card, Experiment
from optclaims.pipeline.reading import Damaged, ResultsError
from optclaims.verdicts import Outcome, interval, spelled

RESULTS = Path("results")
REFERENCE = RESULTS / "reference"
REPORT, INDEX = "report", "index.html"  # the folder of pages, and the one to open
WHOLE = "report.html"  # all of them in one file, on request
FAILED, MISSING = "failed", "missing"
SEED = r"(-seed\d+)"  # what follows the scale in the name of results with another seed
VERDICTS = [
    *map(str, (Outcome.REPRODUCED, Outcome.NOT_REPRODUCED, Outcome.INCONCLUSIVE, Outcome.NOT_RUN)),
    FAILED,
    MISSING,
]


@dataclass(frozen=True)
class Row:
    """A declared claim with its latest verdict: an outcome, ``failed`` (its notebook crashed) or ``missing``."""

    paper: str
    experiment: str
    claim: str
    statement: str
    source: str
    data: str
    expected: str
    verdict: str
    reason: str | None = None
    checks: list[dict[str, object]] = field(default_factory=list)

    @property
    def surprising(self) -> bool:
        """Tell whether the verdict is an error: other than expected, failed or missing (not-run is neither)."""
        return self.verdict not in (self.expected, Outcome.NOT_RUN)

    @property
    def explained(self) -> bool:
        """Tell whether the reader is owed the reason: the verdict, or the expected one, is not plainly reproduced."""
        return {self.verdict, self.expected} != {Outcome.REPRODUCED} and self.reason is not None

    @property
    def remark(self) -> str:
        """Return what stands beside the verdict: the number of checks that ran where some did not."""
        not_run = sum(check["outcome"] == Outcome.NOT_RUN for check in self.checks)
        return f"{len(self.checks) - not_run} of {len(self.checks)} checks run" if not_run else ""


def seeded(scale: str, seed: int | None = None) -> str:
    """Return the name of the results of a scale, with another seed than the usual one: ``quick``, ``quick-seed3``."""
    return scale if seed is None else f"{scale}-seed{seed}"


def scale_and_seed(name: str) -> tuple[str, int | None]:
    """Return the two parts of such a name; the seed is None where it is the usual one.

    >>> scale_and_seed("quick-seed3"), scale_and_seed("quick")
    (('quick', 3), ('quick', None))
    """
    found = re.fullmatch(rf"(.+?){SEED}", name)
    return (found[1], int(found[2][len("-seed") :])) if found else (name, None)


def settings(name: str) -> str:
    """Return what snakemake is told to make such results: ``scale=quick seed=3``."""
    scale, seed = scale_and_seed(name)
    return f"scale={scale}" + (f" seed={seed}" if seed is not None else "")


def scale_of(folder: Path) -> str:
    """Return the scale of a results folder such as ``results/quick-seed3``; raises ResultsError for another name."""
    scale, _ = scale_and_seed(folder.name)
    if scale not in SCALES:
        raise ResultsError(f"{folder} is no results folder: its name must be {', '.join(SCALES)}, or one with -seed<K>")
    return scale


def require(folder: Path) -> Path:
    """Return the folder if it holds results; raises ResultsError with the command that makes them."""
    scale = scale_of(folder)
    if folder.is_dir():
        return folder
    if folder.parent.name == REFERENCE.name:
        make = f"snakemake reference --cores 8 --config scale={scale}"
        raise ResultsError(f"no reference for scale {folder.name}: there is no {folder}; {make} makes one")
    make = f"snakemake --cores 8 --config {settings(folder.name)}"
    raise ResultsError(f"no results for scale {folder.name}: there is no {folder}; {make} makes them")


def folders(results: Path = RESULTS) -> dict[str, Path]:
    """Return the results that exist, one folder a scale: the last run, else what is kept as reference.

    The keys are labels, ``quick`` or ``quick (reference)``.
    """
    found = {}
    for scale in SCALES:
        kept = results / REFERENCE.name / scale
        if (results / scale).is_dir():
            found[scale] = results / scale
        elif kept.is_dir():
            found[f"{scale} (reference)"] = kept
    return found


def seed_of(folder: Path) -> int | None:
    """Return the seed that the verdicts of a folder were computed with, None if there are none."""
    for path in sorted(folder.glob("*/*/verdicts.json")):
        with suppress(Damaged):
            return reading.verdicts(path).get("seed")
    return None


def origin_of(folder: Path, paper: str, experiment: str) -> dict[str, object] | None:
    """Return where the results of an experiment come from (``provenance.json``), None if that was not kept."""
    path = folder / paper / experiment / "provenance.json"
    return reading.origin(path) if path.exists() else None


def collect(cards: Mapping[str, Card], folder: Path) -> list[Row]:
    """Return a row for every claim of the cards, in their order."""
    scale = scale_of(folder)
    return [
        row
        for paper, card in cards.items()
        for name, experiment in card.experiments.items()
        for row in _experiment_rows(paper, name, experiment, folder, scale)
    ]


def _experiment_rows(paper: str, name: str, experiment: Experiment, folder: Path, scale: str) -> Iterable[Row]:
    path = folder / paper / name / "verdicts.json"
    judged, absent = {}, _absent(experiment, scale, failed_notebook(folder, paper, name))
    try:
        judged = reading.verdicts(path)["claims"] if path.exists() else {}
    except Damaged as error:  # one file: what else there is can be shown
        absent = {"verdict": FAILED, "reason": str(error)}
    for claim_id, claim in experiment.claims.items():
        found = judged.get(claim_id) or absent
        yield Row(
            paper=paper,
            experiment=name,
            claim=claim_id,
            statement=claim.statement,
            source=claim.source,
            data=experiment.data_set(scale),
            expected=str(claim.expected(scale)),
            verdict=found["verdict"],
            reason=found.get("reason") or claim.reason,
            checks=found.get("checks", []),
        )


def _absent(experiment: Experiment, scale: str, failed: Path) -> dict[str, str]:
    if scale not in experiment.parameters:
        return {"verdict": Outcome.NOT_RUN, "reason": f"needs scale {' or '.join(experiment.parameters)}"}
    log = log_of(failed)
    if log.exists() and locks.is_locked(log):
        return {"verdict": MISSING, "reason": "it runs now"}
    if failed.exists():
        return {"verdict": FAILED, "reason": f"the notebook raised; see {log}"}
    if log.exists() and not _came_to_an_end(log):
        return {"verdict": FAILED, "reason": f"its job was killed; see {log}"}
    return {"verdict": MISSING, "reason": "not run yet"}


def log_of(failed: Path) -> Path:
    """Return the log beside the notebook of a failed experiment."""
    return failed.with_suffix("").with_suffix(".log")


def _came_to_an_end(log: Path) -> bool:
    """Tell whether the last line of a log is the one with which a job counts its verdicts."""
    last = log.read_bytes()[-1000:].decode(errors="replace").rstrip().rpartition("\n")[2]
    return re.match(rf"\[ *[\d.]+ s\] \d+ ({'|'.join(VERDICTS)})\b", last) is not None


def failed_notebook(folder: Path, paper: str, experiment: str) -> Path:
    """Return where the notebook of a failed experiment is kept (it exists only after a failure)."""
    return folder / "logs" / paper / f"{experiment}.failed.ipynb"


def counts(rows: Iterable[Row]) -> dict[str, int]:
    """Return how often each verdict occurs, in a fixed order, absent ones left out."""
    verdicts = [row.verdict for row in rows]
    return {verdict: verdicts.count(verdict) for verdict in VERDICTS if verdict in verdicts}


def measured_and_accepted(check: Mapping[str, object]) -> tuple[str, str]:
    """Return the measured value with its error and the accepted interval of a check, as short texts."""
    if check["outcome"] == Outcome.NOT_RUN:
        return f"not run: {check['reason']}", ""
    if check["kind"] == "consistent":
        return value(check, check), f"|z| <= {check['accept'][1]:.3g}"
    return value(check, check), interval(*check["accept"], check.get("null"))


def value(check: Mapping[str, object], measurement: Mapping[str, object]) -> str:
    """Return a measurement of a check, its own or that of one of its controls, with its 95 % interval if it has one."""
    if check["kind"] == "consistent":
        return f"|z| = {measurement['measured']:.3g}"
    low, high = measurement.get("ci") or (0, 0)
    error = f" [{low:.4g}, {high:.4g}]" if low < high else ""
    return f"{measurement['measured']:.4g}{error}"


def controls(check: Mapping[str, object]) -> Iterable[tuple[str, str, str, bool]]:
    """Yield (label, measured value, what became of it, whether that is as it should be) for each control of a check."""
    for control in check.get("controls", []):
        became = "not rejected" if control["passed"] else "rejected"
        if control.get("margin") and not control["passed"]:
            became += f" by {spelled(control['margin'])}"
        nearest = ", the nearest" if len(check["controls"]) > 1 and control["label"] == check.get("nearest") else ""
        yield control["label"], value(check, control), became + nearest, not control["passed"]
    for control in check.get("positive", []):
        became = "accepted" if control["passed"] else "not accepted"
        yield control["label"], value(check, control), f"planted effect {became}", control["passed"]


def command(folder: Path, paper: str, experiment: str, file: str = "verdicts.json") -> str:
    """Return the snakemake command that reproduces an experiment, also where its results exist already."""
    return f"snakemake --cores 1 --force {folder / paper / experiment / file}"
