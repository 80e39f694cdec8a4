"""Old against new in one panel, whatever the table: its curves on each other, and below what the change amounts to."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from optclaims import style
from optclaims.pages.series import Layout
from optclaims.pipeline.deviations import Deviation

LARGEST_NUMBER_OF_CURVES = 6
# Numbers that span more than this are read better on a logarithmic axis.
WIDE_RANGE = 30.0
LONG_NAME = 50
# A change where nothing is allowed has to stand somewhere.
LARGEST_EXCESS = 1e6
OLD = {"linewidth": 4.5, "alpha": 0.35}
NEW = {"linewidth": 1.2, "marker": "o", "markersize": 2.5}


def overlay(old: pd.DataFrame, new: pd.DataFrame, column: str, curves: Layout, apart: Deviation | None) -> Figure:
    """Draw one column of two tables: the old curves broad and pale, the new ones thin, those that changed most.

    apart: how far the column moved; None where the tables have different lengths, which leaves out the lower panel:
    the change in units of what the tolerance allows.
    """
    figure, axes = style.subplots(
        2 if apart else 1, 1, width=7.2, height=2.6 if apart else 3.8, sharex=True, squeeze=False
    )
    before, after = curves.groups(old), curves.groups(new)
    chosen = _most_changed(list(dict.fromkeys([*after, *before])), after, apart)
    for color, name in zip(style.COLORS.values(), chosen, strict=False):
        for frame, groups, look in ((old, before, OLD), (new, after, NEW)):
            if name in groups:
                axes[0, 0].plot(*_points(frame, groups[name], curves.x, column), color=color, **look)
        if apart:
            x, _ = _points(new, after[name], curves.x, column)
            _excess(axes[1, 0], x, apart.excess[after[name]], color)
    axes[0, 0].set(ylabel=column)
    axes[-1, 0].set(xlabel=curves.x or "row")
    _legend(figure, chosen, len({**before, **after}))
    if apart:
        axes[1, 0].axhline(1.0, **style.THEORY)
        axes[1, 0].set(yscale="log", ylabel="change / allowed")
    _logarithmic(axes[0, 0], "x", [np.asarray(line.get_xdata()) for line in axes[0, 0].lines])
    _logarithmic(axes[0, 0], "y", [np.asarray(line.get_ydata()) for line in axes[0, 0].lines])
    return figure


def _most_changed(names: list[str], groups: dict[str, np.ndarray], apart: Deviation | None) -> list[str]:
    if apart:
        largest = {name: apart.excess[groups[name]].max() for name in names}
        names = sorted(filter(largest.get, names), key=largest.get, reverse=True)
    return names[:LARGEST_NUMBER_OF_CURVES]


def _points(frame: pd.DataFrame, rows: np.ndarray, x: str | None, y: str) -> tuple[np.ndarray, np.ndarray]:
    along = rows + 1 if x is None else frame[x].to_numpy(float)[rows]
    return along, frame[y].to_numpy(float)[rows]


def _excess(axes: Axes, x: np.ndarray, excess: np.ndarray, color: str) -> None:
    """Draw the rows that changed; the others have no place on a logarithmic axis."""
    shown = excess > 0
    axes.plot(x[shown], np.minimum(excess[shown], LARGEST_EXCESS), "o", color=color, markersize=3)


def _legend(figure: Figure, chosen: list[str], curves: int) -> None:
    lines = [
        Line2D([], [], color=color, label=name) for color, name in zip(style.COLORS.values(), chosen, strict=False)
    ]
    kinds = [Line2D([], [], color="0.3", label=label, **look) for label, look in (("before", OLD), ("after", NEW))]
    title = f"{len(chosen)} of {curves} curves" if curves > len(chosen) else None
    columns = 2 if max(map(len, chosen), default=0) < LONG_NAME else 1
    handles = [*kinds, *(lines if curves > 1 else [])]
    figure.legend(handles=handles, title=title, loc="outside lower center", ncols=columns)


def _logarithmic(axes: Axes, direction: str, values: list[np.ndarray]) -> None:
    finite = np.concatenate(values)
    finite = finite[np.isfinite(finite)]
    if len(finite) and finite.min() > 0 and finite.max() > WIDE_RANGE * finite.min():
        axes.set(**{f"{direction}scale": "log"})
