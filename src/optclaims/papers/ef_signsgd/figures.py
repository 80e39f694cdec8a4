"""Figures of the paper on error feedback, each drawn from the frame that stands in its CSV."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from optclaims import style

COLORS = {
    "SGD": style.COLORS["grey"],
    "SGD, momentum": style.COLORS["grey"],
    "sign": style.COLORS["red"],
    "sign, momentum": style.COLORS["purple"],
    "scaled sign": style.COLORS["orange"],
    "EF, sign": style.COLORS["sky"],
    "EF, scaled sign": style.COLORS["blue"],
    "EF, top-1": style.COLORS["green"],
}
DASH = {"SGD": (0, (4, 2)), "scaled sign": (0, (5, 2)), "EF, scaled sign": (0, (1, 1))}  # where lines coincide


def trajectories(frame: pd.DataFrame) -> Figure:
    """The three counterexamples: the position, and the loss along the run."""
    figure, panels = style.subplots(1, 3, width=3.8)
    for ax, (number, part) in zip(panels, frame.groupby("problem"), strict=True):
        for method, line in part.groupby("method", sort=False):
            ax.plot(line.t, line.value, color=COLORS[method], linestyle=DASH.get(method, "-"), label=method)
        ax.set(xscale="log", xlabel="step $t$", title=f"counterexample {number}")
    panels[0].set_ylabel("mean position, best point $-1$")
    panels[1].set(yscale="log", ylabel="loss $f(x_t)$")
    panels[2].set(yscale="log", ylabel="loss $f(x_t)$ (cut off at $10^{-12}$)")
    handles = {text: line for ax in panels for line, text in zip(*ax.get_legend_handles_labels(), strict=True)}
    figure.legend(handles.values(), handles.keys(), loc="outside lower center", ncols=5)
    return figure


def shared_signs(frame: pd.DataFrame) -> Figure:
    """Loss along runs on forms that share their signs, and the smallest value on the line that the signs span."""
    figure, ax = style.subplots(width=5.4)
    for method, part in frame.groupby("method", sort=False):
        ax.plot(part.t, part.value, color=COLORS[method], linestyle=DASH.get(method, "-"), label=method)
    ax.axhline(frame.best_on_line.iloc[0], label="smallest value on the line", **style.THEORY)
    ax.set(xscale="log", yscale="log", xlabel="step $t$", ylabel="loss $f(x_t)$ (cut off at $10^{-12}$)")
    figure.legend(*ax.get_legend_handles_labels(), loc="outside upper center", ncols=3)
    return figure


def densities(frame: pd.DataFrame) -> Figure:
    """Distribution of phi over random vectors of each law."""
    figure, ax = style.subplots(width=5.4)
    for (law, part), color in zip(frame.groupby("law", sort=False), style.COLORS.values(), strict=False):
        ax.plot(part.phi, np.linspace(0, 1, len(part)), color=color, label=law)
    ax.axvline(2 / np.pi, **style.THEORY, label=r"$2/\pi$")
    ax.set(xlabel=r"$\phi(v) = \|v\|_1^2 / (d\,\|v\|_2^2)$", ylabel="share of vectors below", xlim=(0, 1))
    figure.legend(*ax.get_legend_handles_labels(), loc="outside right upper")
    return figure


def memory(frame: pd.DataFrame) -> Figure:
    """Mean squared memory over gamma squared along the run, with the bounds."""
    figure, ax = style.subplots(width=5.4)
    for (lr, part), color in zip(frame.groupby("lr", sort=False), style.COLORS.values(), strict=False):
        ax.plot(part.t, part.scaled, color=color, label=rf"$\gamma = {lr:g}$")
        ax.axhline(part.bound.iloc[0], **{**style.THEORY, "color": color})
    ax.plot([], [], label="bound of Lemma 3", **style.THEORY)
    ax.axhline(frame.level.iloc[0], color="0.15", linestyle=":", label="stationary level, many dimensions")
    ax.set(xscale="log", yscale="log", xlabel="step $t$", ylabel=r"$E\|e_t\|^2 / \gamma^2$")
    figure.legend(*ax.get_legend_handles_labels(), loc="outside right upper")
    return figure


def rates(frame: pd.DataFrame) -> Figure:
    """Mean squared gradient against the horizon, and its excess over SGD."""
    figure, panels = style.subplots(1, 2, width=4.2)
    base = frame[frame.method == "SGD"].set_index("T")["mean"]
    for method, part in frame.groupby("method", sort=False):
        look = {"color": COLORS[method], "marker": "o", "linestyle": DASH.get(method, "-")}
        panels[0].errorbar(part["T"], part["mean"], 2 * part.stderr, label=method, **look)
        if method != "SGD":
            panels[1].plot(part["T"], part["mean"] / part["T"].map(base) - 1, **look)
    T = base.index.to_numpy(float)
    panels[1].plot(T, 0.6 * (T / T[0]) ** -0.5, label="$T^{-1/2}$", **style.THEORY)
    panels[1].legend()
    panels[0].set(xscale="log", yscale="log", xlabel="horizon $T$", ylabel=r"mean of $\|\nabla f\|^2$")
    panels[1].set(xscale="log", yscale="log", xlabel="horizon $T$", ylabel="excess over SGD")
    for ax in panels:
        ax.set_xticks(T, [f"{t:g}" for t in T])
        ax.tick_params(axis="x", which="minor", bottom=False, labelbottom=False)
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside upper center", ncols=4)
    return figure


def bounds(frame: pd.DataFrame) -> Figure:
    """Measured values, the bounds, and the bounds without their compression term."""
    names = list(frame.problem.unique())
    figure, panels = style.subplots(1, len(names), width=3.1, height=3.0)
    for ax, name in zip(panels, names, strict=True):
        part = frame[frame.problem == name]
        ax.plot(part.t, part.value, color=style.COLORS["blue"], label="measured")
        ax.plot(part.t, part.bound, label="bound", **style.THEORY)
        ax.plot(part.t, part.without, label=r"bound without $\delta$", **{**style.THEORY, "linestyle": ":"})
        ax.set(xscale="log", yscale="log", xlabel="horizon $T$", title=name)
    panels[0].set_ylabel(r"mean of $\|\nabla f\|^2$, or $f(\bar x_T) - f^*$")
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return figure


def span(frame: pd.DataFrame) -> Figure:
    """Distance from the span of the gradients, training error and test error, means over seeds."""
    figure, panels = style.subplots(1, 3, width=3.8)
    titles = {"distance": "distance from the span", "train": "training error", "test": "test error"}
    for ax, (column, label) in zip(panels, titles.items(), strict=True):
        for method, part in frame.groupby("method", sort=False):
            ax.plot(part.step, part[column], color=COLORS[method], linestyle=DASH.get(method, "-"), label=method)
        ax.set_xscale("symlog", linthresh=1)
        ax.set(xlabel="step", ylabel=label)
    panels[1].set_ylim(-0.05, 1.6)
    panels[2].set_ylim(-0.05, 1.6)
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=5)
    return figure


def sparse_noise(frame: pd.DataFrame) -> Figure:
    """Mean loss along the run, every method at its best rate."""
    figure, ax = style.subplots(width=5.4)
    for method, part in frame.groupby("method", sort=False):
        label = rf"{method}, $\gamma = {part.lr.iloc[0]:.2g}$"
        ax.plot(part.t, part.f, color=COLORS[method], linestyle=DASH.get(method, "-"), label=label)
    ax.set(xscale="log", yscale="log", xlabel="step $t$", ylabel="mean of $f(w_t)$")
    figure.legend(*ax.get_legend_handles_labels(), loc="outside upper center", ncols=2)
    return figure


def phi(frame: pd.DataFrame) -> Figure:
    """phi of the gradient and of the corrected step along training, a panel for each batch size."""
    batches = sorted(frame.batch.unique(), reverse=True)
    figure, panels = style.subplots(1, len(batches), width=3.4, height=3.0, sharey=True)
    looks = {"g": (style.COLORS["orange"], r"$g$"), "g + e": (style.COLORS["blue"], r"$\gamma g + e$")}
    for ax, batch in zip(panels, batches, strict=True):
        for quantity, part in frame[frame.batch == batch].groupby("quantity", sort=False):
            color, label = looks[quantity]
            ax.plot(part.epoch, part["median"], color=color, label=f"{label}, median of an epoch")
            style.band(ax, part.epoch, part.low, part["median"], color=color, label=f"{label}, down to the smallest")
        ax.axhline(0.1, **style.THEORY, label="the authors' level 0.1")
        ax.set(xlabel="epoch", title=f"batch {batch}", ylim=(0, 0.7))
    panels[0].set_ylabel(r"$\phi$ of the first weight matrix")
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return figure


def networks(frame: pd.DataFrame) -> Figure:
    """Loss and accuracy on training and test data along training, a column for each batch size."""
    batches = sorted(frame.batch.unique(), reverse=True)
    figure, panels = style.subplots(2, len(batches), width=3.6, height=2.7, sharex=True, sharey="row", squeeze=False)
    for column, batch in zip(panels.T, batches, strict=True):
        for ax, measure in zip(column, ("loss", "accuracy"), strict=True):
            for method, part in frame[frame.batch == batch].groupby("method", sort=False):
                for data, line in (("train", "-"), ("test", (0, (2, 1)))):
                    mean, spread = part[f"{data}_{measure}"], part[f"{data}_{measure}_std"]
                    ax.plot(part.epoch, mean, color=COLORS[method], linestyle=line, label=f"{method}, {data}")
                    style.band(ax, part.epoch, mean - spread, mean + spread, color=COLORS[method], alpha=0.12)
        column[0].set(title=f"batch {batch}", yscale="log")
        column[1].set(xlabel="epoch")
    panels[0, 0].set_ylabel("loss")
    panels[1, 0].set_ylabel("accuracy")
    figure.legend(*panels[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return figure
