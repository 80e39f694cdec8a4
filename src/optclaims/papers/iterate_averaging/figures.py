"""Figures of iterate averaging, each drawn from the frame that stands in its CSV."""

import pandas as pd
from matplotlib.figure import Figure

from optclaims import style

COLOR = {"last": style.COLORS["blue"], "average": style.COLORS["orange"]}


def moments(frame: pd.DataFrame) -> Figure:
    """Variances of last iterate and average over the learning rate."""
    figure, ax = style.subplots(width=5.4)
    for kind, part in frame.groupby("kind", sort=False):
        line, points = part[part.runs == 0], part[part.runs > 0]
        ax.plot(line.lr, line.variance, color=COLOR[kind], linewidth=1.2)
        ax.plot(points.lr, points.variance, "o", color=COLOR[kind], label=f"{kind}, runs")
    ax.plot([], [], color="0.5", linewidth=1.2, label="formulas")
    ax.axhline(frame.limit.iloc[0], **style.THEORY, label=r"$\sigma^2/(n\lambda^2)$")
    ax.set(xscale="log", yscale="log", xlabel=r"learning rate $\alpha\lambda$", ylabel="variance")
    figure.legend(*ax.get_legend_handles_labels(), loc="outside right upper")
    return figure


def preconditioners(frame: pd.DataFrame) -> Figure:
    """Bias and variance of the average's risk, and the last iterate's risk, over the learning rate."""
    names = list(dict.fromkeys(frame.preconditioner))
    figure, panels = style.subplots(1, 3, width=3.2, height=3.2, sharey=True)
    for ax, name in zip(panels, names, strict=True):
        part = frame[frame.preconditioner == name]
        ax.plot(part.lr, part["last"], color=COLOR["last"], label="last iterate")
        ax.plot(part.lr, part.average, color=COLOR["average"], label="average")
        ax.plot(part.lr, part.bias, color=COLOR["average"], linestyle="--", label="average, bias alone")
        ax.set(xscale="log", yscale="log", xlabel=r"learning rate $\alpha$", title=name, ylim=(1e-2, 1e3))
    panels[0].set_ylabel("risk")
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return figure


def concentration(frame: pd.DataFrame) -> Figure:
    """Squared norms over their theoretical mean, one panel a dimension."""
    sizes = sorted(frame["P"].unique())
    figure, panels = style.subplots(1, len(sizes), width=3.8, height=3.1, sharex=True)
    for ax, size in zip(panels, sizes, strict=True):
        for kind, part in frame[frame["P"] == size].groupby("kind", sort=False):
            ax.plot(part.ratio, part.density, drawstyle="steps-mid", color=COLOR[kind], label=kind)
        ax.axvline(1, **style.THEORY)
        ax.set(xlabel=r"$\|w\|^2$ over its mean", title=f"P = {size}", xlim=(0, 3))
    panels[0].set_ylabel("density")
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return figure
