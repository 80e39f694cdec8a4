"""Figures of gradient descent: the paraboloid, the worst convex functions."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from optclaims import style

SHADES = [style.COLORS[name] for name in ("blue", "orange", "green", "red")]


def contours(ax, frame: pd.DataFrame, levels: list[float]) -> None:
    """Draw level lines of a loss given on a grid (columns x, y, loss)."""
    table = frame.pivot(index="y", columns="x", values="loss")
    ax.contour(table.columns, table.index, table, levels=levels, colors="0.7", linewidths=0.8)


def paraboloid(frame: pd.DataFrame) -> Figure:
    """Level lines of the quadratic with three constant steps of gradient descent."""
    fig, ax = style.subplots(width=4.6, height=4.6)
    contours(ax, frame[frame.kind == "loss"], [0.02, 0.1, 0.3, 0.7, 1.3, 2.1, 3.1, 4.3])
    names = {"2 / (mu + L)": r"$h = 2/(\mu+L)$", "1 / L": "$h = 1/L$", "1.9 / L": "$h = 1.9/L$"}
    for (kind, label), color in zip(names.items(), SHADES, strict=False):
        part = frame[frame.kind == kind]
        ax.plot(part.x, part.y, "o-", color=color, label=label, markersize=4, linewidth=1.2)
    for x, y in ((np.sin(1), np.cos(1)), (np.cos(1), -np.sin(1))):
        ax.plot([-2 * x, 2 * x], [-2 * y, 2 * y], color="0.5", linewidth=0.8, linestyle=":")
    ax.set(xlabel="$w_1$", ylabel="$w_2$", xlim=(-2, 2), ylim=(-2, 2), aspect="equal")
    fig.legend(*ax.get_legend_handles_labels(), loc="outside upper center", ncols=3)
    return fig


def convex_worst_case(frame: pd.DataFrame) -> Figure:
    """Excess loss on Huber functions as a share of the convex bound, against the knee."""
    fig, ax = style.subplots(width=5)
    for (n, part), color in zip(frame.groupby("n"), SHADES, strict=False):
        ax.plot(part.knee, part.share, "o", color=color, label=f"$n = {n}$", markersize=4)
    ax.axhline(1, label="$LD^2/(4n+2)$", **style.THEORY)
    ax.set(xscale="log", xlabel="knee of the Huber function, in $D/(2n+1)$", ylabel="excess loss over $LD^2/(4n+2)$")
    ax.set_xticks([0.5, 1, 2], ["0.5", "1", "2"])
    ax.minorticks_off()
    ax.legend()
    return fig
