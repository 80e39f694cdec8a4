"""Figures of batch Hessians and of the steps they allow, each drawn from the frame that stands in its CSV."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from optclaims import style

SPIKE_COLORS = [style.COLORS[name] for name in ("blue", "orange", "green", "red", "purple")]


def _tops(ax, frame: pd.DataFrame) -> None:
    for color, (spike, part) in zip(SPIKE_COLORS, frame.groupby("spike"), strict=False):
        error = 2 * part.stderr / spike
        ax.errorbar(
            part.batch, part.top / spike, error, fmt="o", color=color, capsize=2, label=rf"$\lambda = {spike:g}$"
        )
        ax.plot(part.batch, part.predicted / spike, "_", color="0.15", markersize=14, zorder=3)
    ax.plot([], [], "_", color="0.15", markersize=14, label="theory")
    ax.set(xscale="log", yscale="log", xlabel="b", ylabel=r"$\lambda'_1 / \lambda$")
    ax.set_xticks(sorted(frame.batch.unique()), [f"{b:g}" for b in sorted(frame.batch.unique())])
    ax.xaxis.set_minor_locator(NullLocator())


def wigner(frame: pd.DataFrame) -> Figure:
    """Largest eigenvalue over the spike, and the squared overlap, against b; theory as dashes."""
    figure, (left, right) = style.subplots(1, 2, width=3.6, height=3.2)
    _tops(left, frame)
    for color, (_, part) in zip(SPIKE_COLORS, frame.groupby("spike"), strict=False):
        right.plot(part.batch, part.overlap, "o", color=color)
        right.plot(part.batch, part.predicted_overlap, "_", color="0.15", markersize=14, zorder=3)
    right.set(xscale="log", xlabel="b", ylabel="squared overlap")
    right.set_xticks(sorted(frame.batch.unique()), [f"{b:g}" for b in sorted(frame.batch.unique())])
    right.xaxis.set_minor_locator(NullLocator())
    figure.legend(*left.get_legend_handles_labels(), loc="outside right center")
    return figure


def wishart(frame: pd.DataFrame) -> Figure:
    """Largest eigenvalue of the samples' second moment over the spike against b; theory as dashes."""
    figure, ax = style.subplots(width=4.6)
    _tops(ax, frame)
    figure.legend(*ax.get_legend_handles_labels(), loc="outside right center")
    return figure


def finite_population(frame: pd.DataFrame) -> Figure:
    """Shift of the largest eigenvalue against the batch size, drawn without and with replacement."""
    figure, ax = style.subplots(width=4.8)
    looks = (("without replacement", "o", "blue"), ("with replacement", "s", "orange"))
    for drawn, marker, color in looks:
        part = frame[frame.drawn == drawn]
        error = 2 * part.stderr
        ax.errorbar(part.batch, part["shift"], error, fmt=marker, color=style.COLORS[color], capsize=2, label=drawn)
    part = frame[frame.drawn == looks[0][0]]
    ax.plot(part.batch, part.predicted, **style.THEORY, label=r"$C (1/B - 1/N)$")
    ax.plot(part.batch, part.independent, color="0.5", linestyle=":", label=r"$C / B$")
    ax.set(xscale="log", yscale="log", xlabel="batch size B of N = 3000", ylabel=r"shift of $\lambda_1$")
    figure.legend(*ax.get_legend_handles_labels(), loc="outside right center")
    return figure


def stable_steps(frame: pd.DataFrame) -> Figure:
    """Largest stable step of SGD against the batch size, exact, by the rule of thumb, and its two limits."""
    figure, ax = style.subplots(width=4.8)
    ax.plot(frame.batch, frame.exact, "o-", color=style.COLORS["blue"], label="exact")
    ax.plot(frame.batch, frame.rule, color=style.COLORS["orange"], label=r"$2/(\lambda_1 + \mathrm{tr}/B)$")
    linear = frame[frame.linear < 2 * frame.flat]
    ax.plot(linear.batch, linear.linear, **style.THEORY, label=r"$2B/\mathrm{tr}$ and $2/\lambda_1$")
    ax.plot(frame.batch, frame.flat, **style.THEORY)
    ax.set(xscale="log", yscale="log", xlabel="batch size", ylabel="largest stable step")
    figure.legend(*ax.get_legend_handles_labels(), loc="outside right center")
    return figure


def recursion(frame: pd.DataFrame) -> Figure:
    """Mean loss of SGD with two standard errors, by the exact recursion, and without one of its terms."""
    figure, ax = style.subplots(width=4.8)
    error = 2 * frame.stderr
    ax.errorbar(frame.step, frame["mean"], error, fmt="o", color=style.COLORS["blue"], capsize=3, label="runs")
    ax.plot(frame.step, frame.exact, **style.THEORY, label="exact recursion")
    ax.plot(frame.step, frame.without, color="0.5", linestyle=":", label=r"without $\lambda^2 m / B$")
    ax.set(xlabel="step", ylabel="mean loss")
    figure.legend(*ax.get_legend_handles_labels(), loc="outside right center")
    return figure


def adam_steps(frame: pd.DataFrame) -> Figure:
    """Step at fixed risk against the batch size, Adam and two other rules, with the leading order for Adam."""
    figure, ax = style.subplots(width=4.8)
    looks = {"Adam": ("o-", "blue"), "SGD": ("s--", "orange"), "1/v for 1/sqrt(v)": ("^:", "grey")}
    names = {"1/v for 1/sqrt(v)": r"$1/v$ for $1/\sqrt{v}$"}
    for rule, (mark, color) in looks.items():
        part = frame[frame.rule == rule]
        ax.plot(part.batch, part.step, mark, color=style.COLORS[color], label=names.get(rule, rule))
    adam = frame[frame.rule == "Adam"]
    ax.plot(adam.batch, adam.predicted, **style.THEORY, label="leading order, Adam")
    ax.set(xscale="log", yscale="log", xlabel="batch size", ylabel=r"step with $R = 1.5 \sigma^2$")
    figure.legend(*ax.get_legend_handles_labels(), loc="outside right center")
    return figure


def damping(frame: pd.DataFrame) -> Figure:
    """Least damping against lr / B, by the exact condition, with its leading order."""
    figure, ax = style.subplots(width=4.8)
    ratio = frame.lr / frame.batch
    for (top, marker), color in zip(((4.0, "o"), (400.0, "x")), ("blue", "orange"), strict=True):
        part = frame[frame.top == top]
        label = rf"outliers {top:g}, {top / 2:g}, {top / 4:g}"
        ax.plot(ratio[part.index], part.delta, marker, color=style.COLORS[color], label=label)
    line = np.array([ratio.min(), ratio.max()])
    ax.plot(line, line * (frame.leading / ratio).iloc[0], **style.THEORY, label=r"$\eta\,$tr(bulk)$\,/\,2B$")
    ax.set(xscale="log", yscale="log", xlabel=r"$\eta / B$", ylabel=r"least damping $\delta$")
    figure.legend(*ax.get_legend_handles_labels(), loc="outside right center")
    return figure


def broadening(frame: pd.DataFrame) -> Figure:
    """Shift of the ends of the spectrum against the batch size, with predictions, Hessian and Gauss-Newton matrix."""
    titles = {"hessian": "Hessian", "gauss-newton": "Gauss-Newton matrix"}
    figure, panels = style.subplots(1, 2, width=3.7, height=3.3, sharey=True)
    looks = {
        "upper": {"fmt": "o", "color": style.COLORS["blue"], "label": "upper end, measured"},
        "lower": {"fmt": "s", "color": style.COLORS["orange"], "label": "lower end, measured"},
        "resolved": {"fmt": "--", "color": "0.15", "label": "40 directions resolved"},
        "one": {"fmt": ":", "color": "0.4", "label": "one direction resolved"},
        "dominant": {"fmt": "-.", "color": "0.6", "label": r"all denominators $\lambda_1$"},
    }
    for ax, (kind, title) in zip(panels, titles.items(), strict=True):
        part = frame[frame.kind == kind]
        for column, look in looks.items():
            if column == "lower" and kind != "hessian":
                continue
            share = (part[column] / part.top).groupby(part.batch)
            error = 2 * share.sem() if column in ("upper", "lower") else None
            ax.errorbar(share.mean().index, share.mean(), error, capsize=3, **look)
        ax.set(xscale="log", yscale="log", xlabel="batch size", title=title)
        ax.set_xticks(sorted(frame.batch.unique()), [f"{b:g}" for b in sorted(frame.batch.unique())])
        ax.xaxis.set_minor_locator(NullLocator())
    panels[0].set_ylabel(r"shift / $\lambda_1$")
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside right center")
    return figure
