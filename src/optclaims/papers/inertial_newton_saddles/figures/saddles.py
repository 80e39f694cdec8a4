"""Figures of escapes: steps against starts, the table, the valley, what stays near the saddle."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from optclaims import style
from optclaims.papers.inertial_newton_saddles.figures.settings import COLOR, label

__all__ = ["escape_steps", "escape_table", "share_left", "trapped_curve", "valley"]


def escape_steps(frame: pd.DataFrame) -> Figure:
    """First step outside 1e-3 against the size of the start, with the formula."""
    fig, ax = style.subplots(width=6)
    for setting, part in frame.groupby("setting", sort=False):
        part = part.sort_values("start")
        ax.plot(part.start, part.predicted, **style.THEORY)
        ax.plot(part.start, part.steps, "o", color=COLOR[setting], label=label(setting), markersize=3)
    ax.set(xscale="log", xlabel="$|x_0|$, first coordinate of the start", ylabel=r"first step with $|x_k| > 10^{-3}$")
    fig.legend(*ax.get_legend_handles_labels(), loc="outside upper center", ncols=3)
    return fig


def escape_table(frame: pd.DataFrame) -> Figure:
    """Mean steps to leave 0.5 by method, with the largest distance from a minimum at the end."""
    fig, ax = style.subplots(width=6.6, height=3.2)
    rows = np.arange(len(frame))[::-1]
    for row, (_, line) in zip(rows, frame.iterrows(), strict=True):
        ax.plot(line["mean"], row, "o", color=COLOR[line.setting])
        ax.text(960, row, f"{line['mean']:.1f}, ends within {line.distance:.0e}", va="center", fontsize=8.5)
    known = frame.predicted > 0  # 0 where there is no formula
    ax.plot(frame.predicted[known], rows[known], "|", color="0.15", markersize=14, label="formula")
    ax.set(xscale="log", xlabel=r"mean steps until $|x_k| > 0.5$", xlim=(20, 6000), ylim=(-0.6, len(frame) - 0.2))
    ax.set_yticks(rows, [label(setting) for setting in frame.setting])
    ax.set_xticks([20, 50, 100, 200, 500], ["20", "50", "100", "200", "500"])
    ax.minorticks_off()
    ax.legend(loc="lower left")
    return fig


def valley(frame: pd.DataFrame) -> Figure:
    """The landscape from above, shaded where it is concave along x, with four runs."""
    fig, ax = style.subplots(width=6, height=4.4)
    grid = frame[frame.kind == "loss"].pivot(index="y", columns="x", values="loss")
    ax.contour(grid.columns, grid.index, grid, levels=np.arange(-3.5, 8, 1.0), colors="0.7", linewidths=0.8)
    edge = np.sqrt(4 / 6)
    ax.axvspan(-edge, edge, color="0.9", zorder=0)
    ax.axvline(0, color="0.15", linestyle=":", linewidth=1)
    runs = frame[frame.kind != "loss"]
    for (setting, where), part in runs.groupby(["setting", "kind"], sort=False):
        ax.plot(part.x, part.y, color=COLOR[setting], label=f"{label(setting)}, {where}")
        ax.plot(part.x.iloc[0], part.y.iloc[0], "o", color=COLOR[setting])
    ax.plot([-np.sqrt(2), np.sqrt(2)], [0, 0], "+", color="0.15", markersize=10)
    ax.plot(0, 0, "x", color="0.15", markersize=7)
    ax.set(xlabel="$x$", ylabel="$y$", xlim=(-2.1, 2.1), ylim=(-2.1, 2.1))
    ax.grid(False)
    fig.legend(*ax.get_legend_handles_labels(), loc="outside upper center", ncols=2)
    return fig


def trapped_curve(frame: pd.DataFrame) -> Figure:
    """Velocity at which starts near the saddle change sides, with the slope of the stable direction."""
    fig, ax = style.subplots(width=5)
    for setting, part in frame.groupby("setting", sort=False):
        ax.plot(part.x, part.linear, **style.THEORY)
        ax.plot(part.x, part.velocity, "o", color=COLOR[setting], label=label(setting), markersize=4)
    ax.plot([], [], label=r"$\dot x = s_-\,x$", **style.THEORY)
    ax.set(xlabel="start $x$", ylabel=r"velocity $\dot x$ that is trapped")
    ax.legend(loc="lower left")
    return fig


def share_left(frame: pd.DataFrame) -> Figure:
    """Share of starts still near the saddle against the step, with the predicted slope."""
    fig, ax = style.subplots(width=5.4)
    for setting, part in frame.groupby("setting", sort=False):
        ax.plot(part.step, part.share, "o", color=COLOR[setting], label=label(setting), markersize=3.5)
        ax.plot(part.step, part.predicted, **style.THEORY)
    ax.plot([], [], label=r"slope $(1+\gamma s_+)^{-k}$", **style.THEORY)
    ax.set(yscale="log", xlabel="step $k$", ylabel=r"share of starts with $|x| \leq 0.25$ so far", ylim=(2e-5, 1.5))
    ax.legend()
    return fig
