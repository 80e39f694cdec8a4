"""Figures of SUPER-ADAM, each drawn from the frame that stands in its CSV."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from optclaims import style
from optclaims.papers.super_adam import theory
from optclaims.papers.super_adam.problems import Setting

COLORS = {
    "tau = 1": style.COLORS["blue"],
    "tau = 0": style.COLORS["orange"],
    "tau = 1, fresh sample": style.COLORS["red"],
    "tau = 1, no correction": style.COLORS["green"],
    "tau = 1, correction dropped": style.COLORS["green"],
    "the script": style.COLORS["red"],
}


def rates_frame(
    steps: Sequence[int], arms: Mapping[str, theory.Moments], formulas: Mapping[str, Setting]
) -> pd.DataFrame:
    """Moments of the arms beside their limits, where there is a formula."""
    frames = []
    for arm, found in arms.items():
        limits = {"limit_rms": np.nan, "limit_error": np.nan, "status": "no formula"}
        if arm in formulas:
            rms, error = theory.limit_rms(formulas[arm], steps), theory.limit_error(formulas[arm], steps)
            limits = {"limit_rms": rms, "limit_error": error, "status": "formula"}
        frames.append(pd.DataFrame({"arm": arm, "step": steps, "rms": found.rms, "error": found.error} | limits))
    return pd.concat(frames)


def rates(frame: pd.DataFrame) -> Figure:
    """Gradient and error of the estimate against the step, with their limits."""
    figure, (left, right) = style.subplots(1, 2, width=4.2)
    for arm, part in frame.groupby("arm", sort=False):
        for ax, column in ((left, "rms"), (right, "error")):
            if not (ax is left and "fresh" in arm):
                ax.plot(part.step, part[column], "o", color=COLORS[arm], label=arm)
            if part.status.iloc[0] == "formula":
                ax.plot(part.step, part[f"limit_{column}"], **style.THEORY)
            else:
                ax.plot(part.step, part[column], color=COLORS[arm], linewidth=0.8)
    right.plot([], [], label="formula", **style.THEORY)
    left.set(xscale="log", yscale="log", xlabel="step T", ylabel="rms gradient", ylim=(None, 0.4))
    right.set(xscale="log", yscale="log", xlabel="step T", ylabel=r"error of the estimate $\mathbb{E} e^2$")
    left.set_ylim(frame[frame.arm != "tau = 1, fresh sample"].rms.min() / 2, 0.6)
    figure.legend(*right.get_legend_handles_labels(), loc="outside upper center", ncols=5)
    return figure


def exponents(frame: pd.DataFrame) -> Figure:
    """Slope of the last decade against the exponent of the schedule."""
    figure, ax = style.subplots(width=5)
    for arm, part in frame.groupby("arm", sort=False):
        marker = "x" if "no correction" in arm else "o"
        ax.plot(part.power, part.slope, marker, color=COLORS[arm], label=arm, markersize=7)
        ax.plot(part.power, part.predicted, **style.THEORY)
    ax.plot([], [], label="$-p$ and $-p/2$", **style.THEORY)
    ax.set(xlabel="exponent p of the schedule", ylabel="slope of the rms gradient, $10^6$ to $10^7$")
    figure.legend(*ax.get_legend_handles_labels(), loc="outside upper center", ncols=2)
    return figure


def crossover(frame: pd.DataFrame) -> Figure:
    """Root mean square gradients of both estimates against the step, with the predicted crossover."""
    figure, ax = style.subplots(width=5)
    for arm, part in frame.groupby("arm", sort=False):
        ax.plot(part.step, part.rms, color=COLORS[arm], label=arm)
    ax.axvline(frame.predicted.iloc[0], label="predicted crossover", **style.THEORY)
    ax.set(xscale="log", yscale="log", xlabel="step T", ylabel="rms gradient")
    figure.legend(*ax.get_legend_handles_labels(), loc="outside upper center", ncols=3)
    return figure


def agreement(frame: pd.DataFrame) -> Figure:
    """Mean square gradients of sampled runs and by the recursion."""
    figure, ax = style.subplots(width=5)
    for (tau, mistake), part in frame.groupby(["tau", "mistake"], sort=False):
        arm = f"tau = {tau}" + (", correction dropped" if mistake == "dropped" else "")
        marker = "x" if mistake == "dropped" else "o"
        ax.errorbar(part.step, part["mean"], 2 * part.stderr, fmt=marker, color=COLORS[arm], label=arm)
        if mistake == "none":
            ax.plot(part.step, part.predicted, **style.THEORY)
    ax.plot([], [], label="recursion", **style.THEORY)
    ax.set(xscale="log", yscale="log", xlabel="step T", ylabel=r"mean square gradient, $\pm 2$ s.e.")
    figure.legend(*ax.get_legend_handles_labels(), loc="outside upper center", ncols=2)
    return figure


def matrices(frame: pd.DataFrame) -> Figure:
    """Measured over predicted gradient for each type of matrix."""
    figure, ax = style.subplots(width=5)
    names = list(frame.matrix.unique())
    for shift, (arm, part) in zip((-0.1, 0.1), frame.groupby("arm"), strict=True):
        x = part.matrix.map(names.index) + shift
        errors = [part.ratio - part.low, part.high - part.ratio]
        ax.errorbar(x, part.ratio, errors, fmt="o", color=COLORS[arm], label=arm)
    ax.axhline(1, label="recursion with a constant matrix", **style.THEORY)
    ax.set_xticks(range(len(names)), [f"{name} type" for name in names])
    ax.set(ylabel="rms gradient, measured over predicted", ylim=(0.85, 1.15))
    figure.legend(*ax.get_legend_handles_labels(), loc="outside upper center", ncols=3)
    return figure


def published_code(frame: pd.DataFrame) -> Figure:
    """Root mean square gradient with the constants of the training script, one panel a matrix."""
    figure, panels = style.subplots(1, frame.matrix.nunique(), width=4, sharey=True)
    for ax, (matrix, part) in zip(panels, frame.groupby("matrix", sort=False), strict=True):
        for arm, line in part.groupby("arm", sort=False):
            ax.plot(line.step, line.rms, color=COLORS[arm], label=arm)
        ax.axvline(frame.turn.iloc[0], label="predicted turn", **style.THEORY)
        ax.set(xscale="log", yscale="log", xlabel="step", title=f"H = {matrix:g}", ylim=(1e-3, 1e3))
    panels[0].set_ylabel("rms gradient")
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside upper center", ncols=4)
    return figure
