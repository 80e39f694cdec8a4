"""Figures of Adan, each drawn from the frame that stands in its CSV."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from numpy.typing import NDArray

from optclaims import style
from optclaims.science.optimizers import Rule

COLORS = {
    "published": style.COLORS["blue"],
    "NME": style.COLORS["blue"],
    "Adan": style.COLORS["blue"],
    "with the difference": style.COLORS["blue"],
    "heavy ball": style.COLORS["orange"],
    "without it": style.COLORS["orange"],
    "Adam": style.COLORS["orange"],
    "gradient descent": style.COLORS["green"],
    "fixed momentum 0.9": style.COLORS["purple"],
    "momentum of its condition": style.COLORS["green"],
}


def equivalence(frame: pd.DataFrame) -> Figure:
    """Distance of the rewritten recursion from Nesterov's, as published and with one change."""
    figure, ax = style.subplots(width=6)
    labels = {
        "published": ("as published", "blue"),
        "factor_one": (r"difference with factor 1 for $1-\beta$", "orange"),
        "first_zero": ("first difference 0", "green"),
        "factor_beta": (r"difference with factor $\beta$ for $1-\beta$", "purple"),
        "none": ("no difference", "brown"),
    }
    for column, (label, color) in labels.items():
        ax.plot(frame.step, frame[column].clip(lower=1e-17), color=style.COLORS[color], label=label)
    ax.set(yscale="log", xlabel="step k", ylabel=r"$\max_i |y_k - \bar\theta_k|_i$")
    figure.legend(*ax.get_legend_handles_labels(), loc="outside upper center", ncols=2)
    return figure


def conditioning(frame: pd.DataFrame) -> Figure:
    """Steps to 1e-8 against the condition number, with those of the spectral radius."""
    figure, ax = style.subplots(width=6)
    for method, part in frame.groupby("method", sort=False):
        points = part.groupby("condition")
        ax.plot(part.condition, part.steps, "o", color=COLORS[method], markersize=3.5, label=method)
        ax.plot(points.predicted.first(), **{**style.THEORY, "linewidth": 1.0})
    ax.plot([], [], label="spectral radius", **style.THEORY)
    ax.set(xscale="log", yscale="log", xlabel=r"condition number $\kappa$", ylabel=r"steps to $10^{-8}$")
    figure.legend(*ax.get_legend_handles_labels(), loc="outside upper center", ncols=3)
    return figure


def damping(frame: pd.DataFrame) -> Figure:
    """Contraction of one mode against lr times curvature, measured and by the roots."""
    figure, panels = style.subplots(1, frame.q.nunique(), width=3.6, sharey=True)
    for ax, (q, part) in zip(panels, frame.groupby("q"), strict=True):
        for method, runs in part.groupby("method", sort=False):
            ax.plot(runs.rate, runs.measured, "o", color=COLORS[method], label=method)
            ax.plot(runs.rate, runs.predicted, **style.THEORY)
        ax.set(xlabel=r"$\eta h$", title=f"q = {q:g}")
    panels[0].set_ylabel("factor a step")
    panels[0].plot([], [], label="largest root", **style.THEORY)
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside upper center", ncols=3)
    return figure


def threshold(frame: pd.DataFrame) -> Figure:
    """Largest iterate of the second half against the learning rate over the predicted threshold."""
    figure, panels = style.subplots(1, frame.beta1.nunique(), width=3.6, sharey=True)
    for ax, (beta1, cells) in zip(panels, frame.groupby("beta1"), strict=True):
        for (curvature, part), (color, marker) in zip(
            cells.groupby("curvature"), (("blue", "o"), ("orange", "x")), strict=True
        ):
            y, look = 10.0**part.log10_largest, {"color": style.COLORS[color], "fillstyle": "none", "markersize": 8}
            ax.plot(part.part, y, marker, label=f"h = {curvature:g}", **look)
        ax.axvline(1, **style.THEORY, label=r"$\mathrm{lr}\,hS/\epsilon = 2$")
        ax.set(yscale="log", xlabel="learning rate over its threshold", title=rf"$\beta_1 = {beta1:g}$")
    panels[0].set_ylabel("largest |x| of the second half")
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside upper center", ncols=3)
    return figure


def sizes(rule: Rule, path: NDArray) -> pd.DataFrame:
    """Log10 of |x| over the learning rate, every twelfth step of a path (steps + 1, 1), no smaller than -7."""
    size = np.log10(np.maximum(np.abs(path[::12, 0]) / rule.lr, 1e-7)).round(3)
    return pd.DataFrame({"method": type(rule).__name__, "step": range(0, len(path), 12), "log10_size": size})


def two_cycle(frame: pd.DataFrame) -> Figure:
    """|x| over lr along runs of Adan and of Adam."""
    figure, ax = style.subplots(width=6)
    for method, part in frame.groupby("method", sort=False):
        ax.plot(part.step, 10.0**part.log10_size, color=COLORS[method], linewidth=1.1, label=method)
    ax.axhline(frame.predicted.iloc[0], **style.THEORY, label="two-cycle of Adan")
    ax.set(yscale="log", xlabel="step", ylabel=r"$|x_t| / \mathrm{lr}$", ylim=(1e-6, None))
    figure.legend(*ax.get_legend_handles_labels(), loc="outside upper center", ncols=3)
    return figure


def costs(frame: pd.DataFrame) -> Figure:
    """Steps at the best learning rate against the condition number, with and without the difference."""
    figure, ax = style.subplots(width=5.4)
    for method, part in frame.groupby("method", sort=False):
        ax.plot(part.condition, part.steps, "o-", color=COLORS[method], label=method)
    ax.set(xscale="log", yscale="log", xlabel=r"condition number $\kappa$", ylabel=r"steps to $10^{-8}$, best rate")
    figure.legend(*ax.get_legend_handles_labels(), loc="outside upper center", ncols=3)
    return figure


def noise(frame: pd.DataFrame) -> Figure:
    """How far Adan moves over how far Adam does, against the drift."""
    figure, ax = style.subplots()
    ax.plot(frame.drift, frame.predicted, label="formula", **style.THEORY)
    ax.errorbar(frame.drift, frame.ratio, frame.stderr, fmt="o", color=COLORS["Adan"], label="runs, standard error")
    ax.set(
        xscale="log",
        xlabel=r"drift over noise $\delta/\sigma$",
        ylabel="distance of Adan over that of Adam",
        ylim=(0, 1),
    )
    figure.legend(*ax.get_legend_handles_labels(), loc="outside upper center", ncols=2)
    return figure
