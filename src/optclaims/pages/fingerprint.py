"""The page of a fingerprint: its answers beside those of the nearest known optimizers, in one file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from optclaims.fingerprints import catalogue, comparison, record, subjects
from optclaims.fingerprints.saved import FILE, Answer, Saved
from optclaims.pages import atlas
from optclaims.pages.pictures import Picture, picture
from optclaims.pages.report import environment, save
from optclaims.pipeline import reading

PAGE = "fingerprint.html"

__all__ = ["FILE", "PAGE", "answered", "make", "page", "summary", "write"]


def make(optimizer: str, arguments: Mapping[str, Any], folder: Path, seed: int = 0, *, figures: bool = True) -> Saved:
    """Ask all probes and write everything; raises LoadError where there is no such optimizer.

    optimizer: a specification, or a name of the catalogue. Without figures there is no page either.
    """
    name = None
    if optimizer in catalogue.KNOWN:
        name, (optimizer, own) = optimizer, catalogue.KNOWN[optimizer]
        arguments = {**own, **arguments}
    known = atlas.known()
    found = record.take(subjects.load(optimizer, arguments, name), seed=seed)
    saved = record.write(found, folder, known, figures=figures)
    if figures:
        write(saved, folder, known)
    return saved


def answered(saved: Saved) -> bool:
    """Whether it gave a number to any question."""
    return any(answer.value is not None for probe in saved.probes.values() for answer in probe.quantities.values())


def summary(saved: Saved) -> list[str]:
    """Return the remarks, the nearest known optimizers and what could not be asked, a line each."""
    lines = list(saved.remarks)
    for near in saved.nearest:
        lines.append(f"{near.name}: distance {near.distance:.2f} [{near.low:.2f}, {near.high:.2f}]")
    if saved.nearest:
        lines += [saved.nearest[0].like, saved.nearest[0].unlike]
    if answered(saved):  # else the remarks have said why
        for name, probe in saved.probes.items():
            reasons = sorted({answer.reason for answer in probe.quantities.values() if answer.reason})
            lines += [f"{name}: {reason}" for reason in reasons]
    return lines


def write(saved: Saved, folder: Path, known: pd.DataFrame | None) -> Path:
    """Write the page beside the CSV files and figures of a fingerprint, and return its path."""
    save(folder / PAGE, page(saved, folder, known))
    return folder / PAGE


def page(saved: Saved, folder: Path, known: pd.DataFrame | None) -> str:
    """Return the page as HTML without any reference to other files."""
    beside = _by_name(known, [near.name for near in saved.nearest])
    probes = [
        {
            "name": name,
            "question": probe.question,
            "rows": [_row(name, key, answer, beside) for key, answer in probe.quantities.items()],
            "image": _image(folder / name),
            "reasons": sorted({a.reason for a in probe.quantities.values() if a.reason}),
        }
        for name, probe in saved.probes.items()
    ]
    return environment().get_template("fingerprint.html.j2").render(saved=saved, probes=probes, beside=list(beside))


def _by_name(known: pd.DataFrame | None, names: list[str]) -> dict[str, Mapping[tuple[str, str], str]]:
    """Return the printed answers of the nearest ones."""
    if known is None:
        return {}
    return {
        name: {
            (row.probe, row.quantity): _number(row.value, row.unit)
            for row in known[known["optimizer"] == name].dropna(subset=["value"]).itertuples()
        }
        for name in names
    }


def _row(probe: str, key: str, answer: Answer, beside: Mapping[str, Mapping]) -> dict[str, object]:
    others = [found.get((probe, key), "not measured") for found in beside.values()]
    if answer.value is None:
        return {"key": key, "value": "not measured", "interval": answer.reason, "unit": answer.unit, "others": others}
    exact = answer.low == answer.high
    interval = "" if exact else f"[{_number(answer.low, '')}, {_number(answer.high, '')}]"
    return {
        "key": key,
        "value": _number(answer.value, answer.unit),
        "interval": interval,
        "unit": "" if answer.unit in ("1", "yes = 1") else answer.unit,
        "others": others,
    }


def _number(value: float, unit: str) -> str:
    return comparison.shown(comparison.Quantity("", "", unit), value)


def _image(stem: Path) -> Picture | None:
    svg, png = stem.with_suffix(".svg"), stem.with_suffix(".png")
    if not (svg.exists() and png.exists()):
        return None
    pixels, width, height = reading.picture(png)
    return picture(svg.read_bytes(), pixels, width, height)
