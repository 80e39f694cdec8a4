"""Drawing a figure again from its table alone, as a picture that a page holds in itself."""

from __future__ import annotations

import importlib
import io
from collections.abc import Callable
from pathlib import Path

import matplotlib
import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure

from optclaims import style
from optclaims.pages.pictures import Picture, picture
from optclaims.pipeline import notebooks
from optclaims.pipeline.cards import NOTEBOOKS

PIXELS_PER_INCH = 100


def redraw(paper: str, experiment: str, figure: str, table: Path) -> Picture | str:
    """Draw a table with the function that the notebook uses today, or say in one line why that is impossible."""
    address = notebooks.draw_function(NOTEBOOKS / paper / f"{experiment}.py", figure)
    if address is None:
        return f"the notebook {experiment}.py names no imported function that draws {figure}"
    module, _, function = address.partition(":")

    def draw() -> Figure:
        return style.drawn(getattr(importlib.import_module(module), function), pd.read_csv(table))

    return attempt(draw, f"{address} cannot draw it")


def attempt(draw: Callable[[], Figure], failed: str) -> Picture | str:
    """Return what is drawn as a picture; what was raised becomes one line that begins with ``failed``."""
    matplotlib.use("Agg")
    style.apply()
    try:
        return _picture(draw())
    except Exception as error:  # a table of other columns than today's can make a draw function raise anything
        return f"{failed}: {' '.join(f'{type(error).__name__}: {error}'.split())[:200]}"
    finally:
        plt.close("all")


def _picture(figure: Figure) -> Picture:
    vector, pixels = io.BytesIO(), io.BytesIO()
    figure.savefig(vector, format="svg", metadata={"Date": None, "Creator": None})
    figure.savefig(pixels, format="png", metadata={"Software": None})
    width, height = (round(inches * PIXELS_PER_INCH) for inches in figure.get_size_inches())
    return picture(vector.getvalue(), pixels.getvalue(), width, height)
