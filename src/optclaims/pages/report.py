"""The report of a results folder: one page that needs nothing else, and the same verdicts as a table for programs."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from optclaims.pages import article, intervals, typeset
from optclaims.pages.pictures import Picture, picture
from optclaims.pipeline import margins, origins, reading
from optclaims.pipeline.cards import Card, Experiment
from optclaims.pipeline.reading import Damaged
from optclaims.pipeline.results import (
    FAILED,
    REPORT,
    VERDICTS,
    Row,
    collect,
    command,
    controls,
    counts,
    failed_notebook,
    log_of,
    measured_and_accepted,
    origin_of,
    scale_of,
    seed_of,
)
from optclaims.pipeline.verify import of_papers, plural
from optclaims.verdicts import Outcome, spelled

LOG_LINES, LOG_BYTES = 30, 20_000
ATTEMPTS = 5
LEFT_SECONDS = 3600
OPEN = (Outcome.NOT_REPRODUCED, Outcome.INCONCLUSIVE)
SYMBOLS = dict(zip(VERDICTS, "✓✗~○!?", strict=True))


def write(cards: Mapping[str, Card], folder: Path, total_papers: int) -> Path:
    """Write ``report.html`` and ``claims.csv`` into a results folder and return the path of the page.

    Whatever exists is shown; failed and missing experiments are named with the end of their log. Equal results give
    equal bytes, but for the one line of the page that tells when each experiment ran and how long it took.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for _ in range(ATTEMPTS):
        seen = _state(folder)
        rows = collect(cards, folder)
        save(folder / "claims.csv", claims(rows).to_csv(index=False, float_format="%.10g", lineterminator="\n"))
        save(folder / REPORT, page(cards, folder, rows, total_papers))
        if _state(folder) == seen:  # else another run has finished something meanwhile
            break
    return folder / REPORT


def _state(folder: Path) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in folder.glob("*/*/verdicts.json") if path.exists()}


def save(path: Path, text: str) -> None:
    """Write a file so that there is never half of it under its name."""
    for left in path.parent.glob(f".{path.name}.*.part"):  # of one that was killed
        if time.time() - left.stat().st_mtime > LEFT_SECONDS:
            left.unlink(missing_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")  # two runs may end at once
    try:
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def claims(rows: Sequence[Row]) -> pd.DataFrame:
    """Return one row per check; a claim without checks has one row too."""
    return pd.DataFrame([record for row in rows for record in _records(row)])


def _records(row: Row) -> Iterator[dict[str, object]]:
    for check in row.checks or [{}]:
        low, high = check.get("accept") or (None, None)
        ci_low, ci_high = check.get("ci") or (None, None)
        as_it_should = [good for *_, good in controls(check)]
        yield {
            "paper": row.paper,
            "experiment": row.experiment,
            "claim": row.claim,
            "source": row.source,
            "data": row.data,
            "verdict": row.verdict,
            "expected": row.expected,
            "quantity": check.get("quantity"),
            "kind": check.get("kind"),
            "outcome": check.get("outcome"),
            "measured": check.get("measured"),
            "ci_low": ci_low,
            "ci_high": ci_high,
            "accept_low": low,
            "accept_high": high,
            "exclusive_end": check.get("null"),
            "comparisons": check.get("comparisons"),
            "controls": len(as_it_should),
            "controls_as_they_should": sum(as_it_should),
            **_margins(check),
            "origin": check.get("origin"),
            "reason": check.get("reason") or (row.reason if row.explained else None),
            "statement": row.statement,
        }


def _margins(check: Mapping[str, object]) -> dict[str, object]:
    own, control = check.get("margin") or {}, margins.nearest(check) or {}
    return {
        "margin": own.get("value"),
        "margin_unit": own.get("unit"),
        "nearest_control": control.get("label"),
        "nearest_control_margin": spelled(control.get("margin")),
    }


def environment() -> Environment:
    """Return what pages are rendered with: templates, filters for text and numbers, functions that show checks."""
    environment = Environment(
        loader=PackageLoader("optclaims.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"text": typeset.text, "numbers": typeset.numbers}
    environment.globals |= {
        "symbols": SYMBOLS,
        "controls": controls,
        "interval_plot": intervals.plot,
        "margins": margins,
        "measured_and_accepted": measured_and_accepted,
        "plural": plural,
        "open": OPEN,
    }
    return environment


def page(cards: Mapping[str, Card], folder: Path, rows: Sequence[Row], total_papers: int) -> str:
    """Return the report as HTML without any reference to other files."""
    template = environment().get_template("report.html.j2")
    return template.render(
        scale=scale_of(folder),
        seed=seed_of(folder),
        papers=[
            _paper(paper, card, folder, [row for row in rows if row.paper == paper]) for paper, card in cards.items()
        ],
        of_papers=of_papers(len(cards), total_papers),
        rows=rows,
        counts=counts(rows),
        runs=_runs(cards, folder),
        other_versions=origins.other_versions(cards, folder),
        unconfirmed=[row for row in rows if row.verdict in OPEN and not row.surprising],
        surprising=[row for row in rows if row.surprising],
        not_run=[row for row in rows if row.verdict == "not-run"],
    )


def _paper(paper: str, card: Card, folder: Path, rows: Sequence[Row]) -> dict[str, object]:
    experiments = [
        _experiment(paper, name, experiment, folder, [row for row in rows if row.experiment == name])
        for name, experiment in card.experiments.items()
    ]
    return {"key": paper, "card": card, "rows": rows, "counts": counts(rows), "experiments": experiments}


def _experiment(paper: str, name: str, experiment: Experiment, folder: Path, rows: Sequence[Row]) -> dict[str, object]:
    here, notebook = folder / paper / name, folder / paper / name / "notebook.ipynb"
    planned = scale_of(folder) in experiment.parameters
    figures = [
        {"name": figure, "caption": declared.caption, "command": command(folder, paper, name, f"{figure}.svg")}
        | {"image": _image(here / figure)}
        for figure, declared in experiment.figures.items()
    ]
    return {
        "name": name,
        "title": experiment.title,
        "data": experiment.data_set(scale_of(folder)),
        "rows": rows,
        "figures": figures if planned else [],
        "command": command(folder, paper, name) if planned else None,
        "parameters": {
            parameter: json.dumps(value, ensure_ascii=False)
            for parameter, value in experiment.parameters.get(scale_of(folder), {}).items()
        },
        "article": _article(notebook, f"{paper}/{name}/"),
        "damaged": reading.complaints(here),
        "log": _log(folder, paper, name) if FAILED in [row.verdict for row in rows] else None,
    }


def _runs(cards: Mapping[str, Card], folder: Path) -> dict[str, object]:
    """Return what differs between equal runs; the script of the page puts it where it belongs."""
    return {
        f"{paper}/{name}": {key: origin[key] for key in ("started", "seconds", "peak_memory_mb", "commit")}
        for paper, card in cards.items()
        for name in card.experiments
        if (origin := _origin(folder, paper, name))
    }


def _origin(folder: Path, paper: str, name: str) -> dict[str, object] | None:
    with suppress(Damaged):
        return origin_of(folder, paper, name)
    return None


def _article(notebook: Path, figures: str) -> Markup | None:
    with suppress(Damaged, FileNotFoundError):
        return article.article(notebook, figures)
    return None


def _image(stem: Path) -> Picture | None:
    """Return a drawing as a data URI with its size in CSS pixels, None if it was not drawn."""
    svg, png = stem.with_suffix(".svg"), stem.with_suffix(".png")
    if not (svg.exists() and png.exists()):
        return None
    try:
        pixels, width, height = reading.picture(png)
    except Damaged:
        return None
    return picture(svg.read_bytes(), pixels, width, height)


def _log(folder: Path, paper: str, name: str) -> str:
    log = log_of(failed_notebook(folder, paper, name))
    text = log.read_bytes()[-LOG_BYTES:].decode(errors="replace").rstrip() if log.exists() else "there is no log"
    # A progress bar is drawn over itself; only its last state is worth a line.
    return "\n".join(line.rpartition("\r")[2] for line in text.split("\n")[-LOG_LINES:])
