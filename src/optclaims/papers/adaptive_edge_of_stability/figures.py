"""Figures of the edge of stability, each drawn from the frame that stands in its CSV."""

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from optclaims import style

FORM_COLORS = dict(
    zip(
        ("none", "heavy ball", "Nesterov", "averaged heavy ball", "averaged Nesterov"),
        (style.COLORS[name] for name in ("grey", "orange", "green", "blue", "purple")),
        strict=True,
    )
)
TICKS = (1, 2, 5, 10, 20, 50)


def thresholds(frame: pd.DataFrame) -> Figure:
    """Threshold against the momentum for every form: formulas as lines, roots of the companion matrix as points."""
    figure, ax = style.subplots(width=4.8)
    for form, color in FORM_COLORS.items():
        part = frame[frame.form == form]
        ax.plot(part.momentum, part.root, "o", color=color, label=form)
        ax.plot(part.momentum, part.formula, **style.THEORY)
    ax.plot([], [], **style.THEORY, label="formula")
    ax.set(yscale="log", xlabel="momentum", ylabel=r"threshold $\eta s^*$")
    ax.set_yticks(TICKS, [f"{tick:g}" for tick in TICKS])
    ax.yaxis.set_minor_locator(NullLocator())
    figure.legend(*ax.get_legend_handles_labels(), loc="outside right center")
    return figure
