"""Reading what runs have left; a file that is damaged is named, with the command that makes it anew."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

PNG = b"\x89PNG\r\n\x1a\n"


class ResultsError(ValueError):
    """Results that are missing or cannot be used; the message is one line that says what to do."""


class Damaged(ResultsError):  # noqa: N818 - a state of a file
    """A file that was cut off or overwritten."""

    def __init__(self, path: Path, why: object) -> None:
        why = " ".join(str(why).split())
        super().__init__(f"{path} is damaged ({why}); {remedy(path)} makes it anew")


def remedy(path: Path) -> str:
    """Return the command that makes a file of a results folder anew."""
    here = path.resolve()
    target = here.relative_to(Path.cwd()) if here.is_relative_to(Path.cwd()) else path
    if "results" not in target.parts or "reference" in target.parts:
        return f"git checkout -- {target}"
    split = " --config split=true" if target.parent.name == "points" else ""
    return f"snakemake --cores 1 --force {target}{split}"


def verdicts(path: Path) -> dict[str, Any]:
    """Return what ``verdicts.json`` holds: paper, experiment, scale, seed, and claims by id with their checks."""
    record = _json(path)
    if not isinstance(record, Mapping) or not isinstance(record.get("claims"), Mapping):
        raise Damaged(path, "no claims in it")
    for claim, judged in record["claims"].items():
        if not isinstance(judged, Mapping) or not {"verdict", "checks"} <= set(judged):
            raise Damaged(path, f"no verdict of {claim}")
    return dict(record)


def cells(path: Path) -> list[dict[str, Any]]:
    """Return the cells of an executed notebook."""
    notebook = _json(path)
    if not isinstance(notebook, Mapping) or not isinstance(notebook.get("cells"), list):
        raise Damaged(path, "no cells in it")
    return notebook["cells"]


def origin(path: Path) -> dict[str, Any]:
    """Return what ``provenance.json`` holds."""
    record = _json(path)
    if not isinstance(record, dict):
        raise Damaged(path, "no record in it")
    return record


def table(path: Path) -> pd.DataFrame:
    """Return the numbers of a figure or of a point of a sweep."""
    import pandas as pd

    try:
        if not path.read_bytes().endswith(b"\n"):
            raise ValueError("its last line has no end")
        return pd.read_csv(path)
    except ValueError as error:  # pandas' own errors, and what is not UTF-8, are such
        raise Damaged(path, error) from None


def picture(path: Path) -> tuple[bytes, int, int]:
    """Return the bytes of a PNG with its width and height."""
    pixels = path.read_bytes()
    if not (pixels.startswith(PNG) and pixels[-8:-4] == b"IEND"):
        raise Damaged(path, "no complete picture")
    return pixels, *struct.unpack(">II", pixels[16:24])  # of the header that every PNG begins with


def complaints(place: Path) -> list[str]:
    """Return one line for each file of an experiment that is damaged, its verdicts left out."""
    readers = {"*.ipynb": cells, "provenance.json": origin, "made_with.json": origin, "*.csv": table, "*.png": picture}
    found = []
    for pattern, read in readers.items():
        for path in sorted(place.glob(pattern)):
            try:
                read(path)
            except Damaged as error:
                found.append(str(error))
    return found


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:  # cut off, or not UTF-8
        raise Damaged(path, error) from None
