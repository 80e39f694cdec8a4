"""Figures of gradient tracking on networks, each drawn from the frame that stands in its CSV."""

import numpy as np
import pandas as pd
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from optclaims import style

C = style.COLORS
METHODS = {
    "GT": C["blue"],
    "GT momentum": C["sky"],
    "DGD": C["grey"],
    "GTAdam 0.01": C["red"],
    "GTAdam 1": C["orange"],
    "no tracker": C["purple"],
}
ARMS = (C["blue"], C["green"], C["orange"], C["red"], C["purple"])


def graphs(frame: pd.DataFrame) -> Figure:
    """The graphs of the first seeds, agents on a circle; an edge is as wide as its weight."""
    seeds = frame.seed.unique()
    figure, panels = style.subplots(1, len(seeds), width=2.0, height=2.3, squeeze=False)
    for ax, seed in zip(panels[0], seeds, strict=True):
        part = frame[frame.seed == seed]
        ends = part[["x", "y", "x_end", "y_end"]].to_numpy().reshape(-1, 2, 2)
        ax.add_collection(LineCollection(ends, linewidths=8 * part.weight, colors=C["blue"], alpha=0.6))
        ax.plot(ends[..., 0].ravel(), ends[..., 1].ravel(), "o", color="0.15", markersize=6)
        ax.set(title=f"$\\sigma_2(W) = {part.second.iloc[0]:.3f}$", aspect="equal", xticks=[], yticks=[])
    return figure


def static_error(frame: pd.DataFrame) -> Figure:
    """Error against the step on a problem at rest, with the decay that the linear map predicts."""
    figure, ax = style.subplots(width=5.4, height=3.6)
    for color, (method, part) in zip(ARMS, frame.groupby("method", sort=False), strict=False):
        ax.plot(part.step, part.error, color=color, label=method)
        guide = part[part.guide > 0]
        ax.plot(guide.step, guide.guide, **style.THEORY)
    ax.plot([], [], label=r"$\rho^t$", **style.THEORY)
    ax.set(yscale="log", xlabel="step $t$", ylabel="error", ylim=(1e-16, 30))
    figure.legend(*ax.get_legend_handles_labels(), loc="outside right upper")
    return figure


def threshold(frame: pd.DataFrame) -> Figure:
    """What is left of a small distance after the run, against the step size in units of the threshold."""
    figure, ax = style.subplots(width=5)
    looks = zip((C["red"], C["grey"], C["blue"]), (0, -0.004, 0.004), frame.groupby("unit", sort=False), strict=True)
    for color, aside, (name, part) in looks:  # side by side, since all runs that left are at 100
        ax.plot(part.factor + aside, part.ratio, "o", color=color, alpha=0.7, markersize=4, label=name)
    ax.axvline(1, **style.THEORY)
    ax.axhline(1, color="0.6", linewidth=0.8)
    ax.set(yscale="log", xlabel=r"$\alpha/\epsilon$ over the threshold $a_\star$", ylabel="last error over first")
    figure.legend(*ax.get_legend_handles_labels(), loc="outside right upper", title="threshold of")
    return figure


def regrowth(frame: pd.DataFrame) -> Figure:
    """Error along runs with small and large eps, and with a second moment that never falls."""
    figure, panels = style.subplots(1, 2, width=4.2, height=3.4, sharey=True)
    for ax, (variant, rows) in zip(panels, frame.groupby("variant", sort=False), strict=True):
        for color, (arm, part) in zip(ARMS, rows.groupby("arm", sort=False), strict=True):
            ax.plot(part.step, part.error, color=color, linewidth=1.1, label=arm)
        ax.set(yscale="log", xlabel="step $t$", title=variant)
    panels[0].set_ylabel("error")
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return figure


def race(frame: pd.DataFrame) -> Figure:
    """Mean log error of every method at its chosen step size, in each kind of problem."""
    kinds = list(frame.problem.unique())
    figure, panels = style.subplots(1, len(kinds), width=3.3, height=3.4, sharey=True)
    for ax, kind in zip(panels, kinds, strict=True):
        for method, part in frame[frame.problem == kind].groupby("method", sort=False):
            ax.plot(part.step, part.log10_error, color=METHODS[method], label=method)
            low, high = part.log10_error - 2 * part.stderr, part.log10_error + 2 * part.stderr
            style.band(ax, part.step, low, high, color=METHODS[method])
        ax.set(xlabel="step $t$", title=kind)
    panels[0].set_ylabel("mean of log10 error")
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=6)
    return figure


def rates(frame: pd.DataFrame) -> Figure:
    """Error after the last step against the step size, on the problems that chose it."""
    kinds = list(frame.problem.unique())
    figure, panels = style.subplots(1, len(kinds), width=3.3, height=3.4, sharey=True)
    for ax, kind in zip(panels, kinds, strict=True):
        for method, part in frame[frame.problem == kind].groupby("method", sort=False):
            ax.plot(part.lr, part.error, "o-", color=METHODS[method], markersize=3, label=method)
        ax.set(xscale="log", yscale="log", ylim=(1e-7, 1e3), xlabel=r"step size $\alpha$", title=kind)
    panels[0].set_ylabel("error, geometric mean")
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=6)
    return figure


def regret(frame: pd.DataFrame) -> Figure:
    """Average dynamic regret against time, by speed of the targets."""
    methods = list(frame.method.unique())
    figure, panels = style.subplots(1, len(methods), width=3.8, height=3.4, sharey=True)
    shades = dict(zip(sorted(frame.omega.unique()), ARMS, strict=False))
    for ax, method in zip(panels, methods, strict=True):
        for omega, part in frame[frame.method == method].groupby("omega"):
            ax.plot(part.step, part.average_regret, color=shades[omega], label=f"$\\omega = {omega:g}$")
        ax.set(xscale="log", yscale="log", xlabel="step $T$", title=method)
    panels[0].set_ylabel("average regret $R_T / T$")
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=5)
    return figure


def tail(frame: pd.DataFrame) -> Figure:
    """Error long after the start against the speed of the targets, with the transfer function."""
    figure, ax = style.subplots(width=5)
    for method, color, marker in (("GT", C["blue"], "o"), ("GTAdam", C["red"], "s")):
        part = frame[frame.method == method].sort_values("omega")
        ax.plot(part.omega, part.error, marker, color=color, markersize=4, markerfacecolor="none", label=method)
        for _, line in part.groupby("seed"):
            ax.plot(line.omega, line.transfer, **{**style.THEORY, "linewidth": 0.8})
    ax.plot([], [], label="transfer function", **style.THEORY)
    ax.set(xscale="log", yscale="log", xlabel=r"angle per step $\omega$", ylabel="tail error, root mean square")
    ax.set_xticks(np.unique(frame.omega), [f"{omega:g}" for omega in np.unique(frame.omega)])
    ax.minorticks_off()
    ax.legend()
    return figure
