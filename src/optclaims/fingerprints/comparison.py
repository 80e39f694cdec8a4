r"""How alike two fingerprints are, and in what.

The distance is the mean over probes of the mean over their quantities of a gap between 0 and 1: the difference of both
values in units of the difference that matters, at most 1. Quantities that either lacks do not count. Its interval comes
from drawing both values within theirs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from optclaims.fingerprints.probe import Quantity
from optclaims.fingerprints.probes import PROBES
from optclaims.fingerprints.saved import Near
from optclaims.statistics import Estimate
from optclaims.streams import stream

__all__ = ["QUANTITIES", "distance", "nearest", "values_of"]

QUANTITIES: Mapping[tuple[str, str], Quantity] = {
    (probe.name, quantity.key): quantity for probe in PROBES for quantity in probe.quantities if quantity.compared
}
Values = Mapping[tuple[str, str], tuple[float, float, float]]
DRAWS = 200
ALIKE, APART = 0.2, 0.5  # gaps up to which, and from which on, two optimizers are called alike and different


def values_of(table: pd.DataFrame) -> dict[str, Values]:
    """Return by optimizer the compared values with their intervals; rows without a value are left out."""
    known = table.dropna(subset=["value", "low", "high"])
    found: dict[str, dict] = {name: {} for name in table["optimizer"].unique()}
    for row in known.itertuples():
        if (row.probe, row.quantity) in QUANTITIES:
            found[row.optimizer][row.probe, row.quantity] = (row.value, row.low, row.high)
    return found


def distance(one: Values, other: Values) -> Estimate:
    """Return the distance of two optimizers, from 0 to 1, with an interval; raises ValueError where they share nothing.

    >>> ours = {("saddle", "slope"): (1.0, 1.0, 1.0)}
    >>> distance(ours, {("saddle", "slope"): (0.75, 0.75, 0.75)})
    Estimate(value=0.5, low=0.5, high=0.5)
    """
    shared = [key for key in QUANTITIES if key in one and key in other]
    if not shared:
        raise ValueError("one and other must share a quantity, got none")
    probes = {probe: [key for key in shared if key[0] == probe] for probe, _ in shared}
    rng = stream(0, "fingerprint", "distance")

    def total(gaps: Mapping[tuple[str, str], np.ndarray]) -> np.ndarray:
        return np.mean([np.mean([gaps[key] for key in keys], axis=0) for keys in probes.values()], axis=0)

    value = float(total({key: QUANTITIES[key].gap(one[key][0], other[key][0]) for key in shared}))
    drawn = {}
    for key in shared:
        a, b = (_drawn(values[key], rng) for values in (one, other))
        drawn[key] = np.array([QUANTITIES[key].gap(x, y) for x, y in zip(a, b, strict=True)])
    low, high = np.quantile(total(drawn), [0.025, 0.975])
    return Estimate(value, min(low, value), max(high, value))


def _drawn(interval: tuple[float, float, float], rng: np.random.Generator) -> np.ndarray:
    value, low, high = interval
    noise = rng.standard_normal(DRAWS)
    if low == high:
        return np.full(DRAWS, value)
    return value + noise * np.where(noise < 0, value - low, high - value) / 1.96


def nearest(name: str, table: pd.DataFrame, known: pd.DataFrame, count: int = 3) -> list[Near]:
    """Return the nearest known optimizers, with a sentence about what is like and what is not."""
    own, others = values_of(table)[name], values_of(known)
    found = []
    for other, values in others.items():
        shared = [key for key in QUANTITIES if key in own and key in values]
        if other != name and shared:
            found.append((distance(own, values), other, len(shared)))
    found.sort(key=lambda entry: (entry[0].value, entry[1]))
    return [
        Near(
            name=other, distance=d.value, low=d.low, high=d.high, shared=shared,
            like=_sentence("Like", other, own, others[other], alike=True),
            unlike=_sentence("Unlike", other, own, others[other], alike=False),
        )
        for d, other, shared in found[:count]
    ]  # fmt: skip


def _sentence(word: str, other: str, own: Values, values: Values, *, alike: bool) -> str:
    """Return what is alike, or what is not beyond both intervals, the most telling first."""
    parts: list[tuple[float, str]] = []
    for key, quantity in QUANTITIES.items():
        if key not in own or key not in values:
            continue
        (mine, low, high), (its, its_low, its_high) = own[key], values[key]
        gap = quantity.gap(mine, its)
        apart = low > its_high or its_low > high
        if alike and gap <= ALIKE:
            parts.append((0.0 if quantity.unit != "yes = 1" else 1.0, said(quantity, mine)))
        elif not alike and gap >= APART and apart:
            parts.append((-gap, f"{said(quantity, mine)} ({other}: {shown(quantity, its)})"))
    parts.sort(key=lambda part: part[0])
    shortened = [text for _, text in parts[:6]]
    if not shortened:
        return f"{word} {other}: in nothing that was measured."
    rest = f"; and {len(parts) - 6} more" if len(parts) > 6 else ""
    return f"{word} {other}: {'; '.join(shortened)}{rest}."


def said(quantity: Quantity, value: float) -> str:
    """Return the sentence of a quantity with its value.

    >>> said(Quantity("steps", "it takes {} steps"), 3.0)
    'it takes 3 steps'
    """
    return quantity.says.replace("{}", shown(quantity, value))


def shown(quantity: Quantity, value: float) -> str:
    """Return a value as it is printed."""
    if quantity.unit == "yes = 1":
        return "yes" if value > 0.5 else "no"
    if abs(value) >= 1000:
        return f"{value:.0f}"
    return f"{value:.3g}" if abs(value) >= 5e-4 else "0"


def matrix(table: pd.DataFrame) -> tuple[Sequence[str], np.ndarray]:
    """Return names and all distances (3, n, n): values, low and high ends."""
    found = values_of(table)
    names = [name for name, values in found.items() if values]
    out = np.zeros((3, len(names), len(names)))
    for i, one in enumerate(names):
        for j in range(i):
            d = distance(found[one], found[names[j]])
            out[:, i, j] = out[:, j, i] = d.value, d.low, d.high
    return names, out
