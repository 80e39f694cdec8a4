"""What ``snakemake --report`` says about figures: a category for each paper, labels, captions."""

from __future__ import annotations

import re
from collections.abc import Mapping

from optclaims.pipeline.card import Card, Experiment


class Captions(dict[str, str]):
    """The caption of each experiment's rule as HTML, made when it is asked for: typesetting would slow down planning.

    cards: by paper; a key is the name of a rule, ``<paper>__<experiment>``.
    """

    def __init__(self, cards: Mapping[str, Card]) -> None:
        super().__init__()
        self._cards = cards

    def __missing__(self, rule: str) -> str:
        paper, _, name = rule.partition("__")
        self[rule] = caption(self._cards[paper].experiments[name])
        return self[rule]


def caption(experiment: Experiment) -> str:
    """Return an experiment's title, figures with captions, and claims with sources, as HTML in one line."""
    from optclaims.pages.typeset import text

    figures = [f"<p><b>{name}.</b> {text(figure.caption)}</p>" for name, figure in experiment.figures.items()]
    claims = [f"<li>{text(claim.statement)} ({text(str(claim.source))})</li>" for claim in experiment.claims.values()]
    whole = f"<h3>{text(experiment.title)}</h3>{''.join(figures)}<p>Claims:</p><ul>{''.join(claims)}</ul>"
    return " ".join(whole.split())


def labels(experiment: Experiment, figure: str) -> dict[str, str]:
    """Return the columns under which the report lists a figure."""
    return {"experiment": plain(experiment.title), "figure": figure.replace("_", " ")}


def plain(title: str) -> str:
    """Return a title without braces, in which Snakemake would look for wildcards.

    >>> plain("Adam with $b_{2}$ and $a_{max}$")
    'Adam with $b_2$ and $a_(max)$'
    """
    return re.sub(r"\{(.)\}", r"\1", title).replace("{", "(").replace("}", ")")
