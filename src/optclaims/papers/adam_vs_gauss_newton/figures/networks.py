"""Figures of the network comparisons: tuned training curves above the sensitivity to the learning rate."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from optclaims import style
from optclaims.papers.adam_vs_gauss_newton.figures.quadratics import COLORS, LABELS

__all__ = ["comparison"]

MARKERS = {"Adam": "o", "GN^-1/2": "s", "GN^-1": "^", "GD": "v"}


def series(ax: Axes, table: pd.DataFrame, marked: bool) -> None:
    """10^mean of the log10 losses, with 95 % bands of plus and minus two standard errors."""
    for method, part in table.groupby("method", sort=False):
        low, high = (10 ** (part.log_loss + sign * 2 * part.stderr) for sign in (-1, 1))
        marker = MARKERS[method] if marked else ""
        ax.plot(part.x, 10**part.log_loss, marker=marker, ms=4, color=COLORS[method], label=LABELS.get(method, method))
        style.band(ax, part.x, low, high, color=COLORS[method])
    ax.set(yscale="log")


def comparison(table: pd.DataFrame) -> Figure:
    """One column for each basis and batch size: loss against the step, and tuned loss against the learning rate."""
    cells = list(table.groupby(["basis", "batch"], sort=False))
    fig, axes = style.subplots(nrows=2, ncols=len(cells), width=3.0, height=2.7)
    for column, ((basis, batch), part) in zip(axes.T, cells, strict=True):
        series(column[0], part[part.kind == "curve"], marked=False)
        series(column[1], part[part.kind == "lr"], marked=True)
        column[0].set(title=f"basis {basis}, batch {batch}", xlabel="step $t$")
        column[1].set(xscale="log", xlabel="learning rate $\\eta_0$")
    axes[0, 0].set_ylabel("training loss")
    axes[1, 0].set_ylabel("final training loss")
    axes[0, 0].legend(fontsize="small")
    return fig
