"""Figures of the paper's synthetic experiments, each drawn from the data frame of its experiment."""

import numpy as np
import pandas as pd
from matplotlib.colors import SymLogNorm
from matplotlib.figure import Figure

from optclaims import style

LABELS = {"adam": "Adam", "amsgrad": "AMSGrad", "adamnc": "AdamNc", "torch": "torch", "optax": "optax"}
COLORS = {
    "adam": style.COLORS["orange"],
    "amsgrad": style.COLORS["blue"],
    "adamnc": style.COLORS["green"],
    "torch": style.COLORS["red"],
    "optax": style.COLORS["purple"],
}
SHADES = [style.COLORS[name] for name in ("orange", "green", "purple", "red", "brown")]


def _lines(ax, frame: pd.DataFrame, x: str, y: str, **keywords) -> None:
    for algorithm, part in frame.groupby("algorithm", sort=False):
        ax.plot(part[x], part[y], color=COLORS[algorithm], label=LABELS[algorithm], **keywords)


def sawtooth(frame: pd.DataFrame) -> Figure:
    """Theorem 1: the first iterates of Adam, pinned at +1 every third step, and of AMSGrad."""
    fig, ax = style.subplots(width=6)
    _lines(ax, frame, "t", "x", marker=".")
    ax.axhline(1, **style.THEORY)
    ax.axhline(-1, color="0.6", linewidth=0.8)
    ax.set(xlabel="step $t$", ylabel="iterate $x_t$", ylim=(-1.08, 1.12), title="worst point $+1$, best point $-1$")
    ax.legend()
    return fig


def average_regret(frame: pd.DataFrame) -> Figure:
    """Theorem 1: average regret for several C with its limit."""
    fig, ax = style.subplots(width=5.4)
    for (algorithm, large), part in frame.groupby(["algorithm", "C"], sort=False):
        color = COLORS["amsgrad"] if algorithm == "amsgrad" else SHADES[sorted(frame.C.unique()).index(large)]
        ax.plot(part.t, part.average_regret, color=color, label=f"{LABELS[algorithm]}, $C = {large:g}$")
        if algorithm == "adam":
            ax.axhline(part.limit.iloc[0], **style.THEORY)
    ax.plot([], [], label="$(2C-4)/3$", **style.THEORY)
    ax.set(xscale="log", yscale="log", xlabel="step $t$", ylabel="average regret $R_t/t$")
    ax.legend(ncols=2)
    return fig


def theorem_2(frame: pd.DataFrame) -> Figure:
    """Theorem 2: the linear part of the regret per cycle against the period, for each arm and step size."""
    fig, axes = style.subplots(1, 2, width=4.6, sharey=True)
    marks = {
        "Adam": ("o", style.COLORS["orange"]),
        "AMSGrad": ("s", style.COLORS["blue"]),
        "Adam, C below the threshold": ("v", style.COLORS["green"]),
    }
    for ax, (alpha, part) in zip(axes, frame.groupby("alpha", sort=False), strict=True):
        for arm, points in part.groupby("arm", sort=False):
            marker, color = marks[arm]
            middle = (points.low + points.high) / 2
            ax.errorbar(points.C, middle, (points.high - points.low) / 2, fmt=marker, color=color, label=arm, alpha=0.8)
        ax.axhline(2, **style.THEORY, label="$2$ a cycle")
        ax.set(xscale="log", xlabel="period and large gradient $C$", title=f"step size {alpha}")
    axes[0].set(ylabel="linear part of the regret a cycle")
    fig.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
    return fig


def phase_diagram(frame: pd.DataFrame) -> Figure:
    """Scaled drift of Adam over (1 - beta2, C) with its zero line, and simulated end points, for each beta1."""
    betas = sorted(frame.beta1.unique())
    fig, axes = style.subplots(1, len(betas), width=4.4, height=3.8, sharey=True)
    for ax, beta1 in zip(axes, betas, strict=True):
        part = frame[frame.beta1 == beta1]
        table = part[part.kind == "drift"].pivot(index="C", columns="one_minus_beta2", values="value")
        norm = SymLogNorm(0.01, vmin=-1, vmax=1)
        mesh = ax.pcolormesh(table.columns, table.index, table, cmap="RdBu_r", norm=norm, rasterized=True)
        ax.contour(table.columns, table.index, table, levels=[0], colors="0.15", linewidths=1.3)
        points = part[part.kind == "end point"]
        for sign, marker, color in ((1, "^", style.COLORS["orange"]), (-1, "v", style.COLORS["sky"])):
            chosen = points[np.sign(points.value) == sign]
            label = f"Adam ends at ${sign:+d}$"
            look = {"color": color, "markeredgecolor": "0.1", "markersize": 6}
            ax.plot(chosen.one_minus_beta2, chosen.C, marker, label=label, **look)
        ax.set(xscale="log", yscale="log", xlabel=r"$1 - \beta_2$", title=rf"$\beta_1 = {beta1:g}$")
        ax.grid(False)
    axes[0].set_ylabel("period and large gradient $C$")
    fig.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
    fig.colorbar(mesh, ax=axes, label=r"drift $\Delta / \max|\Delta|$ (line: 0)")
    return fig


def _setting(text: str) -> str:
    delta, beta1, beta2 = text.split()
    return rf"$\delta={delta}$, $\beta_1={beta1}$, $\beta_2={beta2}$"


def _ticks(ax, multiples: pd.Series) -> None:
    ticks = sorted(multiples.unique())
    ax.set_xticks(ticks, [f"{tick:g}" for tick in ticks], minor=False)
    ax.minorticks_off()


def stochastic_drift(frame: pd.DataFrame) -> Figure:
    """Drift of Adam with independent gradients: integral (lines) and simulation (points) against C / C*."""
    fig, ax = style.subplots(width=5.4)
    for (setting, part), color in zip(frame.groupby("setting", sort=False), SHADES, strict=False):
        line, dots = part[part.kind == "integral"], part[part.kind == "simulation"]
        ax.plot(line.multiple, line.drift, color=color, linestyle=style.THEORY["linestyle"], linewidth=1.3)
        ax.errorbar(dots.multiple, dots.drift, 2 * dots.stderr, fmt="o", color=color, label=_setting(setting))
    ax.plot([], [], label="integral", **style.THEORY)
    ax.axhline(0, color="0.6", linewidth=0.8)
    ax.set(xscale="log", xlabel="large gradient, $C/C^*$", ylabel="drift $d$ per step")
    _ticks(ax, frame[frame.kind == "simulation"].multiple)
    ax.legend()
    return fig


def end_points(frame: pd.DataFrame) -> Figure:
    """Mean of the last tenth of every run against C / C*, by setting."""
    import seaborn

    fig, ax = style.subplots(width=7.2)
    settings = frame.setting.unique()
    named = frame.assign(setting=frame.setting.map(_setting), multiple=frame.multiple.map("{:g}".format))
    palette = dict(zip(map(_setting, settings), SHADES, strict=False))
    seaborn.stripplot(
        named, x="multiple", y="x", hue="setting", palette=palette, dodge=True, jitter=False, alpha=0.5, size=4, ax=ax
    )
    for wall in (1, -1):
        ax.axhline(wall, **style.THEORY)
    ax.set(xlabel="large gradient, $C/C^*$", ylabel="mean of the last tenth of $x_t$")
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    return fig


def online_regret(frame: pd.DataFrame) -> Figure:
    """Figure 1, left: average regret and its law."""
    fig, ax = style.subplots(width=5.4)
    _lines(ax, frame, "t", "average_regret")
    for _, part in frame.groupby("algorithm", sort=False):
        ax.plot(part.t, part.predicted, **style.THEORY)
    ax.plot([], [], label=r"limit $+\, 2\alpha\kappa/\sqrt{t}$", **style.THEORY)
    ax.axhline(20 / 101, color="0.6", linewidth=0.8)
    ax.text(frame.t.max(), 20 / 101 - 0.006, "20/101", ha="right", va="top", color="0.4")
    ax.set(xlabel="step $t$", ylabel="average regret $R_t/t$", ylim=(0, 0.6))
    ax.legend()
    return fig


def iterates(frame: pd.DataFrame) -> Figure:
    """Figure 1, centre: iterates on the online problem."""
    fig, ax = style.subplots(width=5.4)
    _lines(ax, frame, "t", "x")
    ax.set(xlabel="step $t$", ylabel="iterate $x_t$", ylim=(-1.08, 1.08), title="worst point $+1$, best point $-1$")
    ax.legend(loc="center right")
    return fig


def stochastic_iterate(frame: pd.DataFrame) -> Figure:
    """Figure 1, right: iterates on the stochastic problem, median over seeds and 10 to 90 % band."""
    fig, ax = style.subplots(width=5.4)
    for algorithm, part in frame.groupby("algorithm", sort=False):
        color = COLORS[algorithm]
        ax.plot(part.t, part["median"], color=color, label=f"{LABELS[algorithm]}, median of seeds")
        style.band(ax, part.t, part.low, part.high, color=color, label="10 to 90 % of seeds")
    ax.set(xlabel="step $t$", ylabel="iterate $x_t$", ylim=(-1.08, 1.08), title="worst point $+1$, best point $-1$")
    ax.legend(loc="center right")
    return fig


def stationary(frame: pd.DataFrame) -> Figure:
    """AMSGrad at constant steps on the stochastic problem: distance from the best point against the step."""
    fig, ax = style.subplots()
    law, dots = frame[frame.kind == "law"], frame[frame.kind == "simulation"]
    ax.plot(law.alpha, law.distance, label="exponential law", **style.THEORY)
    label = r"AMSGrad, mean $\pm$ 2 s.e."
    ax.errorbar(dots.alpha, dots.distance, 2 * dots.stderr, fmt="o", color=COLORS["amsgrad"], label=label)
    ax.set(
        xscale="log", yscale="log", xlabel=r"constant step $\alpha$", ylabel="distance from the best point, $E[x] + 1$"
    )
    ax.legend()
    return fig


def bounds(frame: pd.DataFrame) -> Figure:
    """Regret and bounds on the problem of Theorem 1: AMSGrad stays below, Adam crosses what was claimed for it."""
    fig, axes = style.subplots(1, 2, sharey=True)
    looks = {"Theorem 4": (0, (4, 2)), "by parts": (0, (1, 1)), "Kingma and Ba": (0, (5, 1, 1, 1))}
    for ax, (algorithm, part) in zip(axes, frame.groupby("algorithm", sort=False), strict=True):
        for curve, line in part.groupby("curve", sort=False):
            if curve == "regret":
                ax.plot(line.t, line.value, color=COLORS[algorithm.lower()], label="regret $R_t$")
            else:
                ax.plot(line.t, line.value, **{**style.THEORY, "linestyle": looks[curve]}, label=f"bound: {curve}")
        ax.set(xscale="log", yscale="log", xlabel="step $t$", title=algorithm)
        ax.legend()
    axes[0].set_ylabel("regret and bounds")
    return fig


def effective_step(frame: pd.DataFrame) -> Figure:
    """Effective step over the first periods of the online problem: Adam's grows within each period."""
    fig, ax = style.subplots(width=5.4)
    _lines(ax, frame, "t", "effective_step")
    ax.set(yscale="log", xlabel="step $t$", ylabel=r"effective step $\alpha_t/\sqrt{\hat v_t}$")
    ax.legend()
    return fig


def variants(frame: pd.DataFrame) -> Figure:
    """AMSGrad of the paper, of torch and of optax: denominators and iterates on the online problem."""
    fig, axes = style.subplots(1, 2)
    names = {"amsgrad": "paper", "torch": "torch", "optax": "optax"}
    for algorithm, part in frame.groupby("algorithm", sort=False):
        axes[0].plot(part.t, part.denominator, color=COLORS[algorithm], label=names[algorithm])
        starts = part[part.t % 101 == 1]  # the saw-tooth within a period would hide the trend
        axes[1].plot(starts.t, starts.x, color=COLORS[algorithm], label=names[algorithm])
    axes[0].set(xscale="log", yscale="log", xlabel="step $t$", ylabel=r"denominator (paper: $\sqrt{\hat v_t}$)")
    axes[1].set(xlabel="step $t$", ylabel=r"iterate $x_t$ at the start of each period")
    axes[1].legend(title="AMSGrad of")
    return fig


def epsilon(frame: pd.DataFrame) -> Figure:
    """Average regret with eps inside the root, divided by sqrt(eps), and its limit."""
    fig, ax = style.subplots(width=6.6)
    sizes = sorted(frame.eps.unique())
    for (large, eps), part in frame.groupby(["C", "eps"], sort=False):
        i, color = sizes.index(eps), SHADES[sorted(frame.C.unique()).index(large)]
        label = rf"$C = {large:g}$, $\epsilon = {eps:g}$"  # the curves coincide: show one marker in turn
        look = {"marker": "os^D"[i % 4], "markevery": (5 * i, 5 * len(sizes)), "linewidth": 1}
        ax.plot(part.t, part.average_regret, color=color, label=label, **look)
        ax.axhline(part.limit.iloc[0], **style.THEORY)
    ax.plot([], [], label="$(2C-4)/3$", **style.THEORY)
    ax.set(xscale="log", yscale="log", xlabel="step $t$", ylabel=r"average regret $R_t / (t \sqrt{\epsilon})$")
    fig.legend(*ax.get_legend_handles_labels(), loc="outside right upper")
    return fig


def random_signs(frame: pd.DataFrame) -> Figure:
    """Mean regret on random signs against d E|S_T|."""
    fig, ax = style.subplots()
    for i, (algorithm, part) in enumerate(frame.groupby("algorithm", sort=False)):
        shift = 1.04 ** (i - 1)
        label = rf"{LABELS[algorithm]} $\pm$ 2 s.e."
        ax.errorbar(part["T"] * shift, part.regret, 2 * part.stderr, fmt=".", color=COLORS[algorithm], label=label)
    ax.plot(part["T"], part.predicted, label=r"$d\,E|S_T|$", **style.THEORY)
    ax.set(xscale="log", yscale="log", xlabel="number of steps $T$", ylabel="mean regret $R_T$")
    ax.legend()
    return fig
