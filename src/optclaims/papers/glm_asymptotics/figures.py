"""Figures of students and their asymptotic errors, each drawn from the frame that stands in its CSV."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from optclaims import style

LABELS = {"mse": r"MSE $|\hat x - x_0|^2 / d$", "angle": r"angle $\theta$"}
NAMES = {"square": "ridge", "logistic": "logistic", "hinge": "support vectors"}
LOSSES = {"square": style.COLORS["blue"], "logistic": style.COLORS["orange"], "hinge": style.COLORS["green"]}


def curves(frame: pd.DataFrame) -> Figure:
    """Mean squared error and angle against samples per dimension: theory as lines, students as points."""
    figure, panels = style.subplots(1, 2, width=3.6, height=3.2)
    for ax, (column, label) in zip(panels, LABELS.items(), strict=True):
        for color, (model, part) in zip(style.COLORS.values(), frame.groupby("model", sort=False), strict=False):
            line, points = part[part.part == "theory"], part[part.part == "students"]
            ax.plot(line.alpha, line[column], color=color, label=model)
            error = 2 * points[f"{column}_stderr"]
            ax.errorbar(points.alpha, points[column], error, fmt="o", color=color, capsize=2)
            others = part[~part.part.isin(["theory", "students"])]
            for marker, (kind, other) in zip("sx", others.groupby("part", sort=False), strict=False):
                ax.plot(other.alpha, other[column], marker, color="0.3", label=f"students, {kind} design", zorder=4)
        ax.set(xlabel=r"samples per dimension $\alpha$", ylabel=label)
    panels[0].plot([], [], "o", color="0.3", label="students")
    panels[0].set_yscale("log")
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside right center")
    return figure


def losses(frame: pd.DataFrame) -> Figure:
    """Angle and error of the theory against samples per dimension: a column a penalty, dashed on orthogonal rows."""
    penalties = list(dict.fromkeys(frame.penalty))
    figure, panels = style.subplots(2, len(penalties), width=3.4, height=2.6, sharex=True, sharey="row")
    for column, penalty in zip(panels.T, penalties, strict=True):
        for ax, name in zip(column, ("angle", "mse"), strict=True):
            for (loss, design), part in frame[frame.penalty == penalty].groupby(["loss", "design"], sort=False):
                look = {"color": LOSSES[loss], "linestyle": "-" if design == "gaussian" else "--"}
                ax.plot(part.alpha, part[name], label=f"{NAMES[loss]}, {design}", **look)
        column[0].set_title(penalty)
        column[1].set(yscale="log", xlabel=r"samples per dimension $\alpha$")
    for ax, name in zip(panels[:, 0], ("angle", "mse"), strict=True):
        ax.set_ylabel(LABELS[name])
    figure.legend(*panels[0, 0].get_legend_handles_labels(), loc="outside right center")
    return figure


def phases(frame: pd.DataFrame) -> Figure:
    """Phase pictures: the angle over samples per dimension and penalty, a panel a loss; the best penalty as a line."""
    names = list(dict.fromkeys(frame.loss))
    figure, panels = style.subplots(1, len(names), width=3.0, height=3.2, sharey=True)
    levels = np.linspace(frame.angle.min(), frame.angle.max(), 13)
    for ax, loss in zip(panels, names, strict=True):
        table = frame[frame.loss == loss].pivot(index="l2", columns="alpha", values="angle")
        filled = ax.contourf(table.columns, table.index, table, levels=levels, cmap="cividis_r")
        best = table.idxmin(axis=0)
        ax.plot(best.index, best, "o", color="white", markeredgecolor="0.15", label="best penalty of the grid")
        ax.set(xscale="log", yscale="log", xlabel=r"samples per dimension $\alpha$", title=NAMES[loss])
        ticks = [0.25, 0.5, 1, 2, 4]
        ax.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
        ax.minorticks_off()
    panels[0].set_ylabel(r"penalty $\lambda_2$")
    figure.colorbar(filled, ax=panels, label=LABELS["angle"], format="%.2f")
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center")
    return figure


def message_passing(frame: pd.DataFrame) -> Figure:
    """Distance to the student and angle to the teacher along the iteration, a column for samples per dimension."""
    columns = list(dict.fromkeys(frame.alpha))
    figure, panels = style.subplots(2, len(columns), width=3.6, height=2.6, sharex=True, sharey="row")
    for column, alpha in zip(panels.T, columns, strict=True):
        paths = frame[frame.alpha == alpha].groupby("l2")
        for color, (l2, path) in zip(style.COLORS.values(), paths, strict=False):
            column[0].plot(path.iteration, path.distance, color=color, label=rf"$\lambda_2 = {l2:g}$")
            column[1].plot(path.iteration, path.angle, color=color)
        column[0].set(yscale="log", title=rf"$\alpha = {alpha:g}$")
        column[1].set_xlabel("iteration")
    panels[0, 0].set_ylabel("distance to the student")
    panels[1, 0].set_ylabel(LABELS["angle"])
    figure.legend(*panels[0, 0].get_legend_handles_labels(), loc="outside right center")
    return figure
