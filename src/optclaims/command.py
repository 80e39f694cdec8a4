"""The command ``optclaims``: looks at cards and results; snakemake makes the results.

Exit status: 0, 1 when something is wrong with cards or results, 2 when the command was misspelt or cannot compare.
"""

from __future__ import annotations

import difflib
import json
import os
import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

import optclaims
from optclaims.pipeline import margins, results, unicode
from optclaims.pipeline.card import SCALES, Card
from optclaims.pipeline.cards import NOTEBOOKS, CardError, load_all
from optclaims.pipeline.results import RESULTS, ResultsError, Row
from optclaims.pipeline.verify import plural, styled, summary

# Modules that draw, compare or read tables are imported by the commands that need them: listing stays fast.

app = typer.Typer(
    help="Claims of papers on optimizers, measured anew: what they say and how they came out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
Folder = Annotated[Path, typer.Argument(help="Results folder: results/quick, or quick for short.")]
Papers = Annotated[list[str] | None, typer.Option("--paper", "-p", help="Only this paper (may be repeated).")]
Log = Annotated[Path | None, typer.Option(help="Write what is printed to this file as well.")]


def _console() -> Console:
    """A terminal has its own width; a log file gets room for the table."""
    return Console() if sys.stdout.isatty() else Console(width=160)


@contextmanager
def _logged(log: Path | None) -> Iterator[Console]:
    """Print to the terminal, and as plain text to the log file if there is one."""
    console = _console()
    console.record = log is not None
    yield console
    if log:
        log.write_text(console.export_text(), encoding="utf-8")


def _usage(message: str) -> typer.Exit:
    print(f"error: {message}", file=sys.stderr)
    return typer.Exit(2)


@contextmanager
def _one_line_errors(*kinds: type[Exception], status: int = 1) -> Iterator[None]:
    """Turn what can be wrong with cards and results into its message and an exit status."""
    try:
        yield
    except (CardError, ResultsError, OSError, *kinds) as error:
        print("\n".join(f"error: {line}" for line in str(error).splitlines()), file=sys.stderr)
        raise typer.Exit(status) from None


def _cards(papers: Collection[str] | None = None) -> tuple[dict[str, Card], list[str]]:
    """Return the chosen cards (all by default) and the keys of all papers."""
    if not NOTEBOOKS.is_dir():
        raise _usage(f"there is no {NOTEBOOKS}/ here; run optclaims in the folder that holds it")
    with _one_line_errors():
        cards = load_all()
    for paper in papers or []:
        if paper not in cards:
            raise _usage(f"no paper {paper!r}{_close(paper, cards)}; papers: {', '.join(cards) or 'none'}")
    return {paper: card for paper, card in cards.items() if not papers or paper in papers}, list(cards)


def _close(name: str, names: Collection[str]) -> str:
    close = difflib.get_close_matches(name, names, 3, 0.5)
    return f", did you mean {' or '.join(close)}?" if close else ""


def _folder(folder: Path) -> Path:
    """Return a results folder, also where only its last part was typed."""
    try:
        results.scale_of(folder)
    except ResultsError as error:
        raise _usage(f"{error}{_close(folder.name, SCALES)}") from None
    return RESULTS / folder if folder.parent == Path() and not folder.is_dir() else folder


def _stands_for(target: str, folder: Path) -> None:
    """Tell a person at a terminal which snakemake command does the same and makes the results first."""
    if sys.stdout.isatty():
        words = ["snakemake", *target.split(), "--cores 8 --config", results.settings(folder.name)]
        print("# with fresh results:", *words)


@app.callback()
def same_package() -> None:
    """Claims of papers on optimizers, measured anew: what they say and how they came out."""
    here, used = Path("src", optclaims.__name__).resolve(), Path(optclaims.__file__).resolve().parent
    if here.is_dir() and here != used:
        raise _usage(f"src/ here is not the package in use ({used}); pip install -e . here, or set PYTHONPATH=src")


@app.command("list")
def list_(
    paper: Annotated[list[str] | None, typer.Argument(help="Only these papers.")] = None,
    verdict: Annotated[
        list[str] | None,
        typer.Option("--verdict", "-v", help="Only claims with this verdict at one of the scales (may be repeated)."),
    ] = None,
) -> None:
    """List papers, experiments, claims and verdicts.

    Every scale that was run has a column of its own.
    """
    cards, known = _cards(paper)
    for wrong in set(verdict or []) - set(results.VERDICTS):
        raise _usage(f"no verdict {wrong!r}{_close(wrong, results.VERDICTS)}; verdicts: {', '.join(results.VERDICTS)}")
    console, folders = _console(), results.folders()
    rows = {label: results.collect(cards, folder) for label, folder in folders.items()}
    wanted = [(row.paper, row.claim) for found in rows.values() for row in found if row.verdict in (verdict or [])]
    for key, card in cards.items():
        if verdict and key not in dict(wanted):
            continue
        title = f"[bold]{key}[/]  {escape(card.title)} [dim]({escape(card.authors)}; {escape(card.venue)})[/]"
        table = Table(box=None, pad_edge=True)
        for column in ("experiment", "claim", "source", *rows):
            table.add_column(column, overflow="fold")
        verdicts = [[row.verdict for row in found if row.paper == key] for found in rows.values()]
        shown = ""
        for number, (experiment, claim_id, claim) in enumerate(card.claims()):
            if verdict and (key, claim_id) not in wanted:
                continue
            first = "" if experiment == shown else experiment
            cells = [styled(column[number]) for column in verdicts]
            table.add_row(first, claim_id, escape(str(claim.source)), *cells)
            shown = experiment
        console.print(title, highlight=False)
        console.print(table)
        console.print()
    for label, folder in folders.items():
        console.print(summary(rows[label], len(cards), len(known), folder), highlight=False, soft_wrap=True)
    if not folders:
        console.print("no results yet; snakemake --cores 8 makes them", highlight=False)


@app.command()
def show(claim: Annotated[str, typer.Argument(help="<paper>/<claim>, or <claim>.")]) -> None:
    """Show all about one claim.

    What it says, what was measured at every scale, and the command that reproduces it.
    """
    cards, _ = _cards()
    paper, experiment, claim_id = _find(claim, cards)
    card, declared = cards[paper], cards[paper].experiments[experiment].claims[claim_id]
    lines = [
        ("", f"{paper}/{claim_id}"),
        ("statement", declared.statement),
        ("source", f"{declared.source} of {card.title} ({card.authors}; {card.venue}; {card.url})"),
        ("experiment", f"{NOTEBOOKS / paper / experiment}.py"),
    ]
    if isinstance(declared.expect, dict):
        lines.append(("expected", ", ".join(f"{scale}: {verdict}" for scale, verdict in declared.expect.items())))
    else:
        lines.append(("expected", declared.expect))
    lines += [("because", declared.reason)] if declared.reason else []
    rooms = {"theory": Path("src/optclaims/papers", paper, "theory"), "tests": Path("tests/papers", paper)}
    for what, room in rooms.items():  # a room is a file or, once it has grown, a folder
        lines += [(what, str(place)) for place in (room, room.with_suffix(".py")) if place.exists()]
    console = _console()
    for name, text in lines:
        console.print(
            f"[bold]{name:<11}[/]{escape(unicode.text(text))}" if name else f"[bold]{text}[/]", highlight=False
        )
    console.print(f"[bold]parameters[/] [dim]# optclaims try {paper}/{claim_id} --set NAME=VALUE[/]", highlight=False)
    _show_parameters(console, card, experiment)
    folders = results.folders()
    for label, folder in folders.items():
        rows = results.collect({paper: card}, folder)
        _show_verdict(console, label, next(row for row in rows if row.claim == claim_id))
        for figure in card.experiments[experiment].figures:
            files = [folder / paper / experiment / f"{figure}{kind}" for kind in (".svg", ".png", ".csv")]
            for file in [file for file in files if file.exists()][:1]:
                console.print(f"  [dim]figure: {escape(str(file))}[/]", highlight=False, soft_wrap=True)
        if results.scale_of(folder) in card.experiments[experiment].parameters:
            scale_folder = RESULTS / folder.name
            console.print(
                f"  [dim]{results.command(scale_folder, paper, experiment)}[/]", highlight=False, soft_wrap=True
            )
    if not folders:
        command = results.command(RESULTS / "default", paper, experiment)
        console.print(f"not run yet; [dim]{command}[/]", highlight=False, soft_wrap=True)


@app.command("try")
def try_(
    claim: Annotated[str, typer.Argument(help="<paper>/<claim>, or <paper>/<experiment> for all its claims.")],
    changes: Annotated[
        list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="Another value (may be repeated).")
    ] = None,
    sweep: Annotated[
        str | None,
        typer.Option(metavar="NAME=VALUES", help="Several values: C=2:10:9 (nine), C=0.1:10:9:log, or C=2,3,5."),
    ] = None,
    scale: Annotated[str, typer.Option(help="The other parameters are those of quick, default or paper.")] = "quick",
    seed: Annotated[int | None, typer.Option(min=0, help="Another seed than the usual one.")] = None,
    cores: Annotated[int | None, typer.Option(min=1, help="For a sweep; all by default.")] = None,
) -> None:
    """Run one experiment with other parameters.

    Shows its claims before and after, and over a sweep where they begin to fail. Writes to results/try, which nothing
    compares or reports. Without a change it lists the parameters. Exit status 1 if the experiment refuses a value.
    """
    from optclaims.pipeline import trials, what_if

    cards, _ = _cards()
    paper, experiment, claims = _find_experiment(claim, cards)
    console, card = _console(), cards[paper]
    if not changes and not sweep and seed is None:
        _show_parameters(console, card, experiment)
        return
    try:
        start = trials.typed(paper, experiment, card, scale, seed, changes or [])
        made, folder = trials.swept(start, card, sweep) if sweep else ([start], start.folder)
    except trials.Refused as refused:
        raise _usage(f"{paper}/{experiment}: {refused}") from None
    cores = min(len(made), cores or len(os.sched_getaffinity(0)))
    console.print(f"# {what_if.command(made, cores)}", style="dim", markup=False, highlight=False, soft_wrap=True)
    with _one_line_errors(what_if.Failed):
        outcomes = what_if.run(made, cores)
        if sweep:
            what_if.show_sweep(outcomes, claims, sweep.partition("=")[0].strip(), folder, console)
        elif outcomes[0].claims:
            what_if.show(outcomes[0], claims, console)
        else:
            raise what_if.Failed(what_if.refusal(outcomes[0]))
    raise typer.Exit(0 if any(outcome.claims for outcome in outcomes) else 1)


def _find_experiment(name: str, cards: dict[str, Card]) -> tuple[str, str, list[str]]:
    """Return (paper, experiment, claims meant) for the name of an experiment, with its paper, or of a claim."""
    paper, slash, own = name.partition("/")
    experiments = cards[paper].experiments if paper in cards else {}
    if own in experiments:
        return paper, own, list(experiments[own].claims)
    names = [*experiments, *(claim for each in experiments.values() for claim in each.claims)]
    if experiments and slash and own not in names:
        raise _usage(
            f"{paper} has no claim or experiment {own!r}{_close(own, names)}; experiments: {', '.join(experiments)}"
        )
    paper, experiment, claim = _find(name, cards)
    return paper, experiment, [claim]


def _show_parameters(console: Console, card: Card, experiment: str) -> None:
    """Print what can be changed in an experiment: each parameter, what it means, and its values."""
    scales, names = card.experiments[experiment].parameters, card.experiments[experiment].names()
    for name in names:
        values: dict[str, list[str]] = {}
        for scale, given in scales.items():
            values.setdefault(json.dumps(given.get(name)), []).append(scale)
        listed = [f"{text} ({', '.join(at)})" if len(values) > 1 else text for text, at in values.items()]
        meaning = card.meaning(experiment, name) or "(no meaning given)"
        width = max(map(len, names))
        console.print(f"  [bold]{name:<{width}}[/]  {escape(meaning)}: {escape(', '.join(listed))}", highlight=False)
    if not names:
        console.print("  none", highlight=False)


def _find(name: str, cards: dict[str, Card]) -> tuple[str, str, str]:
    """Return (paper, experiment, claim id) for ``<paper>/<claim>`` or a claim id that only one paper has."""
    known = {f"{paper}/{claim}": (paper, e, claim) for paper, card in cards.items() for e, claim, _ in card.claims()}
    paper, slash, claim = name.partition("/")
    if slash and paper not in cards:
        raise _usage(f"no paper {paper!r}{_close(paper, cards)}; papers: {', '.join(cards) or 'none'}")
    if slash and name not in known:
        claims = [claim for _, claim, _ in cards[paper].claims()]
        raise _usage(f"{paper} has no claim {claim!r}{_close(claim, claims)}; claims: {', '.join(claims)}")
    found = [full for full in known if full == name or full.endswith(f"/{name}")]
    if len(found) == 1:
        return known[found[0]]
    if found:
        raise _usage(f"{name!r} is a claim of several papers: {', '.join(found)}")
    close = [
        full
        for short in difflib.get_close_matches(name, [c for *_, c in known.values()], 3, 0.5)
        for full in known
        if full.endswith(f"/{short}")
    ]
    hint = f", did you mean {' or '.join(dict.fromkeys(close))}?" if close else "; optclaims list shows all"
    raise _usage(f"no claim {name!r}{hint}")


def _show_verdict(console: Console, label: str, row: Row) -> None:
    remark = f" ({row.remark})" if row.remark else ""
    expected = "" if not row.surprising else f", expected {row.expected}"
    console.print(f"\n[bold]{label}[/] on {escape(row.data)}: {styled(row.verdict)}{remark}{expected}", highlight=False)
    if not row.checks and row.reason:
        console.print(f"  {row.reason}", markup=False, highlight=False)
    for check in row.checks:
        measured, accepted = results.measured_and_accepted(check)
        judged = f"{measured}; accepted: {accepted}" if accepted else measured
        judged += f"; {margins.of_check(check)}" if check.get("margin") else ""
        console.print(f"  {styled(check['outcome'])}  {escape(check['quantity'])}: {escape(judged)}", highlight=False)
        if check.get("origin"):
            console.print(f"      bound: {escape(check['origin'])}", highlight=False)
        for name, value, became, as_it_should in results.controls(check):
            style = "dim" if as_it_should else "bold red"
            console.print(f"      control: {name}: {value}, {became}", style=style, markup=False, highlight=False)
    if call := margins.closest(row):
        console.print(f"  closest call: {call}", style="dim", markup=False, highlight=False)


@app.command()
def verify(
    folder: Folder,
    paper: Papers = None,
    log: Log = None,
    everything: Annotated[bool, typer.Option("--all", help="Every check of every claim.")] = False,
) -> None:
    """Hold all verdicts against what is expected.

    A line for each paper, then what is unexpected, not reproduced, inconclusive or close to its bound. Exit status 1 if
    any verdict is other than expected, failed or missing.
    """
    from optclaims.pipeline.verify import verify as judge

    cards, known = _cards(paper)
    folder = _folder(folder)
    with _one_line_errors(), _logged(log) as console:
        well = judge(cards, results.require(folder), len(known), console, everything)
    _stands_for(" ".join(paper or []), folder)
    raise typer.Exit(0 if well else 1)


@app.command()
def report(
    folder: Folder,
    paper: Papers = None,
    single_file: Annotated[bool, typer.Option(help="One page that needs no other file: report.html.")] = False,
) -> None:
    """Write the report and claims.csv.

    They show whatever the results folder holds, also after a crash.
    """
    from optclaims.pages import report as pages

    cards, known = _cards(paper)
    with _one_line_errors():
        print(pages.write(cards, results.require(_folder(folder)), len(known), single_file))
    _stands_for(" ".join(paper or []), _folder(folder))


@app.command()
def site(
    folder: Folder,
    target: Annotated[Path, typer.Argument(help="Where to write it; what is there is replaced.")] = Path(
        "results/site"
    ),
) -> None:
    """Write a static site: documentation and report.

    The folder's report must have been written.
    """
    from optclaims.pages import site as pages

    folder = results.require(_folder(folder))
    with _one_line_errors():
        print(pages.write(Path(), folder, target))
    _stands_for("site", folder)


@app.command()
def compare(
    folder: Folder,
    other: Annotated[Path, typer.Argument(help="The older one, usually results/reference/quick.")],
    paper: Papers = None,
    markdown: Annotated[Path | None, typer.Option(help="Write a summary for a pull request to this file.")] = None,
    html: Annotated[Path | None, typer.Option(help="Write a page with both versions of every changed figure.")] = None,
    log: Log = None,
) -> None:
    """Compare a results folder with another.

    Exit status 1 if verdicts differ, or figures by more than the tolerances of the cards; 2 if there is nothing to
    compare.
    """
    from optclaims.pipeline import differences, origins
    from optclaims.pipeline.compare import compare as find

    cards, _ = _cards(paper)
    folder = _folder(folder)
    with _one_line_errors(status=2):
        found = find(cards, folder, other)
        if markdown:
            markdown.write_text(differences.markdown(found), encoding="utf-8")
        if html:
            from optclaims.pages import diff_page

            diff_page.write(cards, found, html)
    with _logged(log) as console:
        differences.show(found, console)
        for line in origins.other_versions(cards, folder):
            console.print(f"{folder} was made with another version: {line}", highlight=False, soft_wrap=True)
        if html:
            console.print(f"both versions of every changed figure: {html}", highlight=False, soft_wrap=True)
    _stands_for("compare", folder)
    raise typer.Exit(1 if found.differences else 0)


@app.command()
def reference(
    folder: Folder, target: Annotated[Path, typer.Argument(help="results/reference/quick")], paper: Papers = None
) -> None:
    """Renew what is kept in git.

    Refuses, and changes nothing, where results are missing or too large.
    """
    from optclaims.pipeline.reference import LARGEST_PAPER, Refused, renew

    cards, known = _cards(paper)
    folder = _folder(folder)
    with _one_line_errors(Refused):
        renewal = renew(cards, folder, target, known)
    for path in renewal.removed:
        print(f"removed {target / path}")
    for path in renewal.changed:
        print(f"renewed {target / path}")
    sizes = ", ".join(f"{name} {size / 1e6:.2f} MB" for name, size in renewal.sizes.items())
    print(f"{target}: {plural(len(renewal.changed), 'file')} renewed, {len(renewal.removed)} removed")
    print(f"of at most {LARGEST_PAPER / 1e6:.0f} MB a paper: {sizes}")
    _stands_for("reference", folder)


@app.command()
def timing(
    folder: Folder,
    cores: Annotated[int, typer.Option(min=1, help="How many cores the run was given.")],
    keep: Annotated[Path | None, typer.Option(help="Put the totals into this CSV file as well.")] = None,
) -> None:
    """Say where the time of a run went.

    Wall and CPU time, the longest jobs, and how busy the cores were.
    """
    from optclaims.pages import performance
    from optclaims.pipeline import timing as run

    folder = _folder(folder)
    with _one_line_errors():
        found = run.jobs(results.require(folder))
        if keep:
            performance.replace(keep, run.row(folder.name, run.summary(found, cores)), ("scale", "cores"))
    run.show(found, cores, _console())


@app.command()
def robustness(
    folders: Annotated[list[Path], typer.Argument(help="Results of one scale with several seeds.")],
    paper: Papers = None,
    keep: Annotated[Path | None, typer.Option(help="Write every verdict to this CSV file.")] = None,
    log: Log = None,
) -> None:
    """Say how often each verdict came out over several seeds.

    A claim whose verdict depends on the seed is listed as fragile; that is no error.
    """
    from optclaims.pipeline import robustness as seeds

    cards, _ = _cards(paper)
    with _one_line_errors():
        table = seeds.verdicts(cards, [_folder(folder) for folder in folders])
        if keep:
            table.to_csv(keep, index=False, lineterminator="\n")
    with _logged(log) as console:
        seeds.show(table, console)


@app.command()
def fingerprint(
    optimizer: Annotated[str, typer.Argument(help="file.py:Name or package.module.Name, or a name of the atlas.")],
    arguments: Annotated[str | None, typer.Option(help="Its keywords, as {lr: 1e-3}.")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder; results/fingerprint/<name> by default.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of the random numbers, the same for every optimizer.")] = 0,
    figures: Annotated[bool, typer.Option(help="Draw figures and write the page.")] = True,
) -> None:
    """Ask an optimizer of your own twelve questions.

    Writes tables, figures, fingerprint.json and a page that shows the answers beside those of the nearest known ones.
    Exit status 1 if there is no such optimizer, or if it answers nothing.
    """
    from optclaims.fingerprints import names

    try:
        keywords = names.arguments_of(arguments)
    except ValueError as error:
        raise _usage(str(error)) from None
    out = out or RESULTS / "fingerprint" / names.name_of(optimizer, keywords)
    if sys.stdout.isatty():
        words = [f"optimizer={optimizer}", *([f"arguments={json.dumps(arguments)}"] if arguments else [])]
        print("# snakemake fingerprint --cores 1 --config", *words)

    from optclaims.fingerprints.subjects import LoadError
    from optclaims.pages import fingerprint as page

    with _one_line_errors(LoadError):
        saved = page.make(optimizer, keywords, out, seed, figures=figures)
    for line in page.summary(saved):
        print(line)
    print(out / (page.PAGE if figures else page.FILE))
    raise typer.Exit(0 if page.answered(saved) else 1)


@app.command()
def atlas(folder: Annotated[Path, typer.Argument(help="Folder of fingerprints.")] = Path("results/atlas")) -> None:
    """Renew docs/atlas from the fingerprints of known optimizers.

    `snakemake atlas` makes these first.
    """
    from optclaims.pages import atlas as pages

    with _one_line_errors():
        for path in pages.write(folder):
            print(path)


@app.command()
def generate() -> None:
    """Renew the files that are made from others.

    The schemas of configuration and card, and the conda environment.
    """
    from optclaims.pages import generated

    with _one_line_errors():
        for path in generated.write():
            print(path)


@app.command("new-paper")
def new_paper(
    key: Annotated[str, typer.Argument(help="snake_case: folder, package and snakemake target at once.")],
    network: Annotated[bool, typer.Option("--network", help="Start from networks trained on digits.")] = False,
) -> None:
    """Start a new paper.

    Writes a card, a notebook, theory, simulation, figures and tests, which run and pass at once.
    """
    from optclaims.pipeline import scaffold

    if not NOTEBOOKS.is_dir():
        raise _usage(f"there is no {NOTEBOOKS}/ here; run optclaims in the folder that holds it")
    with _one_line_errors(ValueError):
        for path in scaffold.new_paper(key, Path.cwd(), "network" if network else "quadratic"):
            print(path)
    print(f"# next: snakemake --cores 2 {key} --config scale=quick")
