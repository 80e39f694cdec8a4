"""Figures of the paper on ACProp, each drawn from the frame that stands in its CSV."""

import numpy as np
import pandas as pd
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from optclaims import style

COLORS = {
    "ACProp": style.COLORS["blue"],
    "AdaShift": style.COLORS["orange"],
    "RMSprop": style.COLORS["green"],
    "Adam": style.COLORS["red"],
    "AdaBelief": style.COLORS["purple"],
    "SGD": style.COLORS["grey"],
}
GOOD, BAD = style.COLORS["sky"], "#f2d0a4"


def _cells(ax, table: pd.DataFrame, colors: list[str]) -> None:
    """A map over (ln(1 - beta2), P) with the periods at equal distances."""
    x, y = np.arange(len(table.columns)), np.arange(len(table.index))
    ax.pcolormesh(x, y, table, cmap=ListedColormap(colors), vmin=-0.5, vmax=len(colors) - 0.5, rasterized=True)
    logs = np.log10(np.asarray(table.columns, float))
    marks = [k for k in range(-3, 1) if logs.min() - 0.06 < k < logs.max() + 0.06]
    ax.set_xticks(np.interp(marks, logs, x), [f"$10^{{{k}}}$" for k in marks])
    ax.set_yticks(y, [f"{p:g}" for p in table.index])
    ax.grid(visible=False)


def frequent_map(frame: pd.DataFrame) -> Figure:
    """Sign of the drift over (beta2, P), a panel for each method and beta1; crosses where the protocol disagrees."""
    betas, methods = sorted(frame.beta1.unique()), list(frame.method.unique())
    figure, panels = style.subplots(len(betas), len(methods), width=2.5, height=2.3, sharex=True, sharey=True)
    for row, beta1 in zip(panels, betas, strict=True):
        for ax, method in zip(row, methods, strict=True):
            part = frame[(frame.beta1 == beta1) & (frame.method == method)]
            drift = part.pivot(index="P", columns="one_minus_beta2", values="drift")
            _cells(ax, (drift < 0).astype(int), [BAD, GOOD])
            other = (part.drift < 0) != (part.protocol == 1)
            columns, rows = drift.columns.get_indexer(part.one_minus_beta2), drift.index.get_indexer(part.P)
            ax.plot(columns[other], rows[other], "x", color="0.15", markersize=4)
            ax.set_title(rf"{method}, $\beta_1 = {beta1:g}$")
    for ax in panels[-1]:
        ax.set_xlabel(r"$1 - \beta_2$")
    for ax in panels[:, 0]:
        ax.set_ylabel("period $P$")
    keys = [Patch(color=GOOD, label="drift to the best point"), Patch(color=BAD, label="drift to the worst point")]
    keys += panels[0, 0].plot([], [], "x", color="0.15", label=r"$10^4$ steps say otherwise")
    figure.legend(handles=keys, loc="outside lower center", ncols=3)
    return figure


def sparse_map(frame: pd.DataFrame) -> Figure:
    """Who converges over (beta2, P) on the sparse problem, ACProp against AdaShift, a panel for each beta1."""
    kinds = {
        "both": style.COLORS["sky"],
        "neither": BAD,
        "only ACProp": style.COLORS["blue"],
        "only AdaShift": style.COLORS["red"],
    }
    betas = sorted(frame.beta1.unique())
    figure, panels = style.subplots(1, len(betas), width=3.6, height=3.2, sharey=True)
    for ax, beta1 in zip(panels, betas, strict=True):
        part = frame[frame.beta1 == beta1]
        numbered = part.assign(number=part.kind.map({kind: i for i, kind in enumerate(kinds)}))
        table = numbered.pivot(index="P", columns="one_minus_beta2", values="number")
        _cells(ax, table, list(kinds.values()))
        ax.set(xlabel=r"$1 - \beta_2$", title=rf"$\beta_1 = {beta1:g}$")
    panels[0].set_ylabel("period $P$")
    keys = [Patch(color=color, label=kind) for kind, color in kinds.items() if (frame.kind == kind).any()]
    figure.legend(handles=keys, loc="outside lower center", ncols=4, title="converges")
    return figure


def trajectory(frame: pd.DataFrame) -> Figure:
    """Distance from the best point along the run, and the denominators of one late period."""
    figure, panels = style.subplots(1, 2, width=4.4)
    for method, part in frame.groupby("method", sort=False):
        line, period = part[part.panel == "distance"], part[part.panel == "denominator"]
        panels[0].plot(line.t, line.value, color=COLORS[method], label=method)
        panels[1].plot(period.t, period.value, color=COLORS[method], label=method)
    panels[0].set(xscale="log", yscale="log", xlabel="step $t$", ylabel="distance from the best point, mean of $x_t$")
    panels[1].set(yscale="log", xlabel="step within a late period", ylabel=r"denominator $\sqrt{s_{t-1}}$")
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside upper center", ncols=2)
    return figure


def rate(frame: pd.DataFrame) -> Figure:
    """Mean squared gradient against the horizon, a panel for each step size."""
    rates = sorted(frame.eta0.unique())
    figure, panels = style.subplots(1, len(rates), width=3.3, height=3.0, sharey=True)
    for ax, eta0 in zip(panels, rates, strict=True):
        for method, part in frame[frame.eta0 == eta0].groupby("method", sort=False):
            look = {"color": COLORS[method], "marker": "o", "markersize": 4}
            ax.errorbar(part["T"], part["mean"], 2 * part.stderr, label=method, **look)
        start = frame[frame.eta0 == eta0]
        T = np.array(sorted(start["T"].unique()), float)
        ax.plot(T, 1.25 * start["mean"].max() * (T / T[0]) ** -0.5, label="$T^{-1/2}$", **style.THEORY)
        ax.set(xscale="log", yscale="log", xlabel="horizon $T$", title=rf"$\eta = {eta0:g}/\sqrt{{T}}$")
        ax.set_xticks(T, [f"{t:g}" for t in T])
        ax.tick_params(axis="x", which="minor", bottom=False, labelbottom=False)
    panels[0].set_ylabel(r"mean of $\|\nabla f\|^2$")
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
    return figure


def independent(frame: pd.DataFrame) -> Figure:
    """Drift per step with independent gradients, the product of expectations, and the periodic drift."""
    settings = list(frame.setting.unique())
    figure, panels = style.subplots(1, len(settings), width=3.4, height=3.2)
    for ax, setting in zip(panels, settings, strict=True):
        part = frame[frame.setting == setting].reset_index()
        place = np.arange(len(part))
        colors = [COLORS[method] for method in part.method]
        ax.axhline(0, color="0.6", linewidth=0.8)
        ax.bar(place, part.drift, color=colors, width=0.6, yerr=2 * part.stderr)
        ax.plot(place, part["product"], "_", color="0.15", markersize=16, label=r"$-E[g]\,E[s^{-1/2}]$")
        ax.plot(place, part.periodic, "x", color="0.15", markersize=6, label="periodic gradients")
        ax.set_xticks(place, part.method, rotation=35)
        ax.set(title=setting)
    panels[0].set_ylabel("drift per step")
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return figure


def networks(frame: pd.DataFrame) -> Figure:
    """Final test accuracy against the learning rate (tuning runs), and along the judged runs."""
    figure, panels = style.subplots(1, 2, width=4.6)
    for method, part in frame.groupby("method", sort=False):
        grid, curve = part[part.panel == "learning rate"], part[part.panel == "epoch"]
        panels[0].errorbar(grid.x, grid["mean"], 2 * grid.stderr, marker="o", color=COLORS[method], label=method)
        panels[1].plot(curve.x, curve["mean"], color=COLORS[method], label=method)
        style.band(
            panels[1], curve.x, curve["mean"] - 2 * curve.stderr, curve["mean"] + 2 * curve.stderr, color=COLORS[method]
        )
    best = frame["mean"].max()
    panels[0].set(xscale="log", xlabel="learning rate", ylabel="final test accuracy", ylim=(best - 0.08, best + 0.01))
    panels[1].set(xlabel="epoch", ylabel=r"test accuracy, $\pm$ 2 s.e.", ylim=(best - 0.08, best + 0.01))
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside upper center", ncols=4)
    return figure
