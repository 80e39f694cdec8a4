"""Targets of snakemake that cannot be made: which one was meant, said in one line before any job starts."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Protocol

from optclaims.pipeline.cards import SCALES, Card
from optclaims.pipeline.results import REFERENCE, RESULTS, scale_and_seed

KINDS = (".csv", ".svg", ".png")


def complaint(target: str, names: Collection[str], cards: Mapping[str, Card]) -> str | None:
    """Return what is wrong with a target and what was meant, None where nothing is or Snakemake knows better.

    names: the rules and papers that can be targets.
    """
    if target in names or Path(target).exists():
        return None
    parts = Path(target).parts
    if len(parts) == 1 and not Path(target).suffix:
        return f"no target {target!r}{_meant(target, names)}"
    if len(parts) < 2 or parts[0] != RESULTS.name or parts[1] == REFERENCE.name:
        return None
    scale = scale_and_seed(parts[1])[0]
    if scale not in SCALES:
        close = difflib.get_close_matches(scale, SCALES, 1)  # what else lies in results is no scale
        return f"{target}: no scale {scale!r}, did you mean {close[0]}?" if close else None
    if len(parts) < 4:
        return None
    paper, experiment, file = parts[2], parts[3], "/".join(parts[4:])
    if paper not in cards:
        return None if paper in ("logs", "report") else f"{target}: no paper {paper!r}{_meant(paper, cards)}"
    experiments, address = cards[paper].experiments, f"{target}: {paper}/{experiment}"
    if experiment not in experiments:
        return f"{target}: {paper} has no experiment {experiment!r}{_meant(experiment, experiments)}"
    if scale not in experiments[experiment].parameters:
        return f"{address} has no scale {scale}; it has {', '.join(experiments[experiment].parameters)}"
    files = ["verdicts.json", "notebook.ipynb", "provenance.json", "made_with.json"]
    files += [f"{figure}{kind}" for figure in experiments[experiment].figures for kind in KINDS]
    if file in files or file.startswith("points/"):
        return None
    return f"{address} makes no {file or 'file of this name'}{_meant(file, files)}"


def _meant(wrong: str, allowed: Collection[str]) -> str:
    close = difflib.get_close_matches(wrong, allowed, 2, 0.5)
    return f", did you mean {' or '.join(close)}?" if close else f"; there are {', '.join(allowed)}"


class Workflow(Protocol):
    """What is used of Snakemake's workflow."""

    dag_settings: object
    _prepare_dag: Callable[..., object]


def refuse_misspelt(workflow: Workflow, find: Callable[[str], str | None]) -> None:
    """Let a workflow end with one line for each target that `find` complains about, instead of a missing rule.

    Targets are known only once the Snakefile was read, so this is done when Snakemake comes to plan its jobs.
    """
    prepare = getattr(workflow, "_prepare_dag", None)
    if prepare is None:  # a Snakemake that plans in another way
        return

    def checked(*arguments: object, **keywords: object) -> object:
        targets = getattr(workflow.dag_settings, "targets", None) or ()
        mistakes = [mistake for mistake in map(find, map(str, targets)) if mistake]
        if mistakes:
            raise SystemExit("\n".join(mistakes))
        return prepare(*arguments, **keywords)

    workflow._prepare_dag = checked
