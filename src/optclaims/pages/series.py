"""The curves in a long-format table: which columns tell them apart, which one they run along, how much each changed."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from optclaims.pipeline.deviations import Deviation, is_numeric


@dataclass(frozen=True)
class Layout:
    """How a table falls into curves: the columns that name a curve, and the one it runs along (None: the rows)."""

    keys: list[str]
    x: str | None

    def groups(self, frame: pd.DataFrame) -> dict[str, np.ndarray]:
        """Return the positions of the rows of every curve, by its name (empty for the only one)."""
        if not self.keys:
            return {"": np.arange(len(frame))} if len(frame) else {}
        found = frame.groupby(self.keys, sort=False, dropna=False).indices
        order = frame[self.keys].drop_duplicates().itertuples(index=False, name=None)
        by_values = {_hashable(values): rows for values, rows in found.items()}
        return {self._name(values): by_values[_hashable(values)] for values in order}

    def _name(self, values: Sequence[object]) -> str:
        named = [(key, value) for key, value in zip(self.keys, values, strict=True) if not pd.isna(value)]
        return ", ".join(
            f"{key} = {value:g}" if isinstance(value, (int, float, np.number)) else str(value) for key, value in named
        )


def _hashable(values: object) -> Hashable:
    """A gap is not equal to itself; as text it is."""
    return tuple("" if value != value else value for value in (values if isinstance(values, tuple) else (values,)))


def layout(old: pd.DataFrame, new: pd.DataFrame) -> Layout:
    """Find the curves that two versions of a table have in common.

    Text tells curves apart; they run along the first number that rises or falls strictly in each of them. Where there
    is none, numbers that repeat (a parameter of the curve) tell them apart too, those with the fewest values first.
    Columns that changed are what the curves show, and neither.
    """
    settled = [c for c in new if c in old and (len(old) != len(new) or old[c].equals(new[c]))]
    numbers = [c for c in settled if is_numeric(new[c], old[c])]
    keys = [c for c in settled if not is_numeric(new[c]) and new[c].nunique(dropna=False) > 1]
    parameters = sorted(numbers, key=lambda c: new[c].nunique())
    while True:
        x = next((c for c in numbers if c not in keys and all(_runs_along(f, keys, c) for f in (old, new))), None)
        finer = next((c for c in parameters if _curves(new, keys) < _curves(new, [*keys, c]) < len(new)), None)
        if x or not finer:
            return Layout(keys, x)
        keys = [*keys, finer]


def _curves(frame: pd.DataFrame, keys: list[str]) -> int:
    return len(frame[keys].drop_duplicates()) if keys else 1


def _runs_along(frame: pd.DataFrame, keys: list[str], column: str) -> bool:
    curves = [f[column] for _, f in frame.groupby(keys, sort=False, dropna=False)] if keys else [frame[column]]
    steps = [np.diff(curve) for curve in curves]
    return all((step > 0).all() or (step < 0).all() for step in steps)


@dataclass(frozen=True)
class Change:
    """What became of one column of one curve.

    relative: its largest relative change. old, new, excess: the values, and the change in units of what is allowed, of
    the row that is farthest beyond (or nearest to) its tolerance. beyond: how many of its rows are beyond.
    """

    series: str
    column: str
    relative: float
    excess: float
    old: object
    new: object
    beyond: int
    rows: int
    tolerance: str


def changes(old: pd.DataFrame, new: pd.DataFrame, found: Mapping[str, Deviation], curves: Layout) -> list[Change]:
    """Return the curves and columns that changed, the farthest beyond its tolerance first."""
    listed = [change for column, apart in found.items() for change in _changes(old, new, column, apart, curves)]
    return sorted(listed, key=lambda change: (change.excess, change.relative), reverse=True)


def _changes(old: pd.DataFrame, new: pd.DataFrame, column: str, apart: Deviation, curves: Layout) -> Iterator[Change]:
    for series, rows in curves.groups(new).items():
        worst = rows[np.argmax(apart.excess[rows])]
        if apart.absolute[worst] > 0:
            yield Change(
                series=series,
                column=column,
                relative=float(apart.relative[rows].max()),
                excess=float(apart.excess[worst]),
                old=old[column].iloc[worst],
                new=new[column].iloc[worst],
                beyond=int(apart.beyond[rows].sum()),
                rows=len(rows),
                tolerance=apart.tolerance,
            )
