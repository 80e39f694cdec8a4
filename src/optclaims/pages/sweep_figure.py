"""A claim over a sweep of one parameter: what was measured, what was accepted, and how it came out."""

from __future__ import annotations

import re
import textwrap
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from optclaims import style
from optclaims.verdicts import Outcome

LOOKS = {
    Outcome.REPRODUCED: ("o", style.COLORS["blue"]),
    Outcome.INCONCLUSIVE: ("s", style.COLORS["orange"]),
    Outcome.NOT_REPRODUCED: ("X", style.COLORS["red"]),
}
NUMBER = re.compile(r"-?\d[\d.]*(e-?\d+)?")
COLUMNS = ["measured", "low", "high", "accept_low", "accept_high", "outcome"]


def table(points: Sequence[tuple[str, Mapping[str, object] | None]], parameter: str) -> pd.DataFrame:
    """Return one row a value and check: what was measured with its interval, what was accepted, the outcome.

    points: the value as a text, and the claim as in verdicts.json, None where there is none. Checks of different values
    belong together where their quantities differ in numbers alone.
    """
    rows = []
    for text, claim in points:
        met: Counter[str] = Counter()
        for check in (claim or {}).get("checks", []):
            if check["outcome"] == Outcome.NOT_RUN:
                continue
            masked = NUMBER.sub("#", check["quantity"])
            met[masked] += 1
            low, high = check.get("ci") or (check["measured"],) * 2
            numbers = [check["measured"], low, high, *check["accept"]]
            rows.append([text, f"{masked}/{met[masked]}", check["quantity"], *numbers, check["outcome"]])
    frame = pd.DataFrame(rows, columns=[parameter, "key", "check", *COLUMNS])
    first = frame.groupby("key", sort=False)["check"].transform("first")
    return frame.assign(check=first).drop(columns="key").astype(dict.fromkeys(COLUMNS[:-1], float))


def write(frame: pd.DataFrame, stem: Path) -> Path:
    """Write the table and the picture, drawn from what was written, beside each other; return the picture's place."""
    stem.parent.mkdir(parents=True, exist_ok=True)
    frame.to_csv(f"{stem}.csv", index=False, float_format="%.10g", lineterminator="\n")
    style.apply()
    style.save(style.drawn(draw, pd.read_csv(f"{stem}.csv")), stem)
    return stem.with_suffix(".svg")


def draw(frame: pd.DataFrame) -> Figure:
    """Draw the measured value of each check with its interval and the accepted band against the parameter."""
    parameter, checks = frame.columns[0], list(dict.fromkeys(frame["check"]))
    columns = min(len(checks), 3)
    rows = -(-len(checks) // columns)
    figure, axes = style.subplots(rows, columns, width=4.2, height=3.2, squeeze=False)
    for panel, check in zip(axes.flat, checks, strict=False):
        _panel(panel, frame[frame["check"] == check], frame[parameter])
        panel.set_title("\n".join(textwrap.wrap(check, 48)[:3]), fontsize=8.5)
        panel.set(xlabel=parameter, ylabel="measured")
    for panel in axes.flat[len(checks) :]:
        panel.set_axis_off()
    band = Patch(color=style.COLORS["green"], alpha=0.18, label="accepted")
    marks = [
        Line2D([], [], ls="", marker=m, color=c, label=o) for o, (m, c) in LOOKS.items() if o in set(frame.outcome)
    ]
    figure.legend(handles=[*marks, band], loc="outside lower center", ncols=4)
    return figure


def _panel(panel: Axes, rows: pd.DataFrame, every: pd.Series) -> None:
    """Draw one check; values that are no numbers stand side by side, those over many decades on a log axis."""
    if pd.api.types.is_numeric_dtype(every):
        x = rows.iloc[:, 0].to_numpy(float)
        if every.min() > 0 and every.max() / every.min() > 30:
            panel.set_xscale("log")
    else:
        names = list(dict.fromkeys(every))
        x = rows.iloc[:, 0].map(names.index).to_numpy(float)
        panel.set_xticks(range(len(names)), names)
    order = np.argsort(x)
    for outcome, (marker, color) in LOOKS.items():
        here = rows["outcome"].to_numpy() == outcome
        y, low, high = (rows[name].to_numpy()[here] for name in ("measured", "low", "high"))
        panel.errorbar(x[here], y, np.maximum([y - low, high - y], 0), fmt=marker, color=color, capsize=2)
    positive = rows[["measured", "low", "high"]].to_numpy()
    if (positive > 0).all() and positive.max() / positive.min() > 100:
        panel.set_yscale("log")
    _band(panel, x[order], rows.iloc[order])


def _band(panel: Axes, x: np.ndarray, rows: pd.DataFrame) -> None:
    """Shade what is accepted; an end that is near the measurements is shown, a far one, or none, is the edge."""
    bottom, top = panel.get_ylim()
    shown = rows[["low", "high"]].to_numpy()
    reach = (shown.max() - shown.min()) or abs(shown.max()) or 1.0
    for end in rows[["accept_low", "accept_high"]].to_numpy().ravel():
        near = np.isfinite(end) and shown.min() - 2 * reach <= end <= shown.max() + 2 * reach
        if near and (end > 0 or panel.get_yscale() == "linear"):
            bottom, top = min(bottom, end - 0.1 * reach * (panel.get_yscale() == "linear")), max(top, end + 0.1 * reach)
    low = rows["accept_low"].fillna(-np.inf).clip(lower=bottom, upper=top)
    high = rows["accept_high"].fillna(np.inf).clip(lower=bottom, upper=top)
    style.band(panel, x, low, high, color=style.COLORS["green"], alpha=0.18)
    for name in ("accept_low", "accept_high"):
        if rows[name].between(bottom, top).all():
            panel.plot(x, rows[name], **style.THEORY | {"linewidth": 1.0})
    panel.set_ylim(bottom, top)
