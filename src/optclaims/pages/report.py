"""The report of a results folder: an index and a page a paper with their figures beside them, or all in one file."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from markupsafe import Markup

from optclaims.pages import article, claims_csv
from optclaims.pages.pictures import LARGEST_SVG, Picture, picture
from optclaims.pages.rendering import OPEN, copy, environment, save
from optclaims.pipeline import margins, notebooks, origins, reading
from optclaims.pipeline.card import Card, Experiment
from optclaims.pipeline.cards import NOTEBOOKS
from optclaims.pipeline.reading import Damaged
from optclaims.pipeline.results import (
    FAILED,
    INDEX,
    REPORT,
    WHOLE,
    Row,
    by_origin,
    collect,
    command,
    counts,
    failed_notebook,
    log_of,
    origin_of,
    scale_of,
    seed_of,
)
from optclaims.pipeline.verify import of_papers, plural
from optclaims.pipeline.workflow import SOURCE
from optclaims.science.sources import SourceError

LOG_LINES, LOG_BYTES = 30, 20_000
ATTEMPTS = 5
FIGURES = "figures"
CLOSENESS = ("below one error", "one to three errors", "above three errors")
WHOSE = {"paper": "of papers", "ours": "of ours"}

Show = Callable[[str, str, str], dict[str, object]]


def write(cards: Mapping[str, Card], folder: Path, total_papers: int, single_file: bool = False) -> Path:
    """Write the report and ``claims.csv`` into a results folder and return the path of the page to open.

    single_file: all of it in ``report.html``, which needs no other file, in place of the folder ``report``. Whatever
    exists is shown; failed and missing experiments are named with the end of their log. Equal results give equal
    bytes, but for the lines of the pages that tell when each experiment ran and how long it took.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for _ in range(ATTEMPTS):
        seen = _state(folder)
        rows = collect(cards, folder)
        table = claims_csv.claims(rows).to_csv(index=False, float_format="%.10g", lineterminator="\n")
        save(folder / "claims.csv", table)
        written = (_write_whole if single_file else _write_pages)(cards, folder, rows, total_papers)
        if _state(folder) == seen:  # else another run has finished something meanwhile
            break
    return written


def _state(folder: Path) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in folder.glob("*/*/verdicts.json") if path.exists()}


def _write_whole(cards: Mapping[str, Card], folder: Path, rows: Sequence[Row], total_papers: int) -> Path:
    """Write everything as one file; an address is a place in it."""
    templates = environment()
    templates.globals["address"] = lambda paper, anchor=None: f"#{anchor or paper}"

    def show(paper: str, name: str, figure: str) -> dict[str, object]:
        return {"image": _embedded(folder / paper / name / figure), "files": []}

    everything = _everything(cards, folder, rows, total_papers, show)
    save(folder / WHOLE, templates.get_template("whole.html.j2").render(everything))
    return folder / WHOLE


def _write_pages(cards: Mapping[str, Card], folder: Path, rows: Sequence[Row], total_papers: int) -> Path:
    """Write an index and a page a paper, the index last; an address is a file and a place in it."""
    templates, place = environment(), folder / REPORT
    templates.globals["address"] = lambda paper, anchor=None: f"{paper}.html" + (f"#{anchor}" if anchor else "")
    place.mkdir(exist_ok=True)
    for old in place.glob("*.html"):
        if old.stem not in cards and old.name != INDEX:
            old.unlink(missing_ok=True)
            shutil.rmtree(place / FIGURES / old.stem, ignore_errors=True)

    def show(paper: str, name: str, figure: str) -> dict[str, object]:
        return _beside(folder / paper / name, figure, place, Path(FIGURES, paper, name))

    everything = _everything(cards, folder, rows, total_papers, show)
    for paper in everything["papers"]:
        save(place / f"{paper['key']}.html", templates.get_template("paper.html.j2").render(everything, paper=paper))
    save(place / INDEX, templates.get_template("index.html.j2").render(everything))
    return place / INDEX


def _everything(
    cards: Mapping[str, Card], folder: Path, rows: Sequence[Row], total_papers: int, show: Show
) -> dict[str, object]:
    """Return what the templates are filled with."""
    papers = [
        _paper(paper, card, folder, [row for row in rows if row.paper == paper], show) for paper, card in cards.items()
    ]
    return {
        "scale": scale_of(folder),
        "seed": seed_of(folder),
        "papers": papers,
        "of_papers": of_papers(len(cards), total_papers),
        "rows": rows,
        "counts": counts(rows),
        "runs": {name: run for paper in papers for name, run in paper["runs"].items()},
        "other_versions": origins.other_versions(cards, folder),
        "unconfirmed": [row for row in rows if row.verdict in OPEN and not row.surprising],
        "surprising": [row for row in rows if row.surprising],
        "not_run": [row for row in rows if row.verdict == "not-run"],
        "findings": list(_findings(cards, rows)),
        "filters": list(_filters(cards, rows)),
        "margin_class": margin_class,
        "by_origin": by_origin,
        "tallies": list(_tallies(rows)),
        "WHOSE": WHOSE,
    }


def _findings(cards: Mapping[str, Card], rows: Sequence[Row]) -> Iterator[tuple[Row, object]]:
    for row in rows:
        finding = cards[row.paper].experiments[row.experiment].claims[row.claim].finding
        if finding and row.checks:
            yield row, finding


def _filters(cards: Mapping[str, Card], rows: Sequence[Row]) -> Iterator[tuple[str, str, list[str]]]:
    """Yield (key in a row's data, what all of them are called, the choices)."""
    yield "paper", "all papers", list(cards)
    yield "verdict", "all verdicts", list(counts(rows))
    yield "data", "all data", sorted({row.data for row in rows})
    yield "origin", "papers' and ours", [WHOSE[one] for one in WHOSE if one in {row.origin for row in rows}]
    yield "confidence", "all wordings", sorted({row.confidence for row in rows if row.origin == "paper"})
    yield "margin", "all margins", [one for one in CLOSENESS if one in set(map(margin_class, rows))]


def _tallies(rows: Sequence[Row]) -> Iterator[str]:
    """Yield how the papers' own claims came out, and ours."""
    for origin, words in WHOSE.items():
        of = [row for row in rows if row.origin == origin]
        if of:
            yield f"{plural(len(of), 'claim')} {words}: " + ", ".join(
                f"{n} {verdict}" for verdict, n in counts(of).items()
            )


def margin_class(row: Row) -> str:
    """Return how many errors of the measurement lie between a verdict and another one, in three classes."""
    call = margins.closest(row)
    if call is None:
        return ""
    value = call.margin["value"]
    return CLOSENESS[0] if value < margins.NEAR else CLOSENESS[1] if value < 3 else CLOSENESS[2]


def _paper(paper: str, card: Card, folder: Path, rows: Sequence[Row], show: Show) -> dict[str, object]:
    experiments = [
        _experiment(paper, name, experiment, folder, [row for row in rows if row.experiment == name], show)
        for name, experiment in card.experiments.items()
    ]
    runs = {f"{paper}/{name}": run for name in card.experiments if (run := _run(folder, paper, name))}
    return {
        "key": paper,
        "card": card,
        "rows": rows,
        "counts": counts(rows),
        "experiments": experiments,
        "runs": runs,
    }


def _experiment(
    paper: str, name: str, experiment: Experiment, folder: Path, rows: Sequence[Row], show: Show
) -> dict[str, object]:
    here, notebook = folder / paper / name, folder / paper / name / "notebook.ipynb"
    planned = scale_of(folder) in experiment.parameters
    figures = [
        {
            "name": figure,
            "caption": declared.caption,
            "command": command(folder, paper, name, f"{figure}.svg"),
            "code": _code(paper, name, figure),
        }
        | show(paper, name, figure)
        for figure, declared in (experiment.figures.items() if planned else ())
    ]
    return {
        "name": name,
        "title": experiment.title,
        "data": experiment.data_set(scale_of(folder)),
        "rows": rows,
        "figures": figures,
        "command": command(folder, paper, name) if planned else None,
        "parameters": {
            parameter: json.dumps(value, ensure_ascii=False)
            for parameter, value in experiment.parameters.get(scale_of(folder), {}).items()
        },
        "article": _article(notebook, f"{paper}/{name}/"),
        "damaged": reading.complaints(here),
        "log": _log(folder, paper, name) if FAILED in [row.verdict for row in rows] else None,
    }


def _run(folder: Path, paper: str, name: str) -> dict[str, object] | None:
    """Return what differs between equal runs; the script of a page puts it where it belongs."""
    with suppress(Damaged):
        origin = origin_of(folder, paper, name)
        return origin and {key: origin[key] for key in ("started", "seconds", "peak_memory_mb", "commit")}
    return None


def _article(notebook: Path, figures: str) -> Markup | None:
    with suppress(Damaged, FileNotFoundError):
        return article.article(notebook, figures)
    return None


def _code(paper: str, name: str, figure: str) -> str | None:
    """Return file and line of the function that draws a figure."""
    with suppress(SourceError, FileNotFoundError):
        return notebooks.drawn_at(NOTEBOOKS / paper / f"{name}.py", figure, SOURCE)
    return None


def _embedded(stem: Path) -> Picture | None:
    """Return a drawing as data with its size in pixels, None if it was not drawn."""
    svg, png = stem.with_suffix(".svg"), stem.with_suffix(".png")
    if not (svg.exists() and png.exists()):
        return None
    try:
        pixels, width, height = reading.picture(png)
    except Damaged:
        return None
    return picture(svg.read_bytes(), pixels, width, height)


def _beside(results: Path, figure: str, place: Path, under: Path) -> dict[str, object]:
    """Copy the files of a figure below the report and return how a page refers to them, the one to show first."""
    svg, png = results / f"{figure}.svg", results / f"{figure}.png"
    if not (svg.exists() and png.exists()):
        return {"image": None, "files": []}
    try:
        _, width, height = reading.picture(png)
    except Damaged:
        return {"image": None, "files": []}
    shown = [svg, png] if svg.stat().st_size <= LARGEST_SVG else [png, svg]
    (place / under).mkdir(parents=True, exist_ok=True)
    there = [file for file in (*shown, results / f"{figure}.csv", results / "notebook.ipynb") if file.exists()]
    for file in there:
        copy(file, place / under / file.name)
    files = [(file.suffix[1:].upper() if file.stem == figure else "notebook", str(under / file.name)) for file in there]
    return {"image": Picture(str(under / shown[0].name), width, height), "files": files}


def _log(folder: Path, paper: str, name: str) -> str:
    log = log_of(failed_notebook(folder, paper, name))
    text = log.read_bytes()[-LOG_BYTES:].decode(errors="replace").rstrip() if log.exists() else "there is no log"
    # A progress bar is drawn over itself; only its last state is worth a line.
    return "\n".join(line.rpartition("\r")[2] for line in text.split("\n")[-LOG_LINES:])
