"""Figures of students and their asymptotic errors, each drawn from the frame that stands in its CSV."""

import pandas as pd
from matplotlib.figure import Figure

from optclaims import style

LABELS = {"mse": r"MSE $|\hat x - x_0|^2 / d$", "angle": r"angle $\theta$"}


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
