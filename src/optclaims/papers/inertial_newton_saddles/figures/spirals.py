"""Figures of spirals: where they are, and the quadratic of the paper."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from optclaims import style
from optclaims.papers.inertial_newton_saddles.figures.settings import COLOR, label

__all__ = ["quadratic_curves", "quadratic_paths", "spiral_interval", "spiral_map", "spirals_at_the_minimum"]

SHADES = [style.COLORS[name] for name in ("blue", "orange", "green", "red", "purple")]


def spiral_map(frame: pd.DataFrame) -> Figure:
    """The plane of both dampings: border of spirals for each curvature, runs at curvature 1."""
    fig, ax = style.subplots(width=5.6, height=4)
    borders = frame[frame.kind == "border"]
    for (curvature, part), color in zip(borders.groupby("curvature"), SHADES, strict=False):
        ax.plot(part.alpha, part.beta, color=color, label=rf"$\lambda = {curvature:g}$: spirals below", linewidth=1.3)
    hull = frame[frame.kind == "alpha beta = 1"]
    ax.plot(hull.alpha, hull.beta, label=r"$\alpha\beta = 1$", **style.THEORY)
    runs = frame[frame.kind == "run"]
    for many, marker, text in ((True, "o", "at least 3 sign changes"), (False, "x", "at most 1")):
        part = runs[(runs.changes >= 3) == many]
        ax.plot(part.alpha, part.beta, marker, color="0.15", markersize=4, label=rf"run, $\lambda = 1$: {text}", ls="")
    ax.set(xlabel=r"viscous damping $\alpha$", ylabel=r"Newtonian damping $\beta$", xlim=(0, 3), ylim=(0, 3))
    fig.legend(*ax.get_legend_handles_labels(), loc="outside right upper")
    return fig


def spiral_interval(frame: pd.DataFrame) -> Figure:
    """Ends of the interval of curvatures with spirals against the product of both dampings, and runs beside them."""
    fig, ax = style.subplots(width=5.4)
    ends = frame[frame.kind == "end"]
    for _, part in ends.groupby("side"):
        ax.plot(part["product"], part.scaled, **style.THEORY)
    ax.plot([], [], label="ends of the interval", **style.THEORY)
    runs = frame[frame.kind == "run"]
    for many, marker, color, text in ((True, "o", "orange", "spirals"), (False, "x", "blue", "does not")):
        part = runs[(runs.changes >= 3) == many]
        ax.plot(part["product"], part.scaled, marker, color=style.COLORS[color], label=f"run that {text}", ls="")
    ax.set(yscale="log", xlabel=r"$\alpha\beta$", ylabel=r"curvature, $\lambda\beta^2$", ylim=(2e-3, 9))
    ax.legend(loc="lower right")
    return fig


def _contours(ax, frame: pd.DataFrame, levels: np.ndarray) -> None:
    grid = frame.pivot(index="y", columns="x", values="loss")
    ax.contour(grid.columns, grid.index, grid, levels=levels, colors="0.75", linewidths=0.8)


def quadratic_paths(frame: pd.DataFrame) -> Figure:
    """Four runs on a quadratic, whole, and near its minimum in units of two smaller sizes."""
    fig, axes = style.subplots(1, 3, width=3.6, height=3.6)
    runs = frame[frame.kind != "loss"]
    for ax, size in zip(axes, (1.2, 0.05, 0.002), strict=True):
        for setting, part in runs.groupby("kind", sort=False):
            near = part.where((part[["x", "y"]].abs() < 4 * size).all(axis=1))  # gaps where a run is far away
            ax.plot(near.x / size, near.y / size, color=COLOR[setting], label=label(setting), linewidth=1.1)
        ax.plot(0, 0, "+", color="0.15", markersize=10)
        ax.set(xlim=(-1.05, 1.05), ylim=(-1.05, 1.05), xlabel=f"$x$, in units of {size:g}")
    _contours(axes[0], frame[frame.kind == "loss"], np.geomspace(0.02, 3, 7))
    axes[0].set_ylabel("$y$, in the same units")
    fig.legend(*axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=4)
    return fig


def quadratic_curves(frame: pd.DataFrame) -> Figure:
    """Loss and distance of the same runs against the step."""
    fig, axes = style.subplots(1, 2, width=4.2)
    for ax, column, name in zip(axes, ("loss", "distance"), ("loss", "distance from the minimum"), strict=True):
        for setting, part in frame.groupby("setting", sort=False):
            ax.plot(part.step, part[column], color=COLOR[setting], label=label(setting), linewidth=1.2)
        ax.set(yscale="log", xlabel="step $k$", ylabel=name)
    fig.legend(*axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=4)
    return fig


def spirals_at_the_minimum(frame: pd.DataFrame) -> Figure:
    """Distance from the minimum along x after the escape, by setting, in time gamma k; dips are sign changes."""
    fig, axes = style.subplots(1, 2, width=4.2, sharey=True)
    for ax, (spiral, half) in zip(axes, frame.groupby("predicted", sort=False), strict=True):
        for (setting, part), color in zip(half.groupby("setting", sort=False), style.COLORS.values(), strict=False):
            ax.plot(part.time, part.distance, label=label(setting), color=color, linewidth=1.2)
        ax.set(yscale="log", xlabel=r"time $\gamma k$", title=f"predicted: {spiral}", ylim=(1e-12, 2))
        ax.legend(fontsize=7.5, loc="upper right")
    axes[0].set_ylabel(r"$|x - \sqrt{2}|$")
    return fig
