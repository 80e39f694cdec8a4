"""Whether verdicts depend on the seed: the same scale over several seeds, claim by claim."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd
from rich.console import Console
from rich.table import Table

from optclaims.pipeline import markdown, reading
from optclaims.pipeline.card import Card
from optclaims.pipeline.results import ResultsError, collect, require, scale_of, seed_of
from optclaims.pipeline.verify import plural, styled
from optclaims.verdicts import Outcome

KEPT = Path("docs/robustness.csv")
ORDER = [outcome.value for outcome in Outcome]


def verdicts(cards: Mapping[str, Card], folders: Sequence[Path]) -> pd.DataFrame:
    """Return paper, claim and the verdict at each seed, a column for each, of results folders of one scale.

    Raises ResultsError for folders of several scales, and for two of the same seed.
    """
    scales = {scale_of(require(folder)) for folder in folders}
    if len(scales) > 1:
        raise ResultsError(f"seeds are compared at one scale, not at {' and '.join(sorted(scales))}")
    columns: dict[str, list[str]] = {}
    for folder in folders:
        seed, rows = seed_of(folder), collect(cards, folder)
        if f"seed {seed}" in columns:
            raise ResultsError(f"{folder}: its seed {seed} is that of another folder")
        columns[f"seed {seed}"] = [row.verdict for row in rows]
        names = {"paper": [row.paper for row in rows], "claim": [row.claim for row in rows]}
    return pd.DataFrame(names | columns)


def counts(table: pd.DataFrame) -> pd.DataFrame:
    """Return paper, claim and how often each verdict came out, a column for each verdict that did."""
    outcomes = table.drop(columns=["paper", "claim"])
    found = [value for value in ORDER if (outcomes == value).any(axis=None)]
    others = sorted(set(outcomes.to_numpy().ravel()) - set(ORDER))
    numbers = {value: (outcomes == value).sum(axis=1) for value in [*found, *others]}
    return table[["paper", "claim"]].assign(**numbers)


def fragile(table: pd.DataFrame) -> pd.DataFrame:
    """Return the claims whose verdict is not the same at every seed."""
    return table[table.drop(columns=["paper", "claim"]).nunique(axis=1) > 1]


def summary(table: pd.DataFrame) -> str:
    """Return one line: how many claims over how many seeds, and how many of them are fragile."""
    seeds, flips = table.shape[1] - 2, len(fragile(table))
    return f"{plural(len(table), 'claim')} at {plural(seeds, 'seed')}: {flips or 'no'} fragile"


def show(table: pd.DataFrame, console: Console) -> None:
    """Print the counts of every claim, the fragile ones with the verdict at each seed, and the summary."""
    numbers = counts(table)
    shown = Table(pad_edge=False)
    for column in numbers:
        shown.add_column(str(column), overflow="fold")
    for row in numbers.itertuples(index=False):
        shown.add_row(*(str(value) if value else "" for value in row))
    console.print(shown)
    for row in fragile(table).to_dict("records"):
        outcomes = ", ".join(f"{name} {styled(verdict)}" for name, verdict in list(row.items())[2:])
        console.print(f"fragile: {row['paper']}/{row['claim']}: {outcomes}", highlight=False, soft_wrap=True)
    console.print(summary(table), style="bold", highlight=False)


def tables(kept: Path) -> dict[str, str]:
    """Return the Markdown tables of the kept verdicts: a summary, the fragile claims, the counts of all."""
    if not kept.exists():
        return dict.fromkeys(("robustness", "fragile claims", "seeds"), "Not measured.")
    table = reading.table(kept)
    flips = fragile(table)
    return {
        "robustness": summary(table) + ".",
        "fragile claims": _markdown(flips) if len(flips) else "None.",
        "seeds": _markdown(counts(table)),
    }


def _markdown(found: pd.DataFrame) -> str:
    return markdown.table(list(found), [[value or "" for value in row] for row in found.itertuples(index=False)])
