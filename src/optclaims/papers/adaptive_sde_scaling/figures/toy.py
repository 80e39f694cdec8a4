"""How the figures are drawn: functions from the table that was written to a matplotlib figure."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from optclaims import style
from optclaims.papers.adaptive_sde_scaling.problems.rules import RULES

NAMES = {"theta": "theta", "theta2": "theta^2", "u": "u", "m2": "m^2"}
LABELS = {"theta": r"$\theta$", "theta2": r"$\theta^2$", "u": "$u$", "m2": "$m^2$"}
PALETTE = list(style.COLORS.values())
COLOR = dict(zip(RULES, PALETTE, strict=True)) | {"base": "black"}
MARKERS = "osD^"


def _points(ax, x, y, stderr, **look) -> None:
    """Points with bars of two standard errors."""
    ax.errorbar(x, y, 2 * stderr, ls=look.pop("ls", "none"), ms=4.5, capsize=2, **look)


WRONG_EQUATIONS = {"P without eps0", "no bias corrections", "noise frozen at the start"}


def weak_error(table: pd.DataFrame) -> Figure:
    """Absolute weak error against the time of a step, one panel a series, with the predicted slopes."""
    names = table.series.unique()
    fig, axes = style.subplots(1, len(names), width=3.6, sharex=True, sharey=True)
    for ax, name in zip(axes, names, strict=True):
        for i, (moment, part) in enumerate(table[table.series == name].groupby("moment", sort=False)):
            look = {"fmt": MARKERS[i], "color": PALETTE[i], "label": LABELS[moment]}
            _points(ax, part.eta2, part.error.abs(), part.stderr, **look)
            slope = 0.5 if name == "skewed noise" and moment == "theta" else 1.0
            last = part.iloc[-1]
            text = f"slope {'1/2' if slope == 0.5 else '1'}" if i == 0 else None
            line = abs(last.error) * (part.eta2 / last.eta2) ** slope
            if name not in WRONG_EQUATIONS:
                ax.plot(part.eta2, line, **style.THEORY, label=text)
        ax.set(xscale="log", yscale="log", xlabel=r"time of a step, $\eta^2$", title=name)
        ax.set_xticks(part.eta2, [f"{x:g}" for x in part.eta2])
        ax.minorticks_off()
        ax.legend()
    axes[0].set_ylabel("distance of the mean from the SDE")
    return fig


def law(table: pd.DataFrame) -> Figure:
    """Second moment at the end against kappa under each rule, and the size of the rule's change."""
    fig, (left, right) = style.subplots(1, 2, width=4.4)
    for i, (rule, part) in enumerate(table.groupby("rule", sort=False)):
        look = {"fmt": "o" if rule == "sqrt" else "s", "color": PALETTE[i], "label": rule}
        look["ls"] = "-" if rule == "sqrt" else ":"
        _points(left, part.kappa, part.base + part.theta2, part.theta2_stderr, **look)
        _points(right, part.kappa, part.theta2.abs(), part.theta2_stderr, **look)
    kappa = np.sort(table.kappa.unique())
    left.axhline(table.sde.iloc[0], **style.THEORY, label="SDE")
    left.set(ylabel=r"$E\,\theta^2$ at the end")
    right.set(yscale="log", ylabel=r"change of $E\,\theta^2$ from $\kappa = 1$")
    for ax in (left, right):
        ax.set(xscale="log", xlabel=r"batch factor $\kappa$")
        ax.set_xticks(kappa, [str(k) for k in kappa])
        ax.minorticks_off()
    fig.legend(*right.get_legend_handles_labels(), loc="outside right center")
    return fig


def floor(table: pd.DataFrame) -> Figure:
    """Stationary variance over the formula against kappa, with the leading orders."""
    fig, ax = style.subplots()
    kappa = np.sort(table.kappa.unique())
    for rule, power in (("sqrt", 0.0), ("linear", 0.5), ("none", -0.5)):
        part = table[table.rule == rule]
        _points(ax, part.kappa, part.ratio, part.stderr, fmt="o", color=COLOR[rule], label=rule)
        ax.plot(kappa, kappa**power, **style.THEORY, label="leading order" if rule == "sqrt" else None)
    ax.set(xscale="log", yscale="log", xlabel=r"batch factor $\kappa$", ylabel=r"stationary variance / $V_\infty$")
    ax.set_xticks(kappa, [str(k) for k in kappa])
    ax.set_yticks([0.25, 0.5, 1, 2, 4], ["1/4", "1/2", "1", "2", "4"])
    ax.minorticks_off()
    ax.legend()
    return fig


def displacement(table: pd.DataFrame) -> Figure:
    """Displacement relative to the base batch against kappa, for each signal-to-noise ratio, under both rules."""
    fig, axes = style.subplots(1, 2, width=4.0, sharey=True)
    kappa = np.geomspace(1, table.kappa.max(), 60)
    titles = (("sqrt", "square-root rule", 0.0), ("linear", "linear rule", 0.5))
    for ax, (rule, title, power) in zip(axes, titles, strict=True):
        for i, (r, part) in enumerate(table[table.rule == rule].groupby("r")):
            _points(ax, part.kappa, part.ratio, part.stderr, fmt="o", color=PALETTE[i], label=f"$r = {r:g}$")
            curve = kappa**power * np.sqrt((1 + r) / (1 + kappa * r))
            ax.plot(kappa, curve, **style.THEORY, label="theory" if i == 0 else None)
        ax.set(xscale="log", yscale="log", xlabel=r"batch factor $\kappa$", title=title)
        ax.set_xticks([1, 4, 16], ["1", "4", "16"])
        ax.set_yticks([0.25, 0.5, 1, 2, 4], ["1/4", "1/2", "1", "2", "4"])
        ax.minorticks_off()
    axes[0].set_ylabel("displacement relative to the base batch")
    axes[0].legend()
    return fig


def svag_error(table: pd.DataFrame) -> Figure:
    """Distance to the SDE of the given learning rate against the SVAG level, with lines of slope -2."""
    fig, axes = style.subplots(1, 2, width=3.8, sharey=True)
    for ax, (noise, rows) in zip(axes, table.groupby("noise", sort=False), strict=True):
        for i, (moment, part) in enumerate(rows.groupby("moment", sort=False)):
            look = {"fmt": MARKERS[i], "color": PALETTE[i], "label": LABELS[moment]}
            _points(ax, part.level, part.error.abs(), part.stderr, **look)
            line = abs(part.error.iloc[1]) * (part.level / 2.0) ** -2
            ax.plot(part.level, line, **style.THEORY, label="slope $-2$" if i == 0 else None)
        ax.set(xscale="log", yscale="log", xlabel=r"SVAG level $\ell$", title=noise)
        ax.set_xticks(part.level, [str(x) for x in part.level])
        ax.minorticks_off()
        ax.legend()
    axes[0].set_ylabel("distance of the mean from the SDE")
    return fig
