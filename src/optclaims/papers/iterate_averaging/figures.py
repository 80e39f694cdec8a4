"""Figures of iterate averaging, each drawn from the frame that stands in its CSV."""

import numpy as np
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


def trap(frame: pd.DataFrame) -> Figure:
    """Risk of last iterate and average over the learning rate, one panel a kind of noise."""
    noises = list(dict.fromkeys(frame.noise))
    figure, panels = style.subplots(1, len(noises), width=3.0, height=3.2, sharey=True)
    for ax, noise in zip(panels, noises, strict=True):
        for kind, part in frame[frame.noise == noise].groupby("kind", sort=False):
            ax.errorbar(part.lr, part.risk, 2 * part.stderr, fmt="o", color=COLOR[kind], label=kind)
            ax.plot(part.lr, part.white, **style.THEORY, label=None if kind == "last" else "white noise")
        ax.set(xscale="log", yscale="log", xlabel=r"learning rate $\alpha$", title=noise)
    panels[0].set_ylabel("risk")
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return figure


def opening(frame: pd.DataFrame) -> Figure:
    """Risk of the average over that under white noise, over the scaled learning rate, one line a field."""
    figure, ax = style.subplots(width=5.6)
    for (size, length), part in frame.groupby(["P", "length"], sort=False):
        color = style.COLORS["blue" if length / size**0.5 < 0.1 else "orange"]
        look = {"fmt": "o-" if size < 100 else "s--", "color": color, "label": rf"P = {size}, $\ell$ = {length:g}"}
        ax.errorbar(part.x, part.ratio, 2 * part.stderr, **look)
    ax.axhline(5, **style.THEORY, label="threshold")
    ax.set(xscale="log", yscale="log", xlabel=r"$\alpha\sqrt{P}/\ell$", ylabel="risk over white noise's")
    figure.legend(*ax.get_legend_handles_labels(), loc="outside right upper")
    return figure


def thinning(frame: pd.DataFrame) -> Figure:
    """Variance by formula over the number of steps between samples; accuracy on digits likewise."""
    figure, (left, right) = style.subplots(1, 2, width=3.6, height=3.2)
    formula, runs = frame[frame.kind == "variance"], frame[frame.kind == "accuracy"]
    left.plot(formula.x, formula.value, "o", color=COLOR["average"], label=r"$\alpha\lambda = 0.1$, 2000 steps")
    x = np.geomspace(formula.x.min(), formula.x.max(), 100)
    left.plot(x, x / 2 / np.tanh(x / 2), **style.THEORY, label=r"$\frac{x}{2}\coth\frac{x}{2}$")
    left.set(xscale="log", yscale="log", xlabel=r"$x = c\alpha\lambda$", ylabel="variance over that of every step")
    left.legend(loc="upper left")
    right.errorbar(runs.x, runs.value, 2 * runs.stderr, fmt="o", color=COLOR["average"])
    right.axhline(0, **style.THEORY)
    right.set(xscale="log", xlabel="steps between samples c", ylabel="accuracy minus that of every step")
    return figure


def accuracies(frame: pd.DataFrame) -> Figure:
    """Test accuracy over the learning rate, one panel an optimizer and a law of the starts."""
    looks = {**COLOR, "annealed": style.COLORS["green"]}
    cells = list(frame.groupby(["method", "start"], sort=False))
    figure, panels = style.subplots(1, len(cells), width=3.4, height=3.2, sharey=True, squeeze=False)
    for ax, ((name, start), cell) in zip(panels[0], cells, strict=True):
        for kind, part in cell.groupby("kind", sort=False):
            fmt = "o" if kind == "annealed" else "o-"
            ax.errorbar(part.lr, part.accuracy, 2 * part.stderr, fmt=fmt, color=looks[kind], label=kind)
        ax.set(xscale="log", xlabel=r"learning rate $\alpha$", title=f"{name}, {start} start")
        rates = sorted(cell.lr.unique())
        ax.set_xticks(rates, [f"{rate:g}" for rate in rates])
        ax.minorticks_off()
    panels[0, 0].set_ylabel("test accuracy")
    figure.legend(*panels[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return figure


def decays(frame: pd.DataFrame) -> Figure:
    """Heat maps of the test accuracy over learning rate and weight decay: last iterate, average, their difference."""
    table = frame.pivot(index=["kind", "decay"], columns="lr", values="accuracy")
    last, average = table.loc["last"], table.loc["average"]
    figure, panels = style.subplots(1, 3, width=3.0, height=3.1, sharey=True)
    reach = (average - last).abs().to_numpy().max()
    low = table.to_numpy().min()
    looks = [{"vmin": low, "vmax": 1, "cmap": "cividis"}] * 2 + [{"vmin": -reach, "vmax": reach, "cmap": "RdBu"}]
    titles = ("last iterate", "average", "average minus last")
    for ax, values, look, title in zip(panels, (last, average, average - last), looks, titles, strict=True):
        mesh = ax.imshow(values, origin="lower", aspect="auto", **look)
        for (row, column), value in np.ndenumerate(values.to_numpy()):
            red, green, blue, _ = mesh.cmap(mesh.norm(value))
            dark = 0.3 * red + 0.6 * green + 0.1 * blue < 0.5
            ax.text(column, row, f"{value:.3f}", ha="center", va="center", color="white" if dark else "0.1")
        ax.set_xticks(range(len(values.columns)), [f"{rate:g}" for rate in values.columns])
        ax.set_yticks(range(len(values.index)), [f"{decay:g}" for decay in values.index])
        ax.grid(False)
        ax.set(xlabel=r"learning rate $\alpha$", title=title)
        figure.colorbar(mesh, ax=ax, shrink=0.9)
    panels[0].set_ylabel("weight decay")
    return figure


def curve(frame: pd.DataFrame) -> Figure:
    """Test accuracy and loss over the epochs; the average begins in the middle."""
    figure, panels = style.subplots(1, 2, width=3.8, height=3.2)
    for ax, column in zip(panels, ("accuracy", "loss"), strict=True):
        for kind, part in frame.groupby("kind", sort=False):
            ax.plot(part.epoch, part[column], color=COLOR[kind], label=kind)
            error = 2 * part[f"{column}_stderr"]
            style.band(ax, part.epoch, part[column] - error, part[column] + error, color=COLOR[kind])
        ax.set(xlabel="epoch", ylabel=f"test {column}")
    panels[1].set_yscale("log")
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return figure
