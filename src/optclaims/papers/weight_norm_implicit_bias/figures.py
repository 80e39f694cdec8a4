"""Figures of weight normalization on least squares, each drawn from the frame that stands in its CSV."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from optclaims import style

C = style.COLORS
COLORS = {"wn": C["blue"], "rpgd": C["orange"], "gd": C["grey"], "raw": C["purple"], "roles swapped": C["purple"]}
NAMES = {
    "wn": "WN",
    "rpgd": "rPGD",
    "gd": "gradient descent",
    "raw": "rPGD without normalising",
    "roles swapped": "rPGD, step sizes swapped",
}


def drift(frame: pd.DataFrame) -> Figure:
    """Drift of the invariant against the step size, every cell a line."""
    figure, panels = style.subplots(1, 2, width=3.6, height=3.4, sharey=True)
    for ax, (c, rows) in zip(panels, frame.groupby("c"), strict=True):
        for (method, *_), line in rows.groupby(["method", "design", "seed", "g"]):
            ax.plot(line.lr, line.drift, "o-", color=COLORS[method], linewidth=0.9, markersize=3)
        ax.set(xscale="log", yscale="log", xlabel=r"step size $\eta$", title=f"$c = {c:g}$")
        ax.set_xticks(sorted(frame.lr.unique()), [f"{lr:g}" for lr in sorted(frame.lr.unique())])
        ax.minorticks_off()
    panels[0].set_ylabel("drift of the log of the invariant")
    for method in ("wn", "rpgd", "raw"):
        panels[0].plot([], [], color=COLORS[method], label=NAMES[method])
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return figure


def portrait(frame: pd.DataFrame) -> Figure:
    """Flows in the plane of g and the kernel share, the level lines of the invariant and the solutions."""
    figure, panels = style.subplots(1, 2, width=3.8, height=3.4, sharex=True, sharey=True)
    for ax, (c, rows) in zip(panels, frame.groupby("c"), strict=True):
        for _, path in rows.groupby("start"):
            ax.plot(path.g, path.kernel, color=C["blue"], linewidth=2.2, alpha=0.6)
            ordered = path.sort_values("g")
            ax.plot(ordered.g, ordered.level, **{**style.THEORY, "linewidth": 0.9})
            ax.plot(path.g.iloc[0], path.kernel.iloc[0], "o", color=C["blue"], markersize=4)
        norm = frame.norm.iloc[0]
        g = np.linspace(norm, frame.g.max(), 200)
        ax.plot(g, np.sqrt(1 - (norm / g) ** 2), color=C["green"])
        ax.set(xlabel="$g$", title=f"$c = {c:g}$")
    ax = panels[0]
    ax.set_ylabel(r"kernel share $\|\hat w_\perp\|$")
    ax.plot([], [], color=C["blue"], label="flow")
    ax.plot([], [], label="invariant", **style.THEORY)
    ax.plot([], [], color=C["green"], label="solutions")
    figure.legend(*ax.get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return figure


def error_by_c(frame: pd.DataFrame) -> Figure:
    """Final error against 1/c, with the closed form."""
    figure, ax = style.subplots(width=5)
    for method, color in (("wn", C["blue"]), ("rpgd", C["orange"]), ("roles swapped", C["purple"])):
        part = frame[frame.method == method]
        marker = {"wn": "s", "rpgd": "o", "roles swapped": "x"}[method]
        ax.plot(1 / part.c, part.error, marker, color=color, markerfacecolor="none", label=NAMES[method])
    for _, line in frame[frame.method == "rpgd"].groupby(["design", "seed"]):
        ax.plot(1 / line.c, line.formula, **{**style.THEORY, "linewidth": 0.8})
    ax.plot([], [], label="closed form", **style.THEORY)
    ax.set(yscale="log", xlabel="$1/c$", ylabel=r"$\|x_\infty - x^\star\|$")
    figure.legend(*ax.get_legend_handles_labels(), loc="outside right upper")
    return figure


def error_by_start(frame: pd.DataFrame) -> Figure:
    """Final error against the start, mean over seeds with the range, and the closed forms."""
    figure, ax = style.subplots(width=5.2)
    for method, marker in (("gd", "^"), ("wn", "s"), ("rpgd", "o")):
        errors = frame[frame.method == method].groupby("g")[["error", "formula"]]
        mean, low, high = errors.mean(), errors.min().error, errors.max().error
        ax.plot(mean.index, mean.error, marker, color=COLORS[method], markerfacecolor="none", label=NAMES[method])
        style.band(ax, mean.index, low, high, color=COLORS[method])
        ax.plot(mean.index, mean.formula, **{**style.THEORY, "linewidth": 0.9})
    ax.plot([], [], label="closed form", **style.THEORY)
    ax.axvline(2, color="0.6", linewidth=0.8)
    ax.annotate(r"$g^\star$", (2, 0.05), xytext=(4, 0), textcoords="offset points")
    ax.set(xscale="log", yscale="log", xlabel="start $g_0$", ylabel=r"$\|x_\infty - x^\star\|$")
    figure.legend(*ax.get_legend_handles_labels(), loc="outside right upper")
    return figure


def criterion(frame: pd.DataFrame) -> Figure:
    """Who ends nearer, over the start and the kernel share; filled where the criterion says weight normalization."""
    cells = list(frame.groupby(["target", "c"]))
    figure, panels = style.subplots(1, len(cells), width=2.5, height=2.9, sharey=True)
    reach = frame.ratio.abs().clip(upper=2).max()
    for ax, ((target, c), part) in zip(panels, cells, strict=True):
        for wins, marker in ((True, "o"), (False, "s")):
            kept = part[part.criterion == wins]
            drawn = ax.scatter(
                kept.g,
                kept.p,
                c=kept.ratio,
                cmap="RdBu_r",
                vmin=-reach,
                vmax=reach,
                marker=marker,
                s=42,
                edgecolors="0.15",
                linewidths=0.6,
            )
        ax.set(xscale="log", xlabel="start $g_0$", title=rf"$g^\star = {target:g}$, $c = {c:g}$")
    panels[0].set_ylabel(r"kernel share $\|\hat w_{\perp,0}\|$")
    figure.colorbar(drawn, ax=panels, label="log of error over descent's")
    for label, marker in (("WN nearer by the criterion", "o"), ("gradient descent nearer", "s")):
        panels[0].plot([], [], marker, color="0.15", markerfacecolor="none", label=label)
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return figure


def trajectory(frame: pd.DataFrame) -> Figure:
    """g, the kernel share and the error along both phases, from two starts."""
    figure, panels = style.subplots(1, 3, width=3.0, height=3.2)
    titles = {"g": "$g$", "kernel": r"kernel share $\|\hat w_\perp\|$", "error": r"error $\|x - x^\star\|$"}
    for ax, (name, title) in zip(panels, titles.items(), strict=True):
        for color, (start, part) in zip((C["blue"], C["orange"]), frame.groupby("start"), strict=True):
            for phase, line in (("I", "-"), ("II", "--")):
                kept = part[part.phase == phase]
                ax.plot(kept.step, kept[name], line, color=color, label=f"$g_0 = {start:g}$, phase {phase}")
        ax.set(xlabel="step", title=title, yscale="linear" if name == "g" else "log")
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
    return figure


def loss(frame: pd.DataFrame) -> Figure:
    """Loss along the runs, with the rate that the limit predicts."""
    figure, ax = style.subplots(width=5.2)
    for (method, c), part in frame.groupby(["method", "c"]):
        line = "-" if c == 1 else "-."
        ax.plot(part.step, part.loss, line, color=COLORS[method], label=f"{NAMES[method]}, $c = {c:g}$")
        late = part[part.loss < 1e-8]
        ax.plot(late.step, late.predicted, **{**style.THEORY, "linewidth": 0.9})
    ax.plot([], [], label=r"$(1 - \eta\Lambda)^{2t}$", **style.THEORY)
    ax.set(yscale="log", xlabel="step", ylabel="loss", ylim=(1e-26, 10))
    figure.legend(*ax.get_legend_handles_labels(), loc="outside right upper")
    return figure


def excess(frame: pd.DataFrame) -> Figure:
    """Excess of the test error over that of least norm, all seeds."""
    import seaborn

    figure, ax = style.subplots(width=6.4)
    order = list(frame.method.unique())
    colors = {method: C["grey"] if "descent" in method else C["orange"] for method in order}
    seaborn.stripplot(
        frame, y="method", x="excess", hue="method", order=order, palette=colors, legend=False, size=2.5, ax=ax
    )
    means = frame.groupby("method").excess.mean()
    ax.plot(means[order], range(len(order)), "D", color="0.15", markersize=5, zorder=5, label="mean")
    ax.axvline(0, **style.THEORY)
    ax.set(xlabel="test error over that of the solution of least norm", ylabel="")
    ax.legend(loc="upper left")
    return figure
