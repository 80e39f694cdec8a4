"""How pages are made: templates with their filters and functions, and files that are never seen half written."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from optclaims.pages import intervals, typeset
from optclaims.pipeline import margins
from optclaims.pipeline.results import VERDICTS, controls, measured_and_accepted
from optclaims.pipeline.verify import plural
from optclaims.verdicts import Outcome

LEFT_SECONDS = 3600
OPEN = (Outcome.NOT_REPRODUCED, Outcome.INCONCLUSIVE)
SYMBOLS = dict(zip(VERDICTS, "✓✗~○!?", strict=True))


def environment() -> Environment:
    """Return what pages are rendered with: templates, filters for text and numbers, functions that show checks."""
    environment = Environment(
        loader=PackageLoader("optclaims.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"text": typeset.text, "numbers": typeset.numbers}
    environment.globals |= {
        "symbols": SYMBOLS,
        "controls": controls,
        "interval_plot": intervals.plot,
        "margins": margins,
        "measured_and_accepted": measured_and_accepted,
        "plural": plural,
        "open": OPEN,
    }
    return environment


def save(path: Path, text: str) -> None:
    """Write a file so that there is never half of it under its name."""
    for left in path.parent.glob(f".{path.name}.*.part"):  # of one that was killed
        if time.time() - left.stat().st_mtime > LEFT_SECONDS:
            left.unlink(missing_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")  # two runs may end at once
    try:
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def copy(source: Path, target: Path) -> None:
    """Copy a file so that there is never half of it under its name, also where two reports are written at once."""
    temporary = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        shutil.copyfile(source, temporary)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
