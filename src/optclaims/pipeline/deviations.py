"""How far a column of a figure is from an older one: row by row, against what its tolerance allows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from optclaims.pipeline.card import Chaotic, Exact, Figure, Sampled

Tolerance = Exact | Sampled | Chaotic


@dataclass(frozen=True)
class Deviation:
    """The change of every row of a column.

    absolute: (rows,) size of the change, infinite where a gap (NaN) or another text is involved. relative: the same
    over the old value. allowed: what the tolerance allows of ``absolute``. tolerance: it in words.
    """

    absolute: np.ndarray
    relative: np.ndarray
    allowed: np.ndarray
    tolerance: str
    text: bool = False

    @property
    def beyond(self) -> np.ndarray:
        """Return which rows are beyond the tolerance."""
        return self.absolute > self.allowed

    @property
    def excess(self) -> np.ndarray:
        """Return the change of every row in units of what is allowed; above 1 is beyond the tolerance."""
        return _ratio(self.absolute, self.allowed)


def tolerance_of(column: str, figure: Figure) -> Tolerance:
    """Return how a column is compared.

    A column that is only named as the standard error of chaotic ones is as chaotic as they are, and not compared.
    """
    if column in figure.columns:
        return figure.columns[column]
    for tolerance in (figure.tolerance, *figure.columns.values()):
        if isinstance(tolerance, Chaotic) and tolerance.stderr == column:
            return Chaotic(kind="chaotic", reason="the standard error of a chaotic column")
    return figure.tolerance


def deviations(old: pd.DataFrame, new: pd.DataFrame, declared: Figure) -> Iterator[tuple[str, Deviation | str]]:
    """Yield for every shared column how far it is from the old one, or the reason why it is not compared.

    Both frames have equal lengths.
    """
    for column in [column for column in old if column in new]:
        tolerance = tolerance_of(column, declared)
        if isinstance(tolerance, Chaotic) and tolerance.reason and is_numeric(old[column], new[column]):
            yield column, tolerance.reason
        else:
            yield column, deviation(old, new, column, tolerance)


def deviation(old: pd.DataFrame, new: pd.DataFrame, column: str, tolerance: Tolerance) -> Deviation:
    """Return how far a column is from the old one. Text, and numbers that became text, must be equal."""
    if not is_numeric(old[column], new[column]):
        a, b = (frame[column].fillna("").astype(str).to_numpy() for frame in (old, new))
        apart = np.where(a == b, 0.0, np.inf)
        return Deviation(apart, apart, np.zeros(len(a)), "equal text", text=True)
    a, b = (frame[column].to_numpy(float) for frame in (old, new))
    allowed, words = _allowed(np.nan_to_num(a, posinf=0.0, neginf=0.0), old, tolerance)
    with np.errstate(invalid="ignore"):
        apart = np.nan_to_num(np.abs(b - a), nan=np.inf, posinf=np.inf)
    apart[(a == b) | (np.isnan(a) & np.isnan(b))] = 0.0
    return Deviation(apart, _ratio(apart, np.nan_to_num(np.abs(a))), allowed, words)


def _ratio(change: np.ndarray, unit: np.ndarray) -> np.ndarray:
    """Return change / unit, where no change is zero in any unit and a change from zero is infinite."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        return np.where(change == 0, 0.0, change / unit)


def _allowed(old: np.ndarray, frame: pd.DataFrame, tolerance: Tolerance) -> tuple[np.ndarray, str]:
    """Return the allowed absolute change of every row, and the tolerance in words."""
    rounding = Exact()
    if not isinstance(tolerance, Chaotic):
        floor = f" + {tolerance.atol:.2g}" if isinstance(tolerance, Sampled) and tolerance.atol else ""
        return tolerance.atol + tolerance.rtol * np.abs(old), f"{tolerance.rtol:.2g} relative{floor} ({tolerance.kind})"
    if tolerance.stderr not in frame:
        return rounding.rtol * np.abs(old), f"{rounding.rtol:.2g} relative, for lack of the column {tolerance.stderr}"
    # The error of the old run only: a new run whose error exploded must not excuse itself.
    error = frame[tolerance.stderr].fillna(0.0).to_numpy(float)
    return tolerance.k * error + rounding.rtol * np.abs(old), f"{tolerance.k:.2g} times {tolerance.stderr} (chaotic)"


def is_numeric(*columns: pd.Series) -> bool:
    """Tell whether all columns hold numbers (truth values are text)."""
    return all(pd.api.types.is_numeric_dtype(c) and not pd.api.types.is_bool_dtype(c) for c in columns)
