"""What may differ between two results folders, each in words for the terminal and for a pull request."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console

from optclaims.pipeline.markdown import table
from optclaims.pipeline.results import FAILED, MISSING
from optclaims.pipeline.verify import plural

ROWS_NAMED = 3
EQUAL, NEAR, DIFFERENT = OUTCOMES = ("equal byte for byte", "equal within tolerance", "different")


@dataclass(frozen=True)
class VerdictChange:
    """A claim (or one check of it) whose outcome differs; an old or new outcome of ``missing`` is not in the file."""

    paper: str
    experiment: str
    claim: str
    old: str
    new: str
    check: str | None = None

    def __str__(self) -> str:
        check = f", check {self.check!r}" if self.check else ""
        return f"{self.paper}/{self.experiment}: {self.claim}{check}: {self.old} -> {self.new}"


@dataclass(frozen=True)
class Absence:
    """An experiment without results in one of the folders: it failed, was not run yet, or they are damaged."""

    paper: str
    experiment: str
    folder: Path
    state: str

    def __str__(self) -> str:
        where = f"{self.paper}/{self.experiment}"
        if self.state not in (FAILED, MISSING):  # a damaged file, which is named
            return f"{where}: {self.state}"
        return f"{where}: {'its notebook raised' if self.state == FAILED else 'no results'} in {self.folder}"


@dataclass(frozen=True)
class ShapeChange:
    """A figure that is missing or new, or whose columns or number of rows differ."""

    paper: str
    experiment: str
    figure: str
    what: str

    def __str__(self) -> str:
        return f"{self.paper}/{self.experiment}/{self.figure}: {self.what}"


@dataclass(frozen=True)
class ColumnChange:
    """Values of a column beyond its tolerance.

    rows: their positions from 0. relative, absolute: the largest changes in this column over the rows beyond the
    tolerance, infinite where a zero or a gap (NaN) is involved, None for text.
    """

    paper: str
    experiment: str
    figure: str
    column: str
    rows: list[int]
    length: int
    tolerance: str
    relative: float | None = None
    absolute: float | None = None

    def __str__(self) -> str:
        named = ", ".join(str(row + 1) for row in self.rows[:ROWS_NAMED]) + (", ..." * (len(self.rows) > ROWS_NAMED))
        where = f"{plural(len(self.rows), 'row')} of {self.length} (row {named})"
        size = f", at most {self.relative:.2g} relative, {self.absolute:.2g} absolute" if self.relative else ""
        figure = f"{self.paper}/{self.experiment}/{self.figure}"
        return f"{figure}: column {self.column}: {where}{size}; allowed: {self.tolerance}"


@dataclass(frozen=True)
class Note:
    """What could not or need not be compared, and why; no difference."""

    paper: str
    experiment: str
    what: str
    why: str

    def __str__(self) -> str:
        return f"{self.paper}/{self.experiment}: {self.what} not compared: {self.why}"


@dataclass(frozen=True)
class Rounding:
    """A file with other bytes and nothing beyond a tolerance, though both sides were made with the same: a riddle."""

    paper: str
    experiment: str
    file: str

    def __str__(self) -> str:
        return (
            f"{self.paper}/{self.experiment}/{self.file}: other bytes, though made with equal versions and instructions"
        )


@dataclass
class Comparison:
    """Everything that differs between two results folders, verdicts first, and how much was compared.

    figures: (paper, experiment, figure) of every figure that both folders hold. files: how many files have equal
    bytes, are equal within tolerance, or are different. origins: what the two sides were made with where that differs,
    each with the number of experiments. roundings: files not equal byte for byte that should be; no differences.
    """

    old: Path
    new: Path
    verdicts: list[VerdictChange] = field(default_factory=list)
    absences: list[Absence] = field(default_factory=list)
    shapes: list[ShapeChange] = field(default_factory=list)
    columns: list[ColumnChange] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    roundings: list[Rounding] = field(default_factory=list)
    files: Counter[str] = field(default_factory=Counter)
    origins: Counter[str] = field(default_factory=Counter)
    claims_compared: int = 0
    figures: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def differences(self) -> list[VerdictChange | Absence | ShapeChange | ColumnChange]:
        """Return all differences in the order in which they are printed."""
        return [*self.verdicts, *self.absences, *self.shapes, *self.columns]

    def summary(self) -> str:
        """Return one line: what was compared, what differs, and how much was left out."""
        found = [
            plural(len(changes), noun)
            for changes, noun in (
                (self.verdicts, "verdict"),
                (self.absences, "missing experiment"),
                (self.shapes, "figure shape"),
                (self.columns, "column"),
            )
            if changes
        ]
        compared = f"{plural(self.claims_compared, 'verdict')} and {plural(len(self.figures), 'figure')}"
        left_out = f" ({len(self.notes)} not compared)" if self.notes else ""
        return f"{self.new} against {self.old}: {compared} compared{left_out}; differ: {', '.join(found) or 'none'}"

    def bytes(self) -> str:
        """Return one line: how many files are equal byte for byte, equal within tolerance, different."""
        return "files: " + ", ".join(f"{self.files[outcome]} {outcome}" for outcome in OUTCOMES)

    def made_with(self) -> list[str]:
        """Return a line for everything that the two sides were made with and that differs."""
        return [f"{what} ({plural(number, 'experiment')})" for what, number in self.origins.items()]


def show(found: Comparison, console: Console) -> None:
    """Print every difference on a line of its own, verdicts first, then notes, and the summary.

    Notes are what was not compared, what the sides were made with, and bytes that should be equal.
    """
    groups = (
        ("verdicts", found.verdicts, "bold red"),
        ("experiments", found.absences, "bold red"),
        ("figures", found.shapes, "red"),
        ("values", found.columns, "red"),
        ("not compared", found.notes, "dim"),
        ("made with", found.made_with(), "dim"),
        ("other bytes", found.roundings, "yellow"),
    )
    for title, changes, style in groups:
        if changes:
            console.print(title, style="bold", highlight=False)
        for change in changes:
            console.print(f"  {change}", style=style, markup=False, highlight=False, soft_wrap=True)
    console.print(found.bytes(), markup=False, highlight=False, soft_wrap=True)
    style = "bold red" if found.differences else "green"
    console.print(found.summary(), style=style, markup=False, highlight=False, soft_wrap=True)


def markdown(found: Comparison) -> str:
    """Return the comparison as a short Markdown text for a pull request."""
    lines = [f"**{found.summary()}**", "", found.bytes() + ".", ""]
    tables = (
        ("Verdict", ("claim", "before", "after"), [(_name(c), c.old, c.new) for c in found.verdicts]),
        ("Experiment", ("missing",), [(str(c),) for c in found.absences]),
        ("Figure", ("figure", "change"), [(f"{c.paper}/{c.experiment}/{c.figure}", c.what) for c in found.shapes]),
        (
            "Values",
            ("figure", "column", "rows", "largest relative change", "allowed"),
            [
                (
                    f"{c.paper}/{c.experiment}/{c.figure}",
                    c.column,
                    f"{len(c.rows)} of {c.length}",
                    "text" if c.relative is None else f"{c.relative:.2g}",
                    c.tolerance,
                )
                for c in found.columns
            ],
        ),
        ("Not compared", ("what", "why"), [(f"{c.paper}/{c.experiment}: {c.what}", c.why) for c in found.notes]),
        ("Made with", ("before -> after",), [(line,) for line in found.made_with()]),
        ("Other bytes", ("file",), [(str(c),) for c in found.roundings]),
    )
    for title, head, body in tables:
        if body:
            lines += [f"### {title}", "", table(head, body), ""]
    return "\n".join(lines)


def _name(change: VerdictChange) -> str:
    check = f" ({change.check})" if change.check else ""
    return f"{change.paper}/{change.claim}{check}"
